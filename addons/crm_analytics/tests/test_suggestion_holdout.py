from odoo.exceptions import ValidationError
from odoo.tests import Form, tagged

from ..models.sale_order import SEEDS
from .test_suggestion_panel import PanelCommon


@tagged("post_install", "-at_install")
class TestSuggestionHoldout(PanelCommon):
    """A share of quotations gets no suggestions, drawn by lot and once."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.set_parameters(holdout=10)

    def create_with_seed(self, seed, products="a"):
        return self.create_order(products, user_id=self.salesman.id, suggestion_seed=seed)

    def log(self, order, state="shown", letters="b"):
        products = [self.letters[letter].id for letter in letters]
        order.with_user(self.salesman).log_affinity_suggestions(
            state, products, order.order_line.product_id.ids
        )
        suggestions = self.env["sale.suggestion"].search([("order_id", "=", order.id)])
        return {suggestion.product_id.name: suggestion.state for suggestion in suggestions}

    def is_held_out(self, order):
        return not self.suggest(order_id=order.id)

    def test_by_the_seed(self):
        for seed, expected in ((-5, False), (1, True), (999, True), (1000, False), (SEEDS, False)):
            self.assertEqual(self.is_held_out(self.create_with_seed(seed)), expected, seed)

    def test_quotation_not_saved_yet(self):
        self.assertEqual(self.suggest(suggestion_seed=5), [])
        self.assertEqual(len(self.suggest(suggestion_seed=5000)), 2)
        self.assertEqual(len(self.suggest()), 2, "a screen that has no seed")

    def test_the_form_keeps_the_seed_it_had_on_the_screen(self):
        with Form(self.env["sale.order"]) as form:
            form.partner_id = self.customer
            seed = form.suggestion_seed
        order = form.save()
        self.assertTrue(1 <= seed <= SEEDS)
        self.assertEqual(order.suggestion_seed, seed)

    def test_each_quotation_is_drawn_anew(self):
        orders = [self.create_order("a") for _number in range(12)]
        self.assertGreater(len({order.suggestion_seed for order in orders}), 6)
        order = self.create_with_seed(5)
        copies = [order.copy() for _number in range(4)]
        self.assertNotEqual({copy.suggestion_seed for copy in copies}, {5})

    def test_stable_whatever_happens_to_the_quotation(self):
        for seed, held_out in ((5, True), (5000, False)):
            order = self.create_with_seed(seed)
            self.log(order)
            for share in (0, 10, 50):
                self.set_parameters(holdout=share)
                self.assertEqual(self.is_held_out(order), held_out, (seed, share))
            order.write({"partner_id": self.env["res.partner"].create({"name": "X"}).id})
            self.assertEqual(self.is_held_out(order), held_out)
            self.set_parameters(holdout=10)

    def test_orders_without_a_seed_go_by_their_id(self):
        orders = self.env["sale.order"].union(*(self.create_order("a") for _number in range(3)))
        self.env.cr.execute(
            "UPDATE sale_order SET suggestion_seed = NULL WHERE id IN %s", (tuple(orders.ids),)
        )
        self.env.invalidate_all()
        first = [self.is_held_out(order) for order in orders]
        self.assertEqual([self.is_held_out(order) for order in orders], first)
        is_held_out = self.env["sale.order"]._is_held_out
        held_out = sum(is_held_out(None, 0, order_id) for order_id in range(1, SEEDS + 1))
        self.assertEqual(held_out, 999)
        runs = [is_held_out(None, 0, order_id) for order_id in range(1, 101)]
        self.assertIn(True, runs)
        self.assertIn(False, runs[runs.index(True) : runs.index(True) + 3], "not in a row")

    def test_nobody_is_held_out_by_a_share_of_zero(self):
        self.set_parameters(holdout=0)
        self.assertFalse(self.is_held_out(self.create_with_seed(1)))

    def test_what_would_have_been_shown_is_logged(self):
        order = self.create_with_seed(5)
        self.assertEqual(self.log(order, letters=""), {"Butter": "held_out", "Cheese": "held_out"})
        suggestions = self.env["sale.suggestion"].search([("order_id", "=", order.id)])
        places = {suggestion.product_id: suggestion.position for suggestion in suggestions}
        self.assertEqual(places, {self.butter: 1, self.cheese: 2})

    def test_nothing_to_show_logs_nothing(self):
        self.assertEqual(self.log(self.create_with_seed(5, "e"), letters=""), {})
        self.assertEqual(self.log(self.create_with_seed(5000, "a"), letters=""), {})

    # Settings

    def test_settings(self):
        settings = self.env["res.config.settings"].create({})
        self.assertEqual(settings.affinity_holdout, 10)
        settings.affinity_holdout = 0
        settings.set_values()
        self.assertEqual(self.env["res.config.settings"].create({}).affinity_holdout, 0)
        for values, message in (
            ({"affinity_holdout": 51}, "50 percent"),
            ({"affinity_hidden_months": 0}, "one month"),
            ({"affinity_hidden_months": 1201}, "at most 1200 months"),
        ):
            with self.assertRaisesRegex(ValidationError, message):
                self.env["res.config.settings"].create(values)
