"""Races of loyalty cards: processes that do something at once, round after round.

LOYALTY_RACE_ROUNDS sets how often each race is run (3 by default).
"""

import os

from support import run_together

ROUNDS = int(os.environ.get("LOYALTY_RACE_ROUNDS", "3"))
START_LOCK = 190_500_045
LANE = 190_510_000  # advisory locks of a process: LANE + its place, round

# Releases its own lock of a round and waits until the others have: a barrier, without polling.
BARRIER = f"""
import psycopg2
from odoo.service.model import retrying

barrier = psycopg2.connect(dbname=env.cr.dbname)
barrier.autocommit = True
locks = barrier.cursor()
for number in range({ROUNDS}):
    locks.execute("SELECT pg_advisory_lock(%s, %s)", [{LANE} + PLACE, number])
locks.execute("SELECT pg_advisory_lock_shared({START_LOCK})")

def rounds():
    for number in range({ROUNDS}):
        locks.execute("SELECT pg_advisory_unlock(%s, %s)", [{LANE} + PLACE, number])
        for other in range(PROCESSES):
            if other != PLACE:
                locks.execute("SELECT pg_advisory_lock_shared(%s, %s)", [{LANE} + other, number])
        env.invalidate_all()
        env.cr.rollback()
        yield number
"""


def race(database, scripts, **names):
    """Run the scripts with a barrier before each of their rounds; return what they print."""
    scripts = [
        "\n".join(
            [
                f"PLACE, PROCESSES = {place}, {len(scripts)}",
                *(f"{name} = {value!r}" for name, value in (names | own).items()),
                BARRIER,
                script,
            ]
        )
        for place, (script, own) in enumerate(scripts)
    ]
    return run_together(database, scripts, "SELECT pg_advisory_xact_lock(%s)", [START_LOCK])
