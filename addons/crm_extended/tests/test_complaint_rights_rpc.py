import json

from odoo.tests import HttpCase, new_test_user, tagged

from .complaint_common import ComplaintCommon

DENIED = "odoo.exceptions.AccessError"
OPERATIONS = {"r": "read", "w": "write", "c": "create", "u": "unlink"}
# What each role may do with a record that its rules let it see: read, write, create, unlink.
# A model that is not named here is not decided upon, and fails the test.
RIGHTS = {
    "crm.complaint": {"user": "rwc", "manager": "rwcu", "portal": "r"},
    "crm.complaint.category": {"user": "r", "manager": "rwcu"},
    "crm.complaint.cause": {"user": "r", "manager": "rwcu"},
    "crm.complaint.escalation": {"user": "", "manager": "r"},
    # who sent how much through the public form: nobody but the form itself
    "crm.complaint.form.attempt": {},
    "crm.complaint.report": {"user": "r", "manager": "r"},
    "crm.complaint.sla": {"user": "r", "manager": "rwcu"},
    "crm.complaint.stage": {"user": "r", "manager": "rwcu"},
    "crm.complaint.team": {"user": "r", "manager": "rwcu"},
    "crm.complaint.vote": {"user": "r", "manager": "ru"},
    # wizards: whoever may use one writes his own, which Odoo removes by itself
    "crm.complaint.merge": {"user": "rwc", "manager": "rwc"},
}
# What customers may know of their own complaints; all else needs a decision.
INTERNAL_FIELDS = {
    *("cost", "manual_cost", "cost_credit_notes", "credit_note_ids"),
    *("cause_id", "corrective_action", "corrective_user_id", "corrective_due_date"),
    *("reopen_count", "solved_first_time", "recurrence_count", "repeat_of_id", "merged_into_id"),
    *("response_sla_id", "resolution_sla_id", "first_response_hours"),
    *("resolution_hours", "first_response_sla_met", "resolution_sla_met"),
    *("next_escalation_date", "escalation_ids", "sales_told_date", "kanban_state"),
    *("rating_last_value", "rating_avg", "message_partner_ids", "message_follower_ids"),
    "activity_ids",
}


