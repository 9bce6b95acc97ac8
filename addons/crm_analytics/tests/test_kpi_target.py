from datetime import date

from psycopg2 import IntegrityError

from odoo.exceptions import AccessError, UserError
from odoo.tests import Form, tagged
from odoo.tools import SQL, mute_logger

from odoo.addons.base.models.ir_model import MODULE_UNINSTALL_FLAG

from .kpi_common import KpiCommon


@tagged("post_install", "-at_install")
class TestKpiTarget(KpiCommon):
    def test_a_target_is_for_a_whole_calendar_period(self):
        for period_type, first, last in (
            ("month", date(2026, 11, 1), date(2026, 11, 30)),
            ("quarter", date(2026, 10, 1), date(2026, 12, 31)),
            ("year", date(2026, 1, 1), date(2026, 12, 31)),
        ):
            target = self.new_target(
                self.anna, 1, period_type=period_type, date_from=date(2026, 11, 18)
            )
            with self.subTest(period_type=period_type):
                self.assertEqual((target.date_from, target.date_to), (first, last))
        target.period_type = "month"
        self.assertEqual((target.date_from, target.date_to), (date(2026, 1, 1), date(2026, 1, 31)))
        target.date_from = "2026-02-17"
        self.assertEqual((target.date_from, target.date_to), (date(2026, 2, 1), date(2026, 2, 28)))

    def test_keeps_its_kpi(self):
        target = self.new_target(self.anna, 1)
        with self.assertRaisesRegex(UserError, "archive it"), self.env.cr.savepoint():
            self.revenue.unlink()
        # The add-on that brought the KPI is removed.
        self.revenue.with_context(**{MODULE_UNINSTALL_FLAG: True}).unlink()
        self.assertFalse(target.exists())

    def test_without_a_day_it_is_the_running_period(self):
        target = self.env["crm.kpi.target"].create(
            {
                "kpi_id": self.revenue.id,
                "user_id": self.anna.id,
                "period_type": "quarter",
                "value": 1,
            }
        )
        self.assertEqual(str(target.date_from), "2026-10-01")

    def test_there_is_one_target_of_a_kind(self):
        for owner in (self.anna, self.north, self.company):
            self.new_target(owner, 1)
            with (
                self.subTest(owner=owner),
                mute_logger("odoo.sql_db"),
                self.assertRaises(IntegrityError),
                self.env.cr.savepoint(),
            ):
                self.new_target(owner, 2)
        # Another KPI, person, period or kind of period is another target.
        self.new_target(self.anna, 1, self.orders)
        self.new_target(self.bert, 1)
        self.new_target(self.anna, 1, month=12)
        self.new_target(self.anna, 1, period_type="quarter")
        self.new_target(self.east, 1)

    def test_the_database_knows_no_overlap(self):
        target = self.new_target(self.anna, 1)
        self.env.flush_all()
        for change in (
            "date_from = '2026-11-02'",
            "date_to = '2026-12-31'",
            "value = -1",
            "user_id = NULL",
            "scope = 'company'",
        ):
            with (
                self.subTest(change=change),
                mute_logger("odoo.sql_db"),
                self.assertRaises(IntegrityError),
                self.env.cr.savepoint(),
            ):
                self.env.cr.execute(
                    SQL("UPDATE crm_kpi_target SET %s WHERE id = %s", SQL(change), target.id)
                )

    def test_an_archived_target_makes_room_for_another(self):
        first = self.new_target(self.anna, 1)
        first.active = False
        self.env.flush_all()
        self.new_target(self.anna, 2)
        with (
            mute_logger("odoo.sql_db"),
            self.assertRaises(IntegrityError),
            self.env.cr.savepoint(),
        ):
            first.active = True
            self.env.flush_all()

    def test_who_is_meant_has_to_be_said(self):
        for scope in ("user", "team"):
            with (
                self.subTest(scope=scope),
                mute_logger("odoo.sql_db"),
                self.assertRaises(IntegrityError),
                self.env.cr.savepoint(),
            ):
                self.env["crm.kpi.target"].create(
                    {
                        "kpi_id": self.revenue.id,
                        "scope": scope,
                        "date_from": "2026-11-01",
                        "value": 1,
                        "company_id": self.company.id,
                    }
                )

    def test_targets_belong_to_people_of_the_company(self):
        stranger = self.new_user(
            "kpi_stranger", "sales_team.group_sale_salesman", self.other_company
        )
        with self.assertRaises(UserError):
            self.new_target(stranger, 1)

    def test_the_form_says_who_has_left(self):
        self.anna.action_archive()
        with Form(self.env["crm.kpi.target"]) as form:
            form.kpi_id = self.revenue
            form.user_id = self.anna
            form.date_from = "2026-11-18"
            form.value = 5
            self.assertIn("has left", form.notice)
            self.assertEqual(str(form.date_from), "2026-11-01")
        self.assertFalse(self.new_target(self.bert, 1).notice)

    def test_the_person_acknowledges_and_a_change_asks_again(self):
        target = self.new_target(self.anna, 100)
        own = target.with_user(self.anna)
        self.assertTrue(own.can_acknowledge)
        self.assertFalse(target.with_user(self.manager).can_acknowledge)
        own.action_acknowledge()
        self.assertEqual(
            (target.acknowledged_by, bool(target.acknowledged_date)), (self.anna, True)
        )
        target.value = 100
        self.assertTrue(target.acknowledged_date)
        target.value = 110
        self.assertFalse(target.acknowledged_date or target.acknowledged_by)
        with self.assertRaises(UserError):
            target.with_user(self.manager).action_acknowledge()

    def test_another_kind_of_period_is_another_target(self):
        target = self.new_target(self.anna, 100, month=1)
        target.with_user(self.anna).action_acknowledge()
        target.period_type = "year"
        self.assertFalse(target.acknowledged_date)

    def test_the_leader_acknowledges_for_the_team(self):
        target = self.new_target(self.north, 100)
        target.with_user(self.nora).action_acknowledge()
        self.assertEqual(target.acknowledged_by, self.nora)

    def test_changes_are_logged(self):
        target = self.new_target(self.anna, 100).with_context(tracking_disable=False)
        self.flush_tracking()
        target.value = 120
        self.flush_tracking()
        tracked = target.message_ids.tracking_value_ids
        self.assertEqual(
            [(row.field_id.name, row.old_value_float, row.new_value_float) for row in tracked],
            [("value", 100, 120)],
        )

    def test_an_acknowledged_target_is_not_deleted(self):
        target = self.new_target(self.anna, 100)
        target.with_user(self.anna).action_acknowledge()
        with self.assertRaises(UserError):
            target.unlink()
        self.new_target(self.bert, 1).unlink()

    def test_teams_are_not_part_of_themselves(self):
        self.assertEqual(self.east.leader_ids, self.edda + self.nora)
        for parent in (self.north, self.east):
            with self.assertRaises(UserError), self.env.cr.savepoint():
                self.north.parent_id = parent
                self.env.flush_all()
        self.east.parent_id = False
        self.assertEqual(self.east.leader_ids, self.edda)

    def flush_tracking(self):
        self.env.flush_all()
        self.env.cr.precommit.run()


