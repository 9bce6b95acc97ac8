from odoo import fields, models


class ResPartnerCategory(models.Model):
    _inherit = "res.partner.category"

    is_interest = fields.Boolean(
        string="Customers Choose It",
        help="An interest, such as Hiking: customers tick it among their own data in the portal."
        " Any other tag stays between your people.",
    )
