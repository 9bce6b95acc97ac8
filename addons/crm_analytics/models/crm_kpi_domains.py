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

    def _get_record_domain(self, start, end, filters=None):
        """The records of ``[start, end)`` that the figure is made of.

        :param filters: ``company_ids``, ``team_id``, ``user_id``, ``country_id``, ``state_id``,
            ``category_id``, ``segment_id``; a team or person that is False means nobody's. A KPI
            that cannot be filtered so has no records then (see :meth:`_get_missing_filters`).
        """
        self.ensure_one()
        if self.measure == "ratio":
            return self.numerator_id._get_record_domain(start, end, filters)
        filters = self._clean_filters(filters)
        if self._get_missing_filters(filters):
            return Domain.FALSE
        return Domain.AND(
            [
                literal_eval(self.domain or "[]"),
                self._get_company_domain(filters),
                self._get_window_domain(start, end, filters),
                self._get_filter_domain(filters),
            ]
        )

    def _get_action(self, start, end, filters=None):
        """A window on exactly the records of the figure.

        It carries no id of a stored action: a favourite filter of that action would open with it
        and the list would no longer add up to the figure.
        """
        self.ensure_one()
        shown = self._get_parts()[:1]
        if not shown.model_name or not self.env[shown.model_name].has_access("read"):
            return False
        return {
            "type": "ir.actions.act_window",
            "name": self.name,
            "res_model": shown.model_name,
            "domain": list(shown._get_record_domain(start, end, filters)),
            "views": [
                (shown.sudo().list_view_id.id, "list"),
                (shown.sudo().form_view_id.id, "form"),
            ],
            "search_view_id": [shown.sudo().search_view_id.id, "search"],
            "context": {},
        }

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
        return {name: value for name, value in filters.items() if value is not None}

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
            if value is not None
            and name != "company_ids"
            and not all(part._get_filter_paths()[name] for part in parts)
        ]

    def _get_filter_domain(self, filters):
        paths = self._get_filter_paths()
        domain = Domain.TRUE
        for name, value in filters.items():
            if name != "company_ids":
                operator = self._get_filter_operator(name) if value else "="
                domain &= Domain(paths[name], operator, value)
        return domain

    def _get_filter_operator(self, name):
        if name == "segment_id":
            return "in"
        return "child_of" if name == "category_id" else "="

    def _get_companies(self, filters):
        ids = (filters or {}).get("company_ids")
        return self.env["res.company"].browse(ids) if ids else self.env.companies

    def _get_company_domain(self, filters):
        if not self.company_field:
            return Domain.TRUE
        # The record rules say the same, but not to a superuser.
        ids = self._get_companies(filters).ids
        if not self._get_path_field(self.company_field).required:
            ids = [*ids, False]
        return Domain(self.company_field, "in", ids)

    # ------------------------------------------------------------------
    # Days
    # ------------------------------------------------------------------

    def _get_window_domain(self, start, end, filters):
        """The records of the days ``[start, end)`` by the calendar of their companies."""
        if self.date_kind == "end":
            # What stands open now is all that is known of days to come.
            end = min(end, fields.Date.context_today(self) + timedelta(days=1))
            return self._get_before_domain(self.date_field, end, filters) & (
                self._get_open_domain(end, filters)
            )
        return self._get_zone_domain(self.date_field, ">=", start, filters) & (
            self._get_before_domain(self.date_field, end, filters)
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
