import random
from typing import NamedTuple

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain
from odoo.tools import SQL

# Seeds are 1..9999: 0 is an order that has none.
SEEDS = 9_999


class AffinityRow(NamedTuple):
    """A product to propose; the last four fields are of the product it goes with best."""

    product_id: int
    score: float
    origin_id: int
    orders_both: int
    orders_product: int
    lift: float


class SaleOrder(models.Model):
    _inherit = "sale.order"

    suggestion_seed = fields.Integer(
        copy=False,
        default=lambda self: random.randint(1, SEEDS),
        aggregator=None,
        help="Drawn once for each quotation: decides whether it is held out from suggestions.",
    )

    def _init_column(self, column_name):
        # Orders that are older than the column go by their id: one default would be all orders'.
        if column_name != "suggestion_seed":
            super()._init_column(column_name)

    # Suggestions for the quotation's panel

    @api.model
    @api.readonly
    def get_affinity_suggestions(self, values, limit=5):
        """Return what goes best with the products on a quotation, saved or not.

        :param dict values: the quotation as it is on the screen: `product_ids` on its lines,
            `line_ids` of saved lines that the screen did not load, `dismissed_ids` of products
            not wanted, `order_id` if it is saved, `company_id`, `partner_id`, `pricelist_id`,
            `fiscal_position_id`, `date_order`
        :return: best first, dicts of `product_id`, `name`, `price` (of one unit, for this
            customer), `currency_id`, `reason`, and `warning` if core has one
        :rtype: list[dict]
        """
        order = self._get_order_on_screen(values)
        basket = self._get_basket_on_screen(values)
        if not basket:
            return []
        refused = self.env["sale.suggestion"]._search(
            [("order_id", "=", values.get("order_id") or 0), ("state", "=", "dismissed")]
        )
        domain = (
            order._get_suggestion_domain(basket)
            & Domain("id", "not in", values.get("dismissed_ids") or [])
            & Domain("id", "not in", refused.subselect("product_id"))
        )
        rows = order._get_affinity_rows(basket, domain, limit)
        if not rows:
            return []
        return order._prepare_affinity_suggestions(rows)

    @api.model
    def _get_order_on_screen(self, values):
        """Return a new order in memory with what the price of a product depends on."""
        company = self.env["res.company"].browse(values.get("company_id")) or self.env.company
        return self.with_company(company).new(
            {
                "company_id": company.id,
                "partner_id": values.get("partner_id"),
                "pricelist_id": values.get("pricelist_id"),
                "fiscal_position_id": values.get("fiscal_position_id"),
                "date_order": values.get("date_order") or fields.Datetime.now(),
            }
        )

    @api.model
    def _get_basket_on_screen(self, values):
        """Return the products of the lines; what somebody else deleted meanwhile is passed over."""
        lines = self.env["sale.order.line"].search_fetch(
            [("id", "in", values.get("line_ids") or [])], ["product_id"]
        )
        products = values.get("product_ids") or []
        return (
            self.env["product.product"]
            .with_context(active_test=False)
            .search_fetch([("id", "in", [*products, *lines.product_id.ids])], ["product_tmpl_id"])
        )

    def _get_suggestion_domain(self, basket):
        """Return the products that may be proposed beside those of the basket.

        Core's own domain of the catalog: of this company, for sale, and addable in one click.
        A module may narrow it further.
        """
        return (
            self._get_product_catalog_domain()
            & Domain("active", "=", True)
            & Domain("product_tmpl_id", "not in", basket.product_tmpl_id.ids)
        )

    def _get_affinity_rows(self, basket, domain, limit=None):
        """Return the products of the domain with the highest sum of scores over the basket's.

        The same as `complete_baskets` of `mining/recommend.py`, for one basket, by PostgreSQL,
        which already has the rows.

        :rtype: list[AffinityRow]
        """
        affinities = self.env["product.affinity"]
        query = affinities._search(
            Domain("company_id", "=", self.company_id.id)
            & Domain("product_id", "in", basket.ids)
            & Domain("other_product_id", "any", domain)
        )

        def column(name):
            return affinities._field_to_sql(query.table, name, query)

        other, product, score = (
            column(name) for name in ("other_product_id", "product_id", "score")
        )
        total = SQL("sum(%s)", score)
        query.groupby = other
        query.order = SQL("%s DESC, %s", total, other)
        query.limit = limit
        best = [
            SQL("(array_agg(%s ORDER BY %s DESC, %s))[1]", column(name), score, product)
            for name in ("product_id", "orders_both", "orders_product", "lift")
        ]
        rows = self.env.execute_query(query.select(other, total, *best))
        return [AffinityRow(*row) for row in rows]

    def _prepare_affinity_suggestions(self, rows):
        """Return the rows as the panel shows them."""
        reasons = self._get_affinity_reasons(rows)
        products = self.env["product.product"].browse([row.product_id for row in rows])
        data = self._get_product_catalog_order_data(products)
        return [
            {
                "product_id": product.id,
                "name": product.display_name,
                "price": self._get_suggested_price(product, data[product.id]["price"]),
                "currency_id": self.currency_id.id,
                "reason": reasons[product.id],
                "warning": data[product.id].get("warning", False),
            }
            for product in products
        ]

    def _get_suggested_price(self, product, price):
        """Return the price that the line will have: the catalog's leaves out the fiscal position,
        which changes a price that includes taxes."""
        return product._get_tax_included_unit_price_from_price(
            price,
            product_taxes=product.taxes_id._filter_taxes_by_company(self.company_id),
            fiscal_position=self.fiscal_position_id,
        )

    @api.model
    def _get_affinity_reasons(self, rows):
        """Return {product id: sentence that says why it is proposed}."""
        products = self.env["product.product"].with_context(display_default_code=False)
        names = {
            product.id: product.display_name
            for product in products.browse({row.origin_id for row in rows})
        }
        return {
            row.product_id: self.env._(
                "%(both)s of %(orders)s orders with %(product)s also had it; lift %(lift).1f",
                both=row.orders_both,
                orders=row.orders_product,
                product=names[row.origin_id],
                lift=row.lift,
            )
            for row in rows
        }

    # Memory of what was proposed

    def log_affinity_suggestions(self, state, product_ids, basket_ids):
        """Remember what was shown, added or dismissed on this order; the last word counts, and
        what was merely shown changes nothing that is already known.

        :param str state: shown, added or dismissed
        :param list product_ids: the products proposed
        :param list basket_ids: the products that were on the order then
        """
        self.ensure_one()
        self.check_access("write")
        suggestions = self.env["sale.suggestion"]
        if state not in dict(suggestions._fields["state"].selection):
            raise UserError(self.env._("A suggestion is shown, added or dismissed."))
        products = self.env["product.product"].browse(product_ids).exists()
        # Reason and score are worked out again: the log does not believe the browser.
        basket = self.env["product.product"].browse(basket_ids)
        rows = self._get_affinity_rows(basket, Domain("id", "in", products.ids))
        reasons = self._get_affinity_reasons(rows)
        scores = {row.product_id: row.score for row in rows}
        if products:
            values = [
                (self.id, self.company_id.id, key, state, reasons.get(key), scores.get(key, 0.0))
                for key in products.ids
            ]
            # sudo: the log is written by this method alone, nobody may edit it.
            suggestions.sudo()._log(values)
        return True
