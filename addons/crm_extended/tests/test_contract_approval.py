from datetime import timedelta

from markupsafe import Markup

from odoo.exceptions import AccessError, UserError
from odoo.fields import Command
from odoo.tests import tagged

from .contract_common import ContractCommon


@tagged("post_install", "-at_install")
class TestContractApproval(ContractCommon):
    """A second person approves exactly what stands in the contract."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.template = cls.env["crm.contract.template"].create(
            {"name": "Supply", "company_id": cls.company.id, "approval_required": True}
        )
        cls.contract = (
            cls.env["crm.contract"]
            .with_user(cls.user)
            .create(
                {
                    "name": "Supply",
                    "partner_id": cls.partner.id,
                    "template_id": cls.template.id,
                    "text": "<p>Bread every morning.</p>",
                    "date_start": cls._day(-30),
                    "date_end": cls._day(-1),
                    "renewal": "automatic",
                    "renewal_months": 12,
                }
            )
        )
        cls.for_colleague = cls.contract.with_user(cls.colleague)

    def _approve(self):
        self.contract.action_request_approval()
        self.for_colleague.action_approve()

    def test_approved_by_a_second_person(self):
        self._approve()
        self.assertEqual(self.contract.approval_state, "approved")
        self.assertEqual(self.contract.approved_by_id, self.colleague)
        self.assertTrue(self.contract.approved_on)
        self.assertFalse(self.contract.approval_difference)
        self.contract.action_start()

    def test_not_by_the_writer(self):
        self.contract.action_request_approval()
        with self.assertRaisesRegex(UserError, "somebody else"):
            self.contract.action_approve()
        self.for_colleague.text = Markup("<p>Bread at noon.</p>")
        self.assertEqual(self.contract.approval_state, "draft", "what was asked for is gone")
        self.contract.action_request_approval()
        with self.assertRaisesRegex(UserError, "somebody else"):
            self.for_colleague.action_approve()
        self.contract.action_approve()

    def test_only_what_was_asked_for(self):
        with self.assertRaisesRegex(UserError, "request it first"):
            self.for_colleague.action_approve()
        self.contract.text = "<p>Bread by {{ partner_id.vat }}</p>"
        with self.assertRaisesRegex(UserError, "partner_id.vat"):
            self.contract.action_request_approval()

    def test_a_later_change_takes_it_back_and_shows_the_difference(self):
        for values, removed, added in (
            ({"text": "<p>Bread every evening.</p>"}, "morning", "evening"),
            ({"amount_total": 700}, "0.0", "700.0"),
            ({"date_end": self._day(60)}, str(self._day(-1)), str(self._day(60))),
        ):
            with self.subTest(values):
                self.contract.write({"text": "<p>Bread every morning.</p>", "amount_total": 0})
                self.contract.date_end = self._day(-1)
                self._approve()
                self.contract.write(values)
                self.assertEqual(self.contract.approval_state, "draft")
                self.assertFalse(self.contract.approved_by_id)
                difference = self.contract.approval_difference
                self.assertRegex(difference, f"<del>[^<]*{removed}")
                self.assertRegex(difference, f"<ins>[^<]*{added}")
                self.assertIn("approved again", self.contract.message_ids[:2].mapped("body")[0])

    def test_any_condition_counts(self):
        payment_term = self.env["account.payment.term"].create({"name": "10 Days"})
        pricelist = self.env["product.pricelist"].create({"name": "Bakers"})
        contract_type = self.env["crm.contract.type"].create(
            {"name": "Short", "renewal": "automatic", "renewal_months": 1}
        )
        guarantor = self.env["res.partner"].create([{"name": "Bank"}, {"name": "Mill"}])
        for values in (
            {"name": "Supply of cake"},
            {"kind": "supplier"},
            {"payment_term_id": payment_term.id},
            {"pricelist_id": pricelist.id},
            {"party_ids": [Command.set(guarantor.ids)]},
            # The type proposes other conditions.
            {"type_id": contract_type.id},
        ):
            with self.subTest(values):
                self._approve()
                self.contract.write(values)
                self.assertEqual(self.contract.approval_state, "draft")
                self.assertTrue(self.contract.approval_difference)

    def test_a_context_gets_nobody_past_it(self):
        self._approve()
        self.contract.with_context(crm_contract_terms_later=True).amount_total = 1
        self.assertEqual(self.contract.approval_state, "draft")
        for proposed in (
            {"default_approval_state": "approved"},
            {"default_content_writer_id": self.colleague.id},
        ):
            with self.assertRaises(AccessError):
                self.contract.with_context(**proposed).create(
                    {"name": "New", "partner_id": self.partner.id}
                )

    def test_required_whichever_way_it_is_started(self):
        with self.assertRaisesRegex(UserError, "approved first"):
            self.contract.write({"state": "running"})
        with self.assertRaisesRegex(UserError, "approved first"):
            self.contract.create(
                {
                    "name": "New",
                    "partner_id": self.partner.id,
                    "template_id": self.template.id,
                    "state": "running",
                }
            )

    def test_who_wrote_a_contract_can_be_deleted(self):
        writer = self._new_user("contract_writer")
        contract = self.contract.with_user(writer).create(
            {"name": "New", "partner_id": self.partner.id, "user_id": self.user.id}
        )
        writer.unlink()
        self.assertFalse(contract.sudo().content_writer_id)

    def test_writing_the_same_again_is_no_change(self):
        self._approve()
        self.contract.write({"text": self.contract.text, "amount_total": 0, "user_id": False})
        self.assertEqual(self.contract.approval_state, "approved")

    def test_a_change_undone_still_needs_approval(self):
        self._approve()
        text = self.contract.text
        self.contract.text = "<p>Cake.</p>"
        self.contract.text = text
        self.assertEqual(self.contract.approval_state, "draft")
        self.assertFalse(self.contract.approval_difference)

    def test_tacit_renewal_changes_no_agreement(self):
        self._approve()
        self.contract.action_start()
        self.env.flush_all()
        self._run_nightly()
        self.contract.invalidate_recordset()
        self.assertGreater(self.contract.date_end, self.today + timedelta(days=300))
        self.assertEqual(self.contract.approval_state, "approved")

    def test_required_before_it_is_started_or_sent(self):
        for action in ("action_start", "action_send_text"):
            with self.assertRaisesRegex(UserError, "approved first"):
                getattr(self.contract, action)()
        self.template.approval_required = False
        self.contract.action_start()

    def test_a_new_version_is_approved_anew(self):
        self._approve()
        self.contract.action_new_version()
        self.assertEqual(self.contract.approval_state, "draft")
        self.assertEqual(self.contract.version_ids.approved_by_id, self.colleague)

    def test_a_copy_is_not_approved(self):
        self._approve()
        copy = self.contract.copy()
        self.assertEqual(copy.approval_state, "draft")
        self.assertFalse(copy.approved_content)

    def test_nobody_writes_an_approval(self):
        for values in (
            {"approval_state": "approved"},
            {"approved_by_id": self.colleague.id},
            {"approved_content": "<p>x</p>"},
            {"content_writer_id": self.colleague.id},
        ):
            for user in (self.user, self.manager):
                with self.assertRaises(AccessError):
                    self.contract.with_user(user).write(values)
            with self.assertRaises(AccessError):
                self.contract.with_user(self.user).create(
                    {"name": "New", "partner_id": self.partner.id, **values}
                )
