from odoo.tests import freeze_time, tagged

from .contract_measure_common import ContractMeasureCommon


@tagged("post_install", "-at_install")
class TestContractTermPayment(ContractMeasureCommon):
    def _new_payment(self, contract=None, **values):
        """Ten days, whenever it is."""
        return self._new_term(contract, **{"kind": "payment", "payment_days": 10, **values})

    def _paid_invoice(self, amount, days, took, **values):
        invoice = self._invoice(amount, days=days, **values)
        self._pay(invoice, days + took)
        return invoice

    def test_average_of_what_it_really_takes(self):
        term = self._new_payment()
        self._paid_invoice(100, -50, 10)
        self._paid_invoice(100, -40, 20)
        self._measure(term)
        self.assertEqual((term.actual, term.actual_count, term.state), (15, 2, "pending"))
        self._paid_invoice(200, -35, 6)
        self._measure(term)
        # By amount: (100 * 10 + 100 * 20 + 200 * 6) / 400
        self.assertEqual((term.actual, term.actual_count), (10.5, 3))
        self.assertEqual((term.state, term.is_behind), ("breached", True))
        self.assertEqual(term.pace_text, "10.50 days of 10 agreed, over 3 documents: 0.50 late")
        self._paid_invoice(600, -30, 3)
        self._measure(term)
        self.assertEqual((term.state, term.is_behind), ("pending", False))

    def test_standing_condition_is_told_once_while_it_is_breached(self):
        term = self._new_payment()
        for _number in range(3):
            self._paid_invoice(100, -40, 20)
        with freeze_time(self.today.replace(day=10)):
            self._run_nightly()
            self._run_nightly()
            self.assertEqual(term.alert_ids.mapped("subject"), ["pace"])
            self.assertIn("late by 10 days", term.alert_ids.activity_id.summary)

    def test_full_payment_counts_not_its_parts_nor_credit_notes(self):
        term = self._new_payment()
        parts = self._invoice(100, days=-50)
        self._pay(parts, -48, 40)
        self._pay(parts, -30, 60)  # 20 days
        refunded = self._invoice(100, days=-50)
        refund = refunded._reverse_moves([{"invoice_date": self._day(-20)}])
        refund.action_post()
        self.assertEqual(refunded.payment_state, "reversed")
        self._invoice(100, days=-50)
        self._measure(term)
        self.assertEqual((term.actual, term.actual_count), (20, 1))
        self.assertEqual(term.amount_overdue, 100)

    def test_invoices_of_the_partner_where_the_contract_has_none(self):
        term = self._new_payment()
        other = self._new_contract()
        self._paid_invoice(100, -50, 7, contract_id=False)
        self._paid_invoice(100, -50, 30, contract_id=other.id)
        self._measure(term)
        self.assertEqual((term.actual, term.actual_count), (7, 1))
        self._paid_invoice(100, -50, 9)
        self._measure(term)
        self.assertEqual((term.actual, term.actual_count), (9, 1))

    def test_last_twelve_months_or_the_period(self):
        rolling = self._new_payment()
        period = self._new_payment(due_date=self._day(10), recurrence_months=1)
        self._paid_invoice(100, -400, 5)
        self._paid_invoice(100, -100, 20)
        self._paid_invoice(100, -30, 25)
        (rolling | period).action_measure()
        self.assertEqual((rolling.actual, rolling.actual_count), (22.5, 2))
        self.assertEqual((period.actual, period.actual_count), (25, 1))

    def test_period_with_too_few_invoices_is_no_breach(self):
        term = self._new_payment(due_date=self._day(-1), recurrence_months=1)
        self._paid_invoice(100, -20, 15)
        self._run_nightly()
        self.assertEqual((term.period_ids.state, term.period_ids.actual), ("pending", 15))
        self.assertEqual(term.state, "pending")
        once = self._new_payment(due_date=self._day(-1))
        self._run_nightly()
        self.assertEqual(once.state, "pending")

    def test_own_payments_under_a_vendor_contract(self):
        contract = self._new_contract(kind="supplier")
        term = self._new_payment(contract)
        self._paid_invoice(100, -50, 12, contract_id=contract.id, move_type="in_invoice")
        self._measure(term)
        self.assertEqual((term.actual, term.actual_count), (12, 1))

    def test_amount_by_a_date_is_met_as_soon_as_it_is_paid(self):
        term = self._new_payment(payment_days=0, target=150, due_date=self._day(30))
        self._paid_invoice(100, -50, 10)
        part = self._invoice(100, days=-40, currency_id=self.foreign.id)
        self._pay(part, -30, 60)  # 30 in the currency of the contract
        self._measure(term)
        self.assertEqual((term.actual, term.state), (130, "pending"))
        self.assertEqual(term.amount_overdue, 20)
        self.assertEqual(term.pace_text, "130 of 150")
        self._pay(part, -20, 40)
        self._measure(term)
        self.assertEqual((term.actual, term.state), (150, "met"))

    def test_amount_not_paid_by_its_date_is_breached(self):
        term = self._new_payment(payment_days=0, target=150, due_date=self._day(-10))
        self._paid_invoice(100, -50, 10)
        self._paid_invoice(100, -50, 45)
        self._run_nightly()
        self.assertEqual((term.actual, term.state), (100, "breached"))

    def test_paid_early_a_repeated_amount_opens_its_next_period(self):
        term = self._new_payment(
            payment_days=0, target=50, due_date=self._day(5), recurrence_months=1
        )
        self._paid_invoice(100, -10, 5)
        self._measure(term)
        self._measure(term)
        self.assertEqual((term.period_ids.state, term.period_ids.actual), ("met", 100))
        self.assertEqual(term.period_ids.due_date, self._day(5))
        self.assertEqual((term.state, term.actual), ("pending", 0))


