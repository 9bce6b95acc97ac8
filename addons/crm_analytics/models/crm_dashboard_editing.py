from odoo import api, models
from odoo.exceptions import UserError, ValidationError

from .crm_dashboard_charts import KEY_MODELS
from .crm_kpi_parts import TIMES

# type: (fewest KPIs, most KPIs, what it may be split by: None, "time", "key")
TYPES = {
    "tile": (1, 1),
    "line": (1, 6),
    "bar": (1, 6),
    "stacked": (1, 6),
    "doughnut": (1, 1),
    "funnel": (2, 8),
    "heatmap": (1, 1),
    "table": (1, 8),
}
MAX_ITEMS, MAX_TITLE, MAX_LIMIT, MAX_HEIGHT, COLUMNS = 60, 100, 50, 12, 12
SIZES = {"tile": (3, 2), "doughnut": (4, 4), "funnel": (4, 4)}
DEFAULT_SIZE = (6, 4)


class CrmDashboard(models.Model):
    """What a layout may hold: everything that comes in is checked, whoever sends it."""

    _inherit = "crm.dashboard"  # pylint: disable=consider-merging-classes-inherited

    @api.model
    @api.readonly
    def get_catalogue(self):
        """What one may add to a dashboard: KPIs whose records the reader may see, and charts."""
        self.check_access("read")
        kpis = self.env["crm.kpi"].search([("active", "=", True)])
        categories = dict(kpis._fields["category"]._description_selection(self.env))
        names = self._get_type_names()
        return {
            "kpis": [
                {
                    "code": kpi.code,
                    "name": kpi.name,
                    "help": kpi.description or "",
                    "unit": kpi.unit,
                    "category": kpi.category,
                    "category_name": categories[kpi.category],
                    "groupby": self._get_possible_groups(kpi),
                }
                for kpi in kpis
                if self._is_readable(kpi)
            ],
            "types": [
                {
                    "type": name,
                    "name": names[name],
                    "kpis_min": TYPES[name][0],
                    "kpis_max": TYPES[name][1],
                    "groupby": self._get_possible_splits(name),
                    "width": SIZES.get(name, DEFAULT_SIZE)[0],
                    "height": SIZES.get(name, DEFAULT_SIZE)[1],
                }
                for name in TYPES
            ],
            "groupby": [
                {"name": name, "label": self._get_group_name(name)}
                for name in (*TIMES, *KEY_MODELS)
            ],
        }

    def _is_readable(self, kpi):
        return all(self.env[part.model_name].has_access("read") for part in kpi._get_parts())

    def _get_possible_groups(self, kpi):
        """What a KPI can be split by: it has a field for it."""
        parts = kpi._get_parts()
        keys = [name for name in KEY_MODELS if all(p._get_key_paths()[name] for p in parts)]
        return [*TIMES, *keys]

    def _get_possible_splits(self, kind):
        if kind in ("tile", "funnel"):
            return []
        return [*KEY_MODELS] if kind in ("doughnut", "table") else [*TIMES, *KEY_MODELS]

    def _get_type_names(self):
        return {
            "tile": self.env._("Tile"),
            "line": self.env._("Line"),
            "bar": self.env._("Bars"),
            "stacked": self.env._("Stacked Bars"),
            "doughnut": self.env._("Doughnut"),
            "funnel": self.env._("Funnel"),
            "heatmap": self.env._("Heat Map"),
            "table": self.env._("Table"),
        }

    # ------------------------------------------------------------------
    # Checking
    # ------------------------------------------------------------------

    @api.constrains("layout", "default_layout")
    def _check_layouts(self):
        for dashboard in self:
            for layout in filter(None, (dashboard.layout, dashboard.default_layout)):
                dashboard._check_layout(layout)

    @api.model
    def _check_layout(self, layout):
        """Refuse a layout that was not made by :meth:`_prepare_items`, whoever writes it."""
        items = layout.get("items") if isinstance(layout, dict) else None
        if (
            not isinstance(items, list)
            or not all(isinstance(item, dict) for item in items)
            or self._prepare_items(items) != items
        ):
            raise ValidationError(
                self.env._("This layout could not be shown: arrange the dashboard on its page.")
            )

    @api.model
    def _check_items(self, items):
        """The items as they are stored; refuses what no screen could show."""
        if not isinstance(items, list) or not all(isinstance(item, dict) for item in items):
            raise UserError(self.env._("A layout is a list of items."))
        if len(items) > MAX_ITEMS:
            raise UserError(
                self.env._("A dashboard holds %s items at most: remove some.", MAX_ITEMS)
            )
        items = self._prepare_items(items)
        codes = {code for item in items for code in self._get_item_codes(item)}
        # An archived KPI keeps its place until it is back.
        kpis = self.env["crm.kpi"].with_context(active_test=False)
        known = set(kpis.search([("code", "in", list(codes))]).mapped("code"))
        if unknown := codes - known:
            raise UserError(self.env._("There is no KPI called %s.", ", ".join(sorted(unknown))))
        return items

    @api.model
    def _prepare_items(self, items):
        """Items with nothing but what belongs to them, each with an id of its own."""
        prepared, taken = [], set()
        for place, item in enumerate(items, 1):
            values = self._prepare_layout_item(item, place)
            values["id"] = self._get_free_id(values["id"], taken)
            taken.add(values["id"])
            prepared.append(values)
        return prepared

    def _get_free_id(self, wanted, taken):
        number, free = 1, wanted
        while free in taken:
            number += 1
            free = f"{wanted}-{number}"
        return free

    def _prepare_layout_item(self, item, place):
        kind = item.get("type")
        if not isinstance(kind, str) or kind not in TYPES:
            raise UserError(self.env._("Item %(place)s: choose a kind of chart.", place=place))
        codes = self._check_codes(item, kind, place)
        groups = self._check_groups(item, kind, place)
        width, height = SIZES.get(kind, DEFAULT_SIZE)
        values = {
            "id": str(item.get("id") or f"{kind}-{codes[0]}")[:MAX_TITLE],
            "type": kind,
            "kpi": codes[0] if TYPES[kind][1] == 1 or len(codes) == 1 else codes,
            "groupby": (groups[0] if len(groups) == 1 else groups) if groups else False,
            "title": str(item.get("title") or "").strip()[:MAX_TITLE],
            "width": self._check_number(item.get("width"), width, COLUMNS),
            "height": self._check_number(item.get("height"), height, MAX_HEIGHT),
            "limit": self._check_number(item.get("limit"), 10, MAX_LIMIT),
        }
        return values

    def _check_codes(self, item, kind, place):
        codes = self._get_item_codes(item)
        if not isinstance(codes, list) or not all(isinstance(code, str) for code in codes):
            codes = []
        fewest, most = TYPES[kind]
        if not fewest <= len(codes) <= most:
            raise UserError(
                self.env._(
                    "Item %(place)s: %(kind)s shows %(fewest)s to %(most)s KPIs.",
                    place=place,
                    kind=self._get_type_names()[kind],
                    fewest=fewest,
                    most=most,
                )
            )
        return codes

    def _check_groups(self, item, kind, place):
        """What the item is split by; a heat map and stacked bars go two ways."""
        groups = self._get_groups(item)
        possible = self._get_possible_splits(kind)
        if not isinstance(groups, list) or not all(isinstance(name, str) for name in groups):
            groups = ["?"]
        two_ways = kind == "heatmap" or (kind == "stacked" and len(groups) == 2)
        right = (
            len(groups) == 2 and groups[0] in TIMES and groups[1] in KEY_MODELS
            if two_ways
            else len(groups) <= 1 and set(groups) <= set(possible)
        )
        if not right or (not groups and kind not in ("tile", "funnel", "table")):
            raise UserError(
                self.env._("Item %(place)s: choose what the figure is split by.", place=place)
            )
        return groups

    def _check_number(self, value, default, most):
        if isinstance(value, bool) or not isinstance(value, int):
            return default
        return min(max(value, 1), most)
