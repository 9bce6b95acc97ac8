from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain

from ..tools import period as periods

DEFAULT_PRESET = "this_month"


class CrmDashboard(models.Model):
    """A page of figures: which there are and in which order; what they say is read when it opens.

    Three layouts lie over one another, the first that is there shows: the reader's own
    (``crm.dashboard.layout``), the one a manager shares (``layout``), the shipped one
    (``default_layout``). An update of the add-on writes the last of them only.
    """

    _name = "crm.dashboard"
    _inherit = ["crm.figures.mixin"]
    _description = "Dashboard"
    _order = "sequence, id"

    name = fields.Char(
        required=True,
        translate=True,
    )
    code = fields.Char(
        copy=False,
        help="The name of the dashboard in an address. It stays when the dashboard is renamed.",
    )
    sequence = fields.Integer(default=100)
    active = fields.Boolean(default=True)
    period = fields.Selection(
        selection="_get_period_selection",
        string="Opens With",
        required=True,
        default=DEFAULT_PRESET,
    )
    opens_for = fields.Selection(
        selection=[
            ("all", "Everybody"),
            ("user", "Whoever Opens It"),
            ("team", "The Teams One Leads"),
        ],
        required=True,
        default="all",
        help="Whose figures it opens with, until another person or team is chosen. Managers, and "
        "who leads no team, see those of all teams.",
    )
    group_ids = fields.Many2many(
        comodel_name="res.groups",
        string="Shown To",
        help="Who opens it. Empty: every employee. Each sees the figures of the records he may "
        "see, whatever is chosen here.",
    )
    layout = fields.Json(
        string="Shared Layout",
        copy=False,
    )
    default_layout = fields.Json(
        string="Shipped Layout",
        copy=False,
    )
    layout_ids = fields.One2many(
        comodel_name="crm.dashboard.layout",
        inverse_name="dashboard_id",
        string="Personal Layouts",
    )
    is_shipped = fields.Boolean(
        compute="_compute_is_shipped",
        help="It came with the add-on and goes back to its first layout on request.",
    )

    _code_uniq = models.UniqueIndex(
        "(code) WHERE code IS NOT NULL",
        "Another dashboard has this code already: choose a code of its own.",
    )

    @api.model
    def _get_period_selection(self):
        return [
            ("today", self.env._("Today")),
            ("yesterday", self.env._("Yesterday")),
            ("this_week", self.env._("This Week")),
            ("last_week", self.env._("Last Week")),
            ("this_month", self.env._("This Month")),
            ("last_month", self.env._("Last Month")),
            ("this_quarter", self.env._("This Quarter")),
            ("last_quarter", self.env._("Last Quarter")),
            ("this_year", self.env._("This Year")),
            ("last_year", self.env._("Last Year")),
            ("last_12_months", self.env._("Last 12 Months")),
        ]

    @api.depends("default_layout")
    def _compute_is_shipped(self):
        for dashboard in self:
            dashboard.is_shipped = bool(dashboard.default_layout)

    # ------------------------------------------------------------------
    # CRUD
    # ------------------------------------------------------------------

    def copy_data(self, default=None):
        vals_list = super().copy_data(default=default)
        for dashboard, vals in zip(self, vals_list, strict=True):
            vals["layout"] = {"items": dashboard._get_layout()}
            if "name" not in (default or {}):
                vals["name"] = self.env._("%s (copy)", dashboard.name)
        return vals_list

    # ------------------------------------------------------------------
    # Opening
    # ------------------------------------------------------------------

    @api.model
    @api.readonly
    def get_data(self, dashboard=None, filters=None):
        """All that the screen shows, in one call; all values ready for JSON.

        :param dashboard: id or code. Nothing, or one that is not there for the reader (an old
            link), opens the first of his.
        :param filters: ``{"period", "company_id", "team_id", "user_id", "country_id", "state_id",
            "category_id", "segment_id", "everybody"}``, each of them optional; what means nothing
            is left out and said in ``filters["notice"]``. ``everybody``: not only whom the
            dashboard opens for
        :return: see the keys below; an item says itself what is wrong with it (``error``)
        """
        self.check_access("read")
        dashboards = self.search(self._get_visible_domain())
        chosen, notice = dashboards._choose(dashboard)
        if not chosen:
            return {"dashboard": False, "dashboards": [], "items": []}
        page = chosen._open_page(filters, notice)
        return {
            "dashboard": chosen._prepare_dashboard(),
            "dashboards": [
                {
                    "id": found.id,
                    "name": found.name,
                    "code": found.code or False,
                    "opens_for": found.opens_for,
                }
                for found in dashboards
            ],
            "filters": page.filters,
            "period": self._prepare_period(page.period, page.today),
            "windows": {
                name: {"date_from": str(start), "date_to": str(periods.last_day(end))}
                for name, (start, end) in page.windows.items()
            },
            "choices": page.choices,
            "history": page.history,
            "currency_id": chosen._in_company(page).env.company.currency_id.id,
            "updated": fields.Datetime.to_string(fields.Datetime.now()),
            "items": chosen._read_items(page),
        }

    @api.model
    def _get_visible_domain(self):
        """The record rules say the same, but not to a superuser."""
        return Domain("group_ids", "=", False) | Domain(
            "group_ids", "in", self.env.user.all_group_ids.ids
        )

    def _choose(self, wanted):
        """The dashboard of an id or a code among these, and what to say where there is none."""
        if not wanted:
            return self[:1], False
        found = self.filtered(
            lambda dashboard: dashboard.code == wanted or str(dashboard.id) == str(wanted)
        )[:1]
        if found:
            return found, False
        return self[:1], self.env._("The dashboard of this link is not there for you any more.")

    def _prepare_dashboard(self):
        self.ensure_one()
        return {
            "id": self.id,
            "name": self.name,
            "code": self.code or False,
            "can_edit": True,
            "can_share": self.has_access("write"),
            "opens_for": self.opens_for,
            "is_customised": bool(self._get_own_layout()),
        }

    # ------------------------------------------------------------------
    # Layout
    # ------------------------------------------------------------------

    def _get_own_layout(self):
        """The reader's own layout of this dashboard, an empty recordset where he has none."""
        return self.env["crm.dashboard.layout"].search(
            [("dashboard_id", "=", self.id), ("user_id", "=", self.env.uid)], limit=1
        )

    def _get_layout(self):
        """The items to show, in their order."""
        self.ensure_one()
        own = self._get_own_layout()
        layout = own.layout if own else self.layout or self.default_layout
        return (layout or {}).get("items", [])

    def save_layout(self, items):
        """Keep the items as the reader's own layout."""
        self.ensure_one()
        self.check_access("read")
        layout = {"items": self._check_items(items)}
        own = self._get_own_layout()
        if own:
            own.layout = layout
        else:
            own.create({"dashboard_id": self.id, "user_id": self.env.uid, "layout": layout})
        return True

    def reset_layout(self):
        """Back to the shared layout, or to the shipped one where nothing is shared."""
        self.ensure_one()
        self._get_own_layout().unlink()
        return True

    def share_layout(self):
        """Make the reader's own layout that of everybody who has none of his own."""
        self.ensure_one()
        self.check_access("write")
        own = self._get_own_layout()
        if not own:
            raise UserError(
                self.env._("Change the layout first: there is nothing of yours to share.")
            )
        self.layout = own.layout
        own.unlink()
        return True

    def action_open(self):
        """Open the page of figures."""
        self.ensure_one()
        action = self.env["ir.actions.actions"]._for_xml_id("crm_analytics.action_crm_dashboard")
        return {**action, "params": {"dashboard": self.code or self.id}}

    def action_restore_layout(self):
        """Take back what was shared: the shipped layout shows again."""
        self.check_access("write")
        self.layout = False

    @api.model
    def _ship_layout(self, code, items):
        """Write the shipped layout of a dashboard; called by the data file at each update.

        What users and managers arranged lies over it and stays theirs.
        """
        dashboard = self.with_context(active_test=False).search([("code", "=", code)])
        dashboard.default_layout = {"items": self._prepare_items(items)}
