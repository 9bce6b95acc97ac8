from odoo import fields, models
from odoo.tools import SQL


class CrmPaymentDue(models.Model):
    """What customers still owe on posted invoices, open credit notes deducted.

    A row an instalment, with taxes, in company currency; the salesperson is the invoice's.
    """

    _name = "crm.payment.due"
    _inherit = ["crm.due.mixin"]
    _description = "Payments Due"
    _auto = False
    _rec_name = "move_id"
    _depends = {
        "account.account": ["account_type"],
        "account.move": [
            "commercial_partner_id",
            "invoice_date",
            "invoice_user_id",
            "move_type",
            "team_id",
        ],
        "account.move.line": [
            "account_id",
            "amount_residual",
            "company_id",
            "date_maturity",
            "display_type",
            "move_id",
            "parent_state",
            "reconciled",
        ],
        "res.company": ["resource_calendar_id"],
        "res.partner": ["country_id"],
        "resource.calendar": ["tz"],
    }

    move_id = fields.Many2one(comodel_name="account.move", string="Invoice", readonly=True)
    invoice_date = fields.Date(readonly=True)

    @property
    def _table_query(self):
        # By account, as the index on what is not reconciled is made of accounts.
        return SQL(
            """
            SELECT line.id, line.move_id, move.invoice_date, line.company_id,
                   line.company_currency_id AS currency_id,
                   move.commercial_partner_id AS partner_id, customer.country_id,
                   move.invoice_user_id AS user_id, move.team_id,
                   %(due)s
              FROM account_account AS account
              JOIN account_move_line AS line
                ON line.account_id = account.id AND line.reconciled IS NOT TRUE
              JOIN account_move AS move ON move.id = line.move_id
              LEFT JOIN res_partner AS customer ON customer.id = move.commercial_partner_id
              LEFT JOIN res_company AS company ON company.id = line.company_id
              LEFT JOIN resource_calendar AS calendar
                ON calendar.id = company.resource_calendar_id
             WHERE account.account_type = 'asset_receivable'
               AND line.parent_state = 'posted'
               AND line.display_type = 'payment_term'
               AND move.move_type IN ('out_invoice', 'out_receipt', 'out_refund')
               AND line.amount_residual <> 0
            """,
            due=self._get_due_columns(
                SQL("COALESCE(line.date_maturity, line.date)"),
                SQL("COALESCE(calendar.tz, 'UTC')"),
                SQL("line.amount_residual"),
            ),
        )

    def action_open_document(self):
        self.ensure_one()
        return self.move_id.get_formview_action()
