from odoo import fields, models


class ProductCategory(models.Model):
    _inherit = "product.category"

    bought_once = fields.Boolean(
        help="Durable goods: no product of this category and of those below it is proposed to a "
        "customer who has it.",
    )
