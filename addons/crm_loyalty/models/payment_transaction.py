from odoo import models


class PaymentTransaction(models.Model):
    """Money that was paid online for an order moves its points before there is an invoice."""

    _inherit = "payment.transaction"

    def write(self, vals):
        if "state" not in vals:
            return super().write(vals)
        with self.env["sale.order"]._sync_loyalty_points_after() as order_ids:
            result = super().write(vals)
            # sudo: a customer who pays online reads neither orders nor cards
            transactions = self.sudo()
            orders = transactions.sale_order_ids
            orders |= transactions.source_transaction_id.sale_order_ids
            order_ids.update(orders.ids)
            return result
