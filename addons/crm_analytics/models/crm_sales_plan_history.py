from collections import defaultdict

from dateutil.relativedelta import relativedelta

from odoo import models
from odoo.fields import Domain
from odoo.tools import SQL

from .crm_sales_plan_line import DIMENSIONS

# What an opportunity knows of the dimensions of a plan: it has no products.
LEAD_DIMENSIONS = {"user_id", "team_id", "country_id", "state_id"}


class CrmSalesPlan(models.Model):
    """What a plan starts from: the sales of a year ago and the weighted pipeline."""

    _inherit = "crm.sales.plan"  # pylint: disable=consider-merging-classes-inherited

    def _get_led_teams(self):
        """The user's teams and their sub-teams, those led in person first."""
        # sudo: whom one leads is no secret, whatever teams one may read
        teams = self.env["crm.team"].sudo().search([("leader_ids", "=", self.env.uid)])
        return teams.sorted(lambda team: team.user_id.id != self.env.uid)

    def _get_scope_domain(self):
        """Whose figures the user enters: the own, those of the teams led, a manager all."""
        if self.env.su or self.env.user.has_group("sales_team.group_sale_manager"):
            return Domain.TRUE
        teams = self._get_led_teams()
        return (
            Domain("user_id", "=", self.env.uid)
            | Domain("team_id", "in", teams.ids)
            | Domain("user_id.sale_team_id", "in", teams.ids)
        )

    def _read_last_year(self, dimensions, domain=Domain.TRUE):
        """``{key: {month of the plan: amount}}`` of what was sold twelve months before.

        :param dimensions: names out of ``DIMENSIONS``; a key has an id for each, 0 for none
        """
        self.ensure_one()
        year = relativedelta(months=12)
        rows = self._read_actuals(
            dimensions, self.date_from - year, self.date_to + relativedelta(days=1) - year, domain
        )
        figures = defaultdict(lambda: defaultdict(float))
        for month, key, amount in rows:
            figures[key][month + year] += amount
        return figures

    def _read_actuals(self, dimensions, start, end, domain=Domain.TRUE):
        """``[(month, key, amount)]`` of the compared kind in ``[start, end)``, in one query."""
        # sudo: a leader's own documents alone would be no year of the team; the scope is below
        actuals = self.env["crm.sales.actual"].sudo()
        query = actuals._search(
            domain
            & self._get_scope_domain()
            & Domain("company_id", "=", self.company_id.id)
            & Domain("kind", "=", self.compared_kind)
            & Domain("date", ">=", start)
            & Domain("date", "<", end)
        )
        month = SQL("date_trunc('month', %s)::date", actuals._field_to_sql(query.table, "date"))
        columns = [self._get_actual_dimension_sql(query, name) for name in dimensions]
        query.order = None
        query.groupby = SQL(", ").join([month, *columns])
        amount = SQL("SUM(%s)", actuals._field_to_sql(query.table, "amount"))
        return [
            (month, tuple(key_id or 0 for key_id in key), float(amount))
            for month, amount, *key in self.env.execute_query(query.select(month, amount, *columns))
        ]

    def _get_actual_dimension_sql(self, query, name):
        """The column of a dimension in a query of ``crm.sales.actual``, joined where need be."""
        lines = self.env["crm.sales.plan.line"]
        lines.flush_model(["plan_id", "category_id", "segment_id"])
        actuals = self.env["crm.sales.actual"]
        if name == "category_id":
            category = actuals._field_to_sql(query.table, "categ_id")
            query.add_join(
                "LEFT JOIN",
                "plan_category",
                lines._get_category_map_sql(SQL("plan_id = %s", self.id)),
                SQL("plan_category.category_id = %s", category),
            )
            return SQL("COALESCE(plan_category.planned_id, %s)", category)
        if name == "segment_id":
            query.add_join(
                "LEFT JOIN",
                "plan_segment",
                lines._get_segment_map_sql(SQL("plan_id = %s", self.id)),
                SQL(
                    "plan_segment.partner_id = %s",
                    actuals._field_to_sql(query.table, "partner_id"),
                ),
            )
            return SQL("plan_segment.segment_id")
        return actuals._field_to_sql(query.table, name)

    def _get_pipeline_domain(self):
        """Open opportunities expected to close in the months of the plan."""
        self.ensure_one()
        return (
            Domain("type", "=", "opportunity")
            & Domain("won_status", "=", "pending")
            & Domain("company_id", "in", [False, self.company_id.id])
            & Domain("date_deadline", ">=", self.date_from)
            & Domain("date_deadline", "<=", self.date_to)
        )

    def _read_pipeline(self, dimensions):
        """``{key: {month: weighted revenue}}`` of the open opportunities.

        Opportunities have no products: by category or customer group nothing is expected.
        """
        self.ensure_one()
        figures = defaultdict(lambda: defaultdict(float))
        if not LEAD_DIMENSIONS.issuperset(dimensions):
            return figures
        # sudo: as for the actuals, within the same scope
        rows = (
            self.env["crm.lead"]
            .sudo()
            ._read_group(
                self._get_pipeline_domain() & self._get_scope_domain(),
                ["date_deadline:month", *dimensions],
                ["prorated_revenue:sum"],
            )
        )
        for month, *key, amount in rows:
            figures[tuple(record.id or 0 for record in key)][month] += amount
        return figures

    def _check_dimensions(self, dimensions):
        """The dimensions asked for, in their order; what is unknown is left out."""
        wanted = dimensions if isinstance(dimensions, list | tuple) else ()
        chosen = [name for name in DIMENSIONS if name in wanted]
        return chosen or ["user_id"]
