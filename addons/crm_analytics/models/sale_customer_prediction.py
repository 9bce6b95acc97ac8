from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import SQL

from ..tools.replace_rows import replace_rows


class SaleCustomerPrediction(models.Model):
    """What a customer is likely to order next, from what he and customers like him bought.

    The rows are written by the nightly run alone, which replaces those of a company all at once;
    they are kept by commercial entity, as its contacts buy for the same house.
    """

    _name = "sale.customer.prediction"
    _description = "Likely Next Product of a Customer"
    _rec_name = "product_id"
    _order = "score desc, id"
    # Computed by the million: who and when is the company's run.
    _log_access = False
    # Rows kept for each customer.
    _max_predictions = 20

    company_id = fields.Many2one(
        comodel_name="res.company", required=True, readonly=True, ondelete="cascade"
    )
    partner_id = fields.Many2one(
        string="Customer",
        comodel_name="res.partner",
        required=True,
        readonly=True,
        ondelete="cascade",
        help="The commercial entity: orders of its contacts count as its own.",
    )
    product_id = fields.Many2one(
        comodel_name="product.product",
        required=True,
        readonly=True,
        index=True,
        ondelete="cascade",
    )
    kind = fields.Selection(
        selection=[("repeat", "Buys Again"), ("similar", "New to the Customer")],
        required=True,
        readonly=True,
        help="Buys Again: the customer ordered it before. New to the Customer: customers who buy "
        "the same things ordered it.",
    )
    score = fields.Float(
        readonly=True,
        aggregator="max",
        help="What the products of a customer are ranked by.",
    )
    rank = fields.Integer(
        readonly=True, aggregator=None, help="1 is the product this customer most likely orders."
    )
    # Buys again
    order_count = fields.Integer(
        string="Orders", readonly=True, help="Orders of this customer that had the product."
    )
    interval_days = fields.Integer(
        string="Days Between Orders",
        readonly=True,
        aggregator="avg",
        help="Usual number of days from one order of the product to the next.",
    )
    last_order_date = fields.Date(string="Last Ordered", readonly=True)
    due_date = fields.Date(
        string="Due",
        readonly=True,
        help="When the next order is to be expected by the usual number of days.",
    )
    # New to the customer
    origin_product_id = fields.Many2one(
        string="Because of",
        comodel_name="product.product",
        readonly=True,
        ondelete="cascade",
        help="The product of this customer that speaks most for this one.",
    )
    customers_both = fields.Integer(string="Customers with Both", readonly=True, aggregator=None)
    customers_product = fields.Integer(
        string="Customers of That Product",
        readonly=True,
        aggregator=None,
        help="Customers who bought the product that speaks for this one.",
    )
    reason = fields.Char(compute="_compute_reason")

    # Customer first: the panel and the smart button look up by customer.
    _product_uniq = models.Constraint(
        "UNIQUE (partner_id, product_id, company_id)",
        "There is already a prediction of this product for this customer in this company.",
    )
    _score_index = models.Index("(score DESC, id)")

    @api.depends_context("lang")
    @api.depends(
        "kind",
        "order_count",
        "interval_days",
        "due_date",
        "customers_both",
        "customers_product",
        "origin_product_id",
    )
    def _compute_reason(self):
        today = fields.Date.context_today(self)
        for prediction in self:
            if prediction.kind == "similar":
                prediction.reason = prediction._get_similar_reason()
            else:
                prediction.reason = prediction._get_repeat_reason(today)

    def _get_similar_reason(self):
        self.ensure_one()
        # sudo: a reason must not fail on a product that the reader may not see.
        origin = self.origin_product_id.sudo().with_context(display_default_code=False)
        return self.env._(
            "%(both)s of %(customers)s customers of %(product)s buy it too",
            both=self.customers_both,
            customers=self.customers_product,
            product=origin.display_name or "",
        )

    def _get_repeat_reason(self, today):
        self.ensure_one()
        if self.order_count == 1:
            return self.env._("Ordered once")
        if not self.interval_days or not self.due_date:
            return self.env._("Ordered %(count)s times", count=self.order_count)
        numbers = {"count": self.order_count, "days": self.interval_days}
        left = (self.due_date - today).days
        if left <= 0:
            return self.env._("Ordered %(count)s times, every %(days)s days; now due", **numbers)
        if left == 1:
            return self.env._(
                "Ordered %(count)s times, every %(days)s days; due tomorrow", **numbers
            )
        return self.env._(
            "Ordered %(count)s times, every %(days)s days; due in %(left)s days",
            left=left,
            **numbers,
        )

    @api.model
    def _replace_rows(self, company, chunks, customers=None):
        """Write what was predicted for a company's customers in place of the old rows.

        What cannot be proposed any more since it was computed, or to nobody, is left out.

        :param chunks: iterable of lists of the arrays of `Predictions` in `mining/customer.py`
        :param customers: ids of those whose rows are replaced, all without it
        """
        products, partners = self._get_predicted_products(), self._get_predicted_partners()
        replace_rows(
            self,
            company,
            {
                "partner_id": "int4",
                "product_id": "int4",
                "kind": "int4",
                "score": "float8",
                "rank": "int4",
                "order_count": "int4",
                "interval_days": "int4",
                "last_day": "int4",
                "due_day": "int4",
                "origin_product_id": "int4",
                "customers_both": "int4",
                "customers_product": "int4",
            },
            chunks,
            keys=("partner_id", "product_id"),
            values={
                "kind": SQL("CASE kind WHEN 0 THEN 'repeat' ELSE 'similar' END"),
                "score": SQL("score"),
                "rank": SQL("rank"),
                "order_count": SQL("order_count"),
                "interval_days": SQL("interval_days"),
                "last_order_date": SQL("'1970-01-01'::date + NULLIF(last_day, 0)"),
                "due_date": SQL("'1970-01-01'::date + NULLIF(due_day, 0)"),
                "origin_product_id": SQL("NULLIF(origin_product_id, 0)"),
                "customers_both": SQL("customers_both"),
                "customers_product": SQL("customers_product"),
            },
            valid=SQL(
                "product_id IN %(products)s AND partner_id IN %(partners)s "
                "AND (origin_product_id = 0 OR origin_product_id IN %(products)s)",
                products=products,
                partners=partners,
            ),
            scope=self._get_replaced_sql(products, partners, customers),
        )

    @api.model
    def _get_predicted_products(self):
        """Return the subquery of products that may be proposed."""
        # sudo: what may be proposed depends on the product, not on who computes it
        products = self.env["product.product"].sudo().with_context(active_test=False)
        return products._search(
            Domain("active", "=", True) & Domain("sale_ok", "=", True)
        ).subselect()

    @api.model
    def _get_predicted_partners(self):
        """Return the subquery of customers to whom something may be proposed."""
        partners = self.env["res.partner"].sudo().with_context(active_test=False)  # sudo: as above
        return partners._search(
            Domain("active", "=", True) & Domain("is_guest", "=", False)
        ).subselect()

    @api.model
    def _get_replaced_sql(self, products, partners, customers):
        """Return the condition on the rows that are replaced: those of the customers, and what
        cannot be proposed any more."""
        if customers is None:
            return None
        return SQL(
            "(partner_id = ANY(%s) OR partner_id NOT IN %s OR product_id NOT IN %s)",
            list(customers),
            partners,
            products,
        )
