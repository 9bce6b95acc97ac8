from datetime import datetime

from freezegun import freeze_time

from odoo import Command
from odoo.tests import TransactionCase

from .users_common import UsersCommon

# A Wednesday; the days counted of November are compared with the same days of October.
NOW = datetime(2026, 11, 18, 12, 0)


class DashboardCommon(UsersCommon, TransactionCase):
    """Two companies of their own, so that no order of the database is in their figures."""

    timezone = "UTC"

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.usd = cls.env.ref("base.USD")
        cls.eur = cls.env.ref("base.EUR")
        (cls.usd + cls.eur).active = True
        cls.company, cls.other_company = cls.env["res.company"].create(
            [
                {"name": "Dashboard Company", "currency_id": cls.usd.id},
                {"name": "Other Dashboard Company", "currency_id": cls.eur.id},
            ]
        )
        cls.env.user.company_ids += cls.company + cls.other_company
        cls.env = cls.env(
            context={
                **cls.env.context,
                "allowed_company_ids": cls.company.ids,
                "tracking_disable": True,
                "tz": "UTC",
            }
        )
        cls.env["res.currency.rate"].search(
            [("currency_id", "in", (cls.usd + cls.eur).ids)]
        ).unlink()
        # One dollar is half a euro until the end of October, a quarter from November on.
        cls.env["res.currency.rate"].create(
            [
                {"currency_id": cls.eur.id, "company_id": False, "name": day, "rate": rate}
                for day, rate in (("2020-01-01", 0.5), ("2026-11-01", 0.25))
            ]
        )
        cls.euro_pricelist = cls.env["product.pricelist"].create(
            {"name": "Euro", "currency_id": cls.eur.id}
        )
        cls.customer, cls.contact_company, cls.guest = cls.env["res.partner"].create(
            [
                {"name": "Customer"},
                {"name": "Company with Contacts", "is_company": True},
                {"name": "Guests", "is_guest": True},
            ]
        )
        cls.contact, cls.other_contact = cls.env["res.partner"].create(
            [
                {"name": name, "parent_id": cls.contact_company.id, "type": "contact"}
                for name in ("Contact", "Other Contact")
            ]
        )
        cls.chair, cls.table = cls.env["product.product"].create(
            [{"name": name, "taxes_id": False, "default_code": name} for name in ("Chair", "Table")]
        )

    def setUp(self):
        super().setUp()
        self.enterContext(freeze_time(NOW))

    @classmethod
    def create_order(cls, day, *amounts, state="sale", company=None, products=None, **values):
        """An order of that moment with a line for each amount."""
        company = company or cls.company
        products = products or cls.chair
        return (
            cls.env["sale.order"]
            .with_context(allowed_company_ids=company.ids)
            .with_company(company)
            .create(
                {
                    "partner_id": cls.customer.id,
                    "date_order": day,
                    "state": state,
                    "company_id": company.id,
                    "user_id": False,
                    "order_line": [
                        Command.create(
                            {
                                "product_id": products[index % len(products)].id,
                                "product_uom_qty": -1 if amount < 0 else 1,
                                "price_unit": abs(amount),
                            }
                        )
                        for index, amount in enumerate(amounts)
                    ],
                    **values,
                }
            )
        )

    @classmethod
    def create_dashboard(cls, *items, **values):
        """A dashboard that everybody sees as it is given here."""
        dashboard = cls.env["crm.dashboard"].create(
            {"name": "Test", "code": "test_dashboard", "period": "this_month", **values}
        )
        dashboard.layout = {"items": dashboard._prepare_items(items)}
        return dashboard

    def get_data(self, period="this_month", user=None, *, dashboard="test_dashboard", **filters):
        context = filters.pop("context", {})
        dashboards = self.env["crm.dashboard"].with_context(**context)
        if user:
            dashboards = dashboards.with_user(user)
        return dashboards.get_data(dashboard, {"period": period, **filters})

    def get_tiles(self, *args, **kwargs):
        """The tiles by their KPI."""
        items = self.get_data(*args, **kwargs)["items"]
        return {item["kpi"]: item for item in items if item["type"] == "tile"}

    def get_charts(self, *args, **kwargs):
        """The charts by what they are split by."""
        items = self.get_data(*args, **kwargs)["items"]
        return {item["groupby"]: item for item in items if item["type"] != "tile"}
