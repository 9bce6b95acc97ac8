from datetime import timedelta

from odoo import fields
from odoo.tests import tagged

from .dashboard_common import NOW, DashboardCommon


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
        cls.env.flush_all()

    def test_revenue(self):
        tile = self.get_tiles()["revenue"]
        # 100 + 300 + 200 + 50 - 80 + 40 + 60 / .25
        self.assertEqual(tile["value"], 850)
        self.assertEqual(tile["compared"], {"previous": 500, "last_year": 850})
        self.assertEqual([detail["value"] for detail in tile["details"]], [-80])
        self.env.cr.execute(
            """
            SELECT SUM(amount_untaxed / currency_rate) FROM sale_order
             WHERE state = 'sale' AND company_id = %s
               AND date_order >= '2026-11-01' AND date_order < '2026-11-19'
            """,
            [self.company.id],
        )
        self.assertAlmostEqual(tile["value"], float(self.env.cr.fetchone()[0]), 2)

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
        tile = self.get_tiles()["customers"]
        # the customer and the company of the two contacts; both had bought before
        self.assertEqual(tile["value"], 2)
        self.assertEqual(tile["compared"], {"previous": 1, "last_year": 1})
        self.assertEqual(tile["details"][0]["value"], 0)
        self.create_order(
            "2026-11-12", 5, partner_id=self.env["res.partner"].create({"name": "New"}).id
        )
        tile = self.get_tiles()["customers"]
        self.assertEqual((tile["value"], tile["details"][0]["value"]), (3, 1))
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
        self.assertEqual(tile["value"], self.env.cr.fetchone()[0])

    def test_archived_customer_still_bought(self):
        self.customer.active = False
        self.assertEqual(self.get_tiles()["customers"]["value"], 2)

    def test_quotations(self):
        tile = self.get_tiles("2011")["open_quotations"]
        self.assertEqual(tile["value"], 42)
        self.assertEqual(
            {detail["label"]: detail["value"] for detail in tile["details"]},
            {"Quotations": 2, "Expired": 1},
        )

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
                complaint.write({"stage_id": closed.id, "resolved_date": closing})
        self.env.flush_all()
        tile = self.get_tiles()["open_complaints"]
        self.assertEqual(tile["value"], 3)
        self.assertEqual(tile["compared"], {"previous": 2, "last_year": 0})
        self.assertEqual(tile["details"][0]["value"], 3)
        self.assertEqual(tile["better"], "lower")

    def test_a_tile_equals_its_list(self):
        for period in ("this_month", "last_month", "this_year", "2025", "last_12_months", "2011"):
            for key, tile in self.get_tiles(period).items():
                action = tile["action"]
                records = (
                    self.env[action["res_model"]]
                    .with_context(**action["context"])
                    .search(action["domain"])
                )
                if tile["type"] == "integer":
                    figure = len(records)
                else:
                    figure = sum(order.amount_untaxed / order.currency_rate for order in records)
                if key == "average_order":
                    figure /= len(records) or 1
                self.assertAlmostEqual(tile["value"], figure, 2, f"{key} of {period}")

    def test_bars_equal_their_lists(self):
        data = self.get_data()
        for month in data["months"]:
            orders = self.env["sale.order"].search(month["action"]["domain"])
            revenue = sum(order.amount_untaxed / order.currency_rate for order in orders)
            self.assertAlmostEqual(month["revenue"], revenue, 2, month["date"])
        for product in data["products"]:
            lines = self.env["sale.order.line"].search(product["action"]["domain"])
            revenue = sum(line.price_subtotal / line.order_id.currency_rate for line in lines)
            self.assertAlmostEqual(product["revenue"], revenue, 2, product["name"])

    def test_months(self):
        months = {month["date"]: month for month in self.get_data()["months"]}
        days = list(months)
        self.assertEqual((len(days), days[0], days[-1]), (13, "2025-11-01", "2026-11-01"))
        november = months["2026-11-01"]
        self.assertEqual((november["revenue"], november["last_year"]), (850, 7850))
        self.assertTrue(november["is_running"])
        self.assertEqual(months["2025-11-01"]["revenue"], 7850)
        self.assertEqual(months["2026-10-01"]["revenue"], 7500)
        # an earlier period ends the chart
        self.assertEqual(self.get_data("2011")["months"][-1]["date"], "2011-12-01")

    def test_no_comparison_with_days_before_the_first_order(self):
        data = self.get_data("2025-11")
        self.assertEqual(data["oldest_order"], "2025-10-30")
        # October began before it, so did the November of a year earlier
        self.assertEqual(list(data["windows"]), ["current"])
        self.assertEqual([tile["compared"] for tile in data["tiles"][:4]], [{}] * 4)
        self.assertEqual({month["last_year"] for month in data["months"]}, {None})
        self.assertEqual(self.get_data("2025-12")["windows"].keys(), {"current", "previous"})

    def test_top_products(self):
        rows = [(row["name"], row["revenue"]) for row in self.get_data()["products"]]
        # 100 + 200 + 50 - 80 + 40 + 240 for the chair, 300 for the table
        self.assertEqual(rows, [("Chair", 550), ("Table", 300)])

    def test_only_ten_products(self):
        products = self.env["product.product"].create(
            [{"name": f"Product {number}", "taxes_id": False} for number in range(12)]
        )
        self.create_order("2026-11-11", *range(1000, 1012), products=products)
        rows = self.get_data()["products"]
        self.assertEqual([row["revenue"] for row in rows], list(range(1011, 1001, -1)))

    def test_companies(self):
        both = (self.company + self.other_company).ids
        tiles = self.get_tiles(allowed_company_ids=both)
        # 10,000 euros of the other company at the rate of their day: four dollars a euro
        self.assertEqual(tiles["revenue"]["value"], 850 + 40000)
        self.assertEqual(tiles["orders"]["value"], 6)
        data = self.get_data(allowed_company_ids=self.other_company.ids)
        self.assertEqual(data["tiles"][0]["value"], 10000)
        self.assertEqual(data["currency_id"], self.eur.id)

    def test_rate_of_the_day_of_the_order(self):
        self.create_order("2026-10-12", 100, company=self.other_company)
        both = (self.company + self.other_company).ids
        tile = self.get_tiles(allowed_company_ids=both)["revenue"]
        self.assertEqual(tile["compared"]["previous"], 500 + 200)

    def test_days_of_the_reader(self):
        """A midnight in Kiritimati (UTC+14) and in Pago Pago (UTC-11) lies in another month."""
        self.create_order("2026-10-31 11:00", 7, products=self.table)
        self.create_order("2026-11-01 10:30", 5, products=self.table)
        for timezone, november in (
            ("UTC", 850 + 5),
            ("Pacific/Kiritimati", 850 + 7 + 5),
            ("Pacific/Pago_Pago", 850),
        ):
            data = self.get_data("2026-11", tz=timezone)
            self.assertEqual(data["tiles"][0]["value"], november, timezone)
            self.assertEqual(data["months"][-1]["revenue"], november, timezone)
            orders = self.env["sale.order"].search(data["tiles"][0]["action"]["domain"])
            total = sum(order.amount_untaxed / order.currency_rate for order in orders)
            self.assertAlmostEqual(total, november, 2, timezone)

    def test_default_period_has_sales(self):
        self.assertEqual(self.get_data(None)["period"]["key"], "last_12_months")
        self.assertEqual(self.get_data("an old link")["period"]["key"], "last_12_months")
        orders = self.env["sale.order"].search([("company_id", "=", self.company.id)])
        orders.date_order = NOW - timedelta(days=5400)
        data = self.get_data(None)
        self.assertEqual(data["period"]["key"], "2012")
        self.assertEqual(data["newest_order"], {"date": "2012-02-05", "period": "2012"})
        self.assertGreater(data["tiles"][0]["value"], 0)

    def test_nothing_yet(self):
        empty = self.env["res.company"].create({"name": "Empty Company"})
        self.env.user.company_ids += empty
        data = self.get_data(None, allowed_company_ids=empty.ids)
        self.assertFalse(data["newest_order"])
        self.assertFalse(data["products"])
        self.assertEqual([tile["value"] for tile in data["tiles"]], [0] * 6)

    def test_steps(self):
        period = self.get_data("2026-10")["period"]
        self.assertEqual((period["previous_key"], period["next_key"]), ("2026-09", "2026-11"))
        self.assertFalse(self.get_data("this_month")["period"]["next_key"])

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
        self.assertEqual(count_queries(), few)
        self.assertLessEqual(few, 25)
