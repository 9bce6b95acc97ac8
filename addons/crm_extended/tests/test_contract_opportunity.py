from psycopg2 import IntegrityError

from odoo.exceptions import UserError
from odoo.tests import tagged
from odoo.tools import mute_logger

from .contract_common import ContractCommon


@tagged("post_install", "-at_install")
class TestContractOpportunity(ContractCommon):
    """A contract that comes to its end becomes an opportunity, once for each end."""

    def _run_nightly(self, **kwargs):
        with self.enter_registry_test_mode(), self.registry.cursor() as cr:
            self.env(cr=cr, su=True)["crm.contract"]._cron_create_opportunities(**kwargs)

    def _get_leads(self, contracts):
        return self.env["crm.lead"].search([("contract_id", "in", contracts.ids)])

    def test_created_once(self):
        contract = self._new_contract(date_end=self._day(80), amount_total=900)
        for _night in range(2):
            self._run_nightly()
        lead = self._get_leads(contract)
        self.assertEqual(len(lead), 1)
        self.assertEqual(lead.partner_id, self.partner)
        self.assertEqual(lead.user_id, self.user)
        self.assertEqual(lead.expected_revenue, 900, "nothing was paid: what was agreed")
        self.assertEqual(lead.date_deadline, contract.date_end)
        self.assertIn("In the last 12 months", lead.description)

    def test_expects_what_was_paid_in_the_last_12_months(self):
        contract = self._new_contract(date_end=self._day(80), amount_total=900)
        figures = {"ordered": 70.0, "invoiced": 60.0, "residual": 25.0, "overdue": 5.0}
        values = contract._prepare_opportunity(figures)
        self.assertEqual(values["expected_revenue"], 35)
        for amount in ("70.00", "60.00", "35.00", "5.00"):
            self.assertIn(amount, values["description"])

    def test_another_end_is_another_opportunity(self):
        contract = self._new_contract(date_end=self._day(30))
        self._run_nightly()
        contract.date_end = self._day(40)
        self._run_nightly()
        self.assertEqual(len(self._get_leads(contract)), 2)
        with self.assertRaises(IntegrityError), mute_logger("odoo.sql_db"):
            self._get_leads(contract).contract_end = contract.date_end
            self.env.flush_all()

    def test_a_deleted_one_does_not_come_back(self):
        contract = self._new_contract(date_end=self._day(30))
        self._run_nightly()
        self._get_leads(contract).unlink()
        self._run_nightly()
        self.assertFalse(self._get_leads(contract))

    def test_who_needs_none(self):
        automatic = {"renewal": "automatic", "renewal_months": 12}
        followed = self._new_contract(date_end=self._day(20), renewal="manual")
        followed.action_renew()
        contracts = followed
        for values in (
            {"date_end": self._day(91)},
            {"date_end": False},
            {"date_end": self._day(-1)},
            {"kind": "supplier", "date_end": self._day(20)},
            {"state": "draft", "date_end": self._day(20)},
            {**automatic, "date_end": self._day(20)},
        ):
            contracts |= self._new_contract(**values)
        under_notice = self._new_contract(**automatic, state="notice", date_end=self._day(20))
        self._run_nightly()
        self.assertFalse(self._get_leads(contracts))
        self.assertTrue(self._get_leads(under_notice), "notice stops the tacit renewal")

    def test_a_batch_costs_as_much_as_one(self):
        def count(number):
            for _i in range(number):
                self._new_contract(date_end=self._day(20), partner_id=self.partner.id)
            contracts = self.env["crm.contract"].search(
                self.env["crm.contract"]._get_opportunity_domain()
            )
            self.assertGreaterEqual(len(contracts), number)
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.cr.sql_log_count
            contracts._create_opportunities()
            self.env.flush_all()
            return self.cr.sql_log_count - before

        count(2)
        few, many = count(5), count(40)
        self.assertLessEqual(many, few + 5)

    def test_by_hand(self):
        contract = self._new_contract(date_end=self._day(200))
        manager = self._new_user("contract_sales_manager", "sales_team.group_sale_manager")
        action = contract.with_user(manager).action_create_opportunity()
        self.assertEqual(action["res_model"], "crm.lead")
        contract.with_user(manager).action_create_opportunity()
        self.assertEqual(len(self._get_leads(contract)), 1)
        with self.assertRaisesRegex(UserError, "open-ended"):
            self._new_contract(date_end=False).action_create_opportunity()
