import re

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain

ADDITIVE = ("count", "sum", "average", "share")


class CrmKpi(models.Model):
    """A figure of the business: which records count, and what is measured of them.

    A figure is read as two numbers, ``total`` and ``count``, that add up over days, persons and
    companies where the measure allows it (:meth:`_is_additive`); :meth:`_combine` makes the value
    of them. Percentages are fractions: 0.42 is 42 %.
    """

    _name = "crm.kpi"
    _description = "KPI"
    _order = "category, sequence, id"

    name = fields.Char(required=True, translate=True)
    code = fields.Char(
        string="Technical Name",
        compute="_compute_code",
        store=True,
        readonly=False,
        precompute=True,
        copy=False,
        help="What dashboards and other add-ons call this KPI by. Filled in from the name.",
    )
    description = fields.Text(
        string="Explanation",
        translate=True,
        help="Shown on the tile: what is counted, in a sentence.",
    )
    category = fields.Selection(
        selection=[
            ("sales", "Sales"),
            ("service", "Service"),
            ("loyalty", "Loyalty"),
            ("contracts", "Contracts"),
            ("staff", "Staff"),
        ],
        default="sales",
        required=True,
    )
    sequence = fields.Integer(default=10)
    active = fields.Boolean(default=True)

    # Which records
    model_name = fields.Selection(
        selection="_selection_model_name",
        string="Records",
        help="The documents the figure is read from.",
    )
    model_id = fields.Many2one(
        "ir.model",
        compute="_compute_model_id",
        compute_sudo=True,
        store=True,
        index="btree_not_null",
        ondelete="cascade",
    )
    domain = fields.Char(
        string="Filter",
        default="[]",
        required=True,
        help="Which of these records count.",
    )
    date_kind = fields.Selection(
        selection=[
            ("period", "Dated in the period"),
            ("end", "Open at the end of the period"),
        ],
        string="Records Counted",
        default="period",
        required=True,
        help="Orders of a month lie in it; a pipeline is what stands open on its last day, today "
        "for the running one.",
    )
    date_field = fields.Char(
        string="Date",
        help="The date that places a record in a period, or from which on it is open.",
    )
    close_field = fields.Char(
        string="Open Until",
        help="The date a record was closed. Without such a date the figure is known for today "
        "only: what was open on earlier days cannot be told.",
    )

    # What is measured
    measure = fields.Selection(
        selection=[
            ("count", "Number of records"),
            ("sum", "Sum"),
            ("average", "Average"),
            ("median", "Median"),
            ("distinct", "Number of different values"),
            ("share", "Share of the records"),
            ("ratio", "Ratio of two KPIs"),
        ],
        default="count",
        required=True,
    )
    measure_field = fields.Char(string="Measured Field")
    since_field = fields.Char(
        string="Measured From",
        help="Where the measured field is a date: the date from which the time up to it is "
        "measured, in days or hours as the unit says.",
    )
    part_domain = fields.Char(
        string="Part Filter",
        default="[]",
        help="Which of the records make up the share.",
    )
    # Cascading, for an add-on that is uninstalled takes its KPIs along; people are asked first.
    numerator_id = fields.Many2one("crm.kpi", index="btree_not_null", ondelete="cascade")
    denominator_id = fields.Many2one("crm.kpi", index="btree_not_null", ondelete="cascade")

    # Whose it is, and what it may be filtered by
    user_field = fields.Char(string="Person")
    team_field = fields.Char(string="Sales Team")
    company_field = fields.Char(string="Company")
    partner_field = fields.Char(
        string="Customer",
        help="Needed for the filters by country, state and customer group.",
    )
    product_field = fields.Char(
        string="Product",
        help="Needed for the filter by product category.",
    )

    # How it is shown and rated
    unit = fields.Selection(
        selection=[
            ("number", "Number"),
            ("money", "Money"),
            ("percent", "Per cent"),
            ("days", "Days"),
            ("hours", "Hours"),
            ("points", "Points"),
        ],
        default="number",
        required=True,
    )
    direction = fields.Selection(
        selection=[("higher", "Higher is better"), ("lower", "Lower is better")],
        default="higher",
        required=True,
    )
    weight = fields.Float(
        default=1.0,
        aggregator=None,
        help="How much it counts in the score of a person; 0 leaves it out.",
    )
    floor = fields.Float(
        aggregator=None,
        default=0.0,
        help="Progress up to which the score is 0: 0.5 means that half of the target is nothing.",
    )
    cap = fields.Float(
        aggregator=None,
        default=1.0,
        help="Progress from which on the score is 100: 1.2 means 120 % of the target.",
    )

    # The list behind the figure
    list_view_id = fields.Many2one("ir.ui.view", ondelete="set null")
    form_view_id = fields.Many2one("ir.ui.view", ondelete="set null")
    search_view_id = fields.Many2one("ir.ui.view", ondelete="set null")

    _code_unique = models.UniqueIndex(
        "(code)",
        "This technical name belongs to another KPI (an archived one, perhaps): choose another.",
    )

    @api.depends("name")
    def _compute_code(self):
        """From the name, where nobody gave one; kept afterwards, for links refer to it."""
        missing = self.filtered(lambda kpi: not kpi.code and kpi.name)
        if not missing:
            return
        known = self.sudo().with_context(active_test=False).search([("code", "!=", False)])
        taken = set(known.mapped("code"))
        for kpi in missing:
            stem = re.sub(r"\W+", "_", kpi.name.lower()).strip("_") or "kpi"
            code, number = stem, 1
            while code in taken:
                number += 1
                code = f"{stem}_{number}"
            taken.add(code)
            kpi.code = code

    @api.depends("model_name")
    def _compute_model_id(self):
        for kpi in self:
            kpi.model_id = kpi.model_name and self.env["ir.model"]._get(kpi.model_name)

    @api.model
    def _selection_model_name(self):
        """The models of the database; what the reader may not read is refused on saving."""
        models_sudo = self.env["ir.model"].sudo()  # names only; sales managers may not read them
        rows = models_sudo.search_fetch(
            [("transient", "=", False), ("abstract", "=", False)], ["model", "name"], order="name"
        )
        return [(row.model, row.name) for row in rows if row.model in self.env]

    @api.ondelete(at_uninstall=False)
    def _unlink_except_part_of_ratio(self):
        used = Domain("numerator_id", "in", self.ids) | Domain("denominator_id", "in", self.ids)
        ratio = self.with_context(active_test=False).search(
            used & Domain("id", "not in", self.ids), limit=1
        )
        if ratio:
            raise UserError(
                self.env._(
                    "“%(ratio)s” is a ratio made of this KPI: change or delete it first.",
                    ratio=ratio.name,
                )
            )

    # Not in the database: an add-on that is removed takes its KPIs along, and their targets.
    @api.ondelete(at_uninstall=False)
    def _unlink_except_with_targets(self):
        # sudo: targets of other companies keep a KPI too
        targets_sudo = self.env["crm.kpi.target"].sudo().with_context(active_test=False)
        target = targets_sudo.search([("kpi_id", "in", self.ids)], limit=1)
        if target:
            raise UserError(
                self.env._(
                    "There are targets of “%(kpi)s”: archive it instead.", kpi=target.kpi_id.name
                )
            )

    def copy_data(self, default=None):
        return [
            {**values, "name": self.env._("%(name)s (copy)", name=kpi.name)}
            if "name" not in (default or {})
            else values
            for kpi, values in zip(self, super().copy_data(default), strict=True)
        ]

    # ------------------------------------------------------------------
    # Values
    # ------------------------------------------------------------------

    def _is_additive(self):
        """Whether the parts of days, persons and companies add up to those of them together."""
        self.ensure_one()
        if self.measure == "ratio":
            return all(part._is_additive() for part in self._get_parts())
        return self.measure in ADDITIVE and self.date_kind == "period"

    def _get_parts(self):
        """The KPIs that are read from records: itself, or the two of a ratio, in their order."""
        self.ensure_one()
        if self.measure == "ratio":
            return self.numerator_id + self.denominator_id
        return self

    def _combine(self, total, count):
        """The value of the two parts, or None where nothing can be said."""
        self.ensure_one()
        if total is None:
            return None
        if self.measure in ("count", "sum", "distinct"):
            return total
        if not count:
            return None
        return total if self.measure == "median" else total / count
