"""A bulk-loaded order is the order that the ORM makes, field by field."""

from datetime import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sales_history_support import SalesHistoryCase, sale

from odoo.fields import Command
from odoo.tools import SQL

from tools.sales_history import LoadError
from tools.sales_history.orders import rounded

# What may differ between a loaded order and its twin, and why. Nothing else may.
EXCLUDED = {
    "id": "two records",
    "order_id": "of the two orders",
    "create_date": "made at two moments",
    "write_date": "made at two moments",
    "access_token": "random; made for the message to a salesperson, and a load sends none",
    "suggestion_seed": "random; for a quotation on a screen, which a loaded order never was",
}
GOODS, SERVICE, OTHER, EDITED = "22720", "POST", "85123a", "84879"
INVOICES = [
    # several lines, the same one twice, a free one, a charge
    sale("2001"),
    sale("2001"),
    sale("2001", StockCode=OTHER, UnitPrice="0"),
    sale("2001", StockCode=SERVICE, UnitPrice="18"),
    # decimals: of the quantity, of the price, amounts that are half a cent
    sale("2002", Quantity="2.5", UnitPrice="11.5625"),
    sale("2002", Quantity="1", UnitPrice="0.005"),
    sale("2002", Quantity="3", UnitPrice="0.001"),
    sale("2002", Quantity="7", UnitPrice="1.005"),
    # other countries and no country, guests
    sale("2003", CustomerID="12680.0", Country="Germany"),
    sale("2004", CustomerID="12680.0", Country="France"),
    sale("2005", CustomerID="", Country="EIRE"),
    sale("2006", CustomerID="", Country="Unspecified"),
    sale("2007", CustomerID="14911", Country="Channel Islands"),
    # returns, of a guest too; a charge made on one
    sale("C2008", Quantity="-6"),
    sale("C2009", Quantity="-1", UnitPrice="0.005", CustomerID="", Country="EIRE"),
    sale("C2009", Quantity="-4", StockCode=SERVICE, CustomerID="", Country="EIRE"),
    sale("C2010", Quantity="-4", StockCode=EDITED),
    sale("C2010", Quantity="2", StockCode=SERVICE),
    # what someone edited since the masters were loaded
    sale("2011", CustomerID="12346", StockCode=EDITED),
    sale("2012", CustomerID="12347", StockCode=EDITED, Quantity="1.25", UnitPrice="3.333"),
    sale("2012", CustomerID="12347"),
    sale("2013", CustomerID="12348"),
    sale("C2014", CustomerID="12346", Quantity="-2", UnitPrice="2.675"),
]
MASTERS = [
    sale("1001", CustomerID="12346", StockCode=EDITED, Country="Germany"),
    sale("1002", CustomerID="12347"),
    sale("1003", CustomerID="12348"),
]


