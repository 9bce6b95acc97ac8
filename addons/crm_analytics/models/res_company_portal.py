from odoo import fields, models


class ResCompany(models.Model):
    _inherit = "res.company"  # pylint: disable=consider-merging-classes-inherited

    portal_suggestions = fields.Boolean(
        string="Goes Well With",
        default=True,
        help="Customers see on their quotation what goes well with its products.",
    )
