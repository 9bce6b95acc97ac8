import io

from openpyxl import load_workbook

from odoo import Command
from odoo.tests import new_test_user, tagged

from .hoot_common import HootCase


@tagged("post_install", "-at_install")
class TestCrossMatrixUi(HootCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.company = cls.env["res.company"].create(
            {"name": "Matrix Company", "currency_id": cls.env.ref("base.USD").id}
        )
        cls.user = new_test_user(
            cls.env,
            login="matrix_tour",
            groups="sales_team.group_sale_manager",
            company_id=cls.company.id,
            company_ids=[Command.set(cls.company.ids)],
        )
        customer = cls.env["res.partner"].create({"name": "Matrix Customer"})
        food, dairy = cls.env["product.category"].create(
            [{"name": "Tour Food"}, {"name": "Tour Dairy"}]
        )
        apple, cheese = cls.env["product.product"].create(
            [
                {"name": name, "categ_id": category.id, "taxes_id": False, "list_price": 10}
                for name, category in (("Tour Apple", food), ("Tour Cheese", dairy))
            ]
        )
        for products in (apple + cheese, apple + cheese, apple):
            cls.env["sale.order"].with_company(cls.company).create(
                {
                    "partner_id": customer.id,
                    "company_id": cls.company.id,
                    "user_id": cls.user.id,
                    "order_line": [
                        Command.create({"product_id": product.id}) for product in products
                    ],
                }
            ).action_confirm()

    def export(self, options):
        response = self.url_open(f"/crm_analytics/matrix/xlsx?options={options}")
        self.assertEqual(response.status_code, 200)
        return load_workbook(io.BytesIO(response.content))

    def test_tour(self):
        self.start_tour("/odoo/cross-selling-matrix", "crm_analytics_matrix", login=self.user.login)

    def test_export(self):
        """A name that looks like a formula stays a name."""
        self.env["product.category"].search([("name", "=", "Tour Dairy")]).name = "=1+1"
        self.authenticate(self.user.login, self.user.login)
        book = self.export('{"measure":"amount","columns":"category"}')
        table, pairs = book.worksheets
        rows = [[cell.value for cell in row] for row in table.iter_rows(max_col=3)]
        self.assertIn("3 orders", rows[0][0])
        self.assertEqual(
            rows[2:],
            [
                ["Revenue (USD)", "Tour Food", "=1+1"],
                ["Tour Food", 30, 40],
                ["=1+1", 40, 20],
            ],
        )
        self.assertEqual({cell.data_type for cell in table["A"]}, {"s", "n"})
        self.assertEqual(
            [cell.value for cell in pairs[2]],
            ["Tour Food", "=1+1", 3, 2, 2, 2 / 3, 2 / 3, 1, 40],
        )
        # What cannot be read is the matrix as it opens.
        self.assertEqual(len(self.export("nonsense").worksheets), 2)

    def test_export_is_for_salespeople(self):
        new_test_user(self.env, login="matrix_employee", groups="base.group_user")
        self.authenticate("matrix_employee", "matrix_employee")
        with self.assertLogs("odoo.http", "WARNING"):
            response = self.url_open("/crm_analytics/matrix/xlsx")
        self.assertEqual(response.status_code, 403)
        self.logout()
        response = self.url_open("/crm_analytics/matrix/xlsx", allow_redirects=False)
        self.assertIn("/web/login", response.headers["Location"])

    def test_components(self):
        self.run_hoot("@crm_analytics/matrix")
