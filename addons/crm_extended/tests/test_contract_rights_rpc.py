from odoo import fields
from odoo.tests import new_test_user, tagged

from .contract_common import ContractCommon
from .rights_rpc_common import RightsRpcCommon

# What each role may do with a record that its rules let it see: read, write, create, unlink.
# A model that is not named here is not decided upon, and fails the test.
RIGHTS = {
    "crm.contract": {"user": "rwc", "manager": "rwcu", "portal": "r"},
    "crm.contract.alert": {"user": "r", "manager": "r"},
    "crm.contract.clause": {"user": "r", "manager": "rwcu"},
    "crm.contract.prolongation": {"user": "r", "manager": "r"},
    "crm.contract.renewal.report": {"user": "r", "manager": "r"},
    "crm.contract.report": {"user": "r", "manager": "r"},
    "crm.contract.template": {"user": "r", "manager": "rwcu"},
    "crm.contract.term": {"user": "rwcu", "manager": "rwcu", "portal": "r"},
    "crm.contract.term.period": {"user": "r", "manager": "r"},
    "crm.contract.term.report": {"user": "r", "manager": "r"},
    "crm.contract.timeline": {"user": "r", "manager": "r"},
    "crm.contract.type": {"user": "r", "manager": "rwcu"},
    "crm.contract.version": {"user": "r", "manager": "r"},
    # wizards: whoever may use one writes his own
    "crm.contract.change": {"user": "rwcu", "manager": "rwcu"},
    # abstract: nobody calls them
    "crm.contract.ladder.mixin": {},
    "crm.contract.report.mixin": {},
    "crm.contract.watch.mixin": {},
}
# What customers may know of their own contracts; all else, of other add-ons too, is refused.
CONTRACT_FIELDS = {
    *("id", "display_name", "number", "name", "kind", "state", "access_url", "company_id"),
    *("partner_id", "commercial_partner_id", "amount_total", "currency_id"),
    *("date_start", "date_end", "ended_date", "notice_days", "notice_date"),
    *("renewal", "renewal_months"),
}
TERM_FIELDS = {
    *("id", "display_name", "name", "kind", "state", "contract_id", "company_id"),
    *("due_date", "recurrence_months", "is_visible_portal"),
}


