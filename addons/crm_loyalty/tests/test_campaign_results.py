from odoo.tests import new_test_user, tagged

from .campaign_common import CampaignCommon


@tagged("post_install", "-at_install")
class TestCampaignResults(CampaignCommon):
    """Sent, opened, redeemed, and what was sold beside those held out."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.customers |= cls.env["res.partner"].create(
            [
                {
                    "name": f"More {n}",
                    "email": f"more{n}@example.com",
                    "lang": "en_US",
                    "crm_consent": "given",
                }
                for n in range(80)
            ]
        )
        before = cls._sell(cls.customers)
        before.write({"date_order": "2020-02-02"})

    def _launch_campaign(self, **values):
        values = {"holdout_percent": 50, "hash_key": "fixed", "order_months": 1000} | values
        campaign = self._launch(self._create_campaign(**values))
        held_out = campaign.member_ids.filtered("is_holdout")
        return campaign, campaign.member_ids - held_out, held_out

    def _redeem(self, member):
        order = self.env["sale.order"].create({"partner_id": member.partner_id.id})
        order.order_line = [(0, 0, {"product_id": self.kettle.id, "product_uom_qty": 2})]
        [(card, rewards)] = order._try_apply_code(member.code).items()
        order._apply_program_reward(rewards[:1], card)
        order.action_confirm()
        return order

    def test_sums(self):
        campaign, targets, held_out = self._launch_campaign()
        self._sell(targets.partner_id[:6], quantity=3)
        self._sell(held_out.partner_id[:2], quantity=1)
        traces = self.env["mailing.trace"].create(
            [
                {
                    "mass_mailing_id": campaign.mailing_ids.id,
                    "model": "loyalty.campaign.member",
                    "res_id": member.id,
                    "email": member.partner_id.email,
                }
                for member in targets
            ]
        )
        traces[:30].set_sent()
        traces[:10].set_opened()
        traces[30:].set_canceled()
        self.assertEqual(campaign.sent_count, 30)
        self.assertEqual(campaign.opened_count, 10)
        self.assertEqual(campaign.redeemed_count, 0)
        self.assertEqual(campaign.revenue, 6 * 300)
        self.assertEqual(campaign.margin, 6 * 3 * 40)
        gain = 1800 / len(targets) - 200 / len(held_out)
        self.assertAlmostEqual(campaign.revenue_gain, gain, places=2)

    def test_redeemed_until_undone(self):
        campaign, targets, _held_out = self._launch_campaign()
        order = self._redeem(targets[0])
        self.assertEqual(campaign.redeemed_count, 1)
        self.assertEqual(campaign.revenue, order.amount_untaxed, "less the discount")
        order._action_cancel()
        self.env.invalidate_all()
        self.assertEqual((campaign.redeemed_count, campaign.revenue), (0, 0))

    def test_only_what_was_ordered_while_the_vouchers_counted(self):
        campaign, targets, _held_out = self._launch_campaign()
        orders = self._sell(targets.partner_id[:3])
        orders[0].date_order = "2020-01-01"
        orders[1].date_order = campaign.window_end
        self.assertEqual(campaign.revenue, 100)

    def test_orders_of_the_whole_company_and_in_another_currency(self):
        campaign, targets, _held_out = self._launch_campaign()
        colleague = self.env["res.partner"].create(
            {"name": "Colleague", "parent_id": targets[0].partner_id.id}
        )
        currency = self.env["res.currency"].create(
            {"name": "XKC", "symbol": "k", "rate_ids": [(0, 0, {"rate": 4})]}
        )
        pricelist = self.env["product.pricelist"].create(
            {"name": "Other", "currency_id": currency.id}
        )
        order = self.env["sale.order"].create(
            {
                "partner_id": colleague.id,
                "pricelist_id": pricelist.id,
                "order_line": [(0, 0, {"product_id": self.kettle.id, "price_unit": 800})],
            }
        )
        order.action_confirm()
        self.assertEqual((campaign.revenue, campaign.margin), (200, 140))

    def test_plain_words(self):
        campaign, targets, held_out = self._launch_campaign()
        self.assertIn("Too few", campaign.revenue_verdict)
        self._sell(targets.partner_id[:4])
        self._sell(held_out.partner_id[:4])
        self.env.invalidate_all()
        self.assertIn("Not significant", campaign.revenue_verdict)
        self.assertIn("Not significant", campaign.buyers_verdict)
        self._sell(targets.partner_id[4:40])
        self.env.invalidate_all()
        self.assertIn("Significantly more", campaign.revenue_verdict)
        self.assertIn("Significantly more", campaign.margin_verdict)
        self.assertIn("percentage points", campaign.buyers_verdict)
        self._sell(held_out.partner_id, quantity=9)
        self.env.invalidate_all()
        self.assertIn("Significantly less", campaign.revenue_verdict)

    def test_without_hold_out_nothing_is_claimed(self):
        campaign, targets, _none = self._launch_campaign(holdout_percent=0)
        self._sell(targets.partner_id[:50])
        self.assertIn("Nobody was held out", campaign.revenue_verdict)
        self.assertEqual(campaign.revenue_gain, 0)

    def test_pivot(self):
        campaign, targets, held_out = self._launch_campaign()
        self._sell(targets.partner_id[:5], quantity=2)
        other_company = self.env["res.company"].create({"name": "Other"})
        stranger = new_test_user(
            self.env,
            "stranger",
            groups="sales_team.group_sale_manager",
            company_id=other_company.id,
            company_ids=other_company.ids,
        )
        report = self.env["loyalty.campaign.report"]
        groups = report.with_user(self.manager)._read_group(
            [("campaign_id", "=", campaign.id)],
            ["arm"],
            ["customer_count:sum", "revenue:sum", "bought:avg", "revenue_avg:avg"],
        )
        share = 100 * 5 / len(targets)
        self.assertEqual(
            {arm: (count, revenue) for arm, count, revenue, _bought, _average in groups},
            {"target": (len(targets), 1000), "holdout": (len(held_out), 0)},
        )
        bought = {arm: bought for arm, _count, _revenue, bought, _average in groups}
        self.assertAlmostEqual(bought["target"], share)
        self.assertFalse(report.with_user(stranger).search([]))

    def test_as_many_queries_for_many_campaigns(self):
        campaigns = self.Campaign.union(
            *(self._launch(self._create_campaign(order_months=1000)) for _number in range(3))
        )
        self.env.flush_all()
        self.env.invalidate_all()
        campaigns.mapped("name")
        with self.assertQueryCount(9):
            start = self.cr.sql_log_count
            campaigns[:1]._compute_results()
            few = self.cr.sql_log_count - start
        with self.assertQueryCount(few + 2):
            campaigns._compute_results()
