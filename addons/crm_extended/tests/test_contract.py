from freezegun import freeze_time
from psycopg2 import IntegrityError

from odoo import fields
from odoo.exceptions import UserError, ValidationError
from odoo.tests import Form
from odoo.tests.common import tagged
from odoo.tools import mute_logger

from ..models.crm_contract import TRANSITIONS
from .contract_common import ContractCommon


@tagged("post_install", "-at_install")
class TestContract(ContractCommon):
    def test_each_contract_has_its_number(self):
        contracts = self._new_contract() | self._new_contract()
        self.assertEqual(len(set(contracts.mapped("number"))), 2)
        self.assertIn(contracts[0].number, contracts[0].display_name)
        with self.assertRaises(IntegrityError), mute_logger("odoo.sql_db"):
            contracts[1].number = contracts[0].number
            contracts.flush_recordset()

    def test_database_refuses_what_cannot_be(self):
        for values in (
            {"date_end": self._day(-366)},
            {"notice_days": -1},
            {"notice_days": 2_000_000_000},
            {"state": "notice", "date_end": False},
            {"date_start": "0019-01-01"},
            {"date_end": "9999-12-31"},
            {"renewal_months": -1},
            {"renewal_months": 1201},
            {"renewal": "automatic"},
            {"renewal": "automatic", "renewal_months": 0},
        ):
            with (
                self.subTest(values=values),
                self.assertRaises(IntegrityError),
                mute_logger("odoo.sql_db"),
                self.env.cr.savepoint(),
            ):
                self._new_contract(**values)

    def test_every_transition_is_allowed_or_refused_by_the_table(self):
        for old in TRANSITIONS:
            for new in TRANSITIONS:
                contract = self._new_contract(state=old)
                if new == old or new in TRANSITIONS[old]:
                    contract.write({"state": new})
                    self.assertEqual(contract.state, new)
                else:
                    with self.assertRaises(UserError) as error:
                        contract.write({"state": new})
                    self.assertIn(contract.number, str(error.exception))
                    self.assertEqual(contract.state, old)

    def test_changes_of_state_are_tracked(self):
        contract = self._new_contract(state="draft")
        self.flush_tracking()
        contract.action_start()
        self.flush_tracking()
        values = contract.message_ids.tracking_value_ids.filtered(
            lambda value: value.field_id.name == "state"
        )
        self.assertEqual(values.mapped("new_value_char"), ["Running"])

    def test_changes_of_conditions_are_tracked(self):
        contract = self._new_contract()
        self.flush_tracking()
        contract.write({"notice_days": 45, "renewal_months": 7, "party_ids": self.partner.ids})
        self.flush_tracking()
        changed = contract.message_ids.tracking_value_ids.field_id.mapped("name")
        self.assertEqual(set(changed), {"notice_days", "renewal_months", "party_ids"})

    def test_notice_is_given_before_an_end(self):
        contract = self._new_contract(notice_days=90)
        self.assertEqual(contract.notice_date, self._day(275))
        contract.action_give_notice()
        contract.action_withdraw_notice()
        self.assertEqual(contract.state, "running")
        with self.assertRaises(IntegrityError), mute_logger("odoo.sql_db"):
            self._new_contract(state="notice").write({"date_end": False})
        contract.date_end = False
        self.assertFalse(contract.notice_date)
        with self.assertRaises(UserError):
            contract.action_give_notice()

    def test_only_a_draft_is_deleted(self):
        contract = self._new_contract()
        with self.assertRaises(UserError):
            contract.unlink()
        self._new_contract(state="draft").unlink()

    def test_draft_that_has_been_running_keeps_its_alerts(self):
        contract = self._new_contract()
        self._new_term(contract)
        self._run_nightly()
        contract.action_terminate()
        contract.action_draft()
        with self.assertRaises(UserError):
            contract.unlink()
        self.assertTrue(contract.alert_ids)

    def test_renewal_prepares_the_following_contract(self):
        contract = self._new_contract(
            date_start="2025-03-01", date_end="2026-02-28", renewal="manual", renewal_months=12
        )
        self._new_term(contract, name="Price list", due_date="2025-09-30")
        self._new_term(contract, name="Report", due_date="2025-05-31", recurrence_months=3)
        self._new_term(contract, name="Decide", due_on="end")
        action = contract.action_renew()
        following = self.env["crm.contract"].browse(action["res_id"])
        self.assertEqual(following.previous_id, contract)
        self.assertEqual(following.state, "draft")
        self.assertEqual(
            (following.date_start, following.date_end),
            (fields.Date.to_date("2026-03-01"), fields.Date.to_date("2027-02-28")),
        )
        self.assertEqual(
            {term.name: str(term.due_date) for term in following.term_ids},
            {"Price list": "2026-09-30", "Report": "2026-05-31", "Decide": "2027-02-28"},
        )
        self.assertEqual(contract.state, "running", "it runs until the next one is started")
        following.action_start()
        self.assertEqual(contract.state, "renewed")

    def test_followed_contract_stays_in_force_until_its_end(self):
        contract = self._new_contract(
            date_end=self._day(40), renewal="automatic", renewal_months=12
        )
        delivery = self._new_term(contract, name="Delivery", due_date=self._day(20))
        decide = self._new_term(contract, name="Decide", due_on="end")
        following = self.env["crm.contract"].browse(contract.action_renew()["res_id"])
        following.action_start()
        self.assertEqual(contract.state, "running")
        self.assertEqual(decide.state, "waived", "it has been decided")
        self._run_nightly()
        self.assertEqual(self._get_steps(delivery), [60, 30])
        self.assertFalse(decide.alert_ids)
        with freeze_time(self._day(41)):
            self._run_nightly()
        self.assertEqual((contract.state, contract.date_end), ("renewed", self._day(40)))
        self.assertEqual(delivery.state, "breached")
        self.assertEqual(following.state, "running")

    def test_renewal_for_a_shorter_time_keeps_all_terms(self):
        contract = self._new_contract(
            date_start="2025-01-01", date_end="2025-12-31", renewal="manual", renewal_months=1
        )
        self._new_term(contract, name="Audit", due_date="2025-08-31", recurrence_months=12)
        self._new_term(contract, kind="volume", due_date="2025-01-15", target=10, actual=7)
        following = self.env["crm.contract"].browse(contract.action_renew()["res_id"])
        self.assertEqual(
            {term.name: str(term.due_date) for term in following.term_ids},
            {"Audit": "False", "Report": "2026-01-15"},
        )
        self.assertEqual(following.term_ids.mapped("target"), [0, 10])
        self.assertEqual(following.term_ids.mapped("actual"), [0, 0], "nothing is reached yet")

    def test_renewal_is_prepared_once(self):
        contract = self._new_contract()
        contract.action_renew()
        with self.assertRaises(UserError):
            contract.action_renew()
        with self.assertRaises(UserError):
            self._new_contract(date_end=False).action_renew()
        with self.assertRaises(UserError):
            self._new_contract(state="terminated").action_renew()
        with self.assertRaises(IntegrityError), mute_logger("odoo.sql_db"):
            self._new_contract(previous_id=contract.id)

    def test_form_creates_a_contract_with_terms(self):
        self.env.user.group_ids |= self.env.ref("crm_extended.group_crm_contract_user")
        with Form(self.env["crm.contract"]) as form:
            form.name = "Bread every morning"
            form.partner_id = self.partner
            form.date_start = self.today
            form.date_end = self._day(200)
            form.notice_days = 30
            with form.term_ids.new() as term:
                term.name = "Give notice in time"
                term.due_on = "notice"
        contract = form.record
        self.assertEqual(contract.term_ids.due_date, self._day(170))
        self.assertEqual(contract.term_ids.user_id, self.env.user)
        self.assertEqual(contract.currency_id, self.company.currency_id)

    def test_customer_counts_the_contracts_of_the_whole_company(self):
        contact = self.env["res.partner"].create({"name": "Bea", "parent_id": self.partner.id})
        contracts = self._new_contract() | self._new_contract(partner_id=contact.id)
        stranger = self.env["res.partner"].create({"name": "Stranger"})
        partners = (self.partner | contact | stranger).with_user(self.user)
        self.assertEqual(partners.mapped("contract_count"), [2, 2, 0])
        action = contact.with_user(self.user).action_view_contracts()
        self.assertEqual(self.env["crm.contract"].search(action["domain"]), contracts)

    def test_order_is_placed_under_a_contract_of_its_customer(self):
        contract = self._new_contract()
        contact = self.env["res.partner"].create({"name": "Bea", "parent_id": self.partner.id})
        stranger = self.env["res.partner"].create({"name": "Stranger"})
        order = self.env["sale.order"].create(
            {
                "company_id": self.company.id,
                "partner_id": contact.id,
                "contract_id": contract.id,
            }
        )
        self.assertEqual(contract.order_ids, order)
        self.assertEqual(contract.order_count, 1)
        order.partner_id = stranger
        self.assertFalse(order.contract_id, "another customer has nothing to do with it")
        with self.assertRaises(ValidationError):
            order.contract_id = contract

    def test_contract_with_orders_keeps_its_customer_and_company(self):
        contract = self._new_contract()
        self.env["sale.order"].create(
            {
                "company_id": self.company.id,
                "partner_id": self.partner.id,
                "contract_id": contract.id,
            }
        )
        contact = self.env["res.partner"].create({"name": "Bea", "parent_id": self.partner.id})
        contract.partner_id = contact
        stranger = self.env["res.partner"].create({"name": "Stranger"})
        with self.assertRaisesRegex(ValidationError, contract.number):
            contract.partner_id = stranger
        with self.assertRaisesRegex(ValidationError, contract.number):
            contract.company_id = self.env["res.company"].create({"name": "Other"})

    def test_copied_order_is_placed_under_a_contract_in_force_only(self):
        contract = self._new_contract()
        order = self.env["sale.order"].create(
            {
                "company_id": self.company.id,
                "partner_id": self.partner.id,
                "contract_id": contract.id,
            }
        )
        salesperson = self._new_user("contract_sales", "sales_team.group_sale_manager")
        self.assertEqual(order.with_user(salesperson).copy().contract_id, contract)
        contract.state = "expired"
        self.assertFalse(order.with_user(salesperson).copy().contract_id)

    def flush_tracking(self):
        self.env.flush_all()
        self.cr.precommit.run()
