from odoo import fields
from odoo.exceptions import AccessError, UserError
from odoo.tests import new_test_user
from odoo.tests.common import tagged

from .contract_common import ContractCommon

MODELS = ("crm.contract", "crm.contract.term", "crm.contract.alert")


@tagged("post_install", "-at_install")
class TestContractRights(ContractCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.contract = cls._new_contract()
        cls.term = cls._new_term(cls.contract)
        cls.alert = cls.env["crm.contract.alert"].create(
            {
                "contract_id": cls.contract.id,
                "term_id": cls.term.id,
                "due_date": cls.term.due_date,
                "days_before": 60,
                "raised_at": fields.Datetime.now(),
            }
        )
        cls.records = [cls.contract, cls.term, cls.alert]

    def test_sales_roles_bring_the_contract_roles(self):
        salesman = self._new_user("contract_salesman", "sales_team.group_sale_salesman")
        manager = self._new_user("contract_sales_manager", "sales_team.group_sale_manager")
        self.assertTrue(salesman.has_group("crm_extended.group_crm_contract_user"))
        self.assertFalse(salesman.has_group("crm_extended.group_crm_contract_manager"))
        self.assertTrue(manager.has_group("crm_extended.group_crm_contract_manager"))

    def test_user_keeps_contracts_and_terms(self):
        contract = self.contract.with_user(self.user)
        contract.name = "Supply of bread"
        term = (
            self.env["crm.contract.term"]
            .with_user(self.user)
            .create({"contract_id": contract.id, "name": "Certificate", "due_date": self._day(20)})
        )
        term.action_met()
        draft = self._new_contract(state="draft").with_user(self.user)
        with self.assertRaises(AccessError):
            draft.unlink()
        draft.with_user(self.manager).unlink()

    def test_user_goes_through_the_life_of_a_contract(self):
        contract = self._new_contract(state="draft").with_user(self.user)
        contract.action_start()
        self._new_term(contract.sudo())
        self._run_nightly()
        contract.term_ids.action_met()
        contract.action_give_notice()
        self.assertEqual(contract.action_view_alerts()["domain"][0][2], contract.id)
        following = self.env["crm.contract"].browse(contract.action_renew()["res_id"])
        following.with_user(self.user).action_start()
        self.assertEqual(following.state, "running")

    def test_nobody_writes_alerts_by_hand(self):
        values = {
            "term_id": self.term.id,
            "due_date": self.term.due_date,
            "days_before": 7,
            "raised_at": fields.Datetime.now(),
        }
        for user in (self.user, self.manager):
            alert = self.alert.with_user(user)
            self.assertEqual(alert.days_before, 60)
            with self.assertRaises(AccessError):
                alert.create(values)
            with self.assertRaises(AccessError):
                alert.write({"days_before": 3})
            with self.assertRaises(AccessError):
                alert.unlink()

    def test_others_see_nothing(self):
        employee = self._new_user("contract_employee", "base.group_user")
        portal = new_test_user(
            self.env,
            "contract_portal",
            "base.group_portal",
            company_id=self.company.id,
            company_ids=[fields.Command.set(self.company.ids)],
        )
        portal.partner_id.parent_id = self.partner
        self.contract.message_subscribe(portal.partner_id.ids)
        # what customers see of the contracts in force is tested with the portal
        self.contract.action_terminate()
        self.contract.ended_date = self._day(-400)
        public = self.env.ref("base.public_user")
        for user in (employee, portal, public):
            for record in self.records:
                for operation in ("read", "write", "create", "unlink"):
                    with self.subTest(user=user.login, model=record._name, operation=operation):
                        self.assertFalse(record.with_user(user).has_access(operation))
                with self.subTest(user=user.login, model=record._name):
                    if user == portal and record._name != "crm.contract.alert":
                        self.assertFalse(record.with_user(user).search([]))
                        continue
                    with self.assertRaises(AccessError):
                        record.with_user(user).search([])
        with self.assertRaises(AccessError):
            self.partner.with_user(portal).read(["contract_count"])

    def test_other_company_sees_nothing(self):
        other = self.env["res.company"].create({"name": "Other"})
        stranger = self._new_user(
            "contract_other", "crm_extended.group_crm_contract_manager", company=other
        )
        for record in self.records:
            seen = record.with_user(stranger).with_context(allowed_company_ids=other.ids)
            self.assertFalse(seen.search([("id", "=", record.id)]))
            with self.assertRaises(AccessError):
                seen.read(["display_name"])

    def test_company_of_order_and_contract_agree(self):
        other = self.env["res.company"].create({"name": "Other"})
        with self.assertRaises(UserError):
            self.env["sale.order"].create(
                {
                    "company_id": other.id,
                    "partner_id": self.partner.id,
                    "contract_id": self.contract.id,
                }
            )
