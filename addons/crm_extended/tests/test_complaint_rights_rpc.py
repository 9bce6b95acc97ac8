from odoo.tests import new_test_user, tagged

from .complaint_common import ComplaintCommon
from .rights_rpc_common import RightsRpcCommon

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
class TestComplaintRightsOverRpc(ComplaintCommon, RightsRpcCommon):
    """Every complaint model, called as the web client calls it, by everybody there is."""

    rights = RIGHTS

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

    def test_every_model_is_decided_upon(self):
        self._assert_decided_upon("crm.complaint", "crm_extended")

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
        self._assert_none_may(owned)

    def test_user_of_another_team(self):
        self.team.member_ids = self.manager
        self._sign_in(self.service_user)
        self._assert_none_may(("crm.complaint", "crm.complaint.report"))

    def test_visitor(self):
        self._assert_visitor_calls_nothing()

    def test_customer_reads_no_internal_field(self):
        self._sign_in(self.portal_user)
        _error, shown = self._call("crm.complaint", "fields_get")
        self.assertIn("number", shown)
        self.assertFalse(INTERNAL_FIELDS & set(shown))
        self._assert_unreadable(self.complaint, INTERNAL_FIELDS)

    def test_customer_reads_no_internal_note(self):
        self.complaint.message_post(body="He is always late himself", subtype_xmlid="mail.mt_note")
        self.complaint.message_post(body="We are sorry", subtype_xmlid="mail.mt_comment")
        self._sign_in(self.portal_user)
        domain = [["model", "=", "crm.complaint"], ["res_id", "=", self.complaint.id]]
        _error, messages = self._call("mail.message", "search_read", domain, ["body"])
        bodies = " ".join(message["body"] for message in messages or [])
        self.assertNotIn("late himself", bodies)
