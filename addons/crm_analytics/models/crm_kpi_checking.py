from ast import literal_eval
from datetime import timedelta

import psycopg2

from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError
from odoo.fields import Domain
from odoo.tools import SQL, Query

NUMBERS = ("integer", "float", "monetary")
DATES = ("date", "datetime")
# What a mistyped filter makes Odoo or Python stumble over, before the database sees it.
MISTAKES = (
    AssertionError,
    AttributeError,
    KeyError,
    MemoryError,
    NotImplementedError,
    RecursionError,
    SyntaxError,
    TypeError,
    ValueError,
)
PATHS = {  # field of the KPI: (types, models) that it may lead to
    "date_field": (DATES, None),
    "close_field": (DATES, None),
    "since_field": (DATES, None),
    "user_field": (("many2one",), ("res.users",)),
    "team_field": (("many2one",), ("crm.team",)),
    "company_field": (("many2one",), ("res.company",)),
    "partner_field": (("many2one",), ("res.partner",)),
    "product_field": (("many2one",), ("product.product", "product.template")),
}
MEASURED = {
    "sum": (*NUMBERS, *DATES),
    "average": (*NUMBERS, *DATES),
    "median": (*NUMBERS, *DATES),
    "distinct": (*NUMBERS, *DATES, "char", "many2one", "selection", "boolean"),
}
# Not kept apart by groups and record rules alone: no sales manager reads them all.
PRIVATE = (
    "discuss.channel",
    "discuss.channel.member",
    "ir.attachment",
    "mail.activity",
    "mail.message",
    "mail.notification",
    "mail.tracking.value",
)
DEFINITION = (
    "model_name",
    "domain",
    "part_domain",
    "date_kind",
    "measure",
    "measure_field",
    "numerator_id",
    "denominator_id",
    *PATHS,
)


