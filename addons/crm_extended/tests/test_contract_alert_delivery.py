"""How alerts reach people: activity, digest, chatter, e-mail to the customer."""

from odoo.tests.common import tagged
from odoo.tools import mute_logger

from .contract_common import ContractCommon

CHANNELS_LOGGER = "odoo.addons.crm_extended.models.crm_contract_alert_channels"


@tagged("post_install", "-at_install")
class TestContractAlertDelivery(ContractCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.user.email = "user@example.com"
        cls.manager.email = "manager@example.com"
        cls.partner.email = "bakery@example.com"

    def _new_type(self, **values):
        channels = ("alert_activity", "alert_email", "alert_chatter", "alert_customer")
        return self.env["crm.contract.type"].create(
            {"name": "Supply", **dict.fromkeys(channels, False), **values}
        )

    def _new_typed_term(self, **values):
        return self._new_term(self._new_contract(type_id=self._new_type(**values).id))

    # ---------------------------------------------------------------------------------------------
    # Digest
    # ---------------------------------------------------------------------------------------------
    def test_each_person_gets_one_digest_a_night(self):
        terms = [self._new_term(name=f"Report {number}") for number in range(5)]
        self._new_term(name="Certificate", user_id=self.colleague.id)
        for _night in range(2):
            self._run_nightly()
        mail = self._get_mails(self.user)
        self.assertEqual(len(mail), 1)
        self.assertEqual(mail.subject, "5 contract alerts")
        self.assertEqual(mail.state, "outgoing", "sent by Odoo's mail queue")
        for term in terms:
            self.assertIn(
                f"{term.contract_id.display_name}: {term.name} is due in 30 days", mail.body_html
            )
        self.assertNotIn("Certificate", mail.body_html)
        self.assertEqual(self._get_mails(self.colleague).subject, "1 contract alert")

    def test_superseded_alerts_are_in_no_digest(self):
        self._new_term(due_date=self._day(1))
        self._run_nightly()
        self.assertEqual(self._get_mails(self.user).subject, "1 contract alert")

    def test_long_digest_names_the_first_and_counts_the_rest(self):
        contract = self._new_contract()
        for number in range(60):
            self._new_term(
                contract, name=f"Report <{number}>", due_date=self._day(30 - number // 6)
            )
        self._run_nightly()
        body = self._get_mails(self.user).body_html
        self.assertEqual(body.count("is due in"), 50)
        self.assertIn("and 10 more", body)
        self.assertIn("Report &lt;59&gt; is due in 21 days", body)
        self.assertNotIn("&lt;0&gt;", body)

    def test_digest_is_in_the_language_of_its_reader(self):
        self.env["res.lang"]._activate_lang("fr_FR")
        self.user.lang = "fr_FR"
        self._new_term(due_date=self._day(9))
        self._run_nightly()
        self.assertIn(self._day(9).strftime("%d/%m/%Y"), self._get_mails(self.user).body_html)

    def test_who_has_left_or_has_no_address_gets_no_digest(self):
        self.user.email = False
        term = self._new_term()
        self._run_nightly()
        self.assertFalse(self._get_mails(self.user))
        self.assertFalse(any(term.alert_ids.mapped("to_digest")))

    def test_queries_do_not_grow_with_the_digests(self):
        logins = []

        def count_queries(number):
            for _number in range(number):
                logins.append(f"digest{len(logins)}")
                user = self._new_user(logins[-1])
                user.email = f"{logins[-1]}@example.com"
                self._new_term(user_id=user.id)
            contract_type = self._new_type(alert_email=True)
            self.env["crm.contract"].search([]).type_id = contract_type
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            self._run_nightly()
            return self.env.cr.sql_log_count - before

        count_queries(2)
        few = count_queries(2)
        self.assertLessEqual(count_queries(12), few + 2)

    # ---------------------------------------------------------------------------------------------
    # Other ways
    # ---------------------------------------------------------------------------------------------
    def test_contract_type_says_whom_alerts_reach(self):
        term = self._new_typed_term()
        self._run_nightly()
        self.assertEqual(self._get_steps(term), [60, 30], "recorded all the same")
        self.assertFalse(self._get_activities(term.contract_id))
        self.assertFalse(self._get_mails(self.user) | self._get_mails(self.partner))
        self.assertFalse(term.contract_id.message_ids.filtered(lambda m: "is due" in m.body))

    def test_note_in_the_chatter(self):
        term = self._new_typed_term(alert_chatter=True)
        for _night in range(2):
            self._run_nightly()
        notes = term.contract_id.message_ids.filtered(lambda m: "Report is due" in m.body)
        self.assertEqual(len(notes), 1)

    def test_customer_gets_an_email_in_their_language(self):
        self.env["res.lang"]._activate_lang("fr_FR")
        self.partner.lang = "fr_FR"
        term = self._new_typed_term(alert_customer=True)
        for _night in range(2):
            self._run_nightly()
        mail = self._get_mails(self.partner)
        self.assertEqual(len(mail), 1)
        self.assertIn(term.contract_id.display_name, mail.subject)
        self.assertIn(term.due_date.strftime("%d/%m/%Y"), mail.body_html)

    def test_customer_who_cannot_be_reached_is_reported(self):
        archived, mute = self.partner.create(
            [{"name": "Gone", "email": "gone@example.com", "active": False}, {"name": "Mute"}]
        )
        contract_type = self._new_type(alert_customer=True, alert_activity=True)
        terms = [
            self._new_term(self._new_contract(partner_id=partner.id, type_id=contract_type.id))
            for partner in (archived, mute, self.partner)
        ]
        with self.assertLogs(CHANNELS_LOGGER, "WARNING") as logs:
            self._run_nightly()
        self.assertEqual(len(logs.output), 2)
        self.assertEqual(len(self._get_mails(self.partner)), 1)
        self.assertFalse(self._get_mails(archived))
        self.assertTrue(all(self._get_activities(term.contract_id) for term in terms))
        summary = self._get_mails(self.manager)
        self.assertIn("The customer is archived and got no e-mail.", summary.body_html)
        self.assertIn("The customer has no e-mail address.", summary.body_html)

    def test_broken_template_stops_no_other_alert(self):
        template = self.env["mail.template"].create(
            {
                "name": "Broken",
                "model_id": self.env["ir.model"]._get_id("crm.contract.alert"),
                "subject": "{{ object.nothing_of_the_kind }}",
                "partner_to": "{{ object.partner_id.id }}",
            }
        )
        term = self._new_typed_term(
            alert_customer=True, alert_customer_template_id=template.id, alert_activity=True
        )
        other = self._new_typed_term(alert_customer=True)
        with mute_logger(
            CHANNELS_LOGGER,
            "odoo.addons.crm_extended.tools.batches",
            "odoo.addons.mail.models.mail_render_mixin",
        ):
            self._run_nightly()
        told = term.alert_ids.filtered(lambda alert: alert.state == "raised")
        self.assertIn("could not be written", told.error)
        self.assertTrue(self._get_activities(term.contract_id))
        self.assertIn(other.contract_id.display_name, self._get_mails(self.partner).subject)
        self.assertEqual(len(self._get_mails(self.manager)), 1)
