from odoo import api, fields, models
from odoo.tools import SQL


class CrmKpiScore(models.Model):
    """The score of a person, a team or the company in a period: its figures by their weights."""

    _name = "crm.kpi.score"
    _description = "KPI Score"
    _auto = False
    _order = "date_from desc, score desc, id"
    _depends = {
        "crm.kpi.value": [
            "company_id",
            "date_from",
            "date_to",
            "is_closed",
            "period_type",
            "scope",
            "score",
            "team_id",
            "user_id",
            "weight",
        ],
    }

    scope = fields.Selection(
        selection=[("user", "Person"), ("team", "Sales Team"), ("company", "Company")],
        string="Score Of",
        readonly=True,
    )
    user_id = fields.Many2one(comodel_name="res.users", string="Person", readonly=True)
    team_id = fields.Many2one(comodel_name="crm.team", string="Sales Team", readonly=True)
    company_id = fields.Many2one(comodel_name="res.company", readonly=True)
    period_type = fields.Selection(
        selection=[("month", "Month"), ("quarter", "Quarter"), ("year", "Year")],
        string="Period",
        readonly=True,
    )
    date_from = fields.Date(string="From", readonly=True)
    date_to = fields.Date(string="To", readonly=True)
    score = fields.Float(
        digits=(5, 1),
        readonly=True,
        aggregator="avg",
        help="0 to 100: the scores of the KPIs with a target, by their weights.",
    )
    kpi_count = fields.Integer(
        string="KPIs",
        readonly=True,
        aggregator=None,
        help="How many KPIs have a target in the period.",
    )
    is_closed = fields.Boolean(string="Closed", readonly=True)

    @property
    def _table_query(self):
        return SQL(
            """
            SELECT MIN(id) AS id, scope, user_id, MAX(team_id) AS team_id, company_id, period_type,
                   date_from, MAX(date_to) AS date_to, BOOL_AND(is_closed) AS is_closed,
                   SUM(score * weight) / SUM(weight) AS score, COUNT(*) AS kpi_count
              FROM crm_kpi_value
             WHERE has_target AND score IS NOT NULL AND weight > 0
             GROUP BY scope, user_id, CASE scope WHEN 'team' THEN team_id END, company_id,
                      period_type, date_from
            """
        )

    @api.depends("scope", "user_id", "team_id", "company_id")
    def _compute_display_name(self):
        for row in self:
            owner = {"user": row.user_id, "team": row.team_id}.get(row.scope, row.company_id)
            row.display_name = owner.display_name

    def action_view_values(self):
        """The figures the score is made of."""
        self.ensure_one()
        domain = [
            (name, "=", self[name]) for name in ("scope", "period_type", "date_from", "date_to")
        ]
        domain += [("company_id", "=", self.company_id.id), ("has_target", "=", True)]
        if self.scope != "company":
            domain.append((f"{self.scope}_id", "=", self[f"{self.scope}_id"].id))
        return {
            **self.env["ir.actions.act_window"]._for_xml_id("crm_analytics.crm_kpi_value_action"),
            "name": self.display_name,
            "domain": domain,
            "context": {"active_test": False},
        }
