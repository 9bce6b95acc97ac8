"""The nightly figures of everybody, killed or run twice at once: the same end state.

`make test` kills a few runs on some hundred orders;

    KPI_KILLS=30 KPI_ORDERS=20000 make test T=tests/test_kpi_values_killed.py

is the deep run.
"""

import os

import pytest
from killed_support import assert_completed, kill_in_the_middle, read_progress
from support import raised, read_state, run_together, shell

KILLS = int(os.environ.get("KPI_KILLS", "3"))
ORDERS = int(os.environ.get("KPI_ORDERS", "200"))
NOW = "2026-03-17 10:00:00"

FILL = f"""
import random
from datetime import date, datetime, timedelta
from odoo import Command
from odoo.tests import freeze_time, new_test_user

chance = random.Random(8)
teams = env["crm.team"].create([{{"name": f"Team {{n}}"}} for n in range(4)])
teams[1:3].parent_id = teams[0]
sellers = [new_test_user(env, f"kpi{{n}}", "sales_team.group_sale_salesman").id for n in range(12)]
env["crm.team.member"].create(
    [{{"user_id": user, "crm_team_id": teams[n % 4].id}} for n, user in enumerate(sellers)]
)
product = env["product.product"].create({{"name": "Thing", "list_price": 10, "taxes_id": False}})
customers = env["res.partner"].create([{{"name": f"Shop {{n}}"}} for n in range(10)])

def sell(count, first, days):
    env["sale.order"].with_context(tracking_disable=True).create([
        {{
            "partner_id": customers[n % 10].id,
            "user_id": sellers[n % 12],
            "team_id": teams[n % 4].id,
            "state": "sale",
            "date_order": first + timedelta(days=chance.randrange(days), hours=12),
            "order_line": [Command.create({{
                "product_id": product.id, "product_uom_qty": 1 + n % 7, "price_unit": 3.37 * n,
            }})],
        }}
        for n in range(count)
    ])

sell({ORDERS}, datetime(2025, 12, 1), 75)
kpis = env["crm.kpi"].search([("code", "in", ["revenue", "orders", "average_order"])])
env["crm.kpi.target"].create([
    {{"kpi_id": kpi.id, "scope": "user", "user_id": user, "period_type": "month",
      "date_from": date(2026, month, 1), "value": 50 * kpi.id}}
    for kpi in kpis for user in sellers for month in (1, 2, 3)
])
env.cr.commit()
# A night in January, which closes December; then January goes by and December changes.
with freeze_time("2026-01-20 03:00:00"):
    env["crm.kpi"]._cron_compute_values()
sell({ORDERS} // 4, datetime(2025, 12, 20), 5)
env["res.users"].browse(sellers[-1]).active = False
env.cr.commit()
"""
RUN = f"""
from odoo.tests import freeze_time

Value = env.registry["crm.kpi.value"]
store, stored = Value._store_rows, []

def count(self, rows):
    stored.append(len(rows))
    return store(self, rows)

Value._store_rows = count
with freeze_time("{NOW}"):
    env["crm.kpi"]._cron_compute_values()
print("RAISED", sum(stored))
"""
END_STATE = {
    "values": """
        SELECT kpi_id, company_id, scope, user_id, team_id, period_type, date_from, date_to, value,
               is_empty, has_target, target, expected, progress, pace, score, weight, is_closed,
               restated_value, restated_date IS NOT NULL
          FROM crm_kpi_value ORDER BY 1, 2, 3, 4, 5, 6, 7
    """,
    "left": "SELECT id FROM crm_kpi WHERE active AND values_date < '2026-03-17'",
}
PROGRESS = "SELECT count(*) FROM crm_kpi WHERE values_date >= '2026-03-17'"


@pytest.fixture(scope="module")
def prepared(scratch):
    """A database with a closed month that has changed since, and two that nobody looked at."""
    database = scratch.database("SUITE")
    shell(database, FILL)
    return database


@pytest.fixture(scope="module")
def expected(scratch, prepared):
    """The end state of a night that nothing disturbed, and how far it had come."""
    database = scratch.copy(prepared)
    assert raised(shell(database, RUN)) > 100
    state = read_state(database, END_STATE)
    assert any(row[-1] for row in state["values"]), "a closed figure was restated"
    assert {row[-3] for row in state["values"]} == {True, False}, "some are closed"
    assert any(row[11] for row in state["values"]), "some have a target"
    assert state["left"] == []
    return state, read_progress(database, PROGRESS)


def test_killed_and_run_again_gives_the_same_end_state(scratch, prepared, expected):
    state, total = expected
    database = scratch.copy(prepared)
    kills = kill_in_the_middle(database, RUN, PROGRESS, total=total, kills=KILLS)
    assert_completed(database, RUN, END_STATE, state, kills)


def test_two_nights_at_once_give_the_same_end_state(scratch, prepared, expected):
    state, _total = expected
    database = scratch.copy(prepared)
    shares = [raised(printed) for printed in run_together(database, [RUN] * 2)]
    assert sum(shares) > 0
    assert read_state(database, END_STATE) == state