class TestEqualsOrm(SalesHistoryCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.germany = cls.env.ref("base.de")
        cls.env["account.fiscal.position"].create(
            {"name": "Germany", "auto_apply": True, "country_id": cls.germany.id}
        )
        cls.env["product.pricelist"].create(
            {
                "name": "Cheaper in Germany",
                "country_group_ids": [
                    Command.create({"name": "DE", "country_ids": cls.germany.ids})
                ],
                "item_ids": [Command.create({"compute_price": "percentage", "percent_price": 10})],
            }
        )

    def test_every_stored_field_is_equal(self):
        for method in ("round_globally", "round_per_line"):
            with self.subTest(method):
                self.env.company.tax_calculation_rounding_method = method
                self._check_invoices(method)

    def _check_invoices(self, source):
        self.load_rows(MASTERS, source=source)
        self._edit_masters(source)
        self.load_rows(INVOICES, source=source)
        invoices = {}
        for row in INVOICES:
            invoices.setdefault(row[0], []).append(row)
        for invoice, rows in invoices.items():
            loaded = self.env.ref(f"__import__.{source}_order_{invoice}")
            twin = self._make_twin(loaded, rows, source)
            self.assertEqual(self._read(loaded), self._read(twin), invoice)
            self.assertEqual(
                self._read(loaded.order_line), self._read(twin.order_line), f"lines of {invoice}"
            )

    def _edit_masters(self, source):
        """What the people who use the database do between two loads."""
        first, second, third = (
            self.env.ref(f"__import__.{source}_customer_{number}")
            for number in ("12346", "12347", "12348")
        )
        first.user_id = self.env.ref("base.user_admin")
        first.property_payment_term_id = self.env.ref("account.account_payment_term_30days")
        second.category_id = self.env["res.partner.category"].create({"name": source})
        third.child_ids = [Command.create({"name": "Accounts", "type": "invoice"})]
        product = self.env.ref(f"__import__.{source}_product_{EDITED}")
        product.write({"invoice_policy": "delivery", "description_sale": "In a gift box"})
        plan = self.env["account.analytic.plan"].create({"name": source})
        account = self.env["account.analytic.account"].create({"name": "A", "plan_id": plan.id})
        self.env["account.analytic.distribution.model"].create(
            {
                "partner_category_id": second.category_id.id,
                "analytic_distribution": {account.id: 100},
            }
        )

    def _make_twin(self, loaded, rows, source):
        """The order as a user would enter it: the customer, then each line at its price."""
        seller = loaded.partner_id.user_id
        order = self.env["sale.order"].create(
            {
                "name": rows[0][0],
                "client_order_ref": rows[0][0],
                "partner_id": self._partner(rows[0], source).id,
                "user_id": seller.id,
                "validity_date": False,
                "tag_ids": [
                    Command.link(tag.id)
                    for tag in self.env["crm.tag"].search([("name", "=", "Return")])
                    if rows[0][0].startswith("C")
                ],
                "order_line": [
                    Command.create(
                        {
                            "product_id": self.env.ref(f"__import__.{source}_product_{row[1]}").id,
                            "product_uom_qty": float(row[3]),
                            "price_unit": float(row[5]),
                            "discount": 0,
                            "tax_ids": [Command.clear()],
                        }
                    )
                    for row in rows
                ],
            }
        )
        order.action_confirm()
        order.date_order = datetime(2011, 3, 1, 9, 30)
        self.env.flush_all()
        return order

    def _partner(self, row, source):
        number = row[6].removesuffix(".0")
        name = f"customer_{number}" if number else f"guest_{row[7]}"
        return self.env.ref(f"__import__.{source}_{name}")

    def _read(self, records):
        """Every stored column and every stored many2many field of the records, as a list."""
        self.env.flush_all()
        links = [n for n, f in records._fields.items() if f.type == "many2many" and f.store]
        rows = self.env.execute_query_dict(
            SQL(
                "SELECT * FROM %s WHERE id = ANY(%s) ORDER BY id",
                SQL.identifier(records._table),
                records.ids,
            )
        )
        self.assertTrue(rows)
        self.assertFalse({"id", "create_date", "write_date"} - set(rows[0]))
        return [
            {name: value for name, value in row.items() if name not in EXCLUDED}
            | {name: record[name].ids for name in links}
            for record, row in zip(records.sorted("id"), rows, strict=True)
        ]

    def test_amounts_stay_in_the_currency_of_the_file(self):
        pricelist = self.env["product.pricelist"].search([("name", "=", "Cheaper in Germany")])
        euro = self.env.ref("base.EUR")
        euro.active = True
        self.assertNotEqual(self.env.company.currency_id, euro)
        pricelist.currency_id = euro
        self.load_rows([sale("3001", Country="Germany", UnitPrice="10", Quantity="1")])
        order = self.order("3001")
        self.assertEqual(order.currency_id, self.env.company.currency_id)
        self.assertFalse(order.pricelist_id)
        self.assertEqual((order.amount_total, order.currency_rate), (10, 1))

    def test_the_order_goes_on_as_any_other(self):
        """Nothing the web client does with an order may depend on how it was written."""
        self.load_rows([sale("3002"), sale("3002", Quantity="1", UnitPrice="2.105")])
        order = self.order("3002")
        invoice = order._create_invoices()
        self.assertEqual(invoice.amount_total, order.amount_total)
        self.assertEqual(order.invoice_status, "invoiced")
        self.assertEqual(order.order_line.mapped("qty_to_invoice"), [0, 0])

    def test_recomputing_changes_nothing(self):
        self.load_rows(INVOICES)
        orders = self.env["sale.order"].search([("name", "in", [row[0] for row in INVOICES])])
        self.assertEqual(len(orders), 14)
        before = self._read(orders), self._read(orders.order_line)
        for records in (orders, orders.order_line):
            for name in (
                *("amount_untaxed", "amount_total", "invoice_status"),
                *("price_subtotal", "price_reduce_taxexcl", "qty_to_invoice", "name"),
            ):
                if getattr(records._fields.get(name), "compute", None):
                    self.env.add_to_compute(records._fields[name], records)
        self.assertEqual((self._read(orders), self._read(orders.order_line)), before)

    def test_a_column_nobody_can_fill_stops_the_load(self):
        self.env.cr.execute(SQL("ALTER TABLE sale_order ADD COLUMN x_counter serial"))
        with pytest.raises(LoadError, match=r"column x_counter of sale\.order differs"):
            self.load_rows([sale("3003")])
        self.assertFalse(self.env["sale.order"].search_count([("name", "=", "3003")]))

    def test_rounding_is_the_currencys(self):
        for name, rounding in (("TA", 0.01), ("TB", 0.05), ("TC", 1), ("TD", 0.001)):
            currency = self.env["res.currency"].create(
                {"name": name, "symbol": "t", "rounding": rounding}
            )
            self._check_rounding(currency)

    def _check_rounding(self, currency):
        quantities = st.integers(-10_000_000, 10_000_000).map(lambda number: number / 100)
        prices = st.integers(0, 1_000_000_000).map(lambda number: number / 10_000)

        @given(st.lists(st.tuples(quantities, prices), min_size=1, max_size=50))
        def check(lines):
            expression = SQL("line.quantity * line.price")
            rows = self.env.execute_query(
                SQL(
                    "SELECT %s FROM (VALUES %s) line(quantity, price)",
                    rounded(currency, expression),
                    SQL(", ").join(
                        SQL("(%s::numeric, %s::numeric)", repr(quantity), repr(price))
                        for quantity, price in lines
                    ),
                )
            )
            self.assertEqual(
                [float(value) for (value,) in rows],
                [currency.round(quantity * price) for quantity, price in lines],
            )

        check()
