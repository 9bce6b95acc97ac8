"""Time of questions about the four actuals against core's own reports in the same run.

    ROWS=1000000 make shell DB=scratch < benchmarks/sales_actuals.py

Without ROWS the documents of the database are measured. With ROWS that many order lines are
inserted first, invoiced and mostly paid over 25 months, and rolled back at the end.
"""

import os
import statistics
import time
from datetime import date

from dateutil.relativedelta import relativedelta

from odoo.tools import SQL

RUNS = 3
LINES_AN_ORDER = 20
SALESPERSONS = 20
MOVE_COLUMNS = SQL(
    "state, company_id, currency_id, partner_id, commercial_partner_id, journal_id, auto_post, date"
)
LINE_COLUMNS = SQL(
    "move_id, parent_state, journal_id, company_id, company_currency_id, currency_id, partner_id,"
    " date, date_maturity, display_type, account_id, balance, amount_currency, reconciled"
)


def fill(env, lines):
    """Insert orders with their invoices, payments and statement lines by SQL."""
    journals = {
        kind: env["account.journal"].search(
            [("type", "=", kind), ("company_id", "=", env.company.id)], limit=1
        )
        for kind in ("sale", "bank")
    }
    accounts = {
        kind: env["account.account"].search(
            [("account_type", "=", kind), ("company_ids", "=", env.company.id)], limit=1
        )
        for kind in ("asset_receivable", "income", "asset_current")
    }
    users = (
        env["res.users"]
        .with_context(no_reset_password=True)
        .create(
            [
                {
                    "name": f"Benchmark {number}",
                    "login": f"benchmark_{number}",
                    "group_ids": [(4, env.ref("sales_team.group_sale_salesman").id)],
                }
                for number in range(SALESPERSONS)
            ]
        )
    )
    products = env["product.product"].create(
        [{"name": f"Benchmark {number}"} for number in range(200)]
    )
    partners = env["res.partner"].create([{"name": f"Customer {number}"} for number in range(500)])
    env.flush_all()
    values = {
        "company": env.company.id,
        "currency": env.company.currency_id.id,
        "sale_journal": journals["sale"].id,
        "bank_journal": journals["bank"].id,
        "money": journals["bank"].default_account_id.id,
        "receivable": accounts["asset_receivable"].id,
        "income": accounts["income"].id,
        "outstanding": accounts["asset_current"].id,
        "users": users.ids,
        "products": products.ids,
        "partners": partners.ids,
        "orders": lines // LINES_AN_ORDER,
        "size": LINES_AN_ORDER,
        "move_columns": MOVE_COLUMNS,
        "line_columns": LINE_COLUMNS,
    }
    for statement in STATEMENTS:
        env.cr.execute(SQL(statement, **values))
    env.cr.execute(
        "ANALYZE sale_order, sale_order_line, sale_order_line_invoice_rel, account_move,"
        " account_move_line, account_payment, account_partial_reconcile, res_partner"
    )
    env.invalidate_all()


