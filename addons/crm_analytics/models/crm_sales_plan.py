from dateutil.relativedelta import relativedelta

from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError
from odoo.tools import SQL, format_date

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

    # Actions

    def action_approve(self):
        """Let the plan count, in the place of the version that was in force."""
        for plan in self:
            plan._check_complete()
            former = plan._get_version_in_force()
            if former:
                former._replace()
            plan.write(
                {
                    "state": "approved",
                    "is_in_force": True,
                    "approved_by_id": self.env.uid,
                    "approved_date": fields.Date.context_today(self),
                }
            )

    def action_draft(self):
        """Take an approval back; the version before counts again."""
        for plan in self:
            plan.write(
                {
                    "state": "draft",
                    "is_in_force": False,
                    "approved_by_id": False,
                    "approved_date": False,
                }
            )
            plan.flush_recordset()
            plan.revised_from_id.is_in_force = True

    def action_lock(self):
        self.write({"state": "locked"})

    def action_revise(self):
        """The next version of an approved plan, with its figures, as a draft beside it."""
        self.ensure_one()
        if self.state == "draft":
            raise UserError(
                self.env._("%(plan)s is a draft: change its figures.", plan=self.display_name)
            )
        first = self.original_id or self
        newest = self.search([("original_id", "=", first.id)], order="version desc", limit=1)
        revision = self.create(
            {
                **self.copy_data()[0],
                "name": self.name,
                "original_id": first.id,
                "revised_from_id": self.id,
                "version": (newest or first).version + 1,
            }
        )
        self._copy_lines(revision)
        return revision._get_form_action()

    def action_open_grid(self):
        """The figures, months across."""
        self.ensure_one()
        action = self.env["ir.actions.client"]._for_xml_id(
            "crm_analytics.action_crm_sales_plan_grid"
        )
        return {
            **action,
            "name": self.display_name,
            "params": {"plan_id": self.id},
            "context": {"active_id": self.id},
        }

    def action_import(self):
        return self._get_wizard_action("crm.sales.plan.import", self.env._("Import Figures"))

    def action_spread(self):
        return self._get_wizard_action(
            "crm.sales.plan.spread", self.env._("Split a Figure from Above")
        )

    def action_view_analysis(self):
        """The plan beside the actuals of its months."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "crm_analytics.crm_sales_plan_report_action"
        )
        action["domain"] = [
            ("company_id", "=", self.company_id.id),
            ("date", ">=", str(self.date_from)),
            ("date", "<=", str(self.date_to)),
        ]
        action["context"] = {}
        return action

    def action_view_gap(self):
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "crm_analytics.crm_sales_plan_gap_action"
        )
        action["domain"] = [("plan_id", "=", self.id)]
        action["context"] = {"search_default_scope_user": True, "search_default_period_plan": True}
        return action

    def action_view_versions(self):
        self.ensure_one()
        first = self.original_id or self
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "crm_analytics.crm_sales_plan_action"
        )
        action["domain"] = ["|", ("id", "=", first.id), ("original_id", "=", first.id)]
        action["context"] = {"create": False}
        return action

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

    def _get_version_in_force(self):
        self.ensure_one()
        first = self.original_id or self
        return self.search(
            [
                ("is_in_force", "=", True),
                "|",
                ("id", "=", first.id),
                ("original_id", "=", first.id),
            ]
        )

    def _replace(self):
        """Another version counts from now on."""
        self.write({"is_in_force": False, **({"state": "locked"} if self._is_open() else {})})
        self.flush_recordset()

    def _is_open(self):
        return self.state == "approved"

    def _check_draft(self):
        for plan in self:
            if plan.state != "draft":
                raise UserError(
                    self.env._(
                        "%(plan)s is approved: revise it to change it.", plan=plan.display_name
                    )
                )

    def _check_complete(self):
        self.ensure_one()
        # sudo: the approval is about all figures, whoever may see them
        entries = dict(
            self.env["crm.sales.plan.line"]
            .sudo()
            ._read_group([("plan_id", "=", self.id)], ["entry"], ["__count"])
        )
        if self.basis in entries:
            return
        labels = dict(self._fields["basis"]._description_selection(self.env))
        if entries:
            raise UserError(
                self.env._(
                    "%(plan)s has no %(missing)s figures: enter some, or let the %(other)s figures"
                    " count.",
                    plan=self.display_name,
                    missing=labels[self.basis].lower(),
                    other=labels[next(iter(entries))].lower(),
                )
            )
        raise UserError(
            self.env._("%(plan)s has no figures yet: enter some.", plan=self.display_name)
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

    def _copy_lines(self, revision):
        lines = self.env["crm.sales.plan.line"]
        lines.flush_model()
        columns = [
            name
            for name, field in lines._fields.items()
            if field.store and field.column_type and name not in ("id", "plan_id")
        ]
        names = SQL(", ").join(SQL.identifier(name) for name in columns)
        self.env.cr.execute(
            SQL(
                "INSERT INTO crm_sales_plan_line (plan_id, %s)"
                " SELECT %s, %s FROM crm_sales_plan_line WHERE plan_id = %s",
                names,
                revision.id,
                names,
                self.id,
            )
        )
        revision.invalidate_recordset(["line_ids"])

    def _get_form_action(self):
        return {
            "type": "ir.actions.act_window",
            "res_model": self._name,
            "res_id": self.id,
            "views": [(False, "form")],
        }

    def _get_wizard_action(self, model, name):
        self.ensure_one()
        self._check_draft()
        return {
            "type": "ir.actions.act_window",
            "name": name,
            "res_model": model,
            "views": [(False, "form")],
            "target": "new",
            "context": {"default_plan_id": self.id},
        }

    def _get_period_name(self):
        self.ensure_one()
        return " – ".join(
            format_date(self.env, day, date_format="MMM y")
            for day in (self.date_from, self.date_to)
        )
