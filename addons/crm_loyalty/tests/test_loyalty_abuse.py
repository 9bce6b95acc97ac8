import math

from odoo import Command
from odoo.exceptions import AccessError, UserError
from odoo.tests import new_test_user, tagged

from .common import LoyaltyCardCommon


@tagged("post_install", "-at_install")
class TestLoyaltyAbuse(LoyaltyCardCommon):
    """What colleagues could call by RPC to get points: refused, and nothing has changed."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.card = cls._create_card(cls.ada, points=500)
        cls.reward = cls.program.reward_ids[0]
        cls.reward.required_points = 100
        cls.product = cls.env["product.product"].create(
            {"name": "Wine", "list_price": 50, "taxes_id": False}
        )
        cls.portal = new_test_user(cls.env, "abuse-portal", groups="base.group_portal")

    def tearDown(self):
        self.assertFalse(self.Card._find_unbalanced())
        super().tearDown()

    def make_order(self, user=None, **values):
        return (
            self.env["sale.order"]
            .with_user(user or self.salesperson)
            .create(
                {
                    "partner_id": self.ada.id,
                    "order_line": [Command.create({"product_id": self.product.id})],
                }
                | values
            )
        )

    def claim(self, order):
        order._update_programs_and_rewards()
        self.assertFalse(order._apply_program_reward(self.reward, self.card.with_env(order.env)))
        return order.order_line.filtered("reward_id")

    # The card

    def test_salesperson_writes_no_worth_of_a_card(self):
        other = self._create_program("Other")
        card = self.card.with_user(self.salesperson)
        for values in (
            {"points": 5000},
            {"points_debt": 0.5},
            {"partner_id": self.bob.id},
            {"program_id": other.id},
            {"code": "MINE"},
            {"referral_code": "ABCDEFGHJK"},
            {"expiration_date": "2099-12-31"},
            {"is_nominative": False},
            {"contact_limit": 5},
            {"is_shared": True},
            {"state": "blocked"},
            {"lot_ids": [Command.create({"kind": "gift", "points": 5, "remaining": 5})]},
            {"history_ids": [Command.create({"description": "Mine"})]},
        ):
            before = self.card.read([name for name in values if name != "lot_ids"])
            with self.subTest(values), self.assertRaises(UserError):
                card.write(values)
            self.card.invalidate_recordset()
            self.assertEqual(self.card.read(list(before[0])), before)

    def test_manager_neither_forgives_a_debt_nor_moves_points_to_another_program(self):
        card = self.card.with_user(self.manager)
        other = self._create_program("Other")
        with self.assertRaises(AccessError):
            card.points_debt = 5
        with self.assertRaisesRegex(UserError, "stays in its program"):
            card.program_id = other
        self.assertEqual((self.card.points_debt, self.card.program_id), (0, self.program))

    def test_new_cards_are_no_way_around_the_second_person(self):
        self.program.adjustment_limit = 100
        cards = self.Card.with_user(self.manager)
        with self.assertRaises(UserError) as raised:
            cards.create({"program_id": self.program.id, "partner_id": self.bob.id, "points": 101})
        self.assertIn("starts with at most 100", str(raised.exception))
        wizard = self.env["loyalty.generate.wizard"].with_user(self.manager)
        generation = wizard.create(
            {
                "program_id": self.program.id,
                "mode": "selected",
                "customer_ids": self.bob.ids,
                "points_granted": 101,
            }
        )
        with self.assertRaises(UserError):
            generation.generate_coupons()
        generation.points_granted = 100
        self.assertEqual(generation.generate_coupons().points, 100)

    def test_replacing_the_card_gives_no_second_limit(self):
        self.program.adjustment_limit = 100
        adjustments = self.env["loyalty.adjustment"].with_user(self.salesperson)
        card = self.card.with_user(self.salesperson)
        self.assertEqual(adjustments._request(card, 100, "Sorry").state, "done")
        for _times in range(2):
            card = card._replace("Lost")
            self.assertEqual(adjustments._request(card, 1, "Sorry").state, "waiting")
        self.assertEqual(card.points, 600)

    # History

    def test_nobody_writes_history(self):
        order = self.make_order()
        order.action_confirm()
        line = self.card.history_ids.filtered("order_id")
        self.assertTrue(line)
        for user in (self.salesperson, self.manager):
            for values in (
                {"is_reversed": True},
                {"order_id": 1},
                {"partner_id": self.bob.id},
                {"issued": 5000},
                {"description": "A lie"},
            ):
                with self.subTest(values), self.assertRaises(AccessError):
                    line.with_user(user).write(values)
            with self.assertRaises(AccessError):
                line.with_user(user).unlink()
            with self.assertRaises(AccessError):
                self.env["loyalty.history"].with_user(user).create(
                    {
                        "card_id": self.card.id,
                        "description": "A lie",
                        "order_model": "sale.order",
                        "order_id": order.id,
                    }
                )

    def test_a_context_completes_nothing(self):
        gold = self.env["loyalty.tier"].create(
            {"program_id": self.program.id, "name": "Gold", "threshold": 1000}
        )
        order = self.make_order(partner_id=self.bob.id)
        order.with_context(
            default_is_reversed=True,
            default_tier_id=gold.id,
            default_points_debt=7,
            default_state="sent",
            default_is_shared=True,
            default_company_id=self.env.company.create({"name": "Elsewhere"}).id,
        ).action_confirm()
        card = order.coupon_point_ids.coupon_id
        self.assertEqual(card.points, 50)
        self.assertEqual(
            (card.state, card.tier_id.id, card.points_debt, card.is_shared),
            ("active", False, 0, False),
        )
        self.assertEqual(card.lot_ids.company_id, card.company_id)
        order._action_cancel()
        self.assertEqual(card.points, 0)

    def test_a_context_decides_on_no_adjustment(self):
        self.program.adjustment_limit = 100
        adjustments = self.env["loyalty.adjustment"].with_user(self.salesperson)
        adjustments = adjustments.with_context(
            default_state="done", default_approver_id=self.manager.id
        )
        card = self.card.with_user(self.salesperson)
        adjustment = adjustments._request(card, 5000, "Mine")
        self.assertEqual((adjustment.state, adjustment.approver_id.id), ("waiting", False))
        self.assertEqual(self.card.points, 500)

    # Orders

    def test_rewards_are_not_written_on_lines(self):
        for state in ("draft", "sale"):
            order = self.make_order()
            if state == "sale":
                order.action_confirm()
            points = self.card.points
            line = order.order_line[0]
            for values in (
                {"coupon_id": self.card.id},
                {"points_cost": 1000},
                {"reward_id": self.reward.id},
                {"coupon_id": self.card.id, "points_cost": 1000},
            ):
                with self.subTest(values, state=state):
                    with self.assertRaisesRegex(AccessError, "not written on order lines"):
                        line.write(values)
                    with self.assertRaisesRegex(AccessError, "not written on order lines"):
                        order.write(
                            {
                                "order_line": [
                                    Command.create(
                                        {
                                            "name": "Mine",
                                            "display_type": False,
                                            "product_id": self.product.id,
                                            **values,
                                        }
                                    )
                                ]
                            }
                        )
            extra = line.with_context(
                default_coupon_id=self.card.id, default_points_cost=-5, default_reward_id=1
            ).create({"order_id": order.id, "product_id": self.product.id})
            self.assertFalse(extra.coupon_id or extra.points_cost or extra.reward_id)
            self.assertEqual(self.card.points, points)

    def test_a_claimed_reward_keeps_its_price_and_its_order(self):
        order = self.make_order()
        line = self.claim(order)
        for values in (
            {"points_cost": 0},
            {"coupon_id": False},
            {"order_id": self.make_order().id},
        ):
            with self.subTest(values), self.assertRaises(AccessError):
                line.write(values)
        line.write({"name": "Your reward", "points_cost": line.points_cost})
        order.action_confirm()
        spent = line.points_cost
        self.assertEqual((spent, self.card.points), (100, 450))
        with self.assertRaises(AccessError):
            line.points_cost = 0
        copy = order.copy()
        self.assertFalse(copy.order_line.coupon_id)
        self.assertEqual(self.card.points, 450)

    def test_an_order_earns_once_however_its_state_is_written(self):
        order = self.make_order()
        order.action_confirm()
        self.assertEqual(self.card.points, 550)
        for state in ("draft", "cancel", "sent"):
            order.write({"state": state})
            self.assertEqual(self.card.points, 500, state)
            order.write({"state": "draft"})
            order.action_confirm()
            self.assertEqual(self.card.points, 550, state)
        order._action_cancel()
        self.assertEqual(self.card.points, 500)

    def test_an_order_with_rewards_is_confirmed_by_its_button(self):
        order = self.make_order()
        self.claim(order)
        with self.assertRaisesRegex(AccessError, "confirmed by its button"):
            order.write({"state": "sale"})
        self.assertEqual(order.state, "draft")

    # Bad input

    def test_absurd_points(self):
        card = self.card.with_user(self.salesperson)
        for points in (math.nan, math.inf, -math.inf, 1e300, -5, 0):
            with self.subTest(points):
                with self.assertRaises(UserError):
                    card.desk_award(points, "Mine")
                wizard = self.env["loyalty.card.update.balance"].with_user(self.salesperson)
                with self.assertRaises(UserError):
                    wizard.create(
                        {"card_id": card.id, "new_balance": points or -1, "description": "Mine"}
                    ).action_update_card_point()
        self.assertEqual(self.card.points, 500)

    def test_absurd_points_for_a_reward(self):
        reward = self.reward
        reward.write({"reward_type": "discount", "discount_mode": "per_point", "discount": 1})
        card = self.card.with_user(self.salesperson)
        for points in (math.nan, math.inf, 1e300, -5, 501, 99):
            with self.subTest(points), self.assertRaises(UserError):
                card.desk_redeem(reward.id, points)
        self.assertEqual(self.card.points, 500)

    def test_portal_users_call_nothing(self):
        card = self.card.with_user(self.portal)
        calls = (
            lambda: card.desk_find("Ada"),
            card.desk_read,
            lambda: card.desk_award(5, "Mine"),
            lambda: card.desk_redeem(self.reward.id),
            card.desk_sell,
            card.action_unblock,
            lambda: card.read(["points"]),
            lambda: card.history_ids.read(["issued"]),
            lambda: card.env["loyalty.lot"].search([]),
            lambda: card.env["loyalty.adjustment"].search([]),
            lambda: card.env["loyalty.card.hand.out"].create({}),
            lambda: card.env["loyalty.card.block"].create({"card_ids": card.ids, "reason": "x"}),
        )
        for index, call in enumerate(calls):
            with self.subTest(index), self.assertRaises(AccessError):
                call()
