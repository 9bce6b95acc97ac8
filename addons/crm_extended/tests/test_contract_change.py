from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import Form, new_test_user, tagged

from .contract_common import ContractCommon


@tagged("post_install", "-at_install")
class TestContractChange(ContractCommon):
    """Contracts and terms are changed one or many at once, with the reason kept."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.contracts = cls._new_contract() | cls._new_contract(date_end=cls._day(90))
        cls.terms = cls._new_term(cls.contracts[0]) | cls._new_term(cls.contracts[1])

    def _change(self, records, user=None, **values):
        context = {"active_model": records._name, "active_ids": records.ids}
        Change = self.env["crm.contract.change"].with_user(user or self.manager)
        return Change.with_context(**context).create(values)

    def test_begins_with_the_selected_records(self):
        self.assertEqual(self._change(self.contracts).contract_ids, self.contracts)
        self.assertEqual(self._change(self.terms).term_ids, self.terms)
        self._run_nightly()
        alerts = self.terms.alert_ids
        self.assertEqual(self._change(alerts).term_ids, self.terms)
        self.assertEqual(self._change(alerts).about, "terms")

    def test_prolong_many(self):
        ends = self.contracts.mapped("date_end")
        change = self._change(
            self.contracts, contract_operation="prolong", months=3, reason="As every year"
        )
        change.action_apply()
        for contract, end in zip(self.contracts, ends, strict=True):
            self.assertGreater(contract.date_end, end)
            self.assertIn("As every year", contract.message_ids[0].body)
            self.assertIn("Prolonged", contract.message_ids[1].body)

    def test_what_cannot_be_prolonged(self):
        for contract, message in (
            (self._new_contract(date_end=False), "open-ended"),
            (self._new_contract(state="expired"), "not running"),
        ):
            with self.assertRaisesRegex(UserError, message):
                self._change(contract, contract_operation="prolong").action_apply()
        for months in (0, 100000):
            with self.assertRaisesRegex(UserError, "Prolong by 1 to 1200 months"):
                self._change(
                    self.contracts, contract_operation="prolong", months=months
                ).action_apply()

    def test_follow_many(self):
        action = self._change(self.contracts, contract_operation="follow").action_apply()
        following = self.env["crm.contract"].search(action["domain"])
        self.assertEqual(following.previous_id, self.contracts)
        with self.assertRaisesRegex(UserError, "already followed"):
            self._change(self.contracts, contract_operation="follow").action_apply()

    def test_terminate_needs_a_reason(self):
        change = self._change(self.contracts, contract_operation="terminate", reason=" ")
        with self.assertRaisesRegex(UserError, "reason"):
            change.action_apply()
        change.reason = "The customer closed down"
        change.action_apply()
        self.assertEqual(set(self.contracts.mapped("state")), {"terminated"})
        self.assertIn("closed down", "".join(self.contracts.message_ids.mapped("body")))

    def test_one_rule_broken_changes_nothing(self):
        contracts = self.contracts | self._new_contract(state="draft")
        with self.assertRaises(UserError), self.cr.savepoint():
            self._change(contracts, contract_operation="terminate", reason="All").action_apply()
        self.env.invalidate_all()
        self.assertEqual(set(self.contracts.mapped("state")), {"running"})

    def test_postpone_what_is_breached_within_the_contract(self):
        term = self._new_term(self._new_contract(renewal="manual"), due_date=self._day(-1))
        term.state = "breached"
        with self.assertRaisesRegex(ValidationError, "after the end of its contract"):
            self._change(term, term_operation="postpone", due_date=self._day(366)).action_apply()

    def test_something_has_to_be_chosen(self):
        for records in (self.contracts, self.terms):
            change = self._change(records, contract_operation=False, term_operation=False)
            with self.assertRaisesRegex(UserError, "Choose what to do first"):
                change.action_apply()

    def test_waive_is_for_managers_and_needs_a_reason(self):
        with self.assertRaisesRegex(UserError, "administrator"):
            self._change(
                self.terms, self.user, term_operation="waive", reason="Please"
            ).action_apply()
        with self.assertRaisesRegex(UserError, "reason"):
            self._change(self.terms, term_operation="waive").action_apply()
        self._change(self.terms, term_operation="waive", reason="Agreed by phone").action_apply()
        self.assertEqual(set(self.terms.mapped("state")), {"waived"})
        self.assertEqual(set(self.terms.mapped("waive_reason")), {"Agreed by phone"})

    def test_postpone(self):
        change = self._change(self.terms, self.user, term_operation="postpone")
        with self.assertRaisesRegex(UserError, "new due date"):
            change.action_apply()
        change.due_date = self._day(45)
        change.action_apply()
        self.assertEqual(set(self.terms.mapped("due_date")), {self._day(45)})

    def test_what_cannot_be_postponed(self):
        follows = self._new_term(self.contracts[0], due_on="end")
        met = self._new_term(self.contracts[0])
        met.action_met()
        for term, message in ((follows, "prolong the contract"), (met, "reopen it")):
            change = self._change(term, term_operation="postpone", due_date=self._day(45))
            with self.assertRaisesRegex(UserError, message):
                change.action_apply()

    def test_nothing_chosen(self):
        change = self.env["crm.contract.change"].create({"about": "terms"})
        with self.assertRaisesRegex(UserError, "Choose what"):
            change.action_apply()

    def test_buttons_open_it(self):
        for action, operation in (
            (self.contracts.action_renew_or_prolong(), "follow"),
            (self.contracts.action_terminate_with_reason(), "terminate"),
        ):
            self.assertEqual(action["context"]["default_contract_operation"], operation)
        self.assertEqual(self.terms.action_waive()["context"]["default_term_operation"], "waive")

    def test_not_for_others(self):
        portal = new_test_user(self.env, "contract_portal", groups="base.group_portal")
        with self.assertRaises(AccessError):
            self._change(self.contracts, portal)


@tagged("post_install", "-at_install")
class TestContractType(ContractCommon):
    """A type proposes what new contracts begin with."""

    def test_new_contract_begins_with_the_type(self):
        kind = self.env["crm.contract.type"].create(
            {
                "name": "Supply",
                "notice_days": 45,
                "renewal": "automatic",
                "renewal_months": 6,
                "template_id": self.env.ref("crm_extended.crm_contract_template_supply").id,
            }
        )
        form = Form(self.env["crm.contract"].with_user(self.user))
        form.name = "Bread"
        form.partner_id = self.partner
        form.type_id = kind
        form.date_end = self._day(300)
        contract = form.save()
        self.assertEqual(contract.notice_days, 45)
        self.assertEqual(contract.renewal, "automatic")
        self.assertEqual(contract.renewal_months, 6)
        self.assertEqual(contract.template_id, kind.template_id)

    def test_what_was_agreed_stays(self):
        kind = self.env["crm.contract.type"].create({"name": "Supply", "notice_days": 45})
        contract = self._new_contract(notice_days=10, renewal="none", type_id=kind.id)
        self.assertEqual((contract.notice_days, contract.renewal), (10, "none"))
        contract.type_id = self.env["crm.contract.type"].create(
            {"name": "Other", "notice_days": 5, "renewal": "manual"}
        )
        self.assertEqual((contract.notice_days, contract.renewal), (10, "none"))

    def test_without_a_type(self):
        contract = self._new_contract(state="draft")
        self.assertEqual((contract.notice_days, contract.renewal), (0, "none"))

    def test_opportunity_days(self):
        kind = self.env["crm.contract.type"].create({"name": "Short", "opportunity_days": 10})
        never = self.env["crm.contract.type"].create({"name": "Never", "opportunity_days": 0})
        near = self._new_contract(type_id=kind.id, date_end=self._day(9), renewal="manual")
        far = self._new_contract(type_id=kind.id, date_end=self._day(12), renewal="manual")
        silent = self._new_contract(type_id=never.id, date_end=self._day(5), renewal="manual")
        domain = self.env["crm.contract"]._get_opportunity_domain()
        found = self.env["crm.contract"].search(domain)
        self.assertIn(near, found)
        self.assertFalse((far | silent) & found)

    def test_delivered_types(self):
        kinds = self.env["crm.contract.type"].search([("company_id", "=", False)])
        self.assertTrue(kinds)
        self.assertEqual(kinds.mapped("active"), [True] * len(kinds))
