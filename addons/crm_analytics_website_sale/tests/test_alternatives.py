from odoo.tests import tagged

from odoo.addons.crm_analytics.tests.common import BasketCommon


@tagged("post_install", "-at_install")
class TestAlternatives(BasketCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.write_affinities(
            (cls.apple, cls.butter, 14, 22, 30, 2.3, 0.30),
            (cls.apple, cls.cheese, 9, 22, 12, 1.5, 0.20),
            (cls.apple, cls.dates, 8, 22, 12, 1.5, 0.10),
        )

    def suggest(self):
        values = {
            "company_id": self.company.id,
            "partner_id": self.customer.id,
            "product_ids": self.apple.ids,
        }
        orders = self.env["sale.order"].with_user(self.salesman)
        return {product["name"] for product in orders.get_affinity_suggestions(values)}

    def test_alternatives_of_what_is_on_the_order(self):
        self.assertEqual(self.suggest(), {"Butter", "Cheese", "Dates"})
        self.apple.alternative_product_ids = self.butter.product_tmpl_id
        self.assertEqual(self.suggest(), {"Cheese", "Dates"})

    def test_what_has_a_product_of_the_order_as_alternative(self):
        self.cheese.alternative_product_ids = self.apple.product_tmpl_id
        self.assertEqual(self.suggest(), {"Butter", "Dates"})

    def test_alternatives_of_other_products_are_proposed(self):
        self.eggs.alternative_product_ids = (self.butter + self.dates).product_tmpl_id
        self.assertEqual(self.suggest(), {"Butter", "Cheese", "Dates"})
