from datetime import timedelta

from odoo import api, fields, models
from odoo.tools import SQL

from ..tools.currency_rates import get_rate_sql

NOTICE_DAYS = (30, 60, 90)


class CrmContractReport(models.Model):
    """One row a contract: its value, when notice has to be given, and what it has come to."""

    _name = "crm.contract.report"
    _description = "Contracts Analysis"
    _inherit = ["crm.contract.report.mixin"]
    _auto = False
    _order = "date_end, id"
    _depends = {
        "account.move": [
            "amount_residual_signed",
            "amount_total_signed",
            "contract_id",
            "invoice_date",
            "invoice_date_due",
            "move_type",
            "state",
        ],
        "crm.contract": [
            "amount_total",
            "commercial_partner_id",
            "company_id",
            "currency_id",
            "date_end",
            "date_start",
            "ended_date",
            "kind",
            "notice_date",
            "notice_days",
            "partner_id",
            "renewal",
            "state",
            "team_id",
            "type_id",
            "user_id",
        ],
        "res.company": ["currency_id"],
        "sale.order": ["amount_total", "contract_id", "currency_id", "date_order", "state"],
    }

    state = fields.Selection(
        selection=lambda self: self._get_selection("crm.contract", "state"),
        string="Status",
        readonly=True,
    )
    date_start = fields.Date(string="Start Date", readonly=True)
    date_end = fields.Date(string="End Date", readonly=True)
    notice_date = fields.Date(readonly=True)
    ended_date = fields.Date(string="Ended On", readonly=True)

    value = fields.Monetary(
        string="Contract Value",
        readonly=True,
        help="In your company's currency, at the rate of the day the contract started.",
    )
    notice_30 = fields.Integer(string="Notice within 30 Days", readonly=True)
    notice_60 = fields.Integer(string="Notice within 60 Days", readonly=True)
    notice_90 = fields.Integer(
        string="Notice within 90 Days",
        readonly=True,
        help="Running contracts whose last day to give notice comes in the next 90 days, those of "
        "the next 30 and 60 days included.",
    )
    amount_ordered = fields.Monetary(
        string="Ordered", readonly=True, help="Confirmed orders under the contract, with taxes."
    )
    amount_invoiced = fields.Monetary(
        string="Invoiced",
        readonly=True,
        help="Posted invoices under the contract less credit notes, with taxes.",
    )
    amount_paid = fields.Monetary(
        string="Paid", readonly=True, help="What has been paid of the amount invoiced."
    )
    amount_overdue = fields.Monetary(
        string="Overdue", readonly=True, help="Still open of invoices past their due date."
    )

    @api.model
    def _get_sources(self):
        columns = {
            "id": SQL("contract.id"),
            **{
                name: SQL.identifier("contract", name)
                for name in ("state", "date_start", "date_end", "notice_date", "ended_date")
            },
            "value": self._get_value(),
            **{f"notice_{days}": self._get_notice_within(days) for days in NOTICE_DAYS},
            "amount_ordered": SQL("COALESCE(orders.ordered, 0)"),
            "amount_invoiced": SQL("COALESCE(moves.invoiced, 0)"),
            "amount_paid": SQL("COALESCE(moves.invoiced - moves.residual, 0)"),
            "amount_overdue": SQL("COALESCE(moves.overdue, 0)"),
        }
        source = SQL(
            """
            crm_contract contract
            LEFT JOIN (%s) orders ON orders.contract_id = contract.id
            LEFT JOIN (%s) moves ON moves.contract_id = contract.id
            """,
            self._sum_orders(),
            self._sum_moves(),
        )
        return [(columns, source)]

    @api.model
    def _get_notice_within(self, days):
        today = fields.Date.context_today(self)
        return self._get_count(
            SQL(
                "contract.state = 'running' AND contract.notice_days > 0 "
                "AND contract.notice_date BETWEEN %s AND %s",
                today,
                today + timedelta(days=days),
            )
        )

    @api.model
    def _sum_orders(self):
        rate = get_rate_sql(self.env, SQL("document.currency_id"), SQL("document.date_order::date"))
        return SQL(
            """
            SELECT document.contract_id, SUM(document.amount_total * %s) AS ordered
              FROM sale_order document
             WHERE document.contract_id IS NOT NULL AND document.state = 'sale'
             GROUP BY document.contract_id
            """,
            rate,
        )

    @api.model
    def _sum_moves(self):
        """Signed amounts are in the currency of the company: negative for vendor bills."""
        rate = get_rate_sql(self.env, SQL("company.currency_id"), SQL("document.invoice_date"))
        sign = SQL("CASE WHEN document.move_type IN ('in_invoice', 'in_refund') THEN -1 ELSE 1 END")
        return SQL(
            """
            SELECT document.contract_id,
                   SUM(document.amount_total_signed * %(sign)s * %(rate)s) AS invoiced,
                   SUM(document.amount_residual_signed * %(sign)s * %(rate)s) AS residual,
                   SUM(document.amount_residual_signed * %(sign)s * %(rate)s) FILTER (
                       WHERE document.move_type IN ('out_invoice', 'in_invoice')
                         AND document.amount_residual_signed * %(sign)s > 0
                         AND document.invoice_date_due < %(today)s
                   ) AS overdue
              FROM account_move document
              JOIN res_company company ON company.id = document.company_id
             WHERE document.contract_id IS NOT NULL
               AND document.state = 'posted'
               AND document.move_type IN ('out_invoice', 'out_refund', 'in_invoice', 'in_refund')
             GROUP BY document.contract_id
            """,
            sign=sign,
            rate=rate,
            today=fields.Date.context_today(self),
        )
