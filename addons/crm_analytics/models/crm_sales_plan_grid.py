import math
from collections import defaultdict

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain
from odoo.tools import format_amount, format_date

from ..tools.spread import spread
from .crm_sales_plan_line import DIMENSIONS

ENTRIES = ("bottom_up", "top_down")
# More rows than anybody enters by hand; those with figures come first.
MAX_ROWS = 400
MAX_AMOUNT = 10**13


class CrmSalesPlan(models.Model):
    """The figures of a plan as a grid: months across, a row for each key of the dimensions chosen.

    A cell is the sum of all figures below it. Setting one that has several changes them in
    proportion, so that a plan may be finer than the grid it is looked at in.
    """

    _inherit = "crm.sales.plan"  # pylint: disable=consider-merging-classes-inherited

    @api.readonly
    def get_grid(self, dimensions=None):
        """All the grid shows, in one call.

        :param dimensions: names of the dimensions of the rows, the salesperson without any
        :return: ``plan``, ``dimensions`` (those shown), ``choices``, ``months``, ``rows`` (each a
            ``key`` with an id for each dimension, ``names``, and for each figure a list by month)
            and ``is_cut`` where there are more rows than shown
        """
        self.ensure_one()
        self.check_access("read")
        dimensions = self._check_dimensions(dimensions)
        rows, is_cut = self._get_grid_rows(dimensions)
        lines = self.env["crm.sales.plan.line"]
        return {
            "plan": self._prepare_grid_plan(),
            "dimensions": dimensions,
            "choices": [
                {
                    "name": name,
                    "label": lines._fields[name]._description_string(self.env),
                    "model": lines._fields[name].comodel_name,
                }
                for name in DIMENSIONS
            ],
            "months": [
                {
                    "key": fields.Date.to_string(month),
                    "label": format_date(self.env, month, date_format="MMM y"),
                }
                for month in self._get_months()
            ],
            "rows": rows,
            "is_cut": is_cut,
        }

    def save_grid(self, dimensions, changes):
        """Set the figures of cells, all or none.

        :param changes: a list of ``{"key", "entry", "month", "amount", "old"}``; ``old`` is what
            the cell showed, so that nobody overwrites what another has entered meanwhile
        :return: ``{"errors": [{"key", "entry", "month", "message"}]}``, nothing saved then, or
            ``{"errors": [], "grid": ...}`` with the figures as they are now
        """
        self.ensure_one()
        self.check_access("read")
        self._check_draft()
        if not isinstance(changes, list) or not all(isinstance(cell, dict) for cell in changes):
            raise UserError(self.env._("The changes of a grid are a list of cells."))
        dimensions = self._check_dimensions(dimensions)
        cells = self._read_cells(dimensions)
        may_enter = self._get_may_enter(dimensions)
        errors, wanted = [], []
        for change in changes:
            message, cell = self._check_change(dimensions, change, cells, may_enter)
            if message:
                place = {name: change.get(name) for name in ("key", "entry", "month")}
                errors.append({**place, "message": message})
            else:
                wanted.append(cell)
        if errors:
            return {"errors": errors}
        self._write_cells(dimensions, wanted, cells)
        return {"errors": [], "grid": self.get_grid(dimensions)}

    def prefill_grid(self, dimensions=None):
        """Fill the empty bottom-up cells with the weighted pipeline or, where that was more, with
        what was sold a year before.

        :return: the grid, with ``filled`` the number of cells
        """
        self.ensure_one()
        self.check_access("read")
        self._check_draft()
        dimensions = self._check_dimensions(dimensions)
        cells = self._read_cells(dimensions)
        may_enter = self._get_may_enter(dimensions)
        sources = (self._read_last_year(dimensions), self._read_pipeline(dimensions))
        wanted = []
        for key in dict.fromkeys(key for source in sources for key in source):
            if not may_enter(key, "bottom_up"):
                continue
            for month in self._get_months():
                amount = self.currency_id.round(
                    max(source[key][month] if key in source else 0 for source in sources)
                )
                if amount > 0 and not cells["bottom_up", key, month]:
                    wanted.append(("bottom_up", key, month, amount))
        self._write_cells(dimensions, wanted, cells)
        return {**self.get_grid(dimensions), "filled": len(wanted)}

    # Reading

    def _prepare_grid_plan(self):
        is_draft = self.state == "draft"
        is_leader = self._is_manager() or bool(self._get_led_teams())
        return {
            "id": self.id,
            "name": self.display_name,
            "state": self.state,
            "basis": self.basis,
            "currency_id": self.currency_id.id,
            "compared": dict(self._fields["compared_kind"]._description_selection(self.env))[
                self.compared_kind
            ],
            "editable": {"bottom_up": is_draft, "top_down": is_draft and is_leader},
        }

    def _is_manager(self):
        return self.env.su or self.env.user.has_group("sales_team.group_sale_manager")

    def _get_entry_lines(self):
        """The figures of the plan within what the user enters."""
        lines = self.env["crm.sales.plan.line"]
        return lines.search(Domain("plan_id", "=", self.id) & self._get_scope_domain())

    def _read_cells(self, dimensions):
        """``{(entry, key, month): lines}`` of the figures below each cell."""
        lines = self._get_entry_lines()
        lines.fetch(["entry", "month", "amount", *dimensions])
        cells = defaultdict(lines.browse)
        for line in lines:
            key = tuple(line[name].id or 0 for name in dimensions)
            cells[line.entry, key, line.month] |= line
        return cells

    def _get_grid_rows(self, dimensions):
        figures = {
            "bottom_up": defaultdict(dict),
            "top_down": defaultdict(dict),
            "last_year": self._read_last_year(dimensions),
            "pipeline": self._read_pipeline(dimensions),
        }
        for (entry, key, month), lines in self._read_cells(dimensions).items():
            figures[entry][key][month] = sum(lines.mapped("amount"))
        keys, is_cut = self._get_row_keys(dimensions, figures)
        names = self._get_key_names(dimensions, keys)
        months = self._get_months()
        rows = [
            {
                "key": list(key),
                "names": names[key],
                **{
                    name: [
                        self.currency_id.round(values[key].get(month, 0)) if key in values else 0
                        for month in months
                    ]
                    for name, values in figures.items()
                },
            }
            for key in keys
        ]
        # By name, those without a person or product last.
        rows.sort(
            key=lambda row: [
                (not key, name) for key, name in zip(row["key"], row["names"], strict=True)
            ]
        )
        return rows, is_cut

    def _get_row_keys(self, dimensions, figures):
        """Those with figures, whoever is to enter some, and the best of last year."""
        best = sorted(
            figures["last_year"], key=lambda key: -sum(figures["last_year"][key].values())
        )
        keys = dict.fromkeys(
            [
                *figures["bottom_up"],
                *figures["top_down"],
                *self._get_default_keys(dimensions),
                *best,
                *figures["pipeline"],
            ]
        )
        return list(keys)[:MAX_ROWS], len(keys) > MAX_ROWS

    def _get_default_keys(self, dimensions):
        if len(dimensions) > 1 or dimensions[0] not in ("user_id", "team_id"):
            return []
        if dimensions == ["team_id"]:
            return [(team.id,) for team in self._get_entry_teams()]
        own = [(self.env.uid,)] if not self._is_manager() else []
        return own + [(user.id,) for user in self._get_entry_users()]

    def _get_entry_users(self, teams=None):
        """The members of today of teams, of all whose figures the user enters by default."""
        # sudo: who is in a team and works for the company, nothing else of the users
        members = (teams or self._get_entry_teams()).sudo().member_ids
        return members.filtered(lambda user: self.company_id in user.company_ids)

    def _get_entry_teams(self):
        """The teams whose figures the user enters."""
        if not self._is_manager():
            return self._get_led_teams()
        return self.env["crm.team"].search([("company_id", "in", [False, self.company_id.id])])

    def _get_key_names(self, dimensions, keys):
        lines = self.env["crm.sales.plan.line"]
        none = self.env._("None")
        names = []
        for place, dimension in enumerate(dimensions):
            # sudo: the name alone of what one's figures are about, archived or not
            records = self.env[lines._fields[dimension].comodel_name].sudo()
            records = records.browse({key[place] for key in keys} - {0}).exists()
            names.append({record.id: record.display_name for record in records})
        return {
            key: [names[place].get(key_id, none) for place, key_id in enumerate(key)]
            for key in keys
        }

    # Writing

    def _get_may_enter(self, dimensions):
        """A function of ``(key, entry)``: whether such a figure is in what the user enters."""
        teams = self._get_led_teams()
        # sudo: who is in the team one leads, archived or not
        users = self.env["res.users"].sudo().with_context(active_test=False)
        members = set(users.search([("sale_team_id", "in", teams.ids)]).ids) if teams else set()
        is_manager = self._is_manager()

        def may_enter(key, entry):
            values = dict(zip(dimensions, key, strict=True))
            if is_manager:
                return True
            if values.get("team_id") in teams.ids or values.get("user_id") in members:
                return True
            if teams and not values.keys() & {"user_id", "team_id"}:
                return True
            return entry == "bottom_up" and (
                values["user_id"] == self.env.uid
                if "user_id" in values
                else "team_id" not in values
            )

        return may_enter

    def _check_change(self, dimensions, change, cells, may_enter):
        """``(message, None)`` of a change that cannot be, or ``(None, cell)``."""
        month = fields.Date.to_date(change.get("month"))
        key = tuple(change.get("key") or ())
        entry, amount = change.get("entry"), change.get("amount")
        if entry not in ENTRIES or month not in self._get_months() or len(key) != len(dimensions):
            return self.env._("This cell is not in the plan: reload the page."), None
        if (
            isinstance(amount, bool)
            or not isinstance(amount, int | float)
            or not math.isfinite(amount)
            or abs(amount) >= MAX_AMOUNT
        ):
            return self.env._("Enter a number."), None
        if not may_enter(key, entry):
            return self.env._("You do not enter figures here: ask the leader of the team."), None
        current = sum(cells[entry, key, month].mapped("amount"))
        old = change.get("old")
        if old is not None and self.currency_id.compare_amounts(old, current):
            message = self.env._(
                "Somebody entered %(amount)s meanwhile: reload the page to see it.",
                amount=format_amount(self.env, current, self.currency_id),
            )
            return message, None
        return None, (entry, key, month, self.currency_id.round(amount))

    def _write_cells(self, dimensions, wanted, cells):
        """:param wanted: a list of ``(entry, key, month, amount)``, the last of a cell counts"""
        lines = self.env["crm.sales.plan.line"]
        rounding = self.currency_id.rounding
        amounts = defaultdict(lines.browse)
        new = []
        for (entry, key, month), amount in {cell[:3]: cell[3] for cell in wanted}.items():
            below = cells[entry, key, month]
            if not amount:
                amounts[0.0] |= below
            elif below:
                parts = spread(amount, below.mapped("amount"), rounding)
                for line, part in zip(below, parts, strict=True):
                    amounts[part] |= line
            else:
                new.append(
                    {
                        **self._get_line_defaults(dimensions),
                        **{
                            name: key_id
                            for name, key_id in zip(dimensions, key, strict=True)
                            if key_id
                        },
                        "plan_id": self.id,
                        "entry": entry,
                        "month": month,
                        "amount": amount,
                    }
                )
        amounts.pop(0.0, lines).unlink()
        for amount, changed in amounts.items():
            changed.amount = amount
        lines.create(new)

    def _get_line_defaults(self, dimensions):
        """Whose figure it is when the rows do not say: one's own, or that of one's team."""
        if self._is_manager() or {"user_id", "team_id"} & set(dimensions):
            return {}
        team = self._get_led_teams()[:1]
        return {"team_id": team.id} if team else {"user_id": self.env.uid}
