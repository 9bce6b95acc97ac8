from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged
from odoo.tools import mute_logger

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

    def test_layouts_lie_over_one_another(self):
        dashboard = self.dashboard.with_user(self.manager)
        self.dashboard.default_layout = {"items": [self.get_stored("tile", "test_orders")]}
        self.assertEqual(self.get_codes(self.salesman), ["test_orders"])
        dashboard.save_layout([{"type": "tile", "kpi": "test_revenue"}])
        self.assertEqual(self.get_codes(self.manager), ["test_revenue"])
        self.assertEqual(self.get_codes(self.salesman), ["test_orders"])
        dashboard.share_layout()
        self.assertEqual(self.get_codes(self.salesman), ["test_revenue"])
        # an own layout may be empty, and is nobody else's
        self.dashboard.with_user(self.salesman).save_layout([])
        self.assertEqual(self.get_codes(self.salesman), [])
        self.assertEqual(self.get_codes(self.manager), ["test_revenue"])
        # an update writes below both
        self.env["crm.dashboard"]._ship_layout(
            "test_dashboard", [self.get_stored("tile", "test_orders")]
        )
        self.assertEqual(self.get_codes(self.manager), ["test_revenue"])
        self.dashboard.with_user(self.salesman).reset_layout()
        self.assertEqual(self.get_codes(self.salesman), ["test_revenue"])
        dashboard.action_restore_layout()
        self.assertEqual(self.get_codes(self.salesman), ["test_orders"])

    def get_stored(self, kind, code):
        return self.dashboard._prepare_items([{"type": kind, "kpi": code}])[0]

    def get_codes(self, user):
        data = self.dashboard.with_user(user).get_data("test_dashboard", {})
        return [item["kpi"] for item in data["items"]]

    def test_only_managers_share(self):
        dashboard = self.dashboard.with_user(self.salesman)
        dashboard.save_layout([{"type": "tile", "kpi": "test_orders"}])
        self.assertFalse(dashboard.get_data("test_dashboard", {})["dashboard"]["can_share"])
        with self.assertRaises(AccessError):
            dashboard.share_layout()
        with self.assertRaises(UserError):
            self.dashboard.with_user(self.manager).share_layout()

    def test_what_no_screen_could_show_is_refused(self):
        tile = {"type": "tile", "kpi": "test_orders"}
        bad = [
            "nonsense",
            {"type": "tile"},
            ["tile"],
            [{"type": "pie", "kpi": "test_orders"}],
            [{"type": "tile", "kpi": "no_such_kpi"}],
            [{"type": "tile", "kpi": ["test_orders", "test_revenue"]}],
            [{"type": "tile", "kpi": {"a": 1}}],
            [{"type": "bar", "kpi": "test_orders"}],
            [{"type": "bar", "kpi": "test_orders", "groupby": "password"}],
            [{"type": "bar", "kpi": "test_orders", "groupby": {"a": 1}}],
            [{"type": "heatmap", "kpi": "test_orders", "groupby": "month"}],
            [{"type": "funnel", "kpi": "test_orders"}],
            [tile] * 61,
        ]
        for items in bad:
            with self.assertRaises(UserError, msg=str(items)[:80]):
                self.dashboard.save_layout(items)
        self.dashboard.save_layout([{**tile, "width": 99, "height": "x", "evil": "<b>"}, tile])
        first, second = self.dashboard._get_layout()
        self.assertEqual((first["width"], first["height"]), (12, 2))
        self.assertNotIn("evil", first)
        self.assertNotEqual(first["id"], second["id"])

    def test_one_bad_item_never_breaks_the_page(self):
        data = self.show(
            {"type": "tile", "kpi": "test_orders"},
            {"type": "tile", "kpi": "test_revenue"},
            {"type": "bar", "kpi": "test_revenue", "groupby": "month"},
        )
        self.assertFalse([item["error"] for item in data["items"] if item["error"]])
        # what no check let through: a field that is gone
        self.env.cr.execute("UPDATE crm_kpi SET measure_field = 'gone' WHERE code = 'test_revenue'")
        self.env.invalidate_all()
        with mute_logger("odoo.addons.crm_analytics.models.crm_dashboard_items"):
            data = self.dashboard.with_user(self.manager).get_data("test_dashboard", {})
        self.assertEqual([bool(item["error"]) for item in data["items"]], [False, True, True])
        self.assertEqual(data["items"][0]["value"], 2)
        self.kpis[1].active = False
        data = self.dashboard.with_user(self.manager).get_data("test_dashboard", {})
        self.assertIn("test_revenue", data["items"][1]["error"])

    def test_a_filter_the_figure_does_not_know(self):
        category = self.env["product.category"].search([], limit=1)
        [item] = self.show({"type": "tile", "kpi": "test_orders"}, category_id=category.id)["items"]
        self.assertIn("remove this filter", item["empty"])

    def test_target_and_pace(self):
        self.env["crm.kpi.target"].create(
            {
                "kpi_id": self.kpis[1].id,
                "scope": "company",
                "company_id": self.company.id,
                "period_type": "month",
                "date_from": "2026-11-01",
                "value": 2000,
            }
        )
        tile = self.get_item({"type": "tile", "kpi": "test_revenue"})
        self.assertEqual((tile["target"], tile["progress"]), (2000, 0.5))
        self.assertTrue(0 < tile["pace"] < 2)
        # a salesperson is not held against the target of all
        tile = self.get_item({"type": "tile", "kpi": "test_revenue"}, user=self.salesman)
        self.assertIsNone(tile["target"])

    def test_two_ways(self):
        chart = self.get_item(
            {"type": "heatmap", "kpi": "test_revenue", "groupby": ["month", "user_id"]}
        )
        values = {series["name"]: series["values"][-2:] for series in chart["series"]}
        self.assertEqual(values, {self.manager.name: [40, 900], self.salesman.name: [0, 100]})

    def test_table_and_funnel(self):
        kpis = ["test_orders", "test_revenue"]
        table = self.get_item({"type": "table", "kpi": kpis, "groupby": "user_id"})
        self.assertEqual(
            [row["values"] for row in table["rows"]],
            [[self.manager.name, 1, 900], [self.salesman.name, 1, 100]],
        )
        funnel = self.get_item({"type": "funnel", "kpi": kpis})
        self.assertEqual(funnel["series"][0]["values"], [2, 1000])
