from odoo import api, fields, models
from odoo.tools import SQL

from ..models.crm_contract import ACTIVE_STATES


class CrmContractRenewalReport(models.Model):
    """One row for each end of a contract, and what came of it.

    A contract that was prolonged twice has three: two that were won, and the one to come.
    Open-ended contracts have no end, so they are not here until they are terminated.
    """

    _name = "crm.contract.renewal.report"
    _description = "Renewals Analysis"
    _inherit = ["crm.contract.report.mixin"]
    _auto = False
    _order = "date, id"
    _depends = {
        "crm.contract": [
            "amount_total",
            "commercial_partner_id",
            "company_id",
            "currency_id",
            "date_end",
            "date_start",
            "ended_date",
            "kind",
            "partner_id",
            "previous_id",
            "renewal",
            "state",
            "team_id",
            "type_id",
            "user_id",
        ],
        "crm.contract.prolongation": ["contract_id", "is_automatic", "new_end", "old_end"],
        "crm.lead": ["contract_end", "contract_id", "won_status"],
    }

    date = fields.Date(
        string="End Date", readonly=True, help="The day on which the contract ended or will end."
    )
    outcome = fields.Selection(
        selection=[
            ("open", "Open"),
            ("prolonged", "Prolonged"),
            ("renewed", "Renewed"),
            ("expired", "Expired"),
            ("terminated", "Terminated"),
            ("completed", "Completed"),
        ],
        readonly=True,
        help="Open: the end is still to come, or the following contract is being prepared.\n"
        "Prolonged: the same contract went on, by itself or as agreed.\n"
        "Renewed: a following contract was started.\n"
        "Completed: it was never meant to be renewed.",
    )
    is_automatic = fields.Boolean(
        string="Automatic", readonly=True, help="Renewed itself, as nobody gave notice."
    )
    won_status = fields.Selection(
        selection=lambda self: self._get_selection("crm.lead", "won_status"),
        string="Renewal Opportunity",
        readonly=True,
    )
    won = fields.Integer(
        string="Renewals Won", readonly=True, help="Contracts prolonged or followed by another one."
    )
    lost = fields.Integer(
        string="Renewals Lost", readonly=True, help="Contracts expired or terminated."
    )
    won_rate = fields.Float(
        string="Renewals Won (%)",
        readonly=True,
        aggregator="avg",
        help="Of the renewals won and lost.",
    )
    value = fields.Monetary(
        string="Contract Value",
        readonly=True,
        help="As it is today, in your company's currency at the rate of the day the contract "
        "started.",
    )

    @api.model
    def _get_sources(self):
        prolonged = self._get_columns(
            SQL("prolongation.id * 2 + 1"),
            SQL("prolongation.old_end"),
            SQL("'prolonged'"),
            SQL("prolongation.is_automatic"),
        )
        ended = self._get_columns(
            SQL("contract.id * 2"),
            SQL("COALESCE(contract.ended_date, contract.date_end)"),
            SQL(
                """
                CASE WHEN contract.state IN %(active)s THEN 'open'
                     WHEN contract.state != 'expired' THEN contract.state
                     WHEN following.id IS NOT NULL THEN 'open'
                     WHEN contract.renewal = 'none' THEN 'completed'
                     ELSE 'expired' END
                """,
                active=ACTIVE_STATES,
            ),
            SQL("FALSE"),
        )
        return [
            (
                prolonged,
                SQL(
                    """
                    crm_contract_prolongation prolongation
                    JOIN crm_contract contract ON contract.id = prolongation.contract_id
                    LEFT JOIN crm_lead lead ON lead.contract_id = contract.id
                          AND lead.contract_end = prolongation.old_end
                    """
                ),
            ),
            (
                ended,
                SQL(
                    """
                    crm_contract contract
                    LEFT JOIN crm_contract following ON following.previous_id = contract.id
                          AND following.state = 'draft'
                    LEFT JOIN crm_lead lead ON lead.contract_id = contract.id
                          AND lead.contract_end = contract.date_end
                    WHERE contract.state != 'draft'
                      AND (contract.date_end IS NOT NULL OR contract.ended_date IS NOT NULL)
                    """
                ),
            ),
        ]

    @api.model
    def _get_columns(self, row_id, date, outcome, is_automatic):
        is_won = SQL("(%s) IN ('prolonged', 'renewed')", outcome)
        is_lost = SQL("(%s) IN ('expired', 'terminated')", outcome)
        return {
            "id": row_id,
            "date": date,
            "outcome": outcome,
            "is_automatic": is_automatic,
            "won_status": SQL("lead.won_status"),
            "won": self._get_count(is_won),
            "lost": self._get_count(is_lost),
            "won_rate": self._get_share(is_won, SQL("%s OR %s", is_won, is_lost)),
            "value": self._get_value(),
        }
