from odoo import fields
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.fields import Command
from odoo.tests import new_test_user
from odoo.tests.common import tagged

from odoo.addons.account.tests.common import AccountTestInvoicingCommon

from .complaint_common import ComplaintCommon


@tagged("post_install", "-at_install")
class TestComplaintCost(AccountTestInvoicingCommon, ComplaintCommon):
    @classmethod
    def get_default_groups(cls):
        groups = super().get_default_groups()
        return groups | cls.env.ref("sales_team.group_sale_manager")

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.product.write({"list_price": 100, "taxes_id": [Command.clear()]})
        cls.tax = cls.env["account.tax"].create({"name": "Tax 10", "amount": 10})
        cls.order = cls.env["sale.order"].create(
            {
                "partner_id": cls.contact.id,
                "order_line": [
                    Command.create(
                        {"product_id": cls.product.id, "tax_ids": [Command.set(cls.tax.ids)]}
                    )
                ],
            }
        )
        cls.product.invoice_policy = "order"
        cls.order.action_confirm()
        cls.complaint = cls._create_complaint(order_id=cls.order.id)
        cls.accountant = new_test_user(
            cls.env,
            "complaint_accountant",
            groups="account.group_account_invoice,crm_extended.group_crm_complaint_user",
        )
        cls.accountant_only = new_test_user(
            cls.env, "complaint_accountant_only", groups="account.group_account_invoice"
        )

    def _create_credit_note(self, amount=100, **values):
        return self.env["account.move"].create(
            {
                "move_type": "out_refund",
                "partner_id": self.contact.id,
                "invoice_date": fields.Date.today(),
                "invoice_line_ids": [
                    Command.create(
                        {
                            "name": "Goodwill",
                            "price_unit": amount,
                            "tax_ids": [Command.set(self.tax.ids)],
                        }
                    )
                ],
                **values,
            }
        )

    def _credit_the_order(self):
        invoice = self.order._create_invoices()
        invoice.action_post()
        reversal = (
            self.env["account.move.reversal"]
            .with_context(active_model="account.move", active_ids=invoice.ids)
            .create({"journal_id": invoice.journal_id.id})
        )
        return self.env["account.move"].browse(reversal.reverse_moves()["res_id"])

    def test_only_posted_credit_notes_count_without_taxes(self):
        credit_note = self._create_credit_note()
        self.complaint.with_user(self.accountant).credit_note_ids = credit_note
        self.assertEqual(self.complaint.cost, 0)
        accountant = credit_note.with_user(self.accountant_only)
        accountant.action_post()
        self.assertEqual(self.complaint.cost_credit_notes, 100)
        self.complaint.manual_cost = 20
        self.assertEqual(self.complaint.cost, 120)
        accountant.button_draft()
        self.assertEqual(self.complaint.cost, 20)
        accountant.invoice_line_ids.price_unit = 50
        accountant.action_post()
        self.assertEqual(self.complaint.cost, 70)
        accountant.button_draft()
        accountant.button_cancel()
        self.assertEqual(self.complaint.cost, 20)

    def test_foreign_currency_at_the_rate_of_the_document(self):
        currency = self.setup_other_currency(
            "EUR", rates=[("2025-01-01", 2.0), ("2026-01-01", 4.0)]
        )
        credit_note = self._create_credit_note(
            currency_id=currency.id, invoice_date="2025-06-01", complaint_id=self.complaint.id
        )
        credit_note.action_post()
        self.assertEqual(self.complaint.cost, 50)
        self.assertEqual(self.complaint.currency_id, self.env.company.currency_id)

    def test_unlinked_credit_note_costs_nothing(self):
        credit_note = self._create_credit_note(complaint_id=self.complaint.id)
        credit_note.action_post()
        self.assertEqual(self.complaint.cost, 100)
        credit_note.complaint_id = False
        self.assertEqual(self.complaint.cost, 0)

    def test_each_credit_note_counts_for_one_complaint(self):
        other = self._create_complaint(partner_id=self.contact.id)
        credit_note = self._create_credit_note(complaint_id=self.complaint.id)
        credit_note.action_post()
        other.credit_note_ids = credit_note
        self.assertEqual((self.complaint.cost, other.cost), (0, 100))

    def test_what_is_no_cost_of_this_complaint(self):
        for values in (
            {"move_type": "out_invoice"},
            {"partner_id": self.other_customer.id},
        ):
            with self.subTest(**values), self.assertRaises(ValidationError):
                self._create_credit_note(complaint_id=self.complaint.id, **values)
        elsewhere = self._create_complaint(company_id=self.other_company.id)
        with self.assertRaises(UserError):
            self._create_credit_note(complaint_id=elsewhere.id)
        self._create_credit_note(complaint_id=self.complaint.id)
        with self.assertRaises(ValidationError):
            self.complaint.write({"order_id": False, "partner_id": self.other_customer.id})

    def test_complaint_without_customer_takes_any(self):
        nobody = self._create_complaint()
        self._create_credit_note(complaint_id=nobody.id).action_post()
        self.assertEqual(nobody.cost, 100)

    def test_credit_notes_of_the_order_are_proposed(self):
        user_complaint = self.complaint.with_user(self.service_user)
        self.assertFalse(user_complaint.has_credit_note_proposal)
        with self.assertRaises(UserError):
            user_complaint.action_link_credit_notes()
        credit_note = self._credit_the_order()
        credit_note.action_post()
        user_complaint.invalidate_recordset()
        self.assertTrue(user_complaint.has_credit_note_proposal)
        user_complaint.action_link_credit_notes()
        self.assertEqual(self.complaint.credit_note_ids, credit_note)
        self.assertEqual(user_complaint.cost, 100)
        self.assertFalse(user_complaint.has_credit_note_proposal)
        self.assertFalse(self.complaint.copy().has_credit_note_proposal)

    def test_who_may_see_what(self):
        credit_note = self._create_credit_note(complaint_id=self.complaint.id)
        credit_note.action_post()
        complaint = self.complaint.with_user(self.service_user)
        self.assertEqual(complaint.cost, 100)
        self.assertIn(credit_note.name, complaint.credit_note_names)
        with self.assertRaises(AccessError):
            complaint.read(["credit_note_ids"])
        with self.assertRaises(AccessError):
            credit_note.with_user(self.service_user).read(["name"])
        self.assertEqual(self.complaint.with_user(self.accountant).credit_note_ids, credit_note)

    def test_customers_see_nothing_of_it(self):
        self.complaint.partner_id = self.portal_user.partner_id.commercial_partner_id
        complaint = self.complaint.with_user(self.portal_user)
        complaint.read(["name"])
        for name in (
            *("cost", "manual_cost", "cost_credit_notes", "credit_note_ids", "credit_note_names"),
            *("has_credit_note_proposal", "reopen_count", "reopened_date", "solved_first_time"),
            *("repeat_of_id", "recurrence_count", "repeat_count", "is_repeat_raised"),
            *("merged_into_id", "merged_ids"),
        ):
            with self.subTest(name), self.assertRaises(AccessError):
                complaint.read([name])
        for name, value in (("cost", 0), ("recurrence_count", 0), ("reopen_count", 0)):
            with self.subTest(search=name), self.assertRaises(AccessError):
                self.Complaint.with_user(self.portal_user).search([(name, ">", value)])

    def test_merging_moves_the_costs(self):
        duplicate = self._create_complaint(partner_id=self.contact.id, manual_cost=30)
        self._create_credit_note(complaint_id=duplicate.id).action_post()
        self.complaint.manual_cost = 5
        self.assertEqual(duplicate.cost, 130)
        duplicate.with_user(self.manager)._merge_into(self.complaint.with_user(self.manager))
        self.assertEqual(self.complaint.cost, 135)
        self.assertEqual(duplicate.cost, 0)
        self.assertEqual(duplicate.with_user(self.manager).merged_into_id, self.complaint)

    def test_many_complaints_are_proposed_at_once(self):
        complaints = self.Complaint.create(
            [{"name": "Sweet", "order_id": self.order.id} for _number in range(50)]
        )
        self.env.flush_all()
        self.env.invalidate_all()
        complaints.mapped("order_id")
        before = self.env.cr.sql_log_count
        complaints.mapped("has_credit_note_proposal")
        self.assertLess(self.env.cr.sql_log_count - before, 12)