@tagged("post_install", "-at_install")
class TestContractRightsOverRpc(ContractCommon, RightsRpcCommon):
    """Every contract model, called as the web client calls it, by everybody there is."""

    rights = RIGHTS

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.other_company = cls.env["res.company"].create({"name": "Second Company"})
        cls.salesperson = cls._new_user("contract_sales", "sales_team.group_sale_salesman")
        cls.employee = cls._new_user("contract_employee", "base.group_user")
        cls.foreign_manager = cls._new_user(
            "contract_foreign", "crm_extended.group_crm_contract_manager", cls.other_company
        )
        cls.customer, cls.stranger = (
            new_test_user(
                cls.env,
                login,
                "base.group_portal",
                company_id=cls.company.id,
                company_ids=[fields.Command.set(cls.company.ids)],
            )
            for login in ("contract_customer", "contract_stranger")
        )
        cls.customer.partner_id.parent_id = cls.partner
        cls.contract = cls._new_contract(date_end=cls._day(40), text="<p>Agreed</p>")
        cls.term = cls._new_term(cls.contract, is_visible_portal=True)
        cls.hidden_term = cls._new_term(cls.contract, name="Ask for a discount")
        cls.contract._prolong_by(12)
        cls.contract.action_new_version()
        template = cls.env["crm.contract.template"].create(
            {"name": "Supply", "company_id": cls.company.id}
        )
        cls.env.flush_all()
        cls.records = {
            "crm.contract": cls.contract,
            "crm.contract.alert": cls.env["crm.contract.alert"].create(
                {
                    "contract_id": cls.contract.id,
                    "term_id": cls.term.id,
                    "due_date": cls.term.due_date,
                    "days_before": 60,
                    "raised_at": fields.Datetime.now(),
                }
            ),
            "crm.contract.clause": cls.env["crm.contract.clause"].create(
                {"name": "Parties", "template_id": template.id}
            ),
            "crm.contract.prolongation": cls.env["crm.contract.prolongation"].search(
                [("contract_id", "=", cls.contract.id)]
            ),
            **{
                model: cls.env[model].search([("contract_id", "=", cls.contract.id)], limit=1)
                for model in (
                    "crm.contract.renewal.report",
                    "crm.contract.report",
                    "crm.contract.term.report",
                    "crm.contract.timeline",
                )
            },
            "crm.contract.template": template,
            "crm.contract.term": cls.term,
            "crm.contract.term.period": cls.env["crm.contract.term.period"]._record(
                [{"term_id": cls.term.id, "due_date": cls._day(-60), "state": "met"}]
            ),
            "crm.contract.type": cls.env["crm.contract.type"].create(
                {"name": "Supply", "company_id": cls.company.id}
            ),
            "crm.contract.version": cls.contract.version_ids,
        }

    def test_every_model_is_decided_upon(self):
        self._assert_decided_upon("crm.contract", "crm_extended")
        for model, record in self.records.items():
            self.assertEqual(len(record), 1, model)

    def test_user(self):
        with self.assertLogs("odoo.http"):
            self._assert_rights(self.user, "user")

    def test_salesperson(self):
        with self.assertLogs("odoo.http"):
            self._assert_rights(self.salesperson, "user")

    def test_manager(self):
        with self.assertLogs("odoo.http"):
            self._assert_rights(self.manager, "manager")

    def test_plain_employee(self):
        with self.assertLogs("odoo.http"):
            self._assert_rights(self.employee, "nobody")

    def test_customer(self):
        with self.assertLogs("odoo.http"):
            self._assert_rights(self.customer, "portal")

    def test_other_customer(self):
        with self.assertLogs("odoo.http"):
            self._assert_rights(self.stranger, "nobody")

    def test_manager_of_another_company(self):
        self._sign_in(self.foreign_manager)
        self._assert_none_may(self.records)

    def test_user_of_another_team(self):
        self.contract.team_id = self.env["crm.team"].create(
            {"name": "North", "company_id": self.company.id}
        )
        self._sign_in(self.colleague)
        self._assert_none_may(
            name for name, record in self.records.items() if "contract_id" in record._fields
        )
        self._assert_none_may(("crm.contract",))

    def test_visitor(self):
        self._assert_visitor_calls_nothing()

    def test_customer_reads_listed_fields_only(self):
        self._sign_in(self.customer)
        for record, allowed in ((self.contract, CONTRACT_FIELDS), (self.term, TERM_FIELDS)):
            with self.subTest(model=record._name):
                _error, shown = self._call(record._name, "fields_get")
                self.assertEqual(set(shown), allowed)
                error, _values = self._call(record._name, "read", record.ids, sorted(allowed))
                self.assertFalse(error)
                self._assert_unreadable(record, set(record._fields) - allowed)

    def test_customer_reads_what_is_visible_only(self):
        """No draft, no term that is not marked, nothing of others, nothing long over."""
        draft = self._new_contract(state="draft", name="Not agreed yet")
        old = self._new_contract(
            state="expired", date_start=self._day(-800), date_end=self._day(-400)
        )
        recent = self._new_contract(
            state="expired", date_start=self._day(-800), date_end=self._day(-300)
        )
        foreign = self._new_contract(partner_id=self.stranger.partner_id.id)
        terms = [self._new_term(contract, is_visible_portal=True) for contract in (draft, foreign)]
        self._sign_in(self.customer)
        _error, found = self._call("crm.contract", "search", [])
        self.assertEqual(set(found), {self.contract.id, recent.id})
        _error, found = self._call("crm.contract.term", "search", [])
        self.assertEqual(found, self.term.ids)
        for record in (draft, old, foreign, self.hidden_term, *terms):
            with self.subTest(record=record), self.assertLogs("odoo.http"):
                error, _values = self._call(record._name, "read", record.ids, ["name"])
                self.assertEqual(error, "odoo.exceptions.AccessError")

    def test_customer_reads_no_note_and_no_file(self):
        self.contract.message_post(body="Give in on the price", subtype_xmlid="mail.mt_note")
        self.contract.signed_file = self.term.document_file = "Zm9v"
        attachment = self.env["ir.attachment"].create(
            {
                "name": "margins.txt",
                "raw": b"Our margin",
                "res_model": "crm.contract",
                "res_id": self.contract.id,
            }
        )
        self._sign_in(self.customer)
        domain = [["model", "=", "crm.contract"], ["res_id", "=", self.contract.id]]
        _error, messages = self._call("mail.message", "search_read", domain, ["body"])
        bodies = " ".join(message["body"] for message in messages or [])
        self.assertNotIn("Give in on the price", bodies)
        for url in (
            f"/web/content/{attachment.id}",
            f"/web/content/crm.contract/{self.contract.id}/signed_file",
            f"/web/image/crm.contract/{self.contract.id}/signed_file",
            f"/web/content/crm.contract.term/{self.term.id}/document_file",
        ):
            with self.subTest(url=url):
                response = self.url_open(url)
                self.assertNotIn(b"margin", response.content)
                self.assertNotIn(b"foo", response.content)
