from odoo import models


class ProductAffinity(models.Model):  # pylint: disable=consider-merging-classes-inherited
    _inherit = "product.affinity"

    def action_find_customers(self):
        """Open the customers of the first product who never bought the other."""
        return self.env["sale.followup.candidate"]._action_find(self)
