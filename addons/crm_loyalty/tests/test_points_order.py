from odoo.exceptions import UserError
from odoo.fields import Command
from odoo.tests import tagged

from .common import LoyaltyCardCommon


@tagged("post_install", "-at_install")
class TestPointsOrder(LoyaltyCardCommon):
    """What orders earn and spend, confirmed and cancelled by a salesperson."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.program.write(
            {
                "rule_ids": [
                    Command.clear(),
                    Command.create({"reward_point_mode": "money", "reward_point_amount": 1}),
                ],
                "reward_ids": [
                    Command.clear(),
                    Command.create(
                        {
                            "reward_type": "discount",
                            "discount_mode": "per_order",
                            "discount": 10,
                            "required_points": 100,
                        }
                    ),
                ],
            }
        )
        cls.product = cls.env["product.product"].create(
            {"name": "Tea", "list_price": 100, "taxes_id": False}
        )
        cls.card = cls._create_card(cls.ada)

    def create_order(self, quantity=1):
        order = self.env["sale.order"].with_user(self.salesperson)
        return order.create(
            {
                "partner_id": self.ada.id,
                "order_line": [
                    Command.create({"product_id": self.product.id, "product_uom_qty": quantity})
                ],
            }
        )

    def redeem(self, order):
        order._update_programs_and_rewards()
        order._apply_program_reward(self.program.reward_ids, self.card.with_user(order.env.user))

    def assert_balanced(self, points, debt=0):
        self.assertEqual((self.card.points, self.card.points_debt), (points, debt))
        self.assertFalse(self.card._find_unbalanced())

    def test_a_confirmed_order_makes_a_lot(self):
        order = self.create_order()
        order.action_confirm()
        self.assert_balanced(100)
        lot = self.card.lot_ids
        self.assertEqual((lot.kind, lot.points), ("earn", 100))
        self.assertEqual(lot.history_id.order_id, order.id)
        self.assertEqual(lot.history_id.partner_id, self.ada)

    def test_an_order_earns_and_spends_in_one_line(self):
        self.card.points = 100
        order = self.create_order(2)
        self.redeem(order)
        order.action_confirm()
        line = self.card.history_ids[0]
        self.assertEqual((line.issued, line.used), (200, 100))
        self.assert_balanced(200)

    def test_a_cancelled_order_is_taken_back_by_a_line(self):
        order = self.create_order()
        order.action_confirm()
        order._action_cancel()
        self.assert_balanced(0)
        self.assertEqual(self.card.history_ids.mapped("kind"), ["revoke", "earn"])
        self.assertTrue(all(self.card.history_ids.mapped("is_reversed")))
        self.assertEqual(self.card.lot_ids.state, "revoked")

    def test_points_spent_meanwhile_are_owed(self):
        first = self.create_order()
        first.action_confirm()
        second = self.create_order(0.5)
        self.redeem(second)
        second.action_confirm()
        self.assert_balanced(0)
        first._action_cancel()
        self.assert_balanced(0, debt=100)
        self.create_order(3).action_confirm()
        self.assert_balanced(200)

    def test_redeemed_points_come_back_once(self):
        self.card.points = 100
        order = self.create_order(0.5)
        self.redeem(order)
        order.action_confirm()
        self.assert_balanced(0)
        order._action_cancel()
        self.assert_balanced(100)
        order._reverse_points()
        self.assert_balanced(100)

    def test_confirmed_again_after_a_cancellation(self):
        order = self.create_order()
        for _round in range(2):
            order.action_confirm()
            self.assert_balanced(100)
            order._action_cancel()
            self.assert_balanced(0)
            order.action_draft()

    def test_rewards_added_and_removed_after_confirmation(self):
        self.card.points = 100
        order = self.create_order()
        order.action_confirm()
        self.assert_balanced(200)
        self.redeem(order)
        self.assertEqual(self.card.history_ids[0].used, 100)
        self.assert_balanced(100)
        order.order_line.filtered("reward_id")._reset_loyalty(True)
        self.assertEqual(self.card.history_ids[0].used, 0)
        self.assert_balanced(200)

    def test_quotations_confirmed_together_do_not_overdraw(self):
        self.card.points = 100
        orders = self.env["sale.order"]
        for _order in range(2):
            order = self.create_order(0.5)
            self.redeem(order)
            orders |= order
        with self.assertRaisesRegex(UserError, "holds"), self.env.cr.savepoint():
            orders.action_confirm()
        self.assertEqual(set(orders.mapped("state")), {"draft"})
        self.assert_balanced(100)

    def test_waiting_points_cannot_be_used_on_their_own_order(self):
        self.program.points_release = "payment"
        self.card.points = 50
        order = self.create_order()
        order._update_programs_and_rewards()
        self.assertEqual(order._get_real_points_for_coupon(self.card), 50)
        order.action_confirm()
        self.assert_balanced(50)
        self.assertEqual(self.card.points_pending, 100)
        order._action_cancel()
        self.assert_balanced(50)
        self.assertEqual(self.card.points_pending, 0)
