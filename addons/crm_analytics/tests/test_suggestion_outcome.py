from odoo import Command
from odoo.tests import tagged

from .suggestion_common import SuggestionCommon


@tagged("post_install", "-at_install")
class TestSuggestionOutcome(SuggestionCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.order = cls.create_order("a", user_id=cls.salesman.id)

    def test_confirmed(self):
        """Each state, with the product on the order and without it."""
        other = self.create_order("a")
        for order in (self.order, other):
            for letter, state in zip("bcd", ("shown", "added", "dismissed"), strict=True):
                self.propose(order, letter, state)
        for letter in "bcd":
            self.add_line(self.order, letter)
        (self.order + other).action_confirm()
        self.assertEqual(
            self.get_states(self.order),
            {"Butter": "ordered", "Cheese": "ordered", "Dates": "ordered"},
        )
        self.assertEqual(
            self.get_states(other), {"Butter": "shown", "Cheese": "refused", "Dates": "dismissed"}
        )

    def test_option_left_at_zero_is_refused(self):
        self.propose(self.order, "bc", "added")
        self.add_line(self.order, "b", quantity=0)
        self.add_line(self.order, "c", quantity=2)
        self.order.action_confirm()
        self.assertEqual(self.get_states(self.order), {"Butter": "refused", "Cheese": "ordered"})

    def test_another_variant_counts(self):
        attribute = self.env["product.attribute"].create(
            {"name": "Size", "value_ids": [Command.create({"name": name}) for name in ("S", "L")]}
        )
        shirt = self.env["product.template"].create(
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
        small, large = shirt.product_variant_ids
        suggestion = self.propose(self.order, "b", "added", product_id=small.id)
        self.order.order_line = [Command.create({"product_id": large.id, "price_unit": 8})]
        self.order.action_confirm()
        self.assertEqual(suggestion.state, "ordered")
        self.assertEqual(suggestion.amount, 8.0)

    def test_held_out_stays_held_out(self):
        suggestion = self.propose(self.order, "b", "held_out")
        self.add_line(self.order, "b")
        self.order.action_confirm()
        self.assertEqual(suggestion.state, "held_out")
        self.order._action_cancel()
        self.order.action_draft()
        self.assertEqual(suggestion.state, "held_out")

    def test_cancelled_quotation(self):
        self.propose(self.order, "b", "shown")
        self.propose(self.order, "c", "added")
        self.propose(self.order, "d", "dismissed")
        self.add_line(self.order, "c")
        self.order.action_cancel()
        self.assertEqual(
            self.get_states(self.order),
            {"Butter": "shown", "Cheese": "refused", "Dates": "dismissed"},
        )

    def test_order_cancelled_and_taken_up_again(self):
        self.propose(self.order, "bc", "added")
        self.add_line(self.order, "b")
        self.order.action_confirm()
        self.assertEqual(self.get_states(self.order), {"Butter": "ordered", "Cheese": "refused"})
        self.order._action_cancel()
        self.assertEqual(self.get_states(self.order), {"Butter": "refused", "Cheese": "refused"})
        self.order.action_draft()
        self.assertEqual(self.get_states(self.order), {"Butter": "added", "Cheese": "refused"})
        self.order.action_confirm()
        self.assertEqual(self.get_states(self.order), {"Butter": "ordered", "Cheese": "refused"})

    def test_salesperson_who_may_not_write_the_log_confirms(self):
        suggestion = self.propose(self.order, "b", "added")
        self.add_line(self.order, "b")
        self.order.with_user(self.salesman).action_confirm()
        self.assertEqual(suggestion.state, "ordered")

    def test_logged_after_confirmation(self):
        """The panel tells apart from the form, so that it may come late."""
        self.add_line(self.order, "b")
        order = self.order.with_user(self.salesman)
        order.action_confirm()
        order.log_affinity_suggestions("added", (self.butter + self.cheese).ids, self.apple.ids)
        self.assertEqual(self.get_states(self.order), {"Butter": "ordered", "Cheese": "refused"})

    def test_logged_in_the_moment_of_confirmation(self):
        self.add_line(self.order, "b")
        self.order.action_confirm()
        waiting = self.create_order("a")
        late = self.propose(self.order, "bc", "added")
        open_ = self.propose(waiting, "b", "added")
        self.env["sale.suggestion"]._gc_unsettled()
        self.assertEqual(late.mapped("state"), ["ordered", "refused"])
        self.assertEqual(open_.state, "added")

    def test_fixed_number_of_queries(self):
        """One query for orders without suggestions, no more for many than for few with them."""

        def count(orders):
            self.env.flush_all()
            self.env.invalidate_all()
            orders.order_line.mapped("product_id.product_tmpl_id")
            orders.mapped("state")
            before = self.env.cr.sql_log_count
            orders._settle_suggestions()
            self.env.flush_all()
            return self.env.cr.sql_log_count - before

        count(self.create_order("a"))  # fills the caches of the registry
        self.assertEqual(count(self.create_order("a")), 1)
        few, many = (
            self.env["sale.order"].union(*(self.create_order("ab") for _ in range(number)))
            for number in (2, 20)
        )
        for order in few + many:
            self.propose(order, "bc", "added")
        self.assertLessEqual(count(many), count(few) + 2)

    def test_saving_an_order_asks_for_no_suggestions(self):
        self.propose(self.order, "b", "added")
        self.env.flush_all()
        queries = []
        execute = self.env.cr.execute

        def listen(query, *args, **kwargs):
            queries.append(str(getattr(query, "code", query)))
            return execute(query, *args, **kwargs)

        self.patch(
            type(self.env.cr), "execute", lambda _cr, *args, **kwargs: listen(*args, **kwargs)
        )
        self.add_line(self.order, "b")
        self.order.note = "Saved"
        self.env.flush_all()
        self.assertTrue(queries)
        self.assertFalse([query for query in queries if "sale_suggestion" in query])
