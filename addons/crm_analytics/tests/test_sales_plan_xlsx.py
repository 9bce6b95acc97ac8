import base64
import io

from openpyxl import Workbook, load_workbook

from odoo.exceptions import UserError
from odoo.tests import tagged

from .plan_common import PlanCommon

HEADINGS = (
    "Entry",
    "Salesperson",
    "Sales Team",
    "Country",
    "Country State",
    "Product Category",
    "Customer Group",
    *(f"2031-{month:02}" for month in range(1, 13)),
)


@tagged("post_install", "-at_install")
class TestSalesPlanXlsx(PlanCommon):
    def make_file(self, *rows, headings=HEADINGS):
        book = Workbook()
        book.active.append(list(headings))
        for row in rows:
            book.active.append(list(row))
        output = io.BytesIO()
        book.save(output)
        return output.getvalue()

    def make_row(self, *amounts, entry="Bottom-up", user="plan_ann", team="", **names):
        return [
            entry,
            user,
            team,
            names.get("country", ""),
            names.get("state", ""),
            names.get("category", ""),
            names.get("group", ""),
            *amounts,
        ]

    def load(self, content, user=None):
        self.env["crm.sales.plan.import"].with_user(user or self.manager).create(
            {"plan_id": self.plan.id, "file": base64.b64encode(content)}
        ).action_import()

    def get_figures(self):
        return {
            (line.entry, line.user_id, line.month.month): line.amount
            for line in self.env["crm.sales.plan.line"].search([("plan_id", "=", self.plan.id)])
        }

    def test_export_reads_back(self):
        us = self.env.ref("base.us")
        food = self.env["product.category"].create({"name": "=Food"})
        cheese = self.env["product.category"].create({"name": "Cheese", "parent_id": food.id})
        group = self.env["crm.segment"].create({"name": "Key Customers", "kind": "manual"})
        self.add_line(12.5, user_id=self.ann.id, category_id=cheese.id)
        self.add_line(3, month=5, state_id=self.env.ref("base.state_us_1").id, entry="top_down")
        self.add_line(4, month=5, team_id=self.team.id, segment_id=group.id, country_id=us.id)
        lines = self.plan.line_ids
        before = sorted((line._get_key(), line.amount) for line in lines)
        content = self.plan.with_user(self.manager)._export_xlsx()
        sheet = load_workbook(io.BytesIO(content)).active
        self.assertEqual(tuple(cell.value for cell in sheet[1]), HEADINGS)
        self.load(content)
        self.assertEqual(
            before, sorted((line._get_key(), line.amount) for line in self.plan.line_ids)
        )
        lines.unlink()
        self.load(content)
        self.assertEqual(
            before, sorted((line._get_key(), line.amount) for line in self.plan.line_ids)
        )

    def test_rows_are_set_as_they_stand(self):
        self.add_line(1, month=1, user_id=self.ann.id)
        self.add_line(2, month=2, user_id=self.ann.id)
        self.add_line(9, month=2, user_id=self.bob.id)
        self.load(self.make_file(self.make_row(5, None, "", 7.005)))
        self.assertEqual(
            self.get_figures(),
            {
                ("bottom_up", self.ann, 1): 5,
                ("bottom_up", self.ann, 4): 7.01,
                ("bottom_up", self.bob, 2): 9,
            },
        )

    def test_nothing_is_half_imported(self):
        twin = {"name": "plan_twin"}
        self.env["product.category"].create([twin, twin])
        good = self.make_row(5)
        cases = (
            (
                self.make_file(good, self.make_row(1, "ten", user="plan_bob")),
                "Row 3, column 2031-02 .cell I3.: “ten” is not a number",
            ),
            (
                self.make_file(good, self.make_row(True, user="plan_bob")),
                "Row 3, column 2031-01 .cell H3.: “True” is not a number",
            ),
            (
                self.make_file(good, headings=("Entry", "Person", *HEADINGS[2:])),
                "Cell B1: the heading is “Person” and should be “Salesperson”",
            ),
            (
                self.make_file(good, headings=HEADINGS[:-1]),
                "Cell S1: the heading is “” and should be “2031-12”",
            ),
            (
                self.make_file(good, headings=(*HEADINGS, "2032-01")),
                "Cell T1: there is no column “2032-01”",
            ),
            (
                self.make_file(good, self.make_row(1, user="Nobody")),
                "Row 3, column Salesperson .cell B3.: “Nobody” is not known here",
            ),
            (
                self.make_file(good, self.make_row(1, entry="Sideways")),
                "Row 3, column Entry .cell A3.: enter one of Bottom-up, Top-down",
            ),
            (
                self.make_file(good, self.make_row(1, category="plan_twin")),
                "Row 3, column Product Category .cell F3.: there are several",
            ),
            (self.make_file(good, good), "Row 3, .* the same as row 2"),
            (b"no workbook", "not an Excel workbook"),
        )
        for content, words in cases:
            with self.assertRaisesRegex(UserError, words), self.cr.savepoint():
                self.load(content)
        self.assertFalse(self.get_figures())

    def test_salesperson_imports_the_own_figures(self):
        self.load(self.make_file(self.make_row(5)), self.ann)
        self.assertEqual(self.get_figures(), {("bottom_up", self.ann, 1): 5})
        for row in (self.make_row(5, user="plan_bob"), self.make_row(5, entry="Top-down")):
            with self.assertRaisesRegex(UserError, "Row 2, .* you do not enter figures"):
                self.load(self.make_file(row), self.ann)
        self.plan.action_approve()
        with self.assertRaisesRegex(UserError, "revise it"):
            self.load(self.make_file(self.make_row(6)), self.ann)

    def test_import_in_few_queries(self):
        rows = [self.make_row(*range(1, 13), user=user.login) for user in (self.ann, self.bob)]
        content = self.make_file(*rows)
        wizard = self.env["crm.sales.plan.import"].create(
            {"plan_id": self.plan.id, "file": base64.b64encode(content)}
        )
        self.env.flush_all()
        self.env.invalidate_all()
        with self.assertQueryCount(40):
            wizard.action_import()
            self.env.flush_all()
        self.assertEqual(len(self.get_figures()), 24)
