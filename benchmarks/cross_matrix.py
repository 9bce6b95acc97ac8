"""Time of the cross-selling matrix and of the lists behind it, against core's `sale.report`.

    make shell DB=name < benchmarks/cross_matrix.py
    ROWS=1000000 PRODUCTS=20000 make shell DB=scratch < benchmarks/cross_matrix.py

Without ROWS the orders of the database are measured. With ROWS that many order lines are inserted
first by SQL (baskets of about ten lines, products drawn by Zipf's law, a hundred categories, two
years, a customer for each thirty orders) and rolled back at the end.
"""

import os
import resource
import statistics
import time

from odoo.tools import SQL

RUNS = 5
LINES_AN_ORDER = 10
ORDERS_A_CUSTOMER = 30
CATEGORIES = 100


def insert(env, lines, products):
    """Insert confirmed orders, with the columns the matrix is made of."""
    orders = lines // LINES_AN_ORDER
    industries = env["res.partner.industry"].search([]).ids
    env.flush_all()
    names = {
        "company": env.company.id,
        "currency": env.company.currency_id.id,
        "uom": env.ref("uom.product_uom_unit").id,
        "user": env.uid,
        "products": products,
        "customers": max(orders // ORDERS_A_CUSTOMER, 10),
        "orders": orders,
        "size": LINES_AN_ORDER,
        "categories": CATEGORIES,
        "industries": industries,
    }
    for statement in STATEMENTS:
        env.cr.execute(
            SQL(statement, **{k: v for k, v in names.items() if f"%({k})s" in statement})
        )
    env.cr.execute(
        "ANALYZE sale_order, sale_order_line, res_partner, product_product, product_template"
    )


STATEMENTS = (
    """
    CREATE TEMPORARY TABLE benchmark_category ON COMMIT DROP AS
    WITH created AS (
        INSERT INTO product_category (name, complete_name)
        SELECT 'Category ' || n, 'Category ' || n FROM generate_series(1, %(categories)s) n
        RETURNING id
    ) SELECT id, row_number() OVER () - 1 AS place FROM created
    """,
    """
    UPDATE product_category SET parent_path = id || '/' WHERE parent_path IS NULL
    """,
    """
    CREATE TEMPORARY TABLE benchmark_product ON COMMIT DROP AS
    WITH templates AS (
        INSERT INTO product_template (name, type, active, sale_ok, uom_id, categ_id,
            service_tracking)
        SELECT jsonb_build_object('en_US', 'Product ' || n), 'consu', TRUE, TRUE, %(uom)s, c.id,
               'no'
          FROM generate_series(1, %(products)s) n
          JOIN benchmark_category c ON c.place = n %% %(categories)s
        RETURNING id
    ), variants AS (
        INSERT INTO product_product (product_tmpl_id, active, combination_indices)
        SELECT id, TRUE, '' FROM templates RETURNING id
    ) SELECT id, row_number() OVER () - 1 AS place FROM variants
    """,
    """
    CREATE TEMPORARY TABLE benchmark_customer ON COMMIT DROP AS
    WITH customers AS (
        INSERT INTO res_partner (name, complete_name, active, type, autopost_bills, industry_id)
        SELECT 'Customer ' || n, 'Customer ' || n, TRUE, 'contact', 'ask',
               (%(industries)s::integer[])[1 + n %% (cardinality(%(industries)s::integer[]) + 1)]
          FROM generate_series(1, %(customers)s) n RETURNING id
    ) SELECT id, row_number() OVER () - 1 AS place FROM customers
    """,
    """
    UPDATE res_partner SET commercial_partner_id = id WHERE commercial_partner_id IS NULL
    """,
    """
    CREATE TEMPORARY TABLE benchmark_order ON COMMIT DROP AS
    WITH created AS (
        INSERT INTO sale_order (name, state, company_id, currency_id, currency_rate, user_id,
            partner_id, partner_invoice_id, partner_shipping_id, date_order, create_date,
            amount_untaxed, amount_total, invoice_status)
        SELECT 'BENCH' || n, 'sale', %(company)s, %(currency)s, 1, %(user)s, c.id, c.id, c.id,
               now() AT TIME ZONE 'UTC' - random() * interval '730 days', now(), 100, 100, 'no'
          FROM (SELECT n, floor(random() * %(customers)s)::bigint AS place
                  FROM generate_series(1, %(orders)s) n) drawn
          JOIN benchmark_customer c USING (place)
        RETURNING id, partner_id
    ) SELECT * FROM created
    """,
    """
    INSERT INTO sale_order_line (order_id, product_id, product_uom_id, product_uom_qty,
        price_unit, price_subtotal, price_total, name, company_id, currency_id, state,
        salesman_id, order_partner_id, customer_lead, qty_delivered, qty_invoiced,
        qty_to_invoice, discount, invoice_status, untaxed_amount_to_invoice,
        untaxed_amount_invoiced)
    SELECT drawn.id, p.id, %(uom)s, 1, 10, 10, 10, 'Benchmark line', %(company)s, %(currency)s,
           'sale', %(user)s, partner_id, 0, 0, 0, 1, 0, 'no', 0, 0
      FROM (SELECT o.id, o.partner_id,
                   floor(exp(random() * ln(%(products)s + 1.0)) - 1)::bigint AS place
              FROM benchmark_order o, generate_series(1, %(size)s) n) drawn
      JOIN benchmark_product p USING (place)
    """,
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
    matrix, sales = env["crm.cross.matrix"], env["sale.report"]

    def show(**options):
        return lambda: matrix.get_matrix({"period": "last_12_months", **options})

    def list_cell():
        data = show(rows="product", columns="product")()
        row, column = data["rows"][0]["id"], data["columns"][1]["id"]
        action = matrix.get_action(data["options"], "both", row, column)
        orders = env["sale.order"].search(action["domain"], limit=80)
        return orders, env["sale.order"].search_count(action["domain"])

    products = {"rows": "product", "columns": "product"}
    last_page = {"row_offset": 19_975, "column_offset": 19_975}
    calls = {
        "categories x categories, 12 months": show(),
        "categories x categories, revenue": show(measure="amount"),
        "products x products, first page": show(**products),
        "products x products, revenue": show(**products, measure="amount"),
        "products x products, last page": show(**products, **last_page),
        "products x products, searched": show(**products, search="Product 19"),
        "products x industries": show(rows="product", columns="industry"),
        "this month, products x products": show(**products, period="this_month"),
        "the page and the list behind a cell": list_cell,
        "sale.report: month x category": lambda: sales.formatted_read_group(
            [("state", "=", "sale")], ["date:month", "categ_id"], ["price_subtotal:sum"]
        ),
    }
    lines = env["sale.order.line"].search_count([("state", "=", "sale")])
    sold = env["sale.order"].search_count([("state", "=", "sale")])
    print(f"\n{sold:,} confirmed orders, {lines:,} lines")
    print(f"{'':40}{'seconds':>9}{'queries':>9}")
    for name, call in calls.items():
        seconds, queries = measure(env, call)
        print(f"{name:40}{seconds:9.3f}{queries:9}")
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"{'peak memory of the process, MB':40}{peak:9.0f}")


def main(env):
    env = env(user=env.ref("base.user_admin"))
    for lines in [int(rows) for rows in os.environ.get("ROWS", "").split(",") if rows] or [0]:
        if lines:
            insert(env, lines, int(os.environ.get("PRODUCTS", "20000")))
        report(env)
        env.cr.rollback()


main(env)  # noqa: F821 (the Odoo shell provides it)
