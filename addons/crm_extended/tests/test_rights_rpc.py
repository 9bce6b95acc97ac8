import json

from odoo import fields
from odoo.exceptions import AccessError
from odoo.tests import HttpCase, new_test_user
from odoo.tests.common import tagged


@tagged("post_install", "-at_install")
class TestRightsOverRpc(HttpCase):
    """What customers and strangers get when they call the server as the web client does."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.portal_user = new_test_user(cls.env, "rpc_portal_user", "base.group_portal")
        partner = cls.portal_user.partner_id
        cls.complaint, cls.foreign = cls.env["crm.complaint"].create(
            [{"name": "Ours", "partner_id": partner.id}, {"name": "Theirs"}]
        )
        cls.contract = cls.env["crm.contract"].create(
            {
                "name": "Ours as well",
                "partner_id": partner.id,
                "term_ids": [
                    fields.Command.create({"name": "Report", "due_date": fields.Date.today()})
                ],
            }
        )

    def _call(self, record, method, *args):
        """Return the name of the error, or None and the result."""
        response = self.url_open(
            "/web/dataset/call_kw",
            data=json.dumps(
                {
                    "params": {
                        "model": record._name,
                        "method": method,
                        "args": [record.ids, *args],
                        "kwargs": {},
                    }
                }
            ),
            headers={"Content-Type": "application/json"},
        ).json()
        error = response.get("error", {}).get("data", {})
        self.message = error.get("message")
        return error.get("name"), response.get("result")

    def test_customer_reads_his_complaints_and_changes_nothing(self):
        denied = f"{AccessError.__module__}.{AccessError.__name__}"
        self.authenticate("rpc_portal_user", "rpc_portal_user")
        error, [values] = self._call(self.complaint, "read", ["name", "number", "stage_id"])
        self.assertFalse(error)
        self.assertEqual(values["number"], self.complaint.number)
        term = self.contract.term_ids
        for record, method, *args in (
            (self.foreign, "read", ["name"]),
            (self.complaint, "write", {"name": "Changed"}),
            (self.complaint, "copy"),
            (self.complaint, "unlink"),
            (self.complaint, "action_assign_to_me"),
            (self.contract, "read", ["name"]),
            (self.contract, "write", {"name": "Changed"}),
            (self.contract, "action_start"),
            (term, "read", ["name"]),
            (term, "action_met"),
            (term, "unlink"),
        ):
            with self.subTest(model=record._name, method=method), self.assertLogs("odoo.http"):
                self.assertEqual(self._call(record, method, *args)[0], denied)
        self.assertEqual(self.complaint.name, "Ours")
        self.assertEqual((self.contract.state, term.state), ("draft", "pending"))

    def test_deleting_what_is_in_use_gets_a_sentence(self):
        new_test_user(self.env, "rpc_manager", "sales_team.group_sale_manager,base.group_system")
        self.authenticate("rpc_manager", "rpc_manager")
        stage_in_use = self.env["crm.complaint.stage"].create({"name": "Used"})
        self.complaint.stage_id = stage_in_use
        with self.assertLogs("odoo.sql_db"), self.assertLogs("odoo.http"):
            error, _result = self._call(stage_in_use, "unlink")
        self.assertEqual(error, "odoo.exceptions.ValidationError")
        self.assertIn("rchiv", self.message)
        self.assertNotIn('constraint "', self.message)

    def test_visitor_calls_nothing(self):
        for record in (self.complaint, self.contract, self.contract.term_ids):
            with self.subTest(model=record._name), self.assertLogs("odoo.http"):
                error, _result = self._call(record, "read", ["name"])
                self.assertEqual(error, "odoo.http.SessionExpiredException")
