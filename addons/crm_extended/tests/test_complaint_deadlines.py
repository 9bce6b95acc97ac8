from datetime import datetime, timedelta

from odoo import Command
from odoo.tests import freeze_time, tagged

from .complaint_deadline_common import ComplaintDeadlineCommon


@tagged("post_install", "-at_install")
class TestComplaintDeadlines(ComplaintDeadlineCommon):
    def test_deadlines_count_working_hours(self):
        complaint = self._receive("2026-01-12 09:00:00")  # Monday, 11:00 in Kyiv
        self.assertDate(complaint.first_response_deadline, "2026-01-13 09:00:00")
        self.assertDate(complaint.resolution_deadline, "2026-01-19 09:00:00")
        self.assertDate(complaint.first_response_risk_date, "2026-01-13 07:00:00")
        self.assertDate(complaint.sla_deadline, "2026-01-13 09:00:00")
        self.assertFalse(complaint.next_response_deadline)

    def test_weekend(self):
        complaint = self._receive("2026-01-16 13:00:00")  # Friday, two hours before the end
        self.assertDate(complaint.first_response_deadline, "2026-01-19 13:00:00")
        complaint = self._receive("2026-01-17 13:00:00")  # Saturday
        self.assertDate(complaint.first_response_deadline, "2026-01-19 15:00:00")

    def test_holiday(self):
        self._add_holiday("2026-01-12 22:00:00", "2026-01-13 21:59:59")
        complaint = self._receive("2026-01-12 09:00:00")
        self.assertDate(complaint.first_response_deadline, "2026-01-14 09:00:00")

    def test_holiday_entered_later_moves_open_deadlines(self):
        complaint = self._receive("2026-01-12 09:00:00")
        closed = self._receive("2026-01-12 09:00:00", stage_id=self.stage_closed.id)
        holiday = self._add_holiday("2026-01-12 22:00:00", "2026-01-13 21:59:59")
        self.assertDate(complaint.first_response_deadline, "2026-01-14 09:00:00")
        self.assertDate(closed.first_response_deadline, "2026-01-13 09:00:00")
        holiday.date_to = "2026-01-14 21:59:59"
        self.assertDate(complaint.first_response_deadline, "2026-01-15 09:00:00")
        holiday.unlink()
        self.assertDate(complaint.first_response_deadline, "2026-01-13 09:00:00")
        self.calendar.attendance_ids.filtered(lambda a: a.dayofweek == "1").unlink()
        self.assertDate(complaint.first_response_deadline, "2026-01-14 09:00:00")

    def test_holidays_of_others_do_not_count(self):
        self.calendar.company_id = False
        Leaves = self.env["resource.calendar.leaves"]
        dates = {"date_from": "2026-01-12 22:00:00", "date_to": "2026-01-13 21:59:59"}
        theirs = Leaves.with_company(self.other_company).create({"name": "Theirs", **dates})
        self.assertEqual(theirs.company_id, self.other_company)
        resource = self.env["resource.resource"].create(
            {"name": "One Person", "calendar_id": self.calendar.id}
        )
        self._add_holiday(**dates, resource_id=resource.id)
        self._add_holiday(**dates, time_type="other")
        here = self._receive("2026-01-12 09:00:00")
        self.assertDate(here.first_response_deadline, "2026-01-13 09:00:00")
        there = self._receive(
            "2026-01-12 09:00:00", company_id=self.other_company.id, partner_id=False
        )
        self.assertEqual(there.team_id, self.team)
        self.assertDate(there.first_response_deadline, "2026-01-14 09:00:00")

    def test_daylight_saving_change(self):
        # The clocks go forward on Sunday, 29 March: Monday begins an hour earlier in UTC.
        complaint = self._receive("2026-03-27 13:00:00")
        self.assertDate(complaint.first_response_deadline, "2026-03-30 12:00:00")
        # and back on Sunday, 25 October
        complaint = self._receive("2026-10-23 12:00:00")
        self.assertDate(complaint.first_response_deadline, "2026-10-26 13:00:00")

    def test_time_zone_and_hours_of_the_team(self):
        ulaanbaatar = self._create_calendar("Ulaanbaatar", "Asia/Ulaanbaatar")
        complaint = self._receive("2026-01-12 09:00:00")  # 17:00 in Ulaanbaatar
        self.team.resource_calendar_id = ulaanbaatar
        self.assertDate(complaint.first_response_deadline, "2026-01-13 09:00:00")
        self.team.resource_calendar_id = False
        self.env.company.resource_calendar_id = self._create_calendar(
            "Nights", "UTC", "0", [(0, 6)]
        )
        self.assertDate(complaint.first_response_deadline, "2026-01-26 02:00:00")
        self.sla.resource_calendar_id = self.calendar
        self.assertDate(complaint.first_response_deadline, "2026-01-13 09:00:00")

    def test_no_hours_no_deadline(self):
        self.calendar.attendance_ids = [Command.clear()]
        complaint = self._receive("2026-01-12 09:00:00")
        self.assertFalse(complaint.first_response_deadline)
        self.assertFalse(complaint.sla_deadline)
        self.team.resource_calendar_id = self.env.company.resource_calendar_id = False
        self.assertFalse(self._receive("2026-01-12 09:00:00").sla_deadline)

    def test_dates_out_of_this_world(self):
        old = self._create_complaint(received_date=datetime(202, 1, 1), team_id=self.team.id)
        self.assertEqual(old.sla_state, "breached")
        self.assertTrue(old.sla_remaining)
        old.first_response_date = datetime(9999, 12, 31, 23, 59)
        self.env.flush_all()

    # The pause

    def test_waiting_stops_the_resolution_clock(self):
        complaint = self._receive("2026-01-12 06:00:00")
        self._answer(complaint, "2026-01-12 08:00:00")
        self.assertDate(complaint.resolution_deadline, "2026-01-16 15:00:00")
        self._move(complaint, self.stage_waiting, "2026-01-13 15:00:00")  # 16 hours are gone
        self.assertFalse(complaint.resolution_deadline)
        self.assertFalse(complaint.sla_deadline)
        self.assertEqual(self._get_state(complaint, "2026-03-01 06:00:00"), "on_track")
        with freeze_time("2026-01-31 06:00:00"):
            self.assertEqual(complaint.sla_remaining, "Paused, 24 h left")
        # two working days later, at the start of Friday: 24 hours are left
        self._move(complaint, self.stage_work, "2026-01-16 06:00:00")
        self.assertEqual(complaint.clock_stopped_hours, 16)
        self.assertDate(complaint.resolution_deadline, "2026-01-20 15:00:00")
        self._move(complaint, self.stage_closed, "2026-01-19 15:00:00")
        self.assertEqual(complaint.resolution_hours, 32)
        self.assertEqual(complaint.resolution_sla_met, "met")

    def test_waiting_over_a_weekend_costs_nothing(self):
        complaint = self._receive("2026-01-12 06:00:00")
        self._move(complaint, self.stage_waiting, "2026-01-16 15:00:00")
        self._move(complaint, self.stage_work, "2026-01-19 05:00:00")
        self.assertEqual(complaint.clock_stopped_hours, 0)
        self.assertDate(complaint.resolution_deadline, "2026-01-16 15:00:00")

    def test_waiting_does_not_stop_who_has_not_answered(self):
        complaint = self._receive("2026-01-12 06:00:00")
        self._move(complaint, self.stage_waiting, "2026-01-12 07:00:00")
        self.assertDate(complaint.sla_deadline, "2026-01-12 15:00:00")
        self.assertEqual(self._get_state(complaint, "2026-01-12 15:00:01"), "breached")

    def test_waiting_comes_too_late(self):
        complaint = self._receive("2026-01-12 06:00:00")
        self._answer(complaint, "2026-01-12 08:00:00")
        self._move(complaint, self.stage_waiting, "2026-01-19 08:00:00")
        self.assertDate(complaint.resolution_deadline, "2026-01-16 15:00:00")
        self.assertEqual(complaint.sla_state, "breached")
        self._move(complaint, self.stage_work, "2026-01-20 08:00:00")
        self.assertEqual(self._get_state(complaint, "2026-01-20 08:00:00"), "breached")

    def test_reopening_goes_on_from_what_was_left(self):
        complaint = self._receive("2026-01-12 06:00:00")
        self._move(complaint, self.stage_closed, "2026-01-14 15:00:00")  # 24 hours are gone
        self.assertEqual(complaint.resolution_hours, 24)
        self.assertDate(complaint.resolution_deadline, "2026-01-16 15:00:00")
        self._move(complaint, self.stage_work, "2026-02-02 06:00:00")
        self.assertFalse(complaint.resolution_sla_met)
        self.assertDate(complaint.resolution_deadline, "2026-02-03 15:00:00")
        self._move(complaint, self.stage_closed, "2026-02-04 15:00:00")
        self.assertEqual(complaint.resolution_hours, 48)
        self.assertEqual(complaint.resolution_sla_met, "missed")

    def test_stage_that_becomes_a_waiting_stage(self):
        complaint = self._receive("2026-01-12 06:00:00", stage_id=self.stage_work.id)
        with freeze_time("2026-01-13 06:00:00"):
            self.stage_work.is_waiting = True
            self.assertDate(complaint.clock_stopped_date, "2026-01-13 06:00:00")
            self.assertFalse(complaint.resolution_deadline)

    def test_closed_from_waiting(self):
        complaint = self._receive("2026-01-12 06:00:00")
        self._move(complaint, self.stage_waiting, "2026-01-13 15:00:00")
        self._move(complaint, self.stage_closed, "2026-02-13 15:00:00")
        self.assertEqual(complaint.resolution_hours, 16)
        self.assertEqual(complaint.resolution_sla_met, "met")

    # What became of it

    def test_hours_and_verdicts(self):
        complaint = self._receive("2026-01-12 06:00:00")
        self.assertFalse(complaint.first_response_sla_met)
        self._answer(complaint, "2026-01-12 15:00:00")
        self.assertEqual(complaint.first_response_hours, 8)
        self.assertEqual(complaint.first_response_sla_met, "met")
        late = self._receive("2026-01-12 06:00:00")
        self._answer(late, "2026-01-13 06:30:00")
        self.assertEqual(late.first_response_hours, 8.5)
        self.assertEqual(late.first_response_sla_met, "missed")
        late.received_date = "2026-01-12 07:00:00"
        self.assertEqual(late.first_response_hours, 7.5)
        self.assertEqual(late.first_response_sla_met, "met")

    def test_closed_without_an_answer(self):
        in_time, late = (self._receive("2026-01-12 06:00:00") for _number in range(2))
        self._move(in_time, self.stage_closed, "2026-01-12 14:00:00")
        self._move(late, self.stage_closed, "2026-01-13 06:30:00")
        self.assertEqual((in_time.first_response_sla_met, in_time.sla_state), (False, "met"))
        self.assertEqual((late.first_response_sla_met, late.sla_state), ("missed", "breached"))

    def test_filed_as_closed(self):
        complaint = self._create_complaint(
            team_id=self.team.id,
            stage_id=self.stage_closed.id,
            received_date="2026-01-12 06:00:00",
            first_response_date="2026-01-12 07:00:00",
            resolved_date="2026-01-13 15:00:00",
        )
        self.assertEqual(complaint.first_response_hours, 1)
        self.assertEqual(complaint.resolution_hours, 16)
        self.assertEqual(complaint.sla_state, "met")
        self.assertFalse(complaint.awaiting_since)

    def test_copy_starts_afresh(self):
        complaint = self._receive("2026-01-12 06:00:00")
        self._move(complaint, self.stage_closed, "2026-01-13 15:00:00")
        copy = complaint.copy()
        self.assertFalse(copy.clock_stopped_date)
        self.assertEqual(copy.awaiting_since, copy.received_date)
        self.assertGreater(copy.resolution_deadline, copy.received_date)

    def test_many_cost_the_same_queries_as_few(self):
        def create(count):
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            complaints = self.Complaint.create(
                [
                    {
                        "name": f"Too sweet {number}",
                        "partner_id": self.contact.id,
                        "team_id": self.team.id,
                        "received_date": datetime(2026, 1, 5) + timedelta(hours=number),
                    }
                    for number in range(count)
                ]
            )
            self.env.flush_all()
            return complaints, self.env.cr.sql_log_count - before

        create(20)  # fills the caches of the registry
        _few, queries = create(20)
        many, more_queries = create(200)
        # Records are inserted a hundred at a time.
        self.assertLessEqual(more_queries - queries, 4)
        self.assertGreater(len(set(many.mapped("first_response_deadline"))), 40)

        def count_queries(action, records):
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            action(records)
            self.env.flush_all()
            return self.env.cr.sql_log_count - before

        for action in (
            lambda records: records.write({"stage_id": self.stage_waiting.id}),
            lambda records: records.write({"stage_id": self.stage_work.id}),
            lambda records: records._customer_spoke(datetime(2026, 1, 30)),
            lambda records: records._company_answered(datetime(2026, 1, 31)),
            lambda records: records.write({"priority": "2"}),
            lambda records: records.write({"stage_id": self.stage_closed.id}),
            lambda records: records.mapped("sla_remaining"),
        ):
            few_queries = count_queries(action, many[:20])
            self.assertLessEqual(count_queries(action, many[20:120]), few_queries + 3)
