import random
from statistics import fmean

from scipy import stats

from odoo import Command, fields
from odoo.exceptions import AccessError
from odoo.tests import tagged

from .suggestion_common import SuggestionCommon

# Quotations for each group: enough for a verdict, see crm_loyalty/tools/uplift.py
GROUP = 32


@tagged("post_install", "-at_install")
class TestSuggestionProof(SuggestionCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.butter.with_company(cls.company).standard_price = 4.0
        cls.proof = cls.env["sale.suggestion.proof"]
        cls.report = cls.env["sale.suggestion.report"]

    def sell(self, state, quantities, letters="b", **values):
        """Confirm a quotation for each quantity of butter, 0 for none; leave None open."""
        orders = self.env["sale.order"]
        for quantity in quantities:
            order = self.create_order("a", **values)
            self.propose(order, letters, state)
            if quantity:
                self.add_line(order, "b", quantity)
            orders += order
        confirmed = [q is not None for q in quantities]
        orders.browse(
            order.id for order, done in zip(orders, confirmed, strict=True) if done
        ).action_confirm()
        return orders

    def get_outcomes(self, period=None, user=None):
        data = self.proof.with_user(user or self.manager).get_data(period)
        return data, {outcome["key"]: outcome for outcome in data["outcomes"]}

    # Rows of the report

    def test_row_of_a_quotation(self):
        order = self.create_order("a")
        self.propose(order, "bcd")
        self.add_line(order, "b", 3, price_unit=9.0)
        self.add_line(order, "d", 0)
        row = self.report.search([("order_id", "=", order.id)])
        self.assertEqual((row.arm, row.revenue, row.order_revenue, row.bought), ("shown", 0, 0, 0))
        order.action_confirm()
        self.env.invalidate_all()
        self.assertEqual((row.suggestion_count, row.ordered_count), (3, 1))
        self.assertEqual((row.revenue, row.margin, row.order_revenue), (27.0, 15.0, 37.0))
        self.assertEqual((row.bought, row.confirmed, row.state), (100, 100, "sale"))

    def test_unit_of_measure_counts_in_the_cost(self):
        order = self.create_order("a")
        self.propose(order, "b")
        dozen = self.env.ref("uom.product_uom_dozen")
        self.add_line(order, "b", 1, product_uom_id=dozen.id, price_unit=100.0)
        order.action_confirm()
        row = self.report.search([("order_id", "=", order.id)])
        self.assertEqual((row.revenue, row.margin), (100.0, 52.0))

    def test_cancelled_order_has_no_revenue(self):
        [order] = self.sell("shown", [2])
        order._action_cancel()
        row = self.report.search([("order_id", "=", order.id)])
        self.assertEqual((row.revenue, row.confirmed, row.ordered_count), (0, 0, 0))

    def test_group_a_quotation_was_put_into_first(self):
        order = self.create_order("a")
        self.propose(order, "b", "held_out")
        self.propose(order, "c", "shown")
        self.assertEqual(self.report.search([("order_id", "=", order.id)]).arm, "held_out")

    def test_order_without_suggestions_is_in_neither_group(self):
        order = self.create_order("ab")
        order.action_confirm()
        self.assertFalse(self.report.search([("order_id", "=", order.id)]))

    # The comparison

    def test_same_as_a_welch_test_on_the_orders(self):
        numbers = random.Random(7)
        shown = [numbers.choice([0, 1, 2, 3, None]) for _ in range(GROUP + 8)]
        held_out = [numbers.choice([0, 0, 0, 1, 2]) for _ in range(GROUP)]
        self.sell("shown", shown)
        self.sell("held_out", held_out)
        data, outcomes = self.get_outcomes()
        self.assertEqual(data["groups"]["shown"]["quotations"], len(shown))
        self.assertEqual(data["groups"]["held_out"]["quotations"], len(held_out))
        self.assertEqual(
            data["groups"]["shown"]["confirmed"], sum(quantity is not None for quantity in shown)
        )
        for name, unit in (("revenue", 10.0), ("margin", 6.0)):
            samples = [[unit * (q or 0) for q in group] for group in (shown, held_out)]
            result = stats.ttest_ind(*samples, equal_var=False)
            interval = result.confidence_interval(0.95)
            outcome = outcomes[name]
            self.assertAlmostEqual(outcome["shown"], fmean(samples[0]))
            self.assertAlmostEqual(outcome["held_out"], fmean(samples[1]))
            self.assertAlmostEqual(outcome["interval"][0], interval.low)
            self.assertAlmostEqual(outcome["interval"][1], interval.high)
            self.assertAlmostEqual(outcome["p_value"], result.pvalue)
            self.assertEqual(outcome["verdict"], "more" if result.pvalue < 0.05 else "open")
        self.assertAlmostEqual(
            outcomes["bought"]["shown"], sum(bool(q) for q in shown) / len(shown)
        )

    def test_more_is_said(self):
        self.sell("shown", [3, 2] * (GROUP // 2), letters="bc")
        self.sell("held_out", [0, 1] * (GROUP // 2), letters="bc")
        _data, outcomes = self.get_outcomes()
        self.assertEqual(outcomes["revenue"]["difference"], 20.0)
        self.assertEqual(outcomes["revenue"]["verdict"], "more")
        self.assertTrue(
            outcomes["revenue"]["sentence"].startswith("Significantly more with suggestions: +")
        )
        gain, low, high = outcomes["revenue"]["each_suggestion"]
        self.assertAlmostEqual(gain, 10.0)  # two suggestions for each quotation
        self.assertLess(low, gain)
        self.assertLess(gain, high)
        self.assertEqual(outcomes["bought"]["verdict"], "more")
        self.assertIn("+50.0 percentage points", outcomes["bought"]["sentence"])

    def test_less_is_said(self):
        self.sell("shown", [0, 1] * (GROUP // 2))
        self.sell("held_out", [3, 2] * (GROUP // 2))
        outcome = self.get_outcomes()[1]["revenue"]
        self.assertEqual(outcome["verdict"], "less")
        self.assertIn("Significantly less", outcome["sentence"])

    def test_not_significant_is_said(self):
        self.sell("shown", [0, 1, 0, 3] * (GROUP // 4))
        self.sell("held_out", [1, 0, 2, 0] * (GROUP // 4))
        outcome = self.get_outcomes()[1]["revenue"]
        self.assertEqual(outcome["verdict"], "open")
        self.assertTrue(outcome["sentence"].startswith("Not significant: "))
        low, high = outcome["interval"]
        self.assertTrue(low < 0 < high)

    def test_nobody_held_out(self):
        self.sell("shown", [2, 1])
        outcome = self.get_outcomes()[1]["revenue"]
        self.assertEqual((outcome["verdict"], outcome["interval"]), ("none", False))
        self.assertNotIn("each_suggestion", outcome)
        self.assertIn("Nothing to compare with", outcome["sentence"])

    def test_too_few(self):
        self.sell("shown", [2] * 5)
        self.sell("held_out", [0] * 5)
        outcome = self.get_outcomes()[1]["revenue"]
        self.assertEqual((outcome["verdict"], outcome["interval"]), ("few", False))
        self.assertIn("Too few", outcome["sentence"])

    def test_nothing_at_all(self):
        data, outcomes = self.get_outcomes()
        self.assertEqual(data["groups"]["shown"]["quotations"], 0)
        self.assertEqual({outcome["verdict"] for outcome in outcomes.values()}, {"none"})

    # Period and currency

    def test_period(self):
        orders = self.sell("shown", [1, 2])
        orders[0].date_order = "2020-05-10"
        data, outcomes = self.get_outcomes("2020-05")
        self.assertEqual(data["groups"]["shown"]["quotations"], 1)
        self.assertEqual(outcomes["revenue"]["shown"], 10.0)
        self.assertEqual(data["period"]["previous_key"], "2020-04")
        self.assertEqual(self.get_outcomes("nonsense")[0]["period"]["key"], "last_12_months")

    def test_year_of_the_newest_where_the_last_months_are_empty(self):
        self.sell("shown", [1]).date_order = "2020-05-10"
        self.assertEqual(self.get_outcomes()[0]["period"]["key"], "2020")

    def test_list_behind_a_group_has_the_quotations_counted(self):
        orders = self.sell("shown", [1, 0, None])
        held_out = self.sell("held_out", [1])
        data, _outcomes = self.get_outcomes()
        for arm, expected in (("shown", orders), ("held_out", held_out)):
            domain = data["groups"][arm]["action"]["domain"]
            rows = self.report.with_user(self.manager).search(domain)
            self.assertEqual(rows.order_id, expected)

    def test_rate_of_the_day_of_the_order(self):
        currency = self.env["res.currency"].create({"name": "XQA", "symbol": "X"})
        self.env["res.currency.rate"].create(
            [
                {"currency_id": currency.id, "name": day, "rate": rate, "company_id": False}
                for day, rate in (("2020-01-01", 2.0), ("2020-06-01", 4.0))
            ]
        )
        pricelist = self.env["product.pricelist"].create(
            {"name": "Foreign", "currency_id": currency.id, "company_id": self.company.id}
        )
        orders = self.sell("shown", [1, 1], pricelist_id=pricelist.id)
        orders.order_line.price_unit = 80.0
        orders[0].date_order, orders[1].date_order = "2020-03-01 12:00", "2020-07-01 12:00"
        rows = self.report.search([("order_id", "in", orders.ids)], order="date_order")
        self.assertEqual(rows.mapped("revenue"), [40.0, 20.0])
        self.assertEqual(rows.mapped("margin"), [36.0, 16.0])

    def test_companies_of_two_currencies(self):
        currency = self.env["res.currency"].create({"name": "XQB", "symbol": "X"})
        self.other_company.currency_id = currency
        self.env["res.currency.rate"].create(
            {"currency_id": currency.id, "name": "2020-01-01", "rate": 5.0, "company_id": False}
        )
        self.sell("shown", [1])
        order = self.create_order("a", company=self.other_company, pricelist_id=False)
        self.propose(order, "b")
        order.order_line = [Command.create({"product_id": self.butter.id, "price_unit": 50.0})]
        order.action_confirm()
        self.assertEqual(order.currency_id, currency)
        self.manager.company_ids += self.other_company
        both = (self.company + self.other_company).ids
        proof = self.proof.with_user(self.manager).with_context(allowed_company_ids=both)
        data = proof.get_data()
        self.assertEqual(data["groups"]["shown"]["quotations"], 2)
        self.assertEqual(data["currency_id"], self.company.currency_id.id)
        self.assertAlmostEqual(data["outcomes"][0]["shown"], 10.0)
        self.assertEqual(self.get_outcomes()[0]["groups"]["shown"]["quotations"], 1)

    # Rights and cost

    def test_managers_only(self):
        with self.assertRaises(AccessError):
            self.proof.with_user(self.salesman).get_data()
        with self.assertRaises(AccessError):
            self.report.with_user(self.salesman).search([])

    def test_other_company(self):
        order = self.create_order("a", company=self.other_company)
        self.propose(order, "b")
        self.env.flush_all()
        self.assertFalse(self.report.with_user(self.manager).search([("order_id", "=", order.id)]))

    def test_reads_only_and_little(self):
        self.assertTrue(self.proof.get_data._readonly)
        self.sell("shown", [1, 2])
        self.get_outcomes()
        self.env.flush_all()
        self.env.invalidate_all()
        before = self.env.cr.sql_log_count
        self.get_outcomes(str(fields.Date.today().year))
        self.assertLessEqual(self.env.cr.sql_log_count - before, 8)
