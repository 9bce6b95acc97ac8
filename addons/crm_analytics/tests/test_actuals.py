from odoo.tests import tagged

from .actuals_common import ActualsCommon


@tagged("post_install", "-at_install")
class TestActuals(ActualsCommon):
    def test_worked_example(self):
        invoice = self.create_invoice("2026-01-15", 100, tax=None)
        self.pay(invoice, "2026-02-10", 60)
        self.pay(invoice, "2026-03-10", 40)
        self.create_invoice("2026-04-05", 10, tax=None, move_type="out_refund")
        self.assertEqual(self.read_sums("invoiced"), {1: 100, 4: -10})
        self.assertEqual(self.read_sums("collected"), {2: 60, 3: 40})
        self.assertEqual(self.read_sums("transit"), {2: 60, 3: 40})
        self.assertEqual(self.read_sums("bank"), {})

    def test_worked_example_with_taxes(self):
        invoice = self.create_invoice("2026-01-15", 100)
        self.pay(invoice, "2026-02-10", 72)
        self.pay(invoice, "2026-03-10", 48)
        credit_note = self.create_invoice("2026-04-05", 10, move_type="out_refund")
        self.assertEqual(self.read_sums("invoiced"), {1: 100, 4: -10})
        self.assertEqual(self.read_sums("collected"), {2: 60, 3: 40})
        self.assertEqual(self.read_sums("collected", field="payment_amount"), {2: 72, 3: 48})
        self.pay(credit_note, "2026-04-20")
        self.assertEqual(self.read_sums("collected"), {2: 60, 3: 40, 4: -10})
        self.assertEqual(
            self.read_sums("collected", field="payment_amount"), {2: 72, 3: 48, 4: -12}
        )

    def test_worked_example_in_foreign_currency(self):
        # 1 EUR is 2 dollars until the end of February, 2.5 in March and 4 since April.
        invoice = self.create_invoice("2026-01-15", 100, currency_id=self.foreign.id)
        self.pay(invoice, "2026-02-10", 72, currency_id=self.foreign.id)
        self.pay(invoice, "2026-03-10", 48, currency_id=self.foreign.id)
        self.create_invoice("2026-04-05", 10, currency_id=self.foreign.id, move_type="out_refund")
        self.assertEqual(self.read_sums("invoiced"), {1: 200, 4: -40})
        self.assertEqual(self.read_sums("collected"), {2: 120, 3: 100})
        self.assertEqual(self.read_sums("collected", field="payment_amount"), {2: 144, 3: 120})

    def test_foreign_invoice_paid_in_company_currency(self):
        invoice = self.create_invoice("2026-02-15", 100, currency_id=self.foreign.id)
        self.pay(invoice, "2026-03-10", 300, currency_id=self.company.currency_id.id)
        self.assertEqual(invoice.payment_state, "paid")
        self.assertEqual(self.read_sums("collected"), {3: 250})
        self.assertEqual(self.read_sums("collected", field="payment_amount"), {3: 300})

    def test_company_invoice_paid_in_foreign_currency(self):
        invoice = self.create_invoice("2026-02-15", 100)
        self.pay(invoice, "2026-04-10", 30, currency_id=self.foreign.id)
        self.assertEqual(invoice.payment_state, "paid")
        self.assertEqual(self.read_sums("collected"), {4: 100})
        self.assertEqual(self.read_sums("collected", field="payment_amount"), {4: 120})

    def test_part_of_a_foreign_payment_is_worth_what_the_books_say(self):
        first = self.create_invoice("2026-01-15", 33.37, currency_id=self.foreign.id)
        second = self.create_invoice("2026-02-15", 17.11, currency_id=self.foreign.id)
        payment = self.receive("2026-03-10", 77.77, self.foreign)
        for invoice in (first, second):
            self.reconcile(invoice, payment.move_id)
        line = self.get_receivable(payment.move_id)
        self.assertNotEqual(line.amount_residual, 0)
        self.assertEqual(
            self.read_sums("collected", field="payment_amount"),
            {3: round(line.amount_residual - line.balance, 2)},
        )

    def test_credit_note_is_no_money(self):
        invoice = self.create_invoice("2026-01-15", 100)
        credit_note = self.create_invoice("2026-04-05", 10, move_type="out_refund")
        self.reconcile(invoice, credit_note)
        self.assertEqual(self.read_sums("collected"), {})
        self.pay(invoice, "2026-05-01")
        self.assertEqual(invoice.payment_state, "paid")
        self.assertEqual(self.read_sums("collected"), {5: 90})

    def test_overpayment(self):
        invoice = self.create_invoice("2026-01-15", 100)
        payment = self.receive("2026-02-10", 150)
        self.assertEqual(self.read_sums("collected"), {})
        self.reconcile(invoice, payment.move_id)
        self.assertEqual(self.read_sums("collected", field="payment_amount"), {2: 120})
        later = self.create_invoice("2026-03-15", 100)
        self.reconcile(later, payment.move_id)
        # what was left of February's payment came in in February
        self.assertEqual(self.read_sums("collected", field="payment_amount"), {2: 150})
        self.assertEqual(self.read_sums("collected"), {2: 125})

    def test_payment_before_the_invoice(self):
        payment = self.receive("2026-01-10", 120)
        invoice = self.create_invoice("2026-03-15", 100)
        self.reconcile(invoice, payment.move_id)
        self.assertEqual(self.read_sums("collected"), {1: 100})

    def test_one_payment_of_several_invoices(self):
        invoices = self.create_invoice("2026-01-15", 33.33, 0.01) + self.create_invoice(
            "2026-01-16", 66.67
        )
        self.pay(invoices, "2026-02-10")
        self.assertEqual(
            self.read_sums("collected", ("move_id",)), {invoices[0]: 33.34, invoices[1]: 66.67}
        )
        self.assertEqual(
            self.read_sums("collected", field="payment_amount"),
            {2: round(sum(invoices.mapped("amount_total")), 2)},
        )

    def test_installments(self):
        invoice = self.create_invoice(
            "2026-01-15", 100, invoice_payment_term_id=self.pay_terms_b.id
        )
        self.pay(invoice, "2026-02-10", 36, installments_mode="full")
        self.assertEqual(self.read_sums("collected"), {2: 30})
        self.pay(invoice, "2026-03-10", 84, installments_mode="full")
        self.assertEqual(invoice.payment_state, "paid")
        self.assertEqual(self.read_sums("collected"), {2: 30, 3: 70})

    def test_lines_add_up_to_the_last_cent(self):
        prices = (33.33, 0.07, 12.34, 99.99, -5.55)
        invoice = self.create_invoice("2026-01-15", *prices)
        for amount in (10, 0.01, 33.33, 7.77, 50):
            self.pay(invoice, "2026-02-10", amount)
        self.pay(invoice, "2026-02-11")
        self.assertEqual(invoice.payment_state, "paid")
        rows = self.Actual.search([("kind", "=", "collected"), ("move_id", "=", invoice.id)])
        self.assertEqual(len(set(rows.ids)), 6 * len(prices))
        self.assertAlmostEqual(sum(rows.mapped("amount")), invoice.amount_untaxed, 6)
        self.assertAlmostEqual(sum(rows.mapped("payment_amount")), invoice.amount_total, 6)
        # Each line was paid in full: what it was invoiced for.
        self.assertEqual(self.read_lines(rows), sorted(prices))

    def read_lines(self, rows):
        lines = {}
        for row in rows:
            place = row.id >> 7 & 0x7FF
            lines[place] = lines.get(place, 0) + row.amount
        return sorted(round(amount, 6) for amount in lines.values())

    def test_cancelled_payment(self):
        invoice = self.create_invoice("2026-01-15", 100)
        payment = self.pay(invoice, "2026-02-10", 72)
        self.assertEqual(self.read_sums("collected"), {2: 60})
        payment.action_draft()
        self.assertEqual(self.read_sums("collected"), {})
        self.assertEqual(self.read_sums("transit"), {})

    def test_reversed_payment(self):
        for cancel in (True, False):
            invoice = self.create_invoice("2026-01-15", 100)
            payment = self.pay(invoice, "2026-02-10", 72)
            self.assertEqual(self.read_sums("collected"), {2: 60})
            reversal = payment.move_id._reverse_moves([{"date": "2026-03-01"}], cancel=cancel)
            if not cancel:
                reversal.action_post()
            self.assertEqual(self.read_sums("collected"), {})
            self.assertEqual(self.read_sums("bank"), {})

    def test_cash_discount(self):
        terms = self.env["account.payment.term"].create(
            {
                "name": "2 % in 7 days",
                "early_discount": True,
                "discount_percentage": 2,
                "discount_days": 7,
                "early_pay_discount_computation": "included",
                "line_ids": [(0, 0, {"value": "percent", "value_amount": 100, "nb_days": 30})],
            }
        )
        invoice = self.create_invoice("2026-01-15", 100, invoice_payment_term_id=terms.id)
        self.pay(invoice, "2026-01-20")
        self.assertEqual(invoice.payment_state, "paid")
        self.assertEqual(self.read_sums("collected", field="payment_amount"), {1: 117.6})
        self.assertEqual(self.read_sums("collected"), {1: 98})

    def test_write_off(self):
        invoice = self.create_invoice("2026-01-15", 100)
        self.pay(
            invoice,
            "2026-02-10",
            114,
            payment_difference_handling="reconcile",
            writeoff_account_id=self.company_data["default_account_expense"].id,
        )
        self.assertEqual(invoice.payment_state, "paid")
        self.assertEqual(self.read_sums("collected"), {2: 95})

    def test_confirmed_by_the_bank(self):
        invoices = self.create_invoice("2026-01-15", 100) + self.create_invoice("2026-01-16", 50)
        payment = self.pay(invoices, "2026-02-10")
        self.assertEqual(self.read_sums("transit"), {2: 150})
        self.confirm_by_bank("2026-03-02", 180, payment)
        self.assertTrue(payment.is_matched)
        self.assertEqual(self.read_sums("collected"), {2: 150})
        self.assertEqual(self.read_sums("bank"), {3: 150})
        self.assertEqual(self.read_sums("bank", ("move_id",)), {invoices[0]: 100, invoices[1]: 50})
        self.assertEqual(self.read_sums("bank", field="payment_amount"), {3: 180})
        self.assertEqual(self.read_sums("transit"), {})

    def test_confirmed_in_parts(self):
        invoice = self.create_invoice("2026-01-15", 33.33, 66.67)
        payment = self.pay(invoice, "2026-02-10")
        self.confirm_by_bank("2026-03-02", 50, payment)
        self.assertEqual(self.read_sums("bank"), {3: 41.67})
        self.assertEqual(self.read_sums("transit"), {2: 58.33})
        self.confirm_by_bank("2026-04-02", 70, payment)
        self.assertEqual(self.read_sums("bank"), {3: 41.67, 4: 58.33})
        self.assertEqual(self.read_sums("transit"), {})

    def test_reconciled_with_the_statement_itself(self):
        invoice = self.create_invoice("2026-01-15", 100)
        self.pay_with_statement_line(invoice, self.bank.id, "2026-02-10", 72)
        self.assertEqual(self.read_sums("collected"), {2: 60})
        self.assertEqual(self.read_sums("bank"), {2: 60})
        self.assertEqual(self.read_sums("transit"), {})

    def test_money_account_needs_no_bank(self):
        self.inbound_payment_method_line.payment_account_id = self.bank.default_account_id
        invoice = self.create_invoice("2026-01-15", 100)
        payment = self.pay(invoice, "2026-02-10", 72)
        self.assertTrue(payment.is_matched)
        self.assertEqual(self.read_sums("bank"), {2: 60})

    def test_confirmed_repayment(self):
        credit_note = self.create_invoice("2026-01-15", 100, move_type="out_refund")
        payment = self.pay(credit_note, "2026-02-10")
        self.assertEqual(self.read_sums("transit"), {2: -100})
        self.confirm_by_bank("2026-03-02", -120, payment)
        self.assertEqual(self.read_sums("bank"), {3: -100})
        self.assertEqual(self.read_sums("transit"), {})

    def test_cash_basis_tax(self):
        self.company.tax_exigibility = True
        account = self.copy_account(self.company_data["default_account_tax_sale"])
        account.reconcile = True
        tax = self.create_tax(
            "On Payment", tax_exigibility="on_payment", cash_basis_transition_account_id=account.id
        )
        invoice = self.create_invoice("2026-01-15", 100, tax=tax)
        self.pay(invoice, "2026-02-10", 72)
        self.pay(invoice, "2026-03-10", 48)
        self.assertEqual(self.read_sums("invoiced"), {1: 100})
        self.assertEqual(self.read_sums("collected"), {2: 60, 3: 40})
