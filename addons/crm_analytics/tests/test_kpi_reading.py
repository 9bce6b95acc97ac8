from datetime import date

from freezegun import freeze_time

from odoo.exceptions import AccessError
from odoo.tests import TransactionCase, new_test_user, tagged

from .dashboard_common import DashboardCommon

MARCH = (date(2026, 3, 1), date(2026, 4, 1))
ORDERS = {
    "model_name": "sale.order",
    "domain": "[('state', '=', 'sale')]",
    "date_field": "date_order",
    "user_field": "user_id",
    "team_field": "team_id",
    "company_field": "company_id",
    "partner_field": "partner_id",
}
LINES = {
    **ORDERS,
    "model_name": "sale.order.line",
    "domain": "[('order_id.state', '=', 'sale')]",
    "date_field": "order_id.date_order",
    "user_field": "order_id.user_id",
    "team_field": "order_id.team_id",
    "partner_field": "order_id.partner_id",
    "product_field": "product_id",
}


@tagged("post_install", "-at_install")
class TestKpiReading(DashboardCommon):
    """The parts of a figure: its days, its money, its keys, and who may read them."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.Kpi = cls.env["crm.kpi"]
        cls.anna = cls.new_user("reading_anna", "sales_team.group_sale_salesman")
        cls.bert = cls.new_user("reading_bert", "sales_team.group_sale_salesman")

    def new_kpi(self, values=None, **extra):
        return self.Kpi.create({"name": "Figure", **(values or ORDERS), **extra})

    def test_measures(self):
        for amount in (10, 20, 60):
            self.create_order("2026-03-10 10:00:00", amount)
        for measure, parts, value in (
            ("sum", (90, 3), 90),
            ("average", (90, 3), 30),
            ("median", (20, 3), 20),
            ("distinct", (3, 3), 3),
        ):
            with self.subTest(measure=measure):
                kpi = self.new_kpi(measure=measure, measure_field="amount_untaxed")
                self.assertEqual(kpi._read_parts(*MARCH), {(): parts})
                self.assertEqual(kpi._read_value(*MARCH), value)
        orders = self.new_kpi()
        self.assertEqual(orders._read_parts(*MARCH), {(): (3, 3)})
        large = self.new_kpi(measure="share", part_domain="[('amount_untaxed', '>', 50)]")
        self.assertEqual(large._read_parts(*MARCH), {(): (1, 3)})
        self.assertAlmostEqual(large._read_value(*MARCH), 1 / 3)

    def test_archived_records_count_where_the_filter_says_so(self):
        lead = self.env["crm.lead"].create({"name": "Gone", "company_id": self.company.id})
        lead.action_archive()
        values = {
            "model_name": "crm.lead",
            "date_field": "create_date",
            "company_field": "company_id",
        }
        window = (date(2020, 1, 1), date(2100, 1, 1))
        for domain, count in (("[]", 0), ("[('active', 'in', [True, False])]", 1)):
            kpi = self.new_kpi(values, domain=domain)
            for context in ({}, {"active_test": False}):
                self.assertEqual(kpi.with_context(**context)._read_value(*window), count)

    def test_nothing_to_say_is_no_zero_and_no_error(self):
        orders = self.new_kpi()
        average = self.new_kpi(measure="average", measure_field="amount_untaxed")
        ratio = self.Kpi.create(
            {
                "name": "Ratio",
                "measure": "ratio",
                "numerator_id": orders.id,
                "denominator_id": orders.id,
            }
        )
        self.assertEqual(orders._read_value(*MARCH), 0)
        self.assertIsNone(average._read_value(*MARCH))
        self.assertIsNone(ratio._read_value(*MARCH), "division by zero")
        self.assertEqual(ratio._format_value(None), "–")
        self.create_order("2026-03-10 10:00:00", 10)
        self.assertEqual(ratio._read_value(*MARCH), 1)

    def test_ratio_of_persons(self):
        self.create_order("2026-03-10 10:00:00", 10, user_id=self.anna.id)
        self.create_order("2026-03-10 10:00:00", 90, user_id=self.anna.id)
        self.create_order("2026-03-10 10:00:00", 30, user_id=self.bert.id)
        large = self.new_kpi(domain="[('state', '=', 'sale'), ('amount_total', '>', 50)]")
        ratio = self.Kpi.create(
            {
                "name": "Ratio",
                "measure": "ratio",
                "numerator_id": large.id,
                "denominator_id": self.new_kpi().id,
            }
        )
        self.assertEqual(
            ratio._read_parts(*MARCH, ["user_id"]),
            {(self.anna.id,): (1, 2), (self.bert.id,): (0, 1)},
        )

    def test_time_between_two_dates(self):
        order = self.create_order("2026-03-10 10:00:00", 10)
        order.commitment_date = "2026-03-11 22:00:00"
        for unit, value in (("days", 1.5), ("hours", 36)):
            kpi = self.new_kpi(
                measure="average",
                measure_field="commitment_date",
                since_field="date_order",
                unit=unit,
            )
            self.assertAlmostEqual(kpi._read_value(*MARCH), value)

    def test_days_are_those_of_the_company(self):
        """The evening of 31 March in New York is 1 April in UTC and in Paris."""
        self.env.user.company_ids = self.company + self.other_company
        both = self.env(context={**self.env.context, "allowed_company_ids": [
            self.company.id, self.other_company.id,
        ]})  # fmt: skip
        self.company.resource_calendar_id.tz = "America/New_York"
        self.other_company.resource_calendar_id.tz = "Europe/Paris"
        self.create_order("2026-04-01 02:00:00", 10)
        self.create_order("2026-04-01 02:00:00", 10, company=self.other_company)
        kpi = self.new_kpi().with_env(both)
        self.assertEqual(
            kpi._read_parts(*MARCH, ["company_id", "day"]),
            {(self.company.id, date(2026, 3, 31)): (1, 1)},
        )
        april = (date(2026, 4, 1), date(2026, 5, 1))
        self.assertEqual(
            kpi._read_parts(*april, ["company_id", "month"]),
            {(self.other_company.id, date(2026, 4, 1)): (1, 1)},
        )
        for window, company in ((MARCH, self.company), (april, self.other_company)):
            orders = both["sale.order"].search(kpi._get_action(*window)["domain"])
            self.assertEqual(orders.company_id, company)

    def test_money_is_in_the_currency_of_the_reader_at_the_rate_of_the_day(self):
        """One dollar was half a euro until the end of October, a quarter from November on."""
        euro = {"pricelist_id": self.euro_pricelist.id}
        self.create_order("2026-10-31 10:00:00", 100)
        self.create_order("2026-10-31 10:00:00", 100, **euro)
        self.create_order("2026-11-01 10:00:00", 100, **euro)
        days = {(date(2026, 10, 31),): 300, (date(2026, 11, 1),): 400}
        window = (date(2026, 10, 1), date(2026, 12, 1))
        for values, field in (
            (ORDERS, "amount_untaxed"),
            (LINES, "price_subtotal"),
            (LINES, "order_id.amount_untaxed"),
        ):
            kpi = self.new_kpi(values, measure="sum", measure_field=field)
            parts = kpi._read_parts(*window, ["day"])
            self.assertEqual({key: total for key, (total, _count) in parts.items()}, days)

    def test_keys_over_links(self):
        self.customer.country_id = self.env.ref("base.kg")
        self.create_order(
            "2026-03-10 10:00:00",
            10,
            20,
            30,
            products=self.chair + self.table,
            user_id=self.anna.id,
        )
        kpi = self.new_kpi(LINES, measure="sum", measure_field="price_subtotal")
        self.assertEqual(
            kpi._read_parts(*MARCH, ["product_id", "country_id", "user_id", "category_id"]),
            {
                (
                    product.id,
                    self.env.ref("base.kg").id,
                    self.anna.id,
                    product.categ_id.id or None,
                ): parts
                for product, parts in ((self.chair, (40, 2)), (self.table, (20, 1)))
            },
        )
        self.assertEqual(
            self.new_kpi()._read_parts(*MARCH, ["product_id"]), {(None,): (1, 1)}, "no such field"
        )

    def test_filters(self):
        self.customer.country_id = self.env.ref("base.kg")
        segment = self.env["crm.segment"].create({"name": "Figures", "kind": "manual"})
        self.env["crm.segment.member"].create(
            {"segment_id": segment.id, "partner_id": self.contact_company.id}
        )
        self.create_order("2026-03-10 10:00:00", 10, user_id=self.anna.id)
        self.create_order("2026-03-10 10:00:00", 30, partner_id=self.contact_company.id)
        kpi = self.new_kpi(measure="sum", measure_field="amount_untaxed")
        for filters, value in (
            ({}, 40),
            ({"user_id": False, "country_id": None}, 40),
            ({"user_id": self.anna.id}, 10),
            ({"country_id": self.env.ref("base.kg").id}, 10),
            ({"segment_id": segment.id}, 30),
            ({"company_ids": self.company.ids}, 40),
            ({"category_id": self.chair.categ_id.id or 1}, None),
        ):
            with self.subTest(filters=filters):
                self.assertEqual(kpi._read_value(*MARCH, filters), value)

    def test_what_is_open_at_the_end(self):
        leads = self.env["crm.lead"].create(
            [
                {
                    "name": "Deal",
                    "type": "opportunity",
                    "expected_revenue": amount,
                    "company_id": self.company.id,
                }
                for amount in (1, 10, 100)
            ]
        )
        self.env.flush_all()
        for lead, created, closed in zip(
            leads,
            ("2026-02-01", "2026-03-31 12:00", "2026-04-01"),
            ("2026-03-15", None, None),
            strict=True,
        ):
            self.env.cr.execute(
                "UPDATE crm_lead SET create_date = %s, date_closed = %s WHERE id = %s",
                [created, closed, lead.id],
            )
        self.env.invalidate_all()
        pipeline = self.env.ref("crm_analytics.kpi_pipeline")
        for month, value in ((3, 1), (4, 10), (5, 110)):
            window = (date(2026, month - 1, 1), date(2026, month, 1))
            self.assertEqual(pipeline._read_value(*window), value)

    @freeze_time("2026-03-20 12:00:00")
    def test_what_only_today_knows(self):
        """Quotations of earlier days are orders by now: nothing is said of them."""
        self.create_order("2026-03-10 10:00:00", 10, state="draft")
        self.env.cr.execute("UPDATE sale_order SET create_date = '2026-03-10'")
        self.env.invalidate_all()
        quotations = self.env.ref("crm_analytics.kpi_open_quotations")
        self.assertEqual(quotations._read_value(*MARCH), 10)
        self.assertEqual(quotations._read_value(date(2026, 3, 1), date(2026, 3, 20)), 10)
        self.assertIsNone(quotations._read_value(date(2026, 2, 1), date(2026, 3, 1)))
        self.assertFalse(quotations._is_additive())

    def test_rights_of_the_reader(self):
        for user in (self.anna, self.bert):
            self.create_order("2026-03-10 10:00:00", 10, user_id=user.id)
        self.create_order("2026-03-10 10:00:00", 10, company=self.other_company)
        kpi = self.new_kpi()
        self.assertEqual(kpi.with_user(self.anna)._read_value(*MARCH), 1)
        self.assertEqual(kpi._read_value(*MARCH), 2)
        employee = self.new_user("reading_employee", "base.group_user")
        self.assertFalse(kpi.with_user(employee)._get_action(*MARCH))
        with self.assertRaises(AccessError):
            kpi.with_user(employee)._read_value(*MARCH)

    def test_one_query_whatever_the_number_of_people(self):
        kpi = self.new_kpi(LINES, measure="sum", measure_field="price_subtotal")
        users = [self.new_user(f"many_{n}", "sales_team.group_sale_salesman") for n in range(5)]
        for user in users:
            self.create_order("2026-03-10 10:00:00", 10, user_id=user.id)
        kpi = kpi.sudo()
        keys = ["user_id", "team_id", "country_id", "state_id"]
        kpi._read_parts(*MARCH, keys)  # what the registry keeps afterwards
        self.env.flush_all()
        with self.assertQueryCount(1 + 2):
            self.assertEqual(len(kpi._read_parts(*MARCH, keys)), 5)


@tagged("post_install", "-at_install")
class TestFirstOrder(TransactionCase):
    """A customer is new once, with whichever contact and whoever may see the orders."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env = cls.env(context={**cls.env.context, "tracking_disable": True})
        company = cls.env["res.partner"].create({"name": "First Company", "is_company": True})
        cls.contacts = cls.env["res.partner"].create(
            [{"name": name, "parent_id": company.id} for name in ("One", "Two")]
        )
        cls.orders = cls.env["sale.order"].create(
            [
                {
                    "partner_id": contact.id,
                    "user_id": False,
                    "order_line": [(0, 0, {"name": "Work", "price_unit": 10.0, **line})],
                }
                for contact, line in zip(
                    (*cls.contacts, cls.contacts[0]),
                    [{"product_id": product.id} for product in cls.create_products()],
                    strict=True,
                )
            ]
        )
        for order, day in zip(cls.orders, ("2026-02-01", "2026-01-01", "2026-03-01"), strict=True):
            order.write({"state": "sale", "date_order": day})

    @classmethod
    def create_products(cls):
        return cls.env["product.product"].create(
            [{"name": f"First {number}", "list_price": 10.0} for number in range(3)]
        )

    def get_first(self, user=None):
        orders = self.env["sale.order"].with_user(user) if user else self.env["sale.order"]
        return orders.search([("is_first_order", "=", True), ("id", "in", self.orders.ids)])

    def test_first_of_all_contacts(self):
        self.assertEqual(self.get_first(), self.orders[1])
        self.assertEqual(self.orders.mapped("is_first_order"), [False, True, False])

    def test_cancelled_order_makes_another_the_first(self):
        self.orders[1].state = "cancel"
        self.assertEqual(self.get_first(), self.orders[0])
        self.assertEqual(self.orders.mapped("is_first_order"), [True, False, False])

    def test_orders_of_colleagues_count(self):
        user = new_test_user(self.env, "first_salesman", "sales_team.group_sale_salesman")
        colleague = new_test_user(self.env, "first_colleague", "sales_team.group_sale_salesman")
        self.orders[1].user_id = colleague
        self.assertFalse(self.get_first(user))
        self.assertEqual(self.get_first(colleague), self.orders[1])
