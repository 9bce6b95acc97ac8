"""What a load leaves in the database, and that its report says the same."""

import csv
import lzma
import os
from collections import Counter
from datetime import datetime
from decimal import Decimal
from itertools import islice

import pytest
from sales_history_support import SalesHistoryCase, sale, uci_file, write_file

import odoo.sql_db
from odoo.tools import SQL

from tools.sales_history import LoadError

COUNTED = ("res.partner", "product.product", "sale.order", "sale.order.line", "ir.model.data")


class TestLoad(SalesHistoryCase):
    def counts(self):
        self.env.flush_all()
        return {
            model: self.env[model].with_context(active_test=False).search_count([])
            for model in COUNTED
        }

    def test_customers(self):
        self.load_rows(
            [
                sale("1", CustomerID="17850.0", Country="EIRE"),
                sale("2", CustomerID="17850", Country="France"),
                sale("3", CustomerID="12680", Country="Channel Islands"),
                sale("4", CustomerID="12681", Country="RSA"),
                sale("5", CustomerID="12682", Country="USA"),
            ]
        )
        first = self.env.ref("__import__.test_history_customer_17850")
        self.assertEqual((first.name, first.ref), ("Customer 17850", "17850"))
        self.assertEqual(first.country_id.code, "IE", "the first order decides")
        self.assertEqual(first.sale_order_count, 2)
        codes = [
            self.env.ref(f"__import__.test_history_customer_{number}").country_id.code
            for number in (12680, 12681, 12682)
        ]
        self.assertEqual(codes, [False, "ZA", "US"])

    def test_unknown_countries_are_reported(self):
        report = self.load_rows([sale("1", Country="Atlantis"), sale("2", Country="Unspecified")])
        self.assertEqual(report.unknown_countries, ["Atlantis"])
        self.assertIn("left without country: Atlantis", str(report))

    def test_guests_are_one_account(self):
        before = self.counts()["res.partner"]
        report = self.load_rows(
            [
                sale("1", CustomerID=""),
                sale("2", CustomerID=""),
                sale("3", CustomerID="", Country="France"),
                sale("3", CustomerID="", Country="France"),
            ]
        )
        self.assertEqual((report.guest_orders, report.guest_lines), (3, 4))
        self.assertEqual(self.counts()["res.partner"] - before, 3)
        guests = self.env.ref("__import__.test_history_guests_all")
        self.assertTrue(guests.is_company)
        self.assertEqual(guests.child_ids.country_id.mapped("code"), ["FR", "GB"])
        self.assertEqual(
            (self.order("1") + self.order("2")).partner_id.name, "Guests United Kingdom"
        )
        self.assertEqual(self.order("3").partner_id.commercial_partner_id, guests)
        self.assertFalse(guests.country_id, "a contact's address is not the account's")
        if "is_guest" in guests._fields:
            self.assertTrue(all((guests + guests.child_ids).mapped("is_guest")))

    def test_products(self):
        report = self.load_rows(
            [
                sale(StockCode="85123A", Description="HOLDER", UnitPrice="2"),
                sale(StockCode="85123A", Description="HOLDER", UnitPrice="3"),
                sale(StockCode="85123A", Description="WRONG", UnitPrice="9"),
                sale(StockCode="85123a", Description=""),
                sale(StockCode="BANK CHARGES", Description="Bank charges"),
                sale(StockCode="m", Description="Manual", UnitPrice="0"),
            ]
        )
        upper, lower, charge, manual = (
            self.env.ref(f"__import__.test_history_product_{code}")
            for code in ("85123A", "85123a", "BANK%20CHARGES", "m")
        )
        self.assertEqual(
            upper.read(["name", "default_code", "list_price", "type", "sale_ok"]),
            [
                {
                    "id": upper.id,
                    "name": "HOLDER",
                    "default_code": "85123A",
                    "list_price": 3,
                    "type": "consu",
                    "sale_ok": True,
                }
            ],
        )
        self.assertEqual(lower.name, "85123a", "without description the code is the name")
        self.assertEqual((charge.type, charge.sale_ok), ("service", False))
        self.assertEqual((manual.type, manual.list_price), ("service", 0))
        self.assertFalse((upper + charge).taxes_id)
        self.assertEqual((report.products, report.charges), (4, 2))

    def test_orders(self):
        self.load_rows(
            [
                sale("1", InvoiceDate="2011-07-01 12:00:00"),
                sale("1", InvoiceDate="2011-07-01 12:01:00", CustomerID="9"),
                sale("1", Quantity="1", UnitPrice="11.5625"),
                sale("C2", Quantity="-6"),
            ],
            timezone="Europe/London",
        )
        order, back = self.order("1"), self.order("C2")
        self.assertEqual(order.state, "sale")
        self.assertEqual((order.name, order.client_order_ref), ("1", "1"))
        self.assertEqual(order.date_order, datetime(2011, 7, 1, 11))
        self.assertEqual(order.partner_id.ref, "17850", "the first line decides")
        self.assertEqual(order.order_line.mapped("price_unit"), [4.95, 4.95, 11.5625])
        self.assertEqual(order.order_line.mapped("price_subtotal"), [29.7, 29.7, 11.56])
        self.assertFalse(order.user_id)
        self.assertFalse(order.tag_ids)
        self.assertEqual(back.tag_ids.mapped("name"), ["Return"])
        self.assertEqual(back.amount_total, -29.7)
        self.assertFalse((order + back).message_ids)
        self.assertFalse((order + back).message_follower_ids)

    def test_time_zone_is_the_users_then_the_companys(self):
        self.env.company.partner_id.tz = "Asia/Tokyo"
        self.env.user.tz = False
        self.load_rows([sale("1", InvoiceDate="2011-07-01 12:00:00")])
        self.env.user.tz = "Asia/Ulaanbaatar"
        self.load_rows([sale("2", InvoiceDate="2011-07-01 12:00:00")])
        self.assertEqual(self.order("1").date_order, datetime(2011, 7, 1, 3))
        self.assertEqual(self.order("2").date_order, datetime(2011, 7, 1, 4))

    def test_rejects_never_stop_a_load(self):
        bad = [sale("2", Quantity="x"), sale("A3"), ["no", "row"], sale("4", UnitPrice="-2")]
        report = self.load_rows([sale("1"), *bad, sale("5")])
        self.assertEqual((report.rows, report.accepted, report.rejected), (6, 2, 4))
        self.assertEqual(set(report.reasons.values()), {1})
        header, *rows = self.rejects()
        self.assertEqual(header[:4], ["line", "reason", "InvoiceNo", "StockCode"])
        self.assertEqual([row[0] for row in rows], ["3", "4", "5", "6"])
        self.assertEqual([row[2:] for row in rows], bad)
        self.assertEqual({row[1] for row in rows}, set(report.reasons))
        self.assertEqual(report.amount_rejected, Decimal("29.70") - Decimal("12"))

    def test_without_rejects_there_is_no_file(self):
        self.load_rows([sale(), sale(Quantity="x")])
        self.assertTrue((self.folder / "rejects.csv").exists())
        report = self.load_rows([sale()])
        self.assertFalse((self.folder / "rejects.csv").exists())
        self.assertFalse(report.rejects_file)

    def test_rejects_never_replace_the_file(self):
        path = write_file(self.folder / "sales.csv", [sale(Quantity="x"), sale()])
        with pytest.raises(LoadError, match="REJECTS must be another file"):
            self.load_file(path, rejects=str(path))
        self.assertIn("22720", path.read_text())

    def test_loading_twice_adds_nothing(self):
        rows = [
            sale("1"),
            sale("1"),
            sale("2", CustomerID=""),
            sale("C3", Quantity="-1"),
            sale("4 5"),
        ]
        first = self.load_rows(rows)
        self.assertEqual((first.orders, first.returns, first.lines), (4, 1, 5))
        before = self.counts()
        again = self.load_rows(rows)
        self.assertEqual(self.counts(), before)
        self.assertEqual((again.orders, again.lines), (0, 0))
        self.assertEqual((again.orders_there, again.lines_there), (4, 5))
        self.assertEqual((again.new_customers, again.new_products), (0, 0))

    def test_a_longer_file_adds_what_is_new(self):
        self.load_rows([sale("1")])
        self.order("1").partner_id.name = "Corrected by hand"
        report = self.load_rows([sale("1"), sale("2"), sale("2", StockCode="NEW")])
        self.assertEqual((report.orders, report.orders_there), (1, 1))
        self.assertEqual((report.new_customers, report.new_products), (0, 1))
        self.assertEqual(self.order("2").partner_id.name, "Corrected by hand")

    def test_names_that_look_alike_stay_apart(self):
        self.load_rows([sale("1 2"), sale("1%202"), sale("1_2"), sale("1.2")])
        names = ["1 2", "1%202", "1_2", "1.2"]
        orders = self.env["sale.order"].search([("name", "in", names)])
        self.assertEqual(len(orders), 4)

    def test_batches_of_any_size_load_the_same(self):
        rows = [sale(str(number), Quantity=str(number)) for number in range(1, 8)]
        self.load_rows(rows, batch=3)
        orders = self.env["sale.order"].search([("name", "in", [row[0] for row in rows])])
        self.assertEqual(sum(orders.mapped("amount_total")), pytest.approx(28 * 4.95))

    def test_other_companies_are_untouched(self):
        other = self.env["res.company"].create({"name": "Loader Ltd"})
        mine = self.env["sale.order"].search_count([("company_id", "=", self.env.company.id)])
        report = self.load_rows([sale("1")], company="Loader Ltd")
        self.assertEqual(report.company, "Loader Ltd")
        order = self.order("1")
        self.assertEqual(order.company_id | order.order_line.company_id, other)
        self.assertEqual(
            self.env["sale.order"].search_count([("company_id", "=", self.env.company.id)]), mine
        )
        with pytest.raises(LoadError, match="into company Loader Ltd as SOURCE test_history"):
            self.load_rows([sale("1")])
        with pytest.raises(LoadError, match=r"COMPANY must be one of: .*Loader Ltd"):
            self.load_rows([sale("1")], company="Nobody")

    def test_nothing_to_load_is_said(self):
        before = self.counts()
        with pytest.raises(LoadError, match="no row that can be loaded, of 1"):
            self.load_rows([sale(Quantity="0")])
        with pytest.raises(LoadError, match="no column StockCode"):
            self.load_file(write_file(self.folder / "x.csv", [["1"]], ["InvoiceNo"]))
        self.assertEqual(self.counts(), before)

    def test_two_loads_at_a_time_are_one_too_many(self):
        with odoo.sql_db.db_connect(self.env.cr.dbname).cursor() as other:
            other.execute(SQL("SELECT pg_advisory_xact_lock(hashtext('sales_history'))"))
            with pytest.raises(LoadError, match="is already running: wait for it"):
                self.load_rows([sale()])
        self.assertEqual(self.load_rows([sale()]).orders, 1)

    def test_queries_do_not_grow_with_the_rows(self):
        """Beside the ORM's own batches, a thousand orders take as many queries as ten."""
        counts = []
        for size in (10, 300):
            rows = [
                sale(f"{size}{number:04}", StockCode=f"P{number % 9}") for number in range(size)
            ]
            self.load_rows([sale(f"{size}0", StockCode=f"P{number}") for number in range(9)])
            start = self.env.cr.sql_log_count
            self.load_rows(rows)
            counts.append(self.env.cr.sql_log_count - start)
        self.assertLessEqual(counts[1], counts[0] + 5)


