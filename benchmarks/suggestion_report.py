"""What looking at the results of suggestions costs.

    make shell DB=name < benchmarks/suggestion_report.py
    QUOTATIONS=200000 make shell DB=name < benchmarks/suggestion_report.py

Quotations of three years, with five lines and five suggestions each, one in ten of them held out,
are inserted by SQL and rolled back at the end. Each time is the median of five calls.
"""

import os
import statistics
import time

QUOTATIONS = int(os.environ.get("QUOTATIONS") or 20_000)
PERIODS = ("last_month", "last_12_months", "2026")


def fill(env):
    env["sale.order"].flush_model()
    company, user = env.company, env.user
    products = env["product.product"].create(
        [{"name": f"Benchmark {number}", "list_price": 10} for number in range(200)]
    )
    partner = env["res.partner"].create({"name": "Benchmark Customer"})
    env.flush_all()
    first = products[0].id
    env.cr.execute(
        """
        INSERT INTO sale_order (name, company_id, partner_id, partner_invoice_id,
                                partner_shipping_id, user_id, currency_id, currency_rate, state,
                                date_order, suggestion_seed)
        SELECT 'B' || number, %(company)s, %(partner)s, %(partner)s, %(partner)s, %(user)s,
               %(currency)s, 1, CASE WHEN number %% 3 = 0 THEN 'draft' ELSE 'sale' END,
               now() AT TIME ZONE 'UTC' - random() * interval '3 years', 1 + number %% 9999
          FROM generate_series(1, %(quotations)s) AS number
        """,
        {
            "company": company.id,
            "partner": partner.id,
            "user": user.id,
            "currency": company.currency_id.id,
            "quotations": QUOTATIONS,
        },
    )
    env.cr.execute(
        """
        INSERT INTO sale_order_line (order_id, company_id, product_id, product_uom_id, name,
                                     product_uom_qty, price_unit, price_subtotal, customer_lead,
                                     state, order_partner_id)
        SELECT sale.id, sale.company_id, %(first)s + (random() * 199)::int, %(uom)s, 'Line', 1, 10,
               10, 0, sale.state, sale.partner_id
          FROM sale_order AS sale, generate_series(1, 5)
         WHERE sale.partner_id = %(partner)s
        """,
        {"first": first, "uom": products.uom_id.id, "partner": partner.id},
    )
    env.cr.execute(
        """
        INSERT INTO sale_suggestion (order_id, company_id, product_id, state)
        SELECT sale.id, sale.company_id, %(first)s + place * 40,
               CASE WHEN sale.suggestion_seed <= 1000 THEN 'held_out' ELSE 'shown' END
          FROM sale_order AS sale, generate_series(0, 4) AS place
         WHERE sale.partner_id = %(partner)s
        """,
        {"first": first, "partner": partner.id},
    )
    for table in ("sale_order", "sale_order_line", "sale_suggestion"):
        env.cr.execute(f"ANALYZE {table}")


def measure(env, call):
    times = []
    for _number in range(5):
        env.invalidate_all()
        start = time.perf_counter()
        call()
        times.append(time.perf_counter() - start)
    return statistics.median(times)


def main(env):
    fill(env)
    print(f"{QUOTATIONS:,} quotations, {5 * QUOTATIONS:,} lines, {5 * QUOTATIONS:,} suggestions")
    proof, report = env["sale.suggestion.proof"], env["sale.suggestion.report"]
    calls = {
        **{f"results of {key}": lambda key=key: proof.get_data(key) for key in PERIODS},
        "pivot of all": lambda: report.formatted_read_group(
            [], ["arm"], ["revenue_avg:avg", "quotation_count:sum"]
        ),
        "first page of the list": lambda: report.search_read([], ["revenue", "margin"], limit=80),
    }
    print(f"{'':<32}{'seconds':>10}")
    for name, call in calls.items():
        print(f"{name:<32}{measure(env, call):>10.2f}")
    env.cr.rollback()


main(env)  # noqa: F821  the shell's
