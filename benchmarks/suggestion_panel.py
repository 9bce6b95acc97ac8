"""Time and queries of the suggestions on a quotation of ten lines, with 1,000,000 affinities.

    make shell DB=scratch < benchmarks/suggestion_panel.py
    AFFINITIES=200000 LINES=100000 make shell DB=scratch < benchmarks/suggestion_panel.py

Products, affinities, predictions, up-sells, confirmed orders and a log are inserted by SQL first
and rolled back at the end. Each call begins with an empty record cache, as a request does. Cold is
the very first one, with nothing of the registry cached either; the median is of later ones.
"""

import os
import statistics
import time

from odoo import Command
from odoo.tools import SQL

RUNS = 60
NEIGHBOURS = 30
AFFINITIES = int(os.environ.get("AFFINITIES", "1000000"))
LINES = int(os.environ.get("LINES", "1000000"))
CUSTOMERS = 20_000
ORDER_LINES = 10
CATALOG = {"product_ids": [], "saved_lines": True}
TABLES = (
    "product_affinity",
    "product_product",
    "product_taxes_rel",
    "product_template",
    "product_upsell",
    "res_partner",
    "sale_customer_prediction",
    "sale_order",
    "sale_order_line",
    "sale_suggestion",
)


def fill(env):
    """Insert what the panel reads; return the ids of the products and of the customers."""
    company = env.company
    template = env["product.product"].create({"name": "Benchmark"}).product_tmpl_id
    env.flush_all()
    common = {
        "company": company.id,
        "currency": company.currency_id.id,
        "uom": template.uom_id.id,
        "categ": template.categ_id.id,
        "products": AFFINITIES // NEIGHBOURS,
        "neighbours": NEIGHBOURS,
        "customers": CUSTOMERS,
        "lines": LINES,
    }

    def run(query, **values):
        return env.execute_query(SQL(query, **common, **values))

    copied = SQL(", ").join(
        SQL.identifier(name)
        for (name,) in run(
            """
            SELECT column_name FROM information_schema.columns
             WHERE table_name = 'product_template' AND column_name NOT IN ('id', 'name')
            """
        )
    )
    templates = run(
        """
        INSERT INTO product_template (name, %(copied)s)
        SELECT jsonb_build_object('en_US', 'Benchmark ' || n), %(copied)s
          FROM product_template, generate_series(1, %(products)s) AS n
         WHERE id = %(template)s
     RETURNING id
        """,
        copied=copied,
        template=template.id,
    )
    template_ids = [template_id for (template_id,) in templates]
    product_ids = [
        product_id
        for (product_id,) in run(
            """
            INSERT INTO product_product (product_tmpl_id, active, combination_indices,
                                         standard_price)
            SELECT id, TRUE, '', jsonb_build_object(%(company)s::text, 0.4)
              FROM unnest(%(templates)s) AS id
         RETURNING id
            """,
            templates=template_ids,
        )
    ]
    run(
        """
        INSERT INTO product_taxes_rel (prod_id, tax_id)
        SELECT id, tax_id
          FROM unnest(%(templates)s) AS id, product_taxes_rel
         WHERE prod_id = %(template)s
     RETURNING NULL
        """,
        templates=template_ids,
        template=template.id,
    )
    customer_ids = [
        partner_id
        for (partner_id,) in run(
            """
            INSERT INTO res_partner (name, complete_name, active, type, autopost_bills)
            SELECT 'Benchmark ' || n, 'Benchmark ' || n, TRUE, 'contact', 'ask'
              FROM generate_series(1, %(customers)s) AS n
         RETURNING id
            """
        )
    ]
    run(
        "UPDATE res_partner SET commercial_partner_id = id WHERE id = ANY(%(ids)s) RETURNING NULL",
        ids=customer_ids,
    )
    arrays = {"ids": product_ids, "partners": customer_ids}
    run(
        """
        INSERT INTO product_affinity (company_id, product_id, other_product_id, orders_both,
            orders_product, orders_other, support, confidence, lift, score)
        SELECT %(company)s, (%(ids)s::int[])[1 + n / %(neighbours)s],
               (%(ids)s::int[])[1 + (n / %(neighbours)s + 1 + (n %% %(neighbours)s) * 37)
                               %% %(products)s],
               14, 22, 30, 0.01, 0.6, 2.3, 1.0 / (1 + n %% %(neighbours)s)
          FROM generate_series(0, %(products)s * %(neighbours)s - 1) AS n
     RETURNING NULL
        """,
        **arrays,
    )
    run(
        """
        INSERT INTO sale_customer_prediction (company_id, partner_id, product_id, kind, score, rank,
            order_count, interval_days, due_date, last_order_date)
        SELECT %(company)s, partner, (%(ids)s::int[])[1 + (partner * 131 + n * 17) %% %(products)s],
               'repeat', 1.0 / n, n, 4, 21, current_date, current_date - 21
          FROM unnest(%(partners)s) AS partner, generate_series(1, 20) AS n
            ON CONFLICT DO NOTHING
     RETURNING NULL
        """,
        **arrays,
    )
    run(
        """
        INSERT INTO product_upsell (company_id, product_id, other_product_id, customers,
            customers_product, share, price_gain, score)
        SELECT %(company)s, (%(ids)s::int[])[n], (%(ids)s::int[])[1 + (n + k) %% %(products)s],
               12, 30, 0.4, 5, 0.2 / k
          FROM generate_series(1, %(products)s) AS n, generate_series(1, 3) AS k
     RETURNING NULL
        """,
        **arrays,
    )
    run(
        """
        WITH orders AS (
            INSERT INTO sale_order (name, state, company_id, currency_id, currency_rate, partner_id,
                partner_invoice_id, partner_shipping_id, date_order, invoice_status)
            SELECT 'B' || n, 'sale', %(company)s, %(currency)s, 1, partner, partner, partner,
                   now() - n * interval '1 minute', 'no'
              FROM (SELECT n, (%(partners)s::int[])[1 + n %% %(customers)s] AS partner
                      FROM generate_series(1, %(lines)s / 10) AS n) AS drawn
         RETURNING id, partner_id
        )
        INSERT INTO sale_order_line (order_id, order_partner_id, company_id, currency_id,
            product_id, product_uom_id, product_uom_qty, price_unit, price_subtotal, name, sequence,
            customer_lead, state)
        SELECT id, partner_id, %(company)s, %(currency)s,
               (%(ids)s::int[])[1 + (partner_id * 131 + (id + k) %% 40 * 17) %% %(products)s],
               %(uom)s, 3, 1, 3, 'line', 10, 0, 'sale'
          FROM orders, generate_series(1, 10) AS k
     RETURNING NULL
        """,
        **arrays,
    )
    run(
        """
        INSERT INTO sale_suggestion (order_id, company_id, partner_id, product_id, state,
                                     write_date)
        SELECT id, %(company)s, partner_id, (%(ids)s::int[])[1 + (id + k) %% %(products)s],
               CASE WHEN k = 1 THEN 'dismissed' ELSE 'shown' END, now()
          FROM sale_order, generate_series(1, 5) AS k
         WHERE name LIKE 'B%%' AND id %% 4 = 0
            ON CONFLICT DO NOTHING
     RETURNING NULL
        """,
        **arrays,
    )
    for table in TABLES:
        env.cr.execute(SQL("ANALYZE %s", SQL.identifier(table)))
    env.invalidate_all()
    return product_ids, customer_ids


