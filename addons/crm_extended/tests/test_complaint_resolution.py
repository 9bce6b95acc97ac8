from datetime import timedelta

from odoo import fields
from odoo.exceptions import ValidationError
from odoo.tests import Form, new_test_user, tagged

from .complaint_common import ComplaintCommon


@tagged("post_install", "-at_install")
class TestComplaintResolution(ComplaintCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.due = fields.Date.today() + timedelta(days=7)
        cls.action = {
            "corrective_action": "Weigh the sugar\nTwice",
            "corrective_user_id": cls.service_user.id,
            "corrective_due_date": cls.due,
        }

    def _get_activities(self, complaints):
        activity_type = self.env.ref("crm_extended.mail_activity_type_corrective")
        return self.env["mail.activity"].search(
            [
                ("res_model", "=", "crm.complaint"),
                ("res_id", "in", complaints.ids),
                ("activity_type_id", "=", activity_type.id),
            ]
        )

    # Cause and outcome

    def test_causes_form_a_tree(self):
        recipe = self.env["crm.complaint.cause"].create({"name": "Recipe"})
        sugar = recipe.create({"name": "Sugar", "parent_id": recipe.id})
        self.assertEqual(sugar.display_name, "Recipe / Sugar")
        complaint = self._create_complaint(cause_id=sugar.id)
        found = self.Complaint.search([("cause_id", "child_of", recipe.id)])
        self.assertEqual(found, complaint)
        with self.assertRaisesRegex(ValidationError, "below itself"):
            recipe.parent_id = sugar

    def test_form_asks_for_the_outcome_of_a_closed_complaint(self):
        complaint = self._create_complaint()
        with self.assertRaisesRegex(AssertionError, "outcome.*required"), Form(complaint) as form:
            form.stage_id = self.stage_closed
        with Form(complaint) as form:
            form.stage_id = self.stage_closed
            form.outcome = "apology"
        self.assertTrue(complaint.is_closed)

    def test_praise_needs_no_outcome(self):
        complaint = self._create_complaint(kind="praise")
        with Form(complaint) as form:
            form.stage_id = self.stage_closed
        self.assertTrue(complaint.is_closed)

    def test_card_dropped_on_a_closing_stage_is_closed(self):
        complaint = self._create_complaint()
        complaint.web_save({"stage_id": self.stage_closed.id}, {"stage_id": {}})
        self.assertTrue(complaint.is_closed)

    # Corrective action

    def test_owner_is_reminded_on_the_day(self):
        complaint = self._create_complaint(**self.action)
        activity = self._get_activities(complaint)
        self.assertEqual(activity.user_id, self.service_user)
        self.assertEqual(activity.date_deadline, self.due)
        self.assertEqual(activity.summary, "Weigh the sugar")

    def test_reminder_follows_owner_and_day(self):
        complaint = self._create_complaint(**self.action)
        activity = self._get_activities(complaint)
        complaint.corrective_user_id = self.manager
        complaint.corrective_due_date = self.due + timedelta(days=1)
        self.assertEqual(self._get_activities(complaint), activity)
        self.assertEqual(activity.user_id, self.manager)
        self.assertEqual(activity.date_deadline, self.due + timedelta(days=1))
        complaint.write({"corrective_user_id": False, "corrective_due_date": False})
        self.assertFalse(self._get_activities(complaint))

    def test_done_ends_the_reminder_and_undone_brings_it_back(self):
        complaint = self._create_complaint(**self.action)
        complaint.corrective_done_date = fields.Date.today()
        self.assertFalse(self._get_activities(complaint))
        complaint.corrective_done_date = False
        self.assertEqual(len(self._get_activities(complaint)), 1)
        complaint.active = False
        self.assertFalse(self._get_activities(complaint))

    def test_activity_marked_done_is_the_action_done(self):
        employee = new_test_user(self.env, "corrective_employee", groups="base.group_user")
        complaint = self._create_complaint(**{**self.action, "corrective_user_id": employee.id})
        self._get_activities(complaint).with_user(employee).action_feedback("Weighed")
        self.assertEqual(complaint.corrective_done_date, fields.Date.today())
        self.assertFalse(self._get_activities(complaint))

    def test_other_activities_are_left_alone(self):
        complaint = self._create_complaint(**self.action)
        call = complaint.activity_schedule("mail.mail_activity_data_call")
        complaint.corrective_done_date = fields.Date.today()
        self.assertTrue(call.exists())
        call.action_feedback()
        other = self._create_complaint(**self.action)
        other.activity_schedule("mail.mail_activity_data_call").action_feedback()
        self.assertFalse(other.corrective_done_date)

    def test_due_date_needs_an_owner(self):
        with self.assertRaisesRegex(ValidationError, "Choose the owner"):
            self._create_complaint(corrective_due_date=self.due)

    def test_many_at_once_cost_the_same_queries(self):
        def count(function, *args):
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            function(*args)
            self.env.flush_all()
            return self.env.cr.sql_log_count - before

        later = {"corrective_due_date": self.due + timedelta(days=1)}
        done = {"corrective_done_date": fields.Date.today()}
        costs = []
        for size in (2, 2, 100):  # the first round fills the caches of the registry
            complaints = self.Complaint.create([{"name": f"Soggy {i}"} for i in range(size)])
            costs.append([count(complaints.write, values) for values in (self.action, later, done)])
            self.assertFalse(self._get_activities(complaints))
        for few, many in zip(costs[1], costs[2], strict=True):
            self.assertLessEqual(many, few + 4)

    def test_filter_of_corrective_actions_due(self):
        late = self._create_complaint(
            **{**self.action, "corrective_due_date": fields.Date.today() - timedelta(days=1)}
        )
        self._create_complaint(**self.action)
        done = late.copy({**self.action, "corrective_done_date": fields.Date.today()})
        domain = [("corrective_due_date", "<=", "today"), ("corrective_done_date", "=", False)]
        self.assertEqual(self.Complaint.search(domain), late)
        self.assertTrue(done)
