"""Which orders are to be written, and what the prototypes must answer for."""

from odoo.tools import SQL

from .identity import MODULE, external_name_sql
from .prototypes import partner_kind_sql, product_kind_sql


def stage_orders(env, options):
    """Make sales_history_order: one row, with its id, for each invoice that is not there yet."""
    env.cr.execute(
        SQL(
            """
            CREATE TEMP TABLE sales_history_order AS
            WITH partner AS (
                SELECT partner.id, %(kind)s AS kind FROM res_partner partner
                 WHERE partner.id IN (SELECT partner_id FROM sales_history_customer)
            )
            SELECT nextval(pg_get_serial_sequence('sale_order', 'id'))::integer AS id,
                   (row_number() OVER (ORDER BY line) - 1) / %(batch)s AS batch, numbered.*
              FROM (
                SELECT invoice.*, customer.partner_id,
                       dense_rank() OVER (ORDER BY partner.kind, invoice.is_return)::integer
                       AS prototype_number
                  FROM sales_history_invoice invoice
                  JOIN sales_history_customer customer
                    ON customer.customer = invoice.customer
                   AND coalesce(customer.country, invoice.country) = invoice.country
                  JOIN partner ON partner.id = customer.partner_id
                 WHERE NOT EXISTS (
                    SELECT FROM ir_model_data data
                     WHERE data.module = %(module)s AND data.model = 'sale.order'
                       AND data.name = %(name)s
                 )
                 ORDER BY invoice.line
              ) numbered
            """,
            kind=partner_kind_sql(),
            batch=options.batch,
            module=MODULE,
            name=external_name_sql(options, "order", SQL("invoice.invoice")),
        )
    )
    env.cr.execute(SQL("ANALYZE sales_history_order"))
    env.cr.execute(SQL("ALTER TABLE sales_history_product ADD COLUMN kind integer"))
    env.cr.execute(
        SQL(
            """
            UPDATE sales_history_product staged SET kind = kinds.kind
              FROM (SELECT product.id, dense_rank() OVER (ORDER BY %s)::integer AS kind
                      FROM product_product product
                      JOIN product_template template ON template.id = product.product_tmpl_id
                     WHERE product.id IN (SELECT product_id FROM sales_history_product)) kinds
             WHERE kinds.id = staged.product_id
            """,
            product_kind_sql(),
        )
    )
    env.cr.execute(SQL("ANALYZE sales_history_product"))


def find_kinds(env):
    """The combinations that occur: see ``make_prototypes``."""
    return env.execute_query(
        SQL(
            """
            SELECT orders.prototype_number, orders.is_return, orders.partner_ids,
                   jsonb_agg(jsonb_build_array(lines.kind, lines.negative, lines.product_ids)
                             ORDER BY lines.kind, lines.negative)
              FROM (SELECT prototype_number, is_return,
                           ARRAY[min(partner_id), max(partner_id)] AS partner_ids
                      FROM sales_history_order
                     GROUP BY prototype_number, is_return) orders
              JOIN (SELECT staged.prototype_number, product.kind,
                           sale.quantity < 0 AS negative,
                           ARRAY[min(product_id), max(product_id)] AS product_ids
                      FROM sales_history_order staged
                      JOIN sales_history_row sale ON sale.invoice = staged.invoice
                      JOIN sales_history_product product ON product.code = sale.code
                     GROUP BY 1, 2, 3) lines USING (prototype_number)
             GROUP BY orders.prototype_number, orders.is_return, orders.partner_ids
            """
        )
    )


def stage_names(env):
    """The text Odoo puts on a line, for each product in each customer's language."""
    env.cr.execute(
        SQL("CREATE TEMP TABLE sales_history_name (product_id int, lang text, name text)")
    )
    langs = env.execute_query(
        SQL("SELECT DISTINCT prototype_lang FROM sales_history_order_prototype")
    )
    products = env["product.product"].browse(
        product_id
        for (product_id,) in env.execute_query(SQL("SELECT product_id FROM sales_history_product"))
    )
    for (lang,) in langs:
        names = [
            (product.id, lang, product.get_product_multiline_description_sale())
            for product in products.with_context(lang=lang)
        ]
        env.cr.execute(
            SQL(
                "INSERT INTO sales_history_name VALUES %s",
                SQL(", ").join(SQL("%s", row) for row in names),
            )
        )
    env.cr.execute(SQL("ANALYZE sales_history_name"))