def create_pricelist(env, currency, product_ids):
    """A price list with rules of all kinds, most of them for single products."""
    env.cr.execute("SELECT product_tmpl_id FROM product_product WHERE id = ANY(%s)", [product_ids])
    rules = [
        {"applied_on": "1_product", "product_tmpl_id": template, "compute_price": "fixed"}
        for (template,) in env.cr.fetchall()[::400]
    ]
    rules += [
        {"applied_on": "2_product_category", "categ_id": category.id, "percent_price": 5}
        for category in env["product.category"].search([], limit=5)
    ]
    rules.append({"applied_on": "3_global", "percent_price": 10})
    return env["product.pricelist"].create(
        {
            "name": "Benchmark",
            "currency_id": currency.id,
            "item_ids": [Command.create({"compute_price": "percentage", **r}) for r in rules],
        }
    )


def measure(env, values):
    """Return the milliseconds and the queries of each call, the cold one first."""
    orders = env["sale.order"]
    env.registry.clear_all_caches()
    times, cpus, queries = [], [], []
    for _run in range(RUNS + 1):
        env.invalidate_all()
        before, cpu, start = env.cr.sql_log_count, time.process_time(), time.perf_counter()
        suggestions = orders.get_affinity_suggestions(values)
        times.append((time.perf_counter() - start) * 1000)
        cpus.append((time.process_time() - cpu) * 1000)
        queries.append(env.cr.sql_log_count - before)
    assert len(suggestions) == 5, suggestions
    return times, cpus, queries


