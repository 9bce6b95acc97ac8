"""Creating numbered loyalty cards against core's create alone, in the same run.

    make shell DB=name < benchmarks/loyalty_card_numbers.py
    CARDS=1000,10000 make shell DB=name < benchmarks/loyalty_card_numbers.py

Each size is created twice in turn: as the add-on does, and with the numbering switched off (no
program type is numbered, so that `create` is core's). Best of RUNS; everything is rolled back.
"""

import os
import time
from unittest.mock import patch

BATCH = 1000
SIZES = [int(size) for size in os.environ.get("CARDS", "1000,10000,100000").split(",")]
RUNS = {1000: 5, 10_000: 3}
NUMBERED_TYPES = "_get_numbered_program_types"


def create_cards(env, program, count):
    """Create ``count`` cards in batches; return (seconds, queries)."""
    cards = env["loyalty.card"].with_context(loyalty_no_mail=True, tracking_disable=True)
    queries, start = env.cr.sql_log_count, time.perf_counter()
    for _batch in range(count // BATCH):
        cards.create([{"program_id": program.id}] * BATCH)
        env.flush_all()
        env.invalidate_all()
    return time.perf_counter() - start, env.cr.sql_log_count - queries


def measure(env, program, count, numbered):
    with env.cr.savepoint(flush=False) as savepoint:
        if numbered:
            result = create_cards(env, program, count)
        else:
            with patch.object(type(program), NUMBERED_TYPES, lambda self: ()):
                result = create_cards(env, program, count)
        savepoint.rollback()
    env.invalidate_all()
    return result


def main(env):
    programs = env["loyalty.program"]
    program = programs.create(programs._get_template_values()["loyalty"])
    env.flush_all()
    measure(env, program, BATCH, numbered=True)  # warm up
    print(f"cards in batches of {BATCH}: seconds (queries)")
    print(f"{'cards':>8} {'core':>16} {'numbered':>16} {'ratio':>6}")
    for count in SIZES:
        core, numbered = [], []
        for _run in range(RUNS.get(count, 1)):
            core.append(measure(env, program, count, numbered=False))
            numbered.append(measure(env, program, count, numbered=True))
        (core_time, core_queries), (time_, queries) = min(core), min(numbered)
        print(
            f"{count:>8} {core_time:>9.2f} ({core_queries:>4}) {time_:>9.2f} ({queries:>4})"
            f" {time_ / core_time:>6.2f}"
        )
    env.cr.rollback()


main(env)  # noqa: F821  the shell's
