from datetime import date, timedelta

from odoo import Command
from odoo.tests import TransactionCase, freeze_time

from .users_common import UsersCommon

NOW = "2026-11-18 11:00:00"  # a Wednesday at noon in Paris; 13 of 21 working days begun


class KpiCommon(UsersCommon, TransactionCase):
    """A company of its own with two teams, one part of the other, and KPIs on its orders.

    ====== ========================= ==================
    team   people                    leader
    ====== ========================= ==================
    North  Anna                      Nora
    East   Bert (part of North)      Edda
    none   Cleo
    ====== ========================= ==================
    """

    timezone = "Europe/Paris"

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        frozen = freeze_time(NOW)
        frozen.start()
        cls.addClassCleanup(frozen.stop)
        cls.company = cls.env["res.company"].create({"name": "KPI Company"})
        cls.other_company = cls.env["res.company"].create({"name": "Other KPI Company"})
        cls.company.resource_calendar_id.tz = "Europe/Paris"
        cls.env.user.company_ids += cls.company + cls.other_company
        cls.env = cls.env(
            context={
                **cls.env.context,
                "allowed_company_ids": cls.company.ids,
                "tracking_disable": True,
            }
        )
        salesman = "sales_team.group_sale_salesman"
        cls.anna, cls.bert, cls.cleo, cls.nora, cls.edda = (
            cls.new_user(f"kpi_{name}", salesman)
            for name in ("anna", "bert", "cleo", "nora", "edda")
        )
        cls.manager = cls.new_user("kpi_manager", "sales_team.group_sale_manager")
        cls.north = cls.new_team("North", cls.nora, cls.anna)
        cls.east = cls.new_team("East", cls.edda, cls.bert, parent_id=cls.north.id)
        cls.customer = cls.env["res.partner"].create({"name": "KPI Customer"})
        cls.product = cls.env["product.product"].create(
            {"name": "KPI Product", "list_price": 10.0, "taxes_id": False}
        )
        cls.orders = cls.new_kpi("Orders", "count")
        cls.revenue = cls.new_kpi("Revenue", "sum", measure_field="amount_untaxed", unit="money")
        cls.basket = cls.new_kpi("Basket", "average", measure_field="amount_untaxed", unit="money")

    @classmethod
    def new_team(cls, name, leader, members, **values):
        return cls.env["crm.team"].create(
            {
                "name": name,
                "company_id": cls.company.id,
                "user_id": leader.id,
                "member_ids": [Command.set(members.ids)],
                **values,
            }
        )

    @classmethod
    def new_kpi(cls, name, measure, **values):
        return cls.env["crm.kpi"].create(
            {
                "name": f"Test {name}",
                "measure": measure,
                "model_name": "sale.order",
                "domain": "[('state', '=', 'sale')]",
                "date_field": "date_order",
                "user_field": "user_id",
                "team_field": "team_id",
                "company_field": "company_id",
                "partner_field": "partner_id",
                **values,
            }
        )

    @classmethod
    def new_target(cls, owner, value, kpi=None, month=11, **values):
        """A target of a user, a team or a company for a month of 2026."""
        scope = {"res.users": "user", "crm.team": "team"}.get(owner._name, "company")
        if scope != "company":
            values[f"{scope}_id"] = owner.id
        return cls.env["crm.kpi.target"].create(
            {
                "kpi_id": (kpi or cls.revenue).id,
                "scope": scope,
                "company_id": cls.company.id,
                "date_from": date(2026, month, 1),
                "value": value,
                **values,
            }
        )

    @classmethod
    def new_order(cls, user, amount, day, team=None, **values):
        """A confirmed order of an amount on a day, of nobody where there is no user."""
        order = (
            cls.env["sale.order"]
            .with_company(cls.company)
            .create(
                {
                    "partner_id": cls.customer.id,
                    "company_id": cls.company.id,
                    "user_id": user.id if user else False,
                    "team_id": team.id if team else False,
                    "order_line": [
                        Command.create({"product_id": cls.product.id, "price_unit": amount})
                    ],
                    **values,
                }
            )
        )
        order.action_confirm()
        order.date_order = f"{day} 10:00:00"
        order.user_id = user.id if user else False
        order.team_id = team.id if team else False
        return order

    @classmethod
    def add_holiday(cls, day, company=None):
        """A public holiday: the whole of a day by the clock in Paris."""
        company = company or cls.company
        return (
            cls.env["resource.calendar.leaves"]
            .with_company(company)
            .create(
                {
                    "name": "Holiday",
                    "calendar_id": company.resource_calendar_id.id,
                    "date_from": f"{day - timedelta(days=1)} 23:00:00",
                    "date_to": f"{day} 22:59:59",
                }
            )
        )
