"""Working days of a company: plain dates in, numbers of days out, nothing of Odoo."""

from bisect import bisect_left
from datetime import timedelta


class WorkingDays:
    """The days a company works, and how much of today is over.

    :param intervals: working times as (start, stop) datetimes of the company's wall clock; without
        any, every day of the calendar counts
    """

    def __init__(self, intervals):
        hours = {}
        for start, stop in intervals:
            begin = start
            while begin < stop:
                midnight = (begin + timedelta(days=1)).replace(hour=0, minute=0, second=0)
                hours.setdefault(begin.date(), []).append((begin, min(stop, midnight)))
                begin = midnight
        self._hours = hours
        self._days = sorted(hours)

    def count(self, start, end):
        """The working days of ``[start, end)``."""
        if not self._days:
            return max((end - start).days, 0)
        return max(bisect_left(self._days, end) - bisect_left(self._days, start), 0)

    def elapsed(self, start, end, now):
        """The working days of ``[start, end)`` that are over, of today the hours that are."""
        today = now.date()
        if today >= end:
            return self.count(start, end)
        if today < start:
            return 0
        return self.count(start, today) + self._get_part_of_today(now)

    def _get_part_of_today(self, now):
        if not self._days:
            return (now.hour * 3600 + now.minute * 60 + now.second) / 86400
        intervals = self._hours.get(now.date(), ())
        whole = sum((stop - start).total_seconds() for start, stop in intervals)
        over = sum(
            (min(stop, now) - start).total_seconds() for start, stop in intervals if start < now
        )
        return over / whole if whole else 0
