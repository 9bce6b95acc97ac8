from datetime import timedelta

from odoo.tests import tagged

from .test_card_replacement import CardLifeCommon as Common


@tagged("post_install", "-at_install")
class TestCardMerge(Common):
    """Merging customers with the wizard of core."""

    def _merge(self, *partners):
        wizard = self.env["base.partner.merge.automatic.wizard"].create({})
        wizard._merge([partner.id for partner in partners], partners[-1])

    def test_one_card_stays_with_all_points(self):
        """Core adds up balances; the other card keeps its lots, and nothing says where it went."""
        bobs = self._create_card(self.bob)
        soon, later = self.today + timedelta(5), self.today + timedelta(50)
        self._post(self.card, "earn", 40, expiration_date=later)
        self._post(bobs, "earn", 30, expiration_date=soon)
        self._post(bobs, "earn", 20, pending=True)
        self._merge(self.bob, self.ada)
        self.assertFalse(self.bob.exists())
        self.assertEqual((self.card.points, self.card.points_pending), (70, 20))
        self.assertEqual(self._get_open_lots(self.card), [(30, soon), (40, later)])
        self.assertEqual((bobs.state, bobs.active, bobs.points), ("replaced", False, 0))
        self.assertEqual((bobs.replaced_by_id, bobs.partner_id), (self.card, self.ada))
        self.assertBalanced()

    def test_card_comes_to_a_customer_without_one(self):
        cleo = self.env["res.partner"].create({"name": "Cleo"})
        bobs = self._create_card(self.bob)
        self._post(self.card, "earn", 40)
        self._post(bobs, "earn", 2)
        self._merge(self.ada, self.bob, cleo)
        cards = self.Card.search([("partner_id", "=", cleo.id)])
        self.assertEqual((cards, cards.points), (self.card, 42))
        self.assertBalanced()

    def test_debt_is_settled_with_what_the_other_card_holds(self):
        bobs = self._create_card(self.bob)
        self._post(bobs, "revoke", 0, used=30, allow_debt=True)
        self._post(self.card, "earn", 40)
        self._merge(self.bob, self.ada)
        self.assertEqual((self.card.points, self.card.points_debt), (10, 0))

    def test_a_blocked_card_stays_blocked(self):
        bobs = self._create_card(self.bob)
        self._post(bobs, "earn", 30)
        bobs._block("Fraud")
        self._merge(self.bob, self.ada)
        self.assertEqual((self.card.state, self.card.block_reason), ("blocked", "Fraud"))
        self.assertEqual(self.card.points, 30)

    def test_vouchers_stay_apart(self):
        vouchers = self._create_program("Vouchers", "coupons")
        first = self._create_card(self.ada, vouchers, points=1)
        second = self._create_card(self.bob, vouchers, points=1)
        self._merge(self.bob, self.ada)
        self.assertEqual((first + second).partner_id, self.ada)
        self.assertEqual((first + second).mapped("points"), [1, 1])
        self.assertEqual((first + second).mapped("active"), [True, True])
