"""What a snapshot of a figure is made of: plain data in, plain data out, nothing of Odoo."""

import math
from datetime import datetime
from typing import NamedTuple

from . import kpi_score
from . import period as periods
from .kpi_targets import TargetBook
from .working_days import WorkingDays

# How many periods that are over are compared with what they were closed at.
CHECKED = {"month": 12, "quarter": 4, "year": 1}


class Snapshot(NamedTuple):
    """What the figures of one company have in common."""

    company_id: int
    now: datetime
    windows: tuple  # of periods.Period
    people: frozenset  # ids of the users who have figures whether there are any or not
    teams: dict  # {team id: id of the team above it or None}
    memberships: dict  # {user id: team id}
    book: TargetBook
    working_days: WorkingDays


class Known(NamedTuple):
    """What is stored of a figure already."""

    id: int
    is_closed: bool
    value: float | None
    latest: float | None  # what it was restated to, or the value


class Rating(NamedTuple):
    target: float | None
    expected: float | None
    progress: float | None
    pace: float | None
    score: float | None


def get_windows(today):
    """The running month, quarter and year, and those before them that are compared."""
    windows = []
    for unit, count in CHECKED.items():
        running = periods.parse(periods.fixed_key(unit, today), today)
        windows += [running.shift(-back * periods.MONTHS[unit]) for back in range(count + 1)]
    return tuple(windows)


def get_span(windows):
    """The first day of all periods and the one after the last."""
    return min(window.start for window in windows), max(window.end for window in windows)


def roll_up(parts, parents, memberships=None):
    """The parts of each person, team and of the company.

    A team contains its sub-teams and what is nobody's in it.

    :param parts: ``{(user id or None, team id or None): (total, count)}``
    :param parents: ``{team id: id of the team above it or None}``
    :param memberships: ``{user id: team id}`` where the person says which team it is
    :return: ``{(scope, id or None): (total, count)}``
    """
    result = {("company", None): (0, 0)}

    def add(key, part):
        total, count = result.get(key, (0, 0))
        result[key] = (total + part[0], count + part[1])

    for (user_id, own_team_id), part in parts.items():
        add(("company", None), part)
        if user_id:
            add(("user", user_id), part)
        team_id = own_team_id if memberships is None else memberships.get(user_id)
        counted = set()  # two teams set above each other at the same moment make no endless way
        while team_id and team_id not in counted:
            counted.add(team_id)
            add(("team", team_id), part)
            team_id = parents.get(team_id)
    return result


def rate(value, target, expected, *, direction, floor, cap):
    pace = kpi_score.get_pace(value, expected, direction)
    return Rating(
        target,
        expected,
        kpi_score.get_progress(value, target),
        pace,
        kpi_score.get_score(pace, floor, cap),
    )


def is_same(one, other):
    """Whether two figures are the same but for the order their parts were added up in."""
    if one is None or other is None:
        return one is other
    return math.isclose(one, other, rel_tol=1e-9, abs_tol=1e-6)


def is_over(window, now):
    return now.date() >= window.end


def add_up_months(parts, windows):
    """The parts of each window, of those of its months.

    :param parts: ``{(first day of the month, *key): (total, count)}``
    :return: ``{window: {key: (total, count)}}``
    """
    result = {window: {} for window in windows}
    for (month, *names), part in parts.items():
        key = tuple(names)
        for window in windows:
            if window.contains(month):
                total, count = result[window].get(key, (0, 0))
                result[window][key] = (total + part[0], count + part[1])
    return result