def show(label, times, cpus, queries):
    warm = sorted(times[5:])
    print(
        f"{label:44} {queries[-1]:7} {statistics.median(warm):10.1f} "
        f"{warm[int(len(warm) * 0.95)]:8.1f} {warm[0]:8.1f} {statistics.median(cpus[5:]):12.1f} "
        f"{times[0]:8.0f} ({queries[0]})"
    )


def run(env):
    env["ir.config_parameter"].set_param("crm_analytics.affinity_holdout", "0")
    start = time.perf_counter()
    product_ids, customer_ids = fill(env)
    print(
        f"{AFFINITIES:,} affinities of {len(product_ids):,} products, {LINES:,} confirmed lines of "
        f"{CUSTOMERS:,} customers, inserted in {time.perf_counter() - start:.0f} s\n"
    )
    foreign = env["res.currency"].create({"name": "BMK", "symbol": "B"})
    order = env["sale.order"].create(
        {
            "partner_id": customer_ids[7],
            "suggestion_seed": 9999,
            "order_line": [
                Command.create({"product_id": product_id})
                for product_id in product_ids[: ORDER_LINES * 50 : 50]
            ],
        }
    )
    values = {
        "order_id": order.id,
        "company_id": env.company.id,
        "partner_id": order.partner_id.id,
        "product_ids": order.order_line.product_id.ids,
        "date_order": str(order.date_order),
    }
    manager, salesman = (
        env["res.users"].create(
            {
                "name": login,
                "login": f"benchmark {login}",
                "group_ids": [Command.link(env.ref(f"sales_team.group_sale_{login}").id)],
            }
        )
        for login in ("manager", "salesman")
    )
    order.user_id = salesman
    own = create_pricelist(env, env.company.currency_id, product_ids)
    other = create_pricelist(env, foreign, product_ids)
    env.flush_all()
    print(
        f"{'10 lines on the quotation':44} {'queries':>7} {'median ms':>10} {'95 %':>8} "
        f"{'best':>8} {'Python CPU':>12} {'cold':>8}"
    )
    cases = [
        ("salesperson, no price list", salesman, {}),
        ("salesperson, price list", salesman, {"pricelist_id": own.id}),
        ("salesperson, price list in a currency", salesman, {"pricelist_id": other.id}),
        ("manager with margins, price list", manager, {"pricelist_id": own.id}),
        ("salesperson, nothing on the quotation", salesman, {"product_ids": []}),
        ("salesperson, catalog (lines are read)", salesman, CATALOG | {"pricelist_id": own.id}),
    ]
    for label, user, more in cases:
        show(label, *measure(env(user=user, su=False), {**values, **more}))
    measure_saving(env(user=salesman, su=False), order.id, product_ids)
    env.cr.rollback()


def measure_saving(env, order_id, product_ids):
    """Save an order before and after suggestions are logged on it."""
    order = env["sale.order"].browse(order_id)
    counts = []
    for _run in range(6):
        env.invalidate_all()
        before = env.cr.sql_log_count
        order.order_line[0].product_uom_qty += 1
        order.client_order_ref = str(before)
        env.flush_all()
        counts.append(env.cr.sql_log_count - before)
        if len(counts) == 3:
            order.log_affinity_suggestions("shown", product_ids[1:6], product_ids[:1])
    print(f"\nqueries of saving it: {counts[2]} before, {counts[-1]} after suggestions are logged")


run(env)  # noqa: F821 (the Odoo shell provides it)
