from odoo import api, fields, models
from odoo.tools import SQL, format_amount

from ..tools.replace_rows import replace_rows


class ProductUpsell(models.Model):
    """What customers of a product moved to later: same category, better price or margin.

    The rows are written by the nightly run alone, which replaces those of a company all at once.
    """

    _name = "product.upsell"
    _description = "Up-Sell Product"
    _rec_name = "other_product_id"
    _order = "score desc, id"
    _log_access = False

    company_id = fields.Many2one(
        comodel_name="res.company", required=True, readonly=True, ondelete="cascade"
    )
    currency_id = fields.Many2one(related="company_id.currency_id")
    product_id = fields.Many2one(
        comodel_name="product.product", required=True, readonly=True, ondelete="cascade"
    )
    other_product_id = fields.Many2one(
        string="Moved To",
        comodel_name="product.product",
        required=True,
        readonly=True,
        index=True,
        ondelete="cascade",
    )
    customers = fields.Integer(
        string="Customers Who Moved",
        readonly=True,
        help="Customers who bought the product, and the other one for the first time later.",
    )
    customers_product = fields.Integer(
        string="Customers of the Product", readonly=True, aggregator=None
    )
    share = fields.Float(
        readonly=True, aggregator="max", help="Share of the product's customers who moved."
    )
    price_gain = fields.Monetary(
        string="Price Difference",
        readonly=True,
        aggregator=None,
        help="Sales price of the other product above that of the product.",
    )
    margin_gain = fields.Monetary(
        string="Margin Difference",
        readonly=True,
        aggregator=None,
        groups="sales_team.group_sale_manager",
        help="Sales price less cost of the other product above that of the product.",
    )
    score = fields.Float(
        readonly=True, aggregator="max", help="What up-sells of a product are ranked by."
    )
    reason = fields.Char(compute="_compute_reason")

    _pair_uniq = models.Constraint(
        "UNIQUE (product_id, other_product_id, company_id)",
        "There is already an up-sell of these two products in this company.",
    )

    @api.depends_context("lang")
    @api.depends("product_id", "customers", "customers_product", "price_gain")
    def _compute_reason(self):
        # sudo: a reason must not fail on a product that the reader may not see.
        products = self.product_id.sudo().with_context(display_default_code=False)
        names = {product.id: product.display_name for product in products}
        for upsell in self:
            upsell.reason = self.env._(
                "%(moved)s of %(customers)s customers of %(product)s moved to it; "
                "%(gain)s more a unit",
                moved=upsell.customers,
                customers=upsell.customers_product,
                product=names.get(upsell.product_id.id, ""),
                gain=format_amount(self.env, upsell.price_gain, upsell.currency_id),
            )

    @api.model
    def _replace_rows(self, company, upsells=None):
        """Write a company's up-sells in place of the old rows.

        :param Upsells upsells: see `mining/upsell.py`; without them only those rows go that cannot
            be proposed any more
        """
        digits = company.currency_id.decimal_places
        products = self.env["sale.customer.prediction"]._get_predicted_products()
        replace_rows(
            self,
            company,
            {
                "product_id": "int4",
                "other_product_id": "int4",
                "customers": "int4",
                "customers_product": "int4",
                "share": "float8",
                "price_gain": "float8",
                "margin_gain": "float8",
                "score": "float8",
            },
            [upsells] if upsells else [],
            keys=("product_id", "other_product_id"),
            values={
                "customers": SQL("customers"),
                "customers_product": SQL("customers_product"),
                "share": SQL("share"),
                "price_gain": SQL("round(price_gain::numeric, %s)", digits),
                "margin_gain": SQL("round(margin_gain::numeric, %s)", digits),
                "score": SQL("score"),
            },
            valid=SQL("product_id IN %(all)s AND other_product_id IN %(all)s", all=products),
            scope=None
            if upsells
            else SQL(
                "(product_id NOT IN %(all)s OR other_product_id NOT IN %(all)s)", all=products
            ),
        )
