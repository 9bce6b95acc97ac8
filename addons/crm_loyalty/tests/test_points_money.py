from odoo import Command
from odoo.tests import new_test_user, tagged

from .points_money_common import PointsMoneyCommon


@tagged("post_install", "-at_install")
class TestPointsMoney(PointsMoneyCommon):
    """Points count as money is received."""

    def test_points_count_in_proportion_to_the_money(self):
        order = self._sell(1000)
        self.assert_points(0, 1000)
        invoice = self._invoice(order)
        self.assert_points(0, 1000)
        self._pay(invoice, 400)
        self.assert_points(400, 600)
        self._pay(invoice)
        self.assert_points(1000)
        self.assert_settled(order)
        self.assertEqual(self.card.history_ids.mapped("issued"), [1000], "one line, not three")
        self.assertEqual(self.card.lot_ids.history_id, self.card.history_ids)

    def test_waiting_points_buy_nothing(self):
        self._sell(1000)
        order = self.env["sale.order"].create(
            {
                "partner_id": self.ada.id,
                "order_line": [Command.create({"product_id": self.goods.id})],
            }
        )
        order._update_programs_and_rewards()
        self.assertFalse(order._get_claimable_rewards())

    def test_a_payment_that_is_undone(self):
        order = self._sell(1000)
        invoice = self._invoice(order)
        payment = self._pay(invoice, 400)
        payment.action_draft()
        self.assert_points(0, 1000)
        self.assert_settled(order)
        payment.action_post()
        self.assert_points(400, 600)
        self._pay(invoice)
        self.assert_points(1000)

    def test_a_payment_that_is_undone_after_its_points_were_spent(self):
        order = self._sell(1000)
        payment = self._pay(self._invoice(order), 400)
        self._spend(300)
        payment.action_cancel()
        self.assert_points(0, 1000, 300)
        self._pay(order.invoice_ids)
        self.assert_points(700)

    def test_down_payment(self):
        order = self._sell(1000)
        wizard = self.env["sale.advance.payment.inv"].create(
            {
                "sale_order_ids": order.ids,
                "advance_payment_method": "fixed",
                "fixed_amount": 300,
            }
        )
        down_payment = wizard._create_invoices(order)
        down_payment.action_post()
        self._pay(down_payment)
        self.assert_points(300, 700)
        self._pay(self._invoice(order, final=True))
        self.assert_points(1000)

    def test_one_invoice_of_two_customers_orders(self):
        other = self._create_card(self.bob)
        orders = self._sell(1000) + self._sell(
            500,
            partner=self.bob,
            partner_invoice_id=self.ada.id,
            partner_shipping_id=self.ada.id,
        )
        invoice = self._invoice(orders)
        self.assertEqual(len(invoice), 1)
        self._pay(invoice, 750)
        self.assert_points(500, 500)
        self.assert_points(250, 250, card=other)

    def test_an_order_that_costs_nothing_is_paid(self):
        self.program.rule_ids.write({"reward_point_mode": "order", "reward_point_amount": 5})
        self._sell(0)
        self.assert_points(5)

    def test_invoice_in_another_currency(self):
        order = self._sell(1000)
        invoice = order._create_invoices()
        other = self.setup_other_currency("EUR", rates=[("2000-01-01", 2.0)])
        invoice.currency_id = other
        invoice.invoice_line_ids.price_unit = 2000
        invoice.action_post()
        self._pay(invoice, 800)
        self.assert_points(400, 600)

    def test_money_of_orders_by_people_who_see_no_cards(self):
        user = new_test_user(self.env, "points-accountant", groups="account.group_account_invoice")
        order = self._sell(1000)
        invoice = order._create_invoices().with_user(user)
        invoice.action_post()
        wizard = (
            self.env["account.payment.register"]
            .with_user(user)
            .with_context(active_model="account.move", active_ids=invoice.ids)
        )
        wizard.create({"amount": 400})._create_payments()
        self.assert_points(400, 600)

    def test_delivered_share(self):
        self.program.points_release = "delivery"
        order = self._sell(100)
        order.order_line.product_uom_qty = 4
        self.assert_points(0, 100)
        order.order_line.qty_delivered = 1
        self.assert_points(25, 75)
        order.order_line.qty_delivered = 4
        self.assert_points(100)
        order.order_line.qty_delivered = 2
        self.assert_points(50, 50)

    def test_invoiced_share(self):
        self.program.points_release = "invoice"
        self.goods.invoice_policy = "delivery"
        order = self._sell(250, 750)
        order.order_line[0].qty_delivered = 1
        self._invoice(order)
        self.assert_points(250, 750)
        order.order_line[1].qty_delivered = 1
        invoice = self._invoice(order)
        self.assert_points(1000)
        invoice.button_draft()
        self.assert_points(250, 750)

    def test_expiry_begins_when_the_points_count(self):
        self.program.write({"lot_expiry": "months", "lot_expiry_months": 12})
        self._pay(self._invoice(self._sell(1000)), 400)
        counting = self.card.lot_ids.filtered(lambda lot: lot.state == "available")
        today = self.card._get_today()
        self.assertEqual(counting.available_date, today)
        self.assertEqual(counting.expiration_date, self.program._get_lot_expiration(today))
        self.assertFalse((self.card.lot_ids - counting).expiration_date)

    def test_the_nightly_action_catches_up(self):
        order = self._sell(1000)
        self._pay(self._invoice(order), 400)
        # A payment that nothing told of
        self.env.cr.execute("DELETE FROM account_partial_reconcile")
        self.env.invalidate_all()
        self.assert_points(400, 600)
        with self.enter_registry_test_mode():
            cron = self.env.ref("crm_loyalty.ir_cron_sync_loyalty_points")
            cron.method_direct_trigger()
            self.assertEqual(cron.failure_count, 0)
        self.assert_points(0, 1000)

    def test_the_same_number_of_queries_for_many_orders(self):
        counts = []
        for number in (2, 6):
            partners = self.env["res.partner"].create(
                [{"name": f"Customer {number} {index}"} for index in range(number)]
            )
            orders = self.env["sale.order"].concat(
                *(self._sell(100, partner=partner) for partner in partners)
            )
            invoices = orders._create_invoices()
            sync = type(orders)._sync_loyalty_points
            self.patch(type(orders), "_sync_loyalty_points", lambda self: None)
            invoices.action_post()
            for invoice in invoices:
                self._pay(invoice, 40)
            self.env.flush_all()
            self.env.invalidate_all()
            self.patch(type(orders), "_sync_loyalty_points", sync)
            before = self.env.cr.sql_log_count
            orders._sync_loyalty_points()
            self.env.flush_all()
            counts.append(self.env.cr.sql_log_count - before)
            cards = self.Card.search([("partner_id", "in", partners.ids)])
            self.assertEqual(cards.mapped("points"), [40] * number)
        few, many = counts
        self.assertLessEqual(many, few + 2)
