from odoo import fields, models


class ResPartner(models.Model):
    """Who writes mailings chooses their recipients by segments as well."""

    _inherit = "res.partner"  # pylint: disable=consider-merging-classes-inherited

    segment_ids = fields.Many2many(
        groups="sales_team.group_sale_salesman,mass_mailing.group_mass_mailing_user"
    )
