from datetime import datetime, timedelta

from odoo.tests import freeze_time, tagged

from .complaint_deadline_common import ComplaintDeadlineCommon

STATES = ("on_track", "at_risk", "breached", "met", False)


@tagged("post_install", "-at_install")
class TestComplaintSlaState(ComplaintDeadlineCommon):
    def test_state_follows_the_time_of_day(self):
        complaint = self._receive("2026-01-12 06:00:00")
        for date, state in (
            ("2026-01-12 06:00:00", "on_track"),
            ("2026-01-12 12:59:59", "on_track"),
            ("2026-01-12 13:00:00", "at_risk"),
            ("2026-01-12 15:00:00", "at_risk"),
            ("2026-01-12 15:00:01", "breached"),
        ):
            with self.subTest(date):
                self.assertEqual(self._get_state(complaint, date), state)

    def test_answered_late_the_next_deadline_counts(self):
        complaint = self._receive("2026-01-12 06:00:00")
        self._answer(complaint, "2026-01-13 10:00:00")
        self.assertEqual(complaint.first_response_sla_met, "missed")
        self.assertEqual(self._get_state(complaint, "2026-01-13 10:00:00"), "on_track")
        self._move(complaint, self.stage_closed, "2026-01-14 10:00:00")
        self.assertEqual(complaint.sla_state, "breached")

    def test_only_a_response_deadline(self):
        self.sla.resolution_hours = 0
        in_time, late = (self._receive("2026-01-12 06:00:00") for _number in range(2))
        self._answer(in_time, "2026-01-12 10:00:00")
        self._answer(late, "2026-01-13 10:00:00")
        self.assertEqual(in_time.sla_state, "met")
        self.assertEqual(late.sla_state, "breached")

    def test_no_policy_no_state(self):
        self.sla.active = False
        complaint = self._receive("2026-01-12 06:00:00")
        self.assertFalse(complaint.sla_state)
        self.assertFalse(complaint.sla_remaining)
        self._move(complaint, self.stage_closed, "2026-01-14 10:00:00")
        self.assertFalse(complaint.sla_state)

    def test_search_and_groups_agree_with_what_is_read(self):
        start = datetime(2026, 1, 12, 6)
        complaints = self.Complaint
        for number in range(24):
            complaint = self._receive(
                start + timedelta(hours=number),
                kind="praise" if number % 6 == 0 else "complaint",
            )
            complaints |= complaint
            now = start + timedelta(hours=number + 1)
            if number % 3 == 0:
                self._answer(complaint, now)
            if number % 4 == 0:
                self._move(complaint, self.stage_waiting, now)
            if number % 7 == 0:
                self._move(complaint, self.stage_closed, now + timedelta(days=number))
        self.sla.kind = "complaint"
        seen = set()
        for hours in (0, 3, 9, 14, 20, 30, 50, 100, 150, 200):
            with freeze_time(start + timedelta(hours=hours)):
                complaints.invalidate_recordset(["sla_state"])
                domain = [("id", "in", complaints.ids)]
                for state in STATES:
                    expected = complaints.filtered(lambda c, state=state: c.sla_state == state)
                    found = self.Complaint.search([*domain, ("sla_state", "=", state)])
                    self.assertEqual(set(found), set(expected), (hours, state))
                    others = self.Complaint.search([*domain, ("sla_state", "!=", state)])
                    self.assertEqual(set(others), set(complaints - expected), (hours, state))
                both = self.Complaint.search([*domain, ("sla_state", "in", ["met", "breached"])])
                self.assertEqual(
                    set(both),
                    set(complaints.filtered(lambda c: c.sla_state in ("met", "breached"))),
                )
                groups = self.Complaint._read_group(domain, ["sla_state"], ["id:recordset"])
                self.assertEqual(
                    {state or False: set(found) for state, found in groups},
                    {s: set(c) for s, c in complaints.grouped("sla_state").items()},
                )
                seen.update(complaints.mapped("sla_state"))
        self.assertEqual(seen, set(STATES), "each state occurred")

    def test_groups_of_the_web_client(self):
        self._receive("2026-01-12 06:00:00")
        self.assertTrue(self.Complaint.fields_get(["sla_state"])["sla_state"]["groupable"])
        with freeze_time("2026-01-20 06:00:00"):
            groups = self.Complaint.with_user(self.service_user).formatted_read_group(
                [("team_id", "=", self.team.id)], ["sla_state"], ["__count"]
            )
        self.assertEqual([(g["sla_state"], g["__count"]) for g in groups], [("breached", 1)])

    def test_time_left(self):
        complaint = self._receive("2026-01-12 06:00:00")
        for date, text in (
            ("2026-01-12 06:00:00", "8 h left"),
            ("2026-01-12 09:30:00", "4.5 h left"),
            ("2026-01-13 08:30:00", "2.5 h overdue"),
        ):
            with self.subTest(date), freeze_time(date):
                complaint.invalidate_recordset(["sla_remaining"])
                self.assertEqual(complaint.sla_remaining, text)
        self._move(complaint, self.stage_closed, "2026-01-14 10:00:00")
        self.assertFalse(complaint.sla_remaining)
