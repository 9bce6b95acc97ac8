from datetime import date

from odoo.tests import tagged

from .common import BasketCommon


@tagged("post_install", "-at_install")
class TestKpiReading(BasketCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.confirm_orders(["a", "ab", "abc"], date_order="2026-03-10 10:00:00")
        cls.kpi = cls.env["crm.kpi"].create(
            {
                "name": "Order Lines",
                "model_name": "sale.order.line",
                "domain": "[('order_id.state', '=', 'sale')]",
                "date_field": "order_id.date_order",
                "user_field": "order_id.user_id",
                "company_field": "company_id",
                "partner_field": "order_id.partner_id",
                "product_field": "product_id",
            }
        )
        cls.march = (date(2026, 3, 1), date(2026, 4, 1))

    def test_count_and_sum(self):
        self.env["sale.order"].search(
            [("company_id", "=", self.company.id)]
        ).date_order = "2026-03-10 10:00:00"
        self.assertEqual(self.kpi._read_parts(*self.march), {(): (6.0, 6)})
        self.kpi.write({"measure": "sum", "measure_field": "price_subtotal"})
        self.assertEqual(self.kpi._read_parts(*self.march), {(): (60.0, 6)})
        self.assertEqual(
            self.kpi._read_parts(*self.march, ["day", "product_id"]),
            {
                (date(2026, 3, 10), self.apple.id): (30.0, 3),
                (date(2026, 3, 10), self.butter.id): (20.0, 2),
                (date(2026, 3, 10), self.cheese.id): (10.0, 1),
            },
        )
