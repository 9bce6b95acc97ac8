from contextlib import contextmanager
from unittest.mock import patch

from dateutil.relativedelta import relativedelta

from odoo import Command, fields
from odoo.tests import tagged

from .common import BasketCommon, everything_significant

RANGE_SIZE = "odoo.addons.crm_analytics.models.sale_order_line.ORDERS_PER_RANGE"


@tagged("post_install", "-at_install")
class TestProductAffinityChanges(BasketCommon):
    """Nights that read again only what has changed, and find what reading everything would find."""

    def setUp(self):
        super().setUp()
        self.enterContext(everything_significant())
        self.enterContext(patch(RANGE_SIZE, 4))
        fig = self.env["product.product"].create({"name": "Fig", "taxes_id": False})
        self.letters["f"] = fig
        # Many other orders: who takes two of the rest takes them more often than by chance.
        self.orders = self.confirm_orders([*self.ORDERS, *"f" * 20])
        self.night()

    def night(self, company=None):
        """Compute as a night does; return how many ranges of orders were read and the run."""
        ranges = type(self.env["product.affinity.range"])
        count_orders = ranges._count_orders
        read = []

        def count(order_range):
            read.append(order_range.number)
            return count_orders(order_range)

        with patch.object(ranges, "_count_orders", count), self.enter_registry_test_mode():
            run = self.env["product.affinity.run"]._request(company or self.company)
            self.env.ref("crm_analytics.ir_cron_run_affinities").method_direct_trigger()
        self.env.invalidate_all()
        self.assertEqual(run.state, "done", run.message)
        return len(read), run

    @contextmanager
    def next_day(self):
        """All of a test is one transaction: let what is written in it have a later time."""
        later = self.env.cr.now() + relativedelta(days=1)
        with patch.object(self.env.cr, "now", lambda: later):
            yield
            self.env.flush_all()

    def move_back(self, orders, **delta):
        for order in orders:
            order.date_order -= relativedelta(**delta)

    def read_all(self):
        return {
            (row.product_id, row.other_product_id): (
                row.orders_both,
                row.orders_product,
                row.orders_other,
                *(round(row[name], 9) for name in ("support", "confidence", "lift", "score")),
            )
            for row in self.get_pairs().values()
        }

    def assertAsFromScratch(self):
        """Assert that the rows are those that a full computation gives."""
        found = self.read_all()
        self.mine()
        self.assertEqual(found, self.read_all())

    def test_nothing_changed(self):
        version = self.company.affinity_version
        before = self.get_pairs()
        read, run = self.night()
        self.assertEqual((read, run.changed), (0, False))
        self.assertIn("No order has changed", run.message)
        self.assertEqual(self.company.affinity_version, version)
        self.assertEqual(self.get_pairs(), before, "the very same rows")

    def test_new_orders(self):
        with self.next_day():
            self.confirm_orders(["cd", "cd"])
        read, run = self.night()
        self.assertLessEqual(read, 2)
        self.assertTrue(run.changed)
        self.assertEqual(self.get_pairs()[self.cheese, self.dates].orders_both, 3)
        self.assertAsFromScratch()

    def test_changed_line(self):
        with self.next_day():
            self.orders[0].order_line[1].product_uom_qty = 0
        self.assertEqual(self.night()[0], 1)
        self.assertEqual(self.get_pairs()[self.apple, self.butter].orders_both, 4)
        self.assertAsFromScratch()

    def test_cancelled_and_deleted_orders(self):
        with self.next_day():
            self.orders[0]._action_cancel()
        self.assertLessEqual(self.night()[0], 1, "none where it was alone in its range")
        self.assertEqual(self.get_pairs()[self.apple, self.butter].orders_both, 4)
        with self.next_day():
            self.orders[0].unlink()
            self.orders[1:3]._action_cancel()
            self.orders[1:3].unlink()
        self.night()
        self.assertEqual(self.get_pairs()[self.apple, self.butter].orders_both, 2)
        self.assertAsFromScratch()

    def test_all_orders_cancelled(self):
        with self.next_day():
            self.orders._action_cancel()
        self.assertTrue(self.night()[1].changed)
        self.assertFalse(self.get_pairs())

    def test_order_moved_out_of_the_period(self):
        with self.next_day():
            self.move_back(self.orders[0], years=3)
        self.assertLessEqual(self.night()[0], 1, "none where it was alone in its range")
        self.assertEqual(self.get_pairs()[self.apple, self.butter].orders_both, 4)
        self.assertAsFromScratch()

    def test_longer_and_shorter_period(self):
        with self.next_day():
            self.move_back(self.orders[:4], months=5)
        self.night()
        self.set_parameters(months=3)
        read, _run = self.night()
        self.assertEqual(read, 0, "months that are too old are left out, not read")
        self.assertAsFromScratch()
        self.set_parameters(months=12)
        self.assertGreater(self.night()[0], 0)
        self.assertEqual(self.get_pairs()[self.apple, self.butter].orders_both, 5)

    def test_a_month_later_the_oldest_month_is_left_out(self):
        self.set_parameters(months=2)
        with self.next_day():
            self.move_back(self.orders[:2], months=1)
        self.night()
        self.assertEqual(self.get_pairs()[self.apple, self.butter].orders_both, 5)
        newest = max(self.orders.mapped("date_order"))
        with self.next_day():
            self.confirm_orders(["e"]).date_order = newest + relativedelta(months=1)
        with patch.object(
            fields.Datetime, "now", lambda *_args: newest + relativedelta(months=1, days=1)
        ):
            self.night()
        self.assertEqual(self.get_pairs()[self.apple, self.butter].orders_both, 3)

    def test_product_archived_in_between(self):
        self.assertIn((self.apple, self.cheese), self.get_pairs())
        self.cheese.active = False
        read, run = self.night()
        self.assertEqual((read, run.changed), (0, True), "no order has to be read for it")
        self.assertNotIn((self.apple, self.cheese), self.get_pairs())
        self.assertAsFromScratch()
        self.cheese.active = True
        self.assertEqual(self.night()[0], 0)
        self.assertIn((self.apple, self.cheese), self.get_pairs())
        self.assertAsFromScratch()

    def test_product_archived_between_two_steps(self):
        ranges = type(self.env["product.affinity.range"])
        count_orders = ranges._count_orders

        def archive(order_range):
            count_orders(order_range)
            self.cheese.active = False
            self.env.flush_all()

        with self.next_day():
            self.confirm_orders(["ac", "ac"])
        with patch.object(ranges, "_count_orders", archive):
            self.night()
        self.assertNotIn((self.apple, self.cheese), self.get_pairs())

    def test_settings(self):
        self.set_parameters(min_orders=3)
        self.assertEqual(self.night()[0], 0, "counted already")
        self.assertPairs("ab ba")
        self.set_parameters(max_products=2)
        self.assertGreater(self.night()[0], 0)
        self.assertEqual(self.get_pairs()[self.apple, self.butter].orders_both, 3)

    def test_recent_orders_count_more_when_ranking(self):
        """Cheese and dates were bought with the eggs as often, but the dates lately."""
        old = self.confirm_orders(["ec"] * 3)
        self.move_back(old, months=6)
        self.confirm_orders(["ed"] * 3)
        self.confirm_orders(["c"])  # as frequent as the dates
        shares = {}
        for half_life in (0, 3):
            self.set_parameters(half_life=half_life)
            self.mine()
            rows = self.get_pairs()
            cheese, dates = (rows[self.eggs, other] for other in (self.cheese, self.dates))
            self.assertEqual((cheese.orders_both, dates.orders_both), (3, 3), "shown as they are")
            shares[half_life] = cheese.score / dates.score
        self.assertAlmostEqual(shares[0], 1.0)
        self.assertLess(shares[3], 0.5)

    def test_by_template(self):
        """All variants are one product, named by the first that is for sale."""
        attribute = self.env["product.attribute"].create(
            {
                "name": "Size",
                "value_ids": [Command.create({"name": name}) for name in ("S", "M", "L")],
            }
        )
        shirt = self.env["product.template"].create(
            {
                "name": "Shirt",
                "taxes_id": False,
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
        small, medium, large = shirt.product_variant_ids
        for variants in (small, medium, large, medium + large):
            self.create_order(variants + self.eggs).action_confirm()
        self.night()
        self.assertNotIn((self.eggs, small), self.get_pairs(), "each size once")
        self.set_parameters(level="template")
        self.assertGreater(self.night()[0], 0)
        pairs = self.get_pairs()
        self.assertEqual(pairs[self.eggs, small].orders_both, 4)
        self.assertEqual(pairs[self.eggs, small].orders_product, 4)
        self.assertEqual(pairs[small, self.eggs].orders_product, 4)
        self.assertNotIn((medium, large), pairs)
        self.assertEqual(
            (large + self.apple)._get_affinity_products(),
            {large.id: small.id, self.apple.id: self.apple.id},
        )
        small.active = False
        self.assertEqual(self.night()[0], 0)
        self.assertEqual(self.get_pairs()[self.eggs, medium].orders_both, 4)
        self.assertEqual(large._get_affinity_products(), {large.id: medium.id})
        shirt.sale_ok = False
        self.night()
        self.assertFalse([pair for pair in self.get_pairs() if pair[0] in (small, medium, large)])

    def test_order_in_another_currency_counts_as_any(self):
        currency = self.env["res.currency"].create({"name": "QQQ", "symbol": "Q"})
        pricelist = self.env["product.pricelist"].create(
            {"name": "Abroad", "currency_id": currency.id, "company_id": self.company.id}
        )
        with self.next_day():
            order = self.confirm_orders(["ab"], pricelist_id=pricelist.id)
        self.assertEqual(order.currency_id, currency)
        self.night()
        self.assertEqual(self.get_pairs()[self.apple, self.butter].orders_both, 6)

    def test_refund_does_not_count(self):
        with self.next_day():
            refund = self.confirm_orders(["ab"])
            refund.order_line.product_uom_qty = -1
        self.night()
        self.assertEqual(self.get_pairs()[self.apple, self.butter].orders_both, 5)
        self.assertAsFromScratch()

    def test_companies_are_apart(self):
        with self.next_day():
            self.confirm_orders(["ce", "ce", "d", "d"], company=self.other_company)
        self.assertEqual(self.night()[0], 0)
        self.night(self.other_company)
        self.assertPairs("ce ec", self.other_company)
        self.assertAsFromScratch()