RECONCILE = """
INSERT INTO account_partial_reconcile (debit_move_id, credit_move_id, amount,
    debit_amount_currency, credit_amount_currency, company_id, max_date)
SELECT debit.id, credit.id, debit.balance, debit.balance, debit.balance, %(company)s,
       credit.date
  FROM bench b
  JOIN account_move owed ON owed.name = '{debit}/' || b.n
  JOIN account_move paid ON paid.name = '{credit}/' || b.n
  JOIN account_move_line debit
    ON debit.move_id = owed.id AND debit.account_id = %({account})s AND debit.balance > 0
  JOIN account_move_line credit
    ON credit.move_id = paid.id AND credit.account_id = %({account})s AND credit.balance < 0
"""
STATEMENTS = [
    # What belongs to an order, under a number: its day, the amount of a line, how it was paid.
    """
    CREATE TEMP TABLE bench ON COMMIT DROP AS
    SELECT n, (%(users)s::int[])[1 + n %% array_length(%(users)s::int[], 1)] AS user_id,
           (%(partners)s::int[])[1 + n %% array_length(%(partners)s::int[], 1)] AS partner_id,
           now()::date - (random() * 760)::int AS day,
           round((random() * 100 + 1)::numeric, 2) AS price,
           n %% 5 > 0 AS is_paid, n %% 10 > 2 AS is_confirmed
      FROM generate_series(1, %(orders)s) n
    """,
    "ANALYZE bench",
    """
    INSERT INTO sale_order (name, state, company_id, currency_id, currency_rate, user_id,
        partner_id, partner_invoice_id, partner_shipping_id, date_order, create_date,
        amount_untaxed, amount_total, invoice_status)
    SELECT 'ACTUAL' || n, 'sale', %(company)s, %(currency)s, 1, user_id, partner_id, partner_id,
           partner_id, day + time '10:00', day, price * %(size)s, price * %(size)s, 'invoiced'
      FROM bench
    """,
    "ANALYZE sale_order",
    """
    INSERT INTO sale_order_line (order_id, product_id, product_uom_qty, price_unit, price_subtotal,
        price_total, name, company_id, currency_id, state, salesman_id, order_partner_id,
        customer_lead, qty_delivered, qty_invoiced, qty_to_invoice, discount, invoice_status)
    SELECT o.id, (%(products)s::int[])[1 + (n + line) %% array_length(%(products)s::int[], 1)], 1,
           price, price, price, 'ACTUAL', %(company)s, %(currency)s, 'sale', b.user_id,
           b.partner_id, 0, 0, 1, 0, 0, 'invoiced'
      FROM bench b JOIN sale_order o ON o.name = 'ACTUAL' || n, generate_series(1, %(size)s) line
    """,
    """
    INSERT INTO account_move (name, move_type, %(move_columns)s, invoice_date, invoice_user_id,
        amount_untaxed, amount_total, invoice_currency_rate)
    SELECT 'ACTUAL/' || n, 'out_invoice', 'posted', %(company)s, %(currency)s, partner_id,
           partner_id, %(sale_journal)s, 'no', day, day, user_id, price * %(size)s,
           price * %(size)s * 1.2, 1
      FROM bench
    """,
    "ANALYZE sale_order_line, account_move",
    """
    INSERT INTO account_move_line (%(line_columns)s, product_id, quantity, price_subtotal, name)
    SELECT m.id, 'posted', m.journal_id, %(company)s, %(currency)s, %(currency)s, m.partner_id,
           m.date, NULL, 'product', %(income)s, -b.price, -b.price, FALSE, l.product_id, 1,
           b.price, l.id::text
      FROM bench b
      JOIN account_move m ON m.name = 'ACTUAL/' || n
      JOIN sale_order o ON o.name = 'ACTUAL' || n
      JOIN sale_order_line l ON l.order_id = o.id
    """,
    "ANALYZE account_move_line",
    """
    INSERT INTO sale_order_line_invoice_rel (invoice_line_id, order_line_id)
    SELECT l.id, l.name::int
      FROM account_move_line l JOIN account_move m ON m.id = l.move_id
     WHERE m.name LIKE 'ACTUAL/%%' AND l.display_type = 'product'
    """,
    """
    INSERT INTO account_move_line (%(line_columns)s)
    SELECT m.id, 'posted', m.journal_id, %(company)s, %(currency)s, %(currency)s, m.partner_id,
           m.date, m.date + 30, 'payment_term', %(receivable)s, m.amount_total, m.amount_total,
           b.is_paid
      FROM bench b JOIN account_move m ON m.name = 'ACTUAL/' || n
    """,
    """
    INSERT INTO account_payment (name, journal_id, company_id, state, payment_type, partner_type,
        date, amount, currency_id, outstanding_account_id, is_matched)
    SELECT 'PAID/' || n, %(bank_journal)s, %(company)s, 'paid', 'inbound', 'customer', day + 30,
           price * %(size)s * 1.2, %(currency)s, %(outstanding)s, is_confirmed
      FROM bench WHERE is_paid
    """,
    """
    INSERT INTO account_move (name, move_type, %(move_columns)s, amount_total, origin_payment_id)
    SELECT p.name, 'entry', 'posted', %(company)s, %(currency)s, b.partner_id, b.partner_id,
           p.journal_id, 'no', p.date, p.amount, p.id
      FROM bench b JOIN account_payment p ON p.name = 'PAID/' || n
    """,
    """
    UPDATE account_payment p SET move_id = m.id
      FROM account_move m WHERE m.origin_payment_id = p.id AND p.name LIKE 'PAID/%%'
    """,
    """
    INSERT INTO account_move_line (%(line_columns)s, payment_id)
    SELECT m.id, 'posted', m.journal_id, %(company)s, %(currency)s, %(currency)s, m.partner_id,
           m.date, m.date, 'product', side.account, m.amount_total * side.sign,
           m.amount_total * side.sign, TRUE, m.origin_payment_id
      FROM account_move m,
           (VALUES (%(receivable)s, -1), (%(outstanding)s, 1)) AS side(account, sign)
     WHERE m.name LIKE 'PAID/%%'
    """,
    """
    INSERT INTO account_move (name, move_type, %(move_columns)s, amount_total)
    SELECT 'BANK/' || n, 'entry', 'posted', %(company)s, %(currency)s, m.partner_id, m.partner_id,
           m.journal_id, 'no', m.date + 2, m.amount_total
      FROM bench b JOIN account_move m ON m.name = 'PAID/' || n WHERE b.is_confirmed
    """,
    """
    INSERT INTO account_move_line (%(line_columns)s)
    SELECT m.id, 'posted', m.journal_id, %(company)s, %(currency)s, %(currency)s, m.partner_id,
           m.date, m.date, 'product', side.account, m.amount_total * side.sign,
           m.amount_total * side.sign, side.sign < 0
      FROM account_move m, (VALUES (%(outstanding)s, -1), (%(money)s, 1)) AS side(account, sign)
     WHERE m.name LIKE 'BANK/%%'
    """,
    "ANALYZE account_move, account_move_line",
    RECONCILE.format(debit="ACTUAL", credit="PAID", account="receivable"),
    RECONCILE.format(debit="PAID", credit="BANK", account="outstanding"),
]


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


