"""Calendar periods of the dashboards: plain dates in, plain dates out.

A period has a key that fits in an address: a preset that moves with the calendar
(``this_month``) or a fixed one (``2011``, ``2011-Q4``, ``2011-12``, ``2011-W48``, ``2011-12-01``).
Ends are exclusive: a period is ``[start, end)``.
"""

import re
from datetime import date, datetime, time, timedelta
from functools import lru_cache
from itertools import pairwise
from typing import NamedTuple

import pytz
from dateutil.relativedelta import relativedelta

DEFAULT_PRESET = "last_12_months"
# What lies so many months back is a date still: the most that a setting in months may say.
MAX_MONTHS = 1200
MONTHS = {"month": 1, "quarter": 3, "year": 12, "rolling": 12}
STEPS = {
    "day": relativedelta(days=1),
    "week": relativedelta(weeks=1),
    **{unit: relativedelta(months=months) for unit, months in MONTHS.items()},
}
# A year back, and what a period is compared with: days of the week differ more than weeks do.
YEARS = {"day": relativedelta(weeks=52), "week": relativedelta(weeks=52)}
PREVIOUS = {**STEPS, "day": relativedelta(weeks=1)}
PRESETS = {  # key: (unit, how many units back from today)
    "today": ("day", 0),
    "yesterday": ("day", 1),
    "this_week": ("week", 0),
    "last_week": ("week", 1),
    "this_month": ("month", 0),
    "last_month": ("month", 1),
    "this_quarter": ("quarter", 0),
    "last_quarter": ("quarter", 1),
    "this_year": ("year", 0),
    "last_year": ("year", 1),
    "last_12_months": ("rolling", 0),
}
_FIXED_KEY = re.compile(r"((?:19|20|21)\d\d)(?:-(?:Q([1-4])|(0[1-9]|1[0-2])))?", re.ASCII)
_WEEK_KEY = re.compile(r"((?:19|20|21)\d\d)-W(\d\d)", re.ASCII)
_DAY_KEY = re.compile(r"((?:19|20|21)\d\d)-(\d\d)-(\d\d)", re.ASCII)


class Period(NamedTuple):
    key: str
    unit: str
    start: date
    end: date

    def contains(self, day):
        return self.start <= day < self.end

    def shift(self, months):
        """The period of the same unit so many months later, under its fixed key."""
        return self._at(self.start + relativedelta(months=months))

    def step(self, count):
        """The period of the same unit so many of them later, under its fixed key."""
        return self._at(self.start + STEPS[self.unit] * count)

    def _at(self, start):
        return Period(fixed_key(self.unit, start), self.unit, start, _end(self.unit, start))

    def get_windows(self, today):
        """``{name: (start, end)}`` of the days counted and of those they are compared with."""
        windows = {
            "current": self.before(0, today),
            "previous": self.before(PREVIOUS[self.unit], today),
        }
        if MONTHS.get(self.unit, 0) < 12:
            windows["last_year"] = self.before(YEARS.get(self.unit, 12), today)
        return windows

    def before(self, back, today):
        """``(start, end)`` of the days counted so much earlier, 0 for the period itself.

        :param back: a number of months, or a ``relativedelta``

        A running period counts up to today and is compared with the same days of the earlier one:
        ten days of November beside ten days of October, not beside the whole of it.
        """
        back = back if isinstance(back, relativedelta) else relativedelta(months=back)
        start = self.start - back
        if self.unit == "rolling":
            return start, self.end - back
        end = _end(self.unit, start)
        if self.contains(today):
            end = min(end, today - back + timedelta(days=1))
        return start, end


def parse(key, today):
    """The period of ``key`` as seen on ``today``, or None where the key means nothing."""
    key = str(key or "")
    if key in PRESETS:
        unit, back = PRESETS[key]
        if unit == "rolling":
            end = today + timedelta(days=1)
            return Period(key, unit, end - relativedelta(months=12), end)
        start = _start(unit, today) - STEPS[unit] * back
        return Period(key, unit, start, _end(unit, start))
    match = _FIXED_KEY.fullmatch(key)
    if not match:
        return _parse_days(key)
    year, quarter, month = (int(part) if part else 0 for part in match.groups())
    unit = "quarter" if quarter else "month" if month else "year"
    start = date(year, month or max(quarter * 3 - 2, 1), 1)
    return Period(key, unit, start, _end(unit, start))


def _parse_days(key):
    """The day or the week of a key, or None."""
    week, day = _WEEK_KEY.fullmatch(key), _DAY_KEY.fullmatch(key)
    try:
        if week:
            start = date.fromisocalendar(*map(int, week.groups()), 1)
            return Period(key, "week", start, _end("week", start))
        if day:
            start = date(*map(int, day.groups()))
            return Period(key, "day", start, _end("day", start))
    except ValueError:  # a 30 February, a week 60
        return None
    return None


def fixed_key(unit, day):
    """The key of the day, or of the calendar week, month, quarter or year that holds it."""
    if unit == "day":
        return f"{day:%Y-%m-%d}"
    if unit == "week":
        return f"{day:%G-W%V}"
    if unit == "year":
        return f"{day:%Y}"
    if unit == "quarter":
        return f"{day:%Y}-Q{(day.month + 2) // 3}"
    return f"{day:%Y-%m}"


@lru_cache(maxsize=64)
def months_until(end, count):
    """``((start, end), …)`` of so many calendar months, the last of them that of the day before."""
    last = last_day(end).replace(day=1)
    starts = [last - relativedelta(months=back) for back in range(count - 1, -2, -1)]
    return tuple(pairwise(starts))


def join(windows):
    """``[(start, end)]`` of the same days, in their order, what overlaps or touches in one."""
    runs = []
    for start, end in sorted(windows):
        if runs and start <= runs[-1][1]:
            runs[-1] = (runs[-1][0], max(end, runs[-1][1]))
        else:
            runs.append((start, end))
    return runs


def get_runs(days):
    """``[(start, end)]`` of the days that follow one another."""
    return join((day, day + timedelta(days=1)) for day in days)


def last_day(end):
    """The last day before an exclusive end."""
    return end - timedelta(days=1)


def utc(day, timezone):
    """The moment a day begins in a ``pytz`` time zone, as Odoo stores datetimes: naive UTC."""
    return (
        timezone.localize(datetime.combine(day, time.min)).astimezone(pytz.utc).replace(tzinfo=None)
    )


def _start(unit, day):
    if unit == "day":
        return day
    if unit == "week":
        return day - timedelta(days=day.weekday())
    months = MONTHS[unit]
    return date(day.year, (day.month - 1) // months * months + 1, 1)


def _end(unit, start):
    return start + STEPS[unit]
