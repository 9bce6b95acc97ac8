"""What the steps about customers cost by night: likely next, up-sell, white space.

    make shell DB=scratch < benchmarks/customer_predictions.py
    SIZES=20000,200000 make shell DB=scratch < benchmarks/customer_predictions.py

Use a scratch database: the customers and their orders stay. Each customer has five orders of four
lines, half of them what he bought before; 20,000 products in 200 categories, bought by Zipf's law,
most of them in the three categories the customer is about. The rows are made by SQL.

For each number of customers there are three nights: all orders, no order changed, and the newest
order in a thousand changed. CPU is that of Python and of the database's process that serves it;
peak memory is Python's own, above what Odoo had before.
"""

import os
import time
from pathlib import Path

from odoo.tools import SQL

PRODUCTS, CATEGORIES, ORDERS, LINES = 20_000, 200, 5, 4
SIZES = [int(size) for size in os.environ.get("SIZES", "20000,200000").split(",")]
TICKS = os.sysconf("SC_CLK_TCK")
TABLES = ("sale_customer_prediction", "product_upsell", "sale_white_space")


def prepare(env):
    """Make the products; return what the rows made by SQL share."""
    templates = env["product.template"].create({"name": "Benchmark", "list_price": 10.0})
    product = templates.product_variant_id
    [(categories,)] = env.execute_query(
        SQL(
            """
            WITH made AS (
                INSERT INTO product_category (name, complete_name, parent_path)
                SELECT 'Benchmark ' || n, 'Benchmark ' || n, '' FROM generate_series(1, %s) n
                RETURNING id
            ) SELECT array_agg(id) FROM made
            """,
            CATEGORIES,
        )
    )
    columns = [
        name
        for name, field in templates._fields.items()
        if field.store and field.column_type and name not in ("id", "categ_id", "list_price")
    ]
    env.flush_all()
    env.cr.execute(
        SQL(
            """
            INSERT INTO product_template (%(columns)s, categ_id, list_price)
            SELECT %(columns)s, (%(categories)s)[1 + n %% %(count)s], 10 + n %% 97
              FROM (SELECT * FROM product_template WHERE id = %(id)s) t,
                   generate_series(1, %(products)s) n
            """,
            columns=SQL(", ").join(map(SQL.identifier, columns)),
            categories=categories,
            count=CATEGORIES,
            id=templates.id,
            products=PRODUCTS,
        )
    )
    env.cr.execute(
        SQL(
            """
            INSERT INTO product_product (product_tmpl_id, active, combination_indices)
            SELECT id, TRUE, '' FROM product_template WHERE categ_id = ANY(%s)
            """,
            categories,
        )
    )
    env.cr.execute(
        "CREATE TEMPORARY TABLE bench_product AS "
        "SELECT p.id, row_number() OVER (ORDER BY p.id) - 1 AS n FROM product_product p "
        "JOIN product_template t ON t.id = p.product_tmpl_id WHERE t.name->>'en_US' "
        "= 'Benchmark' AND t.categ_id IN (SELECT id FROM product_category "
        "WHERE name LIKE 'Benchmark %')"
    )
    env.cr.execute("CREATE UNIQUE INDEX ON bench_product (n)")
    return {
        "company": env.company.id,
        "currency": env.company.currency_id.id,
        "user": env.uid,
        "uom": product.uom_id.id,
    }


