"""Creating numbered loyalty cards against core's create alone, in the same run.

    make shell DB=name < benchmarks/loyalty_card_numbers.py
    CARDS=1000,10000 make shell DB=name < benchmarks/loyalty_card_numbers.py

Each size is created twice in turn: as the add-on does, and with the numbering switched off (no
program type is numbered, so that `create` is core's). Best of RUNS by CPU time of this process, the
steadier figure on a shared machine; everything is rolled back.

Codes are given here: core's own have 32 random bits, so among 100,000 cards two of them are more
likely than not to be the same, and the batch fails.
"""

import os
import time
from unittest.mock import patch

BATCH = 1000
SIZES = [int(size) for size in os.environ.get("CARDS", "1000,10000,100000").split(",")]
RUNS = {1000: 7, 10_000: 5, 100_000: 2}
NUMBERED_TYPES = "_get_numbered_program_types"


def create_cards(env, program, count):
    """Create ``count`` cards in batches; return (CPU seconds, seconds, queries)."""
    cards = env["loyalty.card"].with_context(loyalty_no_mail=True, tracking_disable=True)
    queries, cpu, wall = env.cr.sql_log_count, time.process_time(), time.perf_counter()
    for batch in range(count // BATCH):
        cards.create([{"program_id": program.id, "code": f"044-{batch}-{i}"} for i in range(BATCH)])
        env.flush_all()
        env.invalidate_all()
    return (
        time.process_time() - cpu,
        time.perf_counter() - wall,
        env.cr.sql_log_count - queries,
    )


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
    print(f"cards in batches of {BATCH}: CPU seconds / seconds / queries")
    print(f"{'cards':>8} {'core':>22} {'numbered':>22} {'CPU ratio':>10}")
    for count in SIZES:
        core, numbered = [], []
        for _run in range(RUNS.get(count, 1)):
            core.append(measure(env, program, count, numbered=False))
            numbered.append(measure(env, program, count, numbered=True))
        best = [min(core), min(numbered)]
        figures = " ".join(
            f"{cpu:>7.2f} /{wall:>6.2f} /{queries:>5}" for cpu, wall, queries in best
        )
        print(f"{count:>8} {figures} {best[1][0] / best[0][0]:>10.2f}")
    env.cr.rollback()


main(env)  # noqa: F821  the shell's
