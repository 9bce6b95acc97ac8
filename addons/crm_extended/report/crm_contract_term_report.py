from odoo import api, fields, models
from odoo.tools import SQL

from ..models.crm_contract import ACTIVE_STATES


class CrmContractTermReport(models.Model):
    """One row for each period of a term: what was kept and what was not.

    A term that repeats has a row for each of its periods that is over, and one for the present.
    """

    _name = "crm.contract.term.report"
    _description = "Contract Terms Analysis"
    _inherit = ["crm.contract.report.mixin"]
    _auto = False
    _order = "due_date desc, id desc"
    _depends = {
        "crm.contract": [
            "commercial_partner_id",
            "company_id",
            "kind",
            "partner_id",
            "renewal",
            "state",
            "team_id",
            "type_id",
            "user_id",
        ],
        "crm.contract.term": ["contract_id", "due_date", "kind", "state", "user_id"],
        "crm.contract.term.period": ["due_date", "state", "term_id"],
    }

    term_id = fields.Many2one(comodel_name="crm.contract.term", readonly=True)
    term_kind = fields.Selection(
        selection=lambda self: self._get_selection("crm.contract.term", "kind"),
        string="Kind of Term",
        readonly=True,
    )
    state = fields.Selection(
        selection=lambda self: self._get_selection("crm.contract.term", "state"),
        string="Status",
        readonly=True,
    )
    contract_state = fields.Selection(
        selection=lambda self: self._get_selection("crm.contract", "state"),
        string="Contract Status",
        readonly=True,
    )
    due_date = fields.Date(readonly=True)
    pending = fields.Integer(readonly=True, help="Of contracts in force.")
    met = fields.Integer(readonly=True)
    breached = fields.Integer(readonly=True)
    waived = fields.Integer(readonly=True)
    met_rate = fields.Float(
        string="Met (%)", readonly=True, aggregator="avg", help="Of those met and breached."
    )

    @api.model
    def _get_sources(self):
        terms = SQL(
            "crm_contract_term term JOIN crm_contract contract ON contract.id = term.contract_id"
        )
        periods = SQL(
            """
            crm_contract_term_period period
            JOIN crm_contract_term term ON term.id = period.term_id
            JOIN crm_contract contract ON contract.id = term.contract_id
            """
        )
        in_force = SQL("contract.state IN %s", ACTIVE_STATES)
        return [
            (self._get_columns(SQL("term"), 0, in_force), terms),
            # A period that is over and could not be measured waits for nothing any more.
            (self._get_columns(SQL("period"), 1, SQL("FALSE")), periods),
        ]

    @api.model
    def _get_columns(self, alias, remainder, is_watched):
        """The columns of rows that have the `state` and `due_date` of the table `alias`."""
        state = SQL("%s.state", alias)
        return {
            "id": SQL("%s.id * 2 + %s", alias, remainder),
            "term_id": SQL("term.id"),
            "user_id": SQL("COALESCE(term.user_id, contract.user_id)"),
            "term_kind": SQL("term.kind"),
            "state": state,
            "contract_state": SQL("contract.state"),
            "due_date": SQL("%s.due_date", alias),
            "pending": self._get_count(SQL("%s = 'pending' AND %s", state, is_watched)),
            **{
                name: self._get_count(SQL("%s = %s", state, name))
                for name in ("met", "breached", "waived")
            },
            "met_rate": self._get_share(
                SQL("%s = 'met'", state), SQL("%s IN ('met', 'breached')", state)
            ),
        }
