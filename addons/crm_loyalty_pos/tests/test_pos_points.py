from odoo.tests import tagged

from odoo.addons.point_of_sale.tests.common import CommonPosTest


class PosPointsCommon(CommonPosTest):
    """A card of 100 points, and orders of its customer at the till."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env["loyalty.program"].search([]).active = False
        programs = cls.env["loyalty.program"]
        defaults = programs._program_type_default_values()["loyalty"]
        cls.program = programs.create(
            {"name": "Regulars", "program_type": "loyalty", **defaults},
        )
        cls.goods = cls.twenty_dollars_no_tax.product_variant_id
        cls.card = (
            cls.env["loyalty.card"]
            .sudo()
            .create(
                {
                    "program_id": cls.program.id,
                    "partner_id": cls.partner_lowe.id,
                    "points": 100,
                }
            )
        )

    def sell(self, quantity=5, paid=True):
        order, _refund = self.create_backend_pos_order(
            {
                "order_data": {"partner_id": self.partner_lowe.id},
                "line_data": [{"qty": quantity, "product_id": self.goods.id}],
                "payment_data": [
                    {"payment_method_id": self.cash_payment_method.id, "amount": 20 * quantity}
                ],
            }
        )
        return order

    def confirm(self, order, points):
        return order.confirm_coupon_programs(
            {
                str(self.card.id): {
                    "points": points,
                    "program_id": self.program.id,
                    "coupon_id": self.card.id,
                    "barcode": "",
                    "partner_id": self.partner_lowe.id,
                    "line_codes": [],
                }
            }
        )

    def give_back(self, order, quantity):
        refund = self.env["pos.order"].browse(order.refund()["res_id"])
        refund.lines.qty = -quantity
        refund.lines._onchange_amount_line_all()
        refund._compute_prices()
        payment = self.env["pos.make.payment"].with_context(active_id=refund.id)
        payment.create(
            {
                "amount": refund.amount_total,
                "payment_method_id": self.cash_payment_method.id,
            }
        ).check()
        return refund

    def assert_points(self, available, owed=0):
        self.assertEqual((self.card.points, self.card.points_debt), (available, owed))
        self.assertFalse(self.card._find_unbalanced())


@tagged("post_install", "-at_install")
class TestPosPoints(PosPointsCommon):
    """What the point of sale does with points goes through the ledger."""

    def test_earned_points_are_a_lot_with_one_line(self):
        before = self.card.history_ids
        order = self.sell()
        self.confirm(order, 100)
        self.assert_points(200)
        line = self.card.history_ids - before
        self.assertEqual((line.kind, line.issued, line.used), ("earn", 100, 0))
        self.assertEqual((line.order_model, line.order_id), ("pos.order", order.id))
        self.assertEqual(self.card.lot_ids.filtered("history_id").history_id & line, line)
        self.confirm(order, 100)
        self.assert_points(200)
        self.assertEqual(self.card.history_ids - before, line, "confirmed again: nothing more")

    def test_two_validated_orders_are_both_confirmed(self):
        """On core alone a card of 100 points ends at -100."""
        orders = [self.sell(), self.sell()]
        for order in orders:
            answer = order.validate_coupon_programs({str(self.card.id): -100}, [])
            self.assertTrue(answer["successful"])
        for order in orders:
            self.confirm(order, -100)
        self.assert_points(0, owed=100)
        spent = self.card.history_ids.filtered("used")
        self.assertEqual(spent.mapped("order_id"), [order.id for order in reversed(orders)])
        self.confirm(self.sell(), 130)
        self.assert_points(30)

    def test_goods_brought_back_take_their_points_back(self):
        order = self.sell(5)
        self.confirm(order, 100)
        refund = self.give_back(order, 2)
        self.assert_points(160)
        line = self.card.history_ids[:1]
        self.assertEqual((line.kind, line.used, line.reason), ("revoke", 40, refund.name))
        order._sync_loyalty_points()
        self.assert_points(160)
        self.give_back(order, 3)
        self.assert_points(100)

    def test_goods_brought_back_after_their_points_were_spent(self):
        order = self.sell(5)
        self.confirm(order, 100)
        self.confirm(self.sell(1), -200)
        self.give_back(order, 5)
        self.assert_points(0, owed=100)
