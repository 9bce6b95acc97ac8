"""The first use: a real sales history is loaded, mined, proposed from and shown.

The first 40,000 rows of the UCI file, a month of a British gift wholesaler. What the suite answers
is compared with plain SQL on the same database.
"""

import json
import lzma
from itertools import islice

import pytest
from sales_history_support import uci_file
from support import shell

ROWS = 40_000
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
dashboard = env["crm.dashboard"].get_data("2010-12")
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
    WITH basket AS (
        SELECT DISTINCT l.order_id, p.default_code AS code
          FROM sale_order_line l JOIN product_product p ON p.id = l.product_id
          JOIN product_template t ON t.id = p.product_tmpl_id
          JOIN sale_order o ON o.id = l.order_id
         WHERE o.state = 'sale' AND l.product_uom_qty > 0 AND t.sale_ok
    ), small AS (SELECT order_id FROM basket GROUP BY 1 HAVING count(*) <= 100),
    counted AS (SELECT basket.* FROM basket JOIN small USING (order_id))
    SELECT b.code, count(*), (SELECT count(*) FROM counted WHERE code = '85099B'),
           (SELECT count(*) FROM counted c WHERE c.code = b.code)
      FROM counted a JOIN counted b USING (order_id)
     WHERE a.code = '85099B' AND b.code = ANY(%s) GROUP BY 1
''', [[suggestion["code"] for suggestion in suggestions]])
counted = {code: counts for code, *counts in env.cr.fetchall()}
print("RESULT", json.dumps({
    "failures": sum(cron.failure_count for cron in crons),
    "suggestions": suggestions,
    "counted": counted,
    "tiles": {tile["key"]: tile["value"] for tile in dashboard["tiles"]},
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


def test_the_dashboard_shows_what_sql_counts(answers):
    sql, tiles = answers["sql"], answers["tiles"]
    assert tiles["revenue"] == pytest.approx(sql["revenue"], abs=0.005)
    assert tiles["orders"] == sql["orders"]
    assert tiles["customers"] == sql["customers"]
    assert tiles["average_order"] > 0
