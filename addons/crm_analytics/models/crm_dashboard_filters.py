from collections import namedtuple
from datetime import datetime

from odoo import api, models
from odoo.fields import Domain
from odoo.tools import SQL

from ..tools import period as periods

# What a dashboard was opened with: the reader's choices resolved, and the days they mean.
Page = namedtuple("Page", "filters period today windows choices history")
MODELS = {
    "company_id": "res.company",
    "team_id": "crm.team",
    "user_id": "res.users",
    "country_id": "res.country",
    "state_id": "res.country.state",
    "category_id": "product.category",
    "segment_id": "crm.segment",
}
MAX_CHOICES = 500
LED_TEAMS = "mine"  # in an address: the teams the reader leads, where they are several


class CrmDashboard(models.Model):
    """The filters of a dashboard: what may be chosen, and what was.

    They come from an address. An old link, a record that was deleted or one that the reader may
    not see must not cost him the page: the filter falls away, and a notice says so.
    """

    _inherit = "crm.dashboard"  # pylint: disable=consider-merging-classes-inherited

    def _open_page(self, filters, notice=False):
        """Resolve what the address asks for."""
        self.ensure_one()
        wanted = filters if isinstance(filters, dict) else {}
        today = self._get_today()
        # Who sees no orders has no history of them.
        sees_orders = self.env["sale.order"].has_access("read")
        oldest, newest = self._get_history() if sees_orders else (False, False)
        choices = self._get_choices()
        resolved, dropped = self._resolve_filters(wanted, choices)
        if states := self._get_states(resolved["country_id"]):
            choices["state_id"] = states
        everybody = bool(wanted.get("everybody"))
        if not everybody and not resolved["user_id"] and not resolved["team_id"]:
            self._choose_opening(resolved)
        period = periods.parse(wanted.get("period"), today)
        if wanted.get("period") and not period:
            dropped.append(self.env._("period"))
        period = period or self._get_opening_period(today, newest)
        if dropped:
            notice = self.env._(
                "Left out, because the link is out of date or not yours to see: %s.",
                ", ".join(dropped),
            )
        return Page(
            filters={
                "period": period.key,
                **resolved,
                "everybody": everybody,
                "notice": notice,
            },
            period=period,
            today=today,
            windows=period.get_windows(today),
            choices=choices,
            history={
                "oldest": oldest and str(oldest),
                "newest": newest and str(newest),
                "newest_period": newest and periods.fixed_key("year", newest),
            },
        )

    @api.model
    def _get_today(self):
        return datetime.now(self.env.company._get_figures_timezone()).date()

    def _get_opening_period(self, today, newest):
        """The dashboard's own period, or the year of the newest order where that is long past."""
        default = self._get_default_period(today, newest)
        if default.key != periods.DEFAULT_PRESET:
            return default
        return periods.parse(self.period, today)

    # ------------------------------------------------------------------
    # What was chosen
    # ------------------------------------------------------------------

    def _choose_opening(self, resolved):
        """Whose figures show where the address names nobody."""
        if self.opens_for == "user":
            resolved["user_id"] = self.env.uid
        elif self.opens_for == "team":
            teams = self._get_led_teams()
            resolved["team_id"] = LED_TEAMS if len(teams) > 1 else teams.id

    @api.model
    def _get_led_teams(self):
        """The teams whose figures are the reader's business, without those they contain."""
        teams = self.env["crm.team"]
        if self.env.user.has_group("sales_team.group_sale_manager") or not teams.has_access("read"):
            return teams
        led = teams.search(
            Domain("leader_ids", "in", self.env.user.ids) & self._get_choice_company_domain()
        )
        return led.filtered(lambda team: team.parent_id not in led)

    def _resolve_filters(self, wanted, choices):
        """``({name: id or False}, [names of what fell away])``."""
        resolved, dropped = {}, []
        for name, model in MODELS.items():
            value = wanted.get(name)
            found = self._find_choice(model, value, choices.get(name)) if value else False
            resolved[name] = found
            if value and not found:
                dropped.append(self.env[model]._description)
        return resolved, dropped

    def _find_choice(self, model, value, choices):
        """The id of a value out of an address when it is there for the reader."""
        if value == LED_TEAMS and any(choice["id"] == value for choice in choices or ()):
            return value
        try:
            record_id = int(value)
        except (OverflowError, TypeError, ValueError):
            return False
        if any(choice["id"] == record_id for choice in choices or ()):
            return record_id
        if model == "res.users" and record_id == self.env.uid:
            return record_id
        if model in ("res.company", "res.users") or not 0 < record_id < 2**31:
            return False
        records = self.env[model].with_context(active_test=False)
        return records.has_access("read") and records.search([("id", "=", record_id)]).id

    def _get_filter_labels(self):
        return {name: self.env[model]._description for name, model in MODELS.items()}

    def _get_filter_values(self, filters):
        """The filters as the KPIs take them, without what is not chosen."""
        values = {
            name: filters[name] for name in MODELS if name != "company_id" and filters.get(name)
        }
        if filters.get("team_id") == LED_TEAMS:
            values["team_id"] = self._get_led_teams().ids
        if filters.get("company_id"):
            values["company_ids"] = [filters["company_id"]]
        return values

    # ------------------------------------------------------------------
    # What may be chosen
    # ------------------------------------------------------------------

    @api.model
    def _get_choices(self):
        """``{filter: [{"id", "name"}]}``; a filter with nothing to choose is left out."""
        choices = {
            "company_id": self._prepare_choices(self.env.companies)
            if len(self.env.companies) > 1
            else [],
            "team_id": self._get_team_choices(),
            "user_id": self._prepare_choices(self._get_people()),
            "country_id": self._prepare_choices(self._get_countries()),
            "category_id": self._search_choices("product.category"),
            "segment_id": self._search_choices("crm.segment"),
        }
        return {name: values for name, values in choices.items() if values}

    @api.model
    def _get_states(self, country_id):
        """Of one country only: those of all would be a list nobody reads."""
        if not country_id:
            return []
        return self._search_choices("res.country.state", Domain("country_id", "=", country_id))

    @api.model
    def _get_team_choices(self):
        teams = self._search_choices("crm.team", self._get_choice_company_domain())
        if len(self._get_led_teams()) > 1:
            teams.insert(0, {"id": LED_TEAMS, "name": self.env._("My Teams")})
        return teams

    @api.model
    def _get_choice_company_domain(self):
        return Domain("company_id", "in", [*self.env.companies.ids, False])

    @api.model
    def _search_choices(self, model, domain=Domain.TRUE):
        records = self.env[model]
        if not records.has_access("read"):
            return []
        return self._prepare_choices(records.search(domain, limit=MAX_CHOICES))

    @api.model
    def _prepare_choices(self, records):
        return [{"id": record.id, "name": record.display_name} for record in records]

    @api.model
    def _get_people(self):
        """Who sells; whoever sees his own records only has nobody to choose."""
        if not self.env.user.has_group("sales_team.group_sale_salesman_all_leads"):
            return self.env["res.users"]
        salesman = self.env.ref("sales_team.group_sale_salesman")
        return self.env["res.users"].search(
            Domain("all_group_ids", "in", salesman.ids)
            & Domain("share", "=", False)
            & Domain("company_ids", "in", self.env.companies.ids),
            limit=MAX_CHOICES,
        )

    @api.model
    def _get_countries(self):
        """The countries that contacts live in, found by a jump through the index on them."""
        self.env["res.partner"].flush_model(["country_id"])
        rows = self.env.execute_query(
            SQL(
                """
                WITH RECURSIVE country AS (
                    SELECT MIN(country_id) AS id FROM res_partner
                     UNION ALL
                    SELECT (SELECT MIN(country_id) FROM res_partner WHERE country_id > country.id)
                      FROM country WHERE id IS NOT NULL
                )
                SELECT id FROM country WHERE id IS NOT NULL
                """
            )
        )
        return self.env["res.country"].browse([row[0] for row in rows]).sorted("name")
