import logging
from ast import literal_eval
from datetime import date, timedelta

from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import SQL

from odoo.addons.crm_extended.tools.batches import run_in_batches

from ..tools import period as periods
from ..tools.kpi_sources import ANNOUNCED, KINDS

DEFINITION = {
    "company_field",
    "date_field",
    "date_kind",
    "domain",
    "measure",
    "measure_field",
    "model_name",
    "part_domain",
    "partner_field",
    "since_field",
    "team_field",
    "unit",
    "user_field",
}
ALL_DAYS = (date(1900, 1, 1), date(2200, 1, 1))
DIMENSIONS = ("company_id", "user_id", "team_id", "country_id", "state_id")
# Of more days than these, all are as quick.
MAX_STALE_DAYS = 60
NIGHT = timedelta(hours=20)

_logger = logging.getLogger(__name__)


class CrmKpi(models.Model):
    """Fills ``crm.kpi.day``: all of a KPI at night, its stale days every quarter of an hour."""

    _inherit = "crm.kpi"  # pylint: disable=consider-merging-classes-inherited

    days_filled_date = fields.Datetime(
        string="Aggregated On",
        readonly=True,
        copy=False,
        help="Since when the figure is read from totals by day; without it, from the documents.",
    )

    def write(self, vals):
        result = super().write(vals)
        if vals.keys() & DEFINITION:
            # What was added up before is another figure. Filled anew by the scheduled action.
            self.filtered("days_filled_date").sudo().days_filled_date = False
        return result

    # ------------------------------------------------------------------
    # What is kept by day
    # ------------------------------------------------------------------

    def _get_day_source(self):
        """The model of ``crm.kpi.stale`` whose days this KPI goes by, None where it has none.

        Every field the figure is made of has to be one whose change is announced.
        """
        self.ensure_one()
        if self.measure == "ratio" or not self._is_additive() or not self.company_field:
            return None
        announced = ANNOUNCED.get(self.model_name)
        if not announced or not self._get_used_fields() <= announced:
            return None
        if self.model_name in KINDS.values():
            return self.model_name
        return KINDS.get(self._get_kind())

    def _get_used_fields(self):
        """The paths of all fields that decide on the figure.

        A condition on a date may move with the calendar: the path says that it is one.
        """
        model = self.env[self.model_name]
        conditions = [
            condition.field_expr
            for domain in (self.domain, self.part_domain)
            for condition in Domain(literal_eval(domain or "[]")).iter_conditions()
        ]
        dates = {
            f"{name} of a condition"
            for name in conditions
            if name in model._fields and model._fields[name].type in ("date", "datetime")
        }
        names = (
            self.measure_field,
            self.since_field,
            self.date_field,
            self.user_field,
            self.team_field,
            self.company_field,
            self.partner_field,
        )
        return {*conditions, *(name for name in names if name)} | dates

    def _get_kind(self):
        """The one kind of actuals that the domain leaves, or None."""
        domain = literal_eval(self.domain or "[]")
        kinds = [
            values
            for field, operator, value in (term for term in domain if not isinstance(term, str))
            if field == "kind" and operator in ("=", "in")
            for values in [[value] if isinstance(value, str) else list(value)]
        ]
        plain = "|" not in domain and "!" not in domain
        return kinds[0][0] if plain and len(kinds) == 1 and len(kinds[0]) == 1 else None

    # ------------------------------------------------------------------
    # Filling
    # ------------------------------------------------------------------

    def _fill_days(self, days=None):
        """Add the documents up anew, those of some days or all; the caller holds the lock.

        :param days: a set of dates, or nothing for all
        """
        self.ensure_one()
        self.env.flush_all()
        where = SQL("kpi_id = %s", self.id)
        if days is not None:
            where = SQL("%s AND date IN %s", where, tuple(days))
        self.env.cr.execute(SQL("DELETE FROM crm_kpi_day WHERE %s", where))
        self.env.cr.execute(self._for_all()._get_filling_sql(days))
        self.env["crm.kpi.day"].invalidate_model()
        if days is None:
            self.days_filled_date = fields.Datetime.now()

    def _for_all(self):
        """This KPI over the documents of everybody, each in its own currency.

        sudo: the rules of the documents hold when the totals are read.
        """
        companies_sudo = self.env["res.company"].sudo().search([("active", "in", [True, False])])
        return self.sudo().with_context(
            allowed_company_ids=companies_sudo.ids, crm_kpi_document_currency=True
        )

    def _get_filling_sql(self, days):
        query = self._get_query(self._get_days_domain(days))
        keys = [self._get_day_sql(query, None)]
        keys += [self._get_key_sql(query, name) for name in DIMENSIONS]
        keys.append(self._get_total_currency_sql(query) or SQL("NULL::integer"))
        # The first column, the KPI, is the same in all rows.
        query.groupby = SQL(", ").join(SQL(str(place + 2)) for place in range(len(keys)))
        return SQL(
            "INSERT INTO crm_kpi_day (kpi_id, date, %s, currency_id, total, count) %s",
            SQL(", ").join(SQL.identifier(name) for name in DIMENSIONS),
            query.select(SQL("%s", self.id), *keys, *self._get_measure_sql(query)),
        )

    def _get_total_currency_sql(self, query):
        """The currency of the totals, None where they are no money."""
        if self.measure not in ("sum", "average"):
            return None
        if self.since_field or self._get_path_field(self.measure_field).type != "monetary":
            return None
        return self._get_currency_sql(query)

    def _get_days_domain(self, days, filters=None):
        """The records of some days, or of all."""
        runs = [ALL_DAYS] if days is None else periods.get_runs(days)
        return self._get_runs_domain(runs, filters)

    def _get_runs_domain(self, runs, filters=None):
        """The records of several windows ``[(start, end)]`` in their order."""
        domain = self._get_record_domain(runs[0][0], runs[-1][1], filters)
        if len(runs) == 1 or domain.is_false():
            return domain
        filters = self._clean_filters(filters)
        return domain & Domain.OR(self._get_window_domain(*run, filters) for run in runs)

    def _convert_amount_sql(self, query, amount, filters):
        if self.env.context.get("crm_kpi_document_currency"):
            return amount
        return super()._convert_amount_sql(query, amount, filters)

    # ------------------------------------------------------------------
    # Scheduled actions
    # ------------------------------------------------------------------

    @api.model
    def _cron_fill_days(self):
        """Each night all days of all KPIs, which heals whatever no trigger saw."""
        night = Domain("days_filled_date", "<", fields.Datetime.now() - NIGHT)
        if self._fill_missing(night):
            self._refresh_days()

    @api.model
    def _cron_refresh_days(self):
        """New and changed KPIs, then the stale days of the others."""
        if self._fill_missing(Domain.FALSE):
            self._refresh_days()

    def _fill_missing(self, domain):
        kpis = self.search([("active", "=", True)])
        kept = kpis.filtered(lambda kpi: kpi.measure != "ratio" and kpi._get_day_source())
        (kpis - kept).filtered("days_filled_date").days_filled_date = False
        return run_in_batches(
            self,
            Domain("id", "in", kept.ids) & (Domain("days_filled_date", "=", False) | domain),
            lambda kpi: kpi._fill_days(),
            batch_size=1,
            lock_table="crm_kpi_day",
        )

    def _refresh_days(self):
        """Add the stale days up anew, in one transaction that begins with the lock."""
        self.env["ir.cron"]._commit_progress(remaining=1)
        self.env.cr.execute(SQL("LOCK TABLE crm_kpi_day IN SHARE UPDATE EXCLUSIVE MODE"))
        self._take_stale_days()
        self.env["ir.cron"]._commit_progress(1, remaining=0)

    def _take_stale_days(self):
        """Add the stale days up anew and take their marks away.

        A transaction sees the marks of those transactions whose documents it sees, and only these
        marks go: what is written meanwhile keeps its own.
        """
        stale = self.env["crm.kpi.stale"]._read_days()
        if stale:
            self._fill_stale(stale)
            self.env.cr.execute(SQL("DELETE FROM crm_kpi_stale"))

    def _fill_stale(self, stale):
        for kpi in self.search([("days_filled_date", "!=", False)]):
            source = kpi._get_day_source()
            if source not in stale:
                continue
            days = stale[source]
            if days is not None and len(days) > MAX_STALE_DAYS:
                days = None
            try:
                with self.env.cr.savepoint():
                    kpi._fill_days(days)
            except Exception:
                _logger.warning("KPI %s could not be added up by day", kpi.id, exc_info=True)
                kpi.days_filled_date = False
