from datetime import timedelta

from odoo import fields
from odoo.tests import tagged

from .dashboard_common import NOW, DashboardCommon

TILES = (
    "revenue",
    "returns",
    "orders",
    "average_order",
    "buying_customers",
    "new_customers",
    "open_quotations",
    "expired_quotations",
    "complaints_open",
    "complaints_opened",
)


@tagged("post_install", "-at_install")
class TestDashboard(DashboardCommon):
    """Every figure against numbers counted by hand and, where it reads orders, against SQL."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        order = cls.create_order
        # November 2026, up to the 18th
        order("2026-11-02 10:00", 100, 300, products=cls.chair + cls.table)
        order("2026-11-03 10:00", 200, partner_id=cls.contact.id)
        order("2026-11-04 10:00", 50, partner_id=cls.other_contact.id)
        order("2026-11-05 10:00", -80)
        order("2026-11-06 10:00", 40, partner_id=cls.guest.id)
        order("2026-11-07 10:00", 0)
        # 60 euros at a quarter of a euro for a dollar
        order("2026-11-08 10:00", 60, pricelist_id=cls.euro_pricelist.id)
        order("2026-11-09 10:00", 999, state="cancel")
        # what it is compared with: up to 18 October, then left out, then a year before
        order("2026-10-10 10:00", 500, partner_id=cls.contact.id)
        order("2026-10-25 10:00", 7000)
        order("2025-11-10 10:00", 850)
        order("2025-11-28 10:00", 7000)
        # where the history begins
        order("2025-10-30 10:00", 10, partner_id=cls.guest.id)
        # quotations, and another company
        order("2026-11-10 10:00", 30, state="draft", validity_date="2026-12-01")
        order("2026-06-10 10:00", 12, state="sent", validity_date="2026-06-30")
        order("2026-11-10 10:00", 10000, company=cls.other_company)
        cls.create_dashboard(
            *({"type": "tile", "kpi": code} for code in TILES),
            {"type": "bar", "kpi": "revenue", "groupby": "month"},
            {"type": "bar", "kpi": "revenue", "groupby": "product_id"},
        )
        cls.env.flush_all()
        # freeze_time leaves the clock of the database alone
        cls.env.cr.execute("UPDATE sale_order SET create_date = date_order")

    def test_revenue(self):
        tiles = self.get_tiles()
        # 100 + 300 + 200 + 50 - 80 + 40 + 60 / .25
        self.assertEqual(tiles["revenue"]["value"], 850)
        self.assertEqual(tiles["revenue"]["compared"], {"previous": 500, "last_year": 850})
        self.assertEqual(tiles["returns"]["value"], -80)
        self.env.cr.execute(
            """
            SELECT SUM(amount_untaxed / currency_rate) FROM sale_order
             WHERE state = 'sale' AND company_id = %s
               AND date_order >= '2026-11-01' AND date_order < '2026-11-19'
            """,
            [self.company.id],
        )
        self.assertAlmostEqual(tiles["revenue"]["value"], float(self.env.cr.fetchone()[0]), 2)

    def test_orders_and_average(self):
        tiles = self.get_tiles()
        self.assertEqual(tiles["orders"]["value"], 5)
        self.assertEqual(tiles["orders"]["compared"], {"previous": 1, "last_year": 1})
        self.assertEqual(tiles["average_order"]["value"], 930 / 5)
        self.env.cr.execute(
            """
            SELECT COUNT(*), AVG(amount_untaxed / currency_rate) FROM sale_order
             WHERE state = 'sale' AND company_id = %s AND amount_total > 0
               AND date_order >= '2026-11-01' AND date_order < '2026-11-19'
            """,
            [self.company.id],
        )
        count, average = self.env.cr.fetchone()
        self.assertEqual(tiles["orders"]["value"], count)
        self.assertAlmostEqual(tiles["average_order"]["value"], float(average), 2)

    def test_customers(self):
        tiles = self.get_tiles()
        # the customer and the company of the two contacts; both had bought before
        self.assertEqual(tiles["buying_customers"]["value"], 2)
        self.assertEqual(tiles["buying_customers"]["compared"], {"previous": 1, "last_year": 1})
        self.assertEqual(tiles["new_customers"]["value"], 0)
        self.create_order(
            "2026-11-12", 5, partner_id=self.env["res.partner"].create({"name": "New"}).id
        )
        tiles = self.get_tiles()
        self.assertEqual(tiles["buying_customers"]["value"], 3)
        self.assertEqual(tiles["new_customers"]["value"], 1)
        self.env.cr.execute(
            """
            SELECT COUNT(DISTINCT partner.commercial_partner_id)
              FROM sale_order o
              JOIN res_partner partner ON partner.id = o.partner_id
              JOIN res_partner customer ON customer.id = partner.commercial_partner_id
             WHERE o.state = 'sale' AND o.company_id = %s AND o.amount_total > 0
               AND o.date_order >= '2026-11-01' AND o.date_order < '2026-11-19'
               AND customer.is_guest IS NOT TRUE
            """,
            [self.company.id],
        )
        self.assertEqual(tiles["buying_customers"]["value"], self.env.cr.fetchone()[0])

    def test_archived_customer_still_bought(self):
        self.customer.active = False
        self.assertEqual(self.get_tiles()["buying_customers"]["value"], 2)

    def test_quotations(self):
        tiles = self.get_tiles()
        self.assertEqual(tiles["open_quotations"]["value"], 42)
        self.assertEqual(tiles["expired_quotations"]["value"], 1)

    def test_complaints(self):
        closed = self.env["crm.complaint.stage"].search([("is_closed", "=", True)], limit=1)
        rows = [
            # received, closed on
            ("2026-09-30", None),
            ("2026-10-10", "2026-11-02"),
            ("2026-11-02", "2026-11-03"),
            ("2026-11-04", None),
            ("2026-11-05", None),
        ]
        complaints = self.env["crm.complaint"].create(
            [
                {"name": f"Complaint {day}", "received_date": day, "company_id": self.company.id}
                for day, _closed in rows
            ]
        )
        praise = {"name": "Well done", "kind": "praise", "company_id": self.company.id}
        elsewhere = {"name": "Theirs", "company_id": self.other_company.id}
        self.env["crm.complaint"].create(
            [{**values, "received_date": "2026-11-05"} for values in (praise, elsewhere)]
        )
        for complaint, (_day, closing) in zip(complaints, rows, strict=True):
            if closing:
                complaint.write({"stage_id": closed.id})
                complaint.write({"resolved_date": closing, "closed_date": closing})
        self.env.flush_all()
        tiles = self.get_tiles()
        self.assertEqual(tiles["complaints_open"]["value"], 3)
        self.assertEqual(tiles["complaints_open"]["compared"], {"previous": 2, "last_year": 0})
        self.assertEqual(tiles["complaints_opened"]["value"], 3)
        self.assertEqual(tiles["complaints_open"]["direction"], "lower")

    def test_a_tile_equals_its_list(self):
        for period in ("today", "this_month", "last_month", "2025", "last_12_months", "2011"):
            for code, tile in self.get_tiles(period).items():
                records = self.env[tile["action"]["res_model"]].search(tile["action"]["domain"])
                self.assertAlmostEqual(
                    tile["value"] or 0, self.count(code, records), 2, f"{code} of {period}"
                )

    def count(self, code, records):
        """What a KPI says of the records of its list."""
        if code == "revenue":
            return sum(records.mapped("amount"))
        if code in ("buying_customers", "new_customers"):
            return len(records.partner_id.commercial_partner_id)
        if code in ("returns", "average_order", "open_quotations"):
            amount = sum(order.amount_untaxed / order.currency_rate for order in records)
            return amount / (len(records) or 1) if code == "average_order" else amount
        return len(records)

    def test_bars_equal_their_lists(self):
        for chart in self.get_charts().values():
            for series in chart["series"]:
                for label, value, action in zip(
                    chart["labels"], series["values"], series["actions"], strict=True
                ):
                    records = self.env[action["res_model"]].search(action["domain"])
                    amount = sum(records.mapped("amount"))
                    self.assertAlmostEqual(value or 0, amount, 2, f"{series['name']} {label}")

    def test_months(self):
        chart = self.get_charts()["month"]
        days = chart["labels"]
        self.assertEqual((len(days), days[0], days[-1]), (13, "2025-11-01", "2026-11-01"))
        revenue, last_year = (series["values"] for series in chart["series"])
        self.assertEqual((revenue[-1], last_year[-1]), (850, 7850))
        self.assertEqual(chart["running"], 12)
        self.assertEqual((revenue[0], revenue[-2]), (7850, 7500))
        # an earlier period ends the chart
        self.assertEqual(self.get_charts("2011")["month"]["labels"][-1], "2011-12-01")

    def test_no_comparison_with_days_before_the_first_order(self):
        data = self.get_data("2025-11")
        self.assertEqual(data["history"]["oldest"], "2025-10-30")
        tiles = self.get_tiles("2025-11")
        # October began before it, so did the November of a year earlier
        self.assertEqual([tiles[code]["compared"] for code in TILES[:4]], [{}] * 4)
        last_year = self.get_charts("2025-11")["month"]["series"][1]
        self.assertEqual({*last_year["values"]}, {None})
        self.assertEqual(self.get_tiles("2025-12")["revenue"]["compared"].keys(), {"previous"})

    def test_top_products(self):
        chart = self.get_charts()["product_id"]
        rows = list(zip(chart["labels"], chart["series"][0]["values"], strict=True))
        # 100 + 200 + 50 - 80 + 40 + 240 for the chair, 300 for the table
        self.assertEqual(rows, [("Chair", 550), ("Table", 300)])

    def test_only_ten_products(self):
        products = self.env["product.product"].create(
            [{"name": f"Product {number}", "taxes_id": False} for number in range(12)]
        )
        self.create_order("2026-11-11", *range(1000, 1012), products=products)
        [series] = self.get_charts()["product_id"]["series"]
        self.assertEqual(series["values"], list(range(1011, 1001, -1)))

    def test_companies(self):
        both = {"allowed_company_ids": (self.company + self.other_company).ids}
        tiles = self.get_tiles(context=both)
        # 10,000 euros of the other company at the rate of their day: four dollars a euro
        self.assertEqual(tiles["revenue"]["value"], 850 + 40000)
        self.assertEqual(tiles["orders"]["value"], 6)
        other = {"allowed_company_ids": self.other_company.ids}
        self.assertEqual(self.get_tiles(context=other)["revenue"]["value"], 10000)
        self.assertEqual(self.get_data(context=other)["currency_id"], self.eur.id)
        # chosen on the dashboard it is the same
        data = self.get_data(context=both, company_id=self.other_company.id)
        self.assertEqual(data["items"][0]["value"], 10000)
        self.assertEqual(data["currency_id"], self.eur.id)
        self.assertEqual(len(data["choices"]["company_id"]), 2)

    def test_rate_of_the_day_of_the_order(self):
        self.create_order("2026-10-12", 100, company=self.other_company)
        both = {"allowed_company_ids": (self.company + self.other_company).ids}
        tile = self.get_tiles(context=both)["revenue"]
        self.assertEqual(tile["compared"]["previous"], 500 + 200)

    def test_days_of_the_company(self):
        """A midnight in Kiritimati (UTC+14) and in Pago Pago (UTC-11) lies in another month."""
        self.create_order("2026-10-31 11:00", 7, products=self.table)
        self.create_order("2026-11-01 10:30", 5, products=self.table)
        for timezone, november in (
            ("UTC", 850 + 5),
            ("Pacific/Kiritimati", 850 + 7 + 5),
            ("Pacific/Pago_Pago", 850),
        ):
            self.company.resource_calendar_id.tz = timezone
            tile = self.get_tiles("2026-11")["revenue"]
            self.assertEqual(tile["value"], november, timezone)
            chart = self.get_charts("2026-11")["month"]
            self.assertEqual(chart["series"][0]["values"][-1], november, timezone)
            rows = self.env["crm.sales.actual"].search(tile["action"]["domain"])
            self.assertAlmostEqual(sum(rows.mapped("amount")), november, 2, timezone)

    def test_opening_period_has_sales(self):
        self.assertEqual(self.get_data(None)["period"]["key"], "this_month")
        data = self.get_data("an old link")
        self.assertEqual(data["period"]["key"], "this_month")
        self.assertIn("period", data["filters"]["notice"])
        orders = self.env["sale.order"].search([("company_id", "=", self.company.id)])
        orders.date_order = NOW - timedelta(days=5400)
        data = self.get_data(None)
        self.assertEqual(data["period"]["key"], "2012")
        self.assertEqual(data["history"]["newest"], "2012-02-05")
        self.assertGreater(data["items"][0]["value"], 0)

    def test_nothing_yet(self):
        empty = self.env["res.company"].create({"name": "Empty Company"})
        self.env.user.company_ids += empty
        data = self.get_data(None, context={"allowed_company_ids": empty.ids})
        self.assertFalse(data["history"]["newest"])
        tiles = [item for item in data["items"] if item["type"] == "tile"]
        values = {tile["kpi"]: tile["value"] for tile in tiles}
        self.assertIsNone(values.pop("average_order"))  # of no orders
        self.assertEqual(set(values.values()), {0})
        for chart in data["items"][len(tiles) :]:
            self.assertTrue(chart["empty"])
            self.assertFalse(chart["error"])

    def test_steps(self):
        for key, previous, following in (
            ("2026-10", "2026-09", "2026-11"),
            ("this_month", "2026-10", False),
            ("yesterday", "2026-11-16", "2026-11-18"),
            ("2026-W46", "2026-W45", "2026-W47"),
        ):
            period = self.get_data(key)["period"]
            self.assertEqual((period["previous_key"], period["next_key"]), (previous, following))

    def test_number_of_queries(self):
        def count_queries():
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            self.get_data("this_month")
            return self.env.cr.sql_log_count - before

        count_queries()
        few = count_queries()
        partners = self.env["res.partner"].create([{"name": f"P{number}"} for number in range(20)])
        for partner in partners:
            self.create_order(fields.Datetime.to_string(NOW), 10, 20, partner_id=partner.id)
        self.env.flush_all()
        self.assertLessEqual(count_queries(), few + 2)
        self.assertLessEqual(few, 40)
