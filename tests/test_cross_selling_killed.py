"""The nightly computation of cross-selling, killed or run twice at once: the same end state, and at
any moment either all of the old matrix or all of the new one.

`make test` kills a few runs on some hundred orders;

    CROSS_SELLING_KILLS=30 CROSS_SELLING_ORDERS=5000 make test T=tests/test_cross_selling_killed.py

is the deep run.
"""

import os
from contextlib import closing

import pytest
from killed_support import assert_completed, kill_at, kill_often, read_progress
from support import connect, kill, raised, read_state, run_together, shell, start_shell

KILLS = int(os.environ.get("CROSS_SELLING_KILLS", "3"))
ORDERS = int(os.environ.get("CROSS_SELLING_ORDERS", "300"))
HOLD_LOCK = 190_500_045

FILL = f"""
import random
from dateutil.relativedelta import relativedelta
from odoo import Command, fields

chance = random.Random(6)
products = env["product.product"].create(
    [{{"name": f"Part {{n}}", "list_price": 5 + n, "taxes_id": False}} for n in range(30)]
)
customers = env["res.partner"].create([{{"name": f"Shop {{n}}"}} for n in range(20)])

def sell(count, first):
    "Orders of neighbouring products, so that they go together, over two years."
    orders = []
    for number in range(count):
        start = (first + number * 7) % 24
        chosen = chance.sample(range(start, start + 6), 3)
        orders.append({{
            "partner_id": customers[number % 20].id,
            "state": "sale",
            "date_order": fields.Datetime.now() - relativedelta(days=2 * (number * 37 % 350)),
            "order_line": [Command.create({{"product_id": products[n].id}}) for n in chosen],
        }})
    env["sale.order"].with_context(tracking_disable=True).create(orders)
    env.cr.commit()

sell({ORDERS}, 0)
"""
SETTINGS = f"""
from odoo.addons.crm_analytics.models import product_affinity_run_customers as customers_step
from odoo.addons.crm_analytics.models import product_affinity_run_purchases as purchases_step
from odoo.addons.crm_analytics.models import sale_order_line

# Small batches, so that there are many to be killed in.
sale_order_line.ORDERS_PER_RANGE = {max(ORDERS // 40, 5)}
purchases_step.CHUNK_ORDERS = {max(ORDERS // 10, 5)}
customers_step.BATCH_ROWS = 20
"""
RUN = f"""
{SETTINGS}
before = env.company.affinity_version
Run = env["product.affinity.run"]
Run._request(env.company)
env.cr.commit()
Run._cron_run()
print("RAISED", env.company.affinity_version - before)
"""
FIRST_RUN = f"""
{SETTINGS}
Run = env["product.affinity.run"]
Run._request(env.company, full=True)
env.cr.commit()
Run._cron_run()
"""
# The rows are replaced, but not committed: waits until it is killed.
HELD_RUN = f"""
Affinity = env.registry["product.affinity"]
replace = Affinity._replace_company

def held(self, company):
    replace(self, company)
    self.env.cr.execute("SELECT pg_advisory_xact_lock({HOLD_LOCK})")

Affinity._replace_company = held
{RUN}
"""
MATRIX = """
    SELECT company_id, product_id, other_product_id, orders_both, orders_product, orders_other,
           support, confidence, lift, score
      FROM product_affinity ORDER BY 1, 2, 3
"""
END_STATE = {
    "matrix": MATRIX,
    "version": "SELECT id, affinity_version, affinity_date_from FROM res_company ORDER BY 1",
    "counted": """
        SELECT company_id, number, fingerprint, is_counted, line_count, month, md5(data)
          FROM product_affinity_range r JOIN product_affinity_block b ON b.range_id = r.id
         ORDER BY 1, 2, 6
    """,
    "predictions": """
        SELECT partner_id, product_id, kind, score, rank, order_count
          FROM sale_customer_prediction ORDER BY 1, 2, 3
    """,
    "upsells": """
        SELECT product_id, other_product_id, customers, customers_product
          FROM product_upsell ORDER BY 1, 2
    """,
    "white_space": """
        SELECT partner_id, categ_id, peer_count, peer_buyers, amount
          FROM sale_white_space ORDER BY 1, 2
    """,
    "open": "SELECT count(*) FROM product_affinity_run WHERE state IN ('queued', 'running')",
    "failed": "SELECT count(*) FROM product_affinity_run WHERE state = 'failed'",
}
# How far the run has come: a number that grows with each of its batches, of whatever step.
PROGRESS = """
    SELECT coalesce((
        SELECT CASE WHEN state = 'done' THEN 9000
               ELSE 1000 * array_position(ARRAY['check', 'orders', 'affinities', 'purchases',
                    'predictions', 'upsell', 'white_space'], step::text) + batches_done END
          FROM product_affinity_run WHERE NOT "full" ORDER BY id DESC LIMIT 1), 0)
"""


