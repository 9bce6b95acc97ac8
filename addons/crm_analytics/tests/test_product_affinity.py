from unittest.mock import patch

from dateutil.relativedelta import relativedelta

from odoo import Command, fields
from odoo.exceptions import ValidationError
from odoo.tests import tagged

from .common import BasketCommon, everything_significant

MINER = "odoo.addons.crm_analytics.models.product_affinity_mining"


@tagged("post_install", "-at_install")
class TestProductAffinity(BasketCommon):
    def setUp(self):
        super().setUp()
        self.enterContext(everything_significant())

    def test_measures_by_hand(self):
        self.confirm_orders()
        found = self.mine()
        self.assertEqual(found, {"orders": 10, "products": 4, "pairs": 6, "min_orders": 2})
        pairs = self.get_pairs()
        expected = {
            (self.apple, self.butter): (5, 6, 5, 0.5, 5 / 6, 5 / 3),
            (self.butter, self.apple): (5, 5, 6, 0.5, 1.0, 5 / 3),
            (self.apple, self.cheese): (2, 6, 3, 0.2, 1 / 3, 10 / 9),
            (self.cheese, self.apple): (2, 3, 6, 0.2, 2 / 3, 10 / 9),
            (self.butter, self.cheese): (2, 5, 3, 0.2, 2 / 5, 4 / 3),
            (self.cheese, self.butter): (2, 3, 5, 0.2, 2 / 3, 4 / 3),
        }
        self.assertEqual(set(pairs), set(expected))
        for key, values in expected.items():
            row = pairs[key]
            self.assertEqual((row.orders_both, row.orders_product, row.orders_other), values[:3])
            for value, by_hand in zip(
                (row.support, row.confidence, row.lift), values[3:], strict=True
            ):
                self.assertAlmostEqual(value, by_hand)
            self.assertAlmostEqual(
                row.score, (values[0] / (values[1] ** 0.7 * values[2] ** 0.3)) ** 2
            )
        self.assertTrue(self.company.affinity_date)

    def test_counts_equal_sql_self_join(self):
        self.confirm_orders([*self.ORDERS, "abcde", "ade", "be", "eb"])
        self.set_parameters(min_orders=1)
        self.mine()
        self.env.flush_all()
        self.env.cr.execute(
            """
            SELECT a.product_id, b.product_id, count(DISTINCT a.order_id)
              FROM sale_order_line a
              JOIN sale_order_line b ON b.order_id = a.order_id AND b.product_id != a.product_id
             WHERE a.company_id = %s
             GROUP BY a.product_id, b.product_id
            """,
            [self.company.id],
        )
        joined = {(a, b): both for a, b, both in self.env.cr.fetchall()}
        mined = {(a.id, b.id): row.orders_both for (a, b), row in self.get_pairs().items()}
        self.assertTrue(mined)
        # The rest met less often than chance would have it.
        self.assertEqual(mined, {pair: joined[pair] for pair in mined})

    def test_minimum_of_common_orders(self):
        self.confirm_orders()
        self.set_parameters(min_orders=3)
        self.mine()
        self.assertPairs("ab ba")

    def test_largest_order(self):
        self.confirm_orders()
        self.set_parameters(max_products=2)
        found = self.mine()
        self.assertEqual(found["orders"], 8)
        self.assertEqual(self.get_pairs()[self.apple, self.butter].orders_both, 3)
        self.assertPairs("ab ba")

    def test_period(self):
        orders = self.confirm_orders()
        orders[:2].date_order = fields.Datetime.now() - relativedelta(months=25)
        self.mine()
        self.assertEqual(self.get_pairs()[self.apple, self.butter].orders_both, 3)
        self.set_parameters(months=26)
        self.mine()
        self.assertEqual(self.get_pairs()[self.apple, self.butter].orders_both, 5)

    def test_period_ends_at_the_newest_order(self):
        orders = self.confirm_orders()
        orders.date_order = fields.Datetime.now() - relativedelta(years=15)
        orders[:2].date_order = fields.Datetime.now() - relativedelta(years=18)
        self.mine()
        self.assertEqual(self.get_pairs()[self.apple, self.butter].orders_both, 3)

    def test_garbled_parameter_falls_back(self):
        self.set_parameters(months="two years", min_orders="", max_products="0")
        self.assertEqual(
            self.Affinity._get_mining_settings(),
            {
                "months": 24,
                "min_orders": 5,
                "max_products": 2,
                "half_life": 12,
                "level": "variant",
            },
        )

    def test_company_without_orders(self):
        self.assertEqual(self.mine()["pairs"], 0)
        self.assertFalse(self.get_pairs())

    # What does not count

    def test_quotations_and_cancelled_orders(self):
        orders = self.confirm_orders(["ab", "ab", "ab", "c"])
        orders[0]._action_cancel()
        self.create_order("ab").action_quotation_sent()
        self.create_order("ab")
        self.mine()
        self.assertEqual(self.get_pairs()[self.apple, self.butter].orders_both, 2)

    def test_sections_and_notes(self):
        orders = self.confirm_orders(["ab", "ab", "c"])
        orders.order_line = [
            Command.create({"display_type": "line_section", "name": "Section"}),
            Command.create({"display_type": "line_note", "name": "Note"}),
        ]
        self.mine()
        self.assertPairs("ab ba")

    def test_zero_and_negative_quantities(self):
        orders = self.confirm_orders(["abc", "abc", "abc", "abd", "d"])
        lines = orders.order_line
        lines.filtered(lambda line: line.product_id == self.cheese)[:2].product_uom_qty = 0
        lines.filtered(lambda line: line.product_id == self.butter)[:2].product_uom_qty = -1
        self.mine()
        self.assertPairs("ab ba")
        self.assertEqual(self.get_pairs()[self.apple, self.butter].orders_both, 2)

    def test_down_payments(self):
        orders = self.confirm_orders(["abc", "abc", "d"])
        orders.order_line.filtered(
            lambda line: line.product_id == self.cheese
        ).is_downpayment = True
        self.mine()
        self.assertPairs("ab ba")

    def test_rewards_and_global_discounts(self):
        program = self.env["loyalty.program"].create(
            {
                "name": "Ten percent",
                "program_type": "promotion",
                "trigger": "auto",
                "company_id": self.company.id,
                "rule_ids": [Command.create({})],
                "reward_ids": [Command.create({"discount": 10})],
            }
        )
        self.company.sale_discount_product_id = self.cheese
        orders = self.env["sale.order"].union(*(self.create_order("abc") for _each in range(3)))
        for order in orders:
            order._update_programs_and_rewards()
            for card, rewards in order._get_claimable_rewards().items():
                order._apply_program_reward(rewards & program.reward_ids, card)
        orders.action_confirm()
        self.confirm_orders(["d"])
        self.assertTrue(orders.order_line.filtered("is_reward_line"))
        self.mine()
        self.assertPairs("ab ba")

    def test_what_comes_with_a_combo(self):
        orders = self.confirm_orders(["abc", "abc", "d"])
        combo = self.env["product.combo"].create(
            {
                "name": "Choice",
                "combo_item_ids": [Command.create({"product_id": self.cheese.id})],
            }
        )
        meal = self.env["product.product"].create(
            {"name": "Meal", "type": "combo", "combo_ids": [Command.set(combo.ids)]}
        )
        for order in orders[:2]:
            line = order.order_line.create({"order_id": order.id, "product_id": meal.id})
            order.order_line.filtered(lambda line: line.product_id == self.cheese).write(
                {"combo_item_id": combo.combo_item_ids.id, "linked_line_id": line.id}
            )
        meal.sale_ok = False
        self.mine()
        self.assertPairs("ab ba")

    def test_archived_and_unsaleable_products(self):
        self.confirm_orders(["abcd", "abcd", "e"])
        self.cheese.active = False
        self.dates.sale_ok = False
        self.mine()
        self.assertPairs("ab ba")

    def test_same_product_on_two_lines_counts_once(self):
        orders = self.confirm_orders(["ab", "ab", "c"])
        orders[0].order_line = [Command.create({"product_id": self.apple.id})]
        self.mine()
        self.assertEqual(self.get_pairs()[self.apple, self.butter].orders_both, 2)

    # Companies

    def test_companies_are_apart(self):
        self.confirm_orders(["ab", "ab", "d"])
        self.confirm_orders(["ac", "ac", "ab", "d"], company=self.other_company)
        self.mine()
        self.assertPairs("ab ba")
        self.mine(self.other_company)
        self.assertPairs("ab ba")
        self.assertPairs("ac ca", self.other_company)
        self.confirm_orders(["cd", "cd", "e"])
        self.mine()
        self.assertPairs("ab ba cd dc")
        self.assertPairs("ac ca", self.other_company)

    def test_mined_from_any_company(self):
        """Core's domains look at the allowed companies, not the caller's."""
        self.company.sale_discount_product_id = self.cheese
        self.confirm_orders(["abc", "abc", "d"])
        self.Affinity.with_context(allowed_company_ids=self.other_company.ids)._mine_company(
            self.company
        )
        self.assertPairs("ab ba")

    # Set-based

    def test_queries_do_not_grow_with_orders(self):
        def count(baskets):
            self.confirm_orders(baskets)
            self.company.affinity_date = False
            self.env.flush_all()
            before = self.env.cr.sql_log_count
            self.mine()
            self.env.flush_all()
            return self.env.cr.sql_log_count - before

        count(["a"])  # fills the caches
        few = count(["abcde"] * 2)
        self.assertEqual(count(["abcde"] * 20), few)
        self.assertLessEqual(few, 26)

    def test_orders_read_in_ranges(self):
        self.confirm_orders()
        self.mine()
        whole = {key: row.orders_both for key, row in self.get_pairs().items()}
        with patch("odoo.addons.crm_analytics.models.sale_order_line.ORDERS_PER_RANGE", 3):
            self.mine()
        self.assertEqual({key: row.orders_both for key, row in self.get_pairs().items()}, whole)

    def test_rows_written_in_slices(self):
        self.confirm_orders()
        with patch(f"{MINER}.COPY_ROWS", 4):
            self.mine()
        self.assertPairs("ab ba ac ca bc cb")

    # Product

    def test_product_counts_and_lists(self):
        self.confirm_orders()
        self.mine()
        apple = self.apple.with_user(self.salesman)
        self.assertEqual(apple.affinity_count, 2)
        self.assertEqual(apple.product_tmpl_id.affinity_count, 2)
        self.assertEqual(self.eggs.with_user(self.salesman).affinity_count, 0)
        for action in (
            apple.action_view_affinities(),
            apple.product_tmpl_id.action_view_affinities(),
        ):
            self.assertEqual(self.Affinity.search_count(action["domain"]), 2)

    def test_deleted_product_takes_its_rows_along(self):
        fig = self.env["product.product"].create({"name": "Fig"})
        self.write_affinities((self.apple, fig, 2, 6, 3, 1.5, 0.2))
        fig.unlink()
        self.assertFalse(self.get_pairs())

    # Settings

    def test_settings(self):
        settings = self.env["res.config.settings"].create({})
        self.assertEqual(settings.affinity_months, 24)
        self.assertEqual(settings.affinity_min_orders, 2)
        settings.affinity_min_orders = 7
        settings.execute()
        self.assertEqual(self.Affinity._get_mining_settings()["min_orders"], 7)

    def test_no_half_life_stays_chosen(self):
        self.env["res.config.settings"].create({"affinity_half_life": 0}).execute()
        self.assertEqual(self.Affinity._get_mining_settings()["half_life"], 0)
        self.assertEqual(self.env["res.config.settings"].create({}).affinity_half_life, 0)

    def test_wrong_settings_say_what_to_change(self):
        for values, sentence in (
            ({"affinity_months": 0}, "at least one month"),
            ({"affinity_months": 2**31 - 1}, "at most 1200 months"),
            ({"affinity_min_orders": -1}, "at least one"),
            ({"affinity_max_products": 1}, "at least two products"),
            ({"affinity_half_life": -1}, "cannot be negative"),
        ):
            with self.assertRaisesRegex(ValidationError, sentence):
                self.env["res.config.settings"].create(values)
