from dateutil.relativedelta import relativedelta
from markupsafe import Markup

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain
from odoo.tools import SQL, format_amount, format_date

from ..tools.batches import run_in_batches
from .crm_contract import ACTIVE_STATES


class CrmContract(models.Model):
    """The opportunity to sell the next contract, created once before a contract ends."""

    _inherit = "crm.contract"  # pylint: disable=consider-merging-classes-inherited

    opportunity_ids = fields.One2many(
        comodel_name="crm.lead",
        inverse_name="contract_id",
        string="Renewal Opportunities",
        groups="sales_team.group_sale_salesman",
    )
    opportunity_count = fields.Integer(
        compute="_compute_opportunity_count", groups="sales_team.group_sale_salesman"
    )
    # The end of a contract that an opportunity has been created for: each end gets one.
    opportunity_end = fields.Date(readonly=True, copy=False)

    def _compute_opportunity_count(self):
        counts = dict(
            self.env["crm.lead"]
            .with_context(active_test=False)
            ._read_group([("contract_id", "in", self.ids)], ["contract_id"], ["__count"])
        )
        for contract in self:
            contract.opportunity_count = counts.get(contract._origin, 0)

    def action_view_opportunities(self):
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id("crm.crm_lead_opportunities")
        action["domain"] = [("contract_id", "=", self.id)]
        action["context"] = {"active_test": False, "create": False}
        return action

    def action_create_opportunity(self):
        """Create the renewal opportunity now, and open it."""
        self.ensure_one()
        if not self.date_end:
            raise UserError(
                self.env._("The contract %s is open-ended and needs no renewal.", self.display_name)
            )
        if self.opportunity_end == self.date_end:
            return self.action_view_opportunities()
        return self._create_opportunities().get_formview_action()

    @api.model
    def _get_opportunity_domain(self):
        """Contracts with customers whose end is near enough to sell the next one.

        A contract that renews itself needs no selling, until notice has been given.
        """
        near = Domain.OR(
            Domain("company_id", "in", companies.ids)
            & Domain("date_end", ">=", today)
            & self._get_near_end_domain(today)
            for today, companies in self.env["res.company"]._get_companies_by_today().items()
        )
        ends = Domain("renewal", "!=", "automatic") | Domain("state", "=", "notice")
        # One that is followed has been sold already.
        return (
            Domain("kind", "=", "customer")
            & Domain("state", "in", ACTIVE_STATES)
            & Domain("next_ids", "=", False)
            & self._get_without_opportunity_domain()
            & ends
            & near
        )

    @api.model
    def _get_without_opportunity_domain(self):
        """Contracts without an opportunity for their present end: a prolonged one gets another."""

        def to_sql(model, alias, query):
            return SQL(
                "%s IS DISTINCT FROM %s",
                model._field_to_sql(alias, "opportunity_end", query),
                model._field_to_sql(alias, "date_end", query),
            )

        return Domain.custom(to_sql=to_sql)

    @api.model
    def _get_near_end_domain(self, today):
        """Contracts that end within the days that their type allows for selling the next one."""
        types = self.env["crm.contract.type"].sudo().with_context(active_test=False)
        days_by_type = {kind.id: kind.opportunity_days for kind in types.search([])}
        default = types.default_get(["opportunity_days"])["opportunity_days"]
        return Domain.OR(
            Domain("type_id", "=", type_id)
            & Domain("date_end", "<=", today + relativedelta(days=days))
            for type_id, days in [*days_by_type.items(), (False, default)]
            if days
        )

    @api.model
    def _cron_create_opportunities(self, batch_size=500):
        """Nightly: create the renewal opportunities whose time has come, each once."""
        return run_in_batches(
            self,
            self._get_opportunity_domain(),
            lambda contracts: contracts._create_opportunities(),
            batch_size=batch_size,
            lock_table="crm_contract_alert",
        )

    def _create_opportunities(self):
        figures = self._get_last_12_months()
        # sudo: whoever keeps contracts may have no access to opportunities
        Lead = self.env["crm.lead"].sudo()
        # Given to each opportunity, which would look for its first stage by itself, one by one.
        stages = {
            team: Lead._stage_find(team_id=team.id, domain=[("fold", "=", False)])
            for team in self.team_id
        }
        stages[self.env["crm.team"]] = Lead._stage_find(domain=[("fold", "=", False)])
        # No mail for each of them: the responsible person finds them in the pipeline.
        Lead = Lead.with_context(tracking_disable=True, mail_auto_subscribe_no_notify=True)
        leads = Lead.create(
            [
                {
                    **contract._prepare_opportunity(figures[contract]),
                    "stage_id": stages[contract.team_id].id,
                }
                for contract in self
            ]
        )
        for contract in self:
            contract.opportunity_end = contract.date_end
        return leads.sudo(False)

    def _prepare_opportunity(self, figures):
        """Values of the opportunity, from what the contract came to in the last 12 months."""
        self.ensure_one()
        currency = self.currency_id
        lang = self.user_id.lang or self.env.lang
        env = self.with_context(lang=lang).env
        paid = figures["invoiced"] - figures["residual"]
        rows = [
            (env._("Ordered"), figures["ordered"]),
            (env._("Invoiced"), figures["invoiced"]),
            (env._("Paid"), paid),
            (env._("Overdue"), figures["overdue"]),
        ]
        lines = Markup("").join(
            Markup("<li>%s: %s</li>") % (label, format_amount(env, amount, currency, lang))
            for label, amount in rows
        )
        description = Markup("<p>%s</p><ul>%s</ul>") % (
            env._(
                "Contract %(contract)s ends on %(end)s. In the last 12 months:",
                contract=self.display_name,
                end=format_date(env, self.date_end),
            ),
            lines,
        )
        return {
            "type": "opportunity",
            "name": env._("Renewal of %s", self.display_name),
            "partner_id": self.partner_id.id,
            "user_id": self.user_id.id,
            "team_id": self.team_id.id,
            "company_id": self.company_id.id,
            "date_deadline": self.date_end,
            "expected_revenue": currency._convert(
                paid or self.amount_total, self.company_id.currency_id, self.company_id
            ),
            "description": description,
            "contract_id": self.id,
            "contract_end": self.date_end,
        }
