"""The sums by day under fire: killed fillings, orders confirmed meanwhile, two sellers at once.

Whatever happens, a figure read from the sums is that of its documents, and nobody who sells waits
for anybody. `DAYS_KILLS=30 DAYS_ORDERS=20000 make test T=tests/test_kpi_days_race.py` is deep.
"""

import os

import pytest
from killed_support import assert_completed, kill_often, read_progress
from support import raised, read_state, run_together, shell

KILLS = int(os.environ.get("DAYS_KILLS", "3"))
ORDERS = int(os.environ.get("DAYS_ORDERS", "120"))
HOLD_LOCK = 190_500_046

FILL = f"""
from datetime import datetime, timedelta
from odoo import Command
from odoo.tests import new_test_user

sellers = [new_test_user(env, f"days{{n}}", "sales_team.group_sale_salesman") for n in range(3)]
products = env["product.product"].create(
    [{{"name": f"Thing {{n}}", "type": "service", "taxes_id": False}} for n in range(3)]
)
customers = env["res.partner"].create([{{"name": f"Shop {{n}}"}} for n in range(6)])

def sell(count, state):
    return env["sale.order"].with_context(tracking_disable=True).create([
        {{
            "partner_id": customers[n % 6].id,
            "user_id": sellers[n % 3].id,
            "state": state,
            "date_order": datetime(2026, 3, 1, 23) + timedelta(days=n % 40, hours=n % 5),
            "order_line": [Command.create(
                {{"product_id": products[n % 3].id, "price_unit": 10 + n / 7}}
            )],
        }}
        for n in range(count)
    ])

sell({ORDERS}, "sale")
env.flush_all()
env["crm.kpi"].search([]).days_filled_date = False
env.cr.commit()
"""
FILL_MORE = """
sellers = env["res.users"].search([("login", "like", "days%")], order="login")
orders = env["sale.order"].search([("state", "=", "sale")], order="id", limit=24)
for order in orders:
    order.copy({"user_id": sellers[order.id % 2].id, "date_order": order.date_order})
env.cr.commit()
"""
# What a reader sees, and what the documents say: the same at any time.
COMPARE = """
def compare(env):
    "The figures whose sums by day are not those of their documents."
    from datetime import date
    env.invalidate_all()
    kpis = env["crm.kpi"].search([("measure", "in", ["sum", "count", "average", "share"])])
    kpis = kpis.filtered(lambda kpi: kpi._is_additive())
    window = (date(2026, 1, 1), date(2028, 1, 1))
    wrong = []
    for groupby in ((), ("day",), ("month", "user_id")):
        figures = kpis._read_figures([window], groupby)
        for kpi in kpis:
            found, live = figures[kpi.id, window], kpi._read_parts(*window, groupby)
            rounded = [
                {key: (round(total, 2), count) for key, (total, count) in parts.items() if count}
                for parts in (found, live)
            ]
            if rounded[0] != rounded[1]:
                wrong.append((kpi.code, groupby, rounded))
    return wrong
"""
RUN = """
KPI = env.registry["crm.kpi"]
fill, filled = KPI._fill_days, []

def count(self, days=None):
    filled.append(self.id)
    return fill(self, days)

KPI._fill_days = count
env["crm.kpi"]._cron_fill_days()
print("RAISED", len(filled))
"""
END_STATE = {
    "sums": """
        SELECT kpi_id, date, company_id, user_id, team_id, country_id, state_id, currency_id,
               round(total::numeric, 4), count
          FROM crm_kpi_day ORDER BY 1, 2, 3, 4, 5, 6, 7, 8
    """,
    "filled": "SELECT id FROM crm_kpi WHERE days_filled_date IS NOT NULL ORDER BY 1",
    "stale": "SELECT count(*) FROM crm_kpi_stale",
}
PROGRESS = "SELECT count(*) FROM crm_kpi WHERE days_filled_date IS NOT NULL"
CONFIRM = """
from odoo.service.model import retrying

def confirm(order):
    order.action_confirm()
    order.order_line[0].price_unit += 1

for order in env["sale.order"].search([("state", "=", "draft"), ("user_id.login", "=", "%s")]):
    retrying(lambda: confirm(order), env)
    env.cr.commit()
print("CONFIRMED")
"""
REFILL = """
for night in range(3):
    env["crm.kpi"]._cron_refresh_days()
    env["crm.kpi"].search([])[night::3].days_filled_date = False
    env.cr.commit()
    env["crm.kpi"]._cron_fill_days()
print("FILLED")
"""
# A reader sees no moment at which a figure disagrees with its list.
WATCH = (
    COMPARE
    + """
for look in range(6):
    wrong = compare(env)
    assert not wrong, wrong[:3]
    env.cr.commit()
print("WATCHED")
"""
)


@pytest.fixture(scope="module")
def prepared(scratch):
    """A database with orders, whose sums by day are still to be made."""
    database = scratch.database("SUITE")
    shell(database, FILL)
    return database


@pytest.fixture(scope="module")
def expected(scratch, prepared):
    database = scratch.copy(prepared)
    assert raised(shell(database, RUN + COMPARE + "assert not compare(env)\n")) >= 3
    state = read_state(database, END_STATE)
    assert state["sums"]
    assert state["stale"] == [(0,)]
    return state, read_progress(database, PROGRESS)


def test_killed_fillings_leave_figures_right_and_end_the_same(scratch, prepared, expected):
    state, total = expected
    database = scratch.copy(prepared)
    kills = kill_often(database, RUN, PROGRESS, total=total, kills=KILLS)
    assert kills.points, kills
    shell(database, COMPARE + "wrong = compare(env)\nassert not wrong, wrong\n")
    assert_completed(database, RUN, END_STATE, state, kills)


def test_orders_confirmed_while_sums_are_made_anew(scratch, prepared):
    database = scratch.copy(prepared)
    shell(database, f"{FILL_MORE}\n{RUN}")
    scripts = [CONFIRM % "days0", CONFIRM % "days1", REFILL, WATCH]
    printed = "".join(run_together(database, scripts))
    for word in ("CONFIRMED", "FILLED", "WATCHED"):
        assert word in printed, printed
    check = "wrong = compare(env)\nassert not wrong, wrong\n"
    refresh = 'env["crm.kpi"]._cron_refresh_days()\n'
    shell(database, COMPARE + check + refresh + check)


def test_two_who_confirm_at_once_never_wait_for_each_other(scratch, prepared):
    """The first has not committed yet: the second is through all the same."""
    database = scratch.copy(prepared)
    shell(database, f"{FILL_MORE}\n{RUN}")
    first, second = (
        f"""
orders = env["sale.order"].search([("state", "=", "draft")], order="date_order, id")
order = orders.filtered(lambda order: order.user_id.login == "{login}")[0]
env.cr.execute("SET lock_timeout = '20s'")
order.action_confirm()
env.flush_all()
"""
        for login in ("days0", "days1")
    )
    # Both stand before the lock with their order confirmed, or one of them would never come here.
    both = f"env.cr.execute('SELECT pg_advisory_xact_lock_shared({HOLD_LOCK})')\nenv.cr.commit()\n"
    done = 'print("DONE")\n'
    printed = run_together(
        database,
        [first + both + done, second + both + done],
        f"SELECT pg_advisory_xact_lock({HOLD_LOCK})",
    )
    assert ["DONE" in text for text in printed] == [True, True], printed
    shell(database, COMPARE + "wrong = compare(env)\nassert not wrong, wrong\n")
