from odoo import api, models
from odoo.fields import Domain
from odoo.tools import SQL

from .sale_order_line import ORDERS_PER_RANGE


class SaleOrderLine(models.Model):
    _inherit = "sale.order.line"  # pylint: disable=consider-merging-classes-inherited

    @api.model
    def _read_purchases(self, company, order_range, date_from):
        """Return what customers bought on the orders of a range since a moment.

        The lines are those of the baskets; the customer is the commercial entity, guests left out;
        the day is the company's; the amount is without taxes, in the company's currency at the rate
        of the order's day.

        :param int order_range: a key of `_get_basket_ranges`
        :return: customers, orders, products, days from 1970 (int32) and amounts (float64), all of
            shape (lines,)
        """
        import numpy as np

        from ..mining.pg_binary import decode_float_array, decode_int_array

        # sudo: what the whole company sold, whoever asks for it to be computed; the allowed
        # companies are what core's domain looks at.
        lines = self.sudo().with_context(allowed_company_ids=company.ids, active_test=False)
        query = lines._search(lines._get_basket_domain() & Domain("company_id", "=", company.id))
        order = query.join(query.table, "order_id", "sale_order", "id", "order_id")
        partner = query.join(order, "partner_id", "res_partner", "id", "partner_id")
        customer = query.join(
            partner, "commercial_partner_id", "res_partner", "id", "commercial_partner_id"
        )
        guest = self.env["res.partner"]._field_to_sql(customer, "is_guest", query)
        query.add_where(SQL("%s IS NOT TRUE", guest))
        # The range on both sides lets PostgreSQL read both tables by their keys.
        first = order_range * ORDERS_PER_RANGE
        last = first + ORDERS_PER_RANGE - 1
        for key in (SQL.identifier(query.table, "order_id"), SQL.identifier(order, "id")):
            query.add_where(SQL("%s BETWEEN %s AND %s", key, first, last))
        query.add_where(SQL("%s >= %s", SQL.identifier(order, "date_order"), date_from))
        moment = SQL.identifier(order, "date_order")
        integers = (
            SQL.identifier(customer, "id"),
            SQL.identifier(query.table, "order_id"),
            SQL.identifier(query.table, "product_id"),
            SQL(
                "(%s AT TIME ZONE 'UTC' AT TIME ZONE %s)::date - '1970-01-01'::date",
                moment,
                company._get_tz().zone,
            ),
        )
        amount = SQL(
            "(%s / COALESCE(NULLIF(%s, 0), 1))::float8",
            lines._field_to_sql(query.table, "price_subtotal", query),
            self.env["sale.order"]._field_to_sql(order, "currency_rate", query),
        )
        [row] = self.env.execute_query(
            query.select(
                *(SQL("array_send(array_agg(%s))", column) for column in integers),
                SQL("array_send(array_agg(COALESCE(%s, 0)))", amount),
            )
        )
        customers, orders, products, days = (decode_int_array(column) for column in row[:4])
        known, places = np.unique(products, return_inverse=True)
        kept = self.env["product.product"].browse(known.tolist())._get_affinity_products()
        if len(known):
            products = np.array([kept[key] for key in known.tolist()], np.int32)[places]
        return customers, orders, products, days, decode_float_array(row[4])
