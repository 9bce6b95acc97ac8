"""Calendar periods of the dashboards: plain dates in, plain dates out.

A period has a key that fits in an address: a preset that moves with the calendar
(``this_month``) or a fixed one (``2011``, ``2011-Q4``, ``2011-12``). Ends are exclusive: a
period is ``[start, end)``.
"""

import re
from datetime import date, datetime, time, timedelta
from typing import NamedTuple

import pytz
from dateutil.relativedelta import relativedelta

DEFAULT_PRESET = "last_12_months"
# What lies so many months back is a date still: the most that a setting in months may say.
MAX_MONTHS = 1200
MONTHS = {"month": 1, "quarter": 3, "year": 12, "rolling": 12}
PRESETS = {  # key: (unit, how many units back from today)
    "this_month": ("month", 0),
    "last_month": ("month", 1),
    "this_quarter": ("quarter", 0),
    "last_quarter": ("quarter", 1),
    "this_year": ("year", 0),
    "last_year": ("year", 1),
    "last_12_months": ("rolling", 0),
}
_FIXED_KEY = re.compile(r"((?:19|20|21)\d\d)(?:-(?:Q([1-4])|(0[1-9]|1[0-2])))?", re.ASCII)


class Period(NamedTuple):
    key: str
    unit: str
    start: date
    end: date

    def contains(self, day):
        return self.start <= day < self.end

    def shift(self, months):
        """The period of the same unit so many months later, under its fixed key."""
        start = self.start + relativedelta(months=months)
        return Period(fixed_key(self.unit, start), self.unit, start, _end(self.unit, start))

    def before(self, months, today):
        """``(start, end)`` of the days counted so many months earlier, 0 for the period itself.

        A running period counts up to today and is compared with the same days of the earlier one:
        ten days of November beside ten days of October, not beside the whole of it.
        """
        back = relativedelta(months=months)
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
        start = _start(unit, today) - relativedelta(months=back * MONTHS[unit])
        return Period(key, unit, start, _end(unit, start))
    match = _FIXED_KEY.fullmatch(key)
    if not match:
        return None
    year, quarter, month = (int(part) if part else 0 for part in match.groups())
    unit = "quarter" if quarter else "month" if month else "year"
    start = date(year, month or max(quarter * 3 - 2, 1), 1)
    return Period(key, unit, start, _end(unit, start))


def fixed_key(unit, day):
    """The key of the calendar month, quarter or year that holds ``day``."""
    if unit == "year":
        return f"{day:%Y}"
    if unit == "quarter":
        return f"{day:%Y}-Q{(day.month + 2) // 3}"
    return f"{day:%Y-%m}"


def utc(day, timezone):
    """The moment a day begins in a ``pytz`` time zone, as Odoo stores datetimes: naive UTC."""
    return (
        timezone.localize(datetime.combine(day, time.min)).astimezone(pytz.utc).replace(tzinfo=None)
    )


def _start(unit, day):
    months = MONTHS[unit]
    return date(day.year, (day.month - 1) // months * months + 1, 1)


def _end(unit, start):
    return start + relativedelta(months=MONTHS[unit])
