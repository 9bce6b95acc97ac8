from odoo import api, fields, models
from odoo.tools import SQL


class LoyaltyCampaignReport(models.Model):
    """One row for each customer of a launched campaign, held out or not, with what he bought.

    The measures that say yes or no are 0 or 100, so that their average is a percentage in every
    view. Sales are the confirmed orders of the whole company of the customer, from the launch
    until the vouchers expire, without taxes, in the currency of the campaign's company. Costs are
    those the products have today.
    """

    _name = "loyalty.campaign.report"
    _description = "Voucher Campaigns Analysis"
    _auto = False
    _rec_name = "partner_id"
    _order = "launch_date desc, id desc"
    _depends = {
        "loyalty.campaign": ["company_id", "launch_date", "program_id", "window_end"],
        "loyalty.campaign.member": [
            "campaign_id",
            "commercial_partner_id",
            "company_id",
            "is_holdout",
            "lang",
            "partner_id",
            "voucher_id",
        ],
        "loyalty.history": ["card_id", "is_reversed", "kind", "used"],
        "mailing.trace": ["links_click_datetime", "model", "res_id", "trace_status"],
        "product.product": ["product_tmpl_id", "standard_price"],
        "product.template": ["uom_id"],
        "res.company": ["currency_id"],
        "res.partner": ["commercial_partner_id", "country_id"],
        "sale.order": ["company_id", "currency_rate", "date_order", "partner_id", "state"],
        "sale.order.line": [
            "display_type",
            "is_downpayment",
            "order_id",
            "price_subtotal",
            "product_id",
            "product_uom_id",
            "product_uom_qty",
        ],
        "uom.uom": ["factor"],
    }

    campaign_id = fields.Many2one(comodel_name="loyalty.campaign", readonly=True)
    program_id = fields.Many2one(
        comodel_name="loyalty.program", string="Voucher Program", readonly=True
    )
    company_id = fields.Many2one(comodel_name="res.company", readonly=True)
    currency_id = fields.Many2one(comodel_name="res.currency", readonly=True)
    launch_date = fields.Datetime(string="Launched On", readonly=True)
    partner_id = fields.Many2one(comodel_name="res.partner", string="Customer", readonly=True)
    country_id = fields.Many2one(comodel_name="res.country", readonly=True)
    lang = fields.Char(string="Language", readonly=True)
    arm = fields.Selection(
        selection=[("target", "With Voucher"), ("holdout", "Held Out")],
        string="Group",
        readonly=True,
    )
    customer_count = fields.Integer(string="Customers", readonly=True)
    sent = fields.Float(
        string="Sent (%)", readonly=True, aggregator="avg", help="The e-mail or SMS went out."
    )
    opened = fields.Float(
        string="Opened (%)",
        readonly=True,
        aggregator="avg",
        help="The e-mail was opened or answered, or a link in it clicked.",
    )
    redeemed = fields.Float(string="Redeemed (%)", readonly=True, aggregator="avg")
    bought = fields.Float(string="Bought (%)", readonly=True, aggregator="avg")
    order_count = fields.Integer(string="Orders", readonly=True)
    revenue = fields.Monetary(readonly=True)
    margin = fields.Monetary(readonly=True)
    revenue_avg = fields.Monetary(string="Revenue per Customer", readonly=True, aggregator="avg")
    margin_avg = fields.Monetary(string="Margin per Customer", readonly=True, aggregator="avg")

    @property
    def _table_query(self):
        return self._select_customers()

    @api.model
    def _select_customers(self):
        return SQL(
            """
            SELECT member.id, member.campaign_id, campaign.program_id, member.company_id,
                   company.currency_id, campaign.launch_date, member.partner_id,
                   partner.country_id, member.lang,
                   CASE WHEN member.is_holdout THEN 'holdout' ELSE 'target' END AS arm,
                   1 AS customer_count,
                   CASE WHEN trace.sent THEN 100 ELSE 0 END AS sent,
                   CASE WHEN trace.opened THEN 100 ELSE 0 END AS opened,
                   CASE WHEN EXISTS (%(redemptions)s) THEN 100 ELSE 0 END AS redeemed,
                   CASE WHEN sale.order_count > 0 THEN 100 ELSE 0 END AS bought,
                   sale.order_count,
                   COALESCE(sale.revenue, 0) AS revenue,
                   COALESCE(sale.revenue, 0) AS revenue_avg,
                   COALESCE(sale.revenue - sale.cost, 0) AS margin,
                   COALESCE(sale.revenue - sale.cost, 0) AS margin_avg
              FROM loyalty_campaign_member AS member
              JOIN loyalty_campaign AS campaign ON campaign.id = member.campaign_id
              JOIN res_company AS company ON company.id = member.company_id
              JOIN res_partner AS partner ON partner.id = member.partner_id
             CROSS JOIN LATERAL (%(traces)s) AS trace
             CROSS JOIN LATERAL (%(sales)s) AS sale
             WHERE campaign.launch_date IS NOT NULL
            """,
            redemptions=self._select_redemptions(),
            traces=self._select_traces(),
            sales=self._select_sales(),
        )

    @api.model
    def _select_redemptions(self):
        """When the voucher was used, by whatever kind of order."""
        return SQL(
            "SELECT 1 FROM loyalty_history AS history"
            " WHERE history.card_id = member.voucher_id AND history.used > 0"
            " AND history.kind IN ('earn', 'redeem') AND history.is_reversed IS NOT TRUE"
        )

    @api.model
    def _select_traces(self):
        return SQL(
            """
            SELECT bool_or(trace.trace_status IN ('pending', 'sent', 'open', 'reply')) AS sent,
                   bool_or(trace.trace_status IN ('open', 'reply')
                           OR trace.links_click_datetime IS NOT NULL) AS opened
              FROM mailing_trace AS trace
             WHERE trace.model = 'loyalty.campaign.member' AND trace.res_id = member.id
               AND trace.is_test_trace IS NOT TRUE
            """
        )

    @api.model
    def _select_sales(self):
        """What the company of a customer ordered; discounts are lines of their own, below zero."""
        return SQL(
            """
            SELECT count(DISTINCT sale.id) AS order_count,
                   sum(line.price_subtotal / COALESCE(NULLIF(sale.currency_rate, 0), 1))
                       AS revenue,
                   sum(line.product_uom_qty * line_unit.factor / product_unit.factor
                       * COALESCE((product.standard_price->>sale.company_id::text)::numeric, 0))
                       AS cost
              FROM res_partner AS buyer
              JOIN sale_order AS sale ON sale.partner_id = buyer.id
              JOIN sale_order_line AS line ON line.order_id = sale.id
              JOIN product_product AS product ON product.id = line.product_id
              JOIN product_template AS template ON template.id = product.product_tmpl_id
              JOIN uom_uom AS line_unit ON line_unit.id = line.product_uom_id
              JOIN uom_uom AS product_unit ON product_unit.id = template.uom_id
             WHERE buyer.commercial_partner_id = member.commercial_partner_id
               AND sale.company_id = member.company_id
               AND sale.state = 'sale'
               AND sale.date_order >= campaign.launch_date
               AND sale.date_order < campaign.window_end
               AND line.display_type IS NULL
               AND line.is_downpayment IS NOT TRUE
            """
        )
