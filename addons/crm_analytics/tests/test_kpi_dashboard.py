from odoo.tests import tagged

from .dashboard_common import DashboardCommon


@tagged("post_install", "-at_install")
class TestKpiDashboard(DashboardCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.manager = cls.new_user("kpi_manager", "sales_team.group_sale_manager")
        cls.salesman = cls.new_user("kpi_salesman", "sales_team.group_sale_salesman")
        cls.kpis = cls.env["crm.kpi"].create(
            [
                {
                    "name": "Test Orders",
                    "code": "test_orders",
                    "model_name": "sale.order",
                    "domain": "[('state', '=', 'sale')]",
                    "date_field": "date_order",
                    "user_field": "user_id",
                    "team_field": "team_id",
                    "company_field": "company_id",
                    "partner_field": "partner_id",
                },
                {
                    "name": "Test Revenue",
                    "code": "test_revenue",
                    "model_name": "sale.order",
                    "domain": "[('state', '=', 'sale')]",
                    "measure": "sum",
                    "measure_field": "amount_untaxed",
                    "unit": "money",
                    "date_field": "date_order",
                    "user_field": "user_id",
                    "company_field": "company_id",
                    "partner_field": "partner_id",
                },
            ]
        )
        cls.dashboard = cls.env["crm.dashboard"].create(
            {"name": "Test", "code": "test_dashboard", "period": "this_month"}
        )
        cls.create_order("2026-11-02", 100, user_id=cls.salesman.id)
        cls.create_order("2026-11-03", 900, user_id=cls.manager.id)
        cls.create_order("2026-10-05", 40, user_id=cls.manager.id)
        cls.create_order("2025-10-30", 3, user_id=cls.manager.id)
        cls.create_order("2025-11-05", 7, user_id=cls.manager.id)
        cls.env.flush_all()

    def show(self, *items, user=None, **filters):
        dashboard = self.dashboard.with_user(user or self.manager)
        dashboard.save_layout(list(items))
        return dashboard.get_data("test_dashboard", filters)

    def get_item(self, item, user=None, **filters):
        [shown] = self.show(item, user=user, **filters)["items"]
        self.assertFalse(shown["error"])
        return shown

    def test_tile(self):
        tile = self.get_item({"type": "tile", "kpi": "test_revenue"})
        self.assertEqual(tile["value"], 1000)
        self.assertEqual(tile["compared"], {"previous": 40, "last_year": 7})
        self.assertEqual(len(tile["sparkline"]), 14)
        orders = self.env["sale.order"].search(tile["action"]["domain"])
        self.assertEqual(sum(orders.mapped("amount_untaxed")), 1000)

    def test_bar(self):
        chart = self.get_item({"type": "bar", "kpi": "test_revenue", "groupby": "month"})
        self.assertEqual(len(chart["labels"]), 13)
        self.assertEqual(chart["series"][0]["values"][-2:], [40, 1000])
        self.assertEqual(chart["series"][1]["kind"], "last_year")

    def test_by_person(self):
        chart = self.get_item({"type": "bar", "kpi": "test_revenue", "groupby": "user_id"})
        self.assertEqual(chart["series"][0]["values"], [900, 100])

    def test_shipped_dashboards_open(self):
        shipped = self.env["crm.dashboard"].search([("default_layout", "!=", False)])
        self.assertEqual(len(shipped), 7)
        for dashboard in shipped:
            data = dashboard.with_user(self.manager).get_data(dashboard.code, {})
            self.assertEqual(data["dashboard"]["code"], dashboard.code)
            self.assertTrue(data["items"])
