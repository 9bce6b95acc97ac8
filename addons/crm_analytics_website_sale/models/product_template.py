from odoo import fields, models


class ProductTemplate(models.Model):
    _inherit = "product.template"

    # The same table as `alternative_product_ids`, seen from the other end.
    alternative_of_ids = fields.Many2many(
        comodel_name="product.template",
        relation="product_alternative_rel",
        column1="dest_id",
        column2="src_id",
        readonly=True,
        help="Products that have this one among their alternatives.",
    )
