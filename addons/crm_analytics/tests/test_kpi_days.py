from datetime import date

from odoo.tests import tagged

from .dashboard_common import DashboardCommon

YEAR = (date(2026, 1, 1), date(2027, 1, 1))
GROUPS = ((), ("day",), ("month", "user_id"), ("team_id",), ("country_id",), ("company_id",))


@tagged("post_install", "-at_install")
class TestKpiDays(DashboardCommon):
    """Read from the totals by day or from the documents: the same figure for every reader."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.manager = cls.new_user("days_manager", "sales_team.group_sale_manager")
        cls.salesman = cls.new_user("days_salesman", "sales_team.group_sale_salesman")
        cls.team = cls.env["crm.team"].create({"name": "Days", "company_id": cls.company.id})
        cls.kpis = cls.env["crm.kpi"].search(
            [("code", "in", ["revenue", "orders", "average_order", "returns", "invoiced"])]
        )
        country = cls.env.ref("base.fr")
        cls.customer.country_id = country
        cls.first = cls.create_order("2026-10-05", 100, user_id=cls.salesman.id)
        cls.create_order("2026-11-02", 40, -60, user_id=cls.manager.id, team_id=cls.team.id)
        cls.create_order("2026-11-02 23:30", 7)
        cls.create_order("2026-11-03", 11, pricelist_id=cls.euro_pricelist.id)
        cls.create_order("2026-11-04", -30, user_id=cls.salesman.id)
        cls.create_order("2026-11-05", 1000, company=cls.other_company)
        cls.env.flush_all()

    def fill(self):
        for kpi in self.kpis:
            kpi.days_filled_date = False
            kpi._fill_days()
        self.env.cr.execute("DELETE FROM crm_kpi_stale")

    def read_figures(self, user=None, filters=None, company=None):
        kpis = self.kpis.with_user(user or self.manager)
        if company:
            kpis = kpis.with_context(allowed_company_ids=company.ids)
        requests = [(kpi, groupby, YEAR) for kpi in kpis for groupby in GROUPS]
        figures = kpis._read_requests(requests, filters)
        return {
            groupby: {(kpi.code, groupby): figures[kpi.id, groupby, YEAR] for kpi in kpis}
            for groupby in GROUPS
        }

    def read_documents(self, *args, **kwargs):
        self.kpis.days_filled_date = False
        figures = self.read_figures(*args, **kwargs)
        self.kpis.days_filled_date = "2026-11-18"
        return figures

    def assert_same(self, *args, **kwargs):
        figures = self.read_figures(*args, **kwargs)
        self.assertEqual(self.read_documents(*args, **kwargs), figures)
        return figures

    def count_stale(self):
        self.env.flush_all()
        return len(self.env["crm.kpi.stale"].search([]))

    def test_kpis_that_are_kept(self):
        for kpi in self.kpis:
            source = "account.move" if kpi.code == "invoiced" else "sale.order"
            self.assertEqual(kpi._get_day_source(), source, kpi.code)
        others = self.env["crm.kpi"].search([("measure", "!=", "ratio")]) - self.kpis
        self.assertFalse([kpi.code for kpi in others if kpi._get_day_source()])

    def test_every_reader_gets_the_figures_of_the_documents(self):
        self.fill()
        for user in (self.manager, self.salesman):
            figures = self.assert_same(user)
        self.assertEqual(figures[()]["revenue", ()], {(): (121.0, 4)})
        self.assert_same(self.manager, {"user_id": self.salesman.id})
        self.assert_same(self.manager, {"team_id": self.team.id})
        self.assert_same(self.manager, {"team_id": False})
        self.assert_same(self.manager, {"country_id": self.customer.country_id.id})
        self.manager.company_ids += self.other_company
        both = self.company + self.other_company
        self.assert_same(self.manager, company=both)
        self.assert_same(self.manager, company=self.other_company)
        self.assert_same(self.manager, {"company_ids": self.company.ids}, company=both)

    def test_totals_are_read_where_days_hold(self):
        """Otherwise everything else here would compare the documents with themselves."""
        self.fill()
        before = self.read_figures()[()]
        self.env.cr.execute("UPDATE crm_kpi_day SET total = total * 10, count = count * 10")
        figures = self.read_figures()[()]
        for name, parts in figures.items():
            [(total, count)] = parts.values() or [(0, 0)]
            [(total_before, count_before)] = before[name].values() or [(0, 0)]
            self.assertAlmostEqual(total, total_before * 10, 6, name)
            self.assertEqual(count, count_before * 10, name)
        self.assertTrue(figures["revenue", ()])

    def test_what_changes_is_read_from_the_documents(self):
        self.fill()
        before = self.read_figures()
        changes = [
            lambda: self.first.write({"user_id": self.manager.id}),
            lambda: self.first.order_line.write({"price_unit": 120}),
            lambda: self.first.write({"date_order": "2026-06-01 10:00"}),
            lambda: self.first.write({"team_id": self.team.id}),
            lambda: self.create_order("2026-11-07", 5),
            lambda: self.customer.write({"country_id": self.env.ref("base.de").id}),
            lambda: self.env["sale.order.credit"].create(
                [
                    {"order_id": self.first.id, "user_id": user.id, "share": share}
                    for user, share in ((self.manager, 25), (self.salesman, 75))
                ]
            ),
            lambda: self.first.with_context(disable_cancel_warning=True).action_cancel(),
        ]
        for change in changes:
            change()
            after = self.assert_same()
            self.assertNotEqual(after, before)
            self.assert_same(self.salesman)
            before = after
        self.env["crm.kpi"]._take_stale_days()
        self.assertFalse(self.count_stale())
        self.assertEqual(self.assert_same(), before)

    def test_sql_is_seen_as_well(self):
        self.fill()
        self.env.cr.execute("UPDATE sale_order SET state = 'cancel' WHERE id = %s", [self.first.id])
        self.env.invalidate_all()
        self.assert_same()

    def test_another_time_zone_makes_all_days_stale(self):
        self.fill()
        self.company.resource_calendar_id.tz = "Pacific/Kiritimati"
        figures = self.assert_same()
        self.assertIn((date(2026, 11, 3),), figures["day",]["orders", ("day",)])
        self.env["crm.kpi"]._take_stale_days()
        self.assertEqual(self.assert_same(), figures)

    def test_invoices(self):
        self.fill()
        before = self.assert_same()
        order = self.create_order("2026-11-09", 200, user_id=self.salesman.id)
        order.order_line.qty_delivered = 1
        self.env["account.chart.template"].try_loading("generic_coa", self.company)
        invoice = order._create_invoices()
        invoice.invoice_date = "2026-11-10"
        invoice.action_post()
        self.assertNotEqual(self.assert_same(), before)
        self.fill()
        order.user_id = self.manager
        figures = self.assert_same()
        self.assertEqual(
            figures["month", "user_id"]["invoiced", ("month", "user_id")],
            {(date(2026, 11, 1), self.manager.id): (200.0, 1)},
        )

    def test_what_does_not_matter_marks_nothing(self):
        self.fill()
        self.first.note = "Call first"
        self.customer.phone = "123"
        self.assertFalse(self.count_stale())

    def test_another_definition_is_added_up_anew(self):
        self.fill()
        orders = self.kpis.filtered(lambda kpi: kpi.code == "orders")
        orders.domain = "[('state', '=', 'sale')]"
        self.assertFalse(orders.days_filled_date)
        self.assertEqual(self.read_figures()[()]["orders", ()], {(): (5.0, 5)})
        orders.name = "Deals"
        self.assertTrue(self.kpis[0].days_filled_date)

    def test_scheduled_action(self):
        cron = self.env.ref("crm_analytics.ir_cron_refresh_kpi_days")
        with self.enter_registry_test_mode():
            cron.method_direct_trigger()
        self.assertEqual(cron.failure_count, 0)
        self.env.invalidate_all()
        self.assertTrue(all(kpi.days_filled_date for kpi in self.kpis))
        self.assertFalse(self.count_stale())
        self.create_order("2026-11-08", 5)
        self.assertTrue(self.count_stale())
        figures = self.assert_same()
        with self.enter_registry_test_mode():
            cron.method_direct_trigger()
            self.env.ref("crm_analytics.ir_cron_fill_kpi_days").method_direct_trigger()
        self.env.invalidate_all()
        self.assertFalse(self.count_stale())
        self.assertEqual(self.assert_same(), figures)