class CrmKpi(models.Model):
    """What is refused on saving, so that a dashboard never stumbles over a definition."""

    _inherit = "crm.kpi"  # pylint: disable=consider-merging-classes-inherited

    _cap_above_floor = models.Constraint(
        "CHECK (cap > floor)",
        "The score is 0 up to the floor and 100 from the cap on: the cap has to be above the "
        "floor.",
    )
    _weight_positive = models.Constraint(
        "CHECK (weight >= 0)",
        "A weight says how much a KPI counts: 0 or more.",
    )

    @api.constrains(*DEFINITION)
    def _check_definition(self):
        # Constraints run as superuser; what counts is what the person who defines it may read,
        # for the nightly values are computed for everybody.
        for kpi in self.sudo(False):
            if kpi.measure == "ratio":
                kpi._check_ratio()
                continue
            kpi._check_model()
            kpi._check_paths()
            kpi._check_measured()
            kpi._check_domains()
            kpi._check_readable()

    # ------------------------------------------------------------------
    # Ratios
    # ------------------------------------------------------------------

    def _check_ratio(self):
        if not (self.numerator_id and self.denominator_id):
            self._refuse(self.env._("choose the two KPIs of the ratio."))
        for part in self._get_parts():
            if part.measure not in ("count", "sum", "distinct"):
                self._refuse(
                    self.env._(
                        "a ratio is made of numbers of records and sums, and “%(part)s” is "
                        "neither.",
                        part=part.name,
                    )
                )

    @api.constrains("measure")
    def _check_used_in_ratio(self):
        changed = self.filtered(lambda kpi: kpi.measure not in ("count", "sum", "distinct"))
        used = self.with_context(active_test=False).search(
            Domain("numerator_id", "in", changed.ids) | Domain("denominator_id", "in", changed.ids),
            limit=1,
        )
        if used and used.measure == "ratio":
            used._check_ratio()

    # ------------------------------------------------------------------
    # Records and fields
    # ------------------------------------------------------------------

    def _check_model(self):
        model = self.env.get(self.model_name)
        if model is None or model._abstract or model._transient:
            self._refuse(self.env._("choose the records it is read from."))
        if not model.has_access("read"):
            self._refuse(
                self.env._(
                    "you may not read “%(model)s” yourself.", model=self._get_model_label(model)
                )
            )
        if model._name in PRIVATE and not (self.env.su or self.env.user._is_system()):
            self._refuse(
                self.env._(
                    "who may read a “%(model)s” is decided one by one, and the stored figures "
                    "count all: only an administrator defines this.",
                    model=self._get_model_label(model),
                )
            )
        if self.date_kind == "period" and not self.date_field:
            self._refuse(self.env._("choose the date that places a record in a period."))
        if self.close_field and not self.date_field:
            self._refuse(
                self.env._("choose the date from which on a record is open, not only until when.")
            )

    def _check_paths(self):
        for name, (types, comodels) in PATHS.items():
            if path := self[name]:
                self._check_path(name, path, types, comodels)

    def _check_path(self, name, path, types, comodels=None):
        """Refuse a path whose field does not exist, cannot be queried or is of another type."""
        label = self._fields[name]._description_string(self.env)
        field = self._follow_path(label, path)
        if field.type in types and (not comodels or field.comodel_name in comodels):
            return
        wanted = (
            " / ".join(self._get_model_label(self.env[comodel]) for comodel in comodels)
            if comodels
            else " / ".join(self._get_type_label(each) for each in types)
        )
        self._refuse(
            self.env._(
                "“%(label)s” has to be of the type %(wanted)s, and “%(path)s” is not.",
                label=label,
                wanted=wanted,
                path=path,
            )
        )

    def _follow_path(self, label, path):
        """The field at the end of the path, every step of it looked at."""
        model = self.env[self.model_name]
        *names, last = path.split(".")
        for name in names:
            field = self._check_step(label, path, model, name)
            if field.type != "many2one":
                self._refuse(
                    self.env._(
                        "“%(label)s” (%(path)s) leads over “%(name)s”, which is not a link to one "
                        "record.",
                        label=label,
                        path=path,
                        name=name,
                    )
                )
            self._check_queryable(label, path, model, name)
            model = self.env[field.comodel_name]
        field = self._check_step(label, path, model, last)
        self._check_queryable(label, path, model, last)
        return field

    def _check_step(self, label, path, model, name):
        field = model._fields.get(name)
        names = {"label": label, "path": path, "name": name, "model": self._get_model_label(model)}
        if field is None:
            self._refuse(
                self.env._(
                    "“%(label)s” (%(path)s): there is no field “%(name)s” in “%(model)s”.", **names
                )
            )
        if not (model.has_access("read") and model._has_field_access(field, "read")):
            self._refuse(
                self.env._(
                    "“%(label)s” (%(path)s): you may not read “%(name)s” in “%(model)s” yourself.",
                    **names,
                )
            )
        return field

    def _check_queryable(self, label, path, model, name):
        if not self._is_queryable(model, name):
            self._refuse(
                self.env._(
                    "“%(label)s” (%(path)s): “%(name)s” is computed when it is shown and not "
                    "stored, so figures cannot be read from it.",
                    label=label,
                    path=path,
                    name=name,
                )
            )

    def _is_queryable(self, model, name):
        """Whether the database knows the field: a column, or one of another record's."""
        try:
            table = SQL.identifier(model._table)
            model._field_to_sql(model._table, name, Query(self.env, model._table, table))
        except ValueError:
            return False
        return True

    def _check_measured(self):
        types = MEASURED.get(self.measure)
        if not types:
            return
        if not self.measure_field:
            self._refuse(self.env._("choose the measured field."))
        self._check_path("measure_field", self.measure_field, types)
        is_date = self._get_path_field(self.measure_field).type in DATES
        if is_date and self.measure != "distinct" and not self.since_field:
            self._refuse(
                self.env._(
                    "the measured field is a date: choose in “Measured From” the date from which "
                    "the time up to it is measured."
                )
            )
        if self.since_field and not is_date:
            self._refuse(
                self.env._("“Measured From” is for dates, and the measured field is not a date.")
            )

    # ------------------------------------------------------------------
    # Domains
    # ------------------------------------------------------------------

    def _check_domains(self):
        self._check_domain("domain")
        if self.measure == "share" and not self._check_domain("part_domain"):
            self._refuse(self.env._("say which of the records make up the share."))

    def _check_domain(self, name):
        label = self._fields[name]._description_string(self.env)
        try:
            domain = literal_eval(self[name] or "[]")
            if not isinstance(domain, list):
                raise ValueError(self[name])
            Domain(domain).validate(self.env[self.model_name])
        except MISTAKES as error:
            self._refuse(
                self.env._(
                    "the “%(label)s” cannot be used: %(reason)s",
                    label=label,
                    reason=self._get_reason(error),
                )
            )
        return domain

    def _check_readable(self):
        """Let the database plan the figure: it knows best what it cannot compare."""
        today = fields.Date.context_today(self)
        try:
            query = self._get_query(self._get_record_domain(today, today + timedelta(days=1)))
            columns = self._get_measure_sql(query)
            with self.env.cr.savepoint(flush=False):
                self.env.cr.execute(SQL("EXPLAIN %s", query.select(*columns)), log_exceptions=False)
        except (UserError, psycopg2.Error, *MISTAKES) as error:
            self._refuse(
                self.env._("it cannot be computed: %(reason)s", reason=self._get_reason(error))
            )

    # ------------------------------------------------------------------
    # Texts
    # ------------------------------------------------------------------

    def _refuse(self, reason):
        raise ValidationError(
            self.env._(
                "KPI “%(name)s”: %(reason)s", name=self.name or self.env._("New"), reason=reason
            )
        )

    def _get_reason(self, error):
        """The first line of what went wrong: the others are for developers."""
        if isinstance(error, SyntaxError):
            return self.env._("it is not a list of conditions.")
        return (str(error) or type(error).__name__).splitlines()[0]

    def _get_model_label(self, model):
        return self.env["ir.model"]._get(model._name).sudo().name or model._name

    def _get_type_label(self, name):
        types = self.env["ir.model.fields"]._fields["ttype"]._description_selection(self.env)
        return dict(types)[name]
