"""Which target holds for a person, team or company in a period: plain arithmetic, nothing of Odoo.

Targets are set by month, quarter or year, for persons, teams or the company. A period that has one
of its own has that one. Else the finest targets that cover all of its working days say it, each by
the days it has in common with the period. A team without a target of its own has those of its
sub-teams and members together, and the company those of its teams and of who is in none.
"""

import math
import operator
from collections import defaultdict
from datetime import date
from typing import NamedTuple

from .working_days import WorkingDays

FINEST = ("month", "quarter", "year")


class Target(NamedTuple):
    kpi_id: int
    scope: str
    user_id: int | None
    team_id: int | None  # the person's, where the target is a person's
    period_type: str
    start: date
    end: date  # exclusive
    value: float


class TargetBook:
    """The targets of one company.

    :param targets: of :class:`Target`
    :param modes: ``{kpi id: how its targets go together over time}``: ``sum``, ``mean``, ``last``
        (what stands at the end of a period), or ``none``
    :param summed: ids of the KPIs whose targets of several people add up
    :param parents: ``{team id: id of the team above it or None}``
    """

    def __init__(self, targets, *, modes, summed, parents, working_days=None):
        self._modes, self._summed = modes, summed
        self._working_days = working_days or WorkingDays(())
        self._children = defaultdict(list)
        for team_id, parent_id in parents.items():
            self._children[parent_id if parent_id in parents else None].append(team_id)
        self._rows = defaultdict(list)
        self._members = defaultdict(lambda: defaultdict(set))
        for target in targets:
            key = {"user": target.user_id, "team": target.team_id}.get(target.scope)
            self._rows[target.kpi_id, target.scope, key].append(target)
            if target.scope == "user":
                team_id = target.team_id if target.team_id in parents else None
                self._members[target.kpi_id][team_id].add(target.user_id)

    def get(self, kpi_id, scope, key, start, end):
        """The target of ``[start, end)``, or None where there is none."""
        own = self._get_own(kpi_id, scope, key, start, end)
        if own is not None or scope == "user" or kpi_id not in self._summed:
            return own
        # The company's own team is None: its children are the teams that are below no other one.
        return self._add_up(kpi_id, key if scope == "team" else None, start, end)

    def get_owners(self, kpi_id, start, end):
        """``{(scope, id)}`` of who has a target of its own in ``[start, end)``."""
        return {
            (scope, key)
            for (row_kpi_id, scope, key), rows in self._rows.items()
            if row_kpi_id == kpi_id and any(row.start < end and start < row.end for row in rows)
        }

    def _add_up(self, kpi_id, top, start, end):
        values, people, provided = [], set(), set()
        teams = [top]
        while teams:
            team_id = teams.pop()
            own = None
            if team_id != top:
                own = self._get_own(kpi_id, "team", team_id, start, end)
            if own is None:
                people |= self._members[kpi_id].get(team_id, set())
                teams += self._children[team_id]
            else:
                values.append(own)
                provided |= self._get_people_below(kpi_id, team_id)
        values += [
            self._get_own(kpi_id, "user", user_id, start, end) for user_id in people - provided
        ]
        known = [value for value in values if value is not None]
        return sum(known) if known else None

    def _get_people_below(self, kpi_id, team_id):
        people, teams = set(), [team_id]
        while teams:
            below = teams.pop()
            people |= self._members[kpi_id].get(below, set())
            teams += self._children[below]
        return people

    def _get_own(self, kpi_id, scope, key, start, end):
        rows = self._rows.get((kpi_id, scope, key), [])
        for row in rows:
            if (row.start, row.end) == (start, end):
                return row.value
        mode = self._modes.get(kpi_id, "none")
        parts = self._get_parts(rows, start, end) if mode != "none" else None
        return self._put_together(parts, mode) if parts else None

    def _put_together(self, parts, mode):
        if mode == "last":
            return parts[-1][0].value
        if mode == "sum":
            return sum(row.value * self._get_share(row, *part) for row, *part in parts)
        weights = [self._working_days.count(*part) for _row, *part in parts]
        if not any(weights):
            weights = [(until - day).days for _row, day, until in parts]
        values = [row.value for row, *_part in parts]
        return sum(map(operator.mul, values, weights)) / sum(weights)

    def _get_share(self, row, start, end):
        """How much of a target's period lies in ``[start, end)``."""
        whole = self._working_days.count(row.start, row.end)
        if whole:
            return self._working_days.count(start, end) / whole
        return (end - start).days / (row.end - row.start).days

    def _get_parts(self, rows, start, end):
        """``[(row, start, end)]`` in order of time, None unless they cover it all."""
        parts, day = [], start
        while day < end:
            holding = [row for row in rows if row.start <= day < row.end]
            if not holding:
                return None
            row = min(holding, key=lambda row: FINEST.index(row.period_type))
            # A finer target that begins later takes over from there.
            until = min(
                [end, row.end]
                + [
                    other.start
                    for other in rows
                    if day < other.start < row.end
                    and FINEST.index(other.period_type) < FINEST.index(row.period_type)
                ]
            )
            parts.append((row, day, until))
            day = until
        return parts


class ReadableBook:
    """The targets of a company for who may read some of them: what others know changes none.

    :param everything: the :class:`TargetBook` of all targets
    :param readable: that of those the reader may see
    """

    def __init__(self, everything, readable):
        self._everything, self._readable = everything, readable

    def get(self, *args):
        """The target, or None where it is made of more than the reader may see."""
        target, known = self._everything.get(*args), self._readable.get(*args)
        if target is None or known is None or not math.isclose(target, known, rel_tol=1e-9):
            return None
        return known
