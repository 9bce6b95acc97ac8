from dateutil.relativedelta import relativedelta

from odoo.tests import tagged
from odoo.tools import format_date

from .tier_common import TierCommon


@tagged("post_install", "-at_install")
class TestTierNext(TierCommon):
    """What is missing for the next tier, and until when that is true."""

    def test_missing_until_the_oldest_purchase_leaves_the_window(self):
        self._invoice(300, days=-100)
        self._invoice(400, days=-20)
        self._rate()
        self.assertEqual(self.card.next_tier_id, self.gold)
        self.assertEqual(self.card.to_next_tier, 300)
        by = self._day(-100) + relativedelta(months=12, days=-1)
        self.assertEqual(self.card.next_tier_date, by)
        text = self.card._get_next_tier_text()
        self.assertIn("300.00", text)
        self.assertIn(f"more to Gold by {format_date(self.env, by)}", text)
        # one day later the first purchase counts no more
        start = self.program._get_tier_measures(by + relativedelta(days=1))[self.gold].start
        self.assertGreaterEqual(start, self._day(-100))
        start = self.program._get_tier_measures(by)[self.gold].start
        self.assertLess(start, self._day(-100))

    def test_what_was_bought_since_the_rating_counts(self):
        self._invoice(300)
        self._rate()
        self._invoice(200)
        self.card.invalidate_recordset()
        self.assertEqual(self.card.to_next_tier, 500)

    def test_without_purchases(self):
        self.assertEqual((self.card.next_tier_id, self.card.to_next_tier), (self.silver, 100))
        self.assertEqual(self.card.next_tier_date, self.today + relativedelta(months=12, days=-1))

    def test_highest_tier_has_no_next(self):
        self._invoice(9000)
        self._rate()
        self.assertEqual(self.card.tier_id, self.platinum)
        self.assertFalse(self.card.next_tier_id)
        self.assertIs(self.card._get_next_tier_text(), False)

    def test_orders(self):
        self.program.tier_ids.basis = "orders"
        self.silver.threshold = 1
        self.assertIn("1 order more to Silver by", self.card._get_next_tier_text())

    def test_program_without_tiers_and_unsaved_card(self):
        program = self._create_program("Plain", company_id=self.company.id)
        self.assertIs(self._create_card(self.ada, program)._get_next_tier_text(), False)
        card = self.env["loyalty.card"].new({"program_id": self.program.id})
        self.assertIs(card._get_next_tier_text(), False)

    def test_language_of_the_customer(self):
        self.env["res.lang"]._activate_lang("fr_FR")
        self.gold.with_context(lang="fr_FR").name = "Or"
        self._invoice(300)
        self._rate()
        self.assertIn("Or", self.card.with_context(lang="fr_FR")._get_next_tier_text())

    def test_one_query_for_many_cards(self):
        partners = self.env["res.partner"].create([{"name": f"P{n}"} for n in range(30)])
        cards = self.env["loyalty.card"].sudo()
        cards = cards.create(
            [{"program_id": self.program.id, "partner_id": partner.id} for partner in partners]
        )
        cards[:1].mapped("to_next_tier")
        cards.invalidate_recordset(["to_next_tier"])
        with self.assertQueryCount(5):
            cards.mapped("to_next_tier")
