import io

from openpyxl import load_workbook

from odoo import Command
from odoo.tests import new_test_user, tagged

from .hoot_common import HootCase


@tagged("post_install", "-at_install")
class TestSalesPlanUi(HootCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.company = cls.env["res.company"].create(
            {"name": "Plan Tour Company", "currency_id": cls.env.ref("base.USD").id}
        )
        cls.ann, cls.manager = (
            new_test_user(
                cls.env,
                login=login,
                name=name,
                groups=groups,
                company_id=cls.company.id,
                company_ids=[Command.set(cls.company.ids)],
            )
            for login, name, groups in (
                ("plan_tour_ann", "Plan Tour Ann", "sales_team.group_sale_salesman"),
                ("plan_tour", "Plan Tour Manager", "sales_team.group_sale_manager"),
            )
        )
        cls.env["crm.team"].create(
            {
                "name": "Plan Tour Team",
                "company_id": cls.company.id,
                "member_ids": [Command.set(cls.ann.ids)],
            }
        )
        cls.plan = cls.env["crm.sales.plan"].create(
            {
                "name": "Tour Plan",
                "company_id": cls.company.id,
            }
        )

    def test_tour(self):
        self.start_tour("/odoo/sales-plans", "crm_analytics_plan", login=self.manager.login)
        self.assertEqual(self.plan.amount_bottom_up, 1200)
        self.assertEqual(self.plan.amount_top_down, 2400)
        self.assertEqual(self.plan.line_ids.user_id, self.ann)

    def test_export(self):
        self.plan.line_ids = [
            Command.create({"month": self.plan.date_from, "user_id": self.ann.id, "amount": 12})
        ]
        url = f"/crm_analytics/plan/{self.plan.id}/xlsx"
        self.authenticate(self.ann.login, self.ann.login)
        response = self.url_open(url)
        self.assertIn("Tour%20Plan.xlsx", response.headers["Content-Disposition"])
        sheet = load_workbook(io.BytesIO(response.content)).active
        self.assertEqual([cell.value for cell in sheet["H"][1:]], [12])
        new_test_user(self.env, login="plan_employee", groups="base.group_user")
        self.authenticate("plan_employee", "plan_employee")
        with self.assertLogs("odoo.http", "WARNING"):
            self.assertEqual(self.url_open(url).status_code, 403)
        self.logout()
        response = self.url_open(url, allow_redirects=False)
        self.assertIn("/web/login", response.headers["Location"])

    def test_components(self):
        self.run_hoot("@crm_analytics/plan_grid")
