from odoo import Command
from odoo.tests import HttpCase, tagged

from odoo.addons.crm_analytics.tests.common import BasketCommon


@tagged("post_install", "-at_install")
class TestSuggestionStock(BasketCommon, HttpCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.write_affinities(
            (cls.apple, cls.butter, 14, 22, 30, 2.3, 0.30),
            (cls.apple, cls.cheese, 9, 22, 12, 1.5, 0.20),
            (cls.apple, cls.dates, 8, 22, 12, 1.5, 0.10),
        )
        cls.warehouse = cls.env["stock.warehouse"].search([("company_id", "=", cls.company.id)])
        cls.other_warehouse = cls.env["stock.warehouse"].create(
            {"name": "Second", "code": "SEC", "company_id": cls.company.id}
        )
        (cls.butter + cls.cheese).is_storable = True
        cls.put(cls.butter, cls.warehouse, 12)
        cls.put(cls.butter, cls.other_warehouse, 5)

    @classmethod
    def put(cls, product, warehouse, quantity):
        quants = cls.env["stock.quant"]
        quants._update_available_quantity(product, warehouse.lot_stock_id, quantity)

    def suggest(self, user=None, **values):
        values = {
            "company_id": self.company.id,
            "partner_id": self.customer.id,
            "product_ids": self.apple.ids,
            "warehouse_id": self.warehouse.id,
            **values,
        }
        # the language is in the context of whatever the web client asks
        orders = self.env["sale.order"].with_user(user or self.salesman)
        orders = orders.with_context(lang="en_US")
        suggestions = orders.get_affinity_suggestions(values)
        return {
            values["name"]: (values.get("stock"), values.get("in_stock")) for values in suggestions
        }

    def test_free_quantity_of_the_warehouse(self):
        self.assertEqual(
            self.suggest(),
            {
                "Butter": ("12 Units in stock", True),
                "Cheese": ("Not in stock", False),
                "Dates": (None, None),
            },
        )
        self.assertEqual(
            self.suggest(warehouse_id=self.other_warehouse.id)["Butter"],
            ("5 Units in stock", True),
        )
        self.assertEqual(self.suggest(warehouse_id=False)["Butter"], ("17 Units in stock", True))

    def test_the_same_as_core_says(self):
        order = self.create_order("b", warehouse_id=self.warehouse.id)
        order.order_line.product_uom_qty = 4
        order.action_confirm()
        product = self.butter.with_context(warehouse_id=self.warehouse.id)
        self.assertEqual(product.free_qty, 8.0)
        self.assertEqual(self.suggest()["Butter"], ("8 Units in stock", True))

    def test_less_than_the_customer_takes(self):
        order = self.create_order("b", warehouse_id=self.warehouse.id)
        order.order_line.product_uom_qty = 9
        order.action_confirm()
        self.assertEqual(self.suggest()["Butter"], ("3 Units in stock", False))

    def test_one_query_more(self):
        pricelist = self.env["product.pricelist"].create(
            {
                "name": "Foreign",
                "currency_id": self.env["res.currency"].create({"name": "TST", "symbol": "T"}).id,
                "item_ids": [Command.create({"percent_price": 5, "compute_price": "percentage"})],
            }
        )
        for _use in range(4):
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            self.suggest(pricelist_id=pricelist.id)
        self.assertLessEqual(self.env.cr.sql_log_count - before, 6)

    def test_on_the_screen(self):
        order = self.create_order(
            "a", user_id=self.salesman.id, warehouse_id=self.other_warehouse.id
        )
        self.start_tour(
            f"/odoo/orders/{order.id}", "crm_analytics_stock_suggestions", login="basket_salesman"
        )
