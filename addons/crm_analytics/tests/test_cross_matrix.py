from freezegun import freeze_time

from odoo import Command
from odoo.tests import tagged

from .common import BasketCommon
from .cross_matrix_common import CrossMatrixCommon


@tagged("post_install", "-at_install")
class TestCrossMatrix(CrossMatrixCommon):
    def test_products_by_hand(self):
        """The table in `BasketCommon`; D is alone with C on one order."""
        self.confirm_orders()
        data = self.get_matrix(rows="product", columns="product", measure="lift")
        self.assertEqual(data["orders"], 10)
        self.assertEqual(
            [(row["name"], row["orders"]) for row in data["rows"]],
            [("Apple", 6), ("Butter", 5), ("Dates", 4), ("Cheese", 3)],
        )
        self.assertEqual(self.get_cell(data, "Apple", "Butter")["orders"], 5)
        self.assertAlmostEqual(self.get_cell(data, "Apple", "Butter")["support"], 0.5)
        self.assertAlmostEqual(self.get_cell(data, "Apple", "Butter")["confidence"], 5 / 6)
        self.assertAlmostEqual(self.get_cell(data, "Butter", "Apple")["confidence"], 1.0)
        self.assertAlmostEqual(self.get_cell(data, "Apple", "Cheese")["lift"], 10 / 9)
        self.assertEqual(self.get_cell(data, "Apple", "Dates")["orders"], 0)
        # An item with itself is no news.
        alone = self.get_cell(data, "Apple", "Apple")
        self.assertEqual((alone["orders"], alone["lift"], alone["trivial"]), (6, None, True))

    def test_categories_by_hand(self):
        """Food: A, B; dairy: C, D. Three of ten orders have both."""
        self.confirm_orders([*self.ORDERS, "bd"])
        data = self.get_matrix(measure="amount")
        self.assertEqual(
            [(row["name"], row["orders"]) for row in data["rows"]], [("Food", 7), ("Dairy", 7)]
        )
        cell = self.get_cell(data, "Food", "Dairy")
        self.assertEqual(cell["orders"], 3)
        # Two orders of three lines and one of two, at 10 each.
        self.assertEqual(cell["amount"], 80)
        self.assertEqual(self.get_cell(data, "Food", "Food")["amount"], 120)

    def test_groups_by_hand(self):
        self.confirm_orders(["ab", "a"])
        self.confirm_orders(["cd"], partner_id=self.contact.id)
        data = self.get_matrix(columns="industry", measure="amount")
        names = [(column["name"], column["orders"]) for column in data["columns"]]
        self.assertEqual(names, [("Without industry", 2), ("Matrix Industry", 1)])
        cell = self.get_cell(data, "Dairy", "Matrix Industry")
        # Of the one order of the industry, one has dairy.
        self.assertEqual((cell["orders"], cell["confidence"], cell["lift"]), (1, 1.0, 3.0))
        self.assertEqual(cell["amount"], 20)
        self.assertEqual(self.get_cell(data, "Food", "Matrix Industry")["orders"], 0)

    def test_what_does_not_count(self):
        self.confirm_orders(["ab"])
        self.create_order("ab")
        cancelled = self.confirm_orders(["ab"])
        cancelled._action_cancel()
        for quantity in (-1, 0):
            order = self.create_order("ab")
            order.order_line.product_uom_qty = quantity
            order.action_confirm()
        archived = self.confirm_orders(["ae"])
        archived.order_line.product_id[1].active = False
        unsold = self.confirm_orders(["ad"])
        unsold.order_line.product_id[1].sale_ok = False
        data = self.get_matrix(rows="product", columns="product")
        self.assertEqual(
            {row["name"]: row["orders"] for row in data["rows"]}, {"Apple": 3, "Butter": 1}
        )
        self.check_cells(rows="product", columns="product", measure="amount")

    def test_two_lines_of_a_product_are_one_order(self):
        order = self.create_order("ab")
        order.order_line = [Command.create({"product_id": self.apple.id, "price_unit": 5})]
        order.action_confirm()
        data = self.get_matrix(rows="product", columns="product", measure="amount")
        cell = self.get_cell(data, "Apple", "Butter")
        self.assertEqual((cell["orders"], cell["amount"]), (1, 25))

    def test_cells_equal_their_lists(self):
        self.confirm_orders()
        self.confirm_orders(["abd", "c"], partner_id=self.contact.id)
        self.confirm_orders(["abcd", "b"], partner_id=self.member.id)
        product_category = {"rows": "product", "columns": "category"}
        for options in (
            {},
            {"columns": "product"},
            {"rows": "product", "columns": "product"},
            product_category,
            *({"columns": kind} for kind in ("industry", "segment", "tier", "country")),
            {"rows": "product", "columns": "segment", "group": f"country-{self.country.id}"},
            {**product_category, "group": f"tier-{self.tier.id}"},
            {**product_category, "group": "segment-0"},
        ):
            with self.subTest(**options):
                self.assertTrue(self.check_cells(measure="amount", **options))

    def test_nonsense_for_an_item(self):
        """An old link or a script may name any item: its list is that of no item."""
        self.confirm_orders()
        matrix = self.env["crm.cross.matrix"].with_user(self.manager)
        for options in ({}, {"rows": "product", "columns": "tier"}, {"columns": "segment"}):
            for item_id in ("x", "a\0b", True, [1], {"a": 1}, 2**40, -1):
                for figure in ("both", "amount"):
                    action = matrix.get_action(options, figure, item_id, item_id)
                    records = self.env[action["res_model"]].with_user(self.manager)
                    self.assertFalse(records.search(action["domain"]))
        for nothing in ("\0", "\ud800"):
            data = matrix.get_matrix({"rows": "product", "search": f"app{nothing}le"})
            self.assertEqual([row["name"] for row in data["rows"]], ["Apple"])

    def test_segments_count_people_and_companies(self):
        """Somebody in a segment orders for a company in another one, and in the same one."""
        self.confirm_orders(["ab"], partner_id=self.contact.id)
        data = self.get_matrix(columns="segment")
        self.assertEqual(
            {column["name"]: column["orders"] for column in data["columns"]},
            {"Matrix Contacts": 1, "Matrix Companies": 1},
        )
        self.segments[1].active = False
        data = self.get_matrix(columns="segment")
        self.assertEqual([column["name"] for column in data["columns"]], ["Matrix Contacts"])

    def test_archived_customer_still_counts(self):
        self.confirm_orders(["ab"], partner_id=self.contact.id)
        self.contact.active = False
        self.contact.parent_id.active = False
        for kind in ("industry", "country", "segment"):
            self.assertTrue(self.check_cells(columns=kind, measure="amount"))
        data = self.get_matrix(columns="industry")
        self.assertEqual([c["name"] for c in data["columns"]], ["Matrix Industry"])

    def test_product_without_category(self):
        self.apple.categ_id = False
        self.confirm_orders(["ab", "ac"])
        self.assertTrue(self.check_cells(measure="amount"))
        data = self.get_matrix(rows="product", columns="product", row_category=0)
        self.assertEqual([row["name"] for row in data["rows"]], ["Apple"])
        self.assertEqual(data["names"], {"row_category": "Without category"})

    def test_another_currency(self):
        """Two euro are one unit of the company's currency on the day of the order."""
        euro = self.env["res.currency"].create({"name": "MXE", "symbol": "M", "rounding": 0.01})
        self.env["res.currency.rate"].create(
            {"currency_id": euro.id, "name": "2000-01-01", "rate": 2, "company_id": self.company.id}
        )
        pricelist = self.env["product.pricelist"].create({"name": "M", "currency_id": euro.id})
        order = self.create_order("ab", pricelist_id=pricelist.id)
        order.order_line.price_unit = 50
        order.action_confirm()
        self.assertEqual(order.amount_untaxed, 100)
        cell = self.get_cell(self.get_matrix(measure="amount"), "Food", "Food")
        self.assertEqual(cell["amount"], 50)
        self.assertTrue(self.check_cells(measure="amount"))

    def test_period(self):
        with freeze_time("2026-11-18 12:00:00"):
            old = self.confirm_orders(["ab"])
            old.date_order = "2025-12-31 23:30:00"
            new = self.confirm_orders(["ac"])
            new.date_order = "2026-01-01 00:30:00"
            for timezone, expected in (("UTC", "Cheese"), ("Pacific/Honolulu", None)):
                matrix = self.env["crm.cross.matrix"].with_context(tz=timezone)
                data = matrix.get_matrix({"rows": "product", "period": "2026"})
                self.assertEqual(
                    [row["name"] for row in data["rows"] if row["name"] != "Apple"],
                    [expected] if expected else [],
                )
            matrix = self.env["crm.cross.matrix"].with_context(tz="UTC")
            data = matrix.get_matrix({"rows": "product", "period": "2025"})
            self.assertEqual([row["name"] for row in data["rows"]], ["Apple", "Butter"])
            self.assertEqual((data["period"]["key"], data["options"]["period"]), ("2025", "2025"))
            self.assertEqual(data["window"], {"date_from": "2025-01-01", "date_to": "2025-12-31"})

    def test_no_order(self):
        data = self.get_matrix(measure="amount", columns="tier")
        self.assertEqual((data["rows"], data["orders"], data["newest_order"]), ([], 0, False))
        self.assertEqual(data["cells"]["amount"], [])
        old = self.confirm_orders(["ab"])
        old.date_order = "2011-03-04"
        # The year that has orders opens where the last twelve months have none.
        self.assertEqual(self.get_matrix()["period"]["key"], "2011")
        data = self.get_matrix(period="this_month")
        self.assertEqual(data["newest_order"], {"date": "2011-03-04", "period": "2011"})

    def test_pages(self):
        products = self.env["product.product"].create(
            [{"name": f"Paged {n:02}", "taxes_id": False} for n in range(23)]
        )
        self.confirm_orders([products, products[:10]])
        seen = []
        for offset in range(0, 30, 10):
            data = self.get_matrix(
                rows="product", columns="product", row_offset=offset, row_limit=10, column_limit=3
            )
            self.assertEqual(data["row_page"], {"offset": offset, "limit": 10, "count": 23})
            self.assertEqual(data["column_page"]["count"], 23)
            self.assertEqual(len(data["columns"]), 3)
            seen += [row["name"] for row in data["rows"]]
        self.assertEqual(seen, products.mapped("name"))
        # Beyond the end is the last page.
        data = self.get_matrix(rows="product", row_offset=900, row_limit=10)
        self.assertEqual(len(data["rows"]), 3)
        self.assertEqual(data["row_page"]["offset"], 20)

    def test_search_narrows_the_rows(self):
        self.apple.default_code = "FRUIT-1"
        self.confirm_orders(["abc"])
        for text, expected in (("butt", ["Butter"]), ("fruit", ["Apple"]), ("xyz", [])):
            data = self.get_matrix(rows="product", columns="product", search=text)
            names = [row["name"].split("] ")[-1] for row in data["rows"]]
            self.assertEqual((names, data["column_page"]["count"]), (expected, 3))

    def test_drill_down_to_products(self):
        self.confirm_orders()
        data = self.get_matrix(
            rows="product",
            columns="product",
            row_category=self.food.id,
            column_category=self.dairy.id,
        )
        self.assertEqual([row["name"] for row in data["rows"]], ["Apple", "Butter"])
        self.assertEqual([column["name"] for column in data["columns"]], ["Dates", "Cheese"])
        self.assertEqual(data["names"], {"row_category": "Food", "column_category": "Dairy"})
        # All orders are still the whole that shares refer to.
        self.assertEqual(data["orders"], 10)

    def test_titles_name_what_is_listed(self):
        self.confirm_orders(["ab"])
        action = self.get_action({"rows": "product"}, "both", self.apple.id, self.food.id)
        self.assertEqual(action["name"], "Apple × Food")
        self.assertEqual(self.get_action({}, "all")["name"], "Orders")

    def test_number_of_queries(self):
        """The same for few and many products and orders."""

        def count(**options):
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            self.get_matrix(**options)
            return self.env.cr.sql_log_count - before

        options = {"rows": "product", "columns": "segment", "measure": "amount"}
        self.confirm_orders(["ab"])
        count(**options)
        few = count(**options)
        products = self.env["product.product"].create(
            [{"name": f"Many {n}", "taxes_id": False} for n in range(20)]
        )
        self.confirm_orders([products] * 5)
        self.confirm_orders(["cd"] * 5, partner_id=self.contact.id)
        self.assertLessEqual(count(**options), few + 2)


@tagged("post_install", "-at_install")
class TestCrossMatrixWithoutGroups(BasketCommon):
    def test_kinds_follow_the_reader(self):
        """Tiers need the loyalty groups; whoever may not read them has no such axis."""
        salesman = self.salesman
        matrix = self.env["crm.cross.matrix"].with_user(salesman)
        tiers = self.env["loyalty.tier"].with_user(salesman).has_access("read")
        keys = {axis["key"] for axis in matrix.get_choices()["columns"]}
        self.assertEqual("tier" in keys, tiers)
        self.assertLessEqual({"category", "product", "industry", "segment", "country"}, keys)
