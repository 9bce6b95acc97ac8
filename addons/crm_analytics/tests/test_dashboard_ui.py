from odoo import Command, fields
from odoo.tests import new_test_user, tagged

from .hoot_common import HootCase


@tagged("post_install", "-at_install")
class TestDashboardUi(HootCase):
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
        self.run_hoot("@crm_analytics/dashboard")
