import io
from datetime import datetime

from dateutil.relativedelta import relativedelta

from odoo import api, fields, models
from odoo.tools import SQL

from .product_affinity_block import StoredBlocks

COPY_ROWS = 100_000
COLUMNS = (
    "company_id",
    "product_id",
    "other_product_id",
    "orders_both",
    "orders_product",
    "orders_other",
    "support",
    "confidence",
    "lift",
    "score",
)


class ProductAffinity(models.Model):
    _inherit = "product.affinity"  # pylint: disable=consider-merging-classes-inherited

    @api.model
    def _mine_company(self, company, full=True):
        """Compute the affinities of a company at once, in the caller's transaction.

        For scripts and tests; `product.affinity.run` does the same in steps that are committed.

        :param bool full: read all orders, also those that look the same as last time (as they do
            for whoever wrote them in the same transaction)
        :return: what was found, see `_replace_company`
        :rtype: dict
        """
        ranges = self.env["product.affinity.range"]
        ranges._mark_changed(company, self._get_window(company)[0], full)
        for order_range in ranges._search_company(company, ("is_counted", "=", False)):
            order_range._count_orders()
        return self._replace_company(company)

    @api.model
    def _get_window(self, company):
        """Return the period of a company: whole months up to that of its newest order.

        It ends there and not today: a history loaded from another system may end long ago.

        :return: when the first month begins (in UTC) and the last month (year * 12 + month - 1)
        :rtype: tuple[datetime, int]
        """
        newest = self._get_newest_order(company)
        first = datetime(newest.year, newest.month, 1) - relativedelta(
            months=self._get_mining_settings()["months"] - 1
        )
        return first, newest.year * 12 + newest.month - 1

    @api.model
    def _get_newest_order(self, company):
        """Return when a company's newest order was confirmed, or now if it has none."""
        now = fields.Datetime.now()
        # sudo: the matrix is the whole company's, so is its newest order.
        order = (
            self.env["sale.order"]
            .sudo()
            .search(
                [
                    ("company_id", "=", company.id),
                    ("state", "=", "sale"),
                    ("date_order", "<=", now),
                ],
                order="date_order desc, id desc",
                limit=1,
            )
        )
        return order.date_order or now

    @api.model
    def _replace_company(self, company):
        """Write the affinities of a company's counted orders in place of the old ones.

        All in the caller's transaction: until it is committed, readers see the old ones.

        :return: what was found: `orders`, `products`, `pairs` (directed), `min_orders`
        :rtype: dict
        """
        # Imported here and not at server start: they cost memory in every process.
        from ..mining.affinity import rank_pairs
        from ..mining.counts import add_blocks

        settings = self._get_mining_settings()
        date_from, last_month = self._get_window(company)
        sold, representatives = self._get_sold_products(settings["level"])
        counts = add_blocks(
            StoredBlocks(self.env, company, self._get_month_weights(last_month, settings)),
            settings["min_orders"],
            sold,
        )
        affinities = rank_pairs(counts, self._max_neighbours)
        self._replace_rows(company, self._name_products(affinities, sold, representatives))
        company = company.sudo()  # sudo: these fields belong to the computation alone
        company.write(
            {
                "affinity_date": fields.Datetime.now(),
                "affinity_date_from": date_from,
                "affinity_version": company.affinity_version + 1,
            }
        )
        return {
            "orders": counts.total,
            "products": len(counts.product_ids),
            "pairs": len(affinities.product),
            "min_orders": settings["min_orders"],
        }

    @api.model
    def _get_month_weights(self, last_month, settings):
        """Return {month: what an order of it counts when products are ranked}."""
        half_life = settings["half_life"]
        return {
            last_month - age: 0.5 ** (age / half_life) if half_life else 1.0
            for age in range(settings["months"])
        }

    @api.model
    def _get_sold_products(self, level):
        """Return what may be proposed: ids to count by, ascending, and the product that each
        stands for: itself, or the first variant of the template.

        :return: two parallel int64 arrays
        """
        import numpy as np

        products = self.env["product.product"].sudo()  # sudo: whoever asks to compute
        query = products._search([("active", "=", True), ("sale_ok", "=", True)])
        names = ("id", "product_tmpl_id") if level == "template" else ("id", "id")
        product, key = (products._field_to_sql(query.table, name, query) for name in names)
        query.groupby = query.order = key
        rows = self.env.execute_query(query.select(key, SQL("min(%s)", product)))
        return np.array(rows, np.int64).reshape(-1, 2).T

    @api.model
    def _name_products(self, affinities, keys, representatives):
        """Return the affinities between the products that the keys stand for."""
        import numpy as np

        return affinities._replace(
            product=representatives[np.searchsorted(keys, affinities.product)],
            other=representatives[np.searchsorted(keys, affinities.other)],
        )

    @api.model
    def _replace_rows(self, company, affinities):
        """Write a company's rows in place of the old ones, in the caller's transaction.

        COPY takes the arrays as they are; the ORM would need a Python object for each value and a
        statement for each thousand rows.
        """
        from ..mining.pg_binary import encode_copy

        cr = self.env.cr
        self.flush_model()
        table = SQL.identifier(self._table)
        cr.execute(SQL("DELETE FROM %s WHERE company_id = %s", table, company.id))
        names = SQL(", ").join(SQL.identifier(name) for name in COLUMNS)
        copy = SQL("COPY %s (%s) FROM STDIN (FORMAT BINARY)", table, names)
        for start in range(0, len(affinities.product), COPY_ROWS):
            columns = [values[start : start + COPY_ROWS] for values in affinities]
            cr.copy_expert(copy.code, io.BytesIO(encode_copy([company.id, *columns])))
        self.invalidate_model()
