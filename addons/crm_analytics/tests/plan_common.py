from datetime import date

from odoo import Command
from odoo.tests import TransactionCase, new_test_user

SALESMAN = "sales_team.group_sale_salesman"
MANAGER = "sales_team.group_sale_manager"


class PlanCommon(TransactionCase):
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
    def new_user(cls, login, groups, company=None):
        company = company or cls.company
        return new_test_user(
            cls.env,
            login=login,
            groups=groups,
            company_id=company.id,
            company_ids=[Command.set(company.ids)],
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
