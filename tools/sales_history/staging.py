"""The accepted rows in temporary tables: where the file ends and set-based work begins.

Temporary tables live as long as the connection, across the commits of the batches, and vanish
with it: a killed load leaves none behind.
"""

import io

from odoo.tools import SQL

from .parsing import Row

_CHUNK_ROWS = 20_000
_ESCAPES = str.maketrans({"\\": "\\\\", "\t": "\\t", "\n": "\\n", "\r": "\\r"})
TABLES = (
    "sales_history_row",
    "sales_history_invoice",
    "sales_history_customer",
    "sales_history_product",
    "sales_history_order",
    "sales_history_line",
    "sales_history_order_prototype",
    "sales_history_line_prototype",
    "sales_history_name",
)


def drop_tables(env):
    for table in TABLES:
        env.cr.execute(SQL("DROP TABLE IF EXISTS pg_temp.%s", SQL.identifier(table)))


def copy_rows(env, rows):
    """COPY an iterable of parsing.Row into sales_history_row, a chunk in memory at a time."""
    env.cr.execute(
        SQL(
            """
            CREATE TEMP TABLE sales_history_row (
                line integer, invoice text, code text, description text, quantity numeric,
                price numeric, ordered timestamp, customer text, country text, is_return boolean
            )
            """
        )
    )
    chunk = []
    for row in rows:
        chunk.append(_copy_line(row))
        if len(chunk) == _CHUNK_ROWS:
            _copy(env, chunk)
            chunk.clear()
    _copy(env, chunk)


def _copy_line(row: Row):
    return "\t".join(str(value).translate(_ESCAPES) for value in row)


def _copy(env, lines):
    env.cr.copy_expert("COPY sales_history_row FROM STDIN", io.StringIO("\n".join(lines)))


def group_invoices(env):
    """One row an invoice. Its first line says when and to whom: lines keyed in a minute later, or
    under another customer, are lines of the same invoice."""
    env.cr.execute(SQL("CREATE INDEX ON sales_history_row (invoice, line)"))
    env.cr.execute(SQL("ANALYZE sales_history_row"))
    env.cr.execute(
        SQL(
            """
            CREATE TEMP TABLE sales_history_invoice AS
            SELECT DISTINCT ON (invoice) invoice, line, ordered, customer, country, is_return
              FROM sales_history_row
             ORDER BY invoice, line
            """
        )
    )
    env.cr.execute(SQL("ANALYZE sales_history_invoice"))


def analyze_tables(env):
    """Tell PostgreSQL what came in, so that the first report after a load is not a slow one."""
    for table in (
        "res_partner",
        "product_template",
        "product_product",
        "sale_order",
        "sale_order_line",
        "sale_order_tag_rel",
        "ir_model_data",
    ):
        env.cr.execute(SQL("ANALYZE %s", SQL.identifier(table)))
