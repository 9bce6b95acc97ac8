from odoo.exceptions import AccessError, UserError
from odoo.tests import new_test_user, tagged

from .common import LoyaltyCardCommon


@tagged("post_install", "-at_install")
class TestAdjustment(LoyaltyCardCommon):
    """Points by hand: with a reason, and many of them with a second person."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.card = cls._create_card(cls.ada, points=50)
        cls.program.adjustment_limit = 100
        cls.other_manager = new_test_user(
            cls.env, "other-card-manager", groups="sales_team.group_sale_manager"
        )

    def request(self, points, reason="Welcome back", user=None):
        user = user or self.salesperson
        card = self.card.with_user(user)
        return self.env["loyalty.adjustment"].with_user(user)._request(card, points, reason)

    def test_few_points_are_given_at_once(self):
        adjustment = self.request(20)
        self.assertEqual(adjustment.state, "done")
        self.assertEqual(self.card.points, 70)
        self.assertEqual(self.card.history_ids[0].kind, "adjust")
        self.assertEqual(self.card.history_ids[0].reason, "Welcome back")

    def test_a_reason_is_needed(self):
        with self.assertRaisesRegex(UserError, "Say why"):
            self.request(20, reason="  ")
        self.assertEqual(self.card.points, 50)

    def test_no_more_is_taken_than_there_is(self):
        for points in (-51, -500):
            with self.subTest(points=points), self.assertRaisesRegex(UserError, "holds 50"):
                self.request(points)

    def test_many_points_wait_for_another_manager(self):
        adjustment = self.request(101, user=self.manager)
        self.assertEqual(adjustment.state, "waiting")
        self.assertEqual(self.card.points, 50)
        self.assertIn(adjustment.activity_ids.user_id, adjustment._get_managers())
        self.assertNotEqual(adjustment.activity_ids.user_id, self.manager)
        with self.assertRaisesRegex(UserError, "another administrator"):
            adjustment.with_user(self.manager).action_approve()
        with self.assertRaises(AccessError):
            adjustment.with_user(self.salesperson).action_approve()
        adjustment.with_user(self.other_manager).action_approve()
        self.assertEqual(self.card.points, 151)
        self.assertEqual(adjustment.approver_id, self.other_manager)
        with self.assertRaisesRegex(UserError, "any more"):
            adjustment.with_user(self.other_manager).action_approve()
        self.assertEqual(self.card.points, 151)

    def test_a_large_adjustment_is_not_made_of_small_ones(self):
        self.assertEqual(self.request(60).state, "done")
        self.assertEqual(self.request(-60).state, "waiting")
        self.assertEqual(self.card.points, 110)

    def test_refused_with_a_reason(self):
        adjustment = self.request(500)
        wizard = self.env["loyalty.adjustment.refuse"].with_user(self.manager)
        wizard.create({"adjustment_id": adjustment.id, "reason": "Too many"}).action_refuse()
        self.assertEqual((adjustment.state, adjustment.refusal_reason), ("refused", "Too many"))
        self.assertEqual(self.card.points, 50)
        self.assertFalse(adjustment.activity_ids)

    def test_update_balance_of_core_asks_for_an_adjustment(self):
        def update(balance):
            wizard = self.env["loyalty.card.update.balance"].with_user(self.salesperson)
            return wizard.create(
                {"card_id": self.card.id, "new_balance": balance, "description": "Goodwill"}
            ).action_update_card_point()

        update(60)
        self.assertEqual(self.card.points, 60)
        self.assertEqual(update(1000)["params"]["type"], "warning")
        self.assertEqual(self.card.points, 60)
        for balance in (-1, 60):
            with self.subTest(balance=balance), self.assertRaisesRegex(UserError, "new balance"):
                update(balance)

    def test_users_write_no_adjustment_themselves(self):
        for user in (self.salesperson, self.manager):
            adjustments = self.env["loyalty.adjustment"].with_user(user)
            with self.assertRaises(AccessError):
                adjustments.create({"card_id": self.card.id, "points": 5, "reason": "Mine"})
            with self.assertRaises(AccessError):
                self.request(500).with_user(user).write({"state": "done"})

    def test_others_may_not_adjust(self):
        for groups in ("base.group_user", "base.group_portal", "base.group_public"):
            user = new_test_user(self.env, f"other-{groups}", groups=groups)
            with self.subTest(groups), self.assertRaises(AccessError):
                self.request(5, user=user)
