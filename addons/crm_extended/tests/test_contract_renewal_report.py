from odoo.tests import tagged

from .contract_common import ContractCommon


@tagged("post_install", "-at_install")
class TestContractRenewalReport(ContractCommon):
    """What came of each end of a contract."""

    def _read(self, contract=None):
        """Return {end: outcome} of a contract, or of all of the company."""
        self.env.flush_all()
        self.env.invalidate_all()
        domain = [("company_id", "=", self.company.id)]
        if contract:
            domain = [("contract_id", "=", contract.id)]
        return self.env["crm.contract.renewal.report"].search(domain)

    def _get_outcomes(self, contract):
        return {row.date: row.outcome for row in self._read(contract)}

    def test_end_to_come(self):
        contract = self._new_contract(date_end=self._day(20))
        self._new_contract(date_end=False)
        self._new_contract(state="draft")
        [row] = self._read()
        self.assertEqual((row.contract_id, row.date), (contract, self._day(20)))
        self.assertEqual((row.outcome, row.won, row.lost), ("open", 0, 0))

    def test_each_prolongation_is_won(self):
        contract = self._new_contract(
            date_start=self._day(-800),
            date_end=self._day(-400),
            renewal="automatic",
            renewal_months=60,
        )
        self._run_nightly()
        end = contract.date_end
        contract._prolong_by(12)
        rows = self._read(contract)
        self.assertEqual(
            {row.date: (row.outcome, row.is_automatic) for row in rows},
            {
                self._day(-400): ("prolonged", True),
                end: ("prolonged", False),
                contract.date_end: ("open", False),
            },
        )
        self.assertEqual((sum(rows.mapped("won")), sum(rows.mapped("lost"))), (2, 0))

    def test_prolongation_that_is_undone_and_done_again_counts_once(self):
        contract = self._new_contract(date_end=self._day(100))
        for months in (12, 6):
            contract.date_end = self._day(100)
            contract._prolong_by(months)
        self.assertEqual(sum(self._read(contract).mapped("won")), 1)

    def test_followed_by_another(self):
        contract = self._new_contract(date_end=self._day(-1))
        following = self.env["crm.contract"].browse(contract.action_renew()["res_id"])
        contract.write({"state": "expired"})
        self.assertEqual(self._get_outcomes(contract), {self._day(-1): "open"})
        following.action_start()
        self.assertEqual(contract.state, "renewed")
        self.assertEqual(self._get_outcomes(contract), {self._day(-1): "renewed"})

    def test_lost(self):
        expired = self._new_contract(date_end=self._day(-3), renewal="manual")
        project = self._new_contract(date_end=self._day(-3), renewal="none")
        self._run_nightly()
        stopped = self._new_contract(date_end=self._day(300))
        stopped.action_terminate()
        endless = self._new_contract(date_end=False)
        endless.action_terminate()
        for contract, outcomes in (
            (expired, {self._day(-3): "expired"}),
            (project, {self._day(-3): "completed"}),
            (stopped, {self.today: "terminated"}),
            (endless, {self.today: "terminated"}),
        ):
            self.assertEqual(self._get_outcomes(contract), outcomes)
        rows = self._read()
        self.assertEqual((sum(rows.mapped("won")), sum(rows.mapped("lost"))), (0, 3))

    def test_share_won_leaves_out_what_is_open(self):
        self._new_contract(date_end=self._day(300))._prolong_by(12)
        self._new_contract(date_end=self._day(300)).action_terminate()
        self._new_contract(date_end=self._day(20))
        self._read()
        [(won, lost, rate)] = self.env["crm.contract.renewal.report"]._read_group(
            [("company_id", "=", self.company.id)],
            aggregates=["won:sum", "lost:sum", "won_rate:avg"],
        )
        self.assertEqual((won, lost, rate), (1, 1, 50))

    def test_opportunity(self):
        contract = self._new_contract(date_end=self._day(20))
        contract.action_create_opportunity()
        lead = contract.opportunity_ids
        self.assertEqual(self._read(contract).won_status, "pending")
        lead.action_set_won()
        self.assertEqual(self._read(contract).won_status, "won")
        # the opportunity belongs to the end it was about
        contract._prolong_by(12)
        self.assertEqual(
            {row.date: row.won_status for row in self._read(contract)},
            {self._day(20): "won", contract.date_end: False},
        )

    def test_contract_reopened_as_draft_has_no_end(self):
        contract = self._new_contract()
        contract.action_terminate()
        self.assertEqual(contract.ended_date, self.today)
        contract.action_draft()
        self.assertFalse(contract.ended_date)
        self.assertFalse(self._read(contract))
