from datetime import timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from odoo import fields
from odoo.exceptions import UserError
from odoo.tests import freeze_time
from odoo.tests.common import tagged

from .complaint_common import ComplaintCommon

BACK = "crm_extended.mail_activity_type_complaint_back"


class ReopeningCommon(ComplaintCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.stage_waiting = cls.stage_new.copy(
            {"name": "Waiting", "sequence": 0, "is_waiting": True, "is_closed": False}
        )
        cls.team.user_id = cls.manager
        cls.complaint = cls._create_complaint(
            partner_id=cls.contact.id, team_id=cls.team.id, user_id=cls.service_user.id
        )

    def _close(self, complaints=None):
        (complaints or self.complaint).stage_id = self.stage_closed

    def _get_activities(self, complaints, type_xmlid=BACK):
        return complaints.activity_ids.filtered(
            lambda activity: activity.activity_type_id == self.env.ref(type_xmlid)
        )


@tagged("post_install", "-at_install")
class TestComplaintReopening(ReopeningCommon):
    def test_closing_and_reopening_are_dated_and_counted(self):
        first, second, third = (f"2026-03-0{day} 10:00:00" for day in (1, 2, 3))
        self.complaint.received_date = "2026-02-27 10:00:00"
        with freeze_time(first):
            self._close()
            self.env.flush_all()
        self.assertEqual(fields.Datetime.to_string(self.complaint.closed_date), first)
        self.assertTrue(self.complaint.solved_first_time)
        with freeze_time(second):
            self.complaint.stage_id = self.stage_new
            self.env.flush_all()
        self.assertFalse(self.complaint.closed_date)
        self.assertFalse(self.complaint.solved_first_time)
        self.assertEqual(self.complaint.reopen_count, 1)
        self.assertEqual(fields.Datetime.to_string(self.complaint.reopened_date), second)
        with freeze_time(third):
            self._close()
            self.env.flush_all()
        self.assertEqual(fields.Datetime.to_string(self.complaint.closed_date), third)
        self.assertEqual(fields.Datetime.to_string(self.complaint.resolved_date), first)
        self.assertFalse(self.complaint.solved_first_time)

    def test_moves_of_one_transaction_are_all_noted(self):
        self._close()
        self.complaint.stage_id = self.stage_new
        self.assertTrue(self.complaint.resolved_date)
        self.assertEqual(self.complaint.reopen_count, 1)
        self._close()
        self.complaint.stage_id = self.stage_new
        self._close()
        self.assertEqual(self.complaint.reopen_count, 2)
        self.assertFalse(self.complaint.solved_first_time)

    def test_another_closing_stage_is_no_new_closing(self):
        with freeze_time("2026-03-01 10:00:00"):
            self.complaint.received_date = "2026-02-27 10:00:00"
            self._close()
            self.env.flush_all()
        before = self.complaint.closed_date
        self.complaint.stage_id = self.stage_declined
        self.assertEqual(self.complaint.closed_date, before)
        self.assertTrue(self.complaint.solved_first_time)

    def test_an_old_complaint_is_entered_with_its_closing_date(self):
        closed = self._create_complaint(
            stage_id=self.stage_closed.id,
            received_date="2025-01-01 08:00:00",
            resolved_date="2025-01-05 08:00:00",
        )
        self.assertEqual(fields.Datetime.to_string(closed.closed_date), "2025-01-05 08:00:00")
        self.assertTrue(closed.solved_first_time)
        self.assertFalse(closed.reopen_count)

    def test_an_old_open_complaint_that_was_resolved_was_reopened(self):
        reopened = self._create_complaint(
            stage_id=self.stage_new.id,
            received_date="2025-01-01 08:00:00",
            resolved_date="2025-01-05 08:00:00",
        )
        self.assertEqual(reopened.reopen_count, 1)
        self._close(reopened)
        self.assertFalse(reopened.solved_first_time)
        self.assertEqual(reopened.reopen_count, 1)

    def test_a_stage_that_starts_to_close_reopens_and_closes_nothing(self):
        self.stage_new.is_closed = True
        self.assertFalse(self.complaint.closed_date)
        self.stage_new.is_closed = False
        self.complaint.stage_id = self.stage_waiting
        self.assertFalse(self.complaint.reopen_count)

    def test_random_moves_never_improve_solved_first_time(self):
        stages = {
            "new": self.stage_new,
            "waiting": self.stage_waiting,
            "closed": self.stage_closed,
            "declined": self.stage_declined,
        }

        @settings(max_examples=20, deadline=None, database=None, derandomize=True)
        @given(st.lists(st.sampled_from(sorted(stages)), min_size=2, max_size=6))
        def check(moves):
            complaint = self._create_complaint(team_id=self.team.id, stage_id=self.stage_new.id)
            reopened, was_closed, first = 0, False, False
            for move in moves:
                stage = stages[move]
                complaint.stage_id = stage
                complaint.flush_recordset()
                complaint.invalidate_recordset()
                reopened += was_closed and not stage.is_closed
                was_closed = stage.is_closed
                first = first or complaint.resolved_date
                self.assertEqual(complaint.reopen_count, reopened)
                self.assertEqual(bool(complaint.closed_date), was_closed)
                self.assertEqual(complaint.solved_first_time, was_closed and not reopened)
                self.assertEqual(complaint.resolved_date, first)

        check()

    def test_button_opens_the_first_stage_of_work(self):
        self._close()
        self.complaint.with_user(self.service_user).action_reopen()
        self.assertEqual(self.complaint.stage_id, self.stage_new)
        self.assertFalse(self._get_activities(self.complaint), "he did it himself")
        with self.assertRaises(UserError):
            self.complaint.action_reopen()

    def test_team_without_an_open_stage_keeps_it_closed(self):
        self._close()
        (self.stage_new | self.stage_waiting).team_ids = self.quality_team
        with self.assertRaises(UserError):
            self.complaint.action_reopen()
        self.assertEqual(self.complaint.stage_id, self.stage_closed)

    def test_each_team_goes_on_in_its_own_stage(self):
        own = self.stage_new.copy({"name": "Own", "sequence": -1, "team_ids": self.quality_team})
        other = self._create_complaint(team_id=self.quality_team.id)
        self._close(self.complaint | other)
        reopened = (self.complaint | other)._reopen("Both <b>again</b>")
        self.assertEqual(reopened, self.complaint | other)
        self.assertEqual(self.complaint.stage_id, self.stage_new)
        self.assertEqual(other.stage_id, own)
        self.assertIn("Both &lt;b&gt;again", self.complaint.message_ids[0].body)

    def test_responsible_is_told_by_one_activity(self):
        self._close()
        self.complaint._reopen()
        self._close()
        self.complaint.stage_id = self.stage_new  # dragged by somebody else
        activity = self._get_activities(self.complaint)
        self.assertEqual(activity.user_id, self.service_user)
        self.assertEqual(len(activity), 1)

    def test_team_leader_is_told_of_what_nobody_deals_with(self):
        self.complaint.user_id = False
        self._close()
        self.complaint._reopen()
        self.assertEqual(self._get_activities(self.complaint).user_id, self.manager)

    def test_a_thousand_cost_as_many_queries_as_ten(self):
        def count_queries(number):
            complaints = self.Complaint.create(
                [
                    {"name": "Again", "team_id": self.team.id, "user_id": self.service_user.id}
                    for _number in range(number)
                ]
            )
            self._close(complaints)
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            complaints._reopen("All of them")
            self.env.flush_all()
            self.assertEqual(set(complaints.mapped("reopen_count")), {1})
            return self.env.cr.sql_log_count - before

        count_queries(2)
        self.assertLessEqual(count_queries(200), count_queries(20) + 15)


@tagged("post_install", "-at_install")
class TestComplaintWordAfterClosing(ReopeningCommon):
    def _customer_writes(self, days_after_closing):
        closed_date = fields.Datetime.now() - timedelta(days=days_after_closing)
        self.complaint.received_date = closed_date - timedelta(days=1)
        with freeze_time(closed_date):
            self._close()
            self.env.flush_all()
        self.portal_user.partner_id = self.portal_user.partner_id
        return self.complaint.with_user(self.portal_user).message_post(
            body="It is broken again", message_type="comment", subtype_xmlid="mail.mt_comment"
        )

    def test_word_in_time_reopens(self):
        message = self._customer_writes(days_after_closing=13)
        self.assertEqual(self.complaint.stage_id, self.stage_new)
        self.assertEqual(self.complaint.reopen_count, 1)
        self.assertIn(message, self.complaint.message_ids)
        self.assertEqual(self._get_activities(self.complaint).user_id, self.service_user)

    def test_late_word_is_shown_to_the_responsible(self):
        message = self._customer_writes(days_after_closing=15)
        self.assertEqual(self.complaint.stage_id, self.stage_closed)
        self.assertFalse(self.complaint.reopen_count)
        self.assertIn(message, self.complaint.message_ids)
        self.assertEqual(self._get_activities(self.complaint).user_id, self.service_user)

    def test_days_are_those_of_the_company(self):
        self.complaint.company_id.complaint_reopen_days = 20
        self._customer_writes(days_after_closing=15)
        self.assertEqual(self.complaint.stage_id, self.stage_new)

    def test_no_days_leave_it_closed(self):
        self.complaint.company_id.complaint_reopen_days = 0
        self._customer_writes(days_after_closing=1)
        self.assertEqual(self.complaint.stage_id, self.stage_closed)
        self.assertTrue(self._get_activities(self.complaint))

    def test_archived_one_comes_back(self):
        self.complaint.active = False
        self._customer_writes(days_after_closing=1)
        self.assertTrue(self.complaint.active)

    def test_colleague_reopens_nothing_by_writing(self):
        self._close()
        self.complaint.with_user(self.service_user).message_post(
            body="For your information", subtype_xmlid="mail.mt_comment"
        )
        self.assertEqual(self.complaint.stage_id, self.stage_closed)
