from odoo import Command
from odoo.exceptions import UserError
from odoo.tests import tagged

from .common import LoyaltyCardCommon


@tagged("post_install", "-at_install")
class TestLimitedUse(LoyaltyCardCommon):
    """A promotion is used as often as it may be used."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.program.active = False
        cls.promotion = cls._create_program(
            "Once", program_type="promotion", limit_usage=True, max_usage=1
        )
        cls.promotion.rule_ids.write({"minimum_qty": 1, "minimum_amount": 0})
        cls.product = cls.env["product.product"].create({"name": "Bun", "list_price": 10})

    def create_order(self, partner):
        order = self.env["sale.order"].create(
            {
                "partner_id": partner.id,
                "order_line": [Command.create({"product_id": self.product.id})],
            }
        )
        order._update_programs_and_rewards()
        return order

    def apply(self, order):
        card = order.coupon_point_ids.coupon_id
        return order._apply_program_reward(self.promotion.reward_ids, card)

    def test_the_second_order_does_not_get_the_reward(self):
        orders = [self.create_order(partner) for partner in (self.ada, self.bob)]
        self.assertEqual(self.apply(orders[0]), {})
        self.assertIn("has been used as often as it may", self.apply(orders[1])["error"])
        self.assertFalse(orders[1].order_line.reward_id)

    def test_bulk_confirmation_counts_all_orders(self):
        """Quotations from before the number of uses was set."""
        self.promotion.max_usage = 2
        orders = self.create_order(self.ada) + self.create_order(self.bob)
        for order in orders:
            self.apply(order)
        self.promotion.max_usage = 1
        with self.assertRaisesRegex(UserError, "Once has been used as often as it may"):
            orders.action_confirm()
        self.assertEqual(orders.mapped("state"), ["draft", "draft"])
        orders[0].action_confirm()
        with self.assertRaises(UserError):
            orders[1].action_confirm()

    def test_a_cancelled_order_frees_its_use(self):
        orders = [self.create_order(partner) for partner in (self.ada, self.bob)]
        self.apply(orders[0])
        orders[0].action_confirm()
        orders[0]._action_cancel()
        self.assertEqual(self.apply(orders[1]), {})
        orders[1].action_confirm()
        self.assertEqual(orders[1].order_line.reward_id, self.promotion.reward_ids)
