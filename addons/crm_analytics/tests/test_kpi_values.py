from datetime import date

from odoo.exceptions import UserError
from odoo.tests import freeze_time, tagged

from .kpi_common import KpiCommon


@tagged("post_install", "-at_install")
class TestKpiValues(KpiCommon):
    """Figures of November 2026, seen on Wednesday the 18th at noon."""

    def compute(self, kpis=None):
        (kpis or self.revenue)._compute_values(companies=self.company)

    def find(self, owner, kpi=None, period_type="month", date_from=date(2026, 11, 1)):
        scope = {"res.users": "user", "crm.team": "team"}.get(owner._name, "company")
        domain = [
            ("kpi_id", "=", (kpi or self.revenue).id),
            ("scope", "=", scope),
            ("company_id", "=", self.company.id),
            ("period_type", "=", period_type),
            ("date_from", "=", date_from),
        ]
        if scope != "company":
            domain.append((f"{scope}_id", "=", owner.id))
        return self.env["crm.kpi.value"].search(domain)

    def get_values(self, *owners, **options):
        return [self.find(owner, **options).value for owner in owners]

    def test_a_team_is_the_sum_of_its_members_sub_teams_and_the_unassigned(self):
        self.new_order(self.anna, 1000, "2026-11-03", self.north)
        self.new_order(None, 200, "2026-11-04", self.north)
        self.new_order(self.bert, 30, "2026-11-05", self.east)
        self.new_order(self.cleo, 4, "2026-11-05")
        self.new_order(None, 5, "2026-10-31", self.north)
        self.compute()
        people = self.get_values(self.anna, self.bert, self.cleo, self.nora)
        self.assertEqual(people, [1000, 30, 4, 0])
        self.assertEqual(self.get_values(self.east, self.north, self.company), [30, 1230, 1234])
        options = {"period_type": "year", "date_from": date(2026, 1, 1)}
        self.assertEqual(self.get_values(self.north, self.company, **options), [1235, 1239])

    def test_every_measure_has_its_value(self):
        for user, amount in ((self.anna, 100), (self.anna, 300), (self.anna, 500), (self.bert, 40)):
            self.new_order(
                user, amount, "2026-11-03", self.east if user == self.bert else self.north
            )
        median = self.new_kpi("Median", "median", measure_field="amount_untaxed", unit="money")
        customers = self.new_kpi("Customers", "distinct", measure_field="partner_id")
        share = self.new_kpi("Large", "share", part_domain="[('amount_untaxed', '>', 250)]")
        ratio = self.env["crm.kpi"].create(
            {
                "name": "Test Ratio",
                "measure": "ratio",
                "numerator_id": self.revenue.id,
                "denominator_id": self.orders.id,
            }
        )
        for kpi, anna, bert, north in (
            (self.orders, 3, 1, 4),
            (self.basket, 300, 40, 235),
            (median, 300, 40, 200),
            (customers, 1, 1, 1),
            (share, 2 / 3, 0, 0.5),
            (ratio, 300, 40, 235),
        ):
            with self.subTest(kpi=kpi.name):
                self.compute(kpi)
                values = self.get_values(self.anna, self.bert, self.north, self.company, kpi=kpi)
                for value, expected in zip(values, (anna, bert, north, north), strict=True):
                    self.assertAlmostEqual(value, expected)

    def test_a_figure_equals_what_is_read_live(self):
        self.new_order(self.anna, 1000, "2026-11-03", self.north)
        self.new_order(self.bert, 30, "2026-11-05", self.east)
        self.compute()
        start, end = date(2026, 11, 1), date(2026, 12, 1)
        for owner, name in (
            (self.anna, "user_id"),
            (self.north, "team_id"),
            (self.east, "team_id"),
        ):
            filters = {name: owner.id, "company_ids": self.company.ids}
            parts = self.revenue._read_parts(start, end, (), filters)
            self.assertEqual(self.find(owner).value, self.revenue._combine(*parts[()]))

    def test_everybody_is_computed_absent_or_archived_too(self):
        self.new_order(self.anna, 1000, "2026-11-03", self.north)
        self.new_target(self.bert, 500)
        self.anna.action_archive()
        self.bert.action_archive()
        self.compute()
        self.assertEqual(self.find(self.anna).value, 1000)
        # Nothing sold and gone: the target is missed, not forgotten.
        left = self.find(self.bert)
        self.assertEqual((left.value, left.target, left.pace, left.score), (0, 500, 0, 0))
        self.assertTrue(self.find(self.cleo))
        self.assertEqual(self.find(self.company).value, 1000)

    def test_a_figure_without_records_is_a_dash_where_nothing_can_be_said(self):
        self.compute(self.orders + self.basket)
        self.assertFalse(self.find(self.anna, self.orders).is_empty)
        self.assertTrue(self.find(self.anna, self.basket).is_empty)

    def test_targets_paces_and_scores_are_stored(self):
        self.revenue.write({"floor": 0.5, "cap": 1.5, "weight": 3})
        self.new_target(self.anna, 2100)
        self.new_order(self.anna, 1250, "2026-11-03", self.north)
        self.compute()
        row = self.find(self.anna)
        self.assertTrue(row.has_target)
        for name, value in (
            ("target", 2100),
            ("expected", 1250),
            ("progress", 1250 / 2100),
            ("pace", 1),
            ("score", 50),
            ("weight", 3),
        ):
            self.assertAlmostEqual(row[name], value, msg=name)
        self.assertEqual(self.find(self.north).target, 2100)
        self.assertFalse(self.find(self.cleo).has_target)

    def test_computing_again_updates_the_running_period(self):
        self.new_order(self.anna, 10, "2026-11-03", self.north)
        self.compute()
        first = self.find(self.anna)
        self.new_order(self.anna, 5, "2026-11-03", self.north)
        self.compute()
        self.assertEqual((self.find(self.anna), first.value), (first, 15))
        self.assertFalse(first.is_closed)

    def test_the_nightly_run_goes_on_where_it_stopped(self):
        kpis = self.revenue + self.orders
        self.env["crm.kpi"].search([("id", "not in", kpis.ids)]).active = False
        parameters = self.env["ir.config_parameter"].sudo()
        parameters.set_param("crm_analytics.kpi_values_run", "2026-11-18 10:00:00")
        self.revenue.values_date = "2026-11-18 10:30:00"
        cron = self.env.ref("crm_analytics.ir_cron_compute_kpi_values")
        self.env.flush_all()
        with self.enter_registry_test_mode():
            cron.method_direct_trigger()
        self.env.invalidate_all()
        self.assertEqual(cron.failure_count, 0)
        self.assertFalse(parameters.get_param("crm_analytics.kpi_values_run"))
        self.assertTrue(self.find(self.anna, self.orders))
        self.assertFalse(self.find(self.anna, self.revenue))
        with self.enter_registry_test_mode():
            cron.method_direct_trigger()
        self.assertTrue(self.find(self.anna, self.revenue))

    def test_a_closed_period_is_frozen_and_changes_are_restated(self):
        self.new_target(self.anna, 100)
        order = self.new_order(self.anna, 90, "2026-11-03", self.north)
        self.compute()
        with freeze_time("2026-12-01 04:00:00"):
            self.new_order(self.anna, 10, "2026-11-30", self.north)
            self.compute()
            row = self.find(self.anna)
            self.assertEqual((row.value, row.is_closed, row.pace), (100, True, 1))
        with freeze_time("2026-12-05 04:00:00"):
            self.compute()
            self.assertFalse(row.restated_date)
            order.date_order = "2026-12-02 10:00:00"
            self.env["crm.kpi.target"].search([("user_id", "=", self.anna.id)]).value = 10
            self.compute()
        self.assertEqual((row.value, row.target, row.score), (100, 100, 100))
        self.assertEqual(row.restated_value, 10)
        self.assertEqual(str(row.restated_date), "2026-12-05 04:00:00")
        self.assertEqual(self.find(self.company).restated_value, 10)
        with freeze_time("2026-12-06 04:00:00"):
            self.compute()
            self.assertEqual(str(row.restated_date), "2026-12-05 04:00:00")
            # What comes back stays told.
            order.date_order = "2026-11-03 10:00:00"
            self.compute()
            self.assertEqual((row.restated_value, row.value), (100, 100))
        with self.assertRaises(UserError):
            row.sudo().value = 5

    def test_who_comes_up_after_the_close_is_restated_from_nothing(self):
        self.new_order(self.anna, 90, "2026-10-03", self.north)
        self.compute()
        october = {"date_from": date(2026, 10, 1)}
        self.assertEqual(self.find(self.anna, **october).value, 90)
        self.assertFalse(self.find(self.cleo, **october))
        self.new_order(self.cleo, 7, "2026-10-03")
        self.compute()
        row = self.find(self.cleo, **october)
        self.assertEqual((row.is_empty, row.restated_value, row.is_closed), (True, 7, True))
        quarter = self.find(self.cleo, period_type="quarter", date_from=date(2026, 10, 1))
        self.assertEqual((quarter.value, quarter.is_closed), (7, False))

    def test_companies_are_apart_where_the_definition_names_none(self):
        self.revenue.company_field = False
        self.new_order(self.anna, 100, "2026-11-03", self.north)
        self.revenue._compute_values(companies=self.other_company)
        values = self.env["crm.kpi.value"].search(
            [
                ("kpi_id", "=", self.revenue.id),
                ("company_id", "=", self.other_company.id),
                ("scope", "=", "company"),
            ]
        )
        self.assertTrue(values)
        self.assertFalse(any(values.mapped("value")))

    def test_companies_have_their_own_figures(self):
        self.new_order(self.anna, 90, "2026-11-03", self.north)
        self.revenue._compute_values(companies=self.company + self.other_company)
        rows = self.env["crm.kpi.value"].search(
            [("kpi_id", "=", self.revenue.id), ("company_id", "=", self.other_company.id)]
        )
        self.assertFalse(rows.filtered("value"))
        self.assertIn("company", rows.mapped("scope"))

    def test_the_number_of_people_costs_no_query(self):
        kpis = (
            self.revenue
            + self.basket
            + self.new_kpi("Customers", "distinct", measure_field="partner_id")
        )
        counts = []
        for number in range(2):
            for index in range(20 * number):
                user = self.new_user(f"kpi_many_{index}", "sales_team.group_sale_salesman")
                self.new_order(user, 10, "2026-11-03", self.north)
                self.new_target(user, 10)
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            self.compute(kpis)
            self.env.flush_all()
            counts.append(self.env.cr.sql_log_count - before)
        self.assertLessEqual(counts[1], counts[0] + 2)
