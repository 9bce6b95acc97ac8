"""The arithmetic of working hours: alone, and against Odoo's own, one date at a time."""

import random
from datetime import datetime, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from odoo import Command
from odoo.tests import tagged
from odoo.tests.common import BaseCase

from ..tools.working_time import HORIZON, WorkingTime, WorkingTimes
from .complaint_deadline_common import ComplaintDeadlineCommon

# A slow machine is no failure.
examples = settings(deadline=None, max_examples=150)
START = datetime(2026, 1, 5)

seconds = st.integers(min_value=0, max_value=30 * 86400)
dates = seconds.map(lambda second: START + timedelta(seconds=second))
hours = st.integers(min_value=1, max_value=80 * 3600).map(lambda second: second / 3600)
intervals = st.lists(st.tuples(dates, dates), max_size=25)


def read_days(_key, start, stop):
    """Every day from 9 to 17, whatever is asked for."""
    day = datetime(start.year, start.month, start.day)
    days = []
    while day <= stop:
        days.append((day + timedelta(hours=9), day + timedelta(hours=17)))
        day += timedelta(days=1)
    return days


@tagged("post_install", "-at_install")
class TestWorkingTime(BaseCase):
    @examples
    @given(intervals, dates, hours)
    def test_added_hours_are_measured(self, periods, date, added):
        working_time = WorkingTime(periods)
        result = working_time.add(date, added)
        if result is None:
            self.assertLess(working_time.measure(date, datetime.max), added)
        else:
            self.assertAlmostEqual(working_time.measure(date, result), added, places=6)
            self.assertLess(working_time.measure(date, result - timedelta(seconds=1)), added)

    @examples
    @given(intervals, dates, dates, hours, hours)
    def test_later_and_more_give_no_earlier_date(self, periods, one, two, some, more):
        working_time = WorkingTime(periods)
        first, last = sorted((one, two))
        few, many = sorted((some, more))
        for earlier, later in (
            (working_time.add(first, few), working_time.add(last, few)),
            (working_time.add(first, few), working_time.add(first, many)),
        ):
            self.assertLessEqual(earlier or datetime.max, later or datetime.max)

    @examples
    @given(intervals, dates, dates, dates)
    def test_measures_add_up(self, periods, one, two, three):
        working_time = WorkingTime(periods)
        first, middle, last = sorted((one, two, three))
        self.assertAlmostEqual(
            working_time.measure(first, last),
            working_time.measure(first, middle) + working_time.measure(middle, last),
        )
        self.assertEqual(working_time.measure(last, first), 0)
        self.assertLessEqual(
            working_time.measure(first, last), (last - first).total_seconds() / 3600
        )

    def test_end_of_the_day_comes_before_the_next_morning(self):
        working_time = WorkingTime(read_days(None, START, START + timedelta(days=3)))
        self.assertEqual(working_time.add(START, 8), START + timedelta(hours=17))
        self.assertEqual(
            working_time.add(START + timedelta(hours=17), 1), START + timedelta(days=1, hours=10)
        )
        self.assertEqual(working_time.add(START, 0.00001), START + timedelta(hours=9, seconds=1))

    def test_overlapping_and_touching_hours_count_once(self):
        def at(hour):
            return START + timedelta(hours=hour)

        working_time = WorkingTime([(at(9), at(13)), (at(12), at(14)), (at(14), at(15))])
        self.assertEqual(working_time.measure(at(0), at(24)), 6)
        night = [(START, START.replace(hour=23, minute=59, second=59, microsecond=999999))]
        self.assertEqual(WorkingTime(night).measure(at(0), at(48)), 24)

    @examples
    @given(st.lists(st.tuples(st.sampled_from("ab"), dates, hours), max_size=30))
    def test_many_questions_are_answered_like_one(self, questions):
        reads = []

        def read(key, start, stop):
            reads.append(key)
            return read_days(key, start, stop)

        answers = WorkingTimes(read).add_all(questions)
        self.assertEqual(sorted(reads), sorted({key for key, *_rest in questions}))
        alone = WorkingTimes(read_days)
        self.assertEqual(answers, [alone.add_all([question])[0] for question in questions])
        spans = [(key, date, date + timedelta(hours=long)) for key, date, long in questions]
        self.assertEqual(
            WorkingTimes(read_days).measure_all(spans),
            [alone.measure_all([span])[0] for span in spans],
        )

    def test_hours_that_never_come(self):
        reads = []

        def read(_key, start, stop):
            reads.append(stop - start)
            return []

        self.assertEqual(WorkingTimes(read).add_all([("a", START, 8)]), [None])
        self.assertEqual(max(reads), HORIZON)
        self.assertLess(len(reads), 8)

    def test_far_away_hours_are_found(self):
        far = START + timedelta(days=700)
        answers = WorkingTimes(lambda *_args: [(far, far + timedelta(hours=8))]).add_all(
            [("a", START, 4)]
        )
        self.assertEqual(answers, [far + timedelta(hours=4)])