def grow(env, common, count):
    """Let there be `count` customers with their orders."""
    [(present,)] = env.execute_query(
        SQL("SELECT count(*) FROM res_partner WHERE ref = 'benchmark'")
    )
    [(first,)] = env.execute_query(SQL("SELECT COALESCE(max(id), 0) FROM sale_order"))
    env.cr.execute(
        SQL(
            """
            INSERT INTO res_partner (name, complete_name, active, type, autopost_bills, ref)
            SELECT 'Customer', 'Customer', TRUE, 'contact', 'ask', 'benchmark'
              FROM generate_series(%s, %s) n
            """,
            present + 1,
            count,
        )
    )
    env.cr.execute(
        "UPDATE res_partner SET commercial_partner_id = id WHERE commercial_partner_id IS NULL"
    )
    env.cr.execute(
        SQL(
            """
            INSERT INTO sale_order (name, state, company_id, currency_id, currency_rate, user_id,
                partner_id, partner_invoice_id, partner_shipping_id, date_order, create_date,
                write_date, amount_untaxed, amount_total, invoice_status)
            SELECT 'BENCH', 'sale', %(company)s, %(currency)s, 1, %(user)s, id, id, id, day, day,
                   now() AT TIME ZONE 'UTC' - interval '1 day', 100, 100, 'no'
              FROM (
                SELECT id, now() AT TIME ZONE 'UTC' - random() * interval '600 days' AS day
                  FROM res_partner, generate_series(1, %(orders)s) n
                 WHERE ref = 'benchmark'
                   AND id > (SELECT COALESCE(max(partner_id), 0) FROM sale_order
                              WHERE name = 'BENCH')
                 ORDER BY day
              ) o
            """,
            orders=ORDERS,
            **common,
        )
    )
    env.cr.execute(
        SQL(
            """
            INSERT INTO sale_order_line (order_id, product_id, product_uom_id, product_uom_qty,
                price_unit, price_subtotal, price_total, name, company_id, currency_id, state,
                salesman_id, order_partner_id, customer_lead, qty_delivered, qty_invoiced,
                qty_to_invoice, discount, invoice_status, untaxed_amount_to_invoice,
                untaxed_amount_invoiced)
            SELECT o.id, p.id, %(uom)s, 1, 25, 25, 25, 'Line', %(company)s, %(currency)s, 'sale',
                   o.user_id, o.partner_id, 0, 0, 0, 1, 0, 'no', 0, 0
              FROM (
                SELECT *,
                       -- what he bought before comes of the same few numbers again
                       CASE WHEN n %% 2 = 0 THEN ((partner_id * 7919 + n * 131) %% 1000) / 1000.0
                            ELSE random() END AS luck,
                       (partner_id %% 60 + floor(random() * 3)::int) %% %(categories)s AS taste
                  FROM sale_order, generate_series(1, %(lines)s) n
                 WHERE id > %(first)s AND name = 'BENCH'
              ) o
              JOIN bench_product p ON p.n =
                   floor(power(%(width)s::float, luck) - 1)::int * %(categories)s + taste
            """,
            lines=LINES,
            categories=CATEGORIES,
            width=PRODUCTS // CATEGORIES,
            first=first,
            **common,
        )
    )
    env.cr.commit()
    env.cr.connection.autocommit = True
    env.cr.execute("ANALYZE")
    env.cr.connection.autocommit = False


def touch(env, count):
    """Let the newest orders have changed."""
    [(first,)] = env.execute_query(SQL("SELECT max(id) - %s FROM sale_order", count))
    env.cr.execute(
        SQL(
            """
            WITH line AS (
                UPDATE sale_order_line SET price_subtotal = price_subtotal + 1 WHERE order_id > %s
            ) UPDATE sale_order SET write_date = now() AT TIME ZONE 'UTC' WHERE id > %s
            """,
            first,
            first,
        )
    )
    env.cr.commit()


def cpu(pid):
    fields_ = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    return (int(fields_[11]) + int(fields_[12])) / TICKS


def memory(name):
    [line] = [x for x in Path("/proc/self/status").read_text().splitlines() if x.startswith(name)]
    return int(line.split()[1]) / 1024


def night(env, title, size, full):
    """Do a night's steps one after the other; print what each cost."""
    server = env.cr.connection.get_backend_pid()
    run = env["product.affinity.run"].create(
        {"company_id": env.company.id, "state": "running", "full": full, "step": "purchases"}
    )
    env.cr.commit()
    total = [0.0] * 4
    while run.state == "running":
        step, batches, queries = run.step, 0, env.cr.sql_log_count
        Path("/proc/self/clear_refs").write_text("5")  # forget the peak
        before, base = (cpu("self"), cpu(server), time.perf_counter()), memory("VmRSS")
        while run.state == "running" and run.step == step:
            run._do_batch()
            env.cr.commit()
            batches += 1
        after = (cpu("self"), cpu(server), time.perf_counter())
        spent = [new - old for new, old in zip(after, before, strict=True)]
        peak = memory("VmHWM") - base
        total = [x + y for x, y in zip(total[:3], spent, strict=True)] + [max(total[3], peak)]
        row(size, title, step, batches, env.cr.sql_log_count - queries, *spent, peak)
    row(size, title, "together", "", "", *total)


def row(size, night_title, step, *cells):
    widths = "{:>3} | {:>4} | {:>5.1f} | {:>5.1f} | {:>5.1f} | {:>4.0f}"
    print(
        f"| {size:>7,} | {night_title:<10} | {step:<11} |", widths.format(*cells), "|", flush=True
    )


def main(env):
    common = prepare(env)
    header = ["customers", "night", "step", "batches", "queries"]
    header += ["Python s", "database s", "wall s", "peak MB"]
    print("\n| " + " | ".join(header) + " |\n" + "|---" * len(header) + "|")
    for size in SIZES:
        grow(env, common, size)
        night(env, "all orders", size, full=True)
        night(env, "no change", size, full=False)
        touch(env, size * ORDERS // 1000)
        night(env, "1 in 1,000", size, full=False)
        for table in TABLES:
            [(count,)] = env.execute_query(SQL("SELECT count(*) FROM %s", SQL.identifier(table)))
            print(f"{table}: {count} rows")


main(env)  # noqa: F821
