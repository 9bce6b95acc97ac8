from odoo import Command
from odoo.tests import tagged

from odoo.addons.account_payment.tests.common import AccountPaymentCommon

from .points_money_common import PointsMoneyCommon


@tagged("post_install", "-at_install")
class TestPointsOnline(PointsMoneyCommon, AccountPaymentCommon):
    """Money that is paid online counts with its order, once, before there is an invoice."""

    def pay_online(self, order, amount, state="done"):
        transaction = self._create_transaction(
            "direct",
            amount=amount,
            currency_id=order.currency_id.id,
            partner_id=order.partner_id.id,
            reference=f"online {amount}",
            sale_order_ids=[Command.set(order.ids)],
        )
        if state == "done":
            transaction._set_done()
        else:
            transaction._set_authorized()
        return transaction

    def test_paid_online_before_the_invoice(self):
        order = self._sell(1000)
        transaction = self.pay_online(order, 400)
        self.assert_points(400, 600)
        invoice = self._invoice(order)
        self.assert_points(400, 600)
        transaction.invoice_ids = invoice
        transaction._post_process()
        self.assertEqual(invoice.amount_residual, 600, "the payment settles the invoice")
        self.assert_points(400, 600)
        self._pay(invoice)
        self.assert_points(1000)
        self.assert_settled(order)

    def test_paid_online_before_the_confirmation(self):
        order = self.env["sale.order"].create(
            {
                "partner_id": self.ada.id,
                "order_line": [Command.create({"product_id": self.goods.id})],
            }
        )
        self.pay_online(order, 1000)
        self.assert_points(0)
        order.action_confirm()
        self.assert_points(1000)

    def test_refunded_online(self):
        order = self._sell(1000)
        transaction = self.pay_online(order, 1000)
        self.assert_points(1000)
        refund = transaction._create_child_transaction(300, is_refund=True)
        self.assert_points(1000)
        refund._set_done()
        self.assert_points(700, 300)
        self.assert_settled(order)

    def test_authorized_money_counts_when_it_is_captured(self):
        self.provider.write({"support_manual_capture": "partial", "capture_manually": True})
        order = self._sell(1000)
        transaction = self.pay_online(order, 1000, state="authorized")
        self.assert_points(0, 1000)
        transaction._create_child_transaction(250)._set_done()
        self.assert_points(250, 750)
        rest = transaction._create_child_transaction(750)
        rest._set_canceled()
        self.assertEqual(transaction.state, "done")
        self.assert_points(250, 750)
