from collections import defaultdict

from odoo import api, fields, models

from ..tools.plan_xlsx import write_plan
from .crm_sales_plan_line import DIMENSIONS


class CrmSalesPlan(models.Model):
    """The figures of a plan as a workbook that can be read back."""

    _inherit = "crm.sales.plan"  # pylint: disable=consider-merging-classes-inherited

    def _get_export_headings(self):
        lines = self.env["crm.sales.plan.line"]
        return [
            lines._fields[name]._description_string(self.env) for name in ("entry", *DIMENSIONS)
        ] + [f"{month:%Y-%m}" for month in self._get_months()]

    def _export_xlsx(self):
        """The bytes of a workbook with the figures the user may enter."""
        self.ensure_one()
        self.check_access("read")
        lines = self._get_entry_lines()
        months = self._get_months()
        labels = dict(lines._fields["entry"]._description_selection(self.env))
        amounts = defaultdict(dict)
        for line in lines:
            entry, month, *ids = line._get_key()
            amounts[(entry, *ids)][month] = line.amount
        names = self._get_key_names(DIMENSIONS, [key[1:] for key in amounts])
        empty = self.env._("None")
        rows = [
            (
                [
                    labels[key[0]],
                    *(
                        name if key_id else ""
                        for key_id, name in zip(key[1:], names[key[1:]], strict=True)
                    ),
                ],
                [values.get(month) for month in months],
            )
            for key, values in amounts.items()
        ]
        rows.sort(key=lambda row: [name or empty for name in row[0]])
        return write_plan("Plan", self._get_export_headings(), rows)

    def _get_key_finder(self, names):
        """A function of the names of a row: ``(entry, ids, (column, message) or None)``.

        All names of all rows are looked up at once, a query for each dimension.
        """
        lines = self.env["crm.sales.plan.line"]
        labels = {
            label.casefold(): entry
            for entry, label in lines._fields["entry"]._description_selection(self.env)
        }
        found = [
            self._find_names(name, {row[place] for row in names if row[place]})
            for place, name in enumerate(DIMENSIONS, 1)
        ]
        may_enter = self._get_may_enter(DIMENSIONS)
        # sudo: the teams of all the salespersons in one query
        self.env["res.users"].sudo().browse(
            {user_id for ids in found[0].values() for user_id in ids}
        ).fetch(["sale_team_id"])

        def find(row):
            entry = labels.get(row[0].casefold())
            if not entry:
                known = ", ".join(
                    dict(lines._fields["entry"]._description_selection(self.env)).values()
                )
                message = self.env._("enter one of %(known)s.", known=known)
                return None, (), (1, message)
            ids = []
            for column, name in enumerate(row[1:], 2):
                matches = found[column - 2].get(name, []) if name else [0]
                if len(matches) != 1:
                    return entry, (), (column, self._get_name_message(name, matches))
                ids.append(matches[0])
            ids = self._complete_key(tuple(ids))
            if not may_enter(ids, entry):
                return entry, ids, (2, self.env._("you do not enter figures of this row."))
            return entry, ids, None

        return find

    def _complete_key(self, ids):
        """The key as it is stored, with the team of a person and the country of a state."""
        values = dict(zip(DIMENSIONS, ids, strict=True))
        completed = self.env["crm.sales.plan.line"]._complete_values({**values, "plan_id": self.id})
        return tuple(completed[name] or 0 for name in DIMENSIONS)

    def _get_name_message(self, name, matches):
        if matches:
            return self.env._("there are several “%(name)s”.", name=name)
        return self.env._("“%(name)s” is not known here.", name=name)

    @api.model
    def _find_names(self, dimension, names):
        """``{name: [ids]}`` of the records of these names, as the export writes them.

        A salesperson may be named by login as well.
        """
        records = self.env[self.env["crm.sales.plan.line"]._fields[dimension].comodel_name]
        field = "complete_name" if dimension == "category_id" else "name"
        wanted = {name: [] for name in names}
        if not names:
            return wanted
        domain = fields.Domain(field, "in", list(names))
        if dimension == "user_id":
            domain |= fields.Domain("login", "in", list(names))
        if dimension == "state_id":
            domain = fields.Domain(
                "name", "in", [name.rpartition(" (")[0] or name for name in names]
            )
        for record in records.with_context(active_test=False).search(domain):
            for name in {record.display_name, record[field]} | (
                {record.login} if dimension == "user_id" else set()
            ):
                if name in wanted:
                    wanted[name].append(record.id)
        return wanted
