from odoo.tests import tagged

from odoo.addons.crm_loyalty.tests.common import LoyaltyCardCommon


@tagged("post_install", "-at_install")
class TestPointsDelivery(LoyaltyCardCommon):
    """Points count as goods leave the warehouse."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.program.points_release = "delivery"
        cls.program.rule_ids.write({"reward_point_amount": 1, "reward_point_mode": "money"})
        cls.card = cls._create_card(cls.ada)
        cls.goods = cls.env["product.product"].create(
            {"name": "Goods", "is_storable": True, "list_price": 25, "taxes_id": False}
        )

    def transfer(self, picking, quantity):
        picking.move_ids.quantity = quantity
        picking.move_ids.picked = True
        picking._action_done()

    def assert_points(self, available, waiting):
        self.assertEqual((self.card.points, self.card.points_pending), (available, waiting))

    def test_points_follow_the_goods(self):
        order = self.env["sale.order"].create(
            {
                "partner_id": self.ada.id,
                "order_line": [(0, 0, {"product_id": self.goods.id, "product_uom_qty": 4})],
            }
        )
        order.action_confirm()
        self.assert_points(0, 100)
        delivery = order.picking_ids
        self.transfer(delivery, 1)
        self.assert_points(25, 75)
        self.transfer(order.picking_ids - delivery, 3)
        self.assert_points(100, 0)
        wizard = (
            self.env["stock.return.picking"]
            .with_context(active_id=delivery.id, active_model="stock.picking")
            .create({})
        )
        wizard.product_return_moves.quantity = 1
        returned = wizard._create_return()
        self.transfer(returned, 1)
        self.assert_points(75, 25)
