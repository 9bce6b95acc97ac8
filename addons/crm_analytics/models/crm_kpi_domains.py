from ast import literal_eval
from datetime import timedelta

from odoo import fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain

from ..tools import period as periods

FILTERS = (
    "company_ids",
    "team_id",
    "user_id",
    "country_id",
    "state_id",
    "category_id",
    "segment_id",
)


class CrmKpi(models.Model):
    """The records behind a figure: the same domain reads the figure and opens the list."""

    _inherit = "crm.kpi"  # pylint: disable=consider-merging-classes-inherited

    def _get_record_domain(self, start, end, filters=None, keys=None):
        """The records of ``[start, end)`` that the figure is made of; of a ratio its numerator's.

        :param filters: ids by ``company_ids``, ``team_id``, ``user_id``, ``country_id``,
            ``state_id``, ``category_id`` (with those below it), ``segment_id``; nothing (False)
            filters nothing. A KPI that cannot be filtered so has no records then (see
            :meth:`_get_missing_filters`).
        :param keys: ids by the names of ``groupby`` of :meth:`_read_parts`, for the records of
            one bar of a chart: exactly these, nobody's where an id is False or None
        """
        self.ensure_one()
        if self.measure == "ratio":
            return self.numerator_id._get_record_domain(start, end, filters, keys)
        filters = self._clean_filters(filters)
        if self._get_missing_filters(filters):
            return Domain.FALSE
        return Domain.AND(
            [
                Domain(literal_eval(self.domain or "[]")),
                self._get_company_domain(filters),
                self._get_window_domain(start, end, filters),
                self._get_filter_domain(filters),
                self._get_key_domain(keys or {}),
            ]
        )

    def _get_part_domain(self):
        """Which of the records make up a share."""
        return Domain(literal_eval(self.part_domain or "[]"))

    def _get_action(self, start, end, filters=None, keys=None):
        """A window on exactly the records of the figure, or False where the reader may not.

        It carries no id of a stored action: a favourite filter of that action would open with it
        and the list would no longer add up to the figure.
        """
        self.ensure_one()
        shown = self._get_parts()[:1]
        if not shown.model_name or not self.env[shown.model_name].has_access("read"):
            return False
        views = shown.sudo()  # which view shows them is no secret
        return {
            "type": "ir.actions.act_window",
            "name": self.name,
            "res_model": shown.model_name,
            "domain": list(shown._get_record_domain(start, end, filters, keys)),
            "views": [(views.list_view_id.id, "list"), (views.form_view_id.id, "form")],
            "search_view_id": [views.search_view_id.id, "search"],
            "context": shown._get_action_context(),
        }

    def _get_action_context(self):
        """Different values are counted group by group: so are they shown."""
        self.ensure_one()
        if self.measure == "distinct" and "." not in (self.measure_field or "."):
            return {"group_by": [self.measure_field]}
        return {}

    # ------------------------------------------------------------------
    # Filters
    # ------------------------------------------------------------------

    def _clean_filters(self, filters):
        filters = dict(filters or {})
        if unknown := filters.keys() - set(FILTERS):
            raise UserError(
                self.env._(
                    "A KPI cannot be filtered by %(names)s.", names=", ".join(sorted(unknown))
                )
            )
        return {name: value for name, value in filters.items() if value}

    def _get_filter_paths(self):
        """``{filter: path}`` of what the records can be filtered by."""
        self.ensure_one()
        partner, product = self.partner_field, self.product_field
        return {
            "team_id": self.team_field,
            "user_id": self.user_field,
            "country_id": partner and f"{partner}.country_id",
            "state_id": partner and f"{partner}.state_id",
            "segment_id": partner and f"{partner}.segment_ids",
            "category_id": product and f"{product}.categ_id",
        }

    def _get_missing_filters(self, filters):
        """Those of the filters that mean nothing to this KPI: it has no such field."""
        self.ensure_one()
        parts = self._get_parts()
        return [
            name
            for name, value in (filters or {}).items()
            if value
            and name != "company_ids"
            and not all(part._get_filter_paths()[name] for part in parts)
        ]

    def _get_filter_domain(self, filters):
        paths = self._get_filter_paths()
        return Domain.AND(
            Domain(paths[name], self._get_filter_operator(name), value)
            for name, value in filters.items()
            if name != "company_ids"
        )

    def _get_filter_operator(self, name):
        if name == "segment_id":
            return "in"
        return "child_of" if name == "category_id" else "="

    def _get_key_domain(self, keys):
        paths = self._get_key_paths()
        return Domain.AND(
            # What a KPI has no field for is nobody's with all of its records.
            Domain(paths[name], "=", value or False) if paths[name] else Domain(not value)
            for name, value in keys.items()
        )

    def _get_key_paths(self):
        """``{key: path}`` of what the records can be grouped by, besides days and months."""
        return {
            **self._get_filter_paths(),
            "company_id": self.company_field,
            "partner_id": self.partner_field,
            "product_id": self.product_field,
        }

    def _get_companies(self, filters):
        ids = (filters or {}).get("company_ids")
        return self.env["res.company"].browse(ids) if ids else self.env.companies

    def _get_company_domain(self, filters):
        path = self._get_company_path()
        if not path:
            return Domain.TRUE
        # The record rules say the same, but not to a superuser.
        ids = self._get_companies(filters).ids
        if not self._get_path_field(path).required:
            ids = [*ids, False]
        return Domain(path, "in", ids)

    def _get_company_path(self):
        """The company of the records; their own where the definition names none, for the stored
        figures of a company are read without the record rules that keep companies apart."""
        if self.company_field:
            return self.company_field
        field = self.env[self.model_name]._fields.get("company_id")
        is_company = field and field.store and field.comodel_name == "res.company"
        return is_company and field.name

    # ------------------------------------------------------------------
    # Days
    # ------------------------------------------------------------------

    def _get_window_domain(self, start, end, filters):
        """The records of the days ``[start, end)`` by the calendar of their companies."""
        if self.date_kind == "end":
            if not self._is_known(end):
                return Domain.FALSE
            # What stands open now is all that is known of days to come.
            end = min(end, fields.Date.context_today(self) + timedelta(days=1))
            return self._get_before_domain(self.date_field, end, filters) & (
                self._get_open_domain(end, filters)
            )
        return self._get_zone_domain(self.date_field, ">=", start, filters) & (
            self._get_before_domain(self.date_field, end, filters)
        )

    def _is_known(self, end):
        """Whether the records tell how things stood at the end of a period.

        Without a date of closing they tell how things stand now. That holds for a period that
        ended yesterday, too, so that a nightly run can keep its last day.
        """
        self.ensure_one()
        return all(
            part.date_kind == "period" or part.close_field or end >= fields.Date.context_today(self)
            for part in self._get_parts()
        )

    def _get_before_domain(self, path, end, filters):
        return self._get_zone_domain(path, "<", end, filters) if path else Domain.TRUE

    def _get_open_domain(self, end, filters):
        if not self.close_field:
            return Domain.TRUE
        return Domain(self.close_field, "=", False) | (
            self._get_zone_domain(self.close_field, ">=", end, filters)
        )

    def _get_zone_domain(self, path, operator, day, filters):
        """A day compared with a date or, from its first moment on in the company's zone, a time."""
        if self._get_path_field(path).type == "date":
            return Domain(path, operator, fields.Date.to_string(day))
        zones = self._get_zones(filters)
        conditions = {
            zone: Domain(path, operator, fields.Datetime.to_string(periods.utc(day, zone)))
            for zone in zones
        }
        if len(zones) == 1:
            return next(iter(conditions.values()))
        return Domain.OR(
            Domain(self.company_field, "in", ids) & conditions[zone] for zone, ids in zones.items()
        )

    def _get_zones(self, filters):
        """``{time zone: ids of its companies}``; what has no company lives in the reader's."""
        own = self.env.company._get_figures_timezone()
        if not self.company_field:
            return {own: [False]}
        zones = {}
        for company in self._get_companies(filters):
            zones.setdefault(company._get_figures_timezone(), []).append(company.id)
        if not self._get_path_field(self.company_field).required:
            zones.setdefault(own, []).append(False)
        return zones
