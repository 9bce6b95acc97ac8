from unittest.mock import patch

from odoo import Command
from odoo.exceptions import UserError
from odoo.tests import tagged

from .common import BasketCommon


@tagged("post_install", "-at_install")
class TestSaleSuggestion(BasketCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.fig = cls.env["product.product"].create(
            {"name": "Fig", "list_price": 20.0, "taxes_id": False}
        )
        cls.write_affinities(
            (cls.apple, cls.butter, 14, 22, 30, 2.34, 0.30),
            (cls.apple, cls.cheese, 9, 22, 12, 1.50, 0.20),
            (cls.dates, cls.cheese, 7, 10, 12, 1.80, 0.15),
            (cls.apple, cls.fig, 5, 22, 6, 1.20, 0.10),
        )
        cls.order = cls.create_order("a", user_id=cls.salesman.id)

    def suggest(self, letters="a", limit=5, user=None, **values):
        products = [self.letters[letter].id for letter in letters]
        values = {
            "company_id": self.company.id,
            "partner_id": self.customer.id,
            "product_ids": products,
            **values,
        }
        orders = self.env["sale.order"].with_user(user or self.salesman)
        return orders.get_affinity_suggestions(values, limit)

    def suggest_names(self, *args, **kwargs):
        return [suggestion["name"] for suggestion in self.suggest(*args, **kwargs)]

    # What is proposed

    def test_best_first_with_reason(self):
        suggestions = self.suggest()
        self.assertEqual([s["name"] for s in suggestions], ["Butter", "Cheese", "Fig"])
        self.assertEqual(
            suggestions[0]["reason"], "14 of 22 orders with Apple also had it; lift 2.3"
        )

    def test_scores_are_summed_over_the_order(self):
        suggestions = self.suggest("ad")
        self.assertEqual([s["name"] for s in suggestions], ["Cheese", "Butter", "Fig"])
        self.assertIn("with Apple", suggestions[0]["reason"], "the nearest of the two")

    def test_same_as_the_mined_functions(self):
        """PostgreSQL's ranking of one basket is `complete_baskets`, the function evaluated."""
        import numpy as np

        from ..mining import recommend
        from ..mining.affinity import Affinities
        from ..mining.baskets import build_baskets

        with patch("odoo.addons.crm_analytics.mining.affinity.SIGNIFICANCE", 0.0):
            self.confirm_orders(["ab", "abc", "abcd", "acd", "bde", "be", "bce", "ade", "e", "c"])
            self.mine()
        rows = list(self.get_pairs().values())
        product = np.array([row.product_id.id for row in rows])
        other = np.array([row.other_product_id.id for row in rows])
        score = np.array([row.score for row in rows])
        ids = np.array(sorted(self.products.ids))
        scores = recommend.score_matrix(
            Affinities(product, other, *(np.zeros(len(rows)),) * 6, score), ids
        )
        for basket in ("a", "be", "cd", "ade"):
            chosen = np.array(sorted(self.letters[letter].id for letter in basket))
            matrix = build_baskets(np.zeros(len(chosen), int), chosen).matrix
            padded = matrix.copy()
            padded.indices = np.searchsorted(ids, chosen).astype(np.int32)
            padded.resize((1, len(ids)))
            [best] = recommend.complete_baskets(padded, scores, 5)
            expected = [int(ids[column]) for column in best if column >= 0]
            self.assertEqual([s["product_id"] for s in self.suggest(basket)], expected)

    def test_limit(self):
        self.assertEqual(self.suggest_names(limit=2), ["Butter", "Cheese"])

    def test_empty_order(self):
        self.assertEqual(self.suggest(""), [])

    def test_price_for_this_customer(self):
        pricelist = self.env["product.pricelist"].create(
            {
                "name": "Ten percent off",
                "company_id": self.company.id,
                "item_ids": [
                    Command.create(
                        {
                            "compute_price": "percentage",
                            "percent_price": 10,
                            "applied_on": "3_global",
                        }
                    )
                ],
            }
        )
        self.assertEqual(self.suggest()[0]["price"], 10.0)
        suggestion = self.suggest(pricelist_id=pricelist.id)[0]
        self.assertEqual(suggestion["price"], 9.0)
        self.assertEqual(suggestion["currency_id"], pricelist.currency_id.id)

    def test_price_is_the_one_the_line_gets(self):
        """A fiscal position takes a tax out of a price that includes it."""
        group = self.env["account.tax.group"].create(
            {"name": "Taxes", "company_id": self.company.id}
        )
        common = {"tax_group_id": group.id, "country_id": self.env.ref("base.be").id}
        included, none = self.env["account.tax"].create(
            [
                {"name": "20%", "amount": 20, "price_include_override": "tax_included", **common},
                {"name": "Export", "amount": 0, **common},
            ]
        )
        position = self.env["account.fiscal.position"].create({"name": "Export"})
        none.write({"fiscal_position_ids": position.ids, "original_tax_ids": included.ids})
        self.butter.write({"list_price": 12.0, "taxes_id": included.ids})
        order = self.create_order("b", fiscal_position_id=position.id)
        suggestion = self.suggest(fiscal_position_id=position.id)[0]
        self.assertEqual(suggestion["price"], order.order_line.price_unit)
        self.assertEqual(suggestion["price"], 10.0)
        self.assertEqual(self.suggest()[0]["price"], 12.0)

    def test_lines_the_screen_did_not_load(self):
        self.assertEqual(
            self.suggest_names("", line_ids=self.order.order_line.ids), ["Butter", "Cheese", "Fig"]
        )

    def test_lines_and_products_deleted_meanwhile(self):
        """In another tab: the panel is no place to say so."""
        gone = self.env["product.product"].create({"name": "Gone"})
        line_ids, gone_id = self.order.order_line.ids, gone.id
        self.order.order_line.unlink()
        gone.unlink()
        self.assertEqual(self.suggest_names("", line_ids=line_ids, product_ids=[gone_id]), [])
        self.assertEqual(self.suggest_names("a", line_ids=line_ids)[0], "Butter")

    def test_lines_of_an_order_one_may_not_read_tell_nothing(self):
        other = self.create_order("a", user_id=self.manager.id)
        self.env.invalidate_all()
        self.assertEqual(self.suggest_names("", line_ids=other.order_line.ids), [])

    # What is never proposed

    def test_products_on_the_order(self):
        self.assertEqual(self.suggest_names("ab"), ["Cheese", "Fig"])

    def test_variants_of_products_on_the_order(self):
        attribute = self.env["product.attribute"].create(
            {
                "name": "Size",
                "value_ids": [Command.create({"name": name}) for name in ("S", "L")],
            }
        )
        template = self.env["product.template"].create(
            {
                "name": "Shirt",
                "attribute_line_ids": [
                    Command.create(
                        {
                            "attribute_id": attribute.id,
                            "value_ids": [Command.set(attribute.value_ids.ids)],
                        }
                    )
                ],
            }
        )
        small, large = template.product_variant_ids
        self.write_affinities((self.apple, large, 5, 22, 6, 9.9, 0.9))
        self.assertEqual(self.suggest()[0]["product_id"], large.id)
        on_order = self.suggest("", product_ids=(self.apple + small).ids)
        self.assertNotIn(large.id, [suggestion["product_id"] for suggestion in on_order])

    def test_archived(self):
        self.butter.active = False
        self.assertEqual(self.suggest_names(), ["Cheese", "Fig"])

    def test_not_for_sale(self):
        self.butter.sale_ok = False
        self.assertEqual(self.suggest_names(), ["Cheese", "Fig"])

    def test_product_of_another_company(self):
        self.butter.company_id = self.other_company
        self.assertEqual(self.suggest_names(), ["Cheese", "Fig"])

    def test_affinities_of_another_company(self):
        self.write_affinities(
            (self.eggs, self.butter, 9, 9, 9, 9.0, 0.9), company=self.other_company
        )
        self.assertEqual(self.suggest_names("e"), [])
        self.manager.company_ids += self.other_company
        both = (self.company + self.other_company).ids
        orders = self.env["sale.order"].with_user(self.manager)
        orders = orders.with_context(allowed_company_ids=both)
        values = {"company_id": self.company.id, "product_ids": self.eggs.ids}
        self.assertEqual(orders.get_affinity_suggestions(values), [])

    def test_dismissed_on_this_order(self):
        self.order.with_user(self.salesman).log_affinity_suggestions(
            "dismissed", self.butter.ids, self.apple.ids
        )
        self.assertEqual(self.suggest_names(order_id=self.order.id), ["Cheese", "Fig"])
        another = self.create_order("a", user_id=self.salesman.id)
        self.assertEqual(self.suggest_names(order_id=another.id), ["Butter", "Cheese", "Fig"])

    def test_dismissed_on_an_order_not_saved(self):
        self.assertEqual(self.suggest_names(dismissed_ids=self.butter.ids), ["Cheese", "Fig"])

    # Cost

    def test_fixed_number_of_queries(self):
        pricelist = self.env["product.pricelist"].create(
            {"name": "Any", "company_id": self.company.id}
        )

        others = self.env["product.product"].create([{"name": f"P{i}"} for i in range(30)])
        self.write_affinities(
            *((self.dates, product, 5, 22, 6, 1.2, 0.5) for product in others),
        )

        def count(letters):
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            suggestions = self.suggest(
                letters, order_id=self.order.id, pricelist_id=pricelist.id, limit=8
            )
            return len(suggestions), self.env.cr.sql_log_count - before

        count("abcde")  # rights and rules are cached from here on
        self.assertEqual((count("a")[0], count("abcde")[0]), (3, 8))
        self.assertEqual(count("a")[1], count("abcde")[1])
        self.assertLessEqual(count("abcde")[1], 5)

    def test_read_only(self):
        """The panel may be asked for on a replica: nothing is written, nothing is logged."""
        self.assertTrue(self.env["sale.order"].get_affinity_suggestions._readonly)
        self.suggest(order_id=self.order.id)
        self.assertFalse(self.env["sale.suggestion"].search([("order_id", "=", self.order.id)]))

    # Memory

    def log(self, state, products, basket=None, user=None):
        order = self.order.with_user(user or self.salesman)
        order.log_affinity_suggestions(state, products.ids, (basket or self.apple).ids)

    def get_states(self):
        suggestions = self.env["sale.suggestion"].search([("order_id", "=", self.order.id)])
        return {suggestion.product_id: suggestion.state for suggestion in suggestions}

    def test_shown_is_remembered_once(self):
        self.log("shown", self.butter + self.cheese)
        self.log("shown", self.butter + self.fig)
        self.assertEqual(
            self.get_states(), dict.fromkeys(self.butter + self.cheese + self.fig, "shown")
        )

    def test_last_word_counts(self):
        self.log("shown", self.butter + self.cheese + self.fig)
        self.log("added", self.butter)
        self.log("dismissed", self.cheese)
        self.log("shown", self.butter + self.cheese)
        self.assertEqual(
            self.get_states(),
            {self.butter: "added", self.cheese: "dismissed", self.fig: "shown"},
        )
        self.log("dismissed", self.butter)
        self.assertEqual(self.get_states()[self.butter], "dismissed")

    def test_log_keeps_reason_score_and_company(self):
        self.log("shown", self.butter)
        suggestion = self.env["sale.suggestion"].search([("order_id", "=", self.order.id)])
        self.assertEqual(suggestion.reason, "14 of 22 orders with Apple also had it; lift 2.3")
        self.assertAlmostEqual(suggestion.score, 0.30)
        self.assertEqual(suggestion.company_id, self.company)
        self.assertEqual(suggestion.create_uid, self.salesman)

    def test_log_of_what_has_no_affinity_any_more(self):
        self.log("dismissed", self.eggs)
        self.assertEqual(self.get_states(), {self.eggs: "dismissed"})

    def test_unknown_state_is_refused(self):
        with self.assertRaisesRegex(UserError, "shown, added or dismissed"):
            self.log("sold", self.butter)

    def test_amount_is_what_the_order_has(self):
        self.log("added", self.butter + self.cheese)
        self.log("shown", self.apple)
        self.order.order_line = [
            Command.create({"product_id": self.butter.id, "product_uom_qty": 3})
        ]
        suggestions = self.env["sale.suggestion"].search([("order_id", "=", self.order.id)])
        amounts = {suggestion.product_id: suggestion.amount for suggestion in suggestions}
        self.assertEqual(amounts, {self.butter: 30.0, self.cheese: 0.0, self.apple: 10.0})

    def test_deleted_quotation_takes_its_log_along(self):
        self.log("shown", self.butter)
        self.order.unlink()
        self.assertFalse(self.env["sale.suggestion"].search([("product_id", "=", self.butter.id)]))
