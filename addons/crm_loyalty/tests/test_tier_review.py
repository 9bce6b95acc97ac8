from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import tagged

from .tier_common import TierCommon


@tagged("post_install", "-at_install")
class TestTierReview(TierCommon):
    """Who would move is listed before it is applied; changed tiers wait for that."""

    def _review(self):
        action = self.program.action_review_tiers()
        return self.env["loyalty.tier.review"].browse(action["res_id"])

    def test_lists_who_would_move_and_moves_nobody(self):
        self._invoice(1200)
        review = self._review()
        self.assertRecordValues(
            review.line_ids,
            [
                {
                    "partner_id": self.ada.id,
                    "direction": "up",
                    "previous_tier_id": False,
                    "tier_id": self.gold.id,
                    "value": 1200,
                    "threshold": 1000,
                }
            ],
        )
        self.assertIn("1,200.00 in 12 months", review.line_ids.reason.replace("$\xa0", ""))
        self.assertEqual((review.up_count, review.down_count), (1, 0))
        self.assertEqual(review.summary, "No tier → Gold: 1")
        self.assertFalse(self.card.tier_id)
        self.assertFalse(self.env["loyalty.tier.move"].search([]))

    def test_apply_moves_them(self):
        self._invoice(1200)
        review = self._review()
        review.action_apply()
        self.assertEqual(self.card.tier_id, self.gold)
        self.assertEqual(self.card.tier_move_ids.message_state, "waiting")
        self.assertFalse(self._review().line_ids)

    def test_apply_without_telling(self):
        self._invoice(1200)
        review = self._review()
        review.notify = False
        review.action_apply()
        self.assertEqual(self.card.tier_move_ids.message_state, "none")

    def test_apply_from_the_list_of_lines(self):
        self._invoice(1200)
        action = self._review().action_view_lines()
        lines = self.env["loyalty.tier.review.line"].with_context(**action["context"])
        lines.action_apply()
        self.assertEqual(self.card.tier_id, self.gold)

    def test_changed_tiers_wait_for_a_review(self):
        programs = self.env["loyalty.program"]
        self.assertIn(self.program, programs._get_tiered_programs())
        for values in ({"threshold": 900}, {"window_months": 6}, {"active": False}):
            self.program.sudo().tier_review_needed = False
            self.gold.write(values)
            self.assertTrue(self.program.tier_review_needed, values)
            self.assertNotIn(self.program, programs._get_tiered_programs())
        self._review().action_apply()
        self.assertIn(self.program, programs._get_tiered_programs())
        self.gold.write({"multiplier": 3, "benefits": "Coffee"})
        self.assertFalse(self.program.tier_review_needed)
        self._create_tier("Diamond", 20000)
        self.assertTrue(self.program.tier_review_needed)

    def test_program_with_archived_tiers_only(self):
        self._invoice(1200)
        self._rate()
        self.program.tier_ids.active = False
        review = self._review()
        self.assertEqual(review.line_ids.reason, "The tier is archived")
        review.action_apply()
        self.assertFalse(self.card.tier_id)
        self.assertIn(self.program, self.env["loyalty.program"]._get_tiered_programs())

    def test_program_without_tiers(self):
        program = self._create_program("Plain")
        with self.assertRaisesRegex(UserError, "Plain has no tiers yet"):
            program.action_review_tiers()

    def test_faulty_tiers_are_refused(self):
        with self.assertRaisesRegex(ValidationError, "Gold comes after Silver but does not ask"):
            self.gold.threshold = 100
        with self.assertRaisesRegex(ValidationError, "Only programs of type Loyalty Cards"):
            self._create_tier("Wrong", 1, self._create_program("Coupons", program_type="coupons"))
        with self.assertRaisesRegex(UserError, "stays in its program"):
            self.gold.program_id = self._create_program("Other")

    def test_used_tier_is_not_deleted(self):
        self._invoice(1200)
        self._rate()
        with self.assertRaisesRegex(UserError, "archive it"):
            self.gold.unlink()
        self.platinum.unlink()
        self.assertTrue(self.program.tier_review_needed)

    def test_tier_is_not_written_by_hand(self):
        self.assertFalse(self.env.su)
        with self.assertRaisesRegex(AccessError, "follows from what its customer buys"):
            self.card.tier_id = self.gold
        with self.assertRaises(AccessError):
            self._create_card(self.ada, self._create_program("Other"), tier_id=self.gold.id)
