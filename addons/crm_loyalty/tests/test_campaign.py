from odoo.tests import tagged

from odoo.addons.sms.tests.common import SMSCommon

from .campaign_common import CampaignCommon


@tagged("post_install", "-at_install")
class TestCampaign(CampaignCommon, SMSCommon):
    """From the choice of customers to a code in the mail of each."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls._sell(cls.customers)

    def test_each_customer_gets_a_code_of_his_own_by_mail(self):
        campaign = self._launch(self._create_campaign())
        self.assertEqual(campaign.state, "sent")
        members = campaign.member_ids
        self.assertEqual(members.partner_id, self.customers)
        self.assertEqual(len(set(members.mapped("code"))), 20)
        self.assertEqual(members.voucher_id.partner_id, self.customers)
        self.assertEqual(
            set(members.voucher_id.mapped("expiration_date")), {campaign.expiration_date}
        )
        with self.mock_mail_gateway():
            campaign.mailing_ids.action_send_mail()
        mails = self._new_mails
        self.assertEqual(len(mails), 20)
        for mail in mails:
            member = self.Member.browse(mail.mailing_trace_ids.res_id)
            self.assertIn(member.code, mail.body_html)
            self.assertIn(member.partner_id.name, mail.body_html)
            self.assertNotIn("t-out", mail.body_html)
        self.assertEqual(campaign.mailing_ids.state, "done")

    def test_preview(self):
        campaign = self._create_campaign(holdout_percent=50)
        self.assertEqual(campaign.audience_count, 20)
        self.assertTrue(0 < campaign.holdout_count < 20)
        self.assertTrue(campaign.sample_partner_ids)
        self.customers[0].email = False
        self.env["mail.blacklist"]._add("customer1@example.com")
        self.customers[2].crm_consent = "refused"
        campaign.invalidate_recordset()
        self.assertEqual((campaign.audience_count, campaign.unreachable_count), (17, 3))
