from psycopg2 import IntegrityError

from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import new_test_user, tagged
from odoo.tools import mute_logger

from .plan_common import SALESMAN, PlanCommon


@tagged("post_install", "-at_install")
class TestSalesPlan(PlanCommon):
    def create_plan(self, date_from, date_to, **values):
        return self.env["crm.sales.plan"].create(
            {"name": "P", "date_from": date_from, "date_to": date_to, **values}
        )

    def assertRefused(self, words, function, *args):
        """The database refuses it, and what the user reads has these words."""
        with (
            self.assertRaises(IntegrityError) as caught,
            mute_logger("odoo.sql_db"),
            self.cr.savepoint(),
        ):
            function(*args)
            self.env.flush_all()
        model = self.env.registry.models[
            {"crm_sales_plan": "crm.sales.plan", "crm_sales_plan_line": "crm.sales.plan.line"}[
                caught.exception.diag.table_name
            ]
        ]
        message = self.env[model._name]._sql_error_to_message(caught.exception)
        self.assertIn(words, message)

    def test_overlap_is_refused(self):
        self.assertRefused("Another plan", self.create_plan, "2031-12-01", "2032-03-31")
        self.create_plan("2032-01-01", "2032-03-31")
        self.create_plan(
            "2031-12-01", "2032-03-31", company_id=self.other_company.id
        )  # another company plans for itself

    def test_months_are_whole(self):
        for date_from, date_to in (
            ("2033-01-02", "2033-12-31"),
            ("2033-01-01", "2033-12-30"),
            ("2033-02-01", "2033-01-31"),
        ):
            self.assertRefused("whole months", self.create_plan, date_from, date_to)
        with self.assertRaisesRegex(ValidationError, "at most 36 months"):
            self.create_plan("2040-01-01", "2043-01-31")

    def test_figure_is_unique(self):
        self.add_line(10, user_id=self.ann.id)
        self.add_line(10, user_id=self.ann.id, entry="top_down")
        self.add_line(10, user_id=self.bob.id)
        self.assertRefused("this figure already", lambda: self.add_line(11, user_id=self.ann.id))

    def test_figure_outside_of_the_plan(self):
        with self.assertRaisesRegex(ValidationError, "January 2032 is not in Sales 2031"):
            self.env["crm.sales.plan.line"].create(
                {"plan_id": self.plan.id, "month": "2032-01-01", "amount": 1}
            )
        self.add_line(10, month=12)
        with self.assertRaisesRegex(ValidationError, "figures in December 2031"):
            self.plan.date_to = "2031-11-30"
        self.assertRefused(
            "first day",
            lambda: self.env["crm.sales.plan.line"].create(
                {"plan_id": self.plan.id, "month": "2031-01-02", "amount": 1}
            ),
        )

    def test_figure_of_another_company(self):
        foreign = self.new_user("plan_foreign", SALESMAN, company=self.other_company)
        with self.assertRaises(UserError):
            self.add_line(1, user_id=foreign.id)

    def test_region(self):
        state = self.env.ref("base.state_us_1")
        line = self.add_line(1, state_id=state.id)
        self.assertEqual(line.country_id, self.env.ref("base.us"))
        with self.assertRaisesRegex(ValidationError, "is not in Belgium"):
            line.country_id = self.env.ref("base.be")

    def test_versions(self):
        line = self.add_line(100, user_id=self.ann.id)
        self.assertEqual(line.team_id, self.team)
        with self.assertRaisesRegex(UserError, "is a draft"):
            self.plan.action_revise()
        self.plan.with_user(self.manager).action_approve()
        self.assertRecordValues(
            self.plan,
            [{"state": "approved", "is_in_force": True, "approved_by_id": self.manager.id}],
        )
        for change in (
            lambda: line.write({"amount": 1}),
            line.unlink,
            lambda: self.add_line(1, user_id=self.bob.id),
            lambda: self.plan.write({"date_to": "2031-11-30"}),
            self.plan.unlink,
        ):
            with self.assertRaisesRegex(UserError, "revise it"), self.cr.savepoint():
                change()
        self.plan.action_lock()
        with self.assertRaisesRegex(UserError, "is locked and cannot become draft"):
            self.plan.action_draft()

        revision = self.env["crm.sales.plan"].browse(self.plan.action_revise()["res_id"])
        self.assertRecordValues(
            revision,
            [
                {
                    "version": 2,
                    "state": "draft",
                    "original_id": self.plan.id,
                    "revised_from_id": self.plan.id,
                    "amount_bottom_up": 100,
                    "display_name": "Sales 2031 (version 2)",
                    "revision_count": 2,
                }
            ],
        )
        self.assertTrue(self.plan.is_in_force, "The revision does not count yet")
        self.assertRefused("a draft of this plan already", self.plan.action_revise)
        with self.assertRaisesRegex(ValidationError, "same months"):
            revision.date_to = "2031-11-30"
            self.env.flush_all()
        revision.invalidate_recordset()
        revision.line_ids.amount = 130
        revision.action_approve()
        self.assertFalse(self.plan.is_in_force)
        self.assertTrue(revision.is_in_force)
        self.assertEqual(self.plan.amount_bottom_up, 100)
        revision.action_draft()
        self.assertTrue(self.plan.is_in_force, "The version before counts again")
        self.assertFalse(revision.is_in_force)

    def test_an_approval_taken_back_gives_way_to_the_version_that_counted(self):
        self.add_line(1)
        self.plan.action_approve()
        second = self.env["crm.sales.plan"].browse(self.plan.action_revise()["res_id"])
        second.action_approve()
        third = self.env["crm.sales.plan"].browse(self.plan.action_revise()["res_id"])
        third.action_approve()
        third.action_draft()
        self.assertEqual(
            [plan.is_in_force for plan in (self.plan, second, third)], [False, True, False]
        )

    def test_approval_needs_the_figures_that_count(self):
        with self.assertRaisesRegex(UserError, "no figures yet"):
            self.plan.action_approve()
        self.add_line(5, entry="top_down")
        with self.assertRaisesRegex(UserError, "no bottom-up figures"):
            self.plan.action_approve()
        self.plan.basis = "top_down"
        self.plan.action_approve()
        self.assertEqual(self.plan.amount_difference, -5)

    def test_a_plan_begins_as_a_draft(self):
        with self.assertRaisesRegex(UserError, "begins as a draft"):
            self.create_plan("2035-01-01", "2035-12-31", state="approved")

    # Rights

    def test_salesperson_enters_the_own_figures(self):
        own = self.add_line(1, user=self.ann, user_id=self.ann.id)
        own.amount = 2
        given = self.add_line(3, user_id=self.ann.id, entry="top_down").with_user(self.ann)
        self.assertEqual(given.amount, 3)
        other = self.add_line(3, user_id=self.bob.id).with_user(self.ann)
        for change in (
            lambda: given.write({"amount": 4}),
            given.unlink,
            lambda: other.write({"amount": 4}),
            lambda: self.add_line(1, month=2, user=self.ann, user_id=self.bob.id),
            lambda: self.add_line(1, month=2, user=self.ann),
            lambda: own.write({"user_id": self.bob.id, "month": "2031-05-01"}),
            lambda: self.plan.with_user(self.ann).action_approve(),
            lambda: self.plan.with_user(self.leader).write({"name": "X"}),
        ):
            with self.assertRaises(AccessError), self.cr.savepoint():
                change()
                self.env.flush_all()
        self.env.invalidate_all()
        with self.assertRaises(AccessError):
            other.read(["amount"])

    def test_leader_enters_those_of_the_team(self):
        of_ann = self.add_line(1, user_id=self.ann.id)
        of_ann.with_user(self.leader).amount = 2
        self.add_line(9, user=self.leader, team_id=self.team.id, entry="top_down")
        of_stranger = self.add_line(1, user_id=self.stranger.id)
        lines = self.env["crm.sales.plan.line"].with_user(self.leader)
        self.assertEqual(sum(lines.search([]).mapped("amount")), 11)
        with self.assertRaises(AccessError):
            of_stranger.with_user(self.leader).amount = 2

    def test_leader_of_the_team_above(self):
        """Leads the team that this one is part of."""
        self.team.parent_id = self.env["crm.team"].create(
            {"name": "Above", "company_id": self.company.id, "user_id": self.stranger.id}
        )
        line = self.add_line(1, user_id=self.ann.id, entry="top_down").with_user(self.stranger)
        line.amount = 2
        rows = self.plan.with_user(self.stranger).get_grid()["rows"]
        self.assertIn([self.ann.id], [row["key"] for row in rows])

    def test_manager_enters_all(self):
        line = self.add_line(1, user_id=self.ann.id, entry="top_down").with_user(self.manager)
        line.amount = 7
        line.unlink()

    def test_all_documents_reads_all(self):
        reader = self.new_user("plan_reader", "sales_team.group_sale_salesman_all_leads")
        line = self.add_line(1, user_id=self.ann.id).with_user(reader)
        self.assertEqual(line.amount, 1)
        with self.assertRaises(AccessError):
            line.amount = 2

    def test_nothing_for_others(self):
        line = self.add_line(1, user_id=self.ann.id)
        for groups in ("base.group_portal", "base.group_public", "base.group_user"):
            user = new_test_user(self.env, login=f"plan_{groups}", groups=groups)
            for record in (self.plan, line):
                with self.assertRaises(AccessError):
                    record.with_user(user).read([])
        foreign = self.new_user(
            "plan_foreign_manager", "sales_team.group_sale_manager", company=self.other_company
        )
        for record in (self.plan, line):
            with self.assertRaises(AccessError):
                record.with_user(foreign).read([])
