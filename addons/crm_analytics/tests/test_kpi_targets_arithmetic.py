from datetime import date, datetime, time, timedelta

from hypothesis import given
from hypothesis import strategies as st

from odoo.tests import BaseCase, tagged

from ..tools import kpi_score
from ..tools.kpi_targets import Target, TargetBook
from ..tools.working_days import WorkingDays

DAY = timedelta(days=1)
JANUARY, FEBRUARY, APRIL = date(2026, 1, 1), date(2026, 2, 1), date(2026, 4, 1)
ANNA, BERT, CLEO = 1, 2, 3
NORTH, NORTH_EAST, SOUTH = 10, 11, 12
PARENTS = {NORTH: None, NORTH_EAST: NORTH, SOUTH: None}


def get_week_days(start, end, holidays=()):
    """Working times from 8 to 12 and 13 to 17, weekends and holidays left out."""
    days = [start + index * DAY for index in range((end - start).days)]
    for day in days:
        if day.weekday() < 5 and day not in holidays:
            for begin, until in ((8, 12), (13, 17)):
                yield datetime.combine(day, time(begin)), datetime.combine(day, time(until))


def get_months(value, scope="user", user_id=ANNA, team_id=None, months=12):
    for number in range(months):
        start = date(2026, number + 1, 1)
        end = date(2026 + (number == 11), number % 12 + 2 if number < 11 else 1, 1)
        yield Target(1, scope, user_id, team_id, "month", start, end, value)


def get_book(targets, mode="sum"):
    return TargetBook(
        targets,
        modes={1: mode},
        summed={1} if mode == "sum" else set(),
        parents=PARENTS,
        working_days=WorkingDays(get_week_days(JANUARY, date(2027, 1, 1))),
    )


@tagged("post_install", "-at_install")
class TestWorkingDays(BaseCase):
    def test_weekends_and_holidays_are_no_working_days(self):
        plain = WorkingDays(get_week_days(JANUARY, FEBRUARY))
        with_holiday = WorkingDays(get_week_days(JANUARY, FEBRUARY, {date(2026, 1, 6)}))
        self.assertEqual(plain.count(JANUARY, FEBRUARY), 22)
        self.assertEqual(with_holiday.count(JANUARY, FEBRUARY), 21)
        self.assertEqual(with_holiday.count(date(2026, 1, 5), date(2026, 1, 8)), 2)

    def test_today_counts_by_its_hours(self):
        days = WorkingDays(get_week_days(JANUARY, FEBRUARY))
        for hour, elapsed in ((0, 1), (8, 1), (10, 1.25), (12, 1.5), (12.5, 1.5), (23, 2)):
            now = datetime(2026, 1, 2) + timedelta(hours=hour)  # the second one, a Friday
            with self.subTest(hour=hour):
                self.assertEqual(days.elapsed(JANUARY, FEBRUARY, now), elapsed)
        self.assertEqual(days.elapsed(JANUARY, FEBRUARY, datetime(2025, 12, 31)), 0)
        self.assertEqual(days.elapsed(JANUARY, FEBRUARY, datetime(2026, 2, 1)), 22)

    def test_a_night_shift_counts_on_both_days(self):
        days = WorkingDays([(datetime(2026, 1, 5, 22), datetime(2026, 1, 6, 6))])
        self.assertEqual(days.count(JANUARY, FEBRUARY), 2)

    def test_without_working_hours_every_day_counts(self):
        days = WorkingDays(())
        self.assertEqual(days.count(JANUARY, FEBRUARY), 31)
        self.assertEqual(days.elapsed(JANUARY, FEBRUARY, datetime(2026, 1, 2, 12)), 1.5)


