from odoo import api, fields, models
from odoo.tools import SQL

from ..tools.currency_rates import get_rate_sql

# What every report says of a contract, by the contract's own fields.
CONTRACT_COLUMNS = (
    *("company_id", "user_id", "team_id", "type_id", "kind"),
    *("partner_id", "commercial_partner_id", "renewal", "currency_id"),
)


class CrmContractReportMixin(models.AbstractModel):
    """What the figures of contracts, of their ends and of their terms have in common.

    A report gives its rows in `_get_sources`; each of them is a contract's, aliased `contract`.
    Amounts are in the currency of the user's company. Shares are 0 or 100, or NULL where they say
    nothing about a row, so that their average is a percentage in every view and export.
    """

    _name = "crm.contract.report.mixin"
    _description = "Figures of Contracts"
    _rec_name = "contract_id"

    contract_id = fields.Many2one(comodel_name="crm.contract", readonly=True)
    company_id = fields.Many2one(comodel_name="res.company", readonly=True)
    user_id = fields.Many2one(comodel_name="res.users", string="Responsible", readonly=True)
    team_id = fields.Many2one(comodel_name="crm.team", string="Sales Team", readonly=True)
    type_id = fields.Many2one(comodel_name="crm.contract.type", readonly=True)
    kind = fields.Selection(
        selection=lambda self: self._get_selection("crm.contract", "kind"),
        string="Made With a",
        readonly=True,
    )
    partner_id = fields.Many2one(comodel_name="res.partner", string="Contact", readonly=True)
    commercial_partner_id = fields.Many2one(
        comodel_name="res.partner", string="Partner", readonly=True
    )
    renewal = fields.Selection(
        selection=lambda self: self._get_selection("crm.contract", "renewal"), readonly=True
    )
    currency_id = fields.Many2one(comodel_name="res.currency", readonly=True)

    @property
    def _table_query(self):
        return SQL(" UNION ALL ").join(
            SQL(
                "SELECT %s FROM %s",
                SQL(", ").join(
                    SQL("%s AS %s", expression, SQL.identifier(name))
                    for name, expression in {**self._select_contract(), **columns}.items()
                ),
                source,
            )
            for columns, source in self._get_sources()
        )

    @api.model
    def _get_sources(self):
        """Return [(columns, source)]: ``{field: SQL}``, and the SQL from FROM on.

        Every source has the same columns in the same order. Meant to be extended.
        """
        raise NotImplementedError

    @api.model
    def _select_contract(self):
        return {
            "contract_id": SQL("contract.id"),
            **{name: SQL.identifier("contract", name) for name in CONTRACT_COLUMNS},
            "currency_id": SQL("%s", self.env.company.currency_id.id),
        }

    @api.model
    def _get_selection(self, model, field_name):
        return self.env[model]._fields[field_name]._description_selection(self.env)

    @api.model
    def _get_value(self):
        """The value of the contract, at the rate of the day it started."""
        rate = get_rate_sql(self.env, SQL("contract.currency_id"), SQL("contract.date_start"))
        return SQL("contract.amount_total * %s", rate)

    @api.model
    def _get_share(self, condition, among):
        """100 where a condition holds and 0 where not, NULL where it says nothing of a row."""
        return SQL("CASE WHEN %s THEN CASE WHEN %s THEN 100.0 ELSE 0 END END", among, condition)

    @api.model
    def _get_count(self, condition):
        return SQL("CASE WHEN %s THEN 1 ELSE 0 END", condition)

    def action_open_contract(self):
        self.ensure_one()
        return self.contract_id.get_formview_action()
