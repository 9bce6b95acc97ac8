"""A sales history of any size for the benchmarks, made in PostgreSQL by SQL.

    from tools.order_lines import fill
    fill(env, lines=10_000_000, products=20_000)

In a scratch database: what orders there were are gone. Product p of n is drawn with a chance of
1 / p (Zipf's law), an order has 10 lines in 3 orders' mean; orders are of the last two years, ids
follow dates loosely, as where quotations are confirmed some days after they were written.
"""

from odoo import Command
from odoo.tools import SQL

LINES_PER_ORDER = 10 / 3
MONTHS = 24
DONE = "benchmarks.order_lines"
TABLES = ("sale_order_line", "sale_order")


def fill(env, lines, products):
    """Let there be so many lines of confirmed orders, of so many products; return False if there
    are already."""
    parameters = env["ir.config_parameter"].sudo()
    size = f"{lines} lines, {products} products"
    if parameters.get_param(DONE) == size:
        return False
    parameters.set_param(DONE, False)
    forget(env.cr, *TABLES)
    restore = drop_indexes(env.cr, *TABLES)
    env.cr.execute("TRUNCATE sale_order_line, sale_order")
    env.cr.execute("SELECT setseed(0.19)")
    order, sample_product = _make_sample(env)
    first_product = _make_products(env, sample_product, products)
    orders = round(lines / LINES_PER_ORDER)
    first_order = _make_orders(env, order, orders)
    _make_lines(env, order.order_line, lines, (first_order, orders), (first_product, products))
    order._action_cancel()
    env.flush_all()
    for statement in restore:
        env.cr.execute(statement)
    parameters.set_param(DONE, size)
    env.cr.commit()
    vacuum(env.cr, *TABLES, "product_product", "product_template")
    return True


def _make_sample(env):
    """Make the order whose like are all the others."""
    product = env["product.product"].create({"name": "Benchmark", "list_price": 10.0})
    order = env["sale.order"].create(
        {
            "partner_id": env["res.partner"].create({"name": "Benchmark"}).id,
            "order_line": [Command.create({"product_id": product.id, "product_uom_qty": 2})],
        }
    )
    order.action_confirm()
    return order, product


def _make_products(env, sample, count):
    """Return the id of the first product; their ids have no gaps. Those of another time stay."""
    first = copy_record(env, sample.product_tmpl_id, SQL("generate_series(1, %s)", count))
    template = SQL("%s + n - 1", first)
    return copy_record(env, sample, SQL("generate_series(1, %s)", count), product_tmpl_id=template)


def _make_orders(env, sample, count):
    now = SQL("now() AT TIME ZONE 'UTC'")
    date = SQL(
        "least(%(now)s, date_trunc('month', %(now)s) + interval '1 month' * %(months)s"
        " * (n::float / %(count)s - 1) - ln(1 - random()) * interval '4 day')",
        now=now,
        months=MONTHS - 1,
        count=count,
    )
    return copy_record(
        env,
        sample,
        SQL("generate_series(1, %s)", count),
        name=SQL("'B' || lpad(n::text, 9, '0')"),
        access_token=SQL("NULL"),
        date_order=date,
    )


def _make_lines(env, sample, lines, orders, products):
    """Draw lines of orders and products that are each given by their first id and their number."""
    # The integral of 1 / x is its logarithm: exp turns an even chance into one of 1 / p.
    source = SQL(
        """(
            SELECT %s + floor(random() * %s)::int AS order_id,
                   %s + least(floor(exp(random() * ln(%s))), %s)::int - 1 AS product_id
              FROM generate_series(1, %s)
             ORDER BY 1
        )""",
        *orders,
        products[0],
        products[1] + 1,
        products[1],
        lines,
    )
    copy_record(env, sample, source, order_id=SQL("n.order_id"), product_id=SQL("n.product_id"))


def copy_record(env, sample, source, **values):
    """Insert a copy of a record for each row of a source called n, with other values in some
    columns; return the id of the first one."""
    env.flush_all()
    sequence = f"{sample._table}_id_seq"
    [[first]] = env.execute_query(SQL("SELECT nextval(%s) + 1", sequence))
    values["id"] = SQL("nextval(%s)", sequence)
    names = [name for name, field in sample._fields.items() if field.store and field.column_type]
    env.cr.execute(
        SQL(
            "INSERT INTO %(table)s (%(columns)s) SELECT %(values)s"
            " FROM (SELECT * FROM %(table)s WHERE id = %(id)s) sample, %(source)s n",
            table=SQL.identifier(sample._table),
            columns=SQL(", ").join(map(SQL.identifier, names)),
            values=SQL(", ").join(
                values.get(name, SQL.identifier("sample", name)) for name in names
            ),
            id=sample.id,
            source=source,
        )
    )
    env.invalidate_all()
    return first


def forget(cr, *tables):
    """Delete what belongs to rows of the tables, and the mention of them elsewhere."""
    cr.execute(
        """
        SELECT CASE WHEN confdeltype = 'n'
                    THEN format('UPDATE %%s SET %%I = NULL WHERE %%I IS NOT NULL',
                                conrelid::regclass, attname, attname)
                    ELSE format('DELETE FROM %%s WHERE %%I IS NOT NULL',
                                conrelid::regclass, attname)
               END
          FROM pg_constraint
          JOIN pg_attribute ON attrelid = conrelid AND attnum = conkey[1]
         WHERE contype = 'f' AND confrelid = ANY(%(tables)s::regclass[])
           AND conrelid <> ALL(%(tables)s::regclass[])
        """,
        {"tables": list(tables)},
    )
    for (statement,) in cr.fetchall():
        cr.execute(statement)


def drop_indexes(cr, *tables):
    """Drop what each inserted row would be looked up in, and the references to the tables; return
    the statements that restore both."""
    cr.execute(
        """
        SELECT format('ALTER TABLE %%s DROP CONSTRAINT %%I', conrelid::regclass, conname),
               format('ALTER TABLE %%s ADD CONSTRAINT %%I %%s',
                      conrelid::regclass, conname, pg_get_constraintdef(oid))
          FROM pg_constraint
         WHERE contype = 'f'
           AND (conrelid = ANY(%(tables)s::regclass[]) OR confrelid = ANY(%(tables)s::regclass[]))
         UNION ALL
        SELECT format('DROP INDEX %%s', indexrelid::regclass), pg_get_indexdef(indexrelid)
          FROM pg_index
         WHERE NOT indisprimary AND indrelid = ANY(%(tables)s::regclass[])
           AND NOT EXISTS (SELECT FROM pg_constraint WHERE conindid = indexrelid)
        """,
        {"tables": list(tables)},
    )
    statements = cr.fetchall()
    for drop, _restore in statements:
        cr.execute(drop)
    return [restore for _drop, restore in reversed(statements)]


def vacuum(cr, *tables):
    """Let PostgreSQL know the tables as they are now, as it does by itself after a while."""
    connection = cr._cnx
    connection.commit()
    connection.autocommit = True
    for table in tables:
        cr.execute(SQL("VACUUM (ANALYZE) %s", SQL.identifier(table)))
    connection.autocommit = False
