from datetime import timedelta

from odoo import Command
from odoo.exceptions import UserError
from odoo.tests import new_test_user, tagged

from .common import LoyaltyCardCommon


@tagged("post_install", "-at_install")
class TestPointsOrders(LoyaltyCardCommon):
    """Faults of core alone: what many orders do with one card."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.program.rule_ids.write({"reward_point_amount": 0.1, "reward_point_mode": "order"})
        cls.program.reward_ids.write(
            {"required_points": 100, "discount": 10, "discount_mode": "percent"}
        )
        cls.card = cls._create_card(cls.ada, points=100)
        cls.product = cls.env["product.product"].create({"name": "Bun", "list_price": 10})

    def create_order(self, with_reward=False):
        order = self.env["sale.order"].create(
            {
                "partner_id": self.ada.id,
                "order_line": [Command.create({"product_id": self.product.id})],
            }
        )
        if with_reward:
            order._update_programs_and_rewards()
            order._apply_program_reward(self.program.reward_ids[:1], self.card)
        return order

    def assert_points(self, points, debt=0):
        self.assertEqual((self.card.points, self.card.points_debt), (points, debt))
        self.assertFalse(self.card._find_unbalanced())

    def test_quotations_confirmed_together_do_not_spend_points_twice(self):
        """Core looks at each quotation alone and then takes all points: -100."""
        orders = self.create_order(with_reward=True) + self.create_order(with_reward=True)
        with self.assertRaisesRegex(UserError, "but 100 .* are needed"), self.env.cr.savepoint():
            orders.action_confirm()
        self.env.invalidate_all()
        self.assertEqual(orders.mapped("state"), ["draft", "draft"])
        self.assert_points(100)

    def test_many_small_awards_add_up(self):
        """Core adds floats: 30 times 0.1 is not 3."""
        self.env["sale.order"].concat(
            *(self.create_order() for _order in range(30))
        ).action_confirm()
        self.assert_points(103)

    def test_a_cancelled_order_confirmed_again(self):
        order = self.create_order(with_reward=True)
        order.action_confirm()
        self.assert_points(0.1)
        order._action_cancel()
        self.assert_points(100)
        order.action_draft()
        order.action_confirm()
        self.assert_points(100.1)
        lines = self.card.history_ids.filtered(lambda line: line.order_id == order.id)
        self.assertEqual(len(lines.filtered("is_reversed")), len(lines) - 1)

    def test_a_salesperson_confirms_and_cancels(self):
        user = new_test_user(self.env, "points-seller", groups="sales_team.group_sale_salesman")
        order = self.create_order(with_reward=True)
        order.user_id = user
        order = order.with_user(user)
        order.action_confirm()
        self.assert_points(0.1)
        order._action_cancel()
        self.assert_points(100)

    def test_an_expired_card_earns_nothing(self):
        """With core it goes on earning."""
        self.card.expiration_date = self.card._get_today() - timedelta(days=1)
        order = self.create_order()
        order.action_confirm()
        self.assertEqual(order.state, "sale")
        self.assert_points(100)
        self.card.expiration_date = self.card._get_today()
        self.create_order().action_confirm()
        self.assert_points(100.1)
