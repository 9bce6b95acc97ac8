from dateutil.relativedelta import relativedelta

from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError
from odoo.tools import format_date

MAX_MONTHS = 36

# What a plan may become; everything else is refused, whoever writes it.
TRANSITIONS = {"draft": {"approved"}, "approved": {"draft", "locked"}, "locked": set()}
FROZEN_FIELDS = {"date_from", "date_to", "company_id", "basis"}


class CrmSalesPlan(models.Model):
    """The sales a company plans for some months: one plan in force, its revision beside it.

    A plan is a draft while its figures are entered, approved when it counts, locked when it is
    kept as it was. Approved figures are changed by revising: a draft with the next version, which
    takes the place of the earlier one when it is approved itself.
    """

    _name = "crm.sales.plan"
    _inherit = ["mail.thread"]
    _description = "Sales Plan"
    _order = "date_from desc, original_id, version desc, id desc"
    _check_company_auto = True

    name = fields.Char(required=True, tracking=True)
    company_id = fields.Many2one(
        comodel_name="res.company",
        required=True,
        index=True,
        default=lambda self: self.env.company,
    )
    currency_id = fields.Many2one(related="company_id.currency_id")
    date_from = fields.Date(
        string="From",
        required=True,
        default=lambda self: fields.Date.context_today(self).replace(month=1, day=1),
        help="The first day of a month.",
    )
    date_to = fields.Date(
        string="To",
        required=True,
        default=lambda self: fields.Date.context_today(self).replace(month=12, day=31),
        help="The last day of a month.",
    )
    state = fields.Selection(
        selection=[("draft", "Draft"), ("approved", "Approved"), ("locked", "Locked")],
        default="draft",
        required=True,
        readonly=True,
        copy=False,
        tracking=True,
        index=True,
        help="Draft: figures are entered.\n"
        "Approved: this plan counts; revise it to change its figures.\n"
        "Locked: kept as it is for good.",
    )
    version = fields.Integer(default=1, required=True, readonly=True, copy=False)
    original_id = fields.Many2one(
        comodel_name="crm.sales.plan",
        string="First Version",
        readonly=True,
        copy=False,
        index="btree_not_null",
        ondelete="restrict",
    )
    revised_from_id = fields.Many2one(
        comodel_name="crm.sales.plan",
        readonly=True,
        copy=False,
        index="btree_not_null",
        ondelete="restrict",
    )
    is_in_force = fields.Boolean(
        string="In Force",
        readonly=True,
        copy=False,
        help="The version that is compared with what was sold.",
    )
    basis = fields.Selection(
        selection=[("bottom_up", "Bottom-up"), ("top_down", "Top-down")],
        string="What Counts",
        default="bottom_up",
        required=True,
        tracking=True,
        help="The figures that are the plan once it is approved: what the salespeople enter, or"
        " what is given from above.",
    )
    compared_kind = fields.Selection(
        selection=[
            ("ordered", "Ordered"),
            ("invoiced", "Invoiced"),
            ("collected", "Collected"),
            ("bank", "Confirmed by the Bank"),
        ],
        string="Compared With",
        default="ordered",
        required=True,
        tracking=True,
        help="What last year's figures, the seasonality and the gap to the plan are made of.",
    )
    approved_by_id = fields.Many2one(comodel_name="res.users", readonly=True, copy=False)
    approved_date = fields.Date(string="Approved On", readonly=True, copy=False)
    line_ids = fields.One2many(
        comodel_name="crm.sales.plan.line", inverse_name="plan_id", string="Figures"
    )
    gap_ids = fields.One2many(
        comodel_name="crm.sales.plan.gap",
        inverse_name="plan_id",
        domain=[("scope", "=", "user"), ("period_type", "=", "plan")],
    )
    amount_bottom_up = fields.Monetary(string="Bottom-up", compute="_compute_amounts")
    amount_top_down = fields.Monetary(string="Top-down", compute="_compute_amounts")
    amount_difference = fields.Monetary(
        string="Difference", compute="_compute_amounts", help="Bottom-up less top-down."
    )
    revision_count = fields.Integer(string="Versions", compute="_compute_revision_count")

    _months_whole = models.Constraint(
        "CHECK (EXTRACT(day FROM date_from) = 1 AND EXTRACT(day FROM date_to + 1) = 1"
        " AND date_from < date_to)",
        "A plan covers whole months: from the first day of a month to the last day of one.",
    )
    # Ranges of integers need no extension of PostgreSQL where plain integers would.
    _no_overlap = models.Constraint(
        "EXCLUDE USING gist (int4range(company_id, company_id, '[]') WITH &&,"
        " daterange(date_from, date_to, '[]') WITH &&) WHERE (original_id IS NULL)",
        "Another plan of this company covers some of these months. Choose other months, or revise"
        " that plan.",
    )
    _version_unique = models.UniqueIndex(
        "((COALESCE(original_id, id)), version)", "This version of the plan exists already."
    )
    _one_in_force = models.UniqueIndex(
        "((COALESCE(original_id, id))) WHERE is_in_force",
        "Only one version of a plan can be in force.",
    )
    _one_draft = models.UniqueIndex(
        "((COALESCE(original_id, id))) WHERE state = 'draft'",
        "There is a draft of this plan already: finish or delete it first.",
    )

    @api.depends("name", "version")
    def _compute_display_name(self):
        for plan in self:
            plan.display_name = (
                self.env._("%(plan)s (version %(version)s)", plan=plan.name, version=plan.version)
                if plan.version > 1
                else plan.name
            )

    @api.depends("line_ids.amount", "line_ids.entry")
    def _compute_amounts(self):
        sums = {
            (plan, entry): amount
            for plan, entry, amount in self.env["crm.sales.plan.line"]._read_group(
                [("plan_id", "in", self.ids)], ["plan_id", "entry"], ["amount:sum"]
            )
        }
        for plan in self:
            plan.amount_bottom_up = sums.get((plan._origin, "bottom_up"), 0)
            plan.amount_top_down = sums.get((plan._origin, "top_down"), 0)
            plan.amount_difference = plan.amount_bottom_up - plan.amount_top_down

    @api.depends("original_id", "version")
    def _compute_revision_count(self):
        firsts = self.original_id | self._origin
        counts = dict(
            self._read_group([("original_id", "in", firsts.ids)], ["original_id"], ["__count"])
        )
        for plan in self:
            plan.revision_count = 1 + counts.get(plan.original_id or plan._origin, 0)

    @api.constrains("date_from", "date_to", "company_id", "original_id")
    def _check_period(self):
        for plan in self:
            if len(plan._get_months()) > MAX_MONTHS:
                raise ValidationError(
                    self.env._("A plan covers at most %(months)s months.", months=MAX_MONTHS)
                )
            first = plan.original_id or plan
            for version in first | self.sudo().search([("original_id", "=", first.id)]):
                if (version.date_from, version.date_to, version.company_id) != (
                    first.date_from,
                    first.date_to,
                    first.company_id,
                ):
                    raise ValidationError(
                        self.env._("All versions of a plan cover the same months of one company.")
                    )
        # sudo: figures that the user may not see count as well
        outside = (
            self.env["crm.sales.plan.line"]
            .sudo()
            .search([("plan_id", "in", self.ids)])
            .filtered(lambda line: not line.plan_id.date_from <= line.month <= line.plan_id.date_to)
        )
        if outside:
            raise ValidationError(
                self.env._(
                    "%(plan)s has figures in %(month)s: remove them before you leave that month"
                    " out.",
                    plan=outside[0].plan_id.display_name,
                    month=outside[0]._get_month_name(),
                )
            )

    # CRUD

    @api.model_create_multi
    def create(self, vals_list):
        plans = super().create(vals_list)
        if any(plan.state != "draft" or plan.is_in_force for plan in plans):
            raise UserError(self.env._("A plan begins as a draft: approve it once it is entered."))
        return plans

    def write(self, vals):
        if "state" in vals:
            for plan in self:
                if vals["state"] != plan.state and vals["state"] not in TRANSITIONS[plan.state]:
                    raise UserError(plan._get_transition_message(vals["state"]))
        changed = FROZEN_FIELDS & vals.keys()
        if changed:
            self._check_draft()
        return super().write(vals)

    @api.ondelete(at_uninstall=False)
    def _unlink_except_approved(self):
        self._check_draft()

    # Business

    def _get_months(self):
        """The first days of the months of the plan."""
        self.ensure_one()
        months = []
        month = self.date_from
        while month and self.date_to and month <= self.date_to:
            months.append(month)
            month += relativedelta(months=1)
        return months

    def _check_draft(self):
        for plan in self:
            if plan.state != "draft":
                raise UserError(
                    self.env._(
                        "%(plan)s is approved: revise it to change it.", plan=plan.display_name
                    )
                )

    def _get_transition_message(self, state):
        self.ensure_one()
        labels = dict(self._fields["state"]._description_selection(self.env))
        return self.env._(
            "%(plan)s is %(state)s and cannot become %(new)s. Revise it to change it.",
            plan=self.display_name,
            state=labels[self.state].lower(),
            new=labels.get(state, str(state)).lower(),
        )

    def _get_period_name(self):
        self.ensure_one()
        return " – ".join(
            format_date(self.env, day, date_format="MMM y")
            for day in (self.date_from, self.date_to)
        )
