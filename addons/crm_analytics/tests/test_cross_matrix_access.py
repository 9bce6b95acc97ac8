from odoo import Command
from odoo.exceptions import AccessError
from odoo.tests import HttpCase, JsonRpcException, new_test_user, tagged
from odoo.tools import mute_logger

from .cross_matrix_common import CrossMatrixCommon


@tagged("post_install", "-at_install")
class TestCrossMatrixAccess(CrossMatrixCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.confirm_orders(["ab", "ab"], user_id=cls.salesman.id)
        cls.confirm_orders(["abcd", "cd"], user_id=cls.manager.id)
        cls.confirm_orders(["ad"] * 3, company=cls.other_company, user_id=False)
        cls.env.flush_all()

    def test_salesperson_sees_the_own_orders_only(self):
        options = {"rows": "product", "columns": "product", "measure": "amount"}
        data = self.get_matrix(user=self.salesman, **options)
        self.assertEqual(data["orders"], 2)
        self.assertEqual(
            {row["name"]: row["orders"] for row in data["rows"]}, {"Apple": 2, "Butter": 2}
        )
        self.assertEqual(self.check_cells(user=self.salesman, **options), 4)

    def test_manager_sees_all_of_the_company(self):
        data = self.get_matrix(user=self.manager)
        self.assertEqual(data["orders"], 4)
        self.assertTrue(self.check_cells(user=self.manager, columns="segment"))

    def test_other_company(self):
        stranger = self.new_user(
            "matrix_stranger", "sales_team.group_sale_manager", self.other_company
        )
        matrix = self.env["crm.cross.matrix"].with_user(stranger)
        with self.assertRaises(AccessError):
            matrix.get_matrix()
        matrix = matrix.with_context(allowed_company_ids=self.other_company.ids)
        self.assertEqual(matrix.get_matrix()["orders"], 3)
        # Asking for a company that is not among the reader's changes nothing.
        data = matrix.get_matrix({"company": self.company.id})
        self.assertEqual((data["orders"], "company" in data["options"]), (3, False))

    def test_one_company_of_several(self):
        both = self.company + self.other_company
        self.manager.company_ids = [Command.set(both.ids)]
        matrix = (
            self.env["crm.cross.matrix"]
            .with_user(self.manager)
            .with_context(allowed_company_ids=both.ids)
        )
        self.assertEqual(matrix.get_matrix()["orders"], 7)
        options = {"company": self.other_company.id}
        data = matrix.get_matrix(options)
        self.assertEqual((data["orders"], data["options"]["company"]), (3, self.other_company.id))
        action = matrix.get_action(options, "both", self.food.id, self.dairy.id)
        orders = self.env["sale.order"].with_context(allowed_company_ids=both.ids)
        self.assertEqual(
            orders.search(action["domain"]).company_id.mapped("name"), ["Other Basket Company"]
        )

    def test_others_are_refused(self):
        employee = self.new_user("matrix_employee", "base.group_user")
        portal = new_test_user(self.env, login="matrix_portal", groups="base.group_portal")
        for user in (employee, portal, self.env.ref("base.public_user")):
            matrix = self.env["crm.cross.matrix"].with_user(user)
            for call in (
                matrix.get_matrix,
                matrix.get_choices,
                matrix._get_export,
                lambda matrix=matrix: matrix.get_action({}, "all"),
            ):
                with self.assertRaises(AccessError, msg=user.login):
                    call()


@tagged("post_install", "-at_install")
class TestCrossMatrixRpc(HttpCase):
    def call(self, method, *args):
        return self.make_jsonrpc_request(
            f"/web/dataset/call_kw/crm.cross.matrix/{method}",
            {"model": "crm.cross.matrix", "method": method, "args": args, "kwargs": {}},
        )

    @mute_logger("odoo.http")
    def test_portal_and_anonymous_are_refused(self):
        new_test_user(self.env, login="matrix_rpc_portal", groups="base.group_portal")
        self.authenticate("matrix_rpc_portal", "matrix_rpc_portal")
        with self.assertRaisesRegex(JsonRpcException, "AccessError"):
            self.call("get_matrix")
        self.logout()
        with self.assertRaisesRegex(JsonRpcException, "SessionExpired"):
            self.call("get_matrix")

    def test_salesperson_is_answered(self):
        """Read only and as JSON, whatever is asked."""
        new_test_user(
            self.env, login="matrix_rpc_salesman", groups="sales_team.group_sale_salesman"
        )
        self.authenticate("matrix_rpc_salesman", "matrix_rpc_salesman")
        data = self.call("get_matrix", {"columns": "country", "measure": "amount", "rows": [1]})
        self.assertEqual(data["options"]["rows"], "category")
        self.assertIn("kinds", self.call("get_choices"))
        action = self.call("get_action", {}, "both", 1, 1)
        self.assertEqual(action["res_model"], "sale.order")
