from datetime import timedelta
from unittest.mock import patch

from odoo import Command
from odoo.tests import tagged
from odoo.tools import SQL

from ..models import product_affinity_run_purchases, sale_order_line, sale_order_line_purchases
from .predictions_common import TODAY, PredictionsCommon


@tagged("post_install", "-at_install")
class TestCustomerSteps(PredictionsCommon):
    def test_moved_to_the_dearer_one(self):
        self.run_night()
        row = self.upsells.search([("company_id", "=", self.company.id)])
        self.assertEqual((row.product_id, row.other_product_id), (self.cheese, self.dates))
        self.assertEqual((row.customers, row.customers_product, row.share), (8, 8, 1.0))
        self.assertEqual((row.price_gain, row.margin_gain), (15.0, 6.0))
        self.assertIn("8 of 8 customers of Cheese moved to it", row.reason)

    def test_a_branch_sells_the_products_of_its_parent(self):
        branch = self.env["res.company"].create({"name": "Branch", "parent_id": self.company.id})
        self.env.user.company_ids += branch
        self.products.company_id = self.company
        for customer in self.customers[1:9]:
            self.sell(
                (customer, "ab", 100), (customer, "c", 60), (customer, "d", 20), company=branch
            )
        self.run_night(branch)
        upsells = self.upsells.search([("company_id", "=", branch.id)])
        self.assertEqual((upsells.product_id, upsells.other_product_id), (self.cheese, self.dates))
        self.assertIn(
            self.butter, self.predictions.search([("company_id", "=", branch.id)]).product_id
        )

    def test_worse_margin_is_no_upsell(self):
        self.dates.with_company(self.company).standard_price = 24.0
        self.run_night()
        self.assertFalse(self.upsells.search([("company_id", "=", self.company.id)]))

    def test_gap_with_an_estimate(self):
        """Customer 0 buys fruit for 50 a period, as do his eight peers, who buy dairy as well."""
        self.run_night()
        row = self.spaces.search([("partner_id", "=", self.customers[0].id)])
        self.assertEqual(row.categ_id, self.dairy)
        self.assertEqual((row.peer_count, row.peer_buyers, row.share), (8, 8, 1.0))
        # peers: 20 on fruit, 35 on dairy; he: 50 on fruit in the 115 days since the first order,
        # by which he would spend 87.5 on dairy: more than the peers do
        years = 115 / 365.25
        self.assertAlmostEqual(row.amount, 35 / years, delta=0.5)
        self.assertIn("8 of 8 similar customers buy it", row.reason)

    def test_currency_at_the_date_of_the_order(self):
        """Amounts are the company's, at the rate of each order's day."""
        euro = (
            self.env["res.currency"]
            .with_context(active_test=False)
            .search([("id", "!=", self.company.currency_id.id)], limit=1)
        )
        euro.active = True
        self.env["res.currency.rate"].search([("currency_id", "=", euro.id)]).unlink()
        self.env["res.currency.rate"].create(
            [
                {
                    "name": TODAY.date() - timedelta(days=days),
                    "currency_id": euro.id,
                    "company_id": self.company.id,
                    "rate": rate,
                }
                for days, rate in ((900, 2.0), (50, 4.0))
            ]
        )
        pricelist = self.env["product.pricelist"].create(
            {"name": "Foreign", "currency_id": euro.id, "company_id": self.company.id}
        )
        customer = self.customers[0]
        orders = self.sell((customer, "e", 60), (customer, "e", 40), pricelist_id=pricelist.id)
        orders.order_line.price_unit = 100.0
        self.start_night()._step_purchases()
        run = self.env["product.affinity.run"].search(
            [("company_id", "=", self.company.id)], limit=1
        )
        purchases = run._get_purchases()
        rows = (purchases.histories.customer == customer.id) & (
            purchases.histories.product == self.eggs.id
        )
        self.assertEqual(purchases.amount[rows].tolist(), [100 / 2 + 100 / 4])

    def test_variants_are_one_product(self):
        attribute = self.env["product.attribute"].create(
            {"name": "Size", "value_ids": [Command.create({"name": n}) for n in ("S", "L")]}
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
        small, large = template.product_variant_ids.sorted("id")
        with patch.dict(self.letters, {"s": small, "l": large}):
            self.sell((self.customers[0], "s", 40), (self.customers[0], "l", 20))
        self.run_night()
        self.assertEqual(self.get_predictions(self.customers[0])[large].order_count, 1)
        self.set_parameters(level="template")
        self.run_night()
        rows = self.get_predictions(self.customers[0])
        self.assertEqual(rows[small].order_count, 2)
        self.assertNotIn(large, rows)


@tagged("post_install", "-at_install")
class TestNightsWithFewOrders(PredictionsCommon):
    """A night reads again what changed, and predicts for whom it changed."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.classPatch(product_affinity_run_purchases, "SMALL_COMPANY", 0)
        for module in (sale_order_line, sale_order_line_purchases):
            cls.classPatch(module, "ORDERS_PER_RANGE", 10)
        cls.env.flush_all()
        # A test is one transaction, at one time: let the orders be written before it.
        cls.env.cr.execute(
            SQL(
                "UPDATE sale_order SET write_date = write_date - interval '1 day' "
                "WHERE company_id = %s",
                cls.company.id,
            )
        )
        cls.env.invalidate_all()
        cls.run_night()

    def run_counting(self, **values):
        """Return the number of ranges read and of batches of customers done."""
        run = self.env.registry["product.affinity.run"]
        with (
            patch.object(
                run, "_store_purchases", autospec=True, side_effect=run._store_purchases
            ) as read,
            patch.object(run, "_predict", autospec=True, side_effect=run._predict) as predict,
        ):
            self.run_night(**values)
        rows = [call.args[1].histories for call in predict.call_args_list]
        return read.call_count, {int(key) for row in rows for key in row.customer}

    def test_nothing_changed(self):
        before = self.get_rows(self.predictions)
        self.assertEqual(self.run_counting(), (0, set()))
        self.assertEqual(self.get_rows(self.predictions), before)

    def test_one_new_order(self):
        others = self.predictions.search([("partner_id", "!=", self.customers[9].id)])
        before = others.read(["score", "rank"])
        self.sell((self.customers[9], "a", 0))
        read, customers = self.run_counting()
        self.assertLessEqual(read, 2)
        self.assertEqual(customers, {self.customers[9].id})
        self.assertIn(self.apple, self.get_predictions(self.customers[9]))
        self.assertEqual(others.read(["score", "rank"]), before)

    def test_one_order_cancelled(self):
        order = self.orders.filtered(lambda order: order.partner_id == self.customers[9])
        order._action_cancel()
        _read, customers = self.run_counting()
        self.assertEqual(customers, set())
        self.assertFalse(self.get_predictions(self.customers[9]))

    def test_line_added_to_an_old_order(self):
        order = self.orders.filtered(lambda order: order.partner_id == self.customers[9])
        self.env["sale.order.line"].create({"order_id": order.id, "product_id": self.apple.id})
        _read, customers = self.run_counting()
        self.assertEqual(customers, {self.customers[9].id})
        self.assertIn(self.apple, self.get_predictions(self.customers[9]))

    def test_order_of_another_customer(self):
        order = self.orders.filtered(lambda order: order.partner_id == self.customers[0])[0]
        order.partner_id = self.customers[1]
        _read, customers = self.run_counting()
        self.assertEqual(customers, set(self.customers[:2].ids))
        self.assertEqual(self.get_predictions(self.customers[0])[self.apple].order_count, 4)

    def test_all_on_request(self):
        ranges, customers = self.run_counting(full=True)
        self.assertGreater(ranges, 2)
        self.assertEqual(customers, set(self.customers.ids))

    def test_shorter_period(self):
        """What falls out of the period changes for whom it was bought."""
        self.sell((self.customers[9], "a", 500))
        self.run_night()
        self.assertIn(self.apple, self.get_predictions(self.customers[9]))
        self.set_parameters(months=12)
        ranges, customers = self.run_counting()
        self.assertGreater(ranges, 2)
        self.assertEqual(customers, {self.customers[9].id})
        self.assertNotIn(self.apple, self.get_predictions(self.customers[9]))

    def test_all_are_learned_from_again_at_another_level(self):
        self.set_parameters(level="template")
        _ranges, customers = self.run_counting()
        self.assertEqual(customers, set(self.customers.ids))
        self.assertEqual(self.run_counting(), (0, set()))

    def test_archived_products_go_at_once(self):
        self.assertTrue(self.upsells.search([("product_id", "=", self.cheese.id)]))
        (self.butter + self.cheese).active = False
        self.assertEqual(self.run_counting(), (0, set()))
        self.assertFalse(self.upsells.search([("product_id", "=", self.cheese.id)]))
        rows = self.predictions.search([("company_id", "=", self.company.id)])
        self.assertNotIn(self.butter, rows.product_id)
        self.assertIn(self.apple, rows.product_id)

    def test_unfinished_night_is_made_up_for(self):
        self.sell((self.customers[9], "a", 0))
        run = self.start_night()
        while run.step != "predictions":
            run._do_batch()
        run.write(run._prepare_end("failed"))
        self.env.flush_all()
        _read, customers = self.run_counting()
        self.assertEqual(customers, {self.customers[9].id})

    def test_queries_do_not_grow_with_customers(self):
        def count():
            run = self.start_night(full=True)
            while run.step != "purchases":
                run._do_batch()
            self.env.flush_all()
            start = self.cr.sql_log_count
            while run.state == "running":
                run._do_batch()
                run.flush_recordset()
            return self.cr.sql_log_count - start

        with (
            patch.object(sale_order_line, "ORDERS_PER_RANGE", 100_000),
            patch.object(sale_order_line_purchases, "ORDERS_PER_RANGE", 100_000),
        ):
            few = count()
            customers = self.env["res.partner"].create(
                [{"name": f"One More {number}"} for number in range(30)]
            )
            self.sell(*((customer, "ab", 15) for customer in customers))
            self.assertLessEqual(count(), few + 2)
