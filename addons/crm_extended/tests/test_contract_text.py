from markupsafe import Markup
from psycopg2 import IntegrityError

from odoo import Command
from odoo.exceptions import AccessError, UserError
from odoo.tests import new_test_user, tagged
from odoo.tools import mute_logger

from ..tools.placeholders import fill, find_placeholders, get_label, get_path
from .contract_common import ContractCommon


@tagged("post_install", "-at_install")
class TestContractText(ContractCommon):
    """A contract's text is made from the clauses of a template and filled in."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.template = cls.env["crm.contract.template"].create(
            {
                "name": "Supply",
                "company_id": cls.company.id,
                "clause_ids": [
                    Command.create(
                        {"name": "Parties", "text": "<p>With {{ partner_id.name }}</p>"}
                    ),
                    Command.create(
                        {
                            "name": "Value",
                            "text": "<p>{{ object.amount_total }} from {{ date_start }} by "
                            "{{partner_id.vat}}, {{ nowhere.at_all }}</p>",
                        }
                    ),
                ],
            }
        )
        cls.contract = cls._new_contract(
            template_id=cls.template.id,
            state="draft",
            amount_total=1234.5,
            date_start="2026-03-01",
            date_end="2027-02-28",
        )

    def _clause(self, text):
        self.template.clause_ids = [
            Command.clear(),
            Command.create({"name": "Only", "text": text}),
        ]

    def _make(self, user=None):
        contract = self.contract.with_user(user or self.user)
        contract.action_make_text()
        return contract

    # Placeholders

    def test_placeholders_are_found_and_read(self):
        text = "a {{ partner_id.name }} b {{object.number}} c {{ <b>x</b> }} {{ partner_id.name }}"
        found = find_placeholders(text)
        self.assertEqual(found, ["{{ partner_id.name }}", "{{object.number}}", "{{ <b>x</b> }}"])
        self.assertEqual([get_path(item) for item in found], ["partner_id.name", "number", None])
        self.assertEqual(get_label(found[2]), "{{ x }}")
        self.assertEqual(get_path("{{&nbsp;name&nbsp;}}"), "name")
        for wrong in ("{{ name; drop }}", "{{ __class__ }}", "{{ name() }}", "{{ }}", "{{ a..b }}"):
            self.assertIsNone(get_path(wrong), wrong)
        self.assertEqual(fill("{{ a }} {{ b }}", {"{{ a }}": "1"}), "1 {{ b }}")

    def test_values_are_filled_in_and_the_rest_is_listed(self):
        contract = self._make()
        self.assertIn("1. Parties", contract.text)
        self.assertIn("With Bakery", contract.text)
        self.assertIn("1,234.50", contract.text)
        self.assertIn("03/01/2026", contract.text)
        self.assertEqual(contract.missing_placeholders, "{{partner_id.vat}}, {{ nowhere.at_all }}")

    def test_in_the_language_of_the_customer(self):
        self.env["res.lang"]._activate_lang("fr_FR")
        self.partner.lang = "fr_FR"
        self.template.clause_ids[0].with_context(lang="fr_FR").text = "<p>Avec {{ date_start }}</p>"
        contract = self._make()
        self.assertIn("Avec 01/03/2026", contract.text)

    def test_every_kind_of_value(self):
        self.contract.write({"notice_days": 0, "renewal": "manual", "user_id": self.user.id})
        self._new_term(self.contract, name="Report")
        self._new_term(self.contract, name="Price list")
        for path, value in (
            ("notice_days", "0"),
            ("renewal", "Manual"),
            ("user_id", self.user.name),
            ("term_ids.name", "Report, Price list"),
            ("partner_id.is_company", "Yes"),
            ("next_ids", ""),
            ("partner_id.image_1920", ""),
            ("partner_id.signup_token", ""),
            ("create_date.year", ""),
        ):
            with self.subTest(path):
                self.assertEqual(self.contract._get_placeholder_value(path), value)

    def test_values_are_escaped(self):
        self.partner.name = "<script>alert(1)</script>"
        contract = self._make()
        self.assertNotIn("<script", contract.text)
        self.assertIn("&lt;script", contract.text)

    def test_nothing_is_told_that_the_user_may_not_read(self):
        secret = self.env["res.partner"]._fields["complaint_count"]
        self.assertTrue(secret.groups)
        self._clause("<p>{{ partner_id.complaint_count }}</p>")
        contract = self._make()
        self.assertEqual(contract.missing_placeholders, "{{ partner_id.complaint_count }}")

    def test_template_tells_unknown_placeholders(self):
        self.assertEqual(self.template.unknown_placeholders, "{{ nowhere.at_all }}")

    def test_delivered_template_has_no_unknown_placeholders(self):
        template = self.env.ref("crm_extended.crm_contract_template_supply")
        self.assertFalse(template.unknown_placeholders)

    # The contract changes later

    def test_changed_values_are_told(self):
        contract = self._make()
        self.assertFalse(contract.outdated_values)
        contract.amount_total = 2000
        self.assertIn("Contract Value", contract.outdated_values)
        self.assertIn("2,000.00", contract.outdated_values)
        self.assertIn("1,234.50", contract.outdated_values)
        contract.action_make_text()
        self.assertFalse(contract.outdated_values)

    def test_revisions_are_kept(self):
        contract = self._make()
        first = contract.text
        contract.text = first + Markup("<p>And cake on Fridays.</p>")
        revision = contract.html_field_history_metadata["text"][0]["revision_id"]
        old = contract.html_field_history_get_content_at_revision("text", revision)
        self.assertNotIn("cake", old)

    def test_a_new_version_supersedes_the_old_one(self):
        contract = self._make()
        first = contract.text
        contract.action_new_version()
        contract.text = Markup("<p>All new</p>")
        self.assertEqual(contract.version, 2)
        self.assertEqual(contract.version_ids.version, 1)
        self.assertEqual(contract.version_ids.text, first)
        self.assertEqual(contract.version_ids.superseded_by_id, self.user)
        html = self.env["ir.actions.report"]._render_qweb_html(
            "crm_extended.report_contract_version", contract.version_ids.ids
        )[0]
        self.assertIn(b"With Bakery", html)

    def test_versions_stay_as_they_are(self):
        contract = self._make()
        contract.action_new_version()
        for user in (self.user, self.manager):
            with self.assertRaises(AccessError):
                contract.version_ids.with_user(user).text = "Changed"
            with self.assertRaises(AccessError):
                contract.version_ids.with_user(user).unlink()
            with self.assertRaises(AccessError):
                contract.with_user(user).version = 7
        with self.assertRaises(IntegrityError), mute_logger("odoo.sql_db"):
            contract.sudo().version = 1
            contract.action_new_version()

    # Using the text

    def test_an_incomplete_text_is_not_sent(self):
        contract = self._make()
        with self.assertRaisesRegex(UserError, "partner_id.vat.*nowhere.at_all"):
            contract.action_send_text()
        self._clause("<p>With {{ partner_id.name }}</p>")
        contract.action_make_text()
        action = contract.action_send_text()
        self.assertEqual(action["res_model"], "mail.compose.message")

    def test_without_text(self):
        for action in ("action_send_text", "action_print_text", "action_new_version"):
            with self.assertRaisesRegex(UserError, "has no text"):
                getattr(self.contract, action)()
        self.contract.template_id = False
        with self.assertRaisesRegex(UserError, "Choose a template"):
            self.contract.action_make_text()

    def test_printed_in_the_language_of_the_customer(self):
        contract = self._make()
        report = self.env["ir.actions.report"]
        html = report._render_qweb_html("crm_extended.report_contract_text", contract.ids)[0]
        self.assertIn(b"With Bakery", html)
        self.assertIn(b"Draft, still to be filled in", html)
        self.assertIn(contract.number.encode(), html)

    def test_mail_names_the_contract(self):
        template = self.env.ref("crm_extended.mail_template_contract_text")
        subject = template._render_field("subject", self.contract.ids)[self.contract.id]
        self.assertIn(self.contract.number, subject)
        self.assertEqual(template.report_template_ids.model, "crm.contract")

    # Rights

    def test_rights(self):
        other_company = self.env["res.company"].create({"name": "Elsewhere"})
        stranger = self._new_user("contract_stranger", company=other_company)
        portal = new_test_user(self.env, "contract_portal", groups="base.group_portal")
        employee = new_test_user(self.env, "contract_employee", groups="base.group_user")
        contract = self._make()
        contract.action_new_version()
        records = (self.template, self.template.clause_ids[0], contract.version_ids)
        for record in records:
            record.with_user(self.user).read([])
            for user in (portal, employee, stranger, self.env.ref("base.public_user")):
                with self.assertRaises(AccessError):
                    record.with_user(user).read(["display_name"])
        with self.assertRaises(AccessError):
            self.template.with_user(self.user).name = "Mine"
        self.template.with_user(self.manager).name = "Ours"