@pytest.fixture(scope="module")
def prepared(scratch):
    """A database with a matrix, and orders since."""
    database = scratch.database("SUITE")
    shell(database, FILL + FIRST_RUN + f"sell({ORDERS}, 3)\n")
    return database


@pytest.fixture(scope="module")
def expected(scratch, prepared):
    """The old matrix, and the end state of a run that nothing disturbed."""
    database = scratch.copy(prepared)
    old = read_state(database, {"matrix": MATRIX})["matrix"]
    assert raised(shell(database, RUN)) == 1
    state = read_state(database, END_STATE)
    assert old, "there is a matrix to be replaced"
    assert state["matrix"] != old
    assert state["predictions"]
    assert (state["open"], state["failed"]) == ([(0,)], [(0,)])
    return old, state, read_progress(database, PROGRESS)


def test_killed_and_run_again_gives_the_same_end_state(scratch, prepared, expected):
    _old, state, total = expected
    database = scratch.copy(prepared)
    kills = kill_often(database, RUN, PROGRESS, total=total, kills=KILLS, short_of=1000)
    assert len(kills.points) >= KILLS * 0.9, kills
    assert kills.inside > KILLS / 2, kills
    assert_completed(database, RUN, END_STATE, state, kills)


@pytest.mark.parametrize("step", [2, 4])
def test_killed_between_steps_readers_see_all_or_nothing(scratch, prepared, expected, step):
    """Killed while it reads orders, and after the rows were replaced."""
    old, state, _total = expected
    database = scratch.copy(prepared)
    with closing(connect(database)) as connection, connection.cursor() as cursor:
        assert kill_at(database, cursor, RUN, PROGRESS, 1000 * step + (step == 2) * 3)
        here = read_progress(database, PROGRESS)
    found = read_state(database, {"matrix": MATRIX})["matrix"]
    assert found == (old if here < 4000 else state["matrix"]), here
    assert_completed(database, RUN, END_STATE, state, here)


def test_killed_while_replacing_leaves_the_old_matrix_whole(scratch, prepared, expected):
    old, state, _total = expected
    database = scratch.copy(prepared)
    with closing(connect(database)) as connection, connection.cursor() as cursor:
        cursor.execute(f"SELECT pg_advisory_lock({HOLD_LOCK})")
        process = start_shell(database, HELD_RUN)
        waiting = 0
        while not waiting:
            assert process.poll() is None, process.communicate()
            cursor.execute(
                "SELECT count(*) FROM pg_locks WHERE NOT granted AND locktype = 'advisory'"
                " AND objid = %s",
                [HOLD_LOCK],
            )
            [waiting] = cursor.fetchone()
        assert read_state(database, {"matrix": MATRIX})["matrix"] == old
        kill(process, database, cursor)
    assert read_state(database, {"matrix": MATRIX})["matrix"] == old
    assert_completed(database, RUN, END_STATE, state, "while replacing")


def test_two_servers_at_once_give_the_same_end_state(scratch, prepared, expected):
    _old, state, _total = expected
    database = scratch.copy(prepared)
    request = "env['product.affinity.run']._request(env.company); env.cr.commit()\n"
    shell(database, request)
    work = f"{SETTINGS}\nenv['product.affinity.run']._cron_run()\n"
    run_together(database, [work] * 2)
    shell(database, work)  # each may have left the run to the other between two batches
    assert read_state(database, END_STATE) == state
