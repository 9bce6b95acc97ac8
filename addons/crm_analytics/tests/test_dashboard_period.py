from datetime import date, datetime, timedelta

import pytz
from hypothesis import given, settings
from hypothesis import strategies as st

from odoo.tests import BaseCase, tagged

from ..tools import period as periods

DAYS = st.dates(date(1950, 1, 1), date(2150, 1, 1))


@tagged("post_install", "-at_install")
class TestDashboardPeriod(BaseCase):
    def test_presets(self):
        today = date(2026, 11, 18)
        expected = {
            "this_month": (date(2026, 11, 1), date(2026, 12, 1)),
            "last_month": (date(2026, 10, 1), date(2026, 11, 1)),
            "this_quarter": (date(2026, 10, 1), date(2027, 1, 1)),
            "last_quarter": (date(2026, 7, 1), date(2026, 10, 1)),
            "this_year": (date(2026, 1, 1), date(2027, 1, 1)),
            "last_year": (date(2025, 1, 1), date(2026, 1, 1)),
            "last_12_months": (date(2025, 11, 19), date(2026, 11, 19)),
            "today": (date(2026, 11, 18), date(2026, 11, 19)),
            "yesterday": (date(2026, 11, 17), date(2026, 11, 18)),
            "this_week": (date(2026, 11, 16), date(2026, 11, 23)),
            "last_week": (date(2026, 11, 9), date(2026, 11, 16)),
            "2011-W52": (date(2011, 12, 26), date(2012, 1, 2)),
            "2012-02-29": (date(2012, 2, 29), date(2012, 3, 1)),
            "2011": (date(2011, 1, 1), date(2012, 1, 1)),
            "2011-Q4": (date(2011, 10, 1), date(2012, 1, 1)),
            "2011-12": (date(2011, 12, 1), date(2012, 1, 1)),
        }
        for key, window in expected.items():
            self.assertEqual(periods.parse(key, today)[2:], window, key)

    def test_a_number_is_a_year(self):
        # The web client's router makes a number of what looks like one.
        self.assertEqual(periods.parse(2011, date(2026, 1, 1)).key, "2011")

    def test_meaningless_keys(self):
        for key in (
            None,
            "",
            False,
            "bad",
            "2011-13",
            "2011-Q5",
            "2011-W53",
            "2011-02-29",
            "11",
            "0000",
            "20۱۱",
            [],
            {},
        ):
            self.assertIsNone(periods.parse(key, date(2026, 1, 1)), key)

    def test_running_period_counts_the_same_days(self):
        month = periods.parse("this_month", date(2026, 11, 18))
        self.assertEqual(month.before(0, date(2026, 11, 18))[1], date(2026, 11, 19))
        self.assertEqual(
            month.before(1, date(2026, 11, 18)), (date(2026, 10, 1), date(2026, 10, 19))
        )

    def test_shorter_month_is_taken_whole(self):
        month = periods.parse("this_month", date(2026, 3, 30))
        self.assertEqual(month.before(1, date(2026, 3, 30)), (date(2026, 2, 1), date(2026, 3, 1)))

    def test_past_period_is_compared_whole(self):
        month = periods.parse("2026-03", date(2026, 11, 18))
        self.assertEqual(month.before(1, date(2026, 11, 18)), (date(2026, 2, 1), date(2026, 3, 1)))

    def test_day_begins_in_the_time_zone(self):
        auckland = pytz.timezone("Pacific/Auckland")
        self.assertEqual(periods.utc(date(2026, 11, 1), auckland), datetime(2026, 10, 31, 11))

    @given(DAYS, st.sampled_from(["day", "week", "month", "quarter", "year"]))
    @settings(deadline=None)
    def test_steps_lead_back(self, day, unit):
        period = periods.parse(periods.fixed_key(unit, day), day)
        self.assertTrue(period.contains(day))
        self.assertEqual(period.step(1).start, period.end)
        self.assertEqual(period.step(1).step(-1), period)

    def test_a_day_is_compared_with_the_same_day_of_the_week(self):
        windows = periods.parse("today", date(2026, 11, 18)).get_windows(date(2026, 11, 18))
        days = {name: start for name, (start, _end) in windows.items()}
        self.assertEqual(
            days,
            {
                "current": date(2026, 11, 18),
                "previous": date(2026, 11, 11),
                "last_year": date(2025, 11, 19),
            },
        )
        self.assertEqual({day.weekday() for day in days.values()}, {2})

    def test_runs_of_days(self):
        days = {date(2026, 11, day) for day in (1, 2, 3, 7)}
        runs = [(date(2026, 11, 1), date(2026, 11, 4)), (date(2026, 11, 7), date(2026, 11, 8))]
        self.assertEqual(periods.get_runs(days), runs)
        self.assertEqual(periods.get_runs([]), [])

    @given(DAYS, st.sampled_from(sorted(periods.PRESETS)))
    @settings(deadline=None)
    def test_comparison_lies_before_and_is_no_longer(self, today, key):
        period = periods.parse(key, today)
        start, end = period.before(0, today)
        before_start, before_end = period.before(periods.PREVIOUS[period.unit], today)
        self.assertLess(before_start, before_end)
        self.assertLessEqual(before_end, start)
        # A month, a quarter or a year differ from the one before by a leap day or three at most.
        self.assertLessEqual((before_end - before_start) - (end - start), timedelta(days=3))
