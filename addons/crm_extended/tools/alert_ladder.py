"""The arithmetic of alert ladders and renewals: plain dates and numbers, nothing of Odoo.

A *ladder* is a tuple of days before a due date, highest first: (60, 30, 7, 1).
A *step* is one of them.
"""

import re
from datetime import timedelta

from dateutil.relativedelta import relativedelta

MAX_DAYS_BEFORE = 3660
# The comma and the semicolon of Persian and Arabic keyboards are separators as well.
SEPARATORS = re.compile(r"[,;،؛]")
NUMBER = re.compile(r"\d{1,4}")


def parse_ladder(text):
    """Return the ladder written in `text`, highest step first and each step once.

    Raise ValueError with the first piece that is not a whole number of days from 0 to
    MAX_DAYS_BEFORE. An empty text is the empty ladder.
    """
    if not text or not text.strip():
        return ()
    steps = set()
    for piece in SEPARATORS.split(text):
        number = piece.strip()
        if not NUMBER.fullmatch(number) or int(number) > MAX_DAYS_BEFORE:
            raise ValueError(number)
        steps.add(int(number))
    return tuple(sorted(steps, reverse=True))


def format_ladder(ladder):
    """Write a ladder the way `parse_ladder` reads it: "60,30,7,1"."""
    return ",".join(map(str, ladder))


def get_due_steps(ladder, due_date, today):
    """Return the steps whose day has come: those with `due_date - step <= today`."""
    days_left = (due_date - today).days
    return tuple(step for step in ladder if step >= days_left)


def get_next_alert_date(ladder, due_date, raised_steps=()):
    """Return the day of the first step that is not among `raised_steps`, or None."""
    missing = [step for step in ladder if step not in raised_steps]
    return get_days_before(due_date, max(missing)) if missing else None


def get_days_before(date, days):
    """Return the day that many days before `date`, or None where the calendar does not reach."""
    try:
        return date - timedelta(days=days)
    except OverflowError:
        return None


def get_next_due_date(due_date, months, day):
    """Return the due date `months` later, on day `day` of the month or on the month's last day.

    `day` is the day of the month first agreed on: a report due on the 31st is due on 28 February
    and on 31 March again.
    """
    return due_date + relativedelta(months=months, day=day)


def get_renewed_end(date_start, date_end, months, today):
    """Return the first end of a period of `months` after `date_end` that is not before `today`.

    Periods are counted from the start wherever the present end closes whole months of it, so that
    month ends do not wander: a contract from 1 March to 28 February ends on 29 February in a leap
    year.
    """
    if months < 1:
        raise ValueError(f"A period of {months} months never ends after {date_end}.")
    anchor, elapsed = date_end + timedelta(days=1), 0
    if date_start:
        length = relativedelta(anchor, date_start)
        whole_months = 12 * length.years + length.months
        if date_start + relativedelta(months=whole_months) == anchor:
            anchor, elapsed = date_start, whole_months
    renewed = date_end
    while renewed < today or renewed <= date_end:
        elapsed += months
        renewed = anchor + relativedelta(months=elapsed) - timedelta(days=1)
    return renewed
