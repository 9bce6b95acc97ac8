from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import SQL, split_every

# What a later run may change of a figure, until its period is closed.
CHANGING = (
    "value",
    "is_empty",
    "has_target",
    "target",
    "expected",
    "progress",
    "pace",
    "score",
    "weight",
    "is_closed",
)
COLUMNS = (
    "kpi_id",
    "company_id",
    "scope",
    "user_id",
    "team_id",
    "period_type",
    "date_from",
    "date_to",
    *CHANGING,
    "restated_value",
    "restated_date",
    "computed_date",
)
KEY = (
    "kpi_id, company_id, scope, COALESCE(user_id, 0),"
    " (CASE WHEN scope = 'team' THEN team_id ELSE 0 END), period_type, date_from"
)
CHUNK = 1000


class CrmKpiValue(models.Model):
    """The figure of a person, a team or the company in a month, quarter or year.

    Written by night and on demand (``crm.kpi._compute_values``). A period that is over is closed:
    its figure and target stay as they were, and what changes later is shown beside them as
    restated.
    """

    _name = "crm.kpi.value"
    _description = "KPI Value"
    _order = "date_from desc, kpi_id, scope, team_id, user_id, id"

    kpi_id = fields.Many2one(
        comodel_name="crm.kpi",
        string="KPI",
        required=True,
        readonly=True,
        ondelete="cascade",
    )
    category = fields.Selection(related="kpi_id.category")
    unit = fields.Selection(related="kpi_id.unit")
    direction = fields.Selection(related="kpi_id.direction")
    scope = fields.Selection(
        selection=[("user", "Person"), ("team", "Sales Team"), ("company", "Company")],
        string="Value Of",
        required=True,
        readonly=True,
    )
    user_id = fields.Many2one(
        comodel_name="res.users",
        string="Person",
        index="btree_not_null",
        readonly=True,
        ondelete="cascade",
    )
    team_id = fields.Many2one(
        comodel_name="crm.team",
        string="Sales Team",
        index="btree_not_null",
        readonly=True,
        ondelete="cascade",
        help="Of a person's figure the team the person is in.",
    )
    company_id = fields.Many2one(
        comodel_name="res.company",
        required=True,
        index=True,
        readonly=True,
        ondelete="cascade",
    )
    currency_id = fields.Many2one(related="company_id.currency_id")
    period_type = fields.Selection(
        selection=[("month", "Month"), ("quarter", "Quarter"), ("year", "Year")],
        string="Period",
        required=True,
        readonly=True,
    )
    date_from = fields.Date(string="From", required=True, index=True, readonly=True)
    date_to = fields.Date(string="To", required=True, readonly=True)
    value = fields.Float(string="Value (Number)", readonly=True, aggregator=None)
    is_empty = fields.Boolean(
        string="No Figure",
        readonly=True,
        help="Nothing can be said: an average of no record, say.",
    )
    target = fields.Float(string="Target (Number)", readonly=True, aggregator=None)
    has_target = fields.Boolean(readonly=True)
    expected = fields.Float(string="Expected (Number)", readonly=True, aggregator=None)
    progress = fields.Float(
        string="Of Plan",
        readonly=True,
        aggregator=None,
        help="How much of the target is there.",
    )
    pace = fields.Float(
        string="Of Pace",
        readonly=True,
        aggregator=None,
        help="The value against what was to be expected by now: above 100 % is ahead. Where lower "
        "is better, below what was expected is ahead.",
    )
    score = fields.Float(
        readonly=True,
        digits=(5, 1),
        aggregator="avg",
        help="0 to 100: from the floor to the cap of the KPI.",
    )
    weight = fields.Float(readonly=True, aggregator=None)
    is_closed = fields.Boolean(
        string="Closed",
        readonly=True,
        help="The period is over: the value stays, what changes later is shown as restated.",
    )
    restated_value = fields.Float(
        string="Restated (Number)",
        readonly=True,
        aggregator=None,
    )
    restated_date = fields.Datetime(string="Restated On", readonly=True)
    computed_date = fields.Datetime(string="Computed On", readonly=True)

    # As people read them: a list has figures of all units.
    value_text = fields.Char(string="Value", compute="_compute_texts")
    target_text = fields.Char(string="Target", compute="_compute_texts")
    expected_text = fields.Char(
        string="Expected",
        compute="_compute_texts",
        help="What the working days gone by make of the target, public holidays left out.",
    )
    restated_text = fields.Char(
        string="Restated",
        compute="_compute_texts",
        help="What the value would be today, where documents of the closed period have changed.",
    )

    _value_unique = models.UniqueIndex(f"({KEY})", "This figure is there already.")

    @api.depends("value", "target", "expected", "restated_value")
    def _compute_texts(self):
        for row in self:
            kpi = row.kpi_id.with_company(row.company_id)
            row.value_text = kpi._format_value(None if row.is_empty else row.value)
            row.target_text = row.has_target and kpi._format_value(row.target)
            row.expected_text = row.has_target and kpi._format_value(row.expected)
            row.restated_text = row.restated_date and kpi._format_value(row.restated_value)

    @api.depends("kpi_id", "scope", "user_id", "team_id", "date_from", "date_to")
    def _compute_display_name(self):
        for value in self:
            owner = {"user": value.user_id, "team": value.team_id}.get(
                value.scope, value.company_id
            )
            value.display_name = f"{value.kpi_id.name} · {owner.display_name}"

    def write(self, vals):
        if any(value.is_closed for value in self):
            raise UserError(
                self.env._("A closed figure stays as it is: later changes are shown as restated.")
            )
        return super().write(vals)

    @api.model
    def action_compute_now(self):
        """Compute all figures as of now, from the button of the list."""
        kpis = self.env["crm.kpi"].search([("active", "=", True)])
        kpis.action_compute_values()
        return {"type": "ir.actions.client", "tag": "soft_reload"}

    def action_view_records(self):
        """The records behind the figure, as they are today."""
        self.ensure_one()
        filters = {"company_ids": self.company_id.ids}
        if self.scope != "company":
            name = f"{self.scope}_id"
            filters[name] = self[name].id
        end = fields.Date.add(self.date_to, days=1)
        return self.kpi_id._get_action(self.date_from, end, filters)

    # ------------------------------------------------------------------
    # Writing of the snapshots
    # ------------------------------------------------------------------

    @api.model
    def _store_rows(self, rows):
        """Insert the rows, or update those of periods that are not closed.

        :param rows: tuples of the values of ``COLUMNS``; of one key there is one
        """
        names = [SQL.identifier(name) for name in CHANGING]
        for chunk in split_every(CHUNK, rows):
            self.env.cr.execute(
                SQL(
                    """
                    INSERT INTO crm_kpi_value AS old (%s) VALUES %s
                    ON CONFLICT (%s) DO UPDATE SET %s,
                        team_id = COALESCE(EXCLUDED.team_id, old.team_id),
                        computed_date = EXCLUDED.computed_date
                    WHERE old.is_closed IS NOT TRUE
                    """,
                    SQL(", ").join(map(SQL.identifier, COLUMNS)),
                    SQL(", ").join(SQL("%s", row) for row in chunk),
                    SQL(KEY),
                    SQL(", ").join(SQL("%s = EXCLUDED.%s", name, name) for name in names),
                )
            )
        self.invalidate_model()

    @api.model
    def _restate_rows(self, rows):
        """Show beside closed figures what they would be today: (id, value or None, moment)."""
        for chunk in split_every(CHUNK, rows):
            self.env.cr.execute(
                SQL(
                    """
                    UPDATE crm_kpi_value AS old
                       SET restated_value = new.value::numeric,
                           restated_date = new.moment::timestamp
                      FROM (VALUES %s) AS new (id, value, moment)
                     WHERE old.id = new.id
                    """,
                    SQL(", ").join(SQL("%s", row) for row in chunk),
                )
            )
        self.invalidate_model()

    @api.model
    def _read_known(self, kpi, company, first_day):
        """``{(period type, first day, scope, id of the person or team): (id, closed, value,
        latest value)}`` of the figures from a day on."""
        self.flush_model()
        rows = self.env.execute_query(
            SQL(
                """
                SELECT period_type, date_from, scope,
                       CASE scope WHEN 'user' THEN user_id WHEN 'team' THEN team_id END,
                       id, COALESCE(is_closed, FALSE),
                       CASE WHEN is_empty THEN NULL ELSE value END,
                       CASE WHEN restated_date IS NOT NULL THEN restated_value
                            WHEN is_empty THEN NULL ELSE value END
                  FROM crm_kpi_value
                 WHERE kpi_id = %s AND company_id = %s AND date_from >= %s
                """,
                kpi.id,
                company.id,
                first_day,
            )
        )
        return {tuple(row[:4]): row[4:] for row in rows}
