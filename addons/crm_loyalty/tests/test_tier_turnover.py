from odoo.tests import tagged

from .tier_common import TierCommon


@tagged("post_install", "-at_install")
class TestTierTurnover(TierCommon):
    """What counts for a tier: what was paid, without taxes, less credit notes."""

    def test_only_the_paid_share_counts(self):
        invoice = self._invoice(1000, paid=0)
        self.assertEqual(self._measure(), 0)
        self._pay(invoice, 400)
        self.assertEqual(self._measure(), 400)
        self._pay(invoice, 600)
        self.assertEqual(self._measure(), 1000)

    def test_taxes_do_not_count(self):
        invoice = self._invoice(1000, taxes=self.tax_sale_a)
        self.assertGreater(invoice.amount_total, 1000)
        self.assertEqual(self._measure(), 1000)

    def test_drafts_cancelled_invoices_and_bills_do_not_count(self):
        invoice = self._invoice(1000)
        invoice.button_draft()
        self.assertEqual(self._measure(), 0)
        invoice.button_cancel()
        self.assertEqual(self._measure(), 0)
        self._invoice(500, move_type="in_invoice")
        self.assertEqual(self._measure(), 0)

    def test_credit_note_of_a_paid_invoice_is_deducted_before_it_is_settled(self):
        invoice = self._invoice(1000)
        self._credit(invoice, 300)
        self.assertEqual(self._measure(), 700)

    def test_credit_note_of_an_unpaid_invoice_takes_nothing_from_others(self):
        self._invoice(1000)
        unpaid = self._invoice(500, paid=0)
        credit_note = self._credit(unpaid)
        self.assertEqual(unpaid.payment_state, "reversed")
        self.assertEqual(self._measure(), 1000)
        credit_note.line_ids.remove_move_reconcile()
        self.assertEqual(unpaid.payment_state, "not_paid")
        self.assertEqual(self._measure(), 1000)

    def test_credit_note_without_invoice_is_deducted(self):
        self._invoice(1000)
        self._invoice(200, move_type="out_refund")
        self.assertEqual(self._measure(), 800)

    def test_invoice_and_its_credit_note_leave_the_window_together(self):
        invoice = self._invoice(1000, days=-360)
        self._invoice(700, days=-10)
        self._credit(invoice, 300, days=-20)
        self.assertEqual(self._measure(), 1400)
        self.program.tier_ids.window_months = 6
        self.assertEqual(self._measure(), 700)

    def test_rolling_window(self):
        self._invoice(1000, days=-364)
        self._invoice(500, days=-367)
        self._invoice(200, days=5)
        self.assertEqual(self._measure(), 1000)

    def test_foreign_currency_counts_at_the_rate_of_the_document(self):
        foreign = self.setup_other_currency(
            "EUR", rates=[("2020-01-01", 2.0), (self._day(-5), 4.0)]
        )
        self._invoice(1000, days=-10, currency_id=foreign.id)
        self.assertEqual(self._measure(), 500)

    def test_program_in_another_currency_than_its_company(self):
        foreign = self.setup_other_currency("EUR", rates=[("2020-01-01", 2.0)])
        self._invoice(1000, days=-10)
        self.program.currency_id = foreign
        self.assertEqual(self._measure(), 2000)

    def test_company_counts_its_contacts_and_a_contact_only_itself(self):
        company = self.env["res.partner"].create({"name": "Bakery", "is_company": True})
        contact = self.env["res.partner"].create({"name": "Eva", "parent_id": company.id})
        cards = self._create_card(company), self._create_card(contact)
        self._invoice(1000, partner=company)
        self._invoice(300, partner=contact)
        self.assertEqual([self._measure(card) for card in cards], [1300, 300])

    def test_other_companies_do_not_count_and_branches_do(self):
        other = self._create_company(name="Other")
        branch = self._create_company(name="Branch", parent_id=self.company.id)
        for company, amount in ((other, 1000), (branch, 200)):
            journal = self.env["account.journal"].search(
                [("company_id", "parent_of", company.id), ("type", "=", "sale")], limit=1
            )
            invoice = (
                self.env["account.move"]
                .with_company(company)
                .create(
                    {
                        "move_type": "out_invoice",
                        "partner_id": self.ada.id,
                        "journal_id": journal.id,
                        "invoice_date": self._day(-1),
                        "invoice_line_ids": [
                            (0, 0, {"name": "x", "price_unit": amount, "tax_ids": []})
                        ],
                    }
                )
            )
            invoice.action_post()
            self.env.flush_all()
            self.env.cr.execute(
                "UPDATE account_move SET amount_residual = 0 WHERE id = %s", [invoice.id]
            )
        self.assertEqual(self._measure(), 200)

    def test_orders(self):
        self.program.tier_ids.basis = "orders"
        orders = self.env["sale.order"].create(
            [
                {"partner_id": self.ada.id, "company_id": self.company.id, "state": state}
                for state in ("sale", "sale", "draft", "cancel")
            ]
        )
        orders[1].date_order = self._day(-400)
        self.assertEqual(self._measure(), 1)
