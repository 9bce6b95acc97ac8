from odoo import Command
from odoo.exceptions import AccessError
from odoo.tests import new_test_user, tagged

from .tier_common import TierCommon


@tagged("post_install", "-at_install")
class TestTierAccess(TierCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        of_company = {
            "company_id": cls.company.id,
            "company_ids": [Command.set(cls.company.ids)],
        }
        cls.manager = new_test_user(
            cls.env, "tier-manager", "crm_loyalty.group_crm_loyalty_manager", **of_company
        )
        cls.seller = new_test_user(
            cls.env, "tier-seller", "sales_team.group_sale_salesman", **of_company
        )
        cls.outsiders = [
            new_test_user(cls.env, "tier-internal", "base.group_user", **of_company),
            new_test_user(cls.env, "tier-portal", "base.group_portal"),
            cls.env.ref("base.public_user"),
        ]
        cls.models = ("loyalty.tier", "loyalty.tier.move", "loyalty.tier.report")

    def test_manager_sets_up_reviews_and_applies(self):
        program = self.program.with_user(self.manager)
        self.gold.with_user(self.manager).threshold = 900
        self.assertTrue(self.program.tier_review_needed)
        self._invoice(950)
        review = self.env["loyalty.tier.review"].with_user(self.manager)
        review = review.browse(program.action_review_tiers()["res_id"])
        self.assertEqual(review.line_ids.tier_id, self.gold)
        review.action_apply()
        self.assertEqual(self.card.tier_id, self.gold)
        self.assertFalse(self.program.tier_review_needed)
        report = self.env["loyalty.tier.report"].with_user(self.manager).search([])
        self.assertEqual(report.mapped("up_count"), [1])

    def test_salesperson_reads_tiers_and_the_way_to_the_next(self):
        self._invoice(300)
        self._rate()
        card = self.card.with_user(self.seller)
        self.assertEqual(card.tier_id.name, "Silver")
        self.assertEqual(card.to_next_tier, 700)
        self.assertTrue(card.tier_move_ids.reason)
        with self.assertRaises(AccessError):
            card.tier_id.threshold = 1
        with self.assertRaises(AccessError):
            card.tier_move_ids.message_state = "none"
        with self.assertRaises(AccessError):
            card.program_id.action_review_tiers()

    def test_others_read_nothing(self):
        self._invoice(300)
        self._rate()
        for user in self.outsiders:
            for model in self.models:
                with self.assertRaises(AccessError, msg=f"{user.id} {model}"):
                    self.env[model].with_user(user).search([])

    def test_other_company(self):
        other = self._create_company(name="Other")
        user = new_test_user(
            self.env,
            "tier-other",
            "crm_loyalty.group_crm_loyalty_manager",
            company_id=other.id,
            company_ids=[Command.set(other.ids)],
        )
        self._invoice(300)
        self._rate()
        for model in self.models:
            self.assertFalse(self.env[model].with_user(user).search([]), model)
        with self.assertRaises(AccessError):
            self.gold.with_user(user).threshold = 1
