from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError

from ..tools import period as periods

# What is accepted with a target.
TERMS = ("kpi_id", "scope", "user_id", "team_id", "period_type", "date_from", "value")


class CrmKpiTarget(models.Model):
    """What a person, a team or the company is to reach of a KPI in a month, quarter or year.

    The first day of a period is the first day of a calendar month, quarter or year, in the
    database too: two targets of a kind for the same person either have the same period, which is
    refused, or do not overlap.
    """

    _name = "crm.kpi.target"
    _description = "KPI Target"
    _inherit = ["mail.thread"]
    _order = "date_from desc, kpi_id, scope, team_id, user_id, id"
    _check_company_auto = True

    kpi_id = fields.Many2one(
        comodel_name="crm.kpi",
        string="KPI",
        required=True,
        index=True,
        ondelete="cascade",
        tracking=True,
    )
    unit = fields.Selection(related="kpi_id.unit")
    scope = fields.Selection(
        selection=[("user", "Person"), ("team", "Sales Team"), ("company", "Company")],
        string="Target Of",
        default="user",
        required=True,
        tracking=True,
    )
    user_id = fields.Many2one(
        comodel_name="res.users",
        string="Person",
        index=True,
        ondelete="restrict",
        domain="[('share', '=', False), ('company_ids', '=', company_id)]",
        context={"active_test": False},
        check_company=True,
        tracking=True,
        help="Who has left may have a target: what was sold until then is measured against it.",
    )
    team_id = fields.Many2one(
        comodel_name="crm.team",
        string="Sales Team",
        compute="_compute_team_id",
        store=True,
        readonly=False,
        precompute=True,
        index=True,
        ondelete="restrict",
        check_company=True,
        tracking=True,
        help="Of a person's target the team it counts for.",
    )
    company_id = fields.Many2one(
        comodel_name="res.company",
        default=lambda self: self.env.company,
        required=True,
        index=True,
    )
    currency_id = fields.Many2one(related="company_id.currency_id")
    period_type = fields.Selection(
        selection=[("month", "Month"), ("quarter", "Quarter"), ("year", "Year")],
        string="Period",
        default="month",
        required=True,
        tracking=True,
    )
    date_from = fields.Date(
        string="From",
        default=lambda self: self.env.company._get_figures_today(),
        required=True,
        index=True,
        tracking=True,
        help="Any day of the period: it begins on the first one.",
    )
    date_to = fields.Date(
        string="To",
        compute="_compute_date_to",
        store=True,
        precompute=True,
        required=True,
        help="The last day of the period.",
    )
    value = fields.Float(
        string="Target",
        required=True,
        aggregator="sum",
        tracking=True,
        help="Amounts are in the currency of the company, percentages as 0.35 for 35 %.",
    )
    active = fields.Boolean(default=True, tracking=True)
    acknowledged_date = fields.Datetime(
        string="Acknowledged On",
        readonly=True,
        copy=False,
        tracking=True,
    )
    acknowledged_by = fields.Many2one(
        comodel_name="res.users",
        readonly=True,
        copy=False,
        help="Who has read and accepted the target. A change of it asks for it once more.",
    )
    can_acknowledge = fields.Boolean(compute="_compute_can_acknowledge")
    notice = fields.Char(compute="_compute_notice")

    _target_unique = models.UniqueIndex(
        "(kpi_id, company_id, scope, COALESCE(user_id, 0),"
        " (CASE WHEN scope = 'team' THEN team_id ELSE 0 END), period_type, date_from)"
        " WHERE active",
        "There is a target for this KPI, person or team, and period already: change that one.",
    )
    _value_positive = models.Constraint(
        "CHECK (value >= 0)",
        "A target cannot be below zero.",
    )
    _scope_keys = models.Constraint(
        "CHECK ((scope = 'user') = (user_id IS NOT NULL)"
        " AND (scope <> 'team' OR team_id IS NOT NULL)"
        " AND (scope <> 'company' OR team_id IS NULL))",
        "Choose the person, or the sales team, whose target this is.",
    )
    _whole_period = models.Constraint(
        "CHECK (date_from = date_trunc(period_type, date_from::timestamp)::date AND"
        " date_to = (date_from + ('1 ' || replace(period_type, 'quarter', 'month'))::interval"
        " * CASE period_type WHEN 'quarter' THEN 3 ELSE 1 END)::date - 1)",
        "A target is for a whole calendar month, quarter or year.",
    )

    # ------------------------------------------------------------------
    # Computed
    # ------------------------------------------------------------------

    @api.depends("scope", "user_id")
    def _compute_team_id(self):
        for target in self:
            if target.scope == "company":
                target.team_id = False
            elif target.scope == "user":
                # The team says who leads the person: its leader may not read memberships.
                target.team_id = target.user_id.sudo().sale_team_id
                if target.team_id.company_id not in (target.company_id, self.env["res.company"]):
                    target.team_id = False

    @api.depends("period_type", "date_from")
    def _compute_date_to(self):
        for target in self:
            period = target._get_period()
            target.date_to = period and period.end - timedelta(days=1)

    @api.depends("scope", "user_id", "team_id", "acknowledged_date")
    @api.depends_context("uid")
    def _compute_can_acknowledge(self):
        for target in self:
            target.can_acknowledge = (
                target.id and not target.acknowledged_date and target._is_addressee()
            )

    @api.depends("scope", "user_id.active", "user_id.name")
    def _compute_notice(self):
        for target in self:
            target.notice = (
                target.scope == "user"
                and target.user_id
                and not target.user_id.active
                and self.env._(
                    "%(person)s has left: the user is archived. The target goes on counting, for "
                    "the person's figures and for those of the team.",
                    person=target.user_id.name,
                )
            )

    @api.depends("kpi_id", "scope", "user_id", "team_id", "period_type", "date_from")
    def _compute_display_name(self):
        for target in self:
            owner = {"user": target.user_id, "team": target.team_id}.get(
                target.scope, target.company_id
            )
            key = target.date_from and periods.fixed_key(target.period_type, target.date_from)
            target.display_name = " · ".join(
                filter(None, (target.kpi_id.name, owner.display_name, key))
            )

    @api.onchange("period_type", "date_from")
    def _onchange_period(self):
        period = self._get_period()
        if period:
            self.date_from = period.start

    @api.onchange("scope")
    def _onchange_scope(self):
        if self.scope != "user":
            self.user_id = False

    # ------------------------------------------------------------------
    # CRUD
    # ------------------------------------------------------------------

    @api.model_create_multi
    def create(self, vals_list):
        today = {"date_from": self.env.company._get_figures_today()}
        return super().create([self._normalize_values({**today, **vals}) for vals in vals_list])

    def write(self, vals):
        before = self._get_terms()
        if "date_from" in vals or "period_type" in vals:
            for (period_type, date_from), targets in self.grouped(
                lambda target: (target.period_type, target.date_from)
            ).items():
                period = {"period_type": period_type, "date_from": date_from, **vals}
                super(CrmKpiTarget, targets).write(targets._normalize_values(period))
        else:
            super().write(vals)
        terms = self._get_terms()
        changed = self.filtered(
            lambda target: target.acknowledged_date and before[target] != terms[target]
        )
        if changed:
            super(CrmKpiTarget, changed).write(
                {"acknowledged_date": False, "acknowledged_by": False}
            )
        return True

    @api.ondelete(at_uninstall=False)
    def _unlink_except_acknowledged(self):
        if any(target.acknowledged_date for target in self):
            raise UserError(
                self.env._(
                    "An acknowledged target is not deleted, for its history would be lost: "
                    "archive it."
                )
            )

    # ------------------------------------------------------------------
    # Actions
    # ------------------------------------------------------------------

    def action_acknowledge(self):
        """The person, or the leader of the team, has read the target and accepts it."""
        self.check_access("read")
        for target in self:
            if not target._is_addressee():
                raise UserError(
                    self.env._(
                        "%(target)s is acknowledged by the person it is for, or by the leader of "
                        "the team.",
                        target=target.display_name,
                    )
                )
        # sudo: people may not change their targets, only say that they know them
        self.filtered(lambda target: not target.acknowledged_date).sudo().write(
            {"acknowledged_date": fields.Datetime.now(), "acknowledged_by": self.env.uid}
        )

    # ------------------------------------------------------------------
    # Private
    # ------------------------------------------------------------------

    def _is_addressee(self):
        self.ensure_one()
        if self.scope == "user":
            return self.user_id == self.env.user
        return self.scope == "team" and self.team_id.sudo().user_id == self.env.user

    def _get_terms(self):
        """What a person acknowledges: a change of it asks for the acknowledgement once more."""
        return {target: tuple(target[name] for name in TERMS) for target in self}

    def _get_period(self):
        self.ensure_one()
        if not self.period_type or not self.date_from:
            return None
        key = periods.fixed_key(self.period_type, self.date_from)
        return periods.parse(key, self.date_from)

    @api.model
    def _get_start(self, period_type, date):
        """The first day of the period that holds the date."""
        day = fields.Date.to_date(date)
        period = day and periods.parse(periods.fixed_key(period_type, day), day)
        if not period:
            raise ValidationError(
                self.env._("A target begins between the years 1900 and 2199: check the date.")
            )
        return period.start

    @api.model
    def _normalize_values(self, vals):
        """Values with the first day of the period, whatever day of it was given."""
        if not vals.get("date_from"):
            return vals
        period_type = vals.get("period_type") or "month"
        if period_type not in periods.MONTHS:
            return vals
        return {**vals, "date_from": self._get_start(period_type, vals["date_from"])}