@tagged("post_install", "-at_install")
class TestTargetBook(BaseCase):
    def test_months_make_a_quarter(self):
        book = get_book(get_months(100))
        self.assertAlmostEqual(book.get(1, "user", ANNA, JANUARY, APRIL), 300)
        self.assertAlmostEqual(
            get_book(get_months(100), "mean").get(1, "user", ANNA, JANUARY, APRIL), 100
        )

    def test_a_target_of_the_very_period_goes_first(self):
        quarter = Target(1, "user", ANNA, None, "quarter", JANUARY, APRIL, 250)
        book = get_book([*get_months(100), quarter])
        self.assertEqual(book.get(1, "user", ANNA, JANUARY, APRIL), 250)
        self.assertEqual(book.get(1, "user", ANNA, JANUARY, FEBRUARY), 100)

    def test_a_quarter_is_divided_by_working_days(self):
        book = get_book([Target(1, "user", ANNA, None, "quarter", JANUARY, APRIL, 64)])
        # 22, 20 and 22 working days
        self.assertAlmostEqual(book.get(1, "user", ANNA, JANUARY, FEBRUARY), 22)
        self.assertAlmostEqual(book.get(1, "user", ANNA, FEBRUARY, date(2026, 3, 1)), 20)

    def test_a_period_that_is_not_covered_has_none(self):
        book = get_book(get_months(100, months=2))
        self.assertIsNone(book.get(1, "user", ANNA, JANUARY, APRIL))
        self.assertIsNone(book.get(1, "user", BERT, JANUARY, FEBRUARY))

    def test_what_stands_at_the_end_has_the_last_target(self):
        rows = [row._replace(value=row.start.month) for row in get_months(0)]
        self.assertEqual(get_book(rows, "last").get(1, "user", ANNA, JANUARY, APRIL), 3)

    def test_numbers_of_different_values_do_not_go_together(self):
        self.assertIsNone(get_book(get_months(9), "none").get(1, "user", ANNA, JANUARY, APRIL))

    def test_a_team_has_the_targets_of_its_members_and_sub_teams(self):
        people = [
            *get_months(100, user_id=ANNA, team_id=NORTH),
            *get_months(10, user_id=BERT, team_id=NORTH_EAST),
            *get_months(1, user_id=CLEO),
        ]
        book = get_book(people)
        self.assertEqual(book.get(1, "team", NORTH_EAST, JANUARY, FEBRUARY), 10)
        self.assertEqual(book.get(1, "team", NORTH, JANUARY, FEBRUARY), 110)
        self.assertEqual(book.get(1, "company", None, JANUARY, FEBRUARY), 111)
        self.assertIsNone(book.get(1, "team", SOUTH, JANUARY, FEBRUARY))

    def test_a_teams_own_target_stands_for_its_people(self):
        rows = [
            *get_months(100, user_id=ANNA, team_id=NORTH),
            *get_months(10, user_id=BERT, team_id=NORTH_EAST),
            *get_months(1, user_id=CLEO),
            *get_months(500, "team", None, NORTH),
        ]
        book = get_book(rows)
        self.assertEqual(book.get(1, "team", NORTH, JANUARY, FEBRUARY), 500)
        self.assertEqual(book.get(1, "company", None, JANUARY, FEBRUARY), 501)
        company = [*rows, *get_months(450, "company", None)]
        self.assertEqual(get_book(company).get(1, "company", None, JANUARY, FEBRUARY), 450)

    def test_averages_of_people_do_not_add_up(self):
        book = get_book(get_months(0.5, team_id=NORTH), "mean")
        self.assertIsNone(book.get(1, "team", NORTH, JANUARY, FEBRUARY))

    @given(st.floats(0, 1e9), st.dates(JANUARY, date(2026, 12, 30)))
    def test_two_parts_of_a_year_are_the_year(self, value, day):
        end = date(2027, 1, 1)
        book = get_book([Target(1, "user", ANNA, None, "year", JANUARY, end, value)])
        first = book.get(1, "user", ANNA, JANUARY, day + DAY)
        second = book.get(1, "user", ANNA, day + DAY, end)
        self.assertAlmostEqual(first + second, value, delta=value * 1e-9)


@tagged("post_install", "-at_install")
class TestScore(BaseCase):
    def test_progress_and_pace(self):
        self.assertEqual(kpi_score.get_progress(92, 100), 0.92)
        self.assertAlmostEqual(kpi_score.get_pace(92, 88.46), 1.04, 3)
        for value, target in ((None, 100), (5, None), (5, 0)):
            self.assertIsNone(kpi_score.get_progress(value, target))
            self.assertIsNone(kpi_score.get_pace(value, target))

    def test_lower_is_better(self):
        for value, expected, pace in (
            (0, 10, 2),
            (10, 10, 1),
            (20, 10, 0),
            (50, 10, 0),
            (5, 10, 1.5),
        ):
            self.assertEqual(kpi_score.get_pace(value, expected, "lower"), pace)
        self.assertEqual(kpi_score.get_pace(0, 0, "lower"), 1)
        self.assertEqual(kpi_score.get_pace(1, 0, "lower"), 0)

    def test_scores_run_from_the_floor_to_the_cap(self):
        for pace, score in ((0.4, 0), (0.5, 0), (0.75, 50), (1, 100), (1.5, 100)):
            self.assertAlmostEqual(kpi_score.get_score(pace, 0.5, 1), score)
        self.assertIsNone(kpi_score.get_score(None))
        self.assertEqual(kpi_score.get_score(1, 1, 1), 100)

    def test_the_score_of_a_person_is_weighted(self):
        self.assertEqual(kpi_score.get_weighted_score([(100, 3), (0, 1), (None, 5), (50, 0)]), 75)
        self.assertIsNone(kpi_score.get_weighted_score([(None, 1)]))

    @given(
        st.floats(-10, 10),
        st.floats(-10, 10),
        st.floats(0, 2),
        st.floats(0, 2),
    )
    def test_more_pace_is_never_a_lower_score(self, one, other, floor, cap):
        low, high = sorted((one, other))
        scores = [kpi_score.get_score(pace, floor, cap) for pace in (low, high)]
        self.assertLessEqual(scores[0], scores[1])
        self.assertTrue(all(0 <= score <= 100 for score in scores))
