from odoo import models
from odoo.fields import Domain
from odoo.tools import SQL

from ..tools import matrix_options
from .crm_cross_matrix_domains import GROUPS

ORDERS_PER_READ = 500_000
GROUP_CHOICES = 500


class CrmCrossMatrix(models.AbstractModel):
    """Order lines read as arrays, in a fixed number of queries, and made a page of the matrix."""

    _inherit = "crm.cross.matrix"  # pylint: disable=consider-merging-classes-inherited

    def _compute_page(self, options, window):
        """What ``get_matrix`` says of rows, columns and cells."""
        # Imported here and not at server start: numpy and scipy cost memory in every process.
        from ..mining import matrix as mining

        lines = self._read_lines(options, window)
        axes = {
            name: self._build_axis(name, lines, options, window)
            for name in {options.rows, options.columns}
        }
        rows, row_page = self._take_page(axes[options.rows], lines, options, "row")
        columns, column_page = self._take_page(axes[options.columns], lines, options, "column")
        both = mining.count_both(rows, columns)
        row_orders, column_orders = rows.count_orders(), columns.count_orders()
        total = len(lines["order_ids"])
        is_group = columns.item is None
        measures = mining.measure(both, row_orders, column_orders, total, by_column=is_group)
        trivial = self._find_trivial(rows, columns, lines, options)
        cells = {"orders": both.tolist(), "support": self._to_json(measures.support)}
        for name in ("confidence", "lift"):
            cells[name] = self._to_json(getattr(measures, name), trivial)
        if lines["amounts"] is not None:
            sums = mining.sum_both(rows, columns, lines["orders"], lines["amounts"])
            digits = self.env.company.currency_id.decimal_places
            cells["amount"] = sums.round(digits).tolist()
        return {
            "rows": self._prepare_items(options.rows, rows.ids, row_orders),
            "columns": self._prepare_items(options.columns, columns.ids, column_orders),
            "row_page": row_page,
            "column_page": column_page,
            "orders": total,
            "cells": cells,
            "trivial": trivial.tolist(),
        }

    # ------------------------------------------------------------------
    # Reading
    # ------------------------------------------------------------------

    def _read_lines(self, options, window):
        """The lines that count: ``order_ids``, and of each line ``orders`` (positions among them),
        ``products`` (ids) and, where money is asked for, ``amounts``; ``categories`` is an array
        with the category of each product at the place of its id, 0 for none.
        """
        import numpy as np

        from ..mining import matrix as mining
        from ..mining.pg_binary import decode_float_array, decode_int_array

        money = options.measure == "amount"
        chunks = [
            (decode_int_array(order), decode_int_array(product), decode_float_array(amount))
            for order, product, amount in self._read_line_chunks(options, window, money)
        ]
        orders, products, amounts = (np.concatenate(parts) for parts in zip(*chunks, strict=True))
        order_ids, orders = mining.number_keys(orders)
        return {
            "order_ids": order_ids,
            "orders": orders,
            "products": products,
            "amounts": amounts if money else None,
            "categories": self._read_product_categories(int(products.max(initial=0))),
        }

    def _read_line_chunks(self, options, window, money):
        """Yield orders, products and amounts as PostgreSQL sends arrays, a range at a time."""
        lines = self.env["sale.order.line"]
        [(first, last)] = self.env["sale.order"]._read_group(
            self._get_order_domain(options, window), aggregates=["id:min", "id:max"]
        )
        for start in range(first or 0, (last or 0) + 1, ORDERS_PER_READ):
            query = lines._search(self._get_line_domain(options, window))
            query.order = None
            columns = [
                lines._field_to_sql(query.table, name, query) for name in ("order_id", "product_id")
            ]
            query.add_where(
                SQL("%s BETWEEN %s AND %s", columns[0], start, start + ORDERS_PER_READ - 1)
            )
            if money:
                order = query.left_join(query.table, "order_id", "sale_order", "id", "order_id")
                amount = self._get_amount_sql(query, order, "price_subtotal", query.table)
                columns.append(SQL("COALESCE((%s)::float8, 0)", amount))
            [row] = self.env.execute_query(query.select(*map(self._send_array, columns)))
            yield *row, *([] if money else [None])

    def _send_array(self, column):
        return SQL("array_send(array_agg(%s))", column)

    def _read_product_categories(self, last_id):
        import numpy as np

        from ..mining.pg_binary import decode_int_array

        products = self.env["product.product"].with_context(active_test=False)
        query = products._search(Domain.TRUE)
        query.order = None
        category = products._field_to_sql(query.table, "categ_id", query)
        [row] = self.env.execute_query(
            query.select(
                self._send_array(products._field_to_sql(query.table, "id", query)),
                self._send_array(SQL("COALESCE(%s, 0)", category)),
            )
        )
        product_ids, categories = map(decode_int_array, row)
        by_id = np.zeros(max(last_id, int(product_ids.max(initial=0))) + 1, np.int32)
        by_id[product_ids] = categories
        return by_id

    def _build_axis(self, name, lines, options, window):
        from ..mining import matrix as mining

        total = len(lines["order_ids"])
        if name == "product":
            return mining.build_line_axis(lines["orders"], lines["products"], total)
        if name == "category":
            categories = lines["categories"][lines["products"]]
            return mining.build_line_axis(lines["orders"], categories, total)
        orders, customers = self._read_order_customers(name, lines, options, window)
        return mining.build_group_axis(orders, customers, *self._read_members(name), total)

    def _read_order_customers(self, kind, lines, options, window):
        """The customers that put each order into groups: its company, and its contact too where
        groups have people of their own.
        """
        import numpy as np

        from ..mining.pg_binary import decode_int_array

        orders = self.env["sale.order"]
        query = orders._search(self._get_order_domain(options, window))
        query.order = None
        partner = query.left_join(query.table, "partner_id", "res_partner", "id", "partner_id")
        [row] = self.env.execute_query(
            query.select(
                self._send_array(SQL.identifier(query.table, "id")),
                self._send_array(SQL.identifier(query.table, "partner_id")),
                self._send_array(
                    SQL(
                        "COALESCE(%s, %s)",
                        SQL.identifier(partner, "commercial_partner_id"),
                        SQL.identifier(query.table, "partner_id"),
                    )
                ),
            )
        )
        ids, contacts, companies = map(decode_int_array, row)
        # Orders of the period may have no line that counts.
        known = np.isin(ids, lines["order_ids"])
        place = np.searchsorted(lines["order_ids"], ids[known])
        if not GROUPS[kind]["own"]:
            return place, companies[known]
        return np.tile(place, 2), np.concatenate([companies[known], contacts[known]])

    def _read_members(self, kind):
        """Customers and their groups, as two parallel arrays."""
        from ..mining.pg_binary import decode_int_array

        group = GROUPS[kind]
        members = self.env[group["model"]]
        if members._name == "res.partner":
            members = members.with_context(active_test=False)
        query = members._search(Domain(group["domain"]))
        query.order = None
        [row] = self.env.execute_query(
            query.select(
                *(
                    self._send_array(members._field_to_sql(query.table, name, query))
                    for name in group["fields"]
                )
            )
        )
        return map(decode_int_array, row)

    # ------------------------------------------------------------------
    # Paging
    # ------------------------------------------------------------------

    def _take_page(self, axis, lines, options, side):
        """The items of a side to show; where they begin among how many on all pages."""
        import numpy as np

        from ..mining.matrix import rank_items

        name = options.rows if side == "row" else options.columns
        keep = np.ones(len(axis.ids), bool)
        category = getattr(options, f"{side}_category")
        if name == "product" and category is not None:
            keep &= lines["categories"][axis.ids] == category
        if side == "row" and options.search:
            keep &= np.isin(axis.ids, self._search_items(name, options.search))
        if axis.item is None:
            # Groups that may not be seen, or are archived, are no columns.
            keep &= np.isin(axis.ids, [0, *self._read_item_names(name, axis.ids.tolist())])
        ranked = rank_items(axis.count_orders(), axis.ids, keep)
        offset, limit = getattr(options, f"{side}_offset"), getattr(options, f"{side}_limit")
        if offset >= len(ranked):  # an old link, or less to show than before
            offset = max(len(ranked) - 1, 0) // limit * limit
        page = {"offset": offset, "limit": limit, "count": len(ranked)}
        return axis.take(ranked[offset : offset + limit]), page

    def _find_trivial(self, rows, columns, lines, options):
        """Where the item of the row holds that of the column or is it: no news, if together."""
        import numpy as np

        if options.rows == options.columns:
            return rows.ids[:, None] == columns.ids[None, :]
        if (options.rows, options.columns) == ("category", "product"):
            return rows.ids[:, None] == lines["categories"][columns.ids][None, :]
        if (options.rows, options.columns) == ("product", "category"):
            return lines["categories"][rows.ids][:, None] == columns.ids[None, :]
        return np.zeros((len(rows.ids), len(columns.ids)), bool)

    def _to_json(self, values, hidden=None):
        """A table of floats with None for what is unknown."""
        import numpy as np

        known = np.isfinite(values) if hidden is None else np.isfinite(values) & ~hidden
        return np.where(known, values.astype(object), None).tolist()

    # ------------------------------------------------------------------
    # Items
    # ------------------------------------------------------------------

    def _prepare_items(self, axis, ids, orders):
        names = self._read_item_names(axis, ids.tolist())
        return [
            {"id": item_id, "name": names.get(item_id, ""), "orders": count}
            for item_id, count in zip(ids.tolist(), orders.tolist(), strict=True)
        ]

    def _get_item_model(self, axis):
        comodel = {"product": "product.product", "category": "product.category"}.get(axis)
        return self.env[comodel or GROUPS[axis]["comodel"]]

    def _read_item_names(self, axis, ids):
        """``{id: name}``; 0 stands for those without, what may not be seen is missing."""
        records = self._get_item_model(axis)
        if axis in matrix_options.LINE_AXES:
            records = records.with_context(active_test=False, display_default_code=False)
        names = {record.id: record.display_name for record in records.search([("id", "in", ids)])}
        if 0 in ids:
            names[0] = self._get_nothing_names()[axis]
        return names

    def _get_nothing_names(self):
        return {
            "product": "",
            "category": self.env._("Without category"),
            "industry": self.env._("Without industry"),
            "segment": self.env._("Without segment"),
            "tier": self.env._("Without tier"),
            "country": self.env._("Without country"),
        }

    def _search_items(self, axis, text):
        """Ids of the items whose name (or code) has the text."""
        records = self._get_item_model(axis).with_context(active_test=False)
        return records.search([("display_name", "ilike", text)], order="id").ids

    def _read_groups(self, kind):
        """The customer groups of a kind by name, as many as a menu can take."""
        records = self.env[GROUPS[kind]["comodel"]].search(Domain.TRUE, limit=GROUP_CHOICES)
        groups = [{"id": record.id, "name": record.display_name} for record in records]
        groups.sort(key=lambda group: group["name"])
        return [*groups, {"id": 0, "name": self._get_nothing_names()[kind]}]
