from odoo import Command, fields
from odoo.tests import HttpCase, new_test_user, tagged

HOOT_SUITE = "@crm_analytics/dashboard"


def get_hoot_id(name):
    """The id by which Hoot finds a suite: a wrong one would run the tests of every module."""
    number = 0
    for letter in name:
        number = ((number << 5) - number + ord(letter)) & 0xFFFFFFFF
    return f"{number:08x}"


@tagged("post_install", "-at_install")
class TestDashboardUi(HttpCase):
    def test_tour(self):
        company = self.env["res.company"].create(
            {"name": "Dashboard Company", "currency_id": self.env.ref("base.USD").id}
        )
        user = new_test_user(
            self.env,
            login="dashboard_tour",
            groups="sales_team.group_sale_manager",
            company_id=company.id,
            company_ids=[Command.set(company.ids)],
        )
        customer = self.env["res.partner"].create({"name": "Dashboard Customer"})
        product = self.env["product.product"].create({"name": "Chair", "taxes_id": False})
        for amount in (100, 200):
            self.env["sale.order"].with_company(company).create(
                {
                    "partner_id": customer.id,
                    "company_id": company.id,
                    "user_id": user.id,
                    "state": "sale",
                    "date_order": fields.Datetime.now(),
                    "order_line": [
                        Command.create({"product_id": product.id, "price_unit": amount})
                    ],
                }
            )
        dashboard = self.env["crm.dashboard"].create({"name": "Tour Dashboard", "code": "tour"})
        dashboard.save_layout([{"type": "tile", "kpi": code} for code in ("invoiced", "orders")])
        dashboard.share_layout()
        self.start_tour("/odoo/sales-dashboard", "crm_analytics_dashboard", login=user.login)

    def test_components(self):
        self.browser_js(
            "/web/tests?headless&loglevel=2&preset=desktop&timeout=15000"
            f"&id={get_hoot_id(HOOT_SUITE)}",
            "",
            "",
            login="admin",
            timeout=240,
            success_signal="[HOOT] Test suite succeeded",
            error_checker=lambda message: "[HOOT]" not in message,
        )
