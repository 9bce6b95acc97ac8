from odoo import api, fields, models
from odoo.tools import SQL, format_amount

from ..tools.replace_rows import replace_rows


class SaleWhiteSpace(models.Model):
    """A category that similar customers buy and this one does not, with an estimate in money.

    The rows are written by the nightly run alone, which replaces those of a company all at once.
    What was made from one, an opportunity or an activity, is therefore found by its customer and
    category, which stay the same from night to night.
    """

    _name = "sale.white.space"
    _description = "White Space of a Customer"
    _rec_name = "categ_id"
    _order = "amount desc, id"
    _log_access = False

    company_id = fields.Many2one(
        comodel_name="res.company", required=True, readonly=True, ondelete="cascade"
    )
    currency_id = fields.Many2one(related="company_id.currency_id")
    partner_id = fields.Many2one(
        string="Customer",
        comodel_name="res.partner",
        required=True,
        readonly=True,
        ondelete="cascade",
        help="The commercial entity: orders of its contacts count as its own.",
    )
    categ_id = fields.Many2one(
        string="Product Category",
        comodel_name="product.category",
        required=True,
        readonly=True,
        index=True,
        ondelete="cascade",
    )
    peer_count = fields.Integer(
        string="Similar Customers",
        readonly=True,
        aggregator=None,
        help="Customers who buy most alike in the other categories.",
    )
    peer_buyers = fields.Integer(
        string="Of Them Buyers",
        readonly=True,
        aggregator=None,
        help="Similar customers who buy in this category.",
    )
    share = fields.Float(
        readonly=True,
        aggregator="avg",
        help="Share of the similar customers who buy in this category.",
    )
    amount = fields.Monetary(
        string="Estimate a Year",
        readonly=True,
        help="What the customer may be expected to buy in this category in a year, without taxes.",
    )
    reason = fields.Char(compute="_compute_reason")

    # Customer first: the smart button looks up by customer.
    _category_uniq = models.Constraint(
        "UNIQUE (partner_id, categ_id, company_id)",
        "There is already a white space of this category for this customer in this company.",
    )
    _amount_index = models.Index("(amount DESC, id)")

    @api.depends_context("lang")
    @api.depends("peer_count", "peer_buyers", "amount")
    def _compute_reason(self):
        for space in self:
            space.reason = self.env._(
                "%(buyers)s of %(peers)s similar customers buy it, this one does not; "
                "about %(amount)s a year",
                buyers=space.peer_buyers,
                peers=space.peer_count,
                amount=format_amount(self.env, space.amount, space.currency_id),
            )

    @api.model
    def _replace_rows(self, company, chunks, customers=None):
        """Write the white space of a company's customers in place of the old rows.

        :param chunks: iterable of lists of the arrays of `WhiteSpaces` in `mining/whitespace.py`
        :param customers: ids of those whose rows are replaced, all without it
        """
        partners = self.env["sale.customer.prediction"]._get_predicted_partners()
        replace_rows(
            self,
            company,
            {
                "partner_id": "int4",
                "categ_id": "int4",
                "peer_count": "int4",
                "peer_buyers": "int4",
                "share": "float8",
                "amount": "float8",
            },
            chunks,
            keys=("partner_id", "categ_id"),
            values={
                "peer_count": SQL("peer_count"),
                "peer_buyers": SQL("peer_buyers"),
                "share": SQL("share"),
                "amount": SQL("round(amount::numeric, %s)", company.currency_id.decimal_places),
            },
            valid=SQL(
                "partner_id IN %s AND categ_id IN (SELECT id FROM product_category)", partners
            ),
            scope=None
            if customers is None
            else SQL("(partner_id = ANY(%s) OR partner_id NOT IN %s)", list(customers), partners),
        )
