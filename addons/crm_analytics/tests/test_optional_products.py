from odoo import Command
from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged

from .common import BasketCommon


@tagged("post_install", "-at_install")
class TestOptionalProducts(BasketCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.fig = cls.env["product.product"].create({"name": "Fig"})
        cls.rows = cls.write_affinities(
            (cls.apple, cls.butter, 14, 22, 30, 2.3, 0.30),
            (cls.apple, cls.cheese, 9, 22, 12, 1.5, 0.20),
            (cls.apple, cls.dates, 9, 22, 12, 1.5, 0.15),
            (cls.apple, cls.eggs, 5, 22, 6, 1.2, 0.10),
            (cls.butter, cls.apple, 14, 30, 22, 2.3, 0.30),
        )
        cls.template = cls.apple.product_tmpl_id
        cls.buyer = cls.new_user(
            "basket_products", "sales_team.group_sale_manager,product.group_product_manager"
        )

    def get_optional(self, product=None):
        return (product or self.apple).optional_product_ids.mapped("name")

    def test_best_three(self):
        action = self.template.with_user(self.buyer).action_set_optional_products()
        self.assertEqual(set(self.get_optional()), {"Butter", "Cheese", "Dates"})
        self.assertEqual(action["params"]["message"], "Optional products added: 3, to 1 products.")

    def test_what_somebody_chose_stays(self):
        self.apple.optional_product_ids = (self.fig + self.butter).product_tmpl_id
        self.template.action_set_optional_products()
        self.assertEqual(set(self.get_optional()), {"Butter", "Cheese", "Dates", "Fig"})
        action = self.template.action_set_optional_products()
        self.assertIn("No optional product to add", action["params"]["message"])

    def test_archived_unsaleable_and_other_companys_products_are_left_out(self):
        self.butter.active = False
        self.cheese.sale_ok = False
        self.dates.company_id = self.other_company
        self.template.action_set_optional_products()
        self.assertEqual(self.get_optional(), ["Eggs"])

    def test_product_of_a_company_is_no_option_for_all(self):
        self.butter.company_id = self.company
        self.template.action_set_optional_products()
        self.assertNotIn("Butter", self.get_optional())
        self.apple.company_id = self.company
        self.template.action_set_optional_products()
        self.assertIn("Butter", self.get_optional())
        self.template._check_company()

    def test_variants_count_together_and_not_for_each_other(self):
        attribute = self.env["product.attribute"].create(
            {"name": "Size", "value_ids": [Command.create({"name": name}) for name in ("S", "L")]}
        )
        lines = {"attribute_id": attribute.id, "value_ids": [Command.set(attribute.value_ids.ids)]}
        shirt = self.env["product.template"].create(
            {"name": "Shirt", "attribute_line_ids": [Command.create(lines)]}
        )
        small, large = shirt.product_variant_ids
        self.write_affinities(
            (small, large, 9, 9, 9, 1.0, 0.90),
            (small, self.cheese, 9, 9, 9, 1.0, 0.10),
            (large, self.cheese, 9, 9, 9, 1.0, 0.80),
            (large, self.butter, 9, 9, 9, 1.0, 0.70),
        )
        pairs = shirt._get_best_pairs(1)
        self.assertEqual(pairs, [(shirt.id, self.cheese.product_tmpl_id.id)])

    def test_affinities_of_another_company(self):
        self.write_affinities((self.apple, self.fig, 9, 9, 9, 9, 9), company=self.other_company)
        self.template.action_set_optional_products()
        self.assertNotIn("Fig", self.get_optional())

    def test_chosen_pairs(self):
        (self.rows[3] + self.rows[4]).with_user(self.buyer).action_set_optional_products()
        self.assertEqual(self.get_optional(), ["Eggs"])
        self.assertEqual(self.get_optional(self.butter), ["Apple"])

    def test_chosen_pairs_that_cannot_be(self):
        self.eggs.active = False
        with self.assertRaisesRegex(UserError, "active and for sale"):
            self.rows[3].action_set_optional_products()

    def test_only_who_may_write_products(self):
        for records in (self.template, self.rows[0]):
            with self.assertRaises(AccessError):
                records.with_user(self.salesman).action_set_optional_products()
        self.assertFalse(self.get_optional())

    def test_fixed_number_of_queries(self):
        def count(templates):
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            templates.action_set_optional_products()
            return self.env.cr.sql_log_count - before

        count(self.fig.product_tmpl_id)
        few = count(self.template)
        self.assertLessEqual(count(self.products.product_tmpl_id), few + 2)
        self.assertEqual(self.get_optional(self.butter), ["Apple"])
