from datetime import datetime, timedelta
from unittest.mock import patch

from psycopg2 import IntegrityError

from odoo.exceptions import AccessError
from odoo.tests import freeze_time, tagged
from odoo.tools import mute_logger

from .complaint_deadline_common import ComplaintDeadlineCommon

MODEL_LOGGER = "odoo.addons.crm_extended.models.crm_complaint_escalation"


@tagged("post_install", "-at_install")
class TestComplaintEscalation(ComplaintDeadlineCommon):
    """Who is told of a deadline, when, and once only. The manager leads the team."""

    def _receive(self, date, **values):
        return super()._receive(date, **{"user_id": self.service_user.id, **values})

    def _escalate(self, date, batch_size=1000):
        """Run the scheduled action at `date`."""
        self.env.flush_all()
        with (
            freeze_time(date),
            self.enter_registry_test_mode(),
            self.registry.cursor() as cr,
        ):
            self.env(cr=cr)["crm.complaint"]._cron_escalate(batch_size=batch_size)
        self.env.invalidate_all()

    def _get_steps(self, complaint):
        return [
            (escalation.clock, escalation.level, escalation.user_ids)
            for escalation in complaint.escalation_ids.sorted("id")
        ]

    def _get_activities(self, complaint):
        return complaint._get_escalation_activities().sorted("id")

    def test_at_risk_then_breached_once_each(self):
        complaint = self._receive("2026-01-12 06:00:00")
        self.assertDate(complaint.next_escalation_date, "2026-01-12 13:00:00")
        self._escalate("2026-01-12 12:59:00")
        self.assertFalse(complaint.escalation_ids)
        for _twice in range(2):
            self._escalate("2026-01-12 13:00:00")
            at_risk = ("first_response", "at_risk", self.service_user)
            self.assertEqual(self._get_steps(complaint), [at_risk])
            activity = self._get_activities(complaint)
            self.assertEqual(activity.user_id, self.service_user)
            self.assertEqual(activity.summary, "First response is due soon")
            self.assertEqual(str(activity.date_deadline), "2026-01-12")
        self.assertDate(complaint.next_escalation_date, "2026-01-12 15:00:00")
        for _twice in range(2):
            self._escalate("2026-01-12 15:00:00")
            both = self.service_user | self.manager
            breached = ("first_response", "breached", both)
            self.assertEqual(self._get_steps(complaint), [at_risk, breached])
            activities = self._get_activities(complaint)
            self.assertEqual(activities.user_id, both)
            self.assertEqual(len(activities), 2, "the open one was brought up to date")
            self.assertIn(activity, activities)
            self.assertEqual(set(activities.mapped("summary")), {"First response is overdue"})
        self.assertDate(complaint.next_escalation_date, "2026-01-15 13:00:00")

    def test_after_a_downtime_the_breach_alone_is_told(self):
        complaint = self._receive("2026-01-12 06:00:00")
        self._escalate("2026-02-12 06:00:00")
        both = self.service_user | self.manager
        self.assertEqual(
            set(self._get_steps(complaint)),
            {("first_response", "breached", both), ("resolution", "breached", both)},
        )
        self.assertEqual(len(self._get_activities(complaint)), 2)
        self.assertFalse(complaint.next_escalation_date)

    def test_answer_takes_it_back(self):
        complaint = self._receive("2026-01-12 06:00:00")
        self._escalate("2026-01-12 15:00:00")
        self._answer(complaint, "2026-01-12 15:30:00")
        self.assertFalse(self._get_activities(complaint))
        self.assertDate(complaint.escalation_ids.settled_date, "2026-01-12 15:30:00")

    def test_answer_leaves_what_is_still_late(self):
        complaint = self._receive("2026-01-12 06:00:00")
        self._escalate("2026-02-12 06:00:00")
        self._answer(complaint, "2026-02-12 07:00:00")
        self.assertEqual(
            set(self._get_activities(complaint).mapped("summary")), {"Resolution is overdue"}
        )
        self._move(complaint, self.stage_closed, "2026-02-12 08:00:00")
        self.assertFalse(self._get_activities(complaint))

    def test_each_word_of_the_customer_may_escalate_again(self):
        complaint = self._receive("2026-01-12 06:00:00")
        self._answer(complaint, "2026-01-12 06:30:00")
        for day in (12, 13):
            self._post(complaint, f"2026-01-{day} 07:00:00")
            for _twice in range(2):
                self._escalate(f"2026-01-{day} 14:00:00")
            self._answer(complaint, f"2026-01-{day} 14:30:00")
        step = ("next_response", "at_risk", self.service_user)
        self.assertEqual(self._get_steps(complaint), [step, step])
        self.assertTrue(all(complaint.escalation_ids.mapped("settled_date")))

    def test_reopened_may_escalate_again_but_not_after_a_pause(self):
        complaint = self._receive("2026-01-12 06:00:00", first_response_date="2026-01-12 06:00:00")
        self._escalate("2026-01-16 06:00:00")
        step = ("resolution", "at_risk", self.service_user)
        self.assertEqual(self._get_steps(complaint), [step])
        self._move(complaint, self.stage_waiting, "2026-01-16 07:00:00")
        self._move(complaint, self.stage_work, "2026-01-19 07:00:00")
        self._escalate("2026-01-19 07:00:00")
        self.assertEqual(self._get_steps(complaint), [step])
        self._move(complaint, self.stage_closed, "2026-01-19 08:00:00")
        self._move(complaint, self.stage_work, "2026-01-26 06:00:00")
        self._escalate("2026-01-26 06:00:00")
        self.assertEqual(self._get_steps(complaint), [step, step])

    def test_waiting_and_archived_complaints_are_left_alone(self):
        waiting = self._receive("2026-01-12 06:00:00", first_response_date="2026-01-12 06:00:00")
        self._move(waiting, self.stage_waiting, "2026-01-12 07:00:00")
        archived = self._receive("2026-01-12 06:00:00")
        self._escalate("2026-01-12 14:00:00")
        with freeze_time("2026-01-12 14:30:00"):
            archived.active = False
        self.assertFalse(self._get_activities(archived))
        self.assertTrue(archived.escalation_ids.settled_date)
        self._escalate("2026-03-12 14:00:00")
        self.assertFalse(waiting.escalation_ids)
        self.assertEqual(len(archived.escalation_ids), 1)

    def test_who_is_told(self):
        self.env.user.company_ids |= self.other_company
        gone = self.service_user.copy({"login": "complaint_gone", "active": False})
        for values, at_risk, breached in (
            ({"user_id": False}, self.manager, self.manager),
            ({"user_id": self.manager.id}, self.manager, self.manager),
            ({"user_id": gone.id}, self.manager, self.manager),
            (
                {"user_id": False, "company_id": self.other_company.id, "partner_id": False},
                self.env["res.users"],
                self.env["res.users"],
            ),
        ):
            with self.subTest(values):
                complaint = self._receive("2026-01-12 06:00:00", **values)
                self.assertEqual(complaint._get_users_to_tell("at_risk"), at_risk)
                self.assertEqual(complaint._get_users_to_tell("breached"), breached)

    def test_nobody_to_tell(self):
        self.team.user_id = False
        complaint = self._receive("2026-01-12 06:00:00", user_id=False)
        with self.assertLogs(MODEL_LOGGER, "WARNING") as logs:
            self._escalate("2026-01-12 15:00:00")
        self.assertEqual(len(logs.output), 1)
        self.assertEqual(len(complaint.escalation_ids), 1)
        self.assertFalse(self._get_activities(complaint))

    def test_done_by_hand_stays_done(self):
        complaint = self._receive("2026-01-12 06:00:00")
        self._escalate("2026-01-12 13:00:00")
        self._get_activities(complaint).action_feedback()
        self._escalate("2026-01-12 14:00:00")
        self.assertFalse(self._get_activities(complaint))

    def test_no_mail_for_each_activity(self):
        self._receive("2026-01-12 06:00:00")
        before = self.env["mail.mail"].search_count([])
        self._escalate("2026-01-12 15:00:00")
        self.assertEqual(self.env["mail.mail"].search_count([]), before)

    def test_once_in_the_database(self):
        complaint = self._receive("2026-01-12 06:00:00")
        self._escalate("2026-01-12 13:00:00")
        with self.assertRaises(IntegrityError), mute_logger("odoo.sql_db"):
            complaint.escalation_ids.copy()

    def test_bad_record_does_not_stop_the_others(self):
        complaints = self.Complaint.union(
            *(self._receive("2026-01-12 06:00:00") for _number in range(5))
        )
        bad = complaints[2]
        escalate = type(bad)._escalate

        def fail(batch):
            if bad.id in batch.ids:
                raise ValueError("bad")
            return escalate(batch)

        with (
            patch.object(self.env.registry["crm.complaint"], "_escalate", fail),
            mute_logger("odoo.addons.crm_extended.tools.batches"),
        ):
            self._escalate("2026-01-12 15:00:00", batch_size=2)
        self.assertEqual((complaints - bad).escalation_ids.complaint_id, complaints - bad)
        self._escalate("2026-01-12 15:00:00")
        self.assertEqual(complaints.escalation_ids.complaint_id, complaints)
        self.assertEqual(len(complaints.escalation_ids), 5)

    def test_scheduled_action(self):
        complaint = self._receive(datetime.now() - timedelta(days=90))
        cron = self.env.ref("crm_extended.ir_cron_crm_complaint_escalate")
        self.env.flush_all()
        with self.enter_registry_test_mode():
            cron.method_direct_trigger()
        self.env.invalidate_all()
        self.assertEqual(cron.failure_count, 0)
        self.assertEqual(set(complaint.escalation_ids.mapped("level")), {"breached"})

    def test_rights(self):
        complaint = self._receive("2026-01-12 06:00:00")
        self._escalate("2026-01-12 15:00:00")
        escalation = complaint.escalation_ids
        self.assertEqual(escalation.with_user(self.manager).clock, "first_response")
        action = escalation.with_user(self.manager).action_open_complaint()
        self.assertEqual(action["res_id"], complaint.id)
        for user in (self.service_user, self.portal_user):
            with self.assertRaises(AccessError):
                escalation.with_user(user).check_access("read")
        for operation in ("write", "create", "unlink"):
            with self.assertRaises(AccessError):
                escalation.with_user(self.manager).check_access(operation)
        # who may not see escalations settles them by answering
        complaint.with_user(self.service_user).stage_id = self.stage_closed
        self.assertTrue(escalation.settled_date)

    def test_escalations_of_another_company(self):
        there = self._receive(
            "2026-01-12 06:00:00",
            company_id=self.other_company.id,
            partner_id=False,
            user_id=False,
        )
        with mute_logger(MODEL_LOGGER):
            self._escalate("2026-01-12 15:00:00")
        self.assertTrue(there.escalation_ids)
        found = self.env["crm.complaint.escalation"].with_user(self.manager).search([])
        self.assertNotIn(there, found.complaint_id)

    def test_batches_cost_the_same_queries(self):
        def count_queries(number):
            complaints = self.Complaint.create(
                [
                    {
                        "name": f"Late {index}",
                        "team_id": self.team.id,
                        "user_id": self.service_user.id,
                        "received_date": datetime(2026, 1, 12, 6) + timedelta(minutes=index),
                    }
                    for index in range(number)
                ]
            )
            self.env.flush_all()
            counts = []
            for date in ("2026-01-13 15:00:00", "2026-01-22 15:00:00"):
                self.env.invalidate_all()
                before = self.env.cr.sql_log_count
                with freeze_time(date):
                    complaints._escalate()
                    self.env.flush_all()
                counts.append(self.env.cr.sql_log_count - before)
            self.assertEqual(len(complaints.escalation_ids), 2 * number)
            complaints.unlink()
            return counts

        with freeze_time("2026-01-13 06:00:00"):
            count_queries(20)  # fills the caches of the registry
            few, many = count_queries(20), count_queries(100)
        for few_queries, many_queries in zip(few, many, strict=True):
            self.assertLessEqual(many_queries, few_queries + 2)
