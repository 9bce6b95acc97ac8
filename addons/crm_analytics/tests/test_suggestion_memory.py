from datetime import timedelta

from odoo import Command, fields
from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged

from .test_suggestion_panel import PanelCommon


@tagged("post_install", "-at_install")
class TestSuggestionMemory(PanelCommon):
    """What a customer does not want or has is not proposed again."""

    def dismiss(self, partner=None, product=None, reason=False):
        order = self.create_order(
            "a", user_id=self.salesman.id, partner_id=(partner or self.customer).id
        )
        order.with_user(self.salesman).log_affinity_suggestions(
            "dismissed", (product or self.butter).ids, self.apple.ids, dismiss_reason=reason
        )
        return self.env["sale.suggestion"].search([("order_id", "=", order.id)])

    def test_dismissed_twice_by_the_customer(self):
        self.dismiss()
        self.assertEqual(self.suggest_names(), ["Butter", "Cheese"])
        self.dismiss()
        self.assertEqual(self.suggest_names(), ["Cheese"])

    def test_contacts_are_one_customer(self):
        contact = self.env["res.partner"].create({"name": "C", "parent_id": self.customer.id})
        self.dismiss()
        suggestion = self.dismiss(contact)
        self.assertEqual(suggestion.partner_id, self.customer)
        self.assertEqual(self.suggest_names(partner_id=contact.id), ["Cheese"])

    def test_by_another_customer(self):
        stranger = self.env["res.partner"].create({"name": "Stranger"})
        self.dismiss(stranger)
        self.dismiss(stranger)
        self.assertEqual(self.suggest_names(), ["Butter", "Cheese"])

    def test_until_some_months_have_passed(self):
        suggestions = self.dismiss() + self.dismiss()
        self.env.cr.execute(
            "UPDATE sale_suggestion SET write_date = %s WHERE id IN %s",
            (fields.Datetime.now() - timedelta(days=100), tuple(suggestions.ids)),
        )
        self.assertEqual(self.suggest_names(), ["Cheese"])
        self.set_parameters(hidden_months=3)
        self.assertEqual(self.suggest_names(), ["Butter", "Cheese"])

    def test_has_it_already_is_enough_once(self):
        suggestion = self.dismiss(reason="has_already")
        self.assertEqual(suggestion.dismiss_reason, "has_already")
        self.assertEqual(self.suggest_names(), ["Cheese"])

    def test_unknown_reason(self):
        with self.assertRaisesRegex(UserError, "not_needed"):
            self.dismiss(reason="ugly")
        order = self.create_order("a", user_id=self.salesman.id)
        with self.assertRaises(UserError):
            order.log_affinity_suggestions("added", [], [], dismiss_reason="later")

    # Owned

    def test_durable_goods_are_bought_once(self):
        self.confirm_orders(["b"])
        self.assertEqual(self.suggest_names(), ["Butter", "Cheese"])
        self.butter.bought_once = True
        self.assertEqual(self.suggest_names(), ["Cheese"])
        stranger = self.env["res.partner"].create({"name": "Stranger"})
        self.assertEqual(self.suggest_names(partner_id=stranger.id), ["Butter", "Cheese"])

    def test_durable_by_a_category_above(self):
        self.confirm_orders(["b"])
        above = self.env["product.category"].create({"name": "Tools", "bought_once": True})
        self.butter.categ_id = self.env["product.category"].create(
            {"name": "Saws", "parent_id": above.id}
        )
        self.assertEqual(self.suggest_names(), ["Cheese"])

    def test_a_quotation_is_not_owned(self):
        self.create_order("b")
        self.butter.bought_once = True
        self.assertEqual(self.suggest_names(), ["Butter", "Cheese"])

    def test_owned_by_an_order_of_a_colleague(self):
        """The salesperson sees his own orders only; the customer has it all the same."""
        self.confirm_orders(["b"], user_id=self.manager.id)
        self.butter.bought_once = True
        self.assertEqual(self.suggest_names(), ["Cheese"])

    def test_owned_in_another_size(self):
        attribute = self.env["product.attribute"].create(
            {"name": "Size", "value_ids": [Command.create({"name": name}) for name in "SL"]}
        )
        values = {"attribute_id": attribute.id, "value_ids": attribute.value_ids.ids}
        template = self.env["product.template"].create(
            {
                "name": "Saw",
                "bought_once": True,
                "attribute_line_ids": [Command.create(values)],
            }
        )
        small, large = template.product_variant_ids
        self.write_affinities((self.apple, large, 5, 6, 7, 2.0, 0.9))
        self.assertIn("Saw (L)", self.suggest_names())
        self.create_order(small).action_confirm()
        self.assertNotIn("Saw (L)", self.suggest_names())

    # What the log keeps

    def test_position_origin_kind_and_version(self):
        self.company.affinity_version = 7
        order = self.create_order("a", user_id=self.salesman.id)
        order.with_user(self.salesman).log_affinity_suggestions(
            "shown", (self.cheese + self.butter).ids, self.apple.ids, [2, 1]
        )
        logged = {
            suggestion.product_id: suggestion
            for suggestion in self.env["sale.suggestion"].search([("order_id", "=", order.id)])
        }
        butter = logged[self.butter]
        self.assertEqual((butter.position, logged[self.cheese].position), (1, 2))
        self.assertEqual((butter.kind, butter.origin_product_id), ("affinity", self.apple))
        self.assertEqual((butter.model_version, butter.partner_id), (7, self.customer))

    def test_products_of_the_lines_if_the_screen_does_not_know(self):
        order = self.create_order("ab", user_id=self.salesman.id)
        order.with_user(self.salesman).log_affinity_suggestions("added", self.butter.ids, False)
        suggestion = self.env["sale.suggestion"].search([("order_id", "=", order.id)])
        self.assertIn("with Apple", suggestion.reason)

    def test_margin_of_the_log(self):
        order = self.create_order("ab", user_id=self.salesman.id)
        order.log_affinity_suggestions("added", self.butter.ids, self.apple.ids)
        self.butter.with_company(self.company).standard_price = 6.0
        suggestion = self.env["sale.suggestion"].search([("order_id", "=", order.id)])
        self.assertEqual((suggestion.amount, suggestion.margin), (10.0, 4.0))
        with self.assertRaises(AccessError):
            suggestion.with_user(self.salesman).read(["margin"])
