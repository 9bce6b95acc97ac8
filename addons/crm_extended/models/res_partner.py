from odoo import fields, models


class ResPartner(models.Model):
    _inherit = "res.partner"

    is_guest = fields.Boolean(
        string="Guest Account",
        help="This contact collects the sales of people who gave no name. "
        "It is left out of every customer figure.",
    )
