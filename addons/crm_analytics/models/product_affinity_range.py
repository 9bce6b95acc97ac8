from odoo import api, fields, models
from odoo.tools import SQL


class ProductAffinityRange(models.Model):
    """A range of order ids of a company as it was last counted.

    What is counted is kept, so that a night reads again only the ranges in which an order was
    confirmed, changed, cancelled or deleted.
    """

    _name = "product.affinity.range"
    _description = "Counted Orders"
    _rec_name = "number"
    _order = "company_id, number"
    _log_access = False

    company_id = fields.Many2one(
        comodel_name="res.company", required=True, readonly=True, ondelete="cascade"
    )
    number = fields.Integer(
        required=True, readonly=True, help="Key of `sale.order.line._get_basket_ranges`."
    )
    fingerprint = fields.Char(readonly=True, help="Of its orders, as they were last looked at.")
    method = fields.Char(readonly=True, help="The settings it was counted by.")
    date_from = fields.Datetime(readonly=True, help="Older orders of the range were left out.")
    is_counted = fields.Boolean(readonly=True, help="Not set: has changed, has to be read again.")
    line_count = fields.Integer(readonly=True)
    block_ids = fields.One2many(
        comodel_name="product.affinity.block", inverse_name="range_id", readonly=True
    )

    _number_uniq = models.UniqueIndex("(company_id, number)")

    @api.model
    def _mark_changed(self, company, date_from, full=False):
        """Look which ranges have to be read again.

        :param datetime date_from: beginning of the period
        :param bool full: read all of them again
        :return: whether any order of the period has changed since the last look
        :rtype: bool
        """
        fingerprints = self.env["sale.order.line"]._get_basket_ranges(company, date_from)
        method = self._get_method()
        known = {row.number: row for row in self._search_company(company)}
        gone = self.browse(row.id for number, row in known.items() if number not in fingerprints)
        gone.unlink()
        missing, changed = [], self.browse()
        for number, fingerprint in fingerprints.items():
            row = known.get(number)
            if not row:
                missing.append({"company_id": company.id, "number": number})
            elif (
                full
                or row.fingerprint != fingerprint
                or row.method != method
                or row.date_from > date_from
            ):
                changed += row
        changed += self.create(missing)
        for row in changed:
            row.write(
                {
                    "fingerprint": fingerprints[row.number],
                    "method": method,
                    "date_from": date_from,
                    "is_counted": False,
                }
            )
        return bool(gone or changed)

    @api.model
    def _search_company(self, company, *domain):
        return self.search([("company_id", "=", company.id), *domain])

    @api.model
    def _get_method(self):
        """Return what makes counts useless when it changes."""
        settings = self.env["product.affinity"]._get_mining_settings()
        return f"{settings['level']} {settings['max_products']}"

    def _count_orders(self):
        """Read a range and keep what it says, a block a month.

        It counts as it is now, the fingerprint is that of the last look: what was written in
        between is read once more the next night.
        """
        self.ensure_one()
        from ..mining.blocks import count_months, encode_block

        settings = self.env["product.affinity"]._get_mining_settings()
        orders, products, months = self.env["sale.order.line"]._read_basket_range(
            self.company_id, self.number, self.date_from
        )
        if settings["level"] == "template":
            products = self._get_templates(products)
        blocks = count_months(orders, products, months, settings["max_products"])
        self.env["product.affinity.block"]._replace(
            self, ((month, encode_block(block)) for month, block in blocks)
        )
        self.write({"is_counted": True, "line_count": len(orders)})

    def _get_templates(self, product_ids):
        """Return the template of each product of an array."""
        import numpy as np

        ids, positions = np.unique(product_ids, return_inverse=True)
        products = self.env["product.product"].sudo().with_context(active_test=False)
        query = products._search([("id", "in", ids.tolist())])
        query.order = SQL.identifier(query.table, "id")
        template = products._field_to_sql(query.table, "product_tmpl_id", query)
        rows = self.env.execute_query(query.select(template))
        return np.array(rows, np.int32).reshape(-1)[positions]
