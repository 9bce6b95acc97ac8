"""The arithmetic of the periods of a term: plain dates and numbers, nothing of Odoo.

A period of a recurring term ends on its due date and begins the day after the due date before it,
so that periods follow each other without a gap and without a day counted twice.
"""

from datetime import timedelta

from dateutil.relativedelta import relativedelta

from .alert_ladder import get_next_due_date


def get_period_start(due_date, months, day):
    """Return the first day of the period of `months` that ends on `due_date`.

    `day` is the day of the month first agreed on, see `get_next_due_date`.
    """
    return due_date + relativedelta(months=-months, day=day) + timedelta(days=1)


def get_due_dates(due_date, months, day, today, last=None):
    """Return the due dates from `due_date` up to the first that has not passed.

    :param months: 0 for a term that is due once
    :param last: the last day a period may end on, or None
    """
    dates = [due_date]
    while months and dates[-1] < today:
        following = get_next_due_date(dates[-1], months, day)
        if last and following > last:
            break
        dates.append(following)
    return dates


def get_elapsed_share(start, end, today):
    """Return which part of the days from `start` to `end` is over at the beginning of `today`."""
    days = (end - start).days + 1
    return min(max((today - start).days, 0), days) / days


def get_pace_gap(limit_kind, target, actual, share):
    """Return by how much `actual` is on the wrong side of the pace; negative on the right side."""
    expected = target * share
    return expected - actual if limit_kind == "minimum" else actual - expected


def is_limit_kept(limit_kind, target, actual):
    return actual >= target if limit_kind == "minimum" else actual <= target
