from odoo.tests import tagged

from .common import BasketCommon
from .hoot_common import HootCase


@tagged("post_install", "-at_install")
class TestSuggestionsUi(BasketCommon, HootCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.write_affinities(
            (cls.apple, cls.butter, 14, 22, 30, 2.34, 0.30),
            (cls.apple, cls.cheese, 9, 22, 12, 1.50, 0.20),
            (cls.apple, cls.dates, 5, 22, 12, 1.40, 0.10),
        )

    def get_states(self, order):
        suggestions = self.env["sale.suggestion"].search([("order_id", "=", order.id)])
        return {suggestion.product_id: suggestion.state for suggestion in suggestions}

    def test_saved_quotation(self):
        order = self.create_order("a", user_id=self.salesman.id)
        self.start_tour(
            f"/odoo/orders/{order.id}", "crm_analytics_suggestions_saved", login="basket_salesman"
        )
        self.assertEqual(order.order_line.product_id, self.apple + self.butter)
        line = order.order_line.filtered(lambda line: line.product_id == self.butter)
        self.assertEqual((line.product_uom_qty, line.price_unit), (1.0, 10.0))
        self.assertEqual(
            self.get_states(order),
            {self.butter: "added", self.cheese: "dismissed", self.dates: "shown"},
        )

        cheese = self.env["sale.suggestion"].search(
            [("order_id", "=", order.id), ("product_id", "=", self.cheese.id)]
        )
        self.assertEqual((cheese.dismiss_reason, cheese.position), ("too_expensive", 2))

    def test_new_quotation(self):
        self.start_tour(
            "/odoo/orders/new", "crm_analytics_suggestions_new", login="basket_salesman"
        )
        order = self.env["sale.order"].search([("partner_id", "=", self.customer.id)])
        self.assertEqual(order.order_line.product_id, self.apple + self.butter)
        self.assertEqual(
            self.get_states(order),
            {self.butter: "added", self.cheese: "dismissed", self.dates: "shown"},
        )

    def test_option_for_the_portal(self):
        order = self.create_order("a", user_id=self.salesman.id)
        self.start_tour(
            f"/odoo/orders/{order.id}", "crm_analytics_suggestion_option", login="basket_salesman"
        )
        lines = order.order_line.sorted("sequence")
        self.assertEqual(
            [(line.name.split("\n")[0], line.product_uom_qty) for line in lines],
            [
                ("Apple", 1.0),
                ("Cheese", 1.0),
                ("You may also add", 0.0),
                ("Butter", 0.0),
                ("Dates", 0.0),
            ],
        )
        self.assertTrue(lines[2].is_optional)
        self.assertEqual(
            lines.filtered(lambda line: line._can_be_edited_on_portal()).product_id,
            self.butter + self.dates,
        )
        self.assertEqual(
            self.get_states(order), dict.fromkeys(self.butter + self.cheese + self.dates, "added")
        )
        lines[3].product_uom_qty = 2  # what the customer does on the portal
        order.action_confirm()
        self.assertEqual(
            self.get_states(order),
            {self.butter: "ordered", self.cheese: "ordered", self.dates: "refused"},
        )

    def test_catalog(self):
        order = self.create_order("a", user_id=self.salesman.id)
        self.start_tour(
            f"/odoo/orders/{order.id}", "crm_analytics_suggestions_catalog", login="basket_salesman"
        )
        self.assertEqual(order.order_line.product_id, self.apple + self.butter)
        self.assertEqual(
            self.get_states(order),
            {self.butter: "added", self.cheese: "dismissed", self.dates: "shown"},
        )

    def test_components(self):
        self.run_hoot("@crm_analytics/suggestions")
