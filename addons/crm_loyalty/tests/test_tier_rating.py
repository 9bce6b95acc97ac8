from dateutil.relativedelta import relativedelta

from odoo.tests import tagged

from .tier_common import TierCommon


@tagged("post_install", "-at_install")
class TestTierRating(TierCommon):
    """Up at once, down after the grace period; a row of history for each move."""

    def test_up_at_once_to_the_highest_tier_reached(self):
        self._invoice(1200)
        move = self._rate()
        self.assertEqual(self.card.tier_id, self.gold)
        self.assertEqual(self.card.tier_since, self.today)
        self.assertRecordValues(
            move,
            [
                {
                    "card_id": self.card.id,
                    "partner_id": self.ada.id,
                    "company_id": self.company.id,
                    "direction": "up",
                    "previous_tier_id": False,
                    "tier_id": self.gold.id,
                    "basis": "turnover",
                    "value": 1200,
                    "threshold": 1000,
                    "date": self.today,
                    "message_state": "waiting",
                }
            ],
        )
        self.assertIn("1,200.00", move.reason)
        self.assertFalse(self._rate(), "nobody moves twice")

    def test_exactly_the_threshold_is_enough(self):
        self._invoice(1000)
        self._rate()
        self.assertEqual(self.card.tier_id, self.gold)

    def test_below_the_lowest_tier_is_in_none(self):
        self._invoice(99.99)
        self.assertFalse(self._rate())
        self.assertFalse(self.card.tier_id)

    def test_down_after_the_grace_period(self):
        invoice = self._invoice(1200)
        self._rate()
        self._credit(invoice, 1000)
        self.assertFalse(self._rate())
        self.assertEqual(self.card.tier_id, self.gold)
        self.assertEqual(self.card.tier_below_since, self.today)
        end = self.today + relativedelta(months=3)
        self.assertEqual(self.card.tier_kept_until, end - relativedelta(days=1))
        last_day = (end - self.today).days
        self.assertFalse(self._rate(days=last_day - 1))
        move = self._rate(days=last_day)
        self.assertEqual(self.card.tier_id, self.silver)
        self.assertFalse(self.card.tier_below_since)
        self.assertRecordValues(
            move,
            [
                {
                    "direction": "down",
                    "previous_tier_id": self.gold.id,
                    "tier_id": self.silver.id,
                    "value": 200,
                    "threshold": 1000,
                }
            ],
        )

    def test_buying_again_ends_the_grace_period(self):
        invoice = self._invoice(1200)
        self._rate()
        self._credit(invoice, 1000)
        self._rate()
        self._invoice(900)
        self.assertFalse(self._rate(days=10))
        self.assertFalse(self.card.tier_below_since)
        self.assertEqual(self.card.tier_id, self.gold)

    def test_up_during_the_grace_period(self):
        invoice = self._invoice(1200)
        self._rate()
        self._credit(invoice, 1000)
        self._rate()
        self._invoice(6000)
        self._rate(days=10)
        self.assertEqual(self.card.tier_id, self.platinum)
        self.assertFalse(self.card.tier_below_since)

    def test_without_grace_period_down_at_once(self):
        self.gold.grace_months = 0
        invoice = self._invoice(1200)
        self._rate()
        self._credit(invoice)
        move = self._rate()
        self.assertEqual((move.direction, move.tier_id), ("down", self.env["loyalty.tier"]))
        self.assertFalse(self.card.tier_id)

    def test_archived_tier_is_left_at_once(self):
        self._invoice(1200)
        self._rate()
        self.gold.active = False
        move = self._rate()
        self.assertEqual(self.card.tier_id, self.silver)
        self.assertEqual(move.reason, "The tier is archived")

    def test_tiers_that_count_differently(self):
        self.platinum.write({"basis": "orders", "threshold": 2})
        self.env["sale.order"].create(
            [
                {"partner_id": self.ada.id, "company_id": self.company.id, "state": "sale"}
                for _n in range(2)
            ]
        )
        move = self._rate()
        self.assertEqual(self.card.tier_id, self.platinum)
        self.assertEqual(move.reason, "2 orders in 12 months (needed: 2 orders)")

    def test_movement_report(self):
        invoice = self._invoice(1200)
        self._rate()
        self._credit(invoice, 1000)
        self._rate()
        self._rate(days=100)
        self.env.flush_all()
        rows = self.env["loyalty.tier.report"].search([], order="id")
        self.assertRecordValues(
            rows,
            [
                {"up_count": 1, "down_count": 0, "net_count": 1, "tier_id": self.gold.id},
                {"up_count": 0, "down_count": 1, "net_count": -1, "tier_id": self.silver.id},
            ],
        )
        self.assertAlmostEqual(rows[1].months_in_tier, 100 / 30.4375, places=3)
        [(program, up, down)] = rows._read_group(
            [], ["program_id"], ["up_count:sum", "down_count:sum"]
        )
        self.assertEqual((program, up, down), (self.program, 1, 1))

    def test_number_of_queries_does_not_grow(self):
        partners = self.env["res.partner"].create([{"name": f"P{n}"} for n in range(40)])
        cards = self.env["loyalty.card"].create(
            [{"program_id": self.program.id, "partner_id": partner.id} for partner in partners]
        )
        for batch in (cards[:2], cards):
            self._rate(batch)
        with self.assertQueryCount(6):
            self.program.sudo()._rate_cards(cards, self.today)
