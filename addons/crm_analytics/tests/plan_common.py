from datetime import date

from odoo import Command
from odoo.tests import TransactionCase

from .users_common import UsersCommon

SALESMAN = "sales_team.group_sale_salesman"
MANAGER = "sales_team.group_sale_manager"


class PlanCommon(UsersCommon, TransactionCase):
    """A company of its own with a team of two, its leader, and a manager."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.company = cls.env["res.company"].create(
            {"name": "Plan Company", "currency_id": cls.env.ref("base.USD").id}
        )
        cls.other_company = cls.env["res.company"].create({"name": "Other Plan Company"})
        cls.env.user.company_ids += cls.company + cls.other_company
        cls.env = cls.env(
            context={
                **cls.env.context,
                "allowed_company_ids": cls.company.ids,
                "tracking_disable": True,
            }
        )
        cls.ann = cls.new_user("plan_ann", SALESMAN)
        cls.bob = cls.new_user("plan_bob", SALESMAN)
        cls.leader = cls.new_user("plan_leader", SALESMAN)
        cls.manager = cls.new_user("plan_manager", MANAGER)
        cls.stranger = cls.new_user("plan_stranger", SALESMAN)
        cls.team = cls.env["crm.team"].create(
            {
                "name": "Plan Team",
                "company_id": cls.company.id,
                "user_id": cls.leader.id,
                "member_ids": [Command.set((cls.ann + cls.bob).ids)],
            }
        )
        cls.plan = cls.env["crm.sales.plan"].create(
            {
                "name": "Sales 2031",
                "date_from": "2031-01-01",
                "date_to": "2031-12-31",
                "company_id": cls.company.id,
            }
        )

    @classmethod
    def add_line(cls, amount, month=1, plan=None, user=None, **values):
        plan = plan or cls.plan
        return (
            cls.env["crm.sales.plan.line"]
            .with_user(user or cls.env.user)
            .create(
                {
                    "plan_id": plan.id,
                    "month": date(plan.date_from.year, month, 1),
                    "amount": amount,
                    **values,
                }
            )
        )


class PlanSalesCommon(PlanCommon):
    """With products to sell, customers and deals."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.food, cls.tools = cls.env["product.category"].create(
            [{"name": "Plan Food"}, {"name": "Plan Tools"}]
        )
        cls.cheese = cls.env["product.category"].create(
            {"name": "Plan Cheese", "parent_id": cls.food.id}
        )
        cls.products = cls.env["product.product"].create(
            [
                {"name": name, "categ_id": category.id, "taxes_id": False}
                for name, category in (("Brie", cls.cheese), ("Saw", cls.tools))
            ]
        )
        cls.brie, cls.saw = cls.products
        cls.belgian = cls.env["res.partner"].create(
            {"name": "Belgian", "country_id": cls.env.ref("base.be").id}
        )

    def sell(self, day, amount, user=None, product=None, partner=None):
        order = self.env["sale.order"].create(
            {
                "partner_id": (partner or self.belgian).id,
                "company_id": self.company.id,
                "user_id": (user or self.ann).id,
                "team_id": self.team.id,
                "order_line": [
                    Command.create(
                        {
                            "product_id": (product or self.brie).id,
                            "price_unit": amount,
                            "product_uom_qty": 1,
                        }
                    )
                ],
            }
        )
        order.action_confirm()
        order.date_order = f"{day} 12:00:00"
        return order

    def expect(self, day, revenue, probability=50, user=None):
        lead = self.env["crm.lead"].create(
            {
                "name": "Deal",
                "type": "opportunity",
                "company_id": self.company.id,
                "user_id": (user or self.ann).id,
                "team_id": self.team.id,
                "expected_revenue": revenue,
                "date_deadline": day,
            }
        )
        lead.probability = probability
        return lead
