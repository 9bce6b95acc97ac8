from datetime import timedelta
from unittest.mock import patch

from odoo import Command, fields
from odoo.tests import tagged

from ..models import product_affinity_run_customers, sale_order_line, sale_order_line_purchases
from .predictions_common import TODAY, PredictionsCommon


@tagged("post_install", "-at_install")
class TestCustomerPredictions(PredictionsCommon):
    def test_repeat_rhythm(self):
        self.run_night()
        row = self.get_predictions(self.customers[0])[self.apple]
        self.assertEqual(row.kind, "repeat")
        self.assertEqual(row.rank, 1)
        self.assertEqual((row.order_count, row.interval_days), (5, 21))
        self.assertEqual(row.last_order_date, TODAY.date() - timedelta(days=30))
        self.assertEqual(row.due_date, TODAY.date() - timedelta(days=9))
        self.assertEqual(row.reason, "Ordered 5 times, every 21 days; now due")
        with patch.object(
            fields.Date, "context_today", return_value=row.due_date - timedelta(days=10)
        ):
            row.invalidate_recordset(["reason"])
            self.assertEqual(row.reason, "Ordered 5 times, every 21 days; due in 10 days")

    def test_ordered_once(self):
        self.run_night()
        row = self.get_predictions(self.customers[9])[self.eggs]
        self.assertEqual((row.interval_days, row.due_date), (0, False))
        self.assertEqual(row.reason, "Ordered once")

    def test_new_to_the_customer(self):
        self.run_night()
        row = self.get_predictions(self.customers[0])[self.butter]
        self.assertEqual((row.kind, row.origin_product_id), ("similar", self.apple))
        self.assertEqual((row.customers_both, row.customers_product), (8, 9))
        self.assertEqual(row.reason, "8 of 9 customers of Apple buy it too")
        self.assertFalse(row.due_date)

    def test_numbers_can_be_counted_by_hand(self):
        self.run_night()
        lines = self.env["sale.order.line"]
        for row in self.predictions.search([("company_id", "=", self.company.id)]):
            bought = lines.search(
                [("order_id", "in", self.orders.ids), ("product_id", "=", row.product_id.id)]
            ).order_id
            if row.kind == "repeat":
                mine = bought.filtered(lambda order, x=row: order.partner_id == x.partner_id)
                self.assertEqual(row.order_count, len(mine))
                self.assertEqual(row.last_order_date, max(mine.mapped("date_order")).date())
            else:
                origin = lines.search(
                    [
                        ("order_id", "in", self.orders.ids),
                        ("product_id", "=", row.origin_product_id.id),
                    ]
                ).order_id.partner_id
                self.assertEqual(row.customers_product, len(origin))
                self.assertEqual(row.customers_both, len(origin & bought.partner_id))

    def test_contacts_buy_for_their_company(self):
        contact = self.env["res.partner"].create(
            {"name": "Buyer", "parent_id": self.customers[0].id}
        )
        self.sell((contact, "a", 9))
        self.run_night()
        self.assertEqual(self.get_predictions(self.customers[0])[self.apple].order_count, 6)
        self.assertFalse(self.get_predictions(contact))

    def test_empty_history(self):
        company = self.env["res.company"].create({"name": "Nothing Sold"})
        run = self.run_night(company)
        self.assertEqual(run.state, "done")
        for model in (self.predictions, self.upsells, self.spaces):
            self.assertFalse(self.get_rows(model, company))

    def test_last_order_cancelled(self):
        """What was predicted goes with the orders it came from."""
        self.run_night()
        self.orders._action_cancel()
        self.run_night()
        for model in (self.predictions, self.upsells, self.spaces):
            self.assertFalse(self.get_rows(model))

    def test_refunds_and_nothing_bought(self):
        """Returns, lines of no quantity and quotations are no purchases."""
        self.run_night()
        before = self.get_rows(self.predictions)
        for quantity in (-5, 0):
            self.sell((self.customers[9], "a", 5)).order_line.product_uom_qty = quantity
        self.create_order("a", partner_id=self.customers[9].id)
        self.run_night()
        self.assertEqual(self.get_rows(self.predictions), before)

    def test_archived_are_left_out(self):
        self.butter.active = False
        self.dates.sale_ok = False
        self.customers[1].active = False
        self.run_night()
        rows = self.predictions.search([("company_id", "=", self.company.id)])
        self.assertIn(self.apple, rows.product_id)
        self.assertFalse(rows.product_id & (self.butter + self.dates))
        self.assertFalse(rows.origin_product_id & (self.butter + self.dates))
        self.assertNotIn(self.customers[1], rows.partner_id)
        self.assertFalse(self.upsells.search([("company_id", "=", self.company.id)]))

    def test_archived_between_batches(self):
        run = self.start_night()
        while run.step != "white_space":
            if run.step == "predictions" and run.position:
                self.butter.active = False
                self.customers[1].active = False
            run._do_batch()
        rows = self.predictions.search([("company_id", "=", self.company.id)])
        self.assertNotIn(self.butter, rows.product_id)
        self.assertNotIn(self.customers[1], rows.partner_id)
        self.assertIn(self.apple, rows.product_id)

    def test_deleted_between_batches(self):
        stray = self.env["res.partner"].create({"name": "Merged Away"})
        orders = self.sell((stray, "a", 40))
        run = self.start_night()
        while run.step != "white_space":
            if run.step == "predictions" and run.position and stray.exists():
                orders.partner_id = self.customers[2]
                orders.flush_recordset()
                stray.unlink()
            run._do_batch()
        self.assertIn(self.apple, self.get_predictions(self.customers[2]))

    def test_old_rows_until_the_end(self):
        self.run_night()
        before = self.get_rows(self.predictions)
        self.sell(*((customer, "b", 3) for customer in self.customers[9:]))
        run = self.start_night()
        while not (run.step == "predictions" and run.position):
            run._do_batch()
        self.assertEqual(self.get_rows(self.predictions), before)
        while run.state == "running":
            run._do_batch()
        self.assertNotEqual(self.get_rows(self.predictions), before)

    def test_same_in_small_batches(self):
        self.run_night()
        models = (self.predictions, self.upsells, self.spaces)
        before = [self.get_rows(model) for model in models]
        with (
            patch.object(sale_order_line, "ORDERS_PER_RANGE", 7),
            patch.object(sale_order_line_purchases, "ORDERS_PER_RANGE", 7),
            patch.object(product_affinity_run_customers, "BATCH_ROWS", 1),
        ):
            self.run_night(full=True)
        self.assertEqual([self.get_rows(model) for model in models], before)

    def test_rows_that_stay_keep_their_ids(self):
        self.run_night()
        rows = self.predictions.search([("company_id", "=", self.company.id)])
        self.run_night(full=True)
        self.assertEqual(self.predictions.search([("company_id", "=", self.company.id)]), rows)

    def test_other_company(self):
        orders = self.sell((self.customers[0], "d", 0), company=self.other_company)
        self.run_night()
        self.run_night(self.other_company)
        row = self.predictions.search([("company_id", "=", self.other_company.id)])
        self.assertEqual((row.product_id, row.order_count), (self.dates, 1))
        self.assertEqual(orders.company_id, self.other_company)
        self.assertNotIn(
            self.dates, self.get_predictions(self.customers[0]).keys() - row.product_id
        )

    def test_guests_are_nobody(self):
        self.customers[0].is_guest = True
        self.run_night()
        self.assertFalse(self.get_predictions(self.customers[0]))

    def test_twice_on_an_order_counts_once(self):
        order = self.orders.filtered(lambda order: order.partner_id == self.customers[0])[0]
        order.order_line = [Command.create({"product_id": self.apple.id})]
        self.run_night()
        self.assertEqual(self.get_predictions(self.customers[0])[self.apple].order_count, 5)