def ask(model, domain, groupby, measure_field):
    return lambda: model.formatted_read_group(domain, groupby, [f"{measure_field}:sum"])


def report(env):
    month = date.today().replace(day=1) - relativedelta(months=1)
    spans = {
        "a month": (month, month + relativedelta(months=1), ["user_id"]),
        "12 months": (
            month - relativedelta(months=11),
            month + relativedelta(months=1),
            ["date:month", "user_id"],
        ),
    }
    actuals, orders = env["crm.sales.actual"], env["sale.report"]
    invoices = env["account.invoice.report"]
    lines = env["sale.order.line"].search_count([("state", "=", "sale")])
    print(f"\n{lines:,} confirmed order lines")
    print(f"{'by salesperson':44}{'seconds':>9}{'queries':>9}")
    for name, (start, end, groupby) in spans.items():
        days = [("date", ">=", str(start)), ("date", "<", str(end))]
        invoice_days = [("invoice_date", *condition[1:]) for condition in days]
        kinds = ("ordered", "invoiced", "collected", "bank", "transit")
        calls = {
            **{
                f"{kind}, {name}": ask(actuals, [("kind", "=", kind), *days], groupby, "amount")
                for kind in kinds
            },
            f"all of them, {name}": ask(actuals, days, ["kind", *groupby], "amount"),
            f"sale.report, {name}": ask(
                orders, [("state", "=", "sale"), *days], groupby, "price_subtotal"
            ),
            f"account.invoice.report, {name}": ask(
                invoices,
                [("state", "=", "posted"), ("move_type", "like", "out_"), *invoice_days],
                [key.replace("date", "invoice_date") for key in groupby[:-1]] + ["invoice_user_id"],
                "price_subtotal",
            ),
        }
        for label, call in calls.items():
            seconds, queries = measure(env, call)
            print(f"{label:44}{seconds:9.3f}{queries:9}")
    rows = actuals.search([("kind", "=", "collected")], limit=80)

    def read():
        rows.read(["kind", "amount", "date"])

    seconds, queries = measure(env, read)
    print(f"{'80 rows of collected, read by their ids':44}{seconds:9.3f}{queries:9}")


def main(env):
    env = env(user=env.ref("base.user_admin"))
    for lines in [int(rows) for rows in os.environ.get("ROWS", "").split(",") if rows] or [0]:
        if lines:
            fill(env, lines)
        report(env)
        env.cr.rollback()


main(env)  # noqa: F821 (the Odoo shell provides it)
