from datetime import date

from odoo.tests import tagged

from .dashboard_common import DashboardCommon

WINDOWS = (
    (date(2026, 11, 2), date(2026, 11, 4)),
    (date(2026, 11, 3), date(2026, 12, 1)),
    (date(2026, 1, 1), date(2027, 1, 1)),
    (date(2026, 12, 1), date(2026, 12, 2)),
    (date(1990, 1, 1), date(2030, 1, 1)),  # longer than what is read with others
)
GROUPS = ((), ("day",), ("month",), ("product_id",), ("category_id",), ("user_id",))


@tagged("post_install", "-at_install")
class TestKpiWindows(DashboardCommon):
    """What is read together is what each window gives by itself."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.manager = cls.new_user("windows_manager", "sales_team.group_sale_manager")
        cls.salesman = cls.new_user("windows_salesman", "sales_team.group_sale_salesman")
        cls.kpis = cls.env["crm.kpi"].search(
            [("code", "in", ["revenue", "buying_customers", "new_customers"])]
        )
        cls.kpis += cls.env["crm.kpi"].create(
            {
                "name": "Usual order",
                "model_name": "sale.order",
                "date_field": "date_order",
                "measure": "median",
                "measure_field": "amount_untaxed",
                "user_field": "user_id",
                "company_field": "company_id",
            }
        )
        for day in ("2026-10-05", "2026-11-02", "2026-11-03 23:30"):
            cls.create_order(day, 100, 20, user_id=cls.salesman.id)
        cls.create_order("2026-11-03", 40, -7, user_id=cls.manager.id)
        cls.create_order("2026-11-05", 60)
        cls.env.flush_all()

    def read_alone(self, kpi, groupby, window):
        parts = kpi._read_parts(*window, groupby)
        return {key: part for key, part in parts.items() if part[1]}

    def test_together_as_alone(self):
        for user in (self.manager, self.salesman):
            kpis = self.kpis.with_user(user)
            requests = [
                (kpi, group, window) for kpi in kpis for group in GROUPS for window in WINDOWS
            ]
            figures = kpis._read_requests(requests)
            for kpi, group, window in requests:
                with self.subTest(kpi=kpi.name, group=group, window=window, user=user.login):
                    found = figures[kpi.id, group, window]
                    self.assertEqual(found, self.read_alone(kpi, group, window))
            self.assertTrue(all(figures[kpi.id, (), WINDOWS[2]] for kpi in kpis))

    def test_one_reading_of_all_windows(self):
        customers = self.kpis.filtered(lambda kpi: kpi.code == "new_customers")
        groups = ((), ("day",), ("month",))
        wanted = {
            (customers.id, group, window): customers for group in groups for window in WINDOWS[:4]
        }
        self.assertEqual(len(customers._get_readings(wanted)), 1)

    def test_one_reading_of_products_and_categories(self):
        revenue = self.kpis.filtered(lambda kpi: kpi.code == "revenue")
        wanted = {
            (revenue.id, (group,), WINDOWS[0]): revenue for group in ("product_id", "category_id")
        }
        self.assertEqual(len(revenue._get_readings(wanted)), 1)
