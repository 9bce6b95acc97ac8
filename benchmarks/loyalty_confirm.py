"""What confirming an order costs with the suite, against Odoo's own sale_loyalty alone.

    make bench T=benchmarks/loyalty_confirm.py
    CORE_DB=odoo_only RUNS=60 make shell DB=name < benchmarks/loyalty_confirm.py

CORE_DB is a database with Odoo's own modules and without the suite. Both are measured in turn in
this process, each order from an empty record cache, as a request finds it; everything is rolled
back. An order has three lines; its customer has a card with points already. The cases:

    no program   no loyalty program is active
    program      one loyalty program: the order earns points
    reward       ... and a reward of it is redeemed on the order
    pending      as program, but the points wait for the money (the suite's own; no counterpart)

CPU is the least of RUNS, the steadier figure on a shared machine; queries are of one confirmation,
its messages and all that is written at the end of the transaction included.
"""

import gc
import os
import time

from odoo import api
from odoo.modules.registry import Registry
from odoo.orm.utils import SUPERUSER_ID

RUNS = int(os.environ.get("RUNS", "40"))
LINES = 3
CASES = ("no program", "program", "reward", "pending")


def prepare(env):
    """Make a customer with a card of a loyalty program, and products; return them."""
    env["loyalty.program"].search([]).active = False
    programs = env["loyalty.program"]
    template = programs._program_type_default_values()["loyalty"]
    program = programs.create(template | {"name": "Regulars", "program_type": "loyalty"})
    program.reward_ids.write({"required_points": 100, "discount": 5, "discount_mode": "percent"})
    partner = env["res.partner"].create({"name": "Ada", "email": "ada@example.com"})
    card = env["loyalty.card"].create(
        {"program_id": program.id, "partner_id": partner.id, "points": 1_000_000}
    )
    products = env["product.product"].create(
        [{"name": f"Product {n}", "list_price": 100 + n, "taxes_id": False} for n in range(LINES)]
    )
    return program, card, products


def set_up(env, case, program):
    """Set the program up for a case; not for each order, as that empties the registry's caches."""
    program.active = case != "no program"
    if "points_release" in program:
        program.points_release = "payment" if case == "pending" else "order"
    env.cr.flush()


def create_order(env, case, program, card, products):
    order = env["sale.order"].create(
        {
            "partner_id": card.partner_id.id,
            "order_line": [(0, 0, {"product_id": product.id}) for product in products],
        }
    )
    if case == "reward":
        order._update_programs_and_rewards()
        order._apply_program_reward(program.reward_ids, card)
    env.cr.flush()
    env.invalidate_all()
    return order


def confirm(env, case, prepared):
    """Return (CPU milliseconds, queries) of confirming a new order."""
    with env.cr.savepoint(flush=False) as savepoint:
        order = create_order(env, case, *prepared)
        gc.collect()
        gc.disable()
        queries, cpu = env.cr.sql_log_count, time.process_time()
        order.action_confirm()
        env.cr.flush()
        result = 1000 * (time.process_time() - cpu), env.cr.sql_log_count - queries
        gc.enable()
        savepoint.rollback()
    env.invalidate_all()
    return result


def measure(sides, case):
    """Return {side: (least CPU milliseconds, queries)}, measured in turn."""
    for env, (program, *_others) in sides.values():
        set_up(env, case, program)
    results = {name: [] for name in sides}
    for _run in range(RUNS + 2):
        for name, (env, prepared) in sides.items():
            results[name].append(confirm(env, case, prepared))
    return {
        name: (min(cpu for cpu, _queries in runs[2:]), runs[-1][1])
        for name, runs in results.items()
    }


def main(env):
    with Registry(os.environ["CORE_DB"]).cursor() as cr:
        sides = {}
        for name, side in (("core", api.Environment(cr, SUPERUSER_ID, {})), ("suite", env)):
            prepared = prepare(side)
            side.cr.flush()
            side.cr.execute("ANALYZE")
            sides[name] = (side, prepared)
        print(f"confirming an order of {LINES} lines, least of {RUNS}: CPU ms / queries")
        print(f"{'':<12} {'core':>14} {'suite':>14} {'CPU ratio':>10} {'more queries':>13}")
        for case in CASES:
            results = measure(sides, case)
            figures = " ".join(f"{cpu:>8.1f} /{count:>4}" for cpu, count in results.values())
            (core_cpu, core_queries), (cpu, queries) = results["core"], results["suite"]
            ratio, more = cpu / core_cpu, queries - core_queries
            print(f"{case:<12} {figures} {ratio:>10.2f} {more:>13}")
        cr.rollback()
    env.cr.rollback()


main(env)  # noqa: F821  the shell's
