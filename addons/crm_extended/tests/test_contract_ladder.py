"""The arithmetic alone: no database."""

from datetime import date, timedelta

from dateutil.relativedelta import relativedelta
from hypothesis import example, given, settings
from hypothesis import strategies as st

from odoo.tests.common import BaseCase, tagged

from ..tools.alert_ladder import (
    LONG_PAST_DAYS,
    MAX_DAYS_AFTER,
    MAX_DAYS_BEFORE,
    Watch,
    format_ladder,
    get_next_due_date,
    get_renewed_end,
    parse_ladder,
)

# A slow machine is no failure.
examples = settings(deadline=None, max_examples=150)

steps = st.integers(min_value=0, max_value=MAX_DAYS_BEFORE)
ladders = st.lists(steps, unique=True).map(lambda days: tuple(sorted(days, reverse=True)))
repeats = st.integers(min_value=0, max_value=MAX_DAYS_AFTER)
dates = st.dates(min_value=date(1990, 1, 1), max_value=date(2090, 12, 31))


@tagged("post_install", "-at_install")
class TestContractLadder(BaseCase):
    @examples
    @given(st.lists(steps))
    def test_parsed_ladder_is_descending_unique_and_stable(self, days):
        ladder = parse_ladder(",".join(map(str, days)))
        self.assertEqual(list(ladder), sorted(set(days), reverse=True))
        self.assertEqual(parse_ladder(format_ladder(ladder)), ladder)

    def test_ladder_is_read_as_people_write_it(self):
        self.assertEqual(parse_ladder(" 7 , 60;30,7"), (60, 30, 7))
        self.assertEqual(parse_ladder("۶۰،۳۰،۷"), (60, 30, 7), "digits and comma of Persian")
        self.assertEqual(parse_ladder(""), ())
        self.assertEqual(parse_ladder(False), ())

    def test_bad_ladder_names_the_bad_piece(self):
        for text, piece in (
            ("30,,7", ""),
            ("30,x", "x"),
            ("30,-7", "-7"),
            ("7.5", "7.5"),
            ("3661", "3661"),
            ("99999", "99999"),
            ("30,", ""),
            ("30 7", "30 7"),
            ("²", "²"),
        ):
            with self.subTest(text=text), self.assertRaises(ValueError) as error:
                parse_ladder(text)
            self.assertEqual(error.exception.args, (piece,))

    @examples
    @given(ladders, repeats, dates, dates)
    def test_steps_are_due_from_their_day_on(self, ladder, repeat, due_date, today):
        watch = Watch("term", due_date, ladder, repeat)
        due = watch.get_due_steps(today)
        self.assertEqual(list(due), sorted(due, reverse=True))
        for step in ladder:
            self.assertEqual(step in due, due_date - timedelta(days=step) <= today)
        after = [-step for step in due if step < 0]
        overdue = min((today - due_date).days, MAX_DAYS_AFTER)
        self.assertEqual(len(after), max(overdue // repeat, 0) if repeat else 0)
        self.assertTrue(all(days % repeat == 0 for days in after))

    @examples
    @given(ladders, repeats, dates, dates)
    def test_next_step_follows_those_that_have_come(self, ladder, repeat, due_date, today):
        watch = Watch("term", due_date, ladder, repeat)
        due = watch.get_due_steps(today)
        upcoming = watch.get_next_date(today)
        self.assertEqual(watch.get_first_missing_date(due), upcoming)
        if upcoming:
            self.assertGreater(upcoming, today)
            self.assertEqual(watch.get_due_steps(upcoming)[:-1], due)
        else:
            self.assertEqual(due, watch.get_due_steps(today + timedelta(days=4000)))

    @examples
    @given(ladders, repeats, dates, dates)
    def test_the_closest_step_alone_is_told(self, ladder, repeat, due_date, today):
        watch = Watch("term", due_date, ladder, repeat)
        states = watch.get_steps_to_record(today)
        self.assertEqual(tuple(states), watch.get_due_steps(today))
        if not states:
            return
        *earlier, closest = states.values()
        self.assertEqual(set(earlier) - {"superseded"}, set())
        long_past = (
            due_date < today - timedelta(days=LONG_PAST_DAYS)
            and not watch.get_next_date(today)
            and watch.get_day(min(states)) < today - timedelta(days=LONG_PAST_DAYS)
        )
        self.assertEqual(closest, "summarized" if long_past else "raised")

    def test_ladder_goes_on_after_the_due_date(self):
        watch = Watch("term", date(2026, 5, 10), (7, 1), 10)
        self.assertEqual(watch.get_due_steps(date(2026, 5, 30)), (7, 1, -10, -20))
        self.assertEqual(watch.get_next_date(date(2026, 5, 10)), date(2026, 5, 20))
        self.assertEqual(watch.get_next_date(date(2026, 5, 20)), date(2026, 5, 30))
        self.assertEqual(watch.get_next_date(date(2027, 5, 4)), date(2027, 5, 5))
        self.assertIsNone(watch.get_next_date(date(2027, 5, 5)), "it ends after a year")

    def test_recurrence_comes_back_to_the_day_agreed_on(self):
        due_date, seen = date(2024, 1, 31), []
        for _month in range(3):
            due_date = get_next_due_date(due_date, 1, 31)
            seen.append(due_date)
        self.assertEqual(seen, [date(2024, 2, 29), date(2024, 3, 31), date(2024, 4, 30)])
        self.assertEqual(get_next_due_date(date(2024, 2, 29), 12, 29), date(2025, 2, 28))
        self.assertEqual(get_next_due_date(date(2027, 2, 28), 12, 29), date(2028, 2, 29))

    def test_period_without_months_is_refused(self):
        with self.assertRaises(ValueError):
            get_renewed_end(date(2026, 1, 1), date(2026, 12, 31), 0, date(2027, 1, 1))

    def test_renewed_end_keeps_month_ends(self):
        for start, end, months, today, expected in (
            (date(2023, 3, 1), date(2027, 2, 28), 12, date(2027, 3, 1), date(2028, 2, 29)),
            (date(2024, 2, 1), date(2024, 2, 29), 1, date(2024, 3, 1), date(2024, 3, 31)),
            (date(2024, 1, 31), date(2024, 2, 28), 1, date(2024, 3, 1), date(2024, 3, 30)),
            (date(2024, 1, 31), date(2024, 3, 30), 1, date(2024, 4, 1), date(2024, 4, 29)),
            (date(2024, 1, 31), date(2024, 4, 29), 1, date(2024, 5, 1), date(2024, 5, 30)),
            # Several periods missed at once.
            (date(2020, 1, 1), date(2020, 12, 31), 12, date(2024, 6, 1), date(2024, 12, 31)),
            # An end that closes no whole months counts from itself.
            (date(2024, 1, 10), date(2024, 6, 14), 6, date(2024, 6, 15), date(2024, 12, 14)),
        ):
            with self.subTest(start=start, end=end):
                self.assertEqual(get_renewed_end(start, end, months, today), expected)

    @examples
    @given(dates, st.integers(1, 60), st.integers(1, 36), st.integers(1, 4000))
    @example(date(2000, 1, 31), 1, 1, 1)
    def test_renewed_end_does_not_depend_on_how_often_the_action_ran(
        self, start, length, months, late
    ):
        end = start + relativedelta(months=length) - timedelta(days=1)
        today = end + timedelta(days=late)
        at_once = get_renewed_end(start, end, months, today)
        self.assertGreaterEqual(at_once, today)
        # One period at most; month ends of February make one up to three days longer.
        self.assertLessEqual(at_once, today + relativedelta(months=months) + timedelta(days=3))
        night_by_night = end
        while night_by_night < today:
            night_by_night = get_renewed_end(
                start, night_by_night, months, night_by_night + timedelta(days=1)
            )
        self.assertEqual(night_by_night, at_once)
