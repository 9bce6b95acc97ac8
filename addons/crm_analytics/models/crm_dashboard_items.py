import logging
from datetime import timedelta

from odoo import models
from odoo.exceptions import AccessError, UserError

from ..tools import period as periods
from ..tools.dashboard_figures import Figures

SPARKLINE_DAYS = 14
SPARKLINE_MONTHS = 12

_logger = logging.getLogger(__name__)


class CrmDashboard(models.Model):
    """The items of a page: what each needs is asked for first, read together, then laid out.

    An item type is a pair of methods, ``_ask_<type>`` and ``_fill_<type>``. One bad item never
    costs the page: it says itself what is wrong.
    """

    _inherit = "crm.dashboard"  # pylint: disable=consider-merging-classes-inherited

    def _read_items(self, page):
        """The items of the layout with their figures, ready for JSON."""
        self.ensure_one()
        items = self._get_layout()
        scoped = self._in_company(page)
        kpis = scoped._get_kpis(items)
        figures = Figures(page, self._get_filter_values(page.filters))
        prepared = [scoped._prepare_item(item, kpis, figures) for item in items]
        figures.load()
        for item in prepared:
            scoped._fill_item(item, kpis, figures)
        scoped._add_targets(prepared, kpis, figures)
        return prepared

    def _in_company(self, page):
        """As if the reader had chosen the company of the filter only."""
        company_id = page.filters.get("company_id")
        return self.with_context(allowed_company_ids=[company_id]) if company_id else self

    def _get_kpis(self, items):
        """``{code: KPI}`` of the codes that the items name."""
        codes = {code for item in items for code in self._get_item_codes(item)}
        kpis = self.env["crm.kpi"].search([("code", "in", list(codes))])
        return {kpi.code: kpi for kpi in kpis}

    def _get_item_codes(self, item):
        codes = item.get("kpi") or []
        return [codes] if isinstance(codes, str) else codes

    # ------------------------------------------------------------------
    # One item
    # ------------------------------------------------------------------

    def _prepare_item(self, item, kpis, figures):
        """The frame of an item; asks for the figures it needs."""
        codes = self._get_item_codes(item)
        found = self.env["crm.kpi"].concat(*(kpis[code] for code in codes if code in kpis))
        values = {
            **item,
            # Only a title somebody wrote goes back into the layout: others follow the language.
            "own_title": item.get("title") or "",
            "title": item.get("title") or self._get_item_title(item, found),
            "help": found[:1].description or "",
            "unit": found[:1].unit or "number",
            "direction": found[:1].direction or "higher",
            "empty": False,
            "error": False,
        }
        missing = [code for code in codes if code not in kpis]
        if missing:
            values["error"] = self.env._(
                "The KPI %s is archived or gone: remove the item, or bring the KPI back.",
                ", ".join(missing),
            )
            return values
        return self._guard(values, self._ask_item, found, figures)

    def _fill_item(self, item, kpis, figures):
        if item["error"] or item["empty"]:
            return
        found = self.env["crm.kpi"].concat(*(kpis[code] for code in self._get_item_codes(item)))
        self._guard(item, self._fill_figures, found, figures)

    def _guard(self, item, method, *args):
        """Call a method for an item; what goes wrong is said in its place."""
        try:
            method(item, *args)
        except (AccessError, UserError) as error:
            item["error"] = str(error)
        except Exception:
            _logger.exception("Dashboard %s: item %s failed", self.id, item.get("id"))
            item["error"] = self.env._(
                "This figure could not be computed. Check how its KPI is set up."
            )
        return item

    def _ask_item(self, item, kpis, figures):
        if problem := self._get_item_problem(kpis, figures):
            item["empty"] = problem
            return
        getattr(self, f"_ask_{item['type']}")(item, kpis, figures)

    def _get_item_problem(self, kpis, figures):
        """Why nothing can be shown, or False."""
        if not all(self.env[part.model_name].has_access("read") for part in self._get_parts(kpis)):
            return self.env._("You have no access to the records of this figure.")
        filters = figures.filters
        missing = {name for kpi in kpis for name in kpi._get_missing_filters(filters)}
        if missing:
            fields_get = self._get_filter_labels()
            return self.env._(
                "Not known by %s: remove this filter to see the figure.",
                ", ".join(fields_get[name] for name in sorted(missing)),
            )
        return False

    def _get_parts(self, kpis):
        return self.env["crm.kpi"].concat(*(kpi._get_parts() for kpi in kpis))

    def _fill_figures(self, item, kpis, figures):
        figures.check(kpis)
        getattr(self, f"_fill_{item['type']}")(item, kpis, figures)

    # ------------------------------------------------------------------
    # Tiles
    # ------------------------------------------------------------------

    def _ask_tile(self, item, kpi, figures):
        for window in self._get_windows_of(kpi, figures.page).values():
            figures.ask(kpi, window)
        for window, groupby in self._get_sparkline_requests(kpi, figures.page):
            figures.ask(kpi, window, groupby)

    def _fill_tile(self, item, kpi, figures):
        windows = self._get_windows_of(kpi, figures.page)
        values = {name: figures.value(kpi, window) for name, window in windows.items()}
        item.update(
            value=values.pop("current"),
            target=None,
            progress=None,
            pace=None,
            compared=values,
            sparkline=self._get_sparkline(kpi, figures),
            action=kpi._get_action(*windows["current"], figures.filters),
        )

    def _add_targets(self, items, kpis, figures):
        """What the tiles are to reach in the whole period, read for all of them together."""
        tiles = [item for item in items if item["type"] == "tile" and "value" in item]
        if not tiles:
            return
        found = self.env["crm.kpi"].concat(*(kpis[tile["kpi"]] for tile in tiles))
        values = {kpis[tile["kpi"]].id: tile["value"] for tile in tiles}
        period = figures.page.period
        try:
            with self.env.cr.savepoint(flush=False):
                pace = found._get_pace(values, period.start, period.end, figures.filters)
        except Exception:
            _logger.exception("Dashboard %s: targets failed", self.id)
            return
        for tile in tiles:
            kpi = kpis[tile["kpi"]]
            row = pace[kpi.id]
            # A day on which nobody works has no share of the target of its month.
            if row["target"] or kpi.direction == "lower":
                tile.update({name: row[name] for name in ("target", "progress", "pace")})

    def _get_windows_of(self, kpi, page):
        """The windows of the page that are a fair comparison for a KPI.

        Sales of days before the oldest order are not zero, they are not known.
        """
        oldest = page.history["oldest"]
        if not oldest or kpi.category != "sales" or kpi.date_kind == "end":
            return page.windows
        return {
            name: window
            for name, window in page.windows.items()
            if name == "current" or str(window[0]) >= oldest
        }

    def _get_sparkline_buckets(self, page):
        """``(unit, [(start, end)])``: days for a short period, months for a longer one."""
        end = page.windows["current"][1]
        if page.period.unit in ("day", "week", "month"):
            days = [end - timedelta(days=back) for back in range(SPARKLINE_DAYS, 0, -1)]
            return "day", [(day, day + timedelta(days=1)) for day in days]
        return "month", periods.months_until(end, SPARKLINE_MONTHS)

    def _get_sparkline_requests(self, kpi, page):
        """``[(window, groupby)]``; what stands open at the end of a day is no line over days."""
        if self._is_stock(kpi):
            return []
        unit, buckets = self._get_sparkline_buckets(page)
        return [((buckets[0][0], buckets[-1][1]), (unit,))]

    def _get_sparkline(self, kpi, figures):
        requests = self._get_sparkline_requests(kpi, figures.page)
        if not requests:
            return []
        [(window, groupby)] = requests
        _unit, buckets = self._get_sparkline_buckets(figures.page)
        return [
            {"label": str(start), "value": figures.value(kpi, window, groupby, (start,))}
            for start, _end in buckets
        ]
