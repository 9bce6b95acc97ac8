"""Time of opening the sales dashboard against core's `sale.report` in the same run.

    make shell DB=name < benchmarks/dashboard.py
    ROWS=100000,500000 make shell DB=scratch < benchmarks/dashboard.py

Without ROWS the orders of the database are measured. With ROWS that many order lines are inserted
first (customers, products and 25 months of orders with them) and rolled back at the end.
"""

import os
import statistics
import time

from odoo.tools import SQL

RUNS = 7
LINES_AN_ORDER = 20


def fill(env, lines):
    """Insert confirmed orders by SQL, with the columns the figures are made of."""
    orders, customers, products = lines // LINES_AN_ORDER, max(lines // 120, 10), 4000
    company, uom = env.company, env.ref("uom.product_uom_unit")
    product = env["product.product"].create({"name": "Benchmark"})
    env.flush_all()
    common = {"company": company.id, "currency": company.currency_id.id, "uom": uom.id}
    env.cr.execute("SELECT COALESCE(MAX(id), 0) FROM sale_order")
    [first_order] = env.cr.fetchone()
    env.cr.execute(
        SQL(
            """
            INSERT INTO res_partner (name, complete_name, active, type, autopost_bills)
            SELECT 'Customer ' || n, 'Customer ' || n, TRUE, 'contact', 'ask'
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
                partner_id, partner_invoice_id, partner_shipping_id, date_order, create_date,
                amount_untaxed, amount_total, invoice_status)
            SELECT 'BENCH' || n, 'sale', %(company)s, %(currency)s, 1, %(user)s, p, p, p, day, day,
                   amount, amount, 'no'
              FROM (
                SELECT n, ids[1 + floor(random() * array_length(ids, 1))] p,
                       now() AT TIME ZONE 'UTC' - random() * interval '760 days' AS day,
                       round((random() * 400 - 10)::numeric, 2) AS amount
                  FROM generate_series(1, %(orders)s) n, partner
              ) o
            """,
            user=env.uid,
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


def measure(env, call):
    """Median seconds and queries of a call with nothing cached."""
    seconds, queries = [], 0
    for _run in range(RUNS):
        env.invalidate_all()
        before, start = env.cr.sql_log_count, time.perf_counter()
        call()
        seconds.append(time.perf_counter() - start)
        queries = env.cr.sql_log_count - before
    return statistics.median(seconds), queries


def report(env):
    dashboard, sales = env["crm.sales.dashboard"], env["sale.report"]
    calls = {
        "dashboard, last 12 months": lambda: dashboard.get_data("last_12_months"),
        "dashboard, this month": lambda: dashboard.get_data("this_month"),
        "dashboard, as it opens": dashboard.get_data,
        "sale.report, month x salesperson": lambda: sales.formatted_read_group(
            [("state", "=", "sale")], ["date:month", "user_id"], ["price_subtotal:sum"]
        ),
    }
    lines = env["sale.order.line"].search_count([("state", "=", "sale")])
    orders = env["sale.order"].search_count([("state", "=", "sale")])
    print(f"\n{orders:,} confirmed orders, {lines:,} lines")
    results = {name: measure(env, call) for name, call in calls.items()}
    reference = results["sale.report, month x salesperson"][0]
    print(f"{'':36}{'seconds':>9}{'queries':>9}{'x faster':>10}")
    for name, (seconds, queries) in results.items():
        print(f"{name:36}{seconds:9.3f}{queries:9}{reference / seconds:10.1f}")


def main(env):
    env = env(user=env.ref("base.user_admin"))
    for lines in [int(rows) for rows in os.environ.get("ROWS", "").split(",") if rows] or [0]:
        if lines:
            fill(env, lines)
            env.cr.execute("ANALYZE sale_order, sale_order_line, res_partner, product_product")
        report(env)
        env.cr.rollback()


main(env)  # noqa: F821 (the Odoo shell provides it)
