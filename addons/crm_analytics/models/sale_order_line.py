from odoo import api, models
from odoo.fields import Domain
from odoo.tools import SQL

# Orders read and counted at a time, and what is read again when one of them changes.
# Stored blocks are by this range: count all of them again where it is changed.
ORDERS_PER_RANGE = 65_536


class SaleOrderLine(models.Model):
    _inherit = "sale.order.line"

    @api.model
    def _get_basket_domain(self):
        """Return the lines that tell what a customer chose to buy, of products that are still for
        sale: what is archived or no longer sold cannot be proposed."""
        return self._get_basket_line_domain() & Domain(
            "product_id",
            "any",
            Domain("active", "=", True) & Domain("sale_ok", "=", True),
        )

    @api.model
    def _get_basket_line_domain(self):
        """Return the lines that tell what a customer chose to buy, whatever became of the product.

        Core's own domain leaves out down payments, discounts and rewards. What comes with a combo
        was not chosen together. A module with lines of another kind adds its condition here.
        """
        return (
            Domain(self._sellable_lines_domain())
            & Domain("state", "=", "sale")
            & Domain("display_type", "=", False)
            & Domain("product_id", "!=", False)
            & Domain("product_uom_qty", ">", 0)
            & Domain("combo_item_id", "=", False)
        )

    @api.model
    def _get_basket_ranges(self, company, date_from):
        """Return the ranges of order ids that hold a company's confirmed orders since a date.

        A fingerprint changes with each order of its range that is confirmed, written, cancelled or
        deleted, even by a transaction that began before the last look, and with its amount: a line
        that is added by itself does not write its order. It cannot tell that a line alone took
        another product of the same price; reading everything now and then does.

        :param datetime date_from: ranges whose orders are all older are left out
        :return: {range: fingerprint}, ranges ascending
        :rtype: dict[int, str]
        """
        orders = self._get_basket_orders(company)
        query = orders._search(self._get_basket_order_domain(company))
        key, written, amount, date = (
            orders._field_to_sql(query.table, name, query)
            for name in ("id", "write_date", "amount_untaxed", "date_order")
        )
        order_range = SQL("%s / %s", key, ORDERS_PER_RANGE)
        query.groupby = order_range
        query.having = SQL("max(%s) >= %s", date, date_from)
        query.order = order_range
        rows = self.env.execute_query(
            query.select(
                order_range,
                SQL(
                    "to_hex(bit_xor(timestamp_hash_extended(coalesce(%s, 'epoch'),"
                    " hash_numeric_extended(coalesce(%s, 0), %s))))",
                    written,
                    amount,
                    key,
                ),
            )
        )
        return dict(rows)

    @api.model
    def _read_basket_range(self, company, order_range, date_from):
        """Return the basket lines of a range of orders, those of orders since a date.

        Read as one string of bytes: a row a line would cost more than all that follows. Orders and
        lines are put together here, which costs less than a join of as many rows in PostgreSQL.

        :param int order_range: a key of `_get_basket_ranges`
        :return: parallel int32 arrays of shape (lines,): order ids, product ids and the month of
            the order, in UTC (year * 12 + month - 1)
        """
        import numpy as np

        first = order_range * ORDERS_PER_RANGE
        # sudo: a matrix of the whole company's orders, whoever asks for it to be computed; the
        # allowed companies are what core's domain looks at.
        lines = self.sudo().with_context(allowed_company_ids=company.ids, active_test=False)
        orders = self._get_basket_orders(company)
        query = orders._search(
            self._get_basket_order_domain(company) & Domain("date_order", ">=", date_from)
        )
        key, date = (
            orders._field_to_sql(query.table, name, query) for name in ("id", "date_order")
        )
        days = SQL("greatest(%s::date - '1970-01-01'::date, 0)", date)
        known_ids, days = self._read_int_pairs(query, key, days, first)
        query = lines._search(
            lines._get_basket_line_domain() & Domain("company_id", "=", company.id)
        )
        key, product = (
            lines._field_to_sql(query.table, name, query) for name in ("order_id", "product_id")
        )
        order_ids, product_ids = self._read_int_pairs(query, key, product, first)
        month_of_day = days.astype("datetime64[D]").astype("datetime64[M]").astype(np.int32)
        month_of_order = np.full(ORDERS_PER_RANGE, -1, np.int32)
        month_of_order[known_ids - first] = month_of_day + 1970 * 12
        months = month_of_order[order_ids - first]
        kept = months >= 0
        return order_ids[kept], product_ids[kept], months[kept]

    @api.model
    def _get_basket_orders(self, company):
        # sudo: as for the lines.
        return self.env["sale.order"].sudo().with_context(allowed_company_ids=company.ids)

    @api.model
    def _get_basket_order_domain(self, company):
        """Return the orders that tell what a customer chose to buy."""
        return Domain("company_id", "=", company.id) & Domain("state", "=", "sale")

    @api.model
    def _read_int_pairs(self, query, key, value, first):
        """Return (keys, values) of the rows of a query whose key is in a range, as int32 arrays."""
        from ..mining.pg_binary import decode_int_pairs

        query.add_where(SQL("%s BETWEEN %s AND %s", key, first, first + ORDERS_PER_RANGE - 1))
        pair = SQL("int8send(%s::bigint << 32 | %s)", key, value)
        [row] = self.env.execute_query(query.select(SQL("string_agg(%s, '')", pair)))
        return decode_int_pairs(row[0])
