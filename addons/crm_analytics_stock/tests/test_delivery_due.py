from freezegun import freeze_time

from odoo import Command
from odoo.exceptions import AccessError
from odoo.tests import new_test_user, tagged

from odoo.addons.crm_analytics.tests.common import BasketCommon


@tagged("post_install", "-at_install")
class TestDeliveryDue(BasketCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.apple.is_storable = True
        cls.Due = cls.env["crm.delivery.due"]

    def order(self, quantity, day, user=None, **line):
        order = self.create_order(
            "a",
            user_id=(user or self.salesman).id,
            commitment_date=f"{day} 10:00:00",
            order_line=[
                Command.create(
                    {
                        "product_id": self.apple.id,
                        "product_uom_qty": quantity,
                        "price_unit": 10,
                        **line,
                    }
                )
            ],
        )
        order.action_confirm()
        return order

    def read_ages(self, user=None):
        groups = self.Due.with_user(user or self.manager)._read_group(
            [], ["age"], ["amount:sum", "amount_late:sum"]
        )
        return {age: sums for age, *sums in groups}

    @freeze_time("2026-06-30 12:00:00")
    def test_due_and_late(self):
        self.order(4, "2026-07-05")
        late = self.order(3, "2026-06-10")
        self.order(1, "2026-02-10").with_context(disable_cancel_warning=True).action_cancel()
        self.assertEqual(self.read_ages(), {"due": [40, 0], "late_30": [30, 30]})
        row = self.Due.search([("order_id", "=", late.id)])
        self.assertEqual((row.days_late, row.user_id), (20, self.salesman))
        self.assertEqual(row.action_open_document()["res_id"], late.picking_ids.id)
        late.picking_ids.move_ids.write({"quantity": 2, "picked": True})
        late.picking_ids._action_done()
        self.assertEqual(self.read_ages()["late_30"], [10, 10])

    @freeze_time("2026-06-30 12:00:00")
    def test_units_and_currency(self):
        self.order(2, "2026-07-05", product_uom_id=self.env.ref("uom.product_uom_dozen").id)
        self.assertEqual(self.read_ages(), {"due": [20, 0]})

    @freeze_time("2026-06-30 12:00:00")
    def test_rights(self):
        mine = self.order(1, "2026-07-05")
        self.order(1, "2026-07-05", user=self.manager)
        self.assertEqual(self.Due.with_user(self.salesman).search([]).order_id, mine)
        self.assertEqual(len(self.Due.with_user(self.manager).search([])), 2)
        stranger = self.new_user(
            "delivery_stranger", "sales_team.group_sale_manager", self.other_company
        )
        due = self.Due.with_user(stranger).with_context(allowed_company_ids=[])
        self.assertFalse(due.search([]))
        portal = new_test_user(self.env, "delivery_portal", "base.group_portal")
        for user in (portal, self.env.ref("base.public_user")):
            with self.assertRaises(AccessError):
                self.Due.with_user(user).search([])
