from odoo.exceptions import UserError
from odoo.tests import tagged

from .test_card_replacement import CardLifeCommon as Common


@tagged("post_install", "-at_install")
class TestCardBlocked(Common):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.program.reward_ids.required_points = 50
        cls._post(cls.card, "gift", 60)

    def test_orders_are_sold_without_points(self):
        """Core finds the card by its customer, whatever is wrong with it."""
        self.card._block("Fraud")
        order = self._create_order(self.ada)
        order._update_programs_and_rewards()
        self.assertFalse(order._get_claimable_rewards())
        order.with_user(self.salesperson).action_confirm()
        self.assertEqual(order.state, "sale")
        self.assertEqual(self.card.points, 60)
        self.assertEqual(self.Card.search([("partner_id", "=", self.ada.id)]), self.card)

    def test_quotation_from_before_the_block(self):
        order = self._create_order(self.ada)
        order._update_programs_and_rewards()
        self.assertEqual(order.coupon_point_ids.points, 100)
        self.card._block("Fraud")
        order.action_confirm()
        self.assertEqual(self.card.points, 60)
        self.assertFalse(order.coupon_point_ids)

    def test_reward_claimed_before_the_block_is_not_dropped_silently(self):
        order = self._create_order(self.ada)
        self._claim_reward(order)
        total = order.amount_total
        self.card._block("Fraud")
        with self.assertRaisesRegex(UserError, r"is blocked \(Fraud\)"):
            order.action_confirm()
        self.assertEqual((order.state, order.amount_total), ("draft", total))
        self.card.action_unblock()
        order.action_confirm()
        self.assertEqual(order.amount_total, total)

    def test_unblocked_before_the_order_is_confirmed(self):
        self.card._block("Mistake")
        order = self._create_order(self.ada)
        order._update_programs_and_rewards()
        self.card.action_unblock()
        order.action_confirm()
        self.assertEqual(self.card.points, 160)

    def test_cancelling_takes_back_and_gives_back(self):
        order = self._create_order(self.ada)
        self._claim_reward(order)
        order.action_confirm()
        self.assertNotEqual(self.card.points, 60)
        self.card._block("Fraud")
        order._action_cancel()
        self.assertEqual(self.card.points, 60)

    def test_nobody_posts_on_it(self):
        self.card._block("Fraud")
        for kind in ("earn", "redeem", "gift", "referral", "adjust"):
            with self.assertRaisesRegex(UserError, r"is blocked \(Fraud\)"):
                self._post(self.card, kind, 5)
        for points in (0, 59, 61):
            with self.assertRaisesRegex(UserError, r"is blocked \(Fraud\)"):
                self.card.points = points
        self._post(self.card, "expire", 10)
        self.assertEqual(self.card.points, 50)

    def test_number_on_a_quotation(self):
        self.card._block("Fraud")
        order = self.env["sale.order"].new({"loyalty_card_number": self.card.number})
        warning = order._onchange_loyalty_card_number()["warning"]["message"]
        self.assertIn("is blocked (Fraud)", warning)
        self.assertFalse(order.partner_id)

    def test_a_usual_order_costs_no_query_more(self):
        order = self._create_order(self.ada)
        order._update_programs_and_rewards()
        entries = order.coupon_point_ids
        self.env.flush_all()
        self.assertTrue(entries.coupon_id.points)
        with self.assertQueryCount(0):
            self.assertEqual(entries.coupon_id.state, "active")

    def test_posting_on_many_cards_takes_a_fixed_number_of_queries(self):
        partners = self.env["res.partner"].create([{"name": f"Customer {n}"} for n in range(24)])
        cards = self.Card.create(
            [{"program_id": self.program.id, "partner_id": partner.id} for partner in partners]
        )

        def count_queries(cards):
            movements = [{"card_id": card.id, "kind": "gift", "issued": 5} for card in cards]
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            self.Card._post_points(movements)
            self.env.flush_all()
            return self.env.cr.sql_log_count - before

        count_queries(cards[:2])
        few = count_queries(cards[2:4])
        self.assertLessEqual(count_queries(cards[4:]), few + 2)
