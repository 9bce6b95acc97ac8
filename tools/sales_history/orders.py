"""Orders and their lines, written set-based from the staged rows and the prototypes."""

from decimal import Decimal

from odoo.tools import SQL, sql

from .identity import MODULE, external_name_sql
from .order_staging import find_kinds, stage_names
from .prototypes import link_fields, make_prototypes, partner_columns

# In every INSERT below: "staged" is the row of the file, "prototype" the ORM's answer.
_STAMPS = {
    "create_date": SQL("now() AT TIME ZONE 'UTC'"),
    "write_date": SQL("now() AT TIME ZONE 'UTC'"),
}
# The orders and the lines of the batch at hand, each beside its prototype.
_ORDER_SOURCE = SQL(
    """
    (SELECT * FROM sales_history_order
      WHERE id IN (SELECT order_id FROM sales_history_line)) staged
    JOIN sales_history_order_prototype prototype USING (prototype_number)
    """
)
_LINE_SOURCE = SQL(
    """
    sales_history_line staged
    JOIN sales_history_line_prototype prototype
      ON prototype.prototype_number = staged.prototype_number
     AND prototype.prototype_kind = staged.kind
     AND prototype.prototype_negative = staged.negative
    """
)
_ORDER_COLUMNS = {
    "id": SQL("staged.id"),
    "name": SQL("staged.invoice"),
    "client_order_ref": SQL("staged.invoice"),
    "date_order": SQL("staged.ordered"),
    "amount_untaxed": SQL("totals.amount"),
    "amount_total": SQL("totals.amount"),
    "invoice_status": SQL("totals.invoice_status"),
    # Odoo gives one when it first needs a link, and no two orders may share it.
    "access_token": SQL("NULL"),
    # Drawn for each quotation, and of no use to what was sold before anything was suggested.
    "suggestion_seed": SQL("NULL"),
    **_STAMPS,
}


def rounded(currency, expression):
    """Odoo's rounding of an SQL expression to a currency: half away from zero, exactly."""
    rounding = SQL("%s::numeric", repr(currency.rounding))
    return SQL("round((%s) / %s) * %s", expression, rounding, rounding)


