from datetime import date

from hypothesis import given
from hypothesis import strategies as st
from psycopg2 import IntegrityError

from odoo import Command
from odoo.exceptions import AccessError, UserError
from odoo.tests import BaseCase, tagged
from odoo.tools import mute_logger

from ..models.crm_sales_plan_line import DIMENSIONS
from ..tools.spread import spread
from .plan_common import PlanSalesCommon

JANUARY, FEBRUARY = "2031-01-01", "2031-02-01"


@tagged("post_install", "-at_install")
class TestSpread(BaseCase):
    @given(
        st.integers(-(10**12), 10**12),
        st.lists(st.floats(-1e3, 1e9), min_size=1, max_size=40),
        st.sampled_from([0.01, 1.0, 0.05, 0.001]),
    )
    def test_parts_add_up(self, units, weights, rounding):
        amount = round(units * rounding, 3)
        parts = spread(amount, weights, rounding)
        self.assertEqual(sum(round(part / rounding) for part in parts), units)
        self.assertEqual(len(parts), len(weights))
        positive = [max(weight, 0) for weight in weights]
        if sum(positive):
            for part, weight in zip(parts, positive, strict=True):
                exact = amount * weight / sum(positive)
                self.assertLess(abs(part - exact), rounding + abs(exact) * 1e-9)

    def test_remainder(self):
        self.assertEqual(spread(100, [1, 1, 1]), [33.34, 33.33, 33.33])
        self.assertEqual(spread(0.02, [1, 1, 1]), [0.01, 0.01, 0.0])
        self.assertEqual(spread(-100, [1, 1, 1]), [-33.34, -33.33, -33.33])
        self.assertEqual(spread(10, [0, -5]), [5, 5])
        self.assertEqual(spread(10, [3, -5, 1], 1), [8, 0, 2])


