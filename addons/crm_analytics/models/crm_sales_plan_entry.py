import math
from collections import defaultdict

from odoo import fields, models
from odoo.exceptions import UserError
from odoo.tools import format_amount

from ..tools.spread import spread

ENTRIES = ("bottom_up", "top_down")
MAX_AMOUNT = 10**13


class CrmSalesPlan(models.Model):
    """What is entered in the grid of a plan.

    Setting a cell that has several figures below it changes them in proportion, so that a plan may
    be finer than the grid it is looked at in.
    """

    _inherit = "crm.sales.plan"  # pylint: disable=consider-merging-classes-inherited

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
        key, month = self._parse_place(change)
        entry, amount, old = (change.get(name) for name in ("entry", "amount", "old"))
        if entry not in ENTRIES or month not in self._get_months() or len(key) != len(dimensions):
            return self.env._("This cell is not in the plan: reload the page."), None
        if not self._is_amount(amount) or not (old is None or self._is_amount(old)):
            return self.env._("Enter a number."), None
        if not may_enter(key, entry):
            return self.env._("You do not enter figures here: ask the leader of the team."), None
        current = sum(cells[entry, key, month].mapped("amount"))
        if old is not None and self.currency_id.compare_amounts(old, current):
            message = self.env._(
                "Somebody entered %(amount)s meanwhile: reload the page to see it.",
                amount=format_amount(self.env, current, self.currency_id),
            )
            return message, None
        return None, (entry, key, month, self.currency_id.round(amount))

    def _parse_place(self, change):
        """``(key, month)`` of a change; what is no key or no day names no cell."""
        key, month = change.get("key"), change.get("month")
        if not isinstance(key, list | tuple) or not all(isinstance(part, int) for part in key):
            key = ()
        try:
            return tuple(key), fields.Date.to_date(month)
        except (TypeError, ValueError):
            return tuple(key), None

    def _is_amount(self, amount):
        return (
            isinstance(amount, int | float)
            and not isinstance(amount, bool)
            and math.isfinite(amount)
            and abs(amount) < MAX_AMOUNT
        )

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
