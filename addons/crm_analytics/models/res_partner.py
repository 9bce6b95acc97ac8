from odoo import fields, models


class ResPartner(models.Model):
    _inherit = "res.partner"

    commercial_member_ids = fields.One2many(
        comodel_name="res.partner",
        inverse_name="commercial_partner_id",
        string="Commercial Entity and Its Contacts",
        readonly=True,
        help="The commercial entity itself and every contact that belongs to it.",
    )
