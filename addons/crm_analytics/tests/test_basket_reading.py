from datetime import datetime
from unittest.mock import patch

from odoo import Command
from odoo.tests import tagged
from odoo.tools import SQL

from .common import BasketCommon

RANGE = "odoo.addons.crm_analytics.models.sale_order_line.ORDERS_PER_RANGE"
LONG_AGO = datetime(2000, 1, 1)


@tagged("post_install", "-at_install")
class TestBasketReading(BasketCommon):
    """What a night reads again: orders are in ranges by id, each with a fingerprint."""

    def setUp(self):
        super().setUp()
        self.lines = self.env["sale.order.line"]

    def get_ranges(self, date_from=LONG_AGO, company=None):
        return self.lines._get_basket_ranges(company or self.company, date_from)

    def read_orders(self, date_from=LONG_AGO, company=None):
        """Return {order: (month, {products})} of all ranges, each read on its own."""
        company = company or self.company
        found = {}
        for order_range in self.get_ranges(date_from, company):
            arrays = self.lines._read_basket_range(company, order_range, date_from)
            for order, product, month in zip(*map(list, arrays), strict=True):
                found.setdefault(order, (month, set()))[1].add(product)
        return found

    def age(self, orders):
        """Let the orders be written a day ago: a test is one transaction, at one time."""
        self.env.flush_all()
        self.env.cr.execute(
            SQL(
                "UPDATE sale_order SET write_date = write_date - interval '1 day' WHERE id IN %s",
                tuple(orders.ids),
            )
        )
        self.env.invalidate_all()

    def assert_changes(self, orders, change):
        self.age(orders)
        before = self.get_ranges()
        self.assertEqual(self.get_ranges(), before, "the same as long as nothing changes")
        change()
        self.assertNotEqual(self.get_ranges(), before)

    def test_everything_that_happens_to_an_order_changes_its_range(self):
        orders = self.confirm_orders(["ab", "abc"])
        order = orders[0]
        values = {"order_id": order.id, "product_id": self.cheese.id}
        self.assert_changes(orders, lambda: self.confirm_orders(["cd"]))
        self.assert_changes(orders, lambda: self.lines.create(values))
        self.assert_changes(orders, lambda: order.write({"order_line": [Command.create(values)]}))
        last = order.order_line[-1]
        same_price = [Command.update(last.id, {"product_id": self.eggs.id})]
        self.assert_changes(orders, lambda: order.write({"order_line": same_price}))
        self.assert_changes(orders, lambda: last.write({"product_uom_qty": 0}))
        self.assert_changes(orders, lambda: order.write({"date_order": LONG_AGO}))
        self.assert_changes(orders, order._action_cancel)
        order.action_draft()
        self.assert_changes(orders, order.action_confirm)

    def test_deleted_order_changes_its_range(self):
        """An order that is cancelled and deleted in one day leaves no date of its own."""
        orders = self.confirm_orders(["ab", "abc"])
        self.assert_changes(orders, lambda: (orders[0]._action_cancel(), orders[0].unlink()))

    def test_quotation_changes_nothing(self):
        orders = self.confirm_orders(["ab"])
        self.age(orders)
        before = self.get_ranges()
        self.create_order("abc").write({"note": "Call again"})
        self.assertEqual(self.get_ranges(), before)

    def test_other_company_changes_nothing(self):
        self.confirm_orders(["ab"])
        before = self.get_ranges()
        self.confirm_orders(["ab"], company=self.other_company)
        self.assertEqual(self.get_ranges(), before)
        self.assertTrue(self.get_ranges(company=self.other_company))

    def test_ranges_of_old_orders_are_left_out(self):
        orders = self.confirm_orders(["ab", "ab"])
        orders.date_order = datetime(2020, 5, 31, 23, 59, 59)
        self.assertTrue(self.get_ranges(datetime(2020, 5, 31)))
        self.assertEqual(self.get_ranges(datetime(2020, 6, 1)), {})

    def test_ranges_hold_each_order_once_with_its_month(self):
        orders = self.confirm_orders(["ab", "abc", "cd", "ab", "d"])
        dates = [(2020, 1, 1), (2020, 2, 29), (2019, 12, 31), (2021, 1, 31), (2018, 7, 1)]
        for order, date in zip(orders, dates, strict=True):
            order.date_order = datetime(*date)
        self.env.flush_all()
        expected = {
            order.id: (year * 12 + month - 1, set(order.order_line.product_id.ids))
            for order, (year, month, _day) in zip(orders, dates, strict=True)
        }
        self.assertEqual(self.read_orders(), expected)
        del expected[orders[4].id]
        self.assertEqual(self.read_orders(datetime(2019, 12, 31)), expected)
        self.startPatcher(patch(RANGE, 2))
        self.assertGreaterEqual(len(self.get_ranges()), 3)
        self.assertEqual(self.read_orders(datetime(2019, 12, 31)), expected)

    def test_month_is_that_of_midnight_in_utc(self):
        orders = self.confirm_orders(["ab", "ab"])
        for order, date in zip(
            orders, (datetime(2020, 2, 29, 23, 59, 59), datetime(2020, 3, 1)), strict=True
        ):
            order.date_order = date
        months = {order: month for order, (month, _products) in self.read_orders().items()}
        self.assertEqual(
            [months[order.id] - 2020 * 12 for order in orders], [1, 2], "February, March"
        )

    def test_queries_do_not_grow_with_orders(self):
        def count(baskets):
            self.confirm_orders(baskets)
            self.env.flush_all()
            before = self.env.cr.sql_log_count
            [order_range] = self.get_ranges()
            self.lines._read_basket_range(self.company, order_range, LONG_AGO)
            return self.env.cr.sql_log_count - before

        count(["a"])  # fills the caches
        few = count(["abc"] * 2)
        self.assertEqual(count(["abcde"] * 20), few)
        self.assertLessEqual(few, 3 + 2)
