from odoo import fields, models
from odoo.tools import SQL

from odoo.addons.crm_extended.tools.currency_rates import get_rate_sql


class LoyaltyGreetingReport(models.Model):
    """One row for each greeting that was sent, and what its voucher brought."""

    _name = "loyalty.greeting.report"
    _description = "Greetings Analysis"
    _auto = False
    _order = "date desc, id desc"
    _depends = {
        "loyalty.greeting.log": [
            "card_id",
            "company_id",
            "date",
            "greeting_id",
            "holiday_id",
            "is_mailed",
            "is_texted",
            "occasion",
            "partner_id",
        ],
        "sale.order": ["amount_untaxed", "currency_id", "date_order", "state"],
        "sale.order.line": ["coupon_id", "order_id"],
    }

    date = fields.Date(readonly=True)
    greeting_id = fields.Many2one(comodel_name="loyalty.greeting", readonly=True)
    occasion = fields.Selection(
        selection=lambda self: self.env["loyalty.greeting"]._fields["occasion"].selection,
        readonly=True,
    )
    holiday_id = fields.Many2one(comodel_name="loyalty.holiday", readonly=True)
    partner_id = fields.Many2one(comodel_name="res.partner", string="Customer", readonly=True)
    company_id = fields.Many2one(comodel_name="res.company", readonly=True)
    currency_id = fields.Many2one(comodel_name="res.currency", readonly=True)
    mailed = fields.Integer(string="E-mails", readonly=True)
    texted = fields.Integer(string="SMS", readonly=True)
    vouchers = fields.Integer(readonly=True)
    redeemed = fields.Integer(
        string="Redeemed Vouchers", readonly=True, help="Used on a confirmed order."
    )
    redeemed_rate = fields.Float(
        string="Redeemed (%)", readonly=True, aggregator="avg", help="Of the vouchers."
    )
    revenue = fields.Monetary(
        readonly=True,
        help="Without taxes, of the confirmed orders on which the vouchers were used, at the rate "
        "of the order's day.",
    )

    @property
    def _table_query(self):
        return SQL(
            """
            SELECT log.id, log.date, log.greeting_id, log.occasion, log.holiday_id,
                   log.partner_id, log.company_id, %(currency)s AS currency_id,
                   log.is_mailed::integer AS mailed,
                   log.is_texted::integer AS texted,
                   (log.card_id IS NOT NULL)::integer AS vouchers,
                   (used.card_id IS NOT NULL)::integer AS redeemed,
                   CASE WHEN log.card_id IS NOT NULL
                        THEN 100.0 * (used.card_id IS NOT NULL)::integer END AS redeemed_rate,
                   COALESCE(used.revenue, 0) AS revenue
              FROM loyalty_greeting_log log
              LEFT JOIN (
                   SELECT redeeming.coupon_id AS card_id,
                          sum(sale.amount_untaxed * %(rate)s) AS revenue
                     FROM (SELECT DISTINCT coupon_id, order_id FROM sale_order_line
                            WHERE coupon_id IS NOT NULL) redeeming
                     JOIN sale_order sale ON sale.id = redeeming.order_id
                    WHERE sale.state = 'sale'
                    GROUP BY redeeming.coupon_id
                   ) used ON used.card_id = log.card_id
            """,
            currency=self.env.company.currency_id.id,
            rate=get_rate_sql(self.env, SQL("sale.currency_id"), SQL("sale.date_order::date")),
        )
