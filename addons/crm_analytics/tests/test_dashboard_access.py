from odoo.exceptions import AccessError
from odoo.tests import HttpCase, JsonRpcException, new_test_user, tagged
from odoo.tools import mute_logger

from .dashboard_common import DashboardCommon

COMPLAINTS = "crm_extended.group_crm_complaint_user"


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
        cls.env.flush_all()

    def test_salesperson_sees_own_figures(self):
        data = self.get_data(user=self.salesman)
        tiles = {tile["key"]: tile["value"] for tile in data["tiles"]}
        self.assertEqual((tiles["revenue"], tiles["orders"], tiles["customers"]), (100, 1, 1))
        self.assertEqual([product["revenue"] for product in data["products"]], [100])
        self.assertEqual(data["months"][-1]["revenue"], 100)

    def test_manager_sees_all_of_the_company(self):
        data = self.get_data(user=self.manager)
        self.assertEqual(data["tiles"][0]["value"], 1000)
        self.assertEqual([product["revenue"] for product in data["products"]], [1000])

    def test_other_company(self):
        stranger = self.new_user(
            "dashboard_stranger", "sales_team.group_sale_manager", self.other_company
        )
        # Asking for a company one does not belong to is refused by Odoo itself.
        with self.assertRaises(AccessError):
            self.get_data(user=stranger, allowed_company_ids=self.company.ids)
        tiles = self.get_tiles(user=stranger, allowed_company_ids=self.other_company.ids)
        self.assertEqual(tiles["revenue"]["value"], 5000)

    def test_complaints_need_their_own_right(self):
        seller = self.new_user("dashboard_seller", "sales_team.group_sale_salesman")
        seller.group_ids -= self.env.ref(COMPLAINTS)
        has_right = seller.has_group(COMPLAINTS)
        self.assertEqual("open_complaints" in self.get_tiles(user=seller), has_right)
        service = self.new_user("dashboard_service", f"sales_team.group_sale_salesman,{COMPLAINTS}")
        self.assertIn("open_complaints", self.get_tiles(user=service))

    def test_others_are_refused(self):
        employee = self.new_user("dashboard_employee", "base.group_user")
        portal = new_test_user(self.env, login="dashboard_portal", groups="base.group_portal")
        for user in (employee, portal, self.env.ref("base.public_user")):
            with self.assertRaises(AccessError, msg=user.login):
                self.env["crm.sales.dashboard"].with_user(user).get_data()


@tagged("post_install", "-at_install")
class TestDashboardRpc(HttpCase):
    def call(self):
        return self.make_jsonrpc_request(
            "/web/dataset/call_kw/crm.sales.dashboard/get_data",
            {"model": "crm.sales.dashboard", "method": "get_data", "args": [], "kwargs": {}},
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

    def test_salesperson_is_answered(self):
        new_test_user(self.env, login="rpc_salesman", groups="sales_team.group_sale_salesman")
        self.authenticate("rpc_salesman", "rpc_salesman")
        self.assertIn("tiles", self.call())
