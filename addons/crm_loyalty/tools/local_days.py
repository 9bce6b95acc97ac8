"""Which day it is where, and which days of a year come round: plain dates, without Odoo."""

from calendar import isleap
from collections import defaultdict
from datetime import timedelta, timezone

import pytz


def get_zones_by_day(now):
    """Return the names of all time zones by the day it is there: two days, or three.

    :param now: naive datetime in UTC
    :return: {date: [names]}
    """
    zones = defaultdict(list)
    aware = now.replace(tzinfo=timezone.utc)
    for name in pytz.all_timezones:
        zones[aware.astimezone(pytz.timezone(name)).date()].append(name)
    return dict(zones)


def get_last_days(day, count):
    """Return `day` and the `count` days before it, the oldest first."""
    return [day - timedelta(days=back) for back in range(count, -1, -1)]


def get_day_keys(day):
    """Return what comes round on `day`, as month times 100 plus day.

    What happened on 29 February is remembered on the 28th where the year has no 29th.
    """
    keys = [day.month * 100 + day.day]
    if keys == [228] and not isleap(day.year):
        keys.append(229)
    return keys
