"""The first use: a real sales history is loaded, mined, proposed from and shown.

The first 40,000 rows of the UCI file, a month of a British gift wholesaler; all of it with
HISTORY_ROWS=600000. What the suite answers is compared with plain SQL on the same database, and its
measures with those of an independent library.
"""

import json
import lzma
import os
from itertools import islice

import pytest
from efficient_apriori import apriori
from sales_history_support import uci_file
from support import shell

ROWS = int(os.environ.get("HISTORY_ROWS", "40000"))
# Pairs compared with the library's, which takes its time over rare ones.
LIBRARY_ORDERS = max(15, ROWS // 10_000)
LOAD = """
from tools.sales_history import Options, load
load(env, {path!r}, Options(timezone="Europe/London", rejects={rejects!r}))
"""
ANSWERS = """
import json
crons = [
    env.ref(f"crm_analytics.{name}")
    for name in ("ir_cron_compute_affinities", "ir_cron_run_affinities")
]
for cron in crons:
    cron.method_direct_trigger()
    env.cr.commit()  # the action has its own transaction: see what it wrote
product = env["product.product"].search([("default_code", "=", "85099B")])
suggestions = env["sale.order"].get_affinity_suggestions({"product_ids": product.ids})
for suggestion in suggestions:
    found = env["product.product"].browse(suggestion["product_id"])
    suggestion["code"] = found.default_code
    suggestion["affinity"] = env["product.affinity"].search_read(
        [("product_id", "=", product.id), ("other_product_id", "=", found.id)],
        ["orders_both", "orders_product", "orders_other", "lift"],
    )[0]
dashboard = env["crm.dashboard"].get_data("sales_today", {"period": "2010-12"})
env.cr.execute('''
    WITH december AS (
        SELECT o.*, p.commercial_partner_id, c.is_guest
          FROM sale_order o JOIN res_partner p ON p.id = o.partner_id
          JOIN res_partner c ON c.id = p.commercial_partner_id
         WHERE o.state = 'sale' AND o.date_order >= '2010-12-01' AND o.date_order < '2011-01-01'
    )
    SELECT round(sum(amount_untaxed), 2)::float, count(*) FILTER (WHERE amount_total > 0),
           count(DISTINCT commercial_partner_id) FILTER (
               WHERE amount_total > 0 AND is_guest IS NOT TRUE)
      FROM december
''')
revenue, orders, customers = env.cr.fetchone()
env.cr.execute('''
    CREATE TEMP TABLE counted AS
    WITH basket AS (
        SELECT DISTINCT l.order_id, p.id AS product_id, p.default_code AS code
          FROM sale_order_line l JOIN product_product p ON p.id = l.product_id
          JOIN sale_order o ON o.id = l.order_id
         WHERE o.state = 'sale' AND l.product_uom_qty > 0
    ), small AS (SELECT order_id FROM basket GROUP BY 1 HAVING count(*) <= 100)
    SELECT basket.* FROM basket JOIN small USING (order_id)
''')
env.cr.execute('''
    SELECT b.code, count(*), (SELECT count(*) FROM counted WHERE code = '85099B'),
           (SELECT count(*) FROM counted c WHERE c.code = b.code)
      FROM counted a JOIN counted b USING (order_id)
     WHERE a.code = '85099B' AND b.code = ANY(%s) GROUP BY 1
''', [[suggestion["code"] for suggestion in suggestions]])
counted = {code: counts for code, *counts in env.cr.fetchall()}
env.cr.execute('''
    SELECT a.product_id, b.product_id, count(*) FROM counted a JOIN counted b USING (order_id)
     WHERE a.product_id < b.product_id GROUP BY 1, 2
''')
joined = {(first, second): both for first, second, both in env.cr.fetchall()}
from odoo.addons.crm_analytics.mining.counts import add_blocks
from odoo.addons.crm_analytics.models.product_affinity_block import StoredBlocks
env.cr.execute("SELECT DISTINCT month FROM product_affinity_block")
months = [month for month, in env.cr.fetchall()]
counts = add_blocks(StoredBlocks(env, env.company, dict.fromkeys(months, 1.0)))
ids = counts.product_ids
firsts, seconds, both = (
    values.tolist() for values in (ids[counts.first], ids[counts.second], counts.both)
)
mined = dict(zip(zip(firsts, seconds), both))
env.cr.execute("SELECT json_agg(product_id) FROM counted GROUP BY order_id")
baskets = [products for products, in env.cr.fetchall()]
affinities = env["product.affinity"].search_read(
    [], ["product_id", "other_product_id", "orders_both", "support", "confidence", "lift"],
    load=None,
)
print("RESULT", json.dumps({
    "failures": sum(cron.failure_count for cron in crons),
    "suggestions": suggestions,
    "counted": counted,
    "pairs": len(joined),
    "wrong_pairs": [
        [*pair, joined.get(pair), mined.get(pair)]
        for pair in joined.keys() | mined.keys()
        if joined.get(pair) != mined.get(pair)
    ][:20],
    "baskets": baskets,
    "affinities": affinities,
    "tiles": {
        item["kpi"]: item["value"] for item in dashboard["items"] if item["type"] == "tile"
    },
    "sql": {"revenue": revenue, "orders": orders, "customers": customers},
}))
"""


@pytest.fixture(scope="module")
def answers(scratch, tmp_path_factory):
    """What the suite and SQL say of the loaded history."""
    folder = tmp_path_factory.mktemp("history")
    path = folder / "slice.csv"
    with lzma.open(uci_file(), "rt", encoding="utf-8") as stream:
        path.write_text("".join(islice(stream, ROWS + 1)), encoding="utf-8")
    database = scratch.database("SUITE")
    shell(database, LOAD.format(path=str(path), rejects=str(folder / "rejects.csv")))
    return json.loads(shell(database, ANSWERS).split("RESULT", 1)[1])


def test_the_scheduled_action_mines_it(answers):
    assert answers["failures"] == 0
    assert len(answers["suggestions"]) == 5


def test_a_real_product_gets_suggestions_that_say_why(answers):
    # 85099B is a jumbo bag; who takes one takes others of the same make.
    names = [suggestion["name"] for suggestion in answers["suggestions"]]
    assert sum("JUMBO" in name for name in names) >= 3, names
    for suggestion in answers["suggestions"]:
        affinity = suggestion["affinity"]
        assert f"{affinity['orders_both']} of {affinity['orders_product']}" in suggestion["reason"]


def test_their_counts_are_those_of_a_join_in_sql(answers):
    assert answers["counted"] == {
        suggestion["code"]: [
            suggestion["affinity"][name]
            for name in ("orders_both", "orders_product", "orders_other")
        ]
        for suggestion in answers["suggestions"]
    }


def test_every_pair_counts_as_a_join_in_sql_does(answers):
    assert answers["pairs"] > 100_000
    assert answers["wrong_pairs"] == []


def test_measures_are_those_of_an_independent_library(answers):
    """Support, confidence and lift of every pair that is proposed, by efficient-apriori."""
    baskets = answers["baskets"]
    _sets, rules = apriori(
        baskets,
        min_support=(LIBRARY_ORDERS - 0.5) / len(baskets),
        min_confidence=0.0001,
        max_length=2,
    )
    expected = {(*rule.lhs, *rule.rhs): rule for rule in rules}
    compared = 0
    for affinity in answers["affinities"]:
        if affinity["orders_both"] < LIBRARY_ORDERS:
            continue
        compared += 1
        rule = expected[affinity["product_id"], affinity["other_product_id"]]
        for measure in ("support", "confidence", "lift"):
            assert affinity[measure] == pytest.approx(getattr(rule, measure), rel=1e-9)
    assert compared > 500


def test_the_dashboard_shows_what_sql_counts(answers):
    sql, tiles = answers["sql"], answers["tiles"]
    assert tiles["revenue"] == pytest.approx(sql["revenue"], abs=0.005)
    assert tiles["orders"] == sql["orders"]
    assert tiles["buying_customers"] == sql["customers"]
    assert tiles["average_order"] > 0
