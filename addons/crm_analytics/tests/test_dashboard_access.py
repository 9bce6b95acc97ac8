from io import BytesIO

from openpyxl import load_workbook

from odoo.exceptions import AccessError, UserError
from odoo.tests import HttpCase, JsonRpcException, new_test_user, tagged
from odoo.tools import mute_logger

from .dashboard_common import DashboardCommon


@tagged("post_install", "-at_install")
class TestDashboardAccess(DashboardCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.salesman = cls.new_user("dashboard_salesman", "sales_team.group_sale_salesman")
        cls.manager = cls.new_user("dashboard_manager", "sales_team.group_sale_manager")
        cls.create_order("2026-11-02", 100, user_id=cls.salesman.id)
        cls.create_order("2026-11-03", 900, user_id=cls.manager.id)
        cls.create_order("2026-11-03", 5000, company=cls.other_company)
        cls.dashboard = cls.create_dashboard(
            {"type": "tile", "kpi": "revenue"},
            {"type": "tile", "kpi": "orders"},
            {"type": "bar", "kpi": "revenue", "groupby": "month"},
        )
        cls.env.flush_all()

    def test_salesperson_sees_own_figures(self):
        tiles = self.get_tiles(user=self.salesman)
        self.assertEqual((tiles["revenue"]["value"], tiles["orders"]["value"]), (100, 1))
        self.assertEqual(
            self.get_charts(user=self.salesman)["month"]["series"][0]["values"][-1], 100
        )

    def test_manager_sees_all_of_the_company(self):
        self.assertEqual(self.get_tiles(user=self.manager)["revenue"]["value"], 1000)
        choices = self.get_data(user=self.manager)["choices"]["user_id"]
        self.assertIn(self.salesman.id, [choice["id"] for choice in choices])
        tiles = self.get_tiles(user=self.manager, user_id=self.salesman.id)
        self.assertEqual(tiles["revenue"]["value"], 100)

    def test_nobody_chooses_whom_he_may_not_see(self):
        data = self.get_data(user=self.salesman, user_id=self.manager.id)
        self.assertNotIn("user_id", data["choices"])
        self.assertFalse(data["filters"]["user_id"])
        self.assertTrue(data["filters"]["notice"])
        self.assertEqual(data["items"][0]["value"], 100)

    def test_nobody_arranges_the_dashboard_of_another(self):
        layouts = self.env["crm.dashboard.layout"].with_user(self.salesman)
        own = layouts.create({"dashboard_id": self.dashboard.id, "layout": {"items": []}})
        with self.assertRaises(AccessError), self.env.cr.savepoint():
            own.user_id = self.manager

    def test_layouts_that_no_page_could_show(self):
        layouts = self.env["crm.dashboard.layout"].with_user(self.salesman)
        for layout in (
            "nonsense",
            5,
            {"items": 5},
            {"items": [5]},
            {"items": [{"type": "tile"}]},
            {"items": [{"type": "nonsense", "kpi": "revenue", "id": "a"}]},
            {"items": [{"type": "tile", "kpi": "revenue", "id": "a", "width": "wide"}]},
        ):
            with self.subTest(layout=layout):
                with self.assertRaises(UserError), self.env.cr.savepoint():
                    layouts.create({"dashboard_id": self.dashboard.id, "layout": layout})
                with self.assertRaises(UserError), self.env.cr.savepoint():
                    self.dashboard.with_user(self.manager).layout = layout
        self.assertEqual(self.get_data(user=self.salesman)["items"][0]["value"], 100)

    def test_an_endless_number_is_no_filter(self):
        for name in ("user_id", "team_id", "country_id"):
            data = self.get_data(user=self.manager, **{name: float("inf")})
            self.assertFalse(data["filters"][name])

    def test_other_company(self):
        stranger = self.new_user(
            "dashboard_stranger", "sales_team.group_sale_manager", self.other_company
        )
        # Asking for a company one does not belong to is refused by Odoo itself.
        with self.assertRaises(AccessError):
            self.get_data(user=stranger, context={"allowed_company_ids": self.company.ids})
        own = {"allowed_company_ids": self.other_company.ids}
        tiles = self.get_tiles(user=stranger, context=own)
        self.assertEqual(tiles["revenue"]["value"], 5000)
        data = self.get_data(user=stranger, context=own, company_id=self.company.id)
        self.assertFalse(data["filters"]["company_id"])
        self.assertEqual(data["items"][0]["value"], 5000)

    def test_who_may_not_read_the_documents(self):
        employee = self.new_user("dashboard_employee", "base.group_user")
        for item in self.get_data(user=employee)["items"]:
            self.assertNotIn("value", item)
            self.assertIn("no access", item["empty"])

    def test_groups(self):
        group = self.env.ref("sales_team.group_sale_manager")
        self.dashboard.group_ids = group
        data = self.get_data(user=self.salesman)
        self.assertNotEqual(data["dashboard"]["code"], "test_dashboard")
        self.assertTrue(data["filters"]["notice"])
        self.assertNotIn(self.dashboard.id, [found["id"] for found in data["dashboards"]])
        with self.assertRaises(AccessError):
            self.dashboard.with_user(self.salesman).save_layout([])
        self.assertEqual(self.get_data(user=self.manager)["dashboard"]["code"], "test_dashboard")

    def test_others_are_refused(self):
        portal = new_test_user(self.env, login="dashboard_portal", groups="base.group_portal")
        for user in (portal, self.env.ref("base.public_user")):
            with self.assertRaises(AccessError, msg=user.login):
                self.get_data(user=user)
            with self.assertRaises(AccessError, msg=user.login):
                self.env["crm.dashboard"].with_user(user).get_catalogue()

    def test_totals_by_day_are_nobodys(self):
        for model in ("crm.kpi.day", "crm.kpi.stale"):
            for user in (self.salesman, self.manager):
                with self.assertRaises(AccessError):
                    self.env[model].with_user(user).search([])


@tagged("post_install", "-at_install")
class TestDashboardRpc(HttpCase):
    def call(self):
        return self.make_jsonrpc_request(
            "/web/dataset/call_kw/crm.dashboard/get_data",
            {"model": "crm.dashboard", "method": "get_data", "args": [], "kwargs": {}},
        )

    @mute_logger("odoo.http")
    def test_portal_and_anonymous_are_refused(self):
        new_test_user(self.env, login="rpc_portal", groups="base.group_portal")
        self.authenticate("rpc_portal", "rpc_portal")
        with self.assertRaisesRegex(JsonRpcException, "AccessError"):
            self.call()
        self.logout()
        with self.assertRaisesRegex(JsonRpcException, "SessionExpired"):
            self.call()

    def test_workbook(self):
        new_test_user(self.env, login="rpc_export", groups="sales_team.group_sale_manager")
        self.authenticate("rpc_export", "rpc_export")
        for dashboard in self.env["crm.dashboard"].search([]):
            answer = self.url_open(
                f"/crm_analytics/dashboard/xlsx?dashboard={dashboard.id}&filters=nonsense"
            )
            answer.raise_for_status()
            book = load_workbook(BytesIO(answer.content))
            data = self.env["crm.dashboard"].get_data(dashboard.id)
            charts = [item for item in data["items"] if item["type"] != "tile"]
            self.assertEqual(len(book.sheetnames), 1 + len(charts))

    @mute_logger("odoo.http")
    def test_nobody_else_exports(self):
        new_test_user(self.env, login="rpc_portal", groups="base.group_portal")
        self.authenticate("rpc_portal", "rpc_portal")
        self.assertEqual(self.url_open("/crm_analytics/dashboard/xlsx").status_code, 403)

    def test_salesperson_is_answered(self):
        new_test_user(self.env, login="rpc_salesman", groups="sales_team.group_sale_salesman")
        self.authenticate("rpc_salesman", "rpc_salesman")
        self.assertTrue(self.call()["items"])
