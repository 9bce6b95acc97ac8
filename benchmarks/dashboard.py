"""Time of opening a dashboard against core's `sale.report` asked for the same figures.

Each period is held against `sale.report` asked for the same days, in as few questions as they
take: revenue, orders and customers together. It does not know the other eight tiles.

    make shell DB=name < benchmarks/dashboard.py
    ROWS=100000,1000000 make shell DB=scratch < benchmarks/dashboard.py

Without ROWS the orders of the database are measured. With ROWS that many order lines are inserted
first (people, teams, customers, products and 25 months of orders with them) and rolled back at the
end. "Cold" is the first opening of a session that has read nothing yet, with today's orders not
added up by day; "warm" is the median of the openings after it. "CPU" is what Odoo and PostgreSQL
worked for one of these: on a machine that does something else beside, look at that.
"""

import os
import statistics
import time

from odoo.fields import Domain
from odoo.tools import SQL

from odoo.addons.crm_analytics.tools.dashboard_figures import Figures

RUNS = 7
LINES_AN_ORDER = 20
PEOPLE, TEAMS = 50, 5
CODE = "sales_today"
PERIODS = ("today", "this_month", "last_12_months")
CORE_NAMES = {"category_id": "categ_id"}


def fill(env, lines):
    """Insert confirmed orders by SQL, with the columns the figures are made of."""
    orders, customers, products = lines // LINES_AN_ORDER, max(lines // 120, 10), 4000
    company, uom = env.company, env.ref("uom.product_uom_unit")
    product = env["product.product"].create({"name": "Benchmark"})
    people = make_people(env)
    env.flush_all()
    common = {"company": company.id, "currency": company.currency_id.id, "uom": uom.id}
    env.cr.execute("SELECT COALESCE(MAX(id), 0) FROM sale_order")
    [first_order] = env.cr.fetchone()
    env.cr.execute(
        SQL(
            """
            INSERT INTO res_partner (name, complete_name, active, type, autopost_bills, country_id)
            SELECT 'Customer ' || n, 'Customer ' || n, TRUE, 'contact', 'ask',
                   (SELECT id FROM res_country ORDER BY id OFFSET n %% 12 LIMIT 1)
              FROM generate_series(1, %s) n
            """,
            customers,
        )
    )
    env.cr.execute(
        "UPDATE res_partner SET commercial_partner_id = id WHERE commercial_partner_id IS NULL"
    )
    env.cr.execute(
        SQL(
            """
            INSERT INTO product_product (product_tmpl_id, active, combination_indices)
            SELECT %s, TRUE, 'benchmark ' || n FROM generate_series(1, %s) n
            """,
            product.product_tmpl_id.id,
            products,
        )
    )
    env.cr.execute(
        SQL(
            """
            WITH partner AS (
                SELECT array_agg(id) ids FROM res_partner WHERE name LIKE 'Customer %%'
            )
            INSERT INTO sale_order (name, state, company_id, currency_id, currency_rate, user_id,
                team_id, partner_id, partner_invoice_id, partner_shipping_id, date_order,
                create_date, amount_untaxed, amount_total, invoice_status)
            SELECT 'BENCH' || n, 'sale', %(company)s, %(currency)s, 1, users[1 + n %% %(size)s],
                   teams[1 + n %% %(size)s], p, p, p, day, day, amount, amount, 'no'
              FROM (
                SELECT n, ids[1 + floor(random() * array_length(ids, 1))] p,
                       now() AT TIME ZONE 'UTC' - random() * interval '760 days' AS day,
                       round((random() * 400 - 10)::numeric, 2) AS amount,
                       %(users)s::integer[] AS users, %(teams)s::integer[] AS teams
                  FROM generate_series(1, %(orders)s) n, partner
              ) o
            """,
            users=people.ids,
            teams=[user.sale_team_id.id for user in people],
            size=len(people),
            orders=orders,
            **common,
        )
    )
    env.cr.execute(
        SQL(
            """
            WITH product AS (
                SELECT array_agg(id) ids FROM product_product
                 WHERE combination_indices LIKE 'benchmark %%'
            )
            INSERT INTO sale_order_line (order_id, product_id, product_uom_id, product_uom_qty,
                price_unit, price_subtotal, price_total, name, company_id, currency_id, state,
                salesman_id, order_partner_id, customer_lead, qty_delivered, qty_invoiced,
                qty_to_invoice, discount, invoice_status, untaxed_amount_to_invoice,
                untaxed_amount_invoiced)
            SELECT o.id, ids[1 + floor(array_length(ids, 1) * random() ^ 2)], %(uom)s, 1,
                   o.amount_untaxed / %(size)s, o.amount_untaxed / %(size)s,
                   o.amount_untaxed / %(size)s, 'Benchmark line', %(company)s, %(currency)s, 'sale',
                   o.user_id, o.partner_id, 0, 0, 0, 1, 0, 'no', 0, 0
              FROM sale_order o, product, generate_series(1, %(size)s) n
             WHERE o.id > %(first)s
            """,
            size=LINES_AN_ORDER,
            first=first_order,
            **common,
        )
    )
    return people[:1]


def make_people(env):
    """Salespersons in teams."""
    salesman = env.ref("sales_team.group_sale_salesman")
    people = (
        env["res.users"]
        .with_context(no_reset_password=True)
        .create(
            [
                {
                    "name": f"Benchmark {number}",
                    "login": f"benchmark_{number}",
                    "group_ids": [(4, salesman.id)],
                    "company_id": env.company.id,
                    "company_ids": [(4, env.company.id)],
                }
                for number in range(PEOPLE)
            ]
        )
    )
    env["crm.team"].create(
        [
            {"name": f"Benchmark {number}", "member_ids": [(6, 0, people[number::TEAMS].ids)]}
            for number in range(TEAMS)
        ]
    )
    return people


