from odoo import models
from odoo.fields import Domain

from .crm_kpi_parts import TIMES

KEY_MODELS = {
    "company_id": "res.company",
    "user_id": "res.users",
    "team_id": "crm.team",
    "country_id": "res.country",
    "state_id": "res.country.state",
    "category_id": "product.category",
    "partner_id": "res.partner",
    "product_id": "product.product",
}
DEFAULT_LIMIT = 10


class CrmDashboard(models.Model):
    """The charts and tables of a page.

    A chart over time has a bucket for each month or day (see ``crm_dashboard_times.py``), any other
    one a label for each of the largest keys. Every point carries the action that lists its records.
    """

    _inherit = "crm.dashboard"  # pylint: disable=consider-merging-classes-inherited

    def _get_groups(self, item):
        groupby = item.get("groupby") or []
        return [groupby] if isinstance(groupby, str) else groupby

    def _get_item_title(self, item, kpis):
        """KPI by what it is split by; a tile is named as its KPI."""
        shown = kpis if item["type"] in ("table", "line", "bar") else kpis[:1]
        names = ", ".join(shown.mapped("name"))
        if item["type"] == "funnel" and len(kpis) > 1:
            return self.env._("From %(first)s to %(last)s", first=kpis[0].name, last=kpis[-1].name)
        groups = [self._get_group_name(name) for name in self._get_groups(item)]
        if item["type"] == "tile" or not groups:
            return names or ""
        return self.env._("%(kpi)s by %(groups)s", kpi=names, groups=", ".join(groups))

    def _get_group_name(self, name):
        return {
            "day": self.env._("day"),
            "month": self.env._("month"),
            "company_id": self.env._("company"),
            "user_id": self.env._("person"),
            "team_id": self.env._("team"),
            "country_id": self.env._("country"),
            "state_id": self.env._("state"),
            "category_id": self.env._("category"),
            "partner_id": self.env._("customer"),
            "product_id": self.env._("product"),
        }.get(name, name)

    # ------------------------------------------------------------------
    # Asking
    # ------------------------------------------------------------------

    def _ask_line(self, item, kpis, figures):
        groups = self._get_groups(item)
        if groups and groups[0] in TIMES:
            self._ask_times(item, kpis, figures)
        else:
            figures.ask(kpis, figures.page.windows["current"], groups)

    _ask_bar = _ask_line
    _ask_stacked = _ask_line
    _ask_heatmap = _ask_line

    def _ask_doughnut(self, item, kpis, figures):
        figures.ask(kpis, figures.page.windows["current"], self._get_groups(item))

    _ask_funnel = _ask_doughnut

    def _ask_table(self, item, kpis, figures):
        groups = self._get_groups(item)
        names = ["current"] if groups else figures.page.windows
        for name in names:
            figures.ask(kpis, figures.page.windows[name], groups)

    # ------------------------------------------------------------------
    # By key
    # ------------------------------------------------------------------

    def _get_top_keys(self, kpi, parts, limit):
        """The keys of most value, those that say nothing left out."""
        values = {key: kpi._combine(*part) for key, part in parts.items()}
        known = [key for key, value in values.items() if value]
        return sorted(known, key=lambda key: (-values[key], str(key)))[:limit]

    def _get_key_names(self, group, ids):
        """``{id: name}``; None is what has no such value."""
        ids = set(ids)
        records = self.env[KEY_MODELS[group]].with_context(
            active_test=False, display_default_code=False
        )
        found = records.search([("id", "in", [key for key in ids if key])])
        names = {record.id: record.display_name for record in found}
        # What belongs to a company the reader may not see counts all the same.
        restricted = self.env._("Restricted")
        return {key: names.get(key, restricted) if key else self._get_nobody(group) for key in ids}

    def _get_nobody(self, group):
        return self.env._("Nobody") if group == "user_id" else self.env._("None")

    def _get_key_domain(self, kpi, groups, key):
        """The records of a key among those of the figure."""
        paths = kpi._get_parts()[:1]._get_key_paths()
        return Domain.AND(
            Domain(paths[name], "=", value or False)
            for name, value in zip(groups, key, strict=True)
            if paths[name]
        )

    def _get_action(self, kpi, window, figures, extra=Domain.TRUE):
        action = kpi._get_action(*window, figures.filters)
        if action and not extra.is_true():
            action["domain"] = list(Domain(action["domain"]) & extra)
        return action

    def _fill_keys(self, item, kpis, figures):
        """A label for each of the largest keys of the first KPI, a series for each KPI."""
        window, groups = figures.page.windows["current"], self._get_groups(item)
        parts = {kpi.id: figures.parts(kpi, window, groups) for kpi in kpis}
        keys = self._get_top_keys(kpis[0], parts[kpis[0].id], item.get("limit") or DEFAULT_LIMIT)
        names = self._get_key_names(groups[0], [key[0] for key in keys])
        item.update(
            labels=[names[key[0]] for key in keys],
            series=[
                {
                    "name": kpi.name,
                    "kind": "actual",
                    "values": [figures.value(kpi, window, groups, key) for key in keys],
                    "actions": [
                        self._get_action(
                            kpi, window, figures, self._get_key_domain(kpi, groups, key)
                        )
                        for key in keys
                    ],
                }
                for kpi in kpis
            ],
        )
        self._add_rest(item, kpis, parts, keys)

    def _add_rest(self, item, kpis, parts, keys):
        """What lies beyond the largest keys, so that a whole stays a whole."""
        if item["type"] != "doughnut" or not kpis[0]._is_additive():
            return
        rest = [part for key, part in parts[kpis[0].id].items() if key not in keys]
        value = kpis[0]._combine(sum(part[0] for part in rest), sum(part[1] for part in rest))
        if value:
            item["labels"].append(self.env._("Others"))
            item["series"][0]["values"].append(value)
            item["series"][0]["actions"].append(False)

    # ------------------------------------------------------------------
    # Filling
    # ------------------------------------------------------------------

    def _fill_line(self, item, kpis, figures):
        groups = self._get_groups(item)
        if not groups or groups[0] not in TIMES:
            self._fill_keys(item, kpis, figures)
        elif len(groups) > 1:
            self._fill_split(item, kpis[:1], figures)
        else:
            self._fill_times(item, kpis, figures)
        self._say_empty(item)

    _fill_bar = _fill_line
    _fill_stacked = _fill_line
    _fill_heatmap = _fill_line

    def _fill_doughnut(self, item, kpis, figures):
        self._fill_keys(item, kpis[:1], figures)
        self._say_empty(item)

    def _fill_funnel(self, item, kpis, figures):
        """A step for each KPI."""
        window = figures.page.windows["current"]
        item.update(
            labels=kpis.mapped("name"),
            series=[
                {
                    "name": item["title"],
                    "kind": "actual",
                    "values": [figures.value(kpi, window) for kpi in kpis],
                    "actions": [self._get_action(kpi, window, figures) for kpi in kpis],
                }
            ],
        )
        self._say_empty(item)

    def _fill_table(self, item, kpis, figures):
        groups = self._get_groups(item)
        if groups:
            self._fill_keys(item, kpis, figures)
            series = item.pop("series")
            columns = [{"label": kpi.name, "unit": kpi.unit} for kpi in kpis]
            rows = [
                {
                    "values": [label, *(one["values"][place] for one in series)],
                    "action": series[0]["actions"][place],
                }
                for place, label in enumerate(item.pop("labels"))
            ]
            first = self._get_group_name(groups[0]).capitalize()
        else:
            columns = [
                {"label": self._get_window_name(name), "unit": kpis[:1].unit}
                for name in figures.page.windows
            ]
            rows = [
                {
                    "values": [
                        kpi.name,
                        *(figures.value(kpi, window) for window in figures.page.windows.values()),
                    ],
                    "unit": kpi.unit,
                    "action": self._get_action(kpi, figures.page.windows["current"], figures),
                }
                for kpi in kpis
            ]
            first = self.env._("KPI")
        item.update(columns=[{"label": first, "unit": "text"}, *columns], rows=rows)
        if not rows:
            item["empty"] = self._get_empty_text()

    def _get_window_name(self, name):
        return {
            "current": self.env._("This Period"),
            "previous": self.env._("Period Before"),
            "last_year": self.env._("A Year Before"),
        }[name]

    def _say_empty(self, item):
        if not any(value for one in item["series"] for value in one["values"]):
            item["empty"] = self._get_empty_text()

    def _get_empty_text(self):
        return self.env._("Nothing in these days. Choose a longer period or remove a filter.")
