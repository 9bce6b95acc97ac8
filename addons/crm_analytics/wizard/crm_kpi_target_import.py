import base64
import math
from collections import defaultdict

from odoo import fields, models
from odoo.exceptions import UserError

from ..tools import target_sheet
from ..tools.workbook import UnreadableFile, get_letter

# So many faults are told at once: the next ones after these are mended.
TOLD = 10


class CrmKpiTargetImport(models.TransientModel):
    """Targets of a workbook, all of them or none.

    A row without a person and team is the company's. A target that is there already is changed, so
    that the same file can be mended and imported again.
    """

    _name = "crm.kpi.target.import"
    _description = "Import Targets"

    company_id = fields.Many2one(
        comodel_name="res.company",
        default=lambda self: self.env.company,
        required=True,
        readonly=True,
    )
    file = fields.Binary(string="XLSX File")
    file_name = fields.Char()
    template = fields.Binary(compute="_compute_template")

    def _compute_template(self):
        for wizard in self:
            content = target_sheet.write_template(
                list(wizard._get_headings().values()), wizard._get_examples()
            )
            wizard.template = base64.b64encode(content)

    def action_download_template(self):
        """A workbook with the headings and an example of each kind of row."""
        self.ensure_one()
        name = self.env._("Targets")
        return {
            "type": "ir.actions.act_url",
            "url": f"/web/content/{self._name}/{self.id}/template/{name}.xlsx?download=true",
            "target": "new",
        }

    def action_import(self):
        """Create or change the targets of the file."""
        self.ensure_one()
        self.env["crm.kpi.target"].check_access("create")
        faults, targets = [], {}
        header, *rows = self._read_rows()
        columns = self._get_columns(header)
        lookup = self._prepare_lookup()
        for cells in rows:
            values = self._read_row(cells, columns, lookup, faults)
            if values is None:
                continue
            key = tuple(values[name] for name in values if name != "value")
            if key in targets:
                message = self.env._(
                    "the same KPI, person or team, and period stand in row %(other)s already",
                    other=targets[key][0],
                )
                self._add_fault(faults, cells[0], message)
            targets.setdefault(key, (cells[0].row, values))
        if faults:
            raise UserError(self._get_fault_text(faults))
        if not targets:
            raise UserError(self.env._("The file has headings and no target below them."))
        return self._store([values for _row, values in targets.values()])

    # ------------------------------------------------------------------
    # Reading
    # ------------------------------------------------------------------

    def _get_headings(self):
        return {
            "kpi": self.env._("KPI"),
            "person": self.env._("Person"),
            "team": self.env._("Sales Team"),
            "period": self.env._("Period"),
            "target": self.env._("Target"),
        }

    def _get_examples(self):
        kpi = self.env["crm.kpi"].search([], limit=1).name or "Revenue"
        team = self.env["crm.team"].search([], limit=1).name
        year = self.company_id._get_figures_today().year
        rows = [(kpi, self.env.user.login, "", f"{year}-01", 10000)]
        if team:
            rows.append((kpi, "", team, f"{year}-Q1", 30000))
        return [*rows, (kpi, "", "", f"{year}", 120000)]

    def _read_rows(self):
        if not self.file:
            raise UserError(self.env._("Choose the XLSX file to import."))
        try:
            rows = target_sheet.read(base64.b64decode(self.file or b""))
        except UnreadableFile as error:
            raise UserError(
                self.env._("This is no XLSX workbook: save the file as XLSX and choose it again.")
            ) from error
        if not rows:
            raise UserError(self.env._("The first sheet of the file is empty."))
        return rows

    def _get_columns(self, header):
        """``{column name: its index}``, whatever the order and case of the headings."""
        names = {}
        for name, heading in self._get_headings().items():
            names.update({name: name, heading.lower(): name})
        names["sales team"] = "team"
        columns = {}
        for index, cell in enumerate(header):
            name = names.get(cell.text.lower())
            if cell.text and (not name or name in columns):
                raise UserError(
                    self.env._(
                        "Row %(row)s, column %(column)s: “%(heading)s” is not expected there. The "
                        "headings are %(headings)s, each once.",
                        row=cell.row,
                        column=get_letter(cell.column),
                        heading=cell.text,
                        headings=", ".join(self._get_headings().values()),
                    )
                )
            columns[name] = index
        if missing := {"kpi", "period", "target"} - columns.keys():
            headings = self._get_headings()
            raise UserError(
                self.env._(
                    "Row %(row)s: the heading %(missing)s is missing. Start from the template.",
                    row=header[0].row,
                    missing=", ".join(headings[name] for name in headings if name in missing),
                )
            )
        return columns

    def _prepare_lookup(self):
        """``{column: {text: ids}}`` of all that can be named."""
        kpis = self.env["crm.kpi"].search([("active", "=", True)])
        teams = self.env["crm.team"].search([("company_id", "in", (self.company_id.id, False))])
        users = self.env["res.users"].with_context(active_test=False)
        users = users.search([("share", "=", False), ("company_ids", "in", self.company_id.id)])
        lookup = {name: defaultdict(set) for name in ("kpi", "person", "team")}
        for kpi in kpis:
            for text in {kpi.code, kpi.name, kpi.with_context(lang="en_US").name}:
                lookup["kpi"][text.strip().lower()].add(kpi.id)
        for team in teams:
            lookup["team"][team.name.strip().lower()].add(team.id)
        for user in users:
            for text in {user.login, user.name, user.email or user.login}:
                lookup["person"][text.strip().lower()].add(user.id)
        return lookup

    def _read_row(self, cells, columns, lookup, faults):
        """The values of a target, or None where the row has a fault."""
        before = len(faults)
        by_name = {name: cells[index] for name, index in columns.items() if name}
        kpi_id = self._find(by_name["kpi"], lookup["kpi"], faults, required=True)
        person = by_name.get("person")
        team = by_name.get("team")
        user_id = person and self._find(person, lookup["person"], faults)
        team_id = team and self._find(team, lookup["team"], faults)
        if user_id and team_id:
            message = self.env._("the row has a person already: leave the sales team empty")
            self._add_fault(faults, team, message)
        period = target_sheet.parse_period(by_name["period"].value)
        if not period:
            message = self.env._(
                "“%(text)s” is no period: write 2026-11, 2026-Q4 or 2026",
                text=by_name["period"].text,
            )
            self._add_fault(faults, by_name["period"], message)
        value = self._read_number(by_name["target"], faults)
        if len(faults) > before:
            return None
        period_type, date_from = period
        return {
            "kpi_id": kpi_id,
            "scope": "user" if user_id else "team" if team_id else "company",
            "user_id": user_id or False,
            "team_id": team_id or False,
            "period_type": period_type,
            "date_from": date_from,
            "value": value,
        }

    def _find(self, cell, known, faults, required=False):
        """The id of what a cell names, None where it is empty or unknown."""
        if not cell.text and not required:
            return None
        ids = known.get(cell.text.lower(), ())
        if len(ids) == 1:
            return next(iter(ids))
        if ids:
            message = self.env._(
                "“%(text)s” is the name of several: write the login or technical name",
                text=cell.text,
            )
        elif cell.text:
            message = self.env._("“%(text)s” is not known", text=cell.text)
        else:
            message = self.env._("the cell is empty")
        self._add_fault(faults, cell, message)
        return None

    def _read_number(self, cell, faults):
        value = cell.value
        if isinstance(value, bool) or not isinstance(value, int | float):
            message = self.env._("“%(text)s” is not a number", text=cell.text)
        elif not math.isfinite(value) or value < 0:
            message = self.env._("a target cannot be below zero")
        else:
            return value
        self._add_fault(faults, cell, message)
        return None

    def _add_fault(self, faults, cell, message):
        faults.append(
            self.env._(
                "Row %(row)s, column %(column)s: %(message)s.",
                row=cell.row,
                column=get_letter(cell.column),
                message=message,
            )
        )

    def _get_fault_text(self, faults):
        lines = [self.env._("Nothing was imported:"), *faults[:TOLD]]
        if len(faults) > TOLD:
            lines.append(self.env._("… and %(count)s more.", count=len(faults) - TOLD))
        return "\n".join(lines)

    # ------------------------------------------------------------------
    # Writing
    # ------------------------------------------------------------------

    def _store(self, vals_list):
        targets = self.env["crm.kpi.target"].search(
            [
                ("company_id", "=", self.company_id.id),
                ("kpi_id", "in", [vals["kpi_id"] for vals in vals_list]),
                ("date_from", "in", [vals["date_from"] for vals in vals_list]),
            ]
        )
        known = {self._get_key(target): target for target in targets}
        missing, stored = [], targets.browse()
        for vals in vals_list:
            target = known.get(self._get_key(vals))
            if not target:
                missing.append(self._prepare_target(vals))
                continue
            stored += target
            if target.value != vals["value"]:
                target.value = vals["value"]
        stored += targets.create(missing)
        return self._prepare_result(stored, len(missing))

    def _prepare_target(self, vals):
        values = {**vals, "company_id": self.company_id.id}
        if values["scope"] == "user":
            del values["team_id"]  # the person says which team it counts for
        return values

    def _get_key(self, target):
        """What a target is found by, of a record or of values."""

        def get_id(name):
            value = target[name]
            return (value.id if isinstance(value, models.BaseModel) else value) or False

        scope = target["scope"]
        owner = get_id(f"{scope}_id") if scope != "company" else False
        return get_id("kpi_id"), scope, owner, target["period_type"], target["date_from"]

    def _prepare_result(self, targets, created):
        left = targets.filtered("notice").user_id
        message = self.env._(
            "%(created)s targets created, %(known)s were there already.",
            created=created,
            known=len(targets) - created,
        )
        if left:
            message += " " + self.env._(
                "Who has left has targets too: %(people)s.", people=", ".join(left.mapped("name"))
            )
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "type": "warning" if left else "success",
                "message": message,
                "sticky": bool(left),
                "next": {"type": "ir.actions.act_window_close"},
            },
        }
