"""Nightly actions that are killed at random points: what the tests of all of them share."""

import random
from contextlib import closing
from typing import NamedTuple

from support import connect, kill, read_state, run_once, start_shell


class Kills(NamedTuple):
    """Where runs of an action were killed: how far it had come, from `start` up to `total`."""

    seed: int
    start: int
    total: int
    points: list

    @property
    def inside(self):
        """How many kills met the action in the middle of its work."""
        return sum(self.start < point < self.total for point in self.points)

    def __str__(self):
        return f"seed {self.seed}: killed at {self.points} between {self.start} and {self.total}"


def read_progress(database, progress):
    """Return how far an action has come, by the query `progress`."""
    with closing(connect(database)) as connection, connection.cursor() as cursor:
        return _read_number(cursor, progress)


def kill_at(database, cursor, script, progress, enough):
    """Kill a run once it has come that far; return whether it was still running."""
    process = start_shell(database, script)
    while _read_number(cursor, progress) < enough and process.poll() is None:
        pass
    was_running = process.poll() is None
    kill(process, database, cursor)
    return was_running


def kill_often(database, script, progress, *, total, kills, short_of=1):
    """Kill `kills` runs at random points of what is still to be done, so that all steps are met.

    :param progress: a query of a number that grows with each batch of the action
    :param total: what it gives when the action is through
    :param short_of: the last point at which to kill is that much before `total`
    :rtype: Kills
    """
    seed = random.randrange(10**6)
    chance = random.Random(seed)
    points = []
    with closing(connect(database)) as connection, connection.cursor() as cursor:
        start = _read_number(cursor, progress)
        for number in range(kills):
            here = _read_number(cursor, progress)
            enough = here + (total - here) * chance.random() * 2 / (kills - number + 1)
            if kill_at(database, cursor, script, progress, min(enough, total - short_of)):
                points.append(_read_number(cursor, progress))
    return Kills(seed, start, total, points)


def kill_in_the_middle(database, script, progress, *, total, kills):
    """Kill as :func:`kill_often` does, and hold that most of it met the action at its work."""
    done = kill_often(database, script, progress, total=total, kills=kills)
    assert len(done.points) >= kills * 0.9, done
    assert done.inside > kills / 2, done
    return done


def assert_completed(database, script, queries, state, story):
    """Run a killed action again: it ends in `state`, and leaves nothing to do."""
    run_once(database, script)
    assert read_state(database, queries) == state, story
    assert run_once(database, script) == 0, "nothing is left to do"
    assert read_state(database, queries) == state


def _read_number(cursor, query):
    cursor.execute(query)
    [number] = cursor.fetchone()
    return number
