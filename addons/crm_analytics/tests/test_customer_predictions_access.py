from odoo.exceptions import AccessError
from odoo.tests import new_test_user, tagged

from .predictions_common import PredictionsCommon


@tagged("post_install", "-at_install")
class TestPredictionsAccess(PredictionsCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.run_night()
        cls.models = [
            cls.env[name]
            for name in ("sale.customer.prediction", "product.upsell", "sale.white.space")
        ]
        cls.colleague = cls.new_user("prediction_colleague", "sales_team.group_sale_salesman")
        cls.stranger = cls.new_user(
            "prediction_stranger", "sales_team.group_sale_manager", cls.other_company
        )
        cls.employee = cls.new_user("prediction_employee", "base.group_user")
        cls.portal = new_test_user(cls.env, login="prediction_portal", groups="base.group_portal")
        cls.public = cls.env.ref("base.public_user")

    def search_as(self, user, model):
        companies = user.company_ids.ids
        mine = model.with_user(user).with_context(allowed_company_ids=companies)
        return mine.search([("company_id", "in", (self.company + self.other_company).ids)])

    def test_sales_roles_read(self):
        for user in (self.salesman, self.manager):
            for model in self.models:
                rows = self.search_as(user, model)
                self.assertTrue(rows, (user.login, model._name))
                self.assertTrue(all(rows.mapped("reason")))

    def test_nobody_writes(self):
        for user in (self.salesman, self.manager):
            for model in self.models:
                for operation in ("write", "create", "unlink"):
                    self.assertFalse(model.with_user(user).has_access(operation))

    def test_others_read_nothing(self):
        for user in (self.employee, self.portal, self.public):
            for model in self.models:
                with self.assertRaises(AccessError):
                    self.search_as(user, model)

    def test_other_company_reads_nothing(self):
        for model in self.models:
            self.assertFalse(self.search_as(self.stranger, model))

    def test_customers_of_a_colleague(self):
        """As with orders: one's own customers and those of nobody; all for those who see all."""
        customer = self.customers[0]
        customer.user_id = self.colleague
        for model in (self.predictions, self.spaces):
            self.assertIn(customer, self.search_as(self.colleague, model).partner_id)
            self.assertNotIn(customer, self.search_as(self.salesman, model).partner_id)
            self.assertIn(customer, self.search_as(self.manager, model).partner_id)

    def test_margin_for_managers_only(self):
        row = self.search_as(self.manager, self.upsells)
        self.assertEqual(row.margin_gain, 6.0)
        with self.assertRaises(AccessError):
            self.search_as(self.salesman, self.upsells).read(["margin_gain"])
        arch = self.upsells.with_user(self.salesman).get_view(view_type="list")["arch"]
        self.assertNotIn("margin_gain", arch)

    def test_histories_are_nobodys(self):
        for user in (self.salesman, self.manager, self.portal):
            with self.assertRaises(AccessError):
                self.env["sale.customer.block"].with_user(user).search([])