@tagged("post_install", "-at_install")
class TestContractTermQueries(ContractMeasureCommon):
    def test_queries_do_not_grow_with_terms_of_mixed_kinds(self):
        kinds = (
            {"kind": "volume", "target": 100, "due_date": self._day(19)},
            {"kind": "volume", "target": 1, "basis": "ordered", "due_date": self._day(19)},
            {"kind": "volume", "target": 9, "due_date": self._day(-95), "recurrence_months": 1},
            {"kind": "payment", "payment_days": 3, "due_date": False},
            {"kind": "payment", "target": 500, "due_date": self._day(40)},
            {"kind": "document", "due_date": self._day(-40), "recurrence_months": 1},
            {"kind": "date", "due_date": self._day(-3)},
            {"kind": "price_review", "due_date": self._day(-3), "recurrence_months": 12},
        )

        def count_queries(number):
            contracts = [self._new_contract() for _number in range(number // 4)]
            terms = self.env["crm.contract.term"].create(
                [
                    {
                        "contract_id": contracts[index % len(contracts)].id,
                        "name": f"Term {index}",
                        "alert_days": "30,1",
                        **kinds[index % len(kinds)],
                    }
                    for index in range(number)
                ]
            )
            for contract in contracts[:8]:
                for index in range(3):
                    invoice = self._invoice(
                        50 + index,
                        days=-12 - index,
                        contract_id=contract.id,
                        currency_id=self.foreign.id,
                    )
                    self._pay(invoice, -4)
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            terms._process_evaluation()
            self.env.flush_all()
            return self.env.cr.sql_log_count - before, terms

        count_queries(8)
        few, _terms = count_queries(16)
        many, terms = count_queries(200)
        # Messages, activities and terms are written in pieces of a hundred rows.
        self.assertLessEqual(many, few + 16)
        self.assertEqual(
            {(term.kind, term.state, len(term.period_ids)) for term in terms},
            {
                ("volume", "pending", 0),
                ("volume", "pending", 4),
                ("payment", "pending", 0),
                ("payment", "breached", 0),
                ("document", "pending", 2),
                ("date", "breached", 0),
                ("price_review", "pending", 1),
            },
        )
