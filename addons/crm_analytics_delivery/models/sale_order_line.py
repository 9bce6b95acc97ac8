from odoo import api, models
from odoo.fields import Domain


class SaleOrderLine(models.Model):
    _inherit = "sale.order.line"

    @api.model
    def _get_basket_line_domain(self):
        """A delivery is charged, not chosen: also where its product is for sale."""
        return super()._get_basket_line_domain() & Domain("is_delivery", "=", False)