def add_up(env):
    """The totals by day, as the scheduled action makes them; today's orders come after it."""
    start = time.perf_counter()
    kpis = (
        env["crm.kpi"]
        .search([])
        .filtered(lambda kpi: kpi.measure != "ratio" and kpi._get_day_source())
    )
    for kpi in kpis:
        kpi._fill_days()
    env.cr.execute("DELETE FROM crm_kpi_stale")
    env.cr.execute("INSERT INTO crm_kpi_stale (model, date) VALUES ('sale.order', CURRENT_DATE)")
    env.cr.execute("ANALYZE crm_kpi_day, crm_kpi_stale")
    env.cr.execute("SELECT COUNT(*) FROM crm_kpi_day")
    [rows] = env.cr.fetchone()
    seconds = time.perf_counter() - start
    print(f"{len(kpis)} KPIs added up by day in {seconds:.1f} s: {rows:,} rows")


def get_cpu_seconds(env):
    """What this process and, where it runs on the same machine, its PostgreSQL worked so far."""
    env.cr.execute("SELECT pg_backend_pid()")
    [pid] = env.cr.fetchone()
    try:
        with open(f"/proc/{pid}/stat") as stat:
            ticks = stat.read().rpartition(")")[2].split()[11:13]
    except OSError:
        ticks = (0, 0)
    return time.process_time() + sum(map(int, ticks)) / os.sysconf("SC_CLK_TCK")


def measure(env, call, runs=RUNS):
    """``(first seconds, median seconds, median CPU seconds, queries)``, no record cached."""
    seconds, cpu, queries = [], [], 0
    env.registry.clear_all_caches()
    for _run in range(runs):
        env.invalidate_all()
        worked = get_cpu_seconds(env)
        before, start = env.cr.sql_log_count, time.perf_counter()
        call()
        seconds.append(time.perf_counter() - start)
        queries = env.cr.sql_log_count - before
        cpu.append(get_cpu_seconds(env) - worked)
    return seconds[0], statistics.median(seconds[1:]), statistics.median(cpu[1:]), queries


def ask_core(env, period):
    """The figures of the dashboard that core's report knows, of the same days."""
    dashboard = env["crm.dashboard"].search([("code", "=", CODE)])
    page = dashboard._open_page({"period": period})
    figures = Figures(page, {})

    def ask(start, end, groupby, measures):
        domain = Domain("state", "=", "sale")
        domain &= Domain("date", ">=", str(start)) & Domain("date", "<", str(end))
        env["sale.report"].formatted_read_group(domain, groupby, measures)

    tiles = ("price_subtotal:sum", "order_reference:count_distinct", "partner_id:count_distinct")
    for window in page.windows.values():
        ask(*window, [], tiles)
    unit, buckets = dashboard._get_sparkline_buckets(page)
    ask(buckets[0][0], buckets[-1][1], [f"date:{unit}"], tiles)
    for item in dashboard._get_layout():
        if item["type"] == "tile":
            continue
        groups = dashboard._get_groups(item)
        measures = tiles[:1] if item["kpi"] == "revenue" else tiles[1:2]
        if groups[0] not in ("day", "month"):
            names = [CORE_NAMES.get(name, name) for name in groups]
            ask(*page.windows["current"], names, measures)
            continue
        buckets = dashboard._get_buckets(item, figures)
        start = buckets[0][0]
        if len(groups) == 1:  # beside the year before
            start = dashboard._shift_bucket(item, buckets[0])[0]
        ask(start, buckets[-1][1], [f"date:{groups[0]}", *groups[1:]], measures)


def report(env, salesman):
    lines = env["sale.order.line"].search_count([("state", "=", "sale")])
    orders = env["sale.order"].search_count([("state", "=", "sale")])
    print(f"\n{orders:,} confirmed orders, {lines:,} lines")
    add_up(env)
    kinds = [item["type"] for item in env["crm.dashboard"].get_data(CODE, {})["items"]]
    tiles = kinds.count("tile")
    print(f"{CODE}: {tiles} tiles, {len(kinds) - tiles} charts; seconds")
    print(f"{'':34}{'cold':>8}{'warm':>8}{'CPU':>8}{'queries':>9}{'x faster':>10}{'x CPU':>8}")
    for user in (env.user, salesman) if salesman else (env.user,):
        reader = env(user=user)
        name = "manager" if user == env.user else "salesperson"
        for period in PERIODS:
            core = measure(reader, lambda e=reader, p=period: ask_core(e, p), 3)
            own = measure(
                reader,
                lambda e=reader, p=period: e["crm.dashboard"].get_data(CODE, {"period": p}),
            )
            show(f"{name}, {period}", own, f"{core[1] / own[1]:10.1f}{core[2] / own[2]:8.1f}")
            show("  the same asked of sale.report", core)


def show(name, result, ratios=""):
    cold, warm, cpu, queries = result
    print(f"{name:34}{cold:8.3f}{warm:8.3f}{cpu:8.3f}{queries:9}{ratios}", flush=True)


def main(env):
    env = env(user=env.ref("base.user_admin"))
    for lines in [int(rows) for rows in os.environ.get("ROWS", "").split(",") if rows] or [0]:
        salesman = None
        if lines:
            salesman = fill(env, lines)
            env.cr.execute("ANALYZE sale_order, sale_order_line, res_partner, product_product")
        report(env, salesman)
        env.cr.rollback()


main(env)  # noqa: F821 (the Odoo shell provides it)
