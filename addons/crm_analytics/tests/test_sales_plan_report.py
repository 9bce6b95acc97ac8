from datetime import date

from freezegun import freeze_time

from odoo import Command
from odoo.exceptions import AccessError
from odoo.tests import new_test_user, tagged

from .actuals_common import ActualsCommon
from .plan_common import SALESMAN, PlanSalesCommon


@tagged("post_install", "-at_install")
class TestSalesPlanReport(PlanSalesCommon):
    def read_sums(self, groupby, measures, user=None, **values):
        user = user or self.manager
        report = self.env["crm.sales.plan.report"].with_user(user)
        report = report.with_context(allowed_company_ids=user.company_ids.ids)
        self.env.invalidate_all()
        domain = [("company_id", "=", self.company.id)]
        domain += [(name, "=", value) for name, value in values.items()]
        return {
            key if isinstance(key, date) else key.id: tuple(
                round(figure or 0, 2) for figure in figures
            )
            for key, *figures in report._read_group(
                domain, [groupby], [f"{measure}:sum" for measure in measures]
            )
        }

    def test_plan_beside_what_was_sold(self):
        self.add_line(100, user_id=self.ann.id)
        self.add_line(40, month=2, user_id=self.ann.id)
        self.add_line(90, user_id=self.ann.id, entry="top_down")
        measures = ("planned", "draft", "top_down", "ordered", "difference")
        january, february = date(2031, 1, 1), date(2031, 2, 1)
        self.assertEqual(self.read_sums("date:month", measures)[january], (0, 100, 0, 0, 0))
        self.plan.action_approve()
        self.sell("2031-01-10", 70)
        self.sell("2031-01-31", 50)
        self.sell("2031-02-01", 5)
        self.assertEqual(
            self.read_sums("date:month", measures),
            {january: (100, 0, 90, 120, 20), february: (40, 0, 0, 5, -35)},
        )
        revision = self.env["crm.sales.plan"].browse(self.plan.action_revise()["res_id"])
        revision.line_ids.filtered(lambda line: line.month == february).amount = 60
        self.assertEqual(
            self.read_sums("date:month", measures),
            {january: (100, 100, 90, 120, 20), february: (40, 60, 0, 5, -35)},
        )
        self.assertEqual(
            self.read_sums("user_id", measures), {self.ann.id: (140, 160, 90, 125, -15)}
        )

    def test_categories_and_groups_add_up(self):
        group = self.env["crm.segment"].create({"name": "Group", "kind": "manual"})
        group.member_ids = [Command.create({"partner_id": self.belgian.id})]
        self.add_line(100, category_id=self.food.id)
        self.add_line(50, segment_id=group.id, month=2)
        self.plan.action_approve()
        self.sell("2031-01-10", 70)
        self.sell("2031-01-10", 5, product=self.saw)
        self.assertEqual(
            self.read_sums("category_id", ("planned", "ordered")),
            {self.food.id: (100, 70), self.tools.id: (0, 5), False: (50, 0)},
        )
        self.assertEqual(
            self.read_sums("segment_id", ("planned", "ordered")),
            {group.id: (50, 75), False: (100, 0)},
        )

    def test_actuals_without_a_plan(self):
        self.sell("2033-01-10", 70)
        self.assertEqual(self.read_sums("plan_id", ("ordered", "difference")), {False: (70, 70)})

    def test_drill_down(self):
        line = self.add_line(100, user_id=self.ann.id)
        self.plan.action_approve()
        order = self.sell("2031-01-10", 70)
        rows = self.env["crm.sales.plan.report"].search([("company_id", "=", self.company.id)])
        actions = {row.kind: row.action_open_document() for row in rows}
        self.assertEqual(actions["plan"]["res_id"], line.plan_id.id)
        self.assertEqual(
            (actions["ordered"]["res_model"], actions["ordered"]["res_id"]),
            ("sale.order", order.id),
        )

    def test_who_sees_what(self):
        for user in (self.ann, self.bob, self.stranger):
            self.add_line(10, user_id=user.id)
        self.plan.action_approve()
        reader = self.new_user("plan_all", "sales_team.group_sale_salesman_all_leads")
        foreign = self.new_user(
            "plan_foreign", "sales_team.group_sale_manager", company=self.other_company
        )
        for user, planned in (
            (self.ann, 10),
            (self.leader, 20),
            (reader, 30),
            (self.manager, 30),
        ):
            self.assertEqual(
                self.read_sums("company_id", ["planned"], user), {self.company.id: (planned,)}
            )
        self.assertFalse(self.read_sums("company_id", ["planned"], foreign))
        employee = new_test_user(self.env, login="plan_employee", groups="base.group_user")
        for model in ("crm.sales.plan.report", "crm.sales.plan.gap"):
            with self.assertRaises(AccessError):
                self.env[model].with_user(employee).search([])


