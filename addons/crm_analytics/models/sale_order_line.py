from odoo import api, models
from odoo.fields import Domain
from odoo.tools import SQL

ORDERS_PER_READ = 200_000


class SaleOrderLine(models.Model):
    _inherit = "sale.order.line"

    @api.model
    def _get_basket_domain(self):
        """Return the lines that tell what a customer chose to buy.

        Core's own domain leaves out down payments, discounts and rewards. What comes with a combo
        was not chosen together, and what is archived or no longer sold cannot be proposed; the
        products of delivery methods are not for sale either. A module with lines of another kind
        adds its condition here.
        """
        return (
            Domain(self._sellable_lines_domain())
            & Domain("state", "=", "sale")
            & Domain("display_type", "=", False)
            & Domain("product_uom_qty", ">", 0)
            & Domain("combo_item_id", "=", False)
            & Domain(
                "product_id",
                "any",
                Domain("active", "=", True) & Domain("sale_ok", "=", True),
            )
        )

    @api.model
    def _read_baskets(self, company, date_from):
        """Return the order and the product of each basket line of a company since a date.

        Read as binary arrays, a range of orders at a time: a row a line would cost more than all
        that follows.

        :return: two parallel int32 arrays of shape (lines,)
        """
        import numpy as np

        from ..mining.pg_binary import decode_int_array

        # sudo: a matrix of the whole company's orders, whoever asks for it to be computed; the
        # allowed companies are what core's domain looks at.
        lines = self.sudo().with_context(allowed_company_ids=company.ids, active_test=False)
        orders, products = [np.empty(0, np.int32)], [np.empty(0, np.int32)]
        for first, last in lines._get_basket_ranges(company, date_from):
            query = lines._search(
                lines._get_basket_domain() & Domain("company_id", "=", company.id)
            )
            order = query.join(query.table, "order_id", "sale_order", "id", "order_id")
            # The range on both sides lets PostgreSQL read both tables by their keys.
            for key in (SQL.identifier(query.table, "order_id"), SQL.identifier(order, "id")):
                query.add_where(SQL("%s BETWEEN %s AND %s", key, first, last))
            query.add_where(SQL("%s >= %s", SQL.identifier(order, "date_order"), date_from))
            [row] = self.env.execute_query(
                query.select(
                    *(
                        SQL(
                            "array_send(array_agg(%s))",
                            lines._field_to_sql(query.table, name, query),
                        )
                        for name in ("order_id", "product_id")
                    )
                )
            )
            orders.append(decode_int_array(row[0]))
            products.append(decode_int_array(row[1]))
        return np.concatenate(orders), np.concatenate(products)

    @api.model
    def _get_basket_ranges(self, company, date_from):
        """Yield (first, last) ids of orders, together all that may count."""
        [(first, last)] = self.env["sale.order"]._read_group(
            Domain("company_id", "=", company.id)
            & Domain("state", "=", "sale")
            & Domain("date_order", ">=", date_from),
            aggregates=["id:min", "id:max"],
        )
        if first:
            for start in range(first, last + 1, ORDERS_PER_READ):
                yield start, min(start + ORDERS_PER_READ - 1, last)
