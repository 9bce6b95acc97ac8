from odoo import api, models
from odoo.fields import Domain
from odoo.tools import formatLang

from odoo.addons.crm_analytics.models.sale_order_suggestion_parts import TEMPLATES
from odoo.addons.crm_analytics.tools.together import Part


class SaleOrder(models.Model):
    """What the warehouse of a quotation has of the products proposed on it."""

    _inherit = "sale.order"

    @api.model
    def _get_order_on_screen(self, values):
        order = super()._get_order_on_screen(values)
        return order.with_context(suggestion_warehouse_id=values.get("warehouse_id"))

    def _get_suggestion_product_parts(self):
        templates = self.sudo().env["product.template"]  # sudo: as all that is read of them
        return [
            *super()._get_suggestion_product_parts(),
            Part(templates, TEMPLATES, ["is_storable"]),
        ]

    def _prepare_suggestions(self, rows):
        suggestions = super()._prepare_suggestions(rows)
        products = self.env["product.product"].browse([row.product_id for row in rows])
        storable = products.filtered("is_storable")
        free = self._get_free_quantities(storable) if storable else {}
        names = {product.id: product.uom_id.name for product in storable}
        for suggestion in suggestions:
            product_id = suggestion["product_id"]
            if product_id in free:
                suggestion["stock"] = self._get_stock_label(free[product_id], names[product_id])
                suggestion["in_stock"] = free[product_id] >= suggestion["quantity"]
        return suggestions

    def _get_free_quantities(self, products):
        """Return {product id: what is there and not reserved}, in one query.

        In the warehouse of the quotation, or in all of its company.
        """
        domain = Domain("product_id", "in", products.ids)
        warehouse_id = self.env.context.get("suggestion_warehouse_id")
        if warehouse_id:
            domain &= Domain("location_id.warehouse_id", "=", warehouse_id)
        else:
            domain &= Domain("location_id.warehouse_id", "!=", False)
        # sudo: core tells salespeople what is free, not in which places; of this company alone.
        quants = self.env["stock.quant"].sudo()
        groups = quants._read_group(
            domain & Domain("company_id", "=", self.company_id.id),
            ["product_id"],
            ["quantity:sum", "reserved_quantity:sum"],
        )
        free = {product.id: quantity - reserved for product, quantity, reserved in groups}
        return {product.id: free.get(product.id, 0.0) for product in products}

    @api.model
    def _get_stock_label(self, quantity, uom):
        if quantity <= 0:
            return self.env._("Not in stock")
        return self.env._(
            "%(quantity)s %(uom)s in stock",
            quantity=formatLang(self.env, quantity, digits=0 if quantity % 1 == 0 else 2),
            uom=uom,
        )
