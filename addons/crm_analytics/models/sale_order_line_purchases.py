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

        from ..mining.pg_binary import decode_float_array, decode_int_pairs

        first = order_range * ORDERS_PER_RANGE
        # sudo: what the whole company sold, whoever asks for it to be computed; the allowed
        # companies are what core's domain looks at.
        lines = self.sudo().with_context(allowed_company_ids=company.ids, active_test=False)
        query = lines._search(lines._get_basket_domain() & Domain("company_id", "=", company.id))
        order, product, amount = (
            lines._field_to_sql(query.table, name, query)
            for name in ("order_id", "product_id", "price_subtotal")
        )
        query.add_where(SQL("%s BETWEEN %s AND %s", order, first, first + ORDERS_PER_RANGE - 1))
        [row] = self.env.execute_query(
            query.select(
                SQL("string_agg(int8send(%s::bigint << 32 | %s), '')", order, product),
                SQL("array_send(array_agg(COALESCE(%s, 0)::float8))", amount),
            )
        )
        orders, products = decode_int_pairs(row[0])
        customer_of, day_of, rate_of = self._read_purchase_orders(company, first, date_from)
        places = orders - first
        kept = np.flatnonzero(customer_of[places])
        places = places[kept]
        return (
            customer_of[places],
            orders[kept],
            self._get_affinity_ids(products[kept]),
            day_of[places],
            decode_float_array(row[1])[kept] / rate_of[places],
        )

    @api.model
    def _read_purchase_orders(self, company, first, date_from):
        """Return customer (0 for orders that do not count), day and rate by place in the range."""
        import numpy as np

        from ..mining.pg_binary import decode_float_array, decode_int_array

        orders = self._get_basket_orders(company)
        query = orders._search(
            self._get_basket_order_domain(company)
            & Domain("date_order", ">=", date_from)
            & Domain("id", ">=", first)
            & Domain("id", "<", first + ORDERS_PER_RANGE)
        )
        query.order = None
        partner = query.join(query.table, "partner_id", "res_partner", "id", "partner_id")
        customer = query.join(
            partner, "commercial_partner_id", "res_partner", "id", "commercial_partner_id"
        )
        guest = self.env["res.partner"]._field_to_sql(customer, "is_guest", query)
        query.add_where(SQL("%s IS NOT TRUE", guest))
        date, rate = (
            orders._field_to_sql(query.table, name, query)
            for name in ("date_order", "currency_rate")
        )
        zone = company._get_tz().zone
        [row] = self.env.execute_query(
            query.select(
                *(
                    SQL("array_send(array_agg(%s))", column)
                    for column in (
                        SQL.identifier(query.table, "id"),
                        SQL.identifier(customer, "id"),
                        SQL(
                            "(%s AT TIME ZONE 'UTC' AT TIME ZONE %s)::date - '1970-01-01'::date",
                            date,
                            zone,
                        ),
                        SQL("COALESCE(NULLIF(%s, 0), 1)::float8", rate),
                    )
                )
            )
        )
        places = decode_int_array(row[0]) - first
        found = (*map(decode_int_array, row[1:3]), decode_float_array(row[3]))
        empty = (np.zeros(ORDERS_PER_RANGE, np.int32), np.zeros(ORDERS_PER_RANGE, np.int32))
        by_place = (*empty, np.ones(ORDERS_PER_RANGE))
        for column, values in zip(by_place, found, strict=True):
            column[places] = values
        return by_place

    @api.model
    def _get_affinity_ids(self, products):
        """Return the products that stand for those of an int32 array."""
        import numpy as np

        known, places = np.unique(products, return_inverse=True)
        stand_in = self.env["product.product"].browse(known.tolist())._get_affinity_products()
        return np.array([stand_in[key] for key in known.tolist()], np.int32)[places]
