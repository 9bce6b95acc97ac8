import base64
from collections import defaultdict

from odoo import fields, models
from odoo.exceptions import UserError

from ..tools.plan_xlsx import BadTable, read_plan
from ..tools.workbook import get_place


class CrmSalesPlanImport(models.TransientModel):
    """Read figures of a plan from a workbook as its export writes it: all of them or none."""

    _name = "crm.sales.plan.import"
    _description = "Import Plan Figures"

    plan_id = fields.Many2one(comodel_name="crm.sales.plan", required=True, ondelete="cascade")
    file = fields.Binary(required=True)
    file_name = fields.Char()

    def action_import(self):
        self.ensure_one()
        plan = self.plan_id
        plan._check_draft()
        rows = self._read_rows()
        figures = self._get_figures(rows)
        lines = plan._get_entry_lines()
        found = {line._get_key(): line for line in lines}
        new, changed, gone = [], defaultdict(lines.browse), lines.browse()
        for key, amount in figures.items():
            line = found.get(key)
            if line and amount:
                changed[amount] |= line
            elif line:
                gone |= line
            elif amount:
                new.append(lines._prepare_key_values(plan, key, amount))
        gone.unlink()
        for amount, records in changed.items():
            records.amount = amount
        lines.create(new)
        return {"type": "ir.actions.act_window_close"}

    def _read_rows(self):
        headings = self.plan_id._get_export_headings()
        names = len(headings) - len(self.plan_id._get_months())
        try:
            return read_plan(base64.b64decode(self.file), headings, names)
        except BadTable as error:
            raise UserError(self._get_message(error)) from error

    def _get_message(self, error):
        where = error.where
        place = get_place(where["row"], where["column"]) if "row" in where else ""
        if error.code == "heading" and where["expected"]:
            return self.env._(
                "Cell %(place)s: the heading is “%(value)s” and should be “%(expected)s”. Export"
                " the plan to get a file with the right headings.",
                place=place,
                value=where["value"],
                expected=where["expected"],
            )
        if error.code == "heading":
            return self.env._(
                "Cell %(place)s: there is no column “%(value)s” in this plan. Remove it.",
                place=place,
                value=where["value"],
            )
        if error.code == "number":
            return self.env._(
                "Row %(row)s, column %(column)s (cell %(place)s): “%(value)s” is not a number.",
                row=where["row"],
                column=self.plan_id._get_export_headings()[where["column"] - 1],
                place=place,
                value=where["value"],
            )
        if error.code == "rows":
            return self.env._("The file has more than %(rows)s rows.", rows=where["value"])
        return self.env._("This is not an Excel workbook (.xlsx). Export the plan to get one.")

    def _get_figures(self, rows):
        """``{(entry, month, ids...): amount}`` of all rows, refusing the first that is wrong."""
        months = self.plan_id._get_months()
        finder = self.plan_id._get_key_finder([row.names for row in rows])
        currency = self.plan_id.currency_id
        figures, seen = {}, {}
        for row in rows:
            entry, ids, error = finder(row.names)
            if error:
                column, message = error
                raise UserError(self._add_place(row.number, column, message))
            if (entry, ids) in seen:
                message = self.env._(
                    "the same as row %(row)s. Put them together.", row=seen[entry, ids]
                )
                raise UserError(self._add_place(row.number, 1, message))
            seen[entry, ids] = row.number
            for month, amount in zip(months, row.amounts, strict=True):
                figures[(entry, month, *ids)] = currency.round(amount or 0)
        return figures

    def _add_place(self, row, column, message):
        return self.env._(
            "Row %(row)s, column %(column)s (cell %(place)s): %(message)s",
            row=row,
            column=self.plan_id._get_export_headings()[column - 1],
            place=get_place(row, column),
            message=message,
        )
