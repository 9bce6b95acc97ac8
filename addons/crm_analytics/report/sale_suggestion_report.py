from odoo import api, fields, models
from odoo.tools import SQL


class SaleSuggestionReport(models.Model):
    """One row for each quotation with a suggestion, shown or held out, and what it sold.

    The quotation is what is drawn by lot, so it is what groups are compared by. Everything that was
    proposed counts, dismissed or not, as nobody could dismiss anything where nothing was shown;
    only confirmed orders have amounts. A quotation belongs to the group it was put into first.

    Amounts are without taxes, in the currency of the order's company at the rate of the order's
    day; costs are those the products have today. Measures that say yes or no are 0 or 100, so
    that their average is a percentage in every view.
    """

    _name = "sale.suggestion.report"
    _description = "Suggestions Analysis"
    _auto = False
    _rec_name = "order_id"
    _order = "date_order desc, id desc"
    _depends = {
        "product.product": ["product_tmpl_id", "standard_price"],
        "product.template": ["uom_id"],
        "res.company": ["currency_id"],
        "sale.order": [
            "company_id",
            "currency_rate",
            "date_order",
            "partner_id",
            "state",
            "team_id",
            "user_id",
        ],
        "sale.order.line": [
            "display_type",
            "is_downpayment",
            "order_id",
            "price_subtotal",
            "product_id",
            "product_uom_id",
            "product_uom_qty",
        ],
        "sale.suggestion": ["order_id", "product_id", "state"],
        "uom.uom": ["factor"],
    }

    order_id = fields.Many2one(comodel_name="sale.order", readonly=True)
    company_id = fields.Many2one(comodel_name="res.company", readonly=True)
    currency_id = fields.Many2one(comodel_name="res.currency", readonly=True)
    partner_id = fields.Many2one(comodel_name="res.partner", string="Customer", readonly=True)
    user_id = fields.Many2one(comodel_name="res.users", string="Salesperson", readonly=True)
    team_id = fields.Many2one(comodel_name="crm.team", string="Sales Team", readonly=True)
    date_order = fields.Datetime(string="Order Date", readonly=True)
    state = fields.Selection(
        selection=lambda self: self.env["sale.order"]._fields["state"].selection,
        string="Status",
        readonly=True,
    )
    arm = fields.Selection(
        selection=[("shown", "Shown"), ("held_out", "Held Out")],
        string="Group",
        readonly=True,
    )
    quotation_count = fields.Integer(string="Quotations", readonly=True)
    suggestion_count = fields.Integer(string="Suggestions", readonly=True)
    dismissed_count = fields.Integer(string="Dismissed", readonly=True)
    ordered_count = fields.Integer(
        string="Ordered", readonly=True, help="How many of the proposed products were ordered."
    )
    confirmed = fields.Float(string="Confirmed (%)", readonly=True, aggregator="avg")
    bought = fields.Float(
        string="With a Proposed Product (%)",
        readonly=True,
        aggregator="avg",
        help="Quotations confirmed with at least one of the proposed products.",
    )
    revenue = fields.Monetary(readonly=True, help="Of the proposed products that were ordered.")
    margin = fields.Monetary(readonly=True, help="Revenue less what the products cost today.")
    revenue_avg = fields.Monetary(string="Revenue per Quotation", readonly=True, aggregator="avg")
    margin_avg = fields.Monetary(string="Margin per Quotation", readonly=True, aggregator="avg")
    order_revenue = fields.Monetary(
        string="Whole Order", readonly=True, help="Of all products of the order."
    )

    @property
    def _table_query(self):
        # Joined as a whole and not quotation by quotation: all of them are read as a rule.
        return SQL(
            """
            SELECT sold.id, sold.id AS order_id, sold.company_id, sold.currency_id,
                   sold.partner_id, sold.user_id, sold.team_id, sold.date_order, sold.state,
                   CASE WHEN sold.is_held_out THEN 'held_out' ELSE 'shown' END AS arm,
                   1 AS quotation_count, sold.suggestion_count, sold.dismissed_count,
                   sold.ordered_count,
                   CASE WHEN sold.state = 'sale' THEN 100 ELSE 0 END AS confirmed,
                   CASE WHEN sold.ordered_count > 0 THEN 100 ELSE 0 END AS bought,
                   sold.revenue, sold.revenue AS revenue_avg,
                   sold.revenue - sold.cost AS margin, sold.revenue - sold.cost AS margin_avg,
                   sold.order_revenue
              FROM (%(sold)s) AS sold
            """,
            sold=self._select_sold(),
        )

    @api.model
    def _select_sold(self):
        """What the confirmed ones have of what was proposed, and in all."""
        proposed = SQL("template.id = ANY(proposed.template_ids)")
        return SQL(
            """
            SELECT sale.id, sale.company_id, company.currency_id, sale.partner_id, sale.user_id,
                   sale.team_id, sale.date_order, sale.state, proposed.is_held_out,
                   proposed.suggestion_count, proposed.dismissed_count,
                   count(DISTINCT template.id)
                       FILTER (WHERE %(proposed)s AND line.product_uom_qty > 0) AS ordered_count,
                   COALESCE(sum(%(amount)s) FILTER (WHERE %(proposed)s), 0) AS revenue,
                   COALESCE(sum(%(cost)s) FILTER (WHERE %(proposed)s), 0) AS cost,
                   COALESCE(sum(%(amount)s), 0) AS order_revenue
              FROM (%(suggestions)s) AS proposed
              JOIN sale_order AS sale ON sale.id = proposed.order_id
              JOIN res_company AS company ON company.id = sale.company_id
              LEFT JOIN (
                    sale_order_line AS line
                    JOIN product_product AS product ON product.id = line.product_id
                    JOIN product_template AS template ON template.id = product.product_tmpl_id
                    JOIN uom_uom AS line_unit ON line_unit.id = line.product_uom_id
                    JOIN uom_uom AS product_unit ON product_unit.id = template.uom_id
                   ) ON line.order_id = sale.id
                    AND sale.state = 'sale'
                    AND line.display_type IS NULL
                    AND line.is_downpayment IS NOT TRUE
             GROUP BY sale.id, company.id, proposed.is_held_out, proposed.suggestion_count,
                      proposed.dismissed_count, proposed.template_ids
            """,
            proposed=proposed,
            amount=SQL("line.price_subtotal / COALESCE(NULLIF(sale.currency_rate, 0), 1)"),
            cost=SQL(
                """line.product_uom_qty * line_unit.factor / product_unit.factor
                   * COALESCE((product.standard_price->>sale.company_id::text)::numeric, 0)"""
            ),
            suggestions=self._select_proposed(),
        )

    @api.model
    def _select_proposed(self):
        """What was proposed on each quotation; any variant of these products counts as ordered."""
        return SQL(
            """
            SELECT suggestion.order_id,
                   count(*) AS suggestion_count,
                   count(*) FILTER (WHERE suggestion.state = 'dismissed') AS dismissed_count,
                   array_agg(product.product_tmpl_id) AS template_ids,
                   min(suggestion.id) IS NOT DISTINCT FROM
                       min(suggestion.id) FILTER (WHERE suggestion.state = 'held_out')
                       AS is_held_out
              FROM sale_suggestion AS suggestion
              JOIN product_product AS product ON product.id = suggestion.product_id
             GROUP BY suggestion.order_id
            """
        )

    def action_open_order(self):
        self.ensure_one()
        return self.order_id.action_open_business_doc()