class OrderWriter:
    """Writes the staged orders, a batch a transaction: orders, lines and external ids together."""

    def __init__(self, env, options, tag_id):
        self.env = env
        self.options = options
        self.currency = env.company.currency_id
        self.line_columns = self._line_columns()
        computed = {"sale.order": set(_ORDER_COLUMNS), "sale.order.line": set(self.line_columns)}
        # Without taxes the total is the untaxed amount: both follow from the lines.
        self.recompute = make_prototypes(env, find_kinds(env), tag_id, computed)
        stage_names(env)
        self._create_line_table()

    def write_batch(self, number):
        """Write one batch and return ``(orders, returns, lines, exact sum, rounded sum)``."""
        self._stage_lines(number)
        self._insert_orders()
        self._insert_lines()
        self._insert_links(self.env["sale.order"], _ORDER_SOURCE)
        self._insert_links(self.env["sale.order.line"], _LINE_SOURCE)
        self._insert_external_ids(number)
        self._recompute()
        *counts, exact, kept = self.env.execute_query(
            SQL(
                """
                SELECT count(DISTINCT order_id), count(DISTINCT order_id) FILTER (WHERE is_return),
                       count(*), sum(quantity * price)::text, sum(subtotal)::text
                  FROM sales_history_line
                """
            )
        )[0]
        return (*counts, Decimal(exact), Decimal(kept))

    def _line_columns(self):
        subtotal = SQL("staged.subtotal")
        each = rounded(self.currency, SQL("staged.subtotal / staged.quantity"))
        return {
            "id": SQL("staged.id"),
            "order_id": SQL("staged.order_id"),
            "product_id": SQL("staged.product_id"),
            "name": SQL("staged.name"),
            "product_uom_qty": SQL("staged.quantity"),
            "price_unit": SQL("staged.price"),
            "technical_price_unit": SQL("staged.price"),
            "price_subtotal": subtotal,
            "price_total": subtotal,
            "price_reduce_taxexcl": each,
            "price_reduce_taxinc": each,
            # Products invoiced on delivery have nothing to invoice yet: the prototype says so.
            "qty_to_invoice": SQL(
                "CASE WHEN prototype.qty_to_invoice = 0 THEN 0 ELSE staged.quantity END"
            ),
            "untaxed_amount_to_invoice": SQL(
                "CASE WHEN prototype.untaxed_amount_to_invoice = 0 THEN 0 ELSE staged.subtotal END"
            ),
            **_STAMPS,
        }

    def _create_line_table(self):
        self.env.cr.execute(
            SQL(
                """
                CREATE TEMP TABLE sales_history_line (
                    id int, order_id int, partner_id int, is_return boolean,
                    prototype_number int, kind int, negative boolean, product_id int, name text,
                    quantity numeric, price numeric, subtotal numeric
                )
                """
            )
        )

    def _stage_lines(self, number):
        self.env.cr.execute(SQL("TRUNCATE sales_history_line"))
        self.env.cr.execute(
            SQL(
                """
                INSERT INTO sales_history_line
                SELECT nextval(pg_get_serial_sequence('sale_order_line', 'id')), lines.*
                  FROM (
                    SELECT staged.id, staged.partner_id, staged.is_return,
                           staged.prototype_number, product.kind, sale.quantity < 0,
                           product.product_id, named.name, sale.quantity, sale.price, %s
                      FROM sales_history_order staged
                      JOIN sales_history_order_prototype prototype USING (prototype_number)
                      JOIN sales_history_row sale ON sale.invoice = staged.invoice
                      JOIN sales_history_product product ON product.code = sale.code
                      JOIN sales_history_name named
                        ON named.product_id = product.product_id
                       AND named.lang = prototype.prototype_lang
                     WHERE staged.batch = %s
                     ORDER BY staged.line, sale.line
                  ) lines
                """,
                rounded(self.currency, SQL("sale.quantity * sale.price")),
                number,
            )
        )
        self.env.cr.execute(SQL("ANALYZE sales_history_line"))

    def _insert_orders(self):
        globally = self.env.company.tax_calculation_rounding_method == "round_globally"
        amount = (
            rounded(self.currency, SQL("sum(quantity * price)"))
            if globally
            else SQL("sum(subtotal)")
        )
        status = SQL(
            """
            CASE WHEN bool_or(prototype.invoice_status = 'to invoice') THEN 'to invoice'
                 WHEN bool_and(prototype.invoice_status = 'invoiced') THEN 'invoiced'
                 WHEN bool_and(prototype.invoice_status IN ('invoiced', 'upselling'))
                 THEN 'upselling' ELSE 'no' END
            """
        )
        self._insert(
            self.env["sale.order"],
            _ORDER_COLUMNS,
            SQL(
                """
                %s
                JOIN (SELECT staged.order_id, %s AS amount, %s AS invoice_status
                        FROM %s GROUP BY staged.order_id) totals ON totals.order_id = staged.id
                ORDER BY staged.line
                """,
                _ORDER_SOURCE,
                amount,
                status,
                _LINE_SOURCE,
            ),
        )

    def _insert_lines(self):
        self._insert(
            self.env["sale.order.line"],
            self.line_columns,
            SQL("%s ORDER BY staged.id", _LINE_SOURCE),
        )

    def _insert(self, model, own_columns, source):
        """INSERT every column of the table: ours, the row's partner, or the prototype's value."""
        partner = {
            name: SQL(
                "CASE WHEN %(column)s = 0 THEN staged.partner_id ELSE %(column)s END",
                column=SQL.identifier("prototype", name),
            )
            for name in partner_columns(model)
        }
        values = {
            name: own_columns.get(name) or partner.get(name) or SQL.identifier("prototype", name)
            for name in sql.table_columns(self.env.cr, model._table)
        }
        self.env.cr.execute(
            SQL(
                "INSERT INTO %s (%s) SELECT %s FROM %s",
                SQL.identifier(model._table),
                SQL(", ").join(SQL.identifier(name) for name in values),
                SQL(", ").join(values.values()),
                source,
            )
        )

    def _insert_links(self, model, source):
        """The many2many rows of the prototypes: the tag of the returns, and what modules add."""
        for name in link_fields(model):
            field = model._fields[name]
            self.env.cr.execute(
                SQL(
                    """
                    INSERT INTO %s (%s, %s)
                    SELECT staged.id, link.value::int
                      FROM %s,
                           LATERAL jsonb_array_elements_text(prototype.prototype_row -> %s) link
                    """,
                    SQL.identifier(field.relation),
                    SQL.identifier(field.column1),
                    SQL.identifier(field.column2),
                    source,
                    name,
                )
            )

    def _insert_external_ids(self, number):
        self.env.cr.execute(
            SQL(
                """
                INSERT INTO ir_model_data
                       (module, name, model, res_id, noupdate,
                        create_uid, create_date, write_uid, write_date)
                SELECT %s, %s, 'sale.order', staged.id, false,
                       %s, now() AT TIME ZONE 'UTC', %s, now() AT TIME ZONE 'UTC'
                  FROM sales_history_order staged
                 WHERE staged.batch = %s
                """,
                MODULE,
                external_name_sql(self.options, "order", SQL("staged.invoice")),
                self.env.uid,
                self.env.uid,
                number,
            )
        )

    def _recompute(self):
        """Let Odoo compute the fields of modules this loader does not know."""
        ids = self.env.execute_query(SQL("SELECT order_id, id FROM sales_history_line"))
        for model, position in (("sale.order", 0), ("sale.order.line", 1)):
            records = self.env[model].browse({row[position] for row in ids})
            for name in self.recompute[model]:
                self.env.add_to_compute(records._fields[name], records)
        self.env.flush_all()
