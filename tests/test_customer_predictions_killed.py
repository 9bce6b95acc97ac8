"""What customers buy next, computed by night, killed at random points or by two at once.

The end state is what a salesperson sees. `make test` kills a few runs;

    PREDICTION_KILLS=30 PREDICTION_ORDERS=3000 make test T=tests/test_customer_predictions_killed.py

is the deep run.
"""

import os

import pytest
from killed_support import assert_completed, kill_often, read_progress
from support import raised, read_state, run_once, run_together, shell

KILLS = int(os.environ.get("PREDICTION_KILLS", "4"))
ORDERS = int(os.environ.get("PREDICTION_ORDERS", "240"))

FILL = """
from odoo import Command

categories = env["product.category"].create([{"name": f"Category {n}"} for n in range(4)])
products = env["product.product"].create([
    {"name": f"Product {n}", "list_price": 10 + n, "standard_price": 5 + n / 2,
      "categ_id": categories[n %% 4].id}
    for n in range(12)
])
customers = env["res.partner"].create([{"name": f"Customer {n}"} for n in range(40)])
# Three groups of customers, each with its products; of each some lack what the others buy.
baskets = []
for n in range(%(orders)s):
    number, group = n %% 40, n %% 40 %% 3
    keys = {group, group + 4}
    if number < 25:
        keys |= {group + 8, group + 1 + n // 40 %% 2 * 4}
    baskets.append((customers[number], products.browse([products[key].id for key in keys])))
orders = env["sale.order"].create([
    {
        "partner_id": customer.id,
        "order_line": [Command.create({"product_id": product.id}) for product in basket],
    }
    for customer, basket in baskets
])
orders.action_confirm()
env.flush_all()
env.cr.execute(
    "UPDATE sale_order SET date_order = date_order - mod(id, 300) * interval '1 day' "
    "WHERE id = ANY(%%s)", [orders.ids]
)
env.cr.commit()
"""
RUN = """
from odoo.addons.crm_analytics.mining import purchases
from odoo.addons.crm_analytics.models import (
    product_affinity_run_customers, sale_order_line, sale_order_line_purchases
)

sale_order_line.ORDERS_PER_RANGE = sale_order_line_purchases.ORDERS_PER_RANGE = 32
product_affinity_run_customers.BATCH_ROWS = purchases.BUCKET_BITS = 2
Run = env.registry["product.affinity.run"]
predict, done = Run._predict, []

def count(self, found):
    done.append(1)
    return predict(self, found)

Run._predict = count
env["product.affinity.run"]._request(env.company)
env.cr.commit()
env["product.affinity.run"]._cron_run()
print("RAISED", len(done))
"""
END_STATE = {
    "predictions": """
        SELECT partner_id, product_id, company_id, kind, round(score::numeric, 5), rank,
               order_count, interval_days, last_order_date, due_date, origin_product_id,
               customers_both, customers_product
          FROM sale_customer_prediction ORDER BY 1, 2
    """,
    "upsells": """
        SELECT product_id, other_product_id, customers, customers_product, price_gain, margin_gain
          FROM product_upsell ORDER BY 1, 2
    """,
    "white spaces": """
        SELECT partner_id, categ_id, peer_count, peer_buyers, amount
          FROM sale_white_space ORDER BY 1, 2
    """,
    "left over": """
        SELECT kind FROM sale_customer_block
         WHERE kind NOT IN ('purchases', 'head', 'interests', 'pool')
    """,
    "open": "SELECT id FROM product_affinity_run WHERE state IN ('queued', 'running')",
}
# How far a run has come: a number that grows with each batch of the steps about customers.
PROGRESS = """
    SELECT COALESCE(max(batches_done + CASE state WHEN 'done' THEN 500 ELSE CASE step
               WHEN 'purchases' THEN 100 WHEN 'predictions' THEN 200
               WHEN 'upsell' THEN 300 WHEN 'white_space' THEN 400 ELSE 0 END END), 0)
      FROM product_affinity_run
"""


@pytest.fixture(scope="module")
def prepared(scratch):
    database = scratch.database("SUITE")
    shell(database, FILL % {"orders": ORDERS})
    return database


@pytest.fixture(scope="module")
def expected(scratch, prepared):
    """The end state of a run that nothing disturbed."""
    database = scratch.copy(prepared)
    assert run_once(database, RUN) > 5, "there are batches to be killed between"
    state = read_state(database, END_STATE)
    assert len(state["predictions"]) > 200
    assert {row[3] for row in state["predictions"]} == {"repeat", "similar"}
    assert state["white spaces"]
    assert not state["left over"] + state["open"]
    return state, read_progress(database, PROGRESS)


def test_killed_and_run_again_gives_the_same_end_state(scratch, prepared, expected):
    state, total = expected
    database = scratch.copy(prepared)
    kills = kill_often(database, RUN, PROGRESS, total=total, kills=KILLS)
    assert kills.points, kills
    assert_completed(database, RUN, END_STATE, state, kills)


def test_killed_later_leaves_the_old_rows(scratch, prepared, expected):
    """Until the last batch of a step everybody reads what the last night found."""
    state, _total = expected
    database = scratch.copy(prepared)
    run_once(database, RUN)
    stop = "Run._replace_predictions = lambda self, chunks: [*chunks, env.cr.connection.close()]"
    shell(database, "env['sale.order'].search([], limit=80)._action_cancel()\nenv.cr.commit()")
    shell(database, RUN.replace("Run._predict =", f"{stop}\nRun._predict ="), check=False)
    between = read_state(database, END_STATE)
    assert between["left over"], "everything was predicted, and nothing shown"
    assert between["predictions"] == state["predictions"]
    run_once(database, RUN)
    after = read_state(database, END_STATE)
    assert after["predictions"] != state["predictions"]
    assert not after["left over"] + after["open"]


def test_two_at_once_give_the_same_end_state(scratch, prepared, expected):
    state, _total = expected
    database = scratch.copy(prepared)
    shell(database, "env['product.affinity.run']._request(env.company)\nenv.cr.commit()")
    shares = [raised(printed) for printed in run_together(database, [RUN] * 2)]
    assert sum(shares) > 5
    assert read_state(database, END_STATE) == state
