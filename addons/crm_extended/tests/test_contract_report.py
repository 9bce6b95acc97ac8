from odoo.tests import tagged

from .contract_common import ContractCommon

WINDOWS = (30, 60, 90)


@tagged("post_install", "-at_install")
class TestContractReport(ContractCommon):
    """The figures of contracts, each against a plain computation from the contracts themselves."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.Report = cls.env["crm.contract.report"]
        cls.other_partner = cls.env["res.partner"].create({"name": "Weaver"})
        for state, days, notice_days, value in (
            ("running", 20, 10, 100),
            ("running", 60, 30, 200),
            ("running", 130, 50, 400),
            ("running", 131, 40, 800),
            ("running", 40, 0, 1600),
            ("notice", 40, 20, 3200),
            ("expired", -20, 10, 6400),
            ("draft", 20, 10, 12800),
        ):
            cls._new_contract(
                state=state,
                date_start=cls._day(-400),
                date_end=cls._day(days),
                notice_days=notice_days,
                amount_total=value,
                partner_id=(cls.partner if value < 1000 else cls.other_partner).id,
            )
        cls.contracts = cls.env["crm.contract"].search([("company_id", "=", cls.company.id)])

    def _read(self, groupby=(), aggregates=("__count", "value:sum"), **kwargs):
        self.env.flush_all()
        self.env.invalidate_all()
        domain = [("company_id", "=", self.company.id)]
        return self.Report._read_group(domain, groupby, aggregates, **kwargs)

    def test_value_by_state(self):
        expected = {}
        for contract in self.contracts:
            count, value = expected.get(contract.state, (0, 0))
            expected[contract.state] = (count + 1, value + contract.amount_total)
        rows = {state: (count, value) for state, count, value in self._read(["state"])}
        self.assertEqual(rows, expected)

    def test_notice_to_give(self):
        expected = [
            len(
                self.contracts.filtered(
                    lambda contract, days=days: (
                        contract.state == "running"
                        and contract.notice_days
                        and self.today <= contract.notice_date <= self._day(days)
                    )
                )
            )
            for days in WINDOWS
        ]
        self.assertEqual(expected, [2, 2, 3])
        [row] = self._read(aggregates=[f"notice_{days}:sum" for days in WINDOWS])
        self.assertEqual(list(row), expected)
        # the same when grouped: each contract counts in its own group
        rows = self._read(["partner_id"], ["notice_90:sum"])
        self.assertEqual(dict(rows), {self.partner: 3, self.other_partner: 0})

    def test_value_in_the_currency_of_the_company(self):
        euro = self.env.ref("base.EUR")
        euro.active = True
        currency = self.company.currency_id
        self.assertNotEqual(currency, euro)
        for days, rate in ((-500, 2.0), (-100, 4.0)):
            self.env["res.currency.rate"].create(
                {
                    "currency_id": euro.id,
                    "company_id": self.company.id,
                    "name": self._day(days),
                    "rate": rate,
                }
            )
        early, late, before = (
            self._new_contract(
                amount_total=100, currency_id=euro.id, date_start=self._day(days), name="Euro"
            )
            for days in (-365, -50, -900)
        )
        rows = dict(self._read(["contract_id"], ["value:sum"]))
        for contract, value in ((early, 50), (late, 25), (before, 50)):
            self.assertAlmostEqual(rows[contract], value)
            converted = euro._convert(100, currency, self.company, contract.date_start)
            self.assertAlmostEqual(rows[contract], converted)

    def test_opens_the_contract(self):
        self.env.flush_all()
        row = self.Report.search([("contract_id", "=", self.contracts[0].id)])
        action = row.action_open_contract()
        self.assertEqual((action["res_model"], action["res_id"]), ("crm.contract", row.id))

    def test_everybody_sees_the_figures_of_his_contracts(self):
        self.contracts[0].team_id = self.env["crm.team"].create(
            {"name": "North", "company_id": self.company.id}
        )
        self.env.flush_all()
        for user, count in ((self.user, 8), (self.colleague, 7), (self.manager, 8)):
            with self.subTest(user=user.login):
                report = self.Report.with_user(user)
                self.assertEqual(report.search_count([("company_id", "=", self.company.id)]), count)


@tagged("post_install", "-at_install")
class TestContractTermReport(ContractCommon):
    """Terms met and breached, by kind, partner and person."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.Report = cls.env["crm.contract.term.report"]
        cls.contract = cls._new_contract()
        cls.closed = cls._new_contract(state="terminated")
        for kind, states in (
            ("document", ("met", "met", "breached", "pending")),
            ("volume", ("breached", "waived")),
        ):
            for state in states:
                cls._new_term(cls.contract, kind=kind, state=state, user_id=cls.colleague.id)
        cls._new_term(cls.closed, kind="volume", state="pending")

    def _read(self, groupby, aggregates):
        self.env.flush_all()
        self.env.invalidate_all()
        domain = [("company_id", "=", self.company.id)]
        return {
            key: values for key, *values in self.Report._read_group(domain, groupby, aggregates)
        }

    def test_by_kind(self):
        counts = ["met:sum", "breached:sum", "waived:sum", "pending:sum"]
        self.assertEqual(
            self._read(["term_kind"], counts),
            {"document": [2, 1, 0, 1], "volume": [0, 1, 1, 0]},
        )

    def test_share_of_those_met_and_breached(self):
        rates = self._read(["term_kind"], ["met_rate:avg"])
        self.assertAlmostEqual(rates["document"][0], 100 * 2 / 3)
        self.assertEqual(rates["volume"][0], 0)
        self.assertEqual(self._read(["user_id"], ["met_rate:avg"])[self.colleague], [50])

    def test_by_person_and_partner(self):
        self.assertEqual(
            self._read(["user_id"], ["__count", "pending:sum"]),
            {self.colleague: [6, 1], self.user: [1, 0]},
        )
        self.assertEqual(
            self._read(["commercial_partner_id"], ["met:sum", "breached:sum"]),
            {self.partner: [2, 2]},
        )

    def test_each_period_of_a_repeated_term_counts(self):
        self.env["crm.contract.term"].search([("company_id", "=", self.company.id)]).unlink()
        term = self._new_term(self.contract, kind="date", recurrence_months=1)
        self.env["crm.contract.term.period"]._record(
            [
                {"term_id": term.id, "due_date": self._day(-days), "state": state}
                for days, state in ((1, "met"), (31, "breached"), (61, "met"), (91, "pending"))
            ]
        )
        counts = ["__count", "met:sum", "breached:sum", "pending:sum"]
        self.assertEqual(self._read(["term_kind"], counts), {"date": [5, 2, 1, 1]})
