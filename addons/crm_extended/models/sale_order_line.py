from odoo import api, fields, models


class SaleOrderLine(models.Model):
    _inherit = "sale.order.line"

    contract_warning = fields.Text(
        compute="_compute_contract_warning",
        help="What is outside the conditions of the contract; the order can be confirmed anyway.",
    )

    @api.depends(
        "product_id",
        "product_uom_id",
        "product_uom_qty",
        "price_unit",
        "discount",
        "display_type",
        "order_id.contract_id",
        "order_id.date_order",
        "order_id.state",
        "order_id.currency_id",
    )
    @api.depends_context("lang")
    def _compute_contract_warning(self):
        deviations = self.order_id._get_contract_deviations()
        for line in self:
            line.contract_warning = "\n".join(deviations.get(line, {}).values()) or False

    def _is_contract_priced(self):
        """Whether the conditions of a contract apply: to goods and services, not to what is taken
        off or added to the order. Extended where more kinds of lines are installed.
        """
        self.ensure_one()
        return bool(
            self.product_id
            and self.product_uom_id
            and not self.display_type
            and not self.is_downpayment
            and not self.combo_item_id
            and self.product_type != "combo"
            and not self._is_global_discount()
            and self.price_unit >= 0
        )
