from datetime import date

from odoo.tests import freeze_time, tagged

from .kpi_common import KpiCommon

NOVEMBER = date(2026, 11, 1), date(2026, 12, 1)


@tagged("post_install", "-at_install")
class TestKpiPace(KpiCommon):
    def get_pace(self, kpi, value, **filters):
        [row] = kpi._get_pace({kpi.id: value}, *NOVEMBER, filters).values()
        return row

    def test_pace_goes_by_working_days(self):
        self.new_target(self.anna, 2100)
        row = self.get_pace(self.revenue, 1932, user_id=self.anna.id)
        # 21 working days of November; 12 are over and half of the 13th, at noon.
        self.assertEqual(row["target"], 2100)
        self.assertAlmostEqual(row["expected"], 1250)
        self.assertAlmostEqual(row["progress"], 0.92)
        self.assertAlmostEqual(row["pace"], 1932 / 1250)

    def test_a_holiday_is_no_working_day(self):
        self.new_target(self.anna, 2000)
        self.add_holiday(date(2026, 11, 11))
        row = self.get_pace(self.revenue, 1000, user_id=self.anna.id)
        self.assertAlmostEqual(row["expected"], 2000 * 11.5 / 20)
        # The same moment without it: behind instead of ahead of pace is a matter of one day.
        self.env["resource.calendar.leaves"].search([("name", "=", "Holiday")]).unlink()
        row = self.get_pace(self.revenue, 1000, user_id=self.anna.id)
        self.assertAlmostEqual(row["expected"], 2000 * 12.5 / 21)

    def test_across_a_holiday_the_pace_stands_still(self):
        self.new_target(self.anna, 2000)
        self.add_holiday(date(2026, 11, 18))
        expected = []
        for moment in ("2026-11-17 22:00:00", "2026-11-18 16:00:00", "2026-11-19 06:00:00"):
            with freeze_time(moment):
                expected.append(self.get_pace(self.revenue, 0, user_id=self.anna.id)["expected"])
        self.assertEqual(expected, [1200, 1200, 1200])

    def test_holidays_of_another_company_are_working_days(self):
        self.new_target(self.anna, 2100)
        self.add_holiday(date(2026, 11, 11), self.other_company)
        row = self.get_pace(self.revenue, 0, user_id=self.anna.id)
        self.assertAlmostEqual(row["expected"], 1250)

    def test_a_period_that_is_over_expects_the_target(self):
        self.new_target(self.anna, 500, month=10)
        [row] = self.revenue._get_pace(
            {self.revenue.id: 600}, date(2026, 10, 1), NOVEMBER[0], {"user_id": self.anna.id}
        ).values()
        self.assertEqual((row["expected"], row["pace"], row["progress"]), (500, 1.2, 1.2))

    def test_averages_expect_their_target_all_the_time(self):
        self.new_target(self.anna, 50, self.basket)
        row = self.get_pace(self.basket, 40, user_id=self.anna.id)
        self.assertEqual((row["expected"], row["pace"]), (50, 0.8))

    def test_lower_is_better(self):
        self.orders.direction = "lower"
        self.new_target(self.anna, 21, self.orders)
        row = self.get_pace(self.orders, 5, user_id=self.anna.id)
        self.assertAlmostEqual(row["pace"], 2 - 5 / 12.5)

    def test_without_a_target_or_a_figure_nothing_is_said(self):
        self.assertEqual(
            self.get_pace(self.revenue, 5, user_id=self.anna.id),
            dict.fromkeys(("target", "expected", "progress", "pace")),
        )
        self.new_target(self.anna, 10)
        row = self.get_pace(self.revenue, None, user_id=self.anna.id)
        self.assertEqual((row["target"], row["progress"], row["pace"]), (10, None, None))

    def test_teams_and_the_company_have_the_targets_of_their_people(self):
        for person, value in ((self.anna, 100), (self.bert, 10), (self.cleo, 1)):
            self.new_target(person, value)
        for filters, target in (
            ({"user_id": self.anna.id}, 100),
            ({"team_id": self.north.id}, 110),
            ({"team_id": self.east.id}, 10),
            ({}, 111),
            ({"country_id": self.env.ref("base.fr").id}, None),
            ({"company_ids": self.other_company.ids}, None),
        ):
            with self.subTest(filters=filters):
                targets = self.revenue._get_targets(*NOVEMBER, filters)
                self.assertEqual(targets, {self.revenue.id: target})

    def test_targets_of_companies_are_added_up_in_one_currency(self):
        usd = self.env.ref("base.USD")
        usd.active = True
        self.company.currency_id = self.env.ref("base.EUR")
        self.other_company.currency_id = usd
        self.env["res.currency.rate"].create(
            [
                {"currency_id": usd.id, "name": "2026-11-01", "rate": 4, "company_id": company.id}
                for company in self.company
            ]
        )
        self.env["res.currency.rate"].create(
            {
                "currency_id": self.company.currency_id.id,
                "name": "2026-11-01",
                "rate": 2,
                "company_id": self.company.id,
            }
        )
        self.new_target(self.company, 100)
        self.new_target(self.other_company, 100, company_id=self.other_company.id)
        companies = self.company + self.other_company
        kpi = self.revenue.with_context(allowed_company_ids=companies.ids)
        targets = kpi._get_targets(*NOVEMBER, {"company_ids": companies.ids})
        self.assertEqual(targets, {self.revenue.id: 150})

    def get_target(self, user, **filters):
        kpi = self.revenue.with_user(user)
        return kpi._get_targets(*NOVEMBER, filters)[kpi.id]

    def test_who_sees_own_records_is_held_against_the_own_target(self):
        for person, value in ((self.anna, 100), (self.bert, 10), (self.edda, 1)):
            self.new_target(person, value)
        self.new_target(self.north, 1000)
        for user, filters, target in (
            (self.anna, {}, 100),
            (self.anna, {"user_id": self.anna.id}, 100),
            (self.anna, {"team_id": self.north.id}, 100),
            (self.anna, {"team_id": self.east.id}, None),
            (self.anna, {"user_id": self.bert.id}, None),
            # He leads the team but sees nothing of what it sold.
            (self.edda, {"user_id": self.bert.id}, None),
            (self.edda, {"team_id": self.east.id}, None),
            (self.edda, {}, 1),
        ):
            with self.subTest(user=user.login, filters=filters):
                self.assertEqual(self.get_target(user, **filters), target)

    def test_who_sees_all_records_is_held_against_targets_he_may_read_completely(self):
        self.nora.group_ids += self.env.ref("sales_team.group_sale_salesman_all_leads")
        for person, value in ((self.anna, 100), (self.bert, 10), (self.cleo, 1)):
            self.new_target(person, value)
        north, east = {"team_id": self.north.id}, {"team_id": self.east.id}
        self.assertEqual(self.get_target(self.nora, **north), 110)
        self.assertEqual(self.get_target(self.nora, **east), 10)
        self.assertEqual(self.get_target(self.nora, user_id=self.bert.id), 10)
        # Cleo's is not for her to read: what she may read is not the company's.
        self.assertIsNone(self.get_target(self.nora))
        self.assertEqual(self.get_target(self.manager), 111)
        self.env["crm.kpi.target"].search([("user_id", "=", self.cleo.id)]).active = False
        self.assertEqual(self.get_target(self.nora), 110)
        self.new_target(self.company, 5000)
        self.assertIsNone(self.get_target(self.nora))
        self.assertEqual(self.get_target(self.manager), 5000)

    def test_a_person_of_another_team_has_no_target_for_this_one(self):
        self.new_target(self.anna, 100)
        filters = {"user_id": self.anna.id, "team_id": self.north.id}
        self.assertEqual(self.get_target(self.manager, **filters), 100)
        filters["team_id"] = self.east.id
        self.assertIsNone(self.get_target(self.manager, **filters))

    def test_the_target_of_one_company_is_not_that_of_two(self):
        self.manager.company_ids += self.other_company
        self.new_target(self.company, 100)
        companies = self.company + self.other_company
        kpi = self.revenue.with_user(self.manager)
        kpi = kpi.with_context(allowed_company_ids=companies.ids)
        self.assertEqual(kpi._get_targets(*NOVEMBER), {kpi.id: None})

    def test_many_figures_cost_as_few_queries_as_one(self):
        kpis = self.revenue + self.orders + self.basket
        for kpi in kpis:
            self.new_target(self.anna, 5, kpi)
        self.env.flush_all()
        counts = []
        for asked in (self.revenue, kpis):
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            asked._get_pace({}, *NOVEMBER, {"user_id": self.anna.id})
            counts.append(self.env.cr.sql_log_count - before)
        self.assertLessEqual(counts[1], counts[0] + 2)
        self.assertLessEqual(counts[1], 14)
