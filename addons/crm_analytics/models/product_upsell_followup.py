from odoo import models


class ProductUpsell(models.Model):  # pylint: disable=consider-merging-classes-inherited
    _inherit = "product.upsell"

    def action_find_customers(self):
        """Open the customers of the product who never bought the better one."""
        return self.env["sale.followup.candidate"]._action_find(self)
