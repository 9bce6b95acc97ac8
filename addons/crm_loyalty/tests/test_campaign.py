from unittest.mock import patch

from psycopg2 import IntegrityError

from odoo.exceptions import AccessError, UserError
from odoo.tests import Form, new_test_user, tagged
from odoo.tools import mute_logger

from odoo.addons.sms.tests.common import SMSCommon

from .campaign_common import CampaignCommon


@tagged("post_install", "-at_install")
class TestCampaign(CampaignCommon, SMSCommon):
    """From the choice of customers to a code in the mail of each."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls._sell(cls.customers)

    # Vouchers and mailings

    def test_each_customer_gets_a_code_of_his_own_by_mail(self):
        campaign = self._launch(self._create_campaign())
        self.assertEqual(campaign.state, "sent")
        members = campaign.member_ids
        self.assertEqual(members.partner_id, self.customers)
        self.assertEqual(members.voucher_id.partner_id, self.customers)
        self.assertEqual(len(set(members.mapped("code"))), 20)
        expirations = set(members.voucher_id.mapped("expiration_date"))
        self.assertEqual(expirations, {campaign.expiration_date})
        with self.mock_mail_gateway():
            campaign.mailing_ids.action_send_mail()
        self.assertEqual(len(self._new_mails), 20)
        for mail in self._new_mails:
            member = self.Member.browse(mail.mailing_trace_ids.res_id)
            self.assertIn(member.code, mail.body_html)
            self.assertIn(member.partner_id.name, mail.body_html)
            self.assertNotIn("t-out", mail.body_html)
        self.assertEqual(campaign.mailing_ids.state, "done")

    def test_a_code_of_his_own_by_sms(self):
        for number, customer in enumerate(self.customers):
            customer.write({"phone": f"+32 456 00 11 {number:02}", "email": False})
        self.customers[3].phone = False
        campaign = self._launch(self._create_campaign(channel="both"))
        self.assertEqual(len(campaign.member_ids), 19)
        self.assertEqual(set(campaign.mailing_ids.mapped("mailing_type")), {"mail", "sms"})
        sms_mailing = campaign.mailing_ids.filtered(lambda each: each.mailing_type == "sms")
        with self.mockSMSGateway():
            sms_mailing.action_send_sms()
        self.assertEqual(len(self._new_sms), 19)
        for sms in self._new_sms:
            member = campaign.member_ids.filtered(lambda m, sms=sms: m.partner_id == sms.partner_id)
            self.assertIn(member.code, sms.body)

    def test_each_reads_his_own_language(self):
        self.env["res.lang"]._activate_lang("fr_FR")
        self.env["res.lang"]._activate_lang("de_DE")
        self.customers[:5].lang = "fr_FR"
        self.customers[5:7].lang = "de_DE"
        campaign = self._create_campaign(subject="Hello")
        campaign.with_context(lang="fr_FR").subject = "Bonjour"
        self._launch(campaign)
        texts = {mailing.subject: mailing for mailing in campaign.mailing_ids}
        self.assertEqual(set(texts), {"Hello", "Bonjour"}, "no mailing of its own for German")
        with self.mock_mail_gateway():
            campaign.mailing_ids.action_send_mail()
        french = self._new_mails.filtered(lambda mail: mail.subject == "Bonjour")
        self.assertEqual(french.recipient_ids, self.customers[:5])
        self.assertEqual(len(self._new_mails), 20)

    def test_nothing_is_issued_twice(self):
        campaign = self._create_campaign()
        campaign.action_prepare()
        with self.assertRaisesRegex(UserError, "Prepared"):
            campaign.action_prepare()
        campaign.action_launch()
        campaign.action_launch()
        self._carry_out()
        self._carry_out()
        with self.assertRaisesRegex(UserError, "Sent"):
            campaign.action_launch()
        self.assertEqual(campaign.voucher_count, 20)
        self.assertEqual(self.vouchers.coupon_count, 20)
        self.assertEqual(len(campaign.mailing_ids), 1)
        with self.mock_mail_gateway():
            campaign.mailing_ids.action_send_mail()
            with self.assertRaises(UserError):
                campaign.mailing_ids.action_send_mail()
        self.assertEqual(len(self._new_mails), 20)

    def test_the_database_keeps_one_row_for_each_customer(self):
        campaign = self._create_campaign()
        campaign.action_prepare()
        member = campaign.member_ids[0]
        with self.assertRaises(IntegrityError), mute_logger("odoo.sql_db"):
            member.copy({"campaign_id": campaign.id})

    def test_one_voucher_for_a_company(self):
        company = self.env["res.partner"].create(
            {"name": "Bakery", "is_company": True, "crm_consent": "given"}
        )
        colleagues = self.env["res.partner"].create(
            [
                {
                    "name": name,
                    "email": f"{name}@bakery.example.com",
                    "parent_id": company.id,
                    "crm_consent": "given",
                }
                for name in ("one", "two")
            ]
        )
        self._sell(colleagues)
        campaign = self._create_campaign()
        campaign.action_prepare()
        members = campaign.member_ids.filtered(lambda m: m.commercial_partner_id == company)
        self.assertEqual(members.partner_id, colleagues[0])

    def test_one_bad_customer_does_not_stop_the_others(self):
        campaign = self._create_campaign()
        program = type(self.env["loyalty.program"])
        issue, bad = program._issue_voucher, self.customers[7]

        def fail_for_one(program, partners, **values):
            if bad in partners:
                raise ValueError("No voucher for this one")
            return issue(program, partners, **values)

        with (
            patch.object(program, "_issue_voucher", fail_for_one),
            mute_logger("odoo.addons.crm_extended.tools.batches"),
        ):
            self._launch(campaign)
        self.assertEqual(campaign.state, "sent")
        failed = campaign.member_ids.filtered(lambda member: not member.voucher_id)
        self.assertEqual(failed.partner_id, bad)
        self.assertEqual(failed.error, "No voucher for this one")

    def test_as_many_queries_for_many(self):
        campaign = self._create_campaign()
        campaign.action_prepare()
        campaign._launch()
        self.env.flush_all()
        members = campaign.member_ids
        members[:1]._issue_vouchers()
        with self.assertQueryCount(99):
            start = self.cr.sql_log_count
            members[1:4]._issue_vouchers()
            few = self.cr.sql_log_count - start
        with self.assertQueryCount(few + 2):
            members[4:]._issue_vouchers()

    def test_what_expires_is_over(self):
        campaign = self._launch(self._create_campaign(validity_days=10))
        self.assertEqual((campaign.expiration_date - self.company._get_today()).days, 10)
        self._carry_out()
        self.assertEqual(campaign.state, "sent")
        campaign.window_end = "2020-01-01"
        self._carry_out()
        self.assertEqual(campaign.state, "done")

    def test_vouchers_end_with_their_program(self):
        self.vouchers.date_to = self.company._get_today()
        campaign = self._launch(self._create_campaign())
        self.assertEqual(campaign.expiration_date, self.company._get_today())

    # What is refused

    def test_one_sentence_for_what_is_missing(self):
        everybody = self._create_campaign(product_ids=False)
        self.assertEqual(everybody.audience_count, 0)
        cases = {
            "nothing chosen is not everybody": everybody,
            "does not tell the code": self._create_campaign(body_html="<p>Hello</p>"),
            "“Subject”": self._create_campaign(subject=False),
            "Nobody would get": self._create_campaign(order_count=5),
        }
        for sentence, campaign in cases.items():
            with self.subTest(sentence), self.assertRaisesRegex(UserError, sentence):
                campaign.action_prepare()
            self.assertEqual(campaign.state, "draft")
            self.assertFalse(campaign.mailing_ids)
        campaign = self._create_campaign()
        campaign.action_prepare()
        self.vouchers.active = False
        with self.assertRaisesRegex(UserError, "archived"):
            campaign.action_launch()
        with self.assertRaisesRegex(UserError, "gives no vouchers"):
            self._create_campaign(program_id=self.program.id)

    def test_nobody_deletes_what_customers_hold(self):
        campaign = self._create_campaign()
        campaign.action_prepare()
        campaign.copy().unlink()
        self._launch_prepared(campaign)
        with self.assertRaisesRegex(UserError, "archive it"):
            campaign.unlink()

    def _launch_prepared(self, campaign):
        campaign.action_launch()
        self._carry_out()

    def test_back_to_draft_until_launched(self):
        campaign = self._create_campaign()
        campaign.action_prepare()
        campaign.action_reset()
        self.assertEqual(campaign.state, "draft")
        self.assertFalse(campaign.member_ids)
        self.assertFalse(campaign.mailing_ids)
        campaign.action_prepare()
        campaign.action_launch()
        with self.assertRaisesRegex(UserError, "being sent"):
            campaign.action_reset()

    # Rights

    def test_managers_run_campaigns_and_users_read_them(self):
        campaign = self._create_campaign(name="Mine")
        by_manager = campaign.with_user(self.manager)
        by_manager.action_prepare()
        by_manager.action_launch()
        self._carry_out()
        self.assertEqual(campaign.state, "sent")
        by_user = campaign.with_user(self.salesperson)
        self.assertEqual(by_user.name, "Mine")
        self.assertEqual(len(by_user.member_ids.mapped("code")), 20)
        with self.assertRaises(AccessError):
            by_user.name = "Yours"
        with self.assertRaises(AccessError):
            by_user.copy().action_prepare()
        with self.assertRaises(AccessError):
            by_user.action_launch()
        with self.assertRaises(AccessError):
            by_manager.member_ids[0].voucher_id = False

    def test_a_manager_fills_in_the_form(self):
        with Form(self.Campaign.with_user(self.manager)) as form:
            form.name = "Spring"
            form.program_id = self.vouchers
            form.product_ids.add(self.kettle)
            self.assertEqual(form.audience_count, 20)
            form.holdout_percent = 50
            self.assertTrue(0 < form.holdout_count < 20)
        self.assertEqual(form.record.state, "draft")
        campaigns = self.Campaign.with_user(self.manager).with_context(default_state="sent")
        values = {"name": "Now", "program_id": self.vouchers.id}
        self.assertEqual(campaigns.create(values).state, "draft")

    def test_no_code_of_their_own_in_the_texts(self):
        """The mailings are rendered without restriction, so the texts are checked before."""
        self.env.ref("base.group_user").implied_ids -= self.env.ref(
            "mail.group_mail_template_editor"
        )
        manager = new_test_user(self.env, "plain-manager", groups="sales_team.group_sale_manager")
        self.assertFalse(manager.has_group("mail.group_mail_template_editor"))
        campaigns = self.Campaign.with_user(manager)
        values = {
            "name": "Mine",
            "program_id": self.vouchers.id,
            "product_ids": self.kettle.ids,
        }
        campaign = campaigns.create(values)
        campaign.action_prepare()
        campaign.action_reset()
        bad = "object.env['res.users'].sudo().search([]).mapped('login')"
        inline = "{{ " + bad + " }}"
        for text in (
            {"body_html": f'<t t-out="object.code"/><t t-out="{bad}"/>'},
            {"subject": inline},
            {"sms_body": "{{ object.code }} " + inline},
        ):
            with self.subTest(text), self.assertRaisesRegex(AccessError, "placeholders"):
                campaigns.create(values | text)
        self.env["res.lang"]._activate_lang("fr_FR")
        self.customers[0].lang = "fr_FR"
        with self.assertRaisesRegex(AccessError, "placeholders"):
            campaign.update_field_translations("subject", {"fr_FR": inline})
            campaign.action_prepare()

    def test_other_people_see_nothing(self):
        campaign = self._launch(self._create_campaign(holdout_percent=50))
        other_company = self.env["res.company"].create({"name": "Other"})
        stranger = new_test_user(
            self.env,
            "stranger",
            groups="sales_team.group_sale_manager",
            company_id=other_company.id,
            company_ids=other_company.ids,
        )
        for model in ("loyalty.campaign", "loyalty.campaign.member", "loyalty.campaign.report"):
            self.assertFalse(self.env[model].with_user(stranger).search([]))
            for groups in ("base.group_portal", "base.group_public", "base.group_user"):
                user = self.env["res.users"].search([("login", "=", groups)]) or new_test_user(
                    self.env, groups, groups=groups
                )
                with self.assertRaises(AccessError):
                    self.env[model].with_user(user).search([])
        with self.assertRaises(AccessError):
            campaign.with_user(stranger).read(["name"])