class TestRealFile(SalesHistoryCase):
    """The first 20,000 rows of the UCI file, counted a second time by other means."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        with lzma.open(uci_file(), "rt", encoding="utf-8", newline="") as stream:
            lines = [*islice(stream, 20_001)]
        cls.path = cls.folder / "slice.csv"
        cls.path.write_text("".join(lines), encoding="utf-8")
        cls.rows = list(csv.DictReader(lines))

    def test_counts_are_the_files(self):
        report = self.load_file(self.path, timezone="Europe/London")
        expected = self._count()
        self.assertEqual(report.rows, 20_000)
        self.assertEqual(report.accepted, len(expected["kept"]))
        self.assertEqual(report.rejected, 20_000 - len(expected["kept"]))
        self.assertEqual(
            report.amount_accepted + report.amount_rejected,
            sum(Decimal(row["Quantity"]) * Decimal(row["UnitPrice"]) for row in self.rows),
        )
        self.assertEqual(self._read_database(), expected["database"])
        for name in ("customers", "products", "orders", "returns", "lines"):
            self.assertEqual(getattr(report, name), expected["database"][name], name)
        self.assertEqual(len(self.rejects()) - 1, report.rejected)
        with self.subTest("again"):
            again = self.load_file(self.path, timezone="Europe/London")
            self.assertEqual((again.orders, again.lines_there), (0, report.lines))
            self.assertEqual(self._read_database(), expected["database"])

    def _count(self):
        kept = [
            row
            for row in self.rows
            if not row["InvoiceNo"].startswith("A")
            and (row["InvoiceNo"].startswith("C") or int(row["Quantity"]) > 0)
            and (float(row["UnitPrice"]) > 0 or row["CustomerID"])
        ]
        invoices = {row["InvoiceNo"] for row in kept}
        return {
            "kept": kept,
            "database": {
                "customers": len({row["CustomerID"] for row in kept if row["CustomerID"]}),
                "products": len({row["StockCode"] for row in kept}),
                "orders": len(invoices),
                "returns": sum(invoice.startswith("C") for invoice in invoices),
                "lines": len(kept),
                "pieces": sum(int(row["Quantity"]) for row in kept),
                "guest_lines": sum(not row["CustomerID"] for row in kept),
                "by_day": Counter(row["InvoiceDate"][:10] for row in kept),
                "amount": sum(
                    round(Decimal(row["Quantity"]) * Decimal(row["UnitPrice"]), 2) for row in kept
                ),
            },
        }

    def _read_database(self):
        self.env.flush_all()
        [row] = self.env.execute_query_dict(
            SQL(
                """
                SELECT count(DISTINCT partner.ref) AS customers,
                       count(DISTINCT line.product_id) AS products,
                       count(DISTINCT orders.id) AS orders,
                       count(DISTINCT tag.order_id) AS returns,
                       count(line.id) AS lines,
                       sum(line.product_uom_qty)::int AS pieces,
                       count(line.id) FILTER (WHERE partner.ref IS NULL) AS guest_lines,
                       sum(line.price_subtotal)::text AS amount
                  FROM ir_model_data data
                  JOIN sale_order orders ON orders.id = data.res_id AND orders.state = 'sale'
                  JOIN sale_order_line line ON line.order_id = orders.id
                  JOIN res_partner partner ON partner.id = orders.partner_id
                  LEFT JOIN sale_order_tag_rel tag ON tag.order_id = orders.id
                 WHERE data.module = '__import__' AND data.name LIKE 'test\\_history\\_order\\_%%'
                """
            )
        )
        days = self.env.execute_query(
            SQL(
                """
                SELECT to_char(date_order AT TIME ZONE 'UTC' AT TIME ZONE 'Europe/London',
                               'YYYY-MM-DD'), count(*)
                  FROM sale_order orders JOIN sale_order_line line ON line.order_id = orders.id
                  JOIN ir_model_data data ON data.res_id = orders.id AND data.model = 'sale.order'
                 WHERE data.module = '__import__' AND data.name LIKE 'test\\_history\\_order\\_%%'
                 GROUP BY 1
                """
            )
        )
        return {**row, "amount": Decimal(row["amount"]), "by_day": Counter(dict(days))}


def test_a_missing_data_folder_is_said(monkeypatch, tmp_path):
    monkeypatch.setenv("SHARED_DATA", str(tmp_path))
    with pytest.raises(AssertionError, match="set SHARED_DATA to the folder"):
        uci_file()
    assert os.environ["SHARED_DATA"] == str(tmp_path)
