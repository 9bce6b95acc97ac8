import base64
import io
import zipfile
from datetime import date, datetime

import openpyxl

from odoo.exceptions import UserError
from odoo.tests import tagged

from ..tools import target_sheet
from .kpi_common import KpiCommon

HEADINGS = ("KPI", "Person", "Sales Team", "Period", "Target")


@tagged("post_install", "-at_install")
class TestKpiTargetImport(KpiCommon):
    def prepare(self, *rows, content=None):
        if content is None:
            book = openpyxl.Workbook()
            for row in rows:
                book.active.append(row)
            output = io.BytesIO()
            book.save(output)
            content = output.getvalue()
        return self.env["crm.kpi.target.import"].create({"file": base64.b64encode(content)})

    def get_targets(self):
        return self.env["crm.kpi.target"].search([("company_id", "=", self.company.id)], order="id")

    def assertRefused(self, pattern, *rows, **options):
        with self.subTest(pattern=pattern):
            with self.assertRaisesRegex(UserError, pattern):
                self.prepare(*rows, **options).action_import()
            self.assertFalse(self.get_targets())

    def test_rows_become_targets(self):
        action = self.prepare(
            HEADINGS,
            ("Test Revenue", "kpi_anna", None, "2026-11", 1000),
            (),
            (self.revenue.code, None, "North", "2026-Q4", 3000.5),
            ("test revenue", "", "", 2026, 9000),
            ("Test Orders", "KPI_BERT", "", datetime(2026, 12, 24), 4),
        ).action_import()
        found = [
            (row.scope, row.user_id, row.team_id, row.period_type, row.date_from, row.value)
            for row in self.get_targets()
        ]
        users, teams = self.env["res.users"], self.env["crm.team"]
        self.assertEqual(
            found,
            [
                ("user", self.anna, self.north, "month", date(2026, 11, 1), 1000),
                ("team", users, self.north, "quarter", date(2026, 10, 1), 3000.5),
                ("company", users, teams, "year", date(2026, 1, 1), 9000),
                ("user", self.bert, self.east, "month", date(2026, 12, 1), 4),
            ],
        )
        self.assertEqual(action["params"]["type"], "success")

    def test_importing_again_changes_what_differs(self):
        target = self.new_target(self.anna, 1)
        target.with_user(self.anna).action_acknowledge()
        row = ("Test Revenue", "kpi_anna", None, "2026-11")
        self.prepare(HEADINGS, (*row, 1)).action_import()
        self.assertTrue(target.acknowledged_date)
        self.prepare(HEADINGS, (*row, 2)).action_import()
        self.assertEqual((self.get_targets(), target.value), (target, 2))
        self.assertFalse(target.acknowledged_date)

    def test_who_has_left_is_told(self):
        self.anna.action_archive()
        row = ("Test Revenue", "kpi_anna", None, "2026-11", 5)
        action = self.prepare(HEADINGS, row).action_import()
        self.assertEqual(action["params"]["type"], "warning")
        self.assertIn(self.anna.name, action["params"]["message"])
        self.assertEqual(self.get_targets().user_id, self.anna)

    def test_faults_are_told_with_row_and_column(self):
        good = ("Test Revenue", "kpi_anna", None, "2026-11", 1000)
        for pattern, row in (
            (r"Row 3, column A: “Luck” is not known", ("Luck", *good[1:])),
            (r"Row 3, column A: the cell is empty", (None, *good[1:])),
            (r"Row 3, column B: “Zoe” is not known", (good[0], "Zoe", *good[2:])),
            (r"Row 3, column C: “West” is not known", (good[0], "", "West", *good[3:])),
            (r"Row 3, column C: the row has a person already", (*good[:2], "North", *good[3:])),
            (r"Row 3, column D: “soon” is no period", (*good[:3], "soon", 5)),
            (r"Row 3, column D: “2026-13” is no period", (*good[:3], "2026-13", 5)),
            (r"Row 3, column E: “much” is not a number", (*good[:4], "much")),
            (r"Row 3, column E: “” is not a number", (*good[:4], None)),
            (r"Row 3, column E: a target cannot be below zero", (*good[:4], -1)),
            (r"Row 3, column A: the same KPI.* stand in row 2", (*good[:4], 7)),
        ):
            self.assertRefused(pattern, HEADINGS, good, row)

    def test_all_faults_are_told_at_once(self):
        rows = [("Luck", "Zoe", None, "soon", "much") for _index in range(4)]
        self.assertRefused(r"(?s)Row 2, column A.*Row 4, column B.*6 more", HEADINGS, *rows)

    def test_namesakes_need_their_login(self):
        self.bert.name = self.anna.name
        row = ("Test Revenue", self.anna.name, None, "2026-11", 1000)
        self.assertRefused("Row 2, column B: .* is the name of several", HEADINGS, row)

    def test_headings_and_files_that_are_none(self):
        row = ("Test Revenue", "kpi_anna", None, "2026-11", 1000)
        self.assertRefused("Row 1, column B: “Who”", ("KPI", "Who", *HEADINGS[2:]), row)
        self.assertRefused("Row 1, column F: “Target”", (*HEADINGS, "Target"), row)
        self.assertRefused("Row 1: the heading Period, Target is missing", HEADINGS[:3], row[:3])
        self.assertRefused("no target below", HEADINGS)
        self.assertRefused("sheet of the file is empty", ())
        self.assertRefused("no XLSX workbook", content=b"KPI;Person;Target")
        self.assertRefused("Choose the XLSX file", content=b"")
        self.assertRefused("no XLSX workbook", content=b"PK\x03\x04 broken")
        self.assertRefused("no XLSX workbook", content=self.get_damaged())

    def get_damaged(self):
        """A workbook whose sheet ends in the middle."""
        whole, damaged = io.BytesIO(), io.BytesIO()
        openpyxl.Workbook().save(whole)
        with zipfile.ZipFile(whole) as source, zipfile.ZipFile(damaged, "w") as target:
            for name in source.namelist():
                content = source.read(name)
                is_sheet = name.startswith("xl/worksheets/")
                target.writestr(name, content[: len(content) // 2] if is_sheet else content)
        return damaged.getvalue()

    def test_a_row_may_end_early(self):
        book = openpyxl.Workbook(write_only=True)
        sheet = book.create_sheet()
        for row in (("KPI", "Period", "Target", "Person"), ("Test Revenue", 2026, 9000)):
            sheet.append(row)
        content = io.BytesIO()
        book.save(content)
        self.prepare(content=content.getvalue()).action_import()
        self.assertEqual(self.get_targets().scope, "company")

    def test_the_template_is_imported(self):
        wizard = self.prepare(content=b"")
        content = base64.b64decode(wizard.template)
        self.assertEqual([cell.text for cell in target_sheet.read(content)[0]], list(HEADINGS))
        wizard.file = wizard.template
        wizard.action_import()
        self.assertEqual(len(self.get_targets()), 3)

    def test_an_import_costs_few_queries_whatever_its_rows(self):
        counts = []
        for months in (3, 12):
            rows = [
                ("Test Revenue", user.login, None, f"{2020 + months}-{month:02}", 5)
                for user in (self.anna, self.bert, self.cleo)
                for month in range(1, months + 1)
            ]
            wizard = self.prepare(HEADINGS, *rows)
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            wizard.action_import()
            self.env.flush_all()
            counts.append(self.env.cr.sql_log_count - before)
        self.assertLessEqual(counts[1], counts[0] + 6)
