"""The load, from the file to the report."""

import time
from dataclasses import replace
from pathlib import Path

from odoo.tools import SQL

from tools.loading import find_company, find_rejects_path, one_load
from tools.row_file import LoadError, RejectsFile

from .identity import MODULE, external_name_sql
from .masters import QUIET, load_partners, load_products
from .options import Options
from .order_staging import stage_orders
from .orders import OrderWriter
from .parsing import Rejected, RowParser
from .reader import SalesFile
from .report import Report
from .staging import analyze_tables, copy_rows, drop_tables, group_invoices


def load(env, path, options=None, progress=None):
    """Load a sales history into the company of ``env`` and return a Report.

    Orders are written as if each had been made and confirmed through the ORM, a thousand at a
    time; left out by design are e-mails, deliveries, loyalty points, followers and messages.
    Commits after each batch: what a killed load wrote is found again by the next one.

    :param progress: called as ``progress(what, done, of)``
    :raise LoadError: with one sentence, when the load cannot be done; nothing is loaded then
    """
    start = time.monotonic()
    options = options or Options()
    progress = progress or (lambda what, done, of: None)
    env = _prepare_environment(env, options)
    options = replace(
        options, quantity_digits=env["decimal.precision"].precision_get("Product Unit")
    )
    zone = _find_zone(env, options)
    report = Report(
        file=Path(path).name,
        company=env.company.name,
        currency=env.company.currency_id.name,
        timezone=zone,
    )
    file = SalesFile(path, options)
    parser = RowParser(file.positions, len(file.header), options, zone)
    with one_load(env, "sales_history"):
        drop_tables(env)
        _stage_file(env, file, parser, options=options, report=report, progress=progress)
        _load_staged(env, options, report, progress)
        drop_tables(env)
        env.cr.commit()
    report.seconds = time.monotonic() - start
    return report


def _prepare_environment(env, options):
    company = find_company(env, options.company)
    return env(context={**env.context, **QUIET, "allowed_company_ids": company.ids})


def _find_zone(env, options):
    """The time zone of the file's dates."""
    company = env.company
    return options.timezone or env.user.tz or company.partner_id.tz or "UTC"


def _stage_file(env, file, parser, *, options, report, progress):
    """Read the file once: accepted rows into the database, the others into the rejects file."""
    rejects_path = find_rejects_path(file, options.rejects)
    with RejectsFile(rejects_path, file.header, file.delimiter) as rejects:
        copy_rows(env, _accepted_rows(file, parser, rejects, report, progress))
    report.reasons = parser.reasons
    report.rejects_file = str(rejects_path) if parser.reasons else ""
    if not report.accepted:
        raise LoadError(f"{file.path.name} holds no row that can be loaded, of {report.rows:,}.")
    group_invoices(env)


def _accepted_rows(file, parser, rejects, report, progress):
    for line, fields in file:
        report.rows += 1
        if report.rows % 50_000 == 0:
            progress("rows", report.rows, None)
        row = parser(line, fields)
        if type(row) is Rejected:
            rejects.add(line, row.reason, fields)
            report.amount_rejected += row.amount or 0
        else:
            report.accepted += 1
            report.amount_accepted += row.quantity * row.price
            yield row


def _load_staged(env, options, report, progress):
    _check_company(env, options)
    load_partners(env, options, report, progress)
    load_products(env, options, report, progress)
    tag = env["crm.tag"].search([("name", "=", "Return")], limit=1)
    tag = tag or env["crm.tag"].create({"name": "Return"})
    env.cr.commit()
    stage_orders(env, options)
    staged = _count_invoices(env, report)
    writer = OrderWriter(env, options, tag.id)
    for batch in range(-(-staged // options.batch)):
        orders, returns, lines, exact, kept = writer.write_batch(batch)
        env.cr.commit()
        report.orders += orders
        report.returns += returns
        report.lines += lines
        report.amount_exact += exact
        report.amount_rounded += kept
        progress("orders", report.orders, staged)
    analyze_tables(env)
    env.invalidate_all()
    if report.lines + report.lines_there != report.accepted:
        raise LoadError(
            f"{report.accepted:,} rows were accepted but {report.lines + report.lines_there:,} "
            "are in the database: records were changed while the load ran; run it again."
        )


def _count_invoices(env, report):
    """Set the counts that need the whole file; return how many orders are to be written."""
    row = env.execute_query(
        SQL(
            """
            SELECT (SELECT count(*) FROM sales_history_invoice),
                   (SELECT count(*) FROM sales_history_invoice WHERE customer = ''),
                   (SELECT count(*) FROM sales_history_row
                     WHERE invoice IN (SELECT invoice FROM sales_history_invoice
                                        WHERE customer = '')),
                   (SELECT count(*) FROM sales_history_row
                     WHERE invoice NOT IN (SELECT invoice FROM sales_history_order)),
                   (SELECT count(*) FROM sales_history_order)
            """
        )
    )[0]
    report.invoices, report.guest_orders, report.guest_lines, report.lines_there, staged = row
    return staged


def _check_company(env, options):
    other = env.execute_query(
        SQL(
            """
            SELECT company.name
              FROM ir_model_data data
              JOIN sales_history_invoice invoice ON data.name = %s
              JOIN sale_order orders ON orders.id = data.res_id
              JOIN res_company company ON company.id = orders.company_id
             WHERE data.module = %s AND data.model = 'sale.order' AND company.id <> %s
             LIMIT 1
            """,
            external_name_sql(options, "order", SQL("invoice.invoice")),
            MODULE,
            env.company.id,
        )
    )
    if other:
        raise LoadError(
            f"Orders of this file were loaded into company {other[0][0]} as SOURCE "
            f"{options.source}: give this load another SOURCE."
        )
