"""Working time between dates: plain arithmetic over intervals, nothing of Odoo.

Dates are naive UTC datetimes and hours are working hours, to the second. `WorkingTime` answers for
one calendar whose intervals are known; `WorkingTimes` answers many questions about many calendars
and reads the intervals of each of them as seldom as it can.
"""

from bisect import bisect_left
from collections import defaultdict
from datetime import datetime, timedelta
from itertools import accumulate

EPOCH = datetime(1970, 1, 1)
# How far ahead to read at first: enough for a week's work whatever the weekends and holidays.
MARGIN = timedelta(days=14)
DAYS_PER_HOUR = 0.5
# A date that is not found by then is never found: a calendar without hours.
HORIZON = timedelta(days=4 * 366)
# A date of the year 202 or 9999 is a slip of the keyboard: no hours are read for it.
FIRST, LAST = datetime(2000, 1, 1), datetime(2080, 1, 1)


class WorkingTime:
    """The working hours of one calendar, between the dates its intervals were read for."""

    def __init__(self, intervals):
        """Take (start, stop) datetimes in any order; what overlaps or touches is one interval."""
        self._starts, self._stops = [], []
        for start, stop in sorted((_seconds(start), _seconds(stop)) for start, stop in intervals):
            if start >= stop:
                continue
            if self._stops and start <= self._stops[-1]:
                self._stops[-1] = max(self._stops[-1], stop)
            else:
                self._starts.append(start)
                self._stops.append(stop)
        lengths = (stop - start for start, stop in zip(self._starts, self._stops, strict=True))
        self._worked = list(accumulate(lengths))  # seconds until the end of each interval

    def add(self, date, hours):
        """Return when `hours` (more than 0) have been worked from `date` on.

        None when the last interval ends before that. The end of a working day comes before the
        start of the next one.
        """
        target = self._get_worked(_seconds(date)) + max(round(hours * 3600), 1)
        if not self._worked or target > self._worked[-1]:
            return None
        index = bisect_left(self._worked, target)
        return EPOCH + timedelta(seconds=self._stops[index] - (self._worked[index] - target))

    def measure(self, start, stop):
        """Return the hours worked from `start` to `stop`; 0 when `stop` is not the later one."""
        seconds = self._get_worked(_seconds(stop)) - self._get_worked(_seconds(start))
        return max(seconds, 0) / 3600

    def _get_worked(self, second):
        index = bisect_left(self._stops, second)
        before = self._worked[index - 1] if index else 0
        if index == len(self._stops):
            return before
        return before + max(second - self._starts[index], 0)


class WorkingTimes:
    """The working hours of many calendars; `read(key, start, stop)` returns intervals of one."""

    def __init__(self, read):
        self._read = read

    def add_all(self, questions):
        """Answer many (key, date, hours) by the date when the hours have been worked, or None."""
        answers = [None] * len(questions)
        for key, indexes in _group(questions).items():
            earliest = _clamp(min(questions[index][1] for index in indexes))
            latest = _clamp(max(questions[index][1] for index in indexes))
            most_hours = max(questions[index][2] for index in indexes)
            ahead = min(MARGIN + timedelta(days=most_hours * DAYS_PER_HOUR), HORIZON)
            unanswered = indexes
            while unanswered:
                working_time = WorkingTime(self._read(key, earliest, latest + ahead))
                for index in unanswered:
                    answers[index] = working_time.add(*questions[index][1:])
                unanswered = [index for index in unanswered if answers[index] is None]
                if ahead >= HORIZON:
                    break
                ahead = min(3 * ahead, HORIZON)
        return answers

    def measure_all(self, questions):
        """Answer many (key, start, stop) by the hours worked between them."""
        answers = [0.0] * len(questions)
        for key, indexes in _group(questions).items():
            start = _clamp(min(questions[index][1] for index in indexes))
            stop = _clamp(max(questions[index][2] for index in indexes))
            working_time = WorkingTime(self._read(key, start, stop) if start < stop else [])
            for index in indexes:
                answers[index] = working_time.measure(*questions[index][1:])
        return answers


def _group(questions):
    """Return {key: indexes of its questions}."""
    groups = defaultdict(list)
    for index, (key, *_rest) in enumerate(questions):
        groups[key].append(index)
    return groups


def _seconds(date):
    # A day that ends at 23:59:59.999999 ends at midnight.
    return round((date - EPOCH).total_seconds())


def _clamp(date):
    return min(max(date, FIRST), LAST)
