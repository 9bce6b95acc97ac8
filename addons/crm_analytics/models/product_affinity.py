from odoo import api, fields, models


class ProductAffinity(models.Model):
    """What goes with what, in one company: "who buys the product also takes the other one".

    The rows are written by `_replace_company` alone, which replaces those of a company all at once.
    """

    _name = "product.affinity"
    _description = "Product Affinity"
    _rec_name = "other_product_id"
    _order = "score desc, id"
    # Mined by the hundred thousand: who and when is the company's `affinity_date`.
    _log_access = False
    # Neighbours kept for each product: anchored by measurement, twenty to thirty keep the quality.
    _max_neighbours = 30

    company_id = fields.Many2one(
        comodel_name="res.company", required=True, readonly=True, ondelete="cascade"
    )
    product_id = fields.Many2one(
        comodel_name="product.product", required=True, readonly=True, ondelete="cascade"
    )
    other_product_id = fields.Many2one(
        string="Goes With",
        comodel_name="product.product",
        required=True,
        readonly=True,
        index=True,
        ondelete="cascade",
    )
    orders_both = fields.Integer(
        string="Orders with Both",
        readonly=True,
        help="Confirmed orders of the period that have both products.",
    )
    orders_product = fields.Integer(string="Orders with Product", readonly=True, aggregator=None)
    orders_other = fields.Integer(string="Orders with the Other", readonly=True, aggregator=None)
    support = fields.Float(
        readonly=True, aggregator="max", help="Share of all orders that have both products."
    )
    confidence = fields.Float(
        readonly=True,
        aggregator="max",
        help="Share of the orders with the product that have the other one too.",
    )
    lift = fields.Float(
        readonly=True,
        aggregator="max",
        help="How many times more often than by chance both are on the same order.",
    )
    score = fields.Float(
        readonly=True,
        aggregator="max",
        help="What suggestions are ranked by: orders with both, weighed against how common "
        "each product is.",
    )

    # Product first: suggestions and smart buttons look up by product, in any number of companies.
    _pair_uniq = models.Constraint(
        "UNIQUE (product_id, other_product_id, company_id)",
        "There is already an affinity of these two products in this company.",
    )

    # Actions

    def action_compute_now(self):
        """Ask for a computation of the current company and show how far it is."""
        return self.env["product.affinity.run"].action_compute_now()

    # Scheduled action

    @api.model
    def _cron_compute_affinities(self):
        """Ask for a computation of each company; `product.affinity.run` does the work."""
        self.env["product.affinity.run"]._request_nightly()
