from psycopg2 import IntegrityError

from odoo.exceptions import AccessError
from odoo.tests import HttpCase, JsonRpcException, new_test_user, tagged
from odoo.tools import mute_logger

from .common import BasketCommon


@tagged("post_install", "-at_install")
class TestAffinityAccess(BasketCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.affinity = cls.write_affinities((cls.apple, cls.butter, 5, 6, 5, 1.67, 0.8))
        cls.order = cls.create_order("a", user_id=cls.salesman.id)
        cls.order.log_affinity_suggestions("shown", cls.butter.ids, cls.apple.ids)
        cls.suggestion = cls.env["sale.suggestion"].search([("order_id", "=", cls.order.id)])
        cls.colleague = cls.new_user("basket_colleague", "sales_team.group_sale_salesman")
        cls.stranger = cls.new_user(
            "basket_stranger", "sales_team.group_sale_manager", cls.other_company
        )
        cls.employee = cls.new_user("basket_employee", "base.group_user")
        cls.portal = new_test_user(cls.env, login="basket_portal", groups="base.group_portal")
        cls.public = cls.env.ref("base.public_user")

    def search_as(self, user, record):
        model = record.with_user(user).with_context(allowed_company_ids=user.company_ids.ids)
        return model.search([("id", "=", record.id)])

    def test_sales_roles_read(self):
        for user in (self.salesman, self.colleague, self.manager):
            self.assertEqual(self.search_as(user, self.affinity), self.affinity)

    def test_nobody_writes(self):
        for user in (self.salesman, self.manager):
            for record in (self.affinity, self.suggestion):
                mine = record.with_user(user)
                for operation in ("write", "create", "unlink"):
                    self.assertFalse(mine.has_access(operation), (user.login, operation))

    def test_others_read_nothing(self):
        for user in (self.employee, self.portal, self.public):
            for record in (self.affinity, self.suggestion):
                with self.assertRaises(AccessError):
                    self.search_as(user, record)

    def test_other_company_reads_nothing(self):
        for record in (self.affinity, self.suggestion):
            self.assertFalse(self.search_as(self.stranger, record))
            with self.assertRaises(AccessError):
                record.with_user(self.stranger).read(["product_id"])

    def test_suggestions_of_own_quotations(self):
        self.assertEqual(self.search_as(self.salesman, self.suggestion), self.suggestion)
        self.assertEqual(self.search_as(self.manager, self.suggestion), self.suggestion)
        self.assertFalse(self.search_as(self.colleague, self.suggestion))

    def test_log_only_on_own_quotations(self):
        for user in (self.colleague, self.stranger, self.portal, self.public):
            order = self.order.with_user(user)
            with self.assertRaises(AccessError):
                order.log_affinity_suggestions("dismissed", self.butter.ids, self.apple.ids)
        self.assertEqual(self.suggestion.state, "shown")

    def test_panel_of_others(self):
        values = {"company_id": self.company.id, "product_ids": self.apple.ids}
        suggest = self.env["sale.order"].with_user(self.salesman).get_affinity_suggestions
        self.assertEqual(len(suggest(values)), 1)
        for user in (self.employee, self.portal, self.public, self.stranger):
            with self.assertRaises(AccessError):
                self.env["sale.order"].with_user(user).get_affinity_suggestions(values)

    def test_panel_on_the_form_of_salespeople_only(self):
        """An accountant opens quotations too, and may not ask for suggestions."""
        accountant = self.new_user("basket_accountant", "account.group_account_invoice")
        for user, expected in ((self.salesman, True), (accountant, False)):
            arch = self.env["sale.order"].with_user(user).get_view(view_type="form")["arch"]
            self.assertEqual('<widget name="sale_suggestions"' in arch, expected, user.login)

    def test_pair_is_unique(self):
        with self.assertRaises(IntegrityError), mute_logger("odoo.sql_db"):
            self.write_affinities((self.apple, self.butter, 1, 1, 1, 1.0, 0.1))

    def test_suggestion_is_unique(self):
        with self.assertRaises(IntegrityError), mute_logger("odoo.sql_db"):
            self.suggestion.copy()
            self.env.flush_all()


@tagged("post_install", "-at_install")
class TestAffinityRpc(BasketCommon, HttpCase):
    """Every method that can be called from outside, as a customer and as nobody."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.write_affinities((cls.apple, cls.butter, 5, 6, 5, 1.67, 0.8))
        cls.portal = new_test_user(cls.env, login="basket_rpc", groups="base.group_portal")
        # even the customer's own order, which the portal shows
        cls.order = cls.create_order("a", partner_id=cls.portal.partner_id.id)
        cls.order.action_confirm()

    def call_all(self, error):
        calls = [
            ("sale.order", "get_affinity_suggestions", [{"product_ids": self.apple.ids}]),
            (
                "sale.order",
                "log_affinity_suggestions",
                [self.order.ids, "added", self.butter.ids, self.apple.ids],
            ),
            ("product.affinity", "action_compute_now", [[]]),
            ("product.affinity", "search_read", [[]]),
            ("sale.suggestion", "search_read", [[]]),
        ]
        for model, method, args in calls:
            with self.assertRaisesRegex(JsonRpcException, error, msg=f"{model}.{method}"):
                self.make_jsonrpc_request(
                    f"/web/dataset/call_kw/{model}/{method}",
                    {"model": model, "method": method, "args": args, "kwargs": {}},
                )

    @mute_logger("odoo.http")
    def test_portal_is_refused(self):
        self.authenticate("basket_rpc", "basket_rpc")
        self.call_all("AccessError|UserError")
        self.assertFalse(self.env["sale.suggestion"].search([("order_id", "=", self.order.id)]))

    @mute_logger("odoo.http")
    def test_anonymous_is_refused(self):
        self.call_all("SessionExpired")
