from odoo.exceptions import UserError, ValidationError
from odoo.tests import tagged

from .test_card_replacement import CardLifeCommon as Common


@tagged("post_install", "-at_install")
class TestCardShared(Common):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.program.reward_ids.write({"required_points": 50, "discount": 10})
        cls.firm = cls.env["res.partner"].create({"name": "Firm", "is_company": True})
        cls.dora, cls.emil = cls.env["res.partner"].create(
            [{"name": name, "parent_id": cls.firm.id} for name in ("Dora", "Emil")]
        )
        cls.shared = cls._create_card(cls.firm, is_shared=True)

    def _confirm(self, partner):
        order = self._create_order(partner)
        order.with_user(self.salesperson).action_confirm()
        return order

    def _get_cards(self, *partners):
        return self.Card.search([("partner_id", "in", [partner.id for partner in partners])])

    def test_contacts_earn_on_the_card_of_the_company(self):
        """Core compares the customer exactly: each contact would get a card of his own."""
        for partner in (self.dora, self.emil, self.firm):
            self._confirm(partner)
        self.assertEqual(self.shared.points, 300)
        self.assertEqual(self._get_cards(self.dora, self.emil, self.firm), self.shared)
        earned = {line.partner_id: line.issued for line in self.shared.history_ids}
        self.assertEqual(earned, {self.dora: 100, self.emil: 100, self.firm: 100})
        action = self.shared.action_view_contacts()
        self.assertEqual(self.env["loyalty.history"].search_count(action["domain"]), 3)
        self.assertBalanced()

    def test_contacts_spend_what_others_earned(self):
        self._confirm(self.emil)
        order = self._create_order(self.dora).with_user(self.salesperson)
        self._claim_reward(order)
        self.assertEqual(order.amount_total, 90)
        order._update_programs_and_rewards()
        self.assertEqual(order.amount_total, 90)
        order.action_confirm()
        self.assertEqual(self.shared.points, 100 + 100 - 50)
        line = self.shared.history_ids[0]
        self.assertEqual((line.partner_id, line.used, line.issued), (self.dora, 50, 100))
        self.assertBalanced()
        order._action_cancel()
        self.assertEqual(self.shared.points, 100)

    def test_points_of_the_order_pay_for_its_reward(self):
        order = self._create_order(self.dora)
        self._claim_reward(order)
        order.action_confirm()
        self.assertEqual(order.amount_total, 90)
        self.assertEqual(self.shared.points, 50)

    def test_updating_a_confirmed_order_changes_nothing(self):
        order = self._confirm(self.dora)
        for _time in range(2):
            order._update_programs_and_rewards()
        self.assertEqual(self.shared.points, 100)
        self.assertEqual(order.coupon_point_ids.mapped("points"), [100])
        self.assertEqual(order.coupon_point_ids.coupon_id, self.shared)

    def test_own_card_is_used_when_nothing_is_shared(self):
        self.shared.is_shared = False
        self._confirm(self.dora)
        self.assertEqual(self._get_cards(self.dora).points, 100)
        self.assertEqual(self.shared.points, 0)
        own = self._get_cards(self.dora)
        self.shared.is_shared = True
        self._confirm(self.dora)
        self.assertEqual((own.points, self.shared.points), (100, 100))

    def test_a_blocked_shared_card_gives_contacts_nothing(self):
        self.shared._block("Fraud")
        order = self._confirm(self.dora)
        self.assertEqual(self.shared.points, 0)
        self.assertFalse(order.coupon_point_ids)
        self.assertEqual(self._get_cards(self.dora, self.firm), self.shared)

    def test_limit_of_a_contact(self):
        self._post(self.shared, "gift", 500)
        self.shared.contact_limit = 60
        first = self._create_order(self.dora)
        self._claim_reward(first)
        first.action_confirm()
        self.assertTrue(first.order_line.reward_id)
        second = self._create_order(self.dora)
        second._update_programs_and_rewards()
        self.assertFalse(second._get_claimable_rewards())
        # colleagues and the company itself are not concerned
        for partner in (self.emil, self.firm):
            order = self._create_order(partner)
            self._claim_reward(order)
            order.action_confirm()
        # at the desk
        with self.assertRaisesRegex(UserError, "Dora may spend 60 .* has 10 .* left"):
            self._post(self.shared, "redeem", 11, partner_id=self.dora.id)
        self._post(self.shared, "redeem", 10, partner_id=self.dora.id)

    def test_limit_that_others_used_up_meanwhile(self):
        self._post(self.shared, "gift", 500)
        self.shared.contact_limit = 60
        orders = [self._create_order(self.dora) for _number in range(2)]
        for order in orders:
            self._claim_reward(order)
        orders[0].action_confirm()
        with self.assertRaisesRegex(UserError, "Dora may spend 60 .* a month"):
            orders[1].action_confirm()
        self.assertEqual(orders[1].state, "draft")
        orders[0]._action_cancel()
        orders[1].action_confirm()
        self.assertTrue(orders[1].order_line.reward_id)

    def test_only_companies_share(self):
        for partner in (self.ada, self.dora):
            card = self._get_cards(partner) or self._create_card(partner)
            with self.assertRaisesRegex(ValidationError, "Only the card of a company"):
                card.is_shared = True

    def test_another_customer_on_the_quotation(self):
        """Core leaves Ada's points to Bob, and gives his to a card of nobody."""
        self._post(self.card, "gift", 60)
        order = self._create_order(self.ada)
        self._claim_reward(order)
        order.partner_id = self.bob
        order.action_confirm()
        self.assertEqual(self.card.points, 60)
        self.assertEqual(self._get_cards(self.bob).points, 100)
        self.assertFalse(order.order_line.reward_id)
        self.assertFalse(self.Card.search([("partner_id", "=", False)]))

    def test_another_contact_on_the_quotation(self):
        order = self._create_order(self.dora)
        order._update_programs_and_rewards()
        order.partner_id = self.emil
        order.action_confirm()
        self.assertEqual(self.shared.points, 100)
        self.assertEqual(self.shared.history_ids.partner_id, self.emil)

    def test_replaced_card_stays_shared(self):
        self._confirm(self.dora)
        self.shared.contact_limit = 60
        new = self.shared._replace("Lost")
        self.assertEqual((new.is_shared, new.contact_limit), (True, 60))
        self._confirm(self.emil)
        self.assertEqual(new.points, 200)

    def test_customers_without_a_company_cost_no_query(self):
        order = self._create_order(self.ada)
        self.assertTrue(order.partner_id.commercial_partner_id)
        self.env.flush_all()
        with self.assertQueryCount(0):
            order._get_shared_cards()
