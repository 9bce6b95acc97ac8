from collections import defaultdict

from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import format_date

from .crm_sales_plan_line import DIMENSIONS

# More rows than anybody enters by hand; those with figures come first.
MAX_ROWS = 400


class CrmSalesPlan(models.Model):
    """The figures of a plan as a grid: months across, a row for each key of the dimensions chosen.

    A cell is the sum of all figures below it.
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
