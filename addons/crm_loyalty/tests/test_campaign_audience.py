from datetime import timedelta

from odoo import fields
from odoo.tests import tagged

from .campaign_common import CampaignCommon


@tagged("post_install", "-at_install")
class TestCampaignAudience(CampaignCommon):
    """Who is chosen, who is left out, who is held out."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls._sell(cls.customers)

    def _get_chosen(self, campaign):
        campaign.action_prepare()
        return campaign.member_ids.partner_id

    # Chosen

    def test_how_often_and_how_lately(self):
        self._sell(self.customers[:4])
        campaign = self._create_campaign(order_count=2)
        self.assertEqual(self._get_chosen(campaign), self.customers[:4])
        long_ago = fields.Datetime.now() - timedelta(days=100)
        orders = self.env["sale.order"].search([("partner_id", "=", self.customers[0].id)])
        orders.write({"date_order": long_ago})
        campaign = self._create_campaign(order_count=2, order_months=3)
        self.assertEqual(self._get_chosen(campaign), self.customers[1:4])

    def test_draft_and_cancelled_orders_do_not_count(self):
        orders = self._sell(self.customers[:2])
        orders[0]._action_cancel()
        campaign = self._create_campaign(order_count=2)
        self.assertEqual(self._get_chosen(campaign), self.customers[1])

    def test_category(self):
        parent = self.env["product.category"].create({"name": "Kitchen"})
        category = self.env["product.category"].create({"name": "Pots", "parent_id": parent.id})
        pot = self.env["product.product"].create({"name": "Pot", "categ_id": category.id})
        self._sell(self.customers[3], product=pot)
        campaign = self._create_campaign(product_ids=False, category_ids=parent.ids)
        self.assertEqual(self._get_chosen(campaign), self.customers[3])

    def test_all_conditions_together(self):
        segment = self.env["crm.segment"].create(
            {
                "name": "Friends",
                "kind": "manual",
                "member_ids": [
                    fields.Command.create({"partner_id": partner.id})
                    for partner in self.customers[:3]
                ],
            }
        )
        tier = self.env["loyalty.tier"].create(
            {"name": "Gold", "program_id": self.program.id, "threshold": 1}
        )
        holders = self.customers[1] | self.customers[10]
        cards = self.Card.search([("partner_id", "in", holders.ids)])
        cards.sudo().tier_id = tier
        campaign = self._create_campaign(product_ids=False, segment_ids=segment.ids)
        self.assertEqual(self._get_chosen(campaign), self.customers[:3])
        campaign = self._create_campaign(product_ids=False, tier_ids=tier.ids)
        self.assertEqual(self._get_chosen(campaign), holders)
        campaign = self._create_campaign(segment_ids=segment.ids, tier_ids=tier.ids)
        self.assertEqual(self._get_chosen(campaign), self.customers[1])
        cards.filtered(lambda card: card.partner_id == self.customers[1])._block("Lost")
        campaign = self._create_campaign(product_ids=False, tier_ids=tier.ids)
        self.assertEqual(self._get_chosen(campaign), self.customers[10])

    # Left out

    def test_left_out_are_those_who_cannot_or_will_not_be_written_to(self):
        self.customers[0].email = False
        self.env["mail.blacklist"]._add("customer1@example.com")
        self.customers[2].crm_consent = "refused"
        self.customers[3].crm_consent = False
        self.customers[4].active = False
        self.customers[5].is_guest = True
        self.env["crm.complaint"].create(
            {"name": "Broken", "partner_id": self.customers[6].id, "priority": "3"}
        )
        campaign = self._create_campaign(holdout_percent=50)
        self.assertEqual(campaign.unreachable_count, 5)
        self.assertEqual(self._get_chosen(campaign), self.customers[7:])
        self.assertEqual(campaign.audience_count, 13)

    def test_customers_of_another_company_are_left_out(self):
        other = self.env["res.company"].create({"name": "Other"})
        self.customers[0].company_id = other
        campaign = self._create_campaign(company_id=self.company.id)
        self.assertEqual(self._get_chosen(campaign), self.customers[1:])

    # Held out

    def test_held_out_stays_held_out(self):
        campaign = self._create_campaign(holdout_percent=30)
        groups = []
        for _round in range(2):
            campaign.action_prepare()
            groups.append(campaign.member_ids.filtered("is_holdout").partner_id)
            campaign.action_reset()
        self.assertEqual(groups[0], groups[1])
        self.assertEqual(len(groups[0]), campaign.holdout_count)
        campaign.holdout_percent = 60
        campaign.action_prepare()
        more = campaign.member_ids.filtered("is_holdout").partner_id
        self.assertTrue(groups[0] < more, "whoever was held out of 30 % is held out of 60 %")

    def test_the_preview_tells_who_it_will_be(self):
        campaign = self._create_campaign(holdout_percent=40)
        counts = campaign.audience_count, campaign.holdout_count
        self.assertLessEqual(campaign.sample_partner_ids, self.customers)
        campaign.action_prepare()
        self.assertEqual(counts, (campaign.audience_count, campaign.holdout_count))

    def test_another_campaign_holds_out_others(self):
        members = [
            self._create_campaign(holdout_percent=50, hash_key=key) for key in ("one", "two")
        ]
        for campaign in members:
            campaign.action_prepare()
        held_out = [campaign.member_ids.filtered("is_holdout").partner_id for campaign in members]
        self.assertNotEqual(*held_out)

    def test_the_share_is_held(self):
        customers = self.env["res.partner"].create(
            [
                {"name": f"N {n}", "email": f"n{n}@example.com", "crm_consent": "given"}
                for n in range(600)
            ]
        )
        self._sell(customers[:1])
        campaign = self._create_campaign(holdout_percent=20, hash_key="fixed")
        domain = [("id", "in", customers.ids)]
        [[count, held_out]] = campaign._count_customers(domain)
        self.assertEqual(count, 600)
        self.assertAlmostEqual(held_out / count, 0.2, delta=0.06)

    def test_held_out_gets_nothing(self):
        campaign = self._launch(self._create_campaign(holdout_percent=50))
        held_out = campaign.member_ids.filtered("is_holdout")
        self.assertTrue(held_out)
        self.assertFalse(held_out.voucher_id)
        self.assertTrue(all((campaign.member_ids - held_out).mapped("code")))
        mailing = campaign.mailing_ids
        recipients = self.Member.browse(mailing._get_remaining_recipients())
        self.assertEqual(recipients, campaign.member_ids - held_out)
