from odoo.exceptions import UserError
from odoo.tests import tagged

from .test_suggestion_panel import PanelCommon

# What a browser, an old page or a script may send in place of an id or a list of them.
NONSENSE = (
    "x",
    "1",
    "virtual_3",
    "a\x00b",
    -1,
    2**40,
    1.5,
    True,
    [1],
    [[1]],
    ["x", None],
    {"a": 1},
)


@tagged("post_install", "-at_install")
class TestSuggestionInput(PanelCommon):
    """Whatever is sent, the panel answers by what makes sense of it, and the log stays true."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.order = cls.create_order("a", user_id=cls.salesman.id)

    def log(self, state, product_ids, basket_ids=False, *args):
        order = self.order.with_user(self.salesman)
        order.log_affinity_suggestions(state, product_ids, basket_ids, *args)
        suggestions = self.env["sale.suggestion"].search([("order_id", "=", self.order.id)])
        return {suggestion.product_id.name: suggestion for suggestion in suggestions}

    def test_nonsense_on_the_screen(self):
        for key in (
            "line_ids",
            "dismissed_ids",
            "order_id",
            "suggestion_seed",
            "partner_id",
            "pricelist_id",
            "fiscal_position_id",
            "date_order",
        ):
            for value in NONSENSE:
                with self.subTest(key=key, value=value):
                    names = [s["name"] for s in self.suggest(**{key: value})]
                    self.assertEqual(names, ["Butter", "Cheese"])
        for value in NONSENSE:
            with self.subTest(product_ids=value):
                self.assertEqual(self.suggest(product_ids=value), [])

    def test_no_screen_at_all(self):
        orders = self.env["sale.order"].with_user(self.salesman)
        for values in (None, [], "x", 5, {}):
            self.assertEqual(orders.get_affinity_suggestions(values), [])

    def test_nonsense_for_a_limit(self):
        orders = self.env["sale.order"].with_user(self.salesman)
        values = {"company_id": self.company.id, "product_ids": self.apple.ids}
        for limit in (*NONSENSE, 0, None, 10**9):
            with self.subTest(limit=limit):
                suggestions = orders.get_affinity_suggestions(values, limit)
                self.assertEqual(len(suggestions), 2 if limit == 10**9 else 0)

    def test_nonsense_in_the_log(self):
        for value in NONSENSE:
            with self.subTest(value=value):
                self.log("shown", value)
                self.log("shown", [self.butter.id], value)
                self.log("shown", [self.butter.id], False, value)
                with self.assertRaises(UserError):
                    self.log("dismissed", [self.butter.id], False, [], value)
        self.assertEqual(
            self.log("shown", ["x", self.cheese.id], False, [1, 7])["Cheese"].position, 7
        )

    def test_the_same_product_twice(self):
        logged = self.log("added", [self.butter.id, self.butter.id])
        self.assertEqual(logged["Butter"].state, "added")

    def test_fewer_positions_than_products(self):
        logged = self.log("shown", (self.butter + self.cheese).ids, False, [3])
        self.assertEqual([logged[name].position for name in ("Butter", "Cheese")], [3, 0])

    def test_many_products(self):
        products = self.env["product.product"].create([{"name": str(n)} for n in range(110)])
        self.assertEqual(len(self.log("shown", products.ids)), 100)

    def test_nothing_is_added_or_dismissed_on_a_quotation_held_out(self):
        self.set_parameters(holdout=10)
        self.order.suggestion_seed = 5
        for state in ("added", "dismissed"):
            self.assertFalse(self.log(state, [self.butter.id]))
        for state in ("shown", "added", "dismissed"):
            logged = self.log(state, [self.butter.id])
            self.assertEqual({row.state for row in logged.values()}, {"held_out"})
        self.set_parameters(holdout=0)
        self.log("added", [self.butter.id])
        self.assertEqual(logged["Butter"].state, "held_out")

    def test_settings_out_of_all_bounds(self):
        self.set_parameters(hidden_months="9" * 20, holdout=1000, months="9" * 20)
        settings = self.env["sale.suggestion"]._get_suggestion_settings()
        self.assertEqual(settings, {"holdout": 50, "hidden_months": 1200})
        self.assertEqual(self.Affinity._get_mining_settings()["months"], 1200)
        self.assertEqual(len(self.suggest(suggestion_seed=9999)), 2)
        self.assertEqual(self.mine()["pairs"], 0)
