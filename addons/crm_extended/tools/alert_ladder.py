"""The arithmetic of alert ladders and renewals: plain dates and numbers, nothing of Odoo.

A *ladder* is a tuple of days before a due date, highest first: (60, 30, 7, 1).
A *step* is one of them, or minus the days after the due date where the ladder goes on after it.
"""

import re
from datetime import date, timedelta
from typing import NamedTuple

from dateutil.relativedelta import relativedelta

MAX_DAYS_BEFORE = 3660
# Who has not reacted for a year is not reached by a reminder.
MAX_DAYS_AFTER = 365
# What nobody was told of for so long is one line in a summary, not an alert of its own.
LONG_PAST_DAYS = 30
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


class Watch(NamedTuple):
    """A due date that is watched: the ladder before it, and the repetition after it."""

    subject: str
    due_date: date
    ladder: tuple = ()
    repeat_days: int = 0

    def get_due_steps(self, today):
        """Return the steps whose day has come, in the order of their days."""
        days_left = (self.due_date - today).days
        before = [step for step in self.ladder if step >= days_left]
        return tuple(before + [-days for days in self._get_days_after() if days <= -days_left])

    def get_steps_to_record(self, today):
        """Return {step: state} of the steps whose day has come.

        Only the closest to today is worth telling; those before it are superseded. Long after the
        last one of all there is nobody to be told in time any more.
        """
        due = self.get_due_steps(today)
        if not due:
            return {}
        long_past = (
            self.get_next_date(today) is None
            and (today - self.due_date).days > LONG_PAST_DAYS
            and (today - self.get_day(due[-1])).days > LONG_PAST_DAYS
        )
        return {
            **dict.fromkeys(due, "superseded"),
            due[-1]: "summarized" if long_past else "raised",
        }

    def get_next_date(self, today):
        """Return the day of the first step after today, or None."""
        days_left = (self.due_date - today).days
        upcoming = [step for step in self.ladder if step < days_left]
        if upcoming:
            return self.get_day(upcoming[0])
        after = next((days for days in self._get_days_after() if days > -days_left), None)
        return None if after is None else self.get_day(-after)

    def get_first_missing_date(self, recorded_steps):
        """Return the day of the first step that is not among `recorded_steps`, or None."""
        steps = [*self.ladder, *(-days for days in self._get_days_after())]
        return next((self.get_day(step) for step in steps if step not in recorded_steps), None)

    def get_day(self, step):
        return get_days_before(self.due_date, step)

    def _get_days_after(self):
        if not self.repeat_days:
            return ()
        return range(self.repeat_days, MAX_DAYS_AFTER + 1, self.repeat_days)


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
