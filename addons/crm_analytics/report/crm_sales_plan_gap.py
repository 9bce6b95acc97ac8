from dateutil.relativedelta import relativedelta

from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import SQL

# How far back the average deal and the win rate look.
RATE_MONTHS = 12
PERIODS = {"plan": 0, "quarter": 1, "month": 2}
SCOPES = {"company": 0, "team": 1, "user": 2}


class CrmSalesPlanGap(models.Model):
    """The gap to the plan as work: how many more opportunities it takes, and how many are there.

    A row for each salesperson, team and company with a plan, and for its months, its quarters and
    the whole of it. Deals needed = gap / (average deal x win rate), both of the last twelve
    months; those of the company where a person or a team has none of their own.
    """

    _name = "crm.sales.plan.gap"
    _description = "Gap to Plan"
    _auto = False
    _rec_name = "plan_id"
    _order = "date_from, gap desc, id"
    _depends = {
        "crm.lead": [
            "active",
            "company_id",
            "date_closed",
            "date_deadline",
            "expected_revenue",
            "prorated_revenue",
            "team_id",
            "type",
            "user_id",
            "won_status",
        ],
        "crm.sales.actual": [],
        "crm.sales.plan": [
            "basis",
            "company_id",
            "compared_kind",
            "date_from",
            "date_to",
            "is_in_force",
            "state",
        ],
        "crm.sales.plan.line": ["amount", "entry", "month", "plan_id", "team_id", "user_id"],
        "res.company": ["currency_id"],
    }

    plan_id = fields.Many2one(comodel_name="crm.sales.plan", readonly=True)
    company_id = fields.Many2one(comodel_name="res.company", readonly=True)
    currency_id = fields.Many2one(comodel_name="res.currency", readonly=True)
    is_in_force = fields.Boolean(string="In Force", readonly=True)
    scope = fields.Selection(
        selection=[("user", "Salesperson"), ("team", "Sales Team"), ("company", "Company")],
        readonly=True,
    )
    user_id = fields.Many2one(comodel_name="res.users", string="Salesperson", readonly=True)
    team_id = fields.Many2one(comodel_name="crm.team", string="Sales Team", readonly=True)
    period_type = fields.Selection(
        selection=[("plan", "Whole Plan"), ("quarter", "Quarter"), ("month", "Month")],
        string="Period",
        readonly=True,
    )
    date_from = fields.Date(string="From", readonly=True)
    date_to = fields.Date(string="To", readonly=True)
    planned = fields.Monetary(readonly=True, aggregator=None)
    achieved = fields.Monetary(
        readonly=True, aggregator=None, help="Ordered, unless the plan is compared with another."
    )
    gap = fields.Monetary(readonly=True, aggregator=None, help="What is missing to the plan.")
    average_deal = fields.Monetary(
        readonly=True,
        aggregator=None,
        help="Expected revenue of the opportunities won in the last twelve months.",
    )
    win_rate = fields.Float(
        readonly=True,
        aggregator=None,
        help="Of the opportunities won or lost in the last twelve months.",
    )
    has_rates = fields.Boolean(
        readonly=True, help="Whether anything was won that tells how many deals it takes."
    )
    deals_needed = fields.Integer(
        readonly=True,
        aggregator=None,
        help="Opportunities it takes to close the gap: gap / (average deal x win rate).",
    )
    deals_open = fields.Integer(
        string="Open Deals",
        readonly=True,
        aggregator=None,
        help="Opportunities expected to close in the period.",
    )
    deals_missing = fields.Integer(readonly=True, aggregator=None, help="To be found yet.")
    pipeline = fields.Monetary(
        string="Weighted Pipeline", readonly=True, aggregator=None, help="Of the open deals."
    )

    @property
    def _table_query(self):
        return SQL(
            """
            WITH plan AS (
                SELECT plan.*, company.currency_id
                  FROM crm_sales_plan plan
                  JOIN res_company company ON company.id = plan.company_id
                 WHERE plan.is_in_force OR plan.state = 'draft'
            ), fact AS (
                %(facts)s
            ), total AS (
                %(totals)s
            ), closed AS (
                %(closed)s
            )
            SELECT total.id, total.plan_id, plan.company_id, plan.currency_id, plan.is_in_force,
                   total.scope, total.user_id, total.team_id,
                   total.period_type, total.date_from, total.date_to,
                   total.planned, total.achieved, total.gap, total.pipeline, total.deals_open,
                   rate.average_deal, rate.win_rate,
                   rate.per_deal > 0 AS has_rates,
                   need.deals_needed,
                   GREATEST(need.deals_needed - total.deals_open, 0) AS deals_missing
              FROM total
              JOIN plan ON plan.id = total.plan_id
              LEFT JOIN closed own
                ON own.company_id = plan.company_id AND own.scope = total.scope
               AND own.who = COALESCE(total.user_id, total.team_id)
              LEFT JOIN closed everybody
                ON everybody.company_id = plan.company_id AND everybody.scope = 'company'
              CROSS JOIN LATERAL (
                SELECT COALESCE(own.average_deal, everybody.average_deal) AS average_deal,
                       CASE WHEN own.average_deal IS NULL THEN everybody.win_rate
                            ELSE own.win_rate END AS win_rate
              ) found
              CROSS JOIN LATERAL (
                SELECT found.*, found.average_deal * found.win_rate AS per_deal
              ) rate
              CROSS JOIN LATERAL (
                -- Rounded first: nine deals are not ten because of the last digit of a rate.
                SELECT CEIL(ROUND((total.gap / NULLIF(rate.per_deal, 0))::numeric, 6))::integer
                       AS deals_needed
              ) need
            """,
            facts=self._select_facts(),
            totals=self._select_totals(),
            closed=self._select_closed(),
        )

    @api.model
    def _select_facts(self):
        """Planned, achieved and pipeline by plan, month, person and team."""
        return SQL(
            """
            SELECT line.plan_id, line.month, line.user_id, line.team_id, line.amount AS planned,
                   0.0 AS achieved, 0.0 AS pipeline, 0 AS deals
              FROM crm_sales_plan_line line
              JOIN plan ON plan.id = line.plan_id AND plan.basis = line.entry
             UNION ALL
            SELECT plan.id, date_trunc('month', actual.date)::date, actual.user_id, actual.team_id,
                   0.0, actual.amount, 0.0, 0
              FROM %(actuals)s actual
              JOIN plan ON plan.company_id = actual.company_id
                       AND plan.compared_kind = actual.kind
                       AND actual.date BETWEEN plan.date_from AND plan.date_to
             WHERE %(span)s
             UNION ALL
            SELECT plan.id, date_trunc('month', lead.date_deadline)::date, lead.user_id,
                   lead.team_id, 0.0, 0.0, lead.prorated_revenue, 1
              FROM crm_lead lead
              JOIN plan ON lead.date_deadline BETWEEN plan.date_from AND plan.date_to
                       AND COALESCE(lead.company_id, plan.company_id) = plan.company_id
             WHERE lead.active AND lead.type = 'opportunity' AND lead.won_status = 'pending'
            """,
            actuals=self.env["crm.sales.actual"]._table_sql,
            span=self._get_span_sql(),
        )

    @api.model
    def _get_span_sql(self):
        """The days and kinds of all plans as constants, which an index can look up."""
        # sudo: no more than a bound of what is read; the rules stand on the rows of the view
        [(date_from, date_to, kinds)] = (
            self.env["crm.sales.plan"]
            .sudo()
            ._read_group(
                Domain("is_in_force", "=", True) | Domain("state", "=", "draft"),
                aggregates=["date_from:min", "date_to:max", "compared_kind:array_agg_distinct"],
            )
        )
        if not kinds:
            return SQL("FALSE")
        wide = relativedelta(days=2)  # a day of a company begins at another moment elsewhere
        return SQL(
            "actual.kind IN %s AND actual.moment >= %s::timestamp"
            " AND actual.moment < %s::timestamp",
            tuple(kinds),
            date_from - wide,
            date_to + wide,
        )

    @api.model
    def _select_totals(self):
        """The facts by person, team and company, and by month, quarter and whole plan."""
        return SQL(
            """
            SELECT grouped.*, GREATEST(grouped.planned - grouped.achieved, 0) AS gap,
                   (((grouped.plan_id::bigint << 24)
                     + (COALESCE(grouped.user_id, grouped.team_id, 0) << 2)
                     + CASE grouped.scope %(scopes)s END) << 8)
                   + (CASE grouped.period_type %(periods)s END << 6)
                   + grouped.place AS id
              FROM (
                SELECT fact.plan_id, fact.user_id, fact.team_id,
                       CASE WHEN GROUPING(fact.user_id) = 0 THEN 'user'
                            WHEN GROUPING(fact.team_id) = 0 THEN 'team'
                            ELSE 'company' END AS scope,
                       span.period_type, span.date_from, span.date_to,
                       (12 * (EXTRACT(year FROM span.date_from)
                              - EXTRACT(year FROM plan.date_from))
                        + EXTRACT(month FROM span.date_from)
                        - EXTRACT(month FROM plan.date_from))::integer AS place,
                       SUM(fact.planned) AS planned, SUM(fact.achieved) AS achieved,
                       SUM(fact.pipeline) AS pipeline, SUM(fact.deals)::integer AS deals_open
                  FROM fact
                  JOIN plan ON plan.id = fact.plan_id
                  CROSS JOIN LATERAL (VALUES
                    ('plan', plan.date_from, plan.date_to),
                    ('quarter',
                     GREATEST(date_trunc('quarter', fact.month)::date, plan.date_from),
                     LEAST((date_trunc('quarter', fact.month)
                            + INTERVAL '3 months - 1 day')::date, plan.date_to)),
                    ('month', fact.month, (fact.month + INTERVAL '1 month - 1 day')::date)
                  ) span (period_type, date_from, date_to)
                 GROUP BY fact.plan_id, plan.date_from, span.period_type, span.date_from,
                          span.date_to, GROUPING SETS ((fact.user_id), (fact.team_id), ())
              ) grouped
             WHERE grouped.planned > 0
               AND (grouped.scope = 'company'
                    OR COALESCE(grouped.user_id, grouped.team_id) IS NOT NULL)
            """,
            scopes=self._get_numbers_sql(SCOPES),
            periods=self._get_numbers_sql(PERIODS),
        )

    @api.model
    def _get_numbers_sql(self, numbers):
        return SQL(" ").join(SQL("WHEN %s THEN %s", *item) for item in numbers.items())

    @api.model
    def _select_closed(self):
        """The average deal and the win rate by person, team and company."""
        since = fields.Datetime.now() - relativedelta(months=RATE_MONTHS)
        return SQL(
            """
            SELECT company.company_id,
                   CASE WHEN GROUPING(lead.user_id) = 0 THEN 'user'
                        WHEN GROUPING(lead.team_id) = 0 THEN 'team'
                        ELSE 'company' END AS scope,
                   COALESCE(lead.user_id, lead.team_id) AS who,
                   NULLIF(AVG(lead.expected_revenue) FILTER (WHERE lead.won_status = 'won'), 0)
                       AS average_deal,
                   COUNT(*) FILTER (WHERE lead.won_status = 'won')::float / COUNT(*) AS win_rate
              FROM crm_lead lead
              JOIN (SELECT DISTINCT company_id FROM plan) company
                ON company.company_id = COALESCE(lead.company_id, company.company_id)
             WHERE lead.type = 'opportunity'
               AND lead.won_status IN ('won', 'lost')
               AND lead.date_closed >= %(since)s
             GROUP BY company.company_id, GROUPING SETS ((lead.user_id), (lead.team_id), ())
            """,
            since=since,
        )

    def action_open_pipeline(self):
        """The open opportunities that are counted."""
        self.ensure_one()
        domain = self.plan_id._get_pipeline_domain() & (
            Domain("date_deadline", ">=", self.date_from)
            & Domain("date_deadline", "<=", self.date_to)
        )
        for scope, name in (("user", "user_id"), ("team", "team_id")):
            if self.scope == scope:
                domain &= Domain(name, "=", self[name].id)
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Open Deals"),
            "res_model": "crm.lead",
            "domain": list(domain),
            "views": [
                (self.env.ref("crm.crm_case_tree_view_oppor").id, "list"),
                (False, "kanban"),
                (False, "form"),
            ],
            "search_view_id": [self.env.ref("crm.view_crm_case_opportunities_filter").id, "search"],
            "context": {"default_type": "opportunity"},
        }
