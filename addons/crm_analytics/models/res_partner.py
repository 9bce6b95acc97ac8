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
    loyalty_card_ids = fields.One2many(
        comodel_name="loyalty.card",
        inverse_name="partner_id",
        string="Loyalty Cards and Coupons",
        readonly=True,
        groups="sales_team.group_sale_salesman",
    )