@tagged("post_install", "-at_install")
class TestSalesPlanGrid(PlanSalesCommon):
    def get_rows(self, dimensions=None, user=None):
        grid = self.plan.with_user(user or self.manager).get_grid(dimensions)
        return {tuple(row["key"]): row for row in grid["rows"]}

    def save(self, changes, dimensions=("user_id",), user=None):
        return self.plan.with_user(user or self.manager).save_grid(
            list(dimensions),
            [
                {"key": list(key), "entry": entry, "month": month, "amount": amount, **extra}
                for key, entry, month, amount, extra in (
                    (*change, {}) if len(change) == 4 else change for change in changes
                )
            ],
        )

    def get_sum(self, entry="bottom_up", **values):
        lines = self.env["crm.sales.plan.line"].search([("entry", "=", entry)])
        for name, value in values.items():
            lines = lines.filtered(lambda line, n=name, v=value: line[n] == v)
        return sum(lines.mapped("amount"))

    def test_figures_beside_each_other(self):
        self.sell("2030-01-15", 80)
        self.sell("2030-01-31", 20)
        self.sell("2030-02-01", 7, user=self.bob)
        self.sell("2029-12-31", 1000)
        self.expect("2031-02-10", 600)
        self.expect("2032-02-10", 600)
        self.add_line(90, user_id=self.ann.id)
        self.add_line(100, user_id=self.ann.id, entry="top_down")
        rows = self.get_rows()
        self.assertEqual(set(rows), {(self.ann.id,), (self.bob.id,)})
        ann = rows[self.ann.id,]
        self.assertEqual(ann["names"], [self.ann.name])
        self.assertEqual(ann["bottom_up"], [90] + [0] * 11)
        self.assertEqual(ann["top_down"], [100] + [0] * 11)
        self.assertEqual(ann["last_year"], [100] + [0] * 11)
        self.assertEqual(ann["pipeline"], [0, 300] + [0] * 10)
        self.assertEqual(rows[self.bob.id,]["last_year"], [0, 7] + [0] * 10)

    def test_what_is_seen(self):
        self.sell("2030-01-15", 80)
        self.sell("2030-01-15", 40, user=self.bob)
        self.sell("2030-01-15", 20, user=self.stranger).team_id = False
        self.assertEqual(set(self.get_rows(user=self.ann)), {(self.ann.id,)})
        of_leader = self.get_rows(user=self.leader)
        self.assertEqual(set(of_leader), {(self.ann.id,), (self.bob.id,), (self.leader.id,)})
        self.assertEqual(of_leader[self.ann.id,]["last_year"][0], 80)
        self.assertIn((self.stranger.id,), self.get_rows())
        self.assertEqual(self.get_rows(["team_id"], self.ann)[self.team.id,]["last_year"][0], 80)
        grid = self.plan.with_user(self.ann).get_grid()
        self.assertEqual(grid["plan"]["editable"], {"bottom_up": True, "top_down": False})

    def test_dimensions(self):
        self.sell("2030-01-15", 80)
        self.sell("2030-01-15", 30, product=self.saw)
        be = self.env.ref("base.be")
        self.assertEqual(self.get_rows(["country_id"])[be.id,]["last_year"][0], 110)
        rows = self.get_rows(["category_id", "user_id"])
        self.assertEqual(rows[self.ann.id, self.cheese.id]["last_year"][0], 80)
        # Once the category above is planned, what is below counts for it.
        self.add_line(5, category_id=self.food.id)
        rows = self.get_rows(["category_id"])
        self.assertEqual(rows[self.food.id,]["last_year"][0], 80)
        self.assertNotIn((self.cheese.id,), rows)
        self.assertEqual(self.get_rows(["nonsense"]).keys(), self.get_rows().keys())

    def test_all_dimensions_are_offered(self):
        choices = self.plan.get_grid(["team_id"])["choices"]
        self.assertEqual(tuple(choice["name"] for choice in choices), DIMENSIONS)
        self.assertIn({"name": "country_id", "label": "Country", "model": "res.country"}, choices)

    def test_customer_groups_add_up(self):
        groups = self.env["crm.segment"].create(
            [
                {"name": name, "kind": "manual", "company_id": self.company.id}
                for name in ("Old", "New", "Other")
            ]
        )
        for group in groups[:2]:
            group.member_ids = [Command.create({"partner_id": self.belgian.id})]
        self.sell("2030-01-15", 80)
        self.sell("2030-01-15", 5, partner=self.env["res.partner"].create({"name": "Nobody"}))
        self.assertEqual(self.get_rows(["segment_id"]), {(0,): self.get_rows(["segment_id"])[0,]})
        self.add_line(1, segment_id=groups[1].id)
        rows = self.get_rows(["segment_id"])
        self.assertEqual(rows[groups[1].id,]["last_year"][0], 80)
        self.add_line(1, segment_id=groups[0].id)
        rows = self.get_rows(["segment_id"])
        self.assertEqual(
            {key: row["last_year"][0] for key, row in rows.items()},
            {(groups[0].id,): 80, (groups[1].id,): 0, (0,): 5},
        )

    def test_save(self):
        ann = (self.ann.id,)
        result = self.save([(ann, "bottom_up", JANUARY, 10.004), (ann, "top_down", JANUARY, 12)])
        self.assertFalse(result["errors"])
        row = next(row for row in result["grid"]["rows"] if row["key"] == [self.ann.id])
        self.assertEqual((row["bottom_up"][0], row["top_down"][0]), (10, 12))
        self.save([(ann, "bottom_up", JANUARY, 20, {"old": 10}), (ann, "top_down", JANUARY, 0)])
        line = self.env["crm.sales.plan.line"].search([("plan_id", "=", self.plan.id)])
        self.assertRecordValues(
            line,
            [{"amount": 20, "entry": "bottom_up", "user_id": self.ann.id, "team_id": self.team.id}],
        )

    def test_finer_figures_change_in_proportion(self):
        self.add_line(10, user_id=self.ann.id, category_id=self.food.id)
        self.add_line(20, user_id=self.ann.id, category_id=self.tools.id)
        self.add_line(10, user_id=self.bob.id)
        self.save([((self.ann.id,), "bottom_up", JANUARY, 100)])
        self.assertEqual(self.get_sum(category_id=self.food), 33.33)
        self.assertEqual(self.get_sum(category_id=self.tools), 66.67)
        self.save([((self.team.id,), "bottom_up", JANUARY, 1)], ["team_id"])
        self.assertAlmostEqual(self.get_sum(team_id=self.team), 1)

    def test_errors_at_the_cell(self):
        ann, bob = (self.ann.id,), (self.bob.id,)
        self.add_line(5, user_id=self.ann.id)
        cases = (
            ((bob, "bottom_up", JANUARY, 1), "do not enter figures here"),
            ((ann, "top_down", JANUARY, 1), "do not enter figures here"),
            ((ann, "bottom_up", "2032-01-01", 1), "not in the plan"),
            ((ann, "sideways", JANUARY, 1), "not in the plan"),
            ((ann, "bottom_up", JANUARY, "1"), "Enter a number"),
            ((ann, "bottom_up", JANUARY, float("nan")), "Enter a number"),
            ((ann, "bottom_up", JANUARY, 1e15), "Enter a number"),
            ((ann, "bottom_up", JANUARY, 1, {"old": 4}), r"entered \$\s*5.00 meanwhile"),
        )
        for change, words in cases:
            result = self.save([(ann, "bottom_up", FEBRUARY, 9), change], user=self.ann)
            [error] = result["errors"]
            self.assertRegex(error["message"], words)
            self.assertEqual((error["key"], error["month"]), (list(change[0]), change[2]))
        self.assertEqual(self.get_sum(), 5, "All or nothing")
        self.plan.action_approve()
        with self.assertRaisesRegex(UserError, "revise it"):
            self.save([(ann, "bottom_up", JANUARY, 1)])

    def test_what_is_no_cell_is_refused_at_its_place(self):
        cell = {"key": [self.ann.id], "entry": "bottom_up", "month": JANUARY, "amount": 5}
        for wrong in (
            {"key": 5},
            {"key": [[]]},
            {"key": "x"},
            {"entry": []},
            {"month": "2026-99-01"},
            {"month": [1]},
            {"month": True},
            {"amount": {}},
            {"amount": float("nan")},
            {"old": "many"},
        ):
            with self.subTest(wrong=wrong):
                result = self.plan.save_grid(["user_id"], [{**cell, **wrong}])
                self.assertEqual(len(result["errors"]), 1)

    def test_a_figure_keeps_its_plan_and_month(self):
        line = self.add_line(5, user_id=self.ann.id)
        for name in ("plan_id", "month"):
            refused = self.assertRaises(IntegrityError)
            with mute_logger("odoo.sql_db"), refused, self.env.cr.savepoint():
                line[name] = False
                self.env.flush_all()

    def test_rows_without_people_are_ones_own(self):
        food = (self.food.id,)
        self.save([(food, "bottom_up", JANUARY, 3)], ["category_id"], user=self.ann)
        self.assertEqual(self.get_sum(user_id=self.ann), 3)
        self.save([(food, "top_down", JANUARY, 7)], ["category_id"], user=self.leader)
        self.assertEqual(self.get_sum("top_down", team_id=self.team), 7)

    def test_prefill(self):
        """Empty cells get the higher of last year and the weighted pipeline."""
        self.sell("2030-01-15", 80)
        self.sell("2030-02-15", 80)
        self.sell("2030-03-15", 80)
        self.expect("2031-02-10", 600)
        self.add_line(1, user_id=self.ann.id, month=3)
        grid = self.plan.with_user(self.ann).prefill_grid()
        self.assertEqual(grid["filled"], 2)
        [row] = grid["rows"]
        self.assertEqual(row["bottom_up"][:4], [80, 300, 1, 0])
        self.assertEqual(self.plan.with_user(self.ann).prefill_grid()["filled"], 0)

    def test_grid_in_few_queries(self):
        months = range(1, 13)
        for user in (self.ann, self.bob):
            for month in months:
                self.add_line(month, month=month, user_id=user.id)
        self.sell("2030-01-15", 80)
        self.expect("2031-02-10", 600)
        plan = self.plan.with_user(self.manager)
        plan.get_grid()
        self.env.flush_all()
        self.env.invalidate_all()
        with self.assertQueryCount(20):
            plan.get_grid()

    # Top-down

    def spread(self, amount, user=None, **values):
        wizard = (
            self.env["crm.sales.plan.spread"]
            .with_user(user or self.manager)
            .create({"plan_id": self.plan.id, "amount": amount, **values})
        )
        wizard.action_apply()
        return wizard

    def test_spread_by_seasonality(self):
        self.sell("2030-01-15", 60)
        self.sell("2030-06-15", 20, user=self.bob)
        self.sell("2030-06-15", 10)
        self.spread(1000, team_id=self.team.id)
        self.assertAlmostEqual(self.get_sum("top_down"), 1000)
        rows = self.get_rows()
        # Ann sold 70 of 90, and 60 of 90 were sold in January.
        self.assertEqual(rows[self.ann.id,]["top_down"][0], 518.52)
        self.assertEqual(rows[self.ann.id,]["top_down"][5], 259.26)
        self.assertAlmostEqual(sum(rows[self.bob.id,]["top_down"]), 222.22)
        self.spread(500, team_id=self.team.id, dimension="none")
        self.assertAlmostEqual(self.get_sum("top_down"), 500, msg="In the place of the others")

    def test_spread_is_the_leaders(self):
        self.sell("2030-01-15", 60)
        self.add_line(5, user_id=self.stranger.id, entry="top_down")
        wizard = self.spread(100, self.leader)
        self.assertEqual((wizard.team_id, wizard.amount_last_year), (self.team, 60))
        self.assertAlmostEqual(self.get_sum("top_down", team_id=self.team), 100)
        self.assertEqual(self.get_sum("top_down"), 105)
        for user, values in (
            (self.leader, {"team_id": self.env["crm.team"].create({"name": "X"}).id}),
            (self.ann, {"team_id": self.team.id}),
        ):
            with self.assertRaises(AccessError):
                self.spread(100, user, **values)

    def test_spread_without_history(self):
        self.spread(120, team_id=self.team.id)
        self.assertEqual(self.get_rows()[self.ann.id,]["top_down"], [5.0] * 12)
        with self.assertRaisesRegex(UserError, "nothing to split by"):
            self.spread(120, dimension="category_id")
        with self.assertRaisesRegex(UserError, "Enter the figure"):
            self.spread(0)
        with self.assertRaisesRegex(UserError, "something else than teams"):
            self.spread(1, team_id=self.team.id, dimension="team_id")

    def test_spread_by_region_and_category(self):
        self.sell("2030-01-15", 60)
        self.sell("2030-02-15", 30, product=self.saw)
        self.spread(100, dimension="country_id")
        self.assertEqual(self.get_sum("top_down", country_id=self.env.ref("base.be")), 100)
        self.spread(90, dimension="category_id")
        self.assertEqual(self.get_sum("top_down", category_id=self.cheese), 60)
        self.assertEqual(self.get_sum("top_down", month=date(2031, 1, 1)), 60)