@tagged("post_install", "-at_install")
class TestWorkingTimeCalendar(ComplaintDeadlineCommon):
    """Against plan_hours and get_work_hours_count of the calendars themselves."""

    def _assert_agrees(self, calendar, start, count=60):
        company = self.env.company
        calendar.company_id = False
        leave_domain = [("time_type", "=", "leave"), ("company_id", "in", [False, company.id])]
        rng = random.Random(7)
        questions = [
            (
                (calendar, company),
                start + timedelta(minutes=rng.randrange(60 * 24 * 30)),
                rng.randrange(1, 240) / 4,
            )
            for _number in range(count)
        ]
        working_times = self.env["resource.calendar"]._get_working_times()
        answers = working_times.add_all(questions)
        measured = working_times.measure_all(
            [
                (key, date, answer)
                for (key, date, _h), answer in zip(questions, answers, strict=True)
            ]
        )
        for (_key, date, added), answer, hours_measured in zip(
            questions, answers, measured, strict=True
        ):
            planned = calendar.plan_hours(added, date, compute_leaves=True, domain=leave_domain)
            # Odoo ends a day that goes on until midnight a microsecond early.
            self.assertLess(abs(planned - answer), timedelta(seconds=1), (date, added))
            counted = calendar.get_work_hours_count(date, answer, domain=leave_domain)
            self.assertAlmostEqual(counted, hours_measured, places=3)
            self.assertAlmostEqual(hours_measured, added, places=3)

    def test_week_with_holidays(self):
        self._add_holiday("2026-01-12 22:00:00", "2026-01-14 08:30:00")
        self._assert_agrees(self.calendar, datetime(2026, 1, 5))

    def test_daylight_saving_in_kyiv(self):
        self._assert_agrees(self.calendar, datetime(2026, 3, 16))
        self._assert_agrees(self.calendar, datetime(2026, 10, 12))

    def test_work_while_the_clocks_change(self):
        # New York: 2:00 on 8 March and on 1 November, both Sundays
        shop = self._create_calendar("Nights", "America/New_York", "0123456", [(0, 6), (20, 24)])
        self._assert_agrees(shop, datetime(2026, 2, 25))
        self._assert_agrees(shop, datetime(2026, 10, 20))

    def test_two_weeks(self):
        self.calendar.switch_calendar_type()
        self.calendar.attendance_ids.filtered(
            lambda a: a.week_type == "1" and a.dayofweek in "12"
        ).unlink()
        self._assert_agrees(self.calendar, datetime(2026, 1, 5))

    def test_flexible_hours_fall_on_the_first_days_of_the_week(self):
        flexible = self.env["resource.calendar"].create(
            {
                "name": "Flexible",
                "tz": "Europe/Kyiv",
                "company_id": False,
                "schedule_type": "flexible",
                "full_time_required_hours": 40,
                "hours_per_day": 8,
                "attendance_ids": [Command.clear()],
            }
        )
        working_times = self.env["resource.calendar"]._get_working_times()
        key = (flexible, self.env.company)
        monday = datetime(2026, 1, 12, 6)  # 8 to 16 in Kyiv, around noon
        for hours_later in range(0, 24 * 14, 5):
            start = monday + timedelta(hours=hours_later)
            [week] = working_times.measure_all([(key, start, start + timedelta(days=7))])
            self.assertAlmostEqual(week, 40, places=3)
        self.assertEqual(
            working_times.add_all([(key, monday, 8), (key, monday, 41)]),
            [datetime(2026, 1, 12, 14), datetime(2026, 1, 19, 7)],
        )

    def test_calendar_without_hours(self):
        empty = self._create_calendar("Nothing", "UTC", "")
        self.assertFalse(empty.attendance_ids)
        for calendar in (empty, empty.browse()):
            key = (calendar, self.env.company)
            working_times = self.env["resource.calendar"]._get_working_times()
            self.assertEqual(working_times.add_all([(key, datetime(2026, 1, 5), 1)]), [None])
            self.assertEqual(
                working_times.measure_all([(key, datetime(2026, 1, 5), datetime(2026, 2, 5))]), [0]
            )
