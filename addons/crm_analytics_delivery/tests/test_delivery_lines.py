from odoo import Command
from odoo.tests import tagged

from odoo.addons.crm_analytics.tests.common import BasketCommon


@tagged("post_install", "-at_install")
class TestDeliveryLines(BasketCommon):
    def test_delivery_does_not_go_with_everything(self):
        """The product of the delivery method is for sale, and also bought for its own sake."""
        carrier = self.env["delivery.carrier"].create(
            {"name": "Van", "product_id": self.cheese.id, "fixed_price": 5.0}
        )
        orders = self.env["sale.order"].union(*(self.create_order("ab") for _each in range(3)))
        for order in orders:
            order.set_delivery_line(carrier, 5.0)
        self.assertEqual(len(orders.order_line.filtered("is_delivery")), 3)
        orders[:2].order_line = [Command.create({"product_id": self.cheese.id})]
        orders.action_confirm()
        self.confirm_orders(["d"] * 60)
        self.mine()
        pairs = {
            (row.product_id, row.other_product_id): row.orders_both
            for row in self.env["product.affinity"].search([("company_id", "=", self.company.id)])
        }
        self.assertEqual(pairs[self.apple, self.butter], 3)
        self.assertEqual(pairs[self.apple, self.cheese], 2, "chosen on two orders only")