@tagged("post_install", "-at_install")
class TestSalesPlanActuals(ActualsCommon):
    def test_four_actuals(self):
        """100 invoiced in January, 60 paid in February and 40 in March, 10 credited in April."""
        plan = self.env["crm.sales.plan"].create(
            {
                "name": "P",
                "date_from": "2026-01-01",
                "date_to": "2026-06-30",
                "compared_kind": "collected",
                "line_ids": [
                    Command.create({"month": f"2026-0{month}-01", "amount": 50})
                    for month in (1, 2, 3)
                ],
            }
        )
        plan.action_approve()
        invoice = self.create_invoice("2026-01-10", 100, tax=False)
        payment = self.pay(invoice, "2026-02-10", 60)
        self.confirm_by_bank("2026-03-05", 60, payment)
        self.pay(invoice, "2026-03-10", 40)
        self.create_invoice("2026-04-10", 10, tax=False, move_type="out_refund")
        rows = self.env["crm.sales.plan.report"]._read_group(
            [("company_id", "=", self.company.id), ("date", "<", "2026-07-01")],
            ["date:month"],
            [f"{name}:sum" for name in ("planned", "invoiced", "collected", "bank", "difference")],
        )
        self.assertEqual(
            {month.month: tuple(amount or 0 for amount in amounts) for month, *amounts in rows},
            {
                1: (50, 100, 0, 0, -50),
                2: (50, 0, 60, 0, 10),
                3: (50, 0, 40, 60, -10),
                4: (0, -10, 0, 0, 0),
            },
        )


@tagged("post_install", "-at_install")
@freeze_time("2031-02-15")
class TestSalesPlanGap(PlanSalesCommon):
    def get_gap(self, user=None, **values):
        self.env.flush_all()
        self.env.invalidate_all()
        domain = [("plan_id", "=", self.plan.id)]
        return (
            self.env["crm.sales.plan.gap"]
            .with_user(user or self.manager)
            .search(domain + [(name, "=", value) for name, value in values.items()])
        )

    def close(self, revenue, won, user=None):
        lead = self.expect("2031-01-20", revenue, user=user)
        if won:
            lead.action_set_won()
        else:
            lead.action_set_lost()
        lead.date_closed = "2031-01-20"
        return lead

    def plan_and_sell(self):
        self.add_line(1000, user_id=self.ann.id)
        self.add_line(500, month=4, user_id=self.ann.id)
        self.plan.action_approve()
        self.sell("2031-01-10", 300)

    def test_deals_needed(self):
        """(1500 - 300) / (200 x 2 of 3 won) = 9 deals, of which two are open."""
        self.plan_and_sell()
        self.close(100, True)
        self.close(300, True)
        self.close(999, False)
        self.expect("2031-04-10", 400)
        self.expect("2031-05-10", 400)
        self.expect("2032-05-10", 400)
        self.assertRecordValues(
            self.get_gap(scope="user", period_type="plan"),
            [
                {
                    "user_id": self.ann.id,
                    "planned": 1500,
                    "achieved": 300,
                    "gap": 1200,
                    "average_deal": 200,
                    "win_rate": 2 / 3,
                    "deals_needed": 9,
                    "deals_open": 2,
                    "deals_missing": 7,
                    "pipeline": 400,
                    "has_rates": True,
                }
            ],
        )
        quarters = self.get_gap(scope="user", period_type="quarter")
        self.assertEqual(
            [(str(row.date_from), str(row.date_to), row.gap, row.deals_open) for row in quarters],
            [("2031-01-01", "2031-03-31", 700, 0), ("2031-04-01", "2031-06-30", 500, 2)],
        )
        [april] = self.get_gap(scope="team", period_type="month", date_from="2031-04-01")
        self.assertEqual((april.team_id, april.gap, april.deals_open), (self.team, 500, 1))
        [whole] = self.get_gap(scope="company", period_type="plan")
        self.assertEqual((whole.gap, whole.deals_needed), (1200, 9))
        action = april.action_open_pipeline()
        self.assertEqual(len(self.env["crm.lead"].search(action["domain"])), april.deals_open)

    def test_rates_of_the_company_where_a_person_has_none(self):
        self.plan_and_sell()
        self.close(600, True, user=self.bob)
        [row] = self.get_gap(scope="user", period_type="plan")
        self.assertEqual((row.average_deal, row.win_rate, row.deals_needed), (600, 1, 2))

    def test_nothing_was_won_yet(self):
        self.plan_and_sell()
        self.close(600, False)
        [row] = self.get_gap(scope="user", period_type="plan")
        self.assertFalse(row.has_rates)
        self.assertEqual((row.gap, row.deals_needed, row.deals_missing), (1200, 0, 0))

    def test_a_plan_that_is_reached(self):
        self.plan_and_sell()
        self.close(100, True)
        self.sell("2031-02-10", 2000)
        [row] = self.get_gap(scope="user", period_type="plan")
        self.assertEqual((row.gap, row.deals_needed, row.deals_missing), (0, 0, 0))

    def test_who_sees_what(self):
        self.add_line(10, user_id=self.bob.id)
        self.plan_and_sell()
        stranger = self.new_user("plan_other", SALESMAN)
        for user, rows in ((self.ann, 1), (self.leader, 2), (stranger, 0), (self.manager, 2)):
            self.assertEqual(
                len(self.get_gap(user, scope="user", period_type="plan")), rows, user.login
            )
        self.assertFalse(self.get_gap(self.ann, scope="company"))
        self.assertTrue(self.get_gap(self.leader, scope="team"))
        self.assertEqual(self.plan.with_user(self.ann).gap_ids.user_id, self.ann)