@tagged("post_install", "-at_install")
class TestKpiRights(KpiCommon):
    """A person sees the own, a leader the team's and sub-teams', a manager all."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        owners = (cls.anna, cls.bert, cls.cleo, cls.north, cls.east, cls.company)
        for owner in owners:
            cls.new_target(owner, 100)
        cls.revenue._compute_values(companies=cls.company)
        cls.seen_by = {
            cls.anna: cls.anna,
            cls.cleo: cls.cleo,
            cls.edda: cls.bert + cls.edda,
            cls.nora: cls.anna + cls.bert + cls.nora,
        }
        cls.teams_seen_by = {cls.edda: cls.east, cls.nora: cls.north + cls.east}

    def search(self, model, user, **context):
        return (
            self.env[model]
            .with_user(user)
            .with_context(**context)
            .search([("company_id", "=", self.company.id)])
        )

    def test_people_leaders_and_managers(self):
        everybody = self.anna + self.bert + self.cleo + self.nora + self.edda + self.manager
        for model in ("crm.kpi.target", "crm.kpi.value", "crm.kpi.score"):
            with_target = model != "crm.kpi.value"
            for user, people in self.seen_by.items():
                rows = self.search(model, user)
                expected = people & (self.anna + self.bert + self.cleo) if with_target else people
                teams = rows.filtered(lambda row: row.scope == "team").sudo().team_id
                with self.subTest(model=model, user=user.login):
                    self.assertEqual(rows.sudo().user_id, expected)
                    self.assertEqual(teams, self.teams_seen_by.get(user, teams.browse()))
                    self.assertNotIn("company", rows.mapped("scope"))
            rows = self.search(model, self.manager)
            self.assertEqual(set(rows.mapped("scope")), {"user", "team", "company"})
            self.assertLessEqual(rows.user_id, everybody)
            self.assertIn(self.cleo, rows.user_id)

    def test_a_leader_sees_who_joined_later(self):
        self.north.member_ids += self.cleo
        self.assertIn(self.cleo, self.search("crm.kpi.value", self.nora).sudo().user_id)
        self.assertNotIn(self.cleo, self.search("crm.kpi.value", self.edda).sudo().user_id)

    def test_a_leader_sees_no_more_of_who_has_left_the_team(self):
        self.new_team("West", self.manager, self.anna)
        self.env["crm.kpi.value"].search([("user_id", "=", self.anna.id)]).unlink()
        self.revenue._compute_values(companies=self.company)
        target = self.new_target(self.anna, 100, month=12)
        self.env.flush_all()
        self.assertNotIn(target, self.search("crm.kpi.target", self.nora))
        for model in ("crm.kpi.value", "crm.kpi.score"):
            self.assertNotIn(self.anna, self.search(model, self.nora).sudo().user_id)
            self.assertIn(self.anna, self.search(model, self.anna).user_id)

    def test_outsiders_see_nothing(self):
        stranger = self.new_user(
            "kpi_other_manager", "sales_team.group_sale_manager", self.other_company
        )
        context = {"allowed_company_ids": self.other_company.ids}
        portal = self.new_user("kpi_portal", "base.group_portal")
        public = self.new_user("kpi_public", "base.group_public")
        for model in ("crm.kpi.target", "crm.kpi.value", "crm.kpi.score"):
            self.assertFalse(self.search(model, stranger, **context))
            for user in (portal, public):
                with self.assertRaises(AccessError):
                    self.search(model, user)

    def test_only_managers_set_targets_and_nobody_writes_values(self):
        target = self.search("crm.kpi.target", self.anna)
        value = self.search("crm.kpi.value", self.manager)[:1]
        for records, user in ((target, self.anna), (value, self.manager), (value, self.anna)):
            for operation in ("write", "unlink"):
                with self.assertRaises(AccessError):
                    records.with_user(user).check_access(operation)
        target.with_user(self.manager).value = 5
        with self.assertRaises(AccessError):
            self.env["crm.kpi.value"].with_user(self.anna).action_compute_now()
        with self.assertRaises(AccessError):
            self.env["crm.kpi.target.import"].with_user(self.anna).create({})

    def test_nobody_acknowledges_for_another(self):
        target = self.search("crm.kpi.target", self.cleo)
        with self.assertRaises(AccessError):
            target.with_user(self.anna).action_acknowledge()

    def test_scores_are_weighted(self):
        self.revenue.weight = 3
        self.new_target(self.anna, 0.001, self.orders)
        self.new_order(self.anna, 1, "2026-11-03", self.north)
        (self.revenue + self.orders)._compute_values(companies=self.company)
        self.env.invalidate_all()
        [score] = self.search("crm.kpi.score", self.anna).filtered(
            lambda row: row.period_type == "month"
        )
        revenue = self.env["crm.kpi.value"].search(
            [
                ("user_id", "=", self.anna.id),
                ("period_type", "=", "month"),
                ("kpi_id", "=", self.revenue.id),
                ("is_closed", "=", False),
            ]
        )
        self.assertAlmostEqual(score.score, (revenue.score * 3 + 100) / 4)
        self.assertEqual(score.kpi_count, 2)
        action = score.action_view_values()
        self.assertEqual(len(self.env["crm.kpi.value"].search(action["domain"])), 2)

    def test_a_value_opens_its_records(self):
        order = self.new_order(self.anna, 1, "2026-11-03", self.north)
        self.revenue._compute_values(companies=self.company)
        value = self.search("crm.kpi.value", self.anna).filtered(
            lambda row: row.period_type == "month" and not row.is_closed
        )
        action = value.action_view_records()
        self.assertEqual(self.env[action["res_model"]].search(action["domain"]), order)