@tagged("post_install", "-at_install")
class TestComplaintRightsOverRpc(ComplaintCommon, HttpCase):
    """Every complaint model, called as the web client calls it, by everybody there is."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.employee = new_test_user(cls.env, "complaint_employee", "base.group_user")
        cls.stranger = new_test_user(cls.env, "complaint_stranger", "base.group_portal")
        cls.foreign_manager = new_test_user(
            cls.env,
            "complaint_foreign",
            "crm_extended.group_crm_complaint_manager",
            company_id=cls.other_company.id,
            company_ids=cls.other_company.ids,
        )
        cls.complaint = cls._create_complaint(
            partner_id=cls.contact.id, team_id=cls.team.id, kind="suggestion"
        )
        cls.team.company_id = cls.env.company
        cls.records = {
            "crm.complaint": cls.complaint,
            "crm.complaint.category": cls.category,
            "crm.complaint.cause": cls.env["crm.complaint.cause"].create({"name": "Sugar"}),
            "crm.complaint.escalation": cls.env["crm.complaint.escalation"].create(
                {
                    "complaint_id": cls.complaint.id,
                    "clock": "resolution",
                    "level": "breached",
                    "deadline": cls.complaint.received_date,
                }
            ),
            "crm.complaint.report": cls.env["crm.complaint.report"].browse(cls.complaint.id),
            "crm.complaint.sla": cls.env["crm.complaint.sla"].create(
                {"name": "Fast", "resolution_hours": 1, "company_id": cls.env.company.id}
            ),
            "crm.complaint.stage": cls.stage_new,
            "crm.complaint.team": cls.team,
            "crm.complaint.vote": cls.env["crm.complaint.vote"].create(
                {"complaint_id": cls.complaint.id, "partner_id": cls.contact.id}
            ),
        }

    def _call(self, model, method, *args, **kwargs):
        """Return the name of the error, or None, and the result."""
        response = self.url_open(
            "/web/dataset/call_kw",
            data=json.dumps(
                {"params": {"model": model, "method": method, "args": args, "kwargs": kwargs}}
            ),
            headers={"Content-Type": "application/json"},
        ).json()
        return response.get("error", {}).get("data", {}).get("name"), response.get("result")

    def _sign_in(self, user):
        self.authenticate(user.login, user.login)

    def _may(self, model, operation):
        """Whether the signed-in user gets past the server with an operation on a record."""
        record = self.records.get(model)
        if operation == "c":
            return self._call(model, "create", [{}])[0] != DENIED
        if record is None:  # a wizard: there is nothing to read before it is made
            record = self.env[model].sudo().browse(1)
            return bool(self._call(model, "has_access", [], OPERATIONS[operation])[1])
        if operation == "r":
            read = self._call(model, "read", record.ids, ["display_name"])[0] != DENIED
            error, found = self._call(model, "search_read", [["id", "=", record.id]], ["id"])
            self.assertEqual(not error and bool(found), read, model)
            return read
        if operation == "w":
            values = {"name": "Changed"} if "name" in record else {}
            return self._call(model, "write", record.ids, values)[0] != DENIED
        if self._call(model, "has_access", record.ids, "unlink")[1]:
            return True
        return self._call(model, "unlink", record.ids)[0] != DENIED

    def _assert_rights(self, user, role):
        self._sign_in(user)
        for model, rights in RIGHTS.items():
            for operation in OPERATIONS:
                with self.subTest(user=user.login, model=model, operation=operation):
                    allowed = operation in rights.get(role, "")
                    self.assertEqual(self._may(model, operation), allowed)

    def test_every_model_is_decided_upon(self):
        models = {
            name
            for name in self.env.registry.models
            if name.startswith("crm.complaint")
            and self.env[name]._original_module == "crm_extended"
        }
        self.assertEqual(models, set(RIGHTS))
        self.assertLessEqual(set(self.records), set(RIGHTS))

    def test_service_user(self):
        with self.assertLogs("odoo.http"):
            self._assert_rights(self.service_user, "user")

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
            self._assert_rights(self.portal_user, "portal")

    def test_other_customer(self):
        with self.assertLogs("odoo.http"):
            self._assert_rights(self.stranger, "nobody")

    def test_manager_of_another_company(self):
        self._sign_in(self.foreign_manager)
        owned = [name for name in self.records if "company_id" in self.env[name]._fields]
        self.assertIn("crm.complaint.vote", owned)
        for model in owned:
            for operation in ("r", "w", "u"):
                with (
                    self.subTest(model=model, operation=operation),
                    self.assertLogs("odoo.http"),
                ):
                    self.assertFalse(self._may(model, operation))

    def test_user_of_another_team(self):
        self.team.member_ids = self.manager
        self._sign_in(self.service_user)
        for model in ("crm.complaint", "crm.complaint.report"):
            for operation in ("r", "w", "u"):
                with (
                    self.subTest(model=model, operation=operation),
                    self.assertLogs("odoo.http"),
                ):
                    self.assertFalse(self._may(model, operation))

    def test_visitor(self):
        self.authenticate(None, None)
        for model in RIGHTS:
            for method in ("search_read", "create"):
                with self.subTest(model=model), self.assertLogs("odoo.http"):
                    error, _result = self._call(model, method, [])
                    self.assertEqual(error, "odoo.http.SessionExpiredException")

    def test_customer_reads_no_internal_field(self):
        self._sign_in(self.portal_user)
        _error, shown = self._call("crm.complaint", "fields_get")
        self.assertIn("number", shown)
        self.assertFalse(INTERNAL_FIELDS & set(shown))
        for name in sorted(INTERNAL_FIELDS):
            self.assertIn(name, self.Complaint._fields)
            with self.subTest(field=name), self.assertLogs("odoo.http"):
                error, _values = self._call("crm.complaint", "read", self.complaint.ids, [name])
                self.assertEqual(error, DENIED)
            # nor by asking which complaints have a value
            field = self.Complaint._fields[name]
            if field.required or not field.store:
                continue
            with self.subTest(search=name), self.assertLogs("odoo.http"):
                error, _found = self._call("crm.complaint", "search", [[name, "!=", False]])
                self.assertEqual(error, DENIED)

    def test_customer_reads_no_internal_note(self):
        self.complaint.message_post(body="He is always late himself", subtype_xmlid="mail.mt_note")
        self.complaint.message_post(body="We are sorry", subtype_xmlid="mail.mt_comment")
        self._sign_in(self.portal_user)
        domain = [["model", "=", "crm.complaint"], ["res_id", "=", self.complaint.id]]
        _error, messages = self._call("mail.message", "search_read", domain, ["body"])
        bodies = " ".join(message["body"] for message in messages or [])
        self.assertNotIn("late himself", bodies)
