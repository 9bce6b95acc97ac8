import json

from odoo import Command
from odoo.exceptions import AccessError
from odoo.tests import new_test_user, tagged
from odoo.tools import SQL

from .actuals_common import ActualsCommon


@tagged("post_install", "-at_install")
class TestActualsReading(ActualsCommon):
    """Days, shares, rights, and what the database is asked."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        salesman = "sales_team.group_sale_salesman"
        cls.ada = cls.new_user("actuals_ada", salesman)
        cls.bob = cls.new_user("actuals_bob", salesman)
        cls.manager = cls.new_user("actuals_manager", "sales_team.group_sale_manager")
        cls.team = cls.env["crm.team"].create(
            {
                "name": "Actuals",
                "crm_team_member_ids": [Command.create({"user_id": cls.bob.id})],
            }
        )

    @classmethod
    def create_order(cls, day="2026-01-10", price=100, **values):
        order = cls.env["sale.order"].create(
            {
                "partner_id": cls.partner_a.id,
                "user_id": cls.ada.id,
                "order_line": [
                    Command.create(
                        {
                            "product_id": cls.product.id,
                            "price_unit": price,
                            "tax_ids": [Command.set(cls.tax.ids)],
                        }
                    )
                ],
                **values,
            }
        )
        order.action_confirm()
        order.date_order = day
        return order

    def invoice(self, order, day="2026-02-10"):
        invoice = order._create_invoices()
        invoice.invoice_date = day
        invoice.action_post()
        return invoice

    def split(self, order, **shares):
        self.env["sale.order.credit"].create(
            [
                {"order_id": order.id, "user_id": self[name].id, "share": share}
                for name, share in shares.items()
            ]
        )

    def __getitem__(self, name):
        return getattr(self, name)

    def test_days_of_the_company(self):
        calendar = self.company.resource_calendar_id.copy({"tz": "America/New_York"})
        self.company.resource_calendar_id = calendar
        # 10 January, 20:00 in New York
        self.create_order("2026-01-11 01:00:00")
        for day, found in (("2026-01-09", 0), ("2026-01-10", 1), ("2026-01-11", 0)):
            for domain in (
                [("date", "=", day)],
                [("date", ">=", day), ("date", "<=", day)],
                ["!", "|", ("date", ">", day), ("date", "<", day)],
                [("date", "in", [day, "1999-01-01"])],
            ):
                rows = self.Actual.search(
                    [("kind", "=", "ordered"), ("company_id", "=", self.company.id), *domain]
                )
                self.assertEqual(len(rows), found, domain)
        self.assertEqual(self.read_sums("ordered", ("date:day",)), {1: 100})

    def test_quotations_and_notes_do_not_count(self):
        order = self.create_order()
        order.order_line = [Command.create({"display_type": "line_note", "name": "Note"})]
        order.copy()
        self.create_order().with_context(disable_cancel_warning=True).action_cancel()
        self.assertEqual(self.read_sums("ordered"), {1: 100})

    def test_foreign_order_at_the_rate_of_its_day(self):
        pricelist = self.env["product.pricelist"].create(
            {"name": "Foreign", "currency_id": self.foreign.id}
        )
        order = self.create_order(pricelist_id=pricelist.id, date_order="2026-01-10")
        self.assertAlmostEqual(order.currency_rate, 0.5)
        self.assertEqual(self.read_sums("ordered"), {1: 200})

    def test_split_credit_adds_up(self):
        order = self.create_order(price=0.05)
        self.split(order, ada=33.33, bob=66.67)
        invoice = self.invoice(order)
        self.pay(invoice, "2026-03-10")
        self.assertEqual(self.read_sums("ordered", ("user_id",)), {self.ada: 0.02, self.bob: 0.03})
        for kind in ("ordered", "invoiced", "collected", "transit"):
            self.assertEqual(
                self.read_sums(kind, ("user_id", "team_id")),
                {(self.ada, order.team_id): 0.02, (self.bob, self.team): 0.03},
                kind,
            )
        rows = self.Actual.search([("order_id", "=", order.id)])
        self.assertEqual(len(rows), 8)
        self.assertEqual({row.share for row in rows}, {33.33, 66.67})

    def test_salesperson_of_an_invoice(self):
        invoice = self.create_invoice("2026-01-15", 100, invoice_user_id=self.bob.id)
        self.pay(invoice, "2026-02-10")
        # The order says whose it is, also after somebody else became the invoice's contact.
        of_order = self.invoice(self.create_order())
        of_order.invoice_user_id = self.bob
        self.assertEqual(self.read_sums("invoiced", ("user_id",)), {self.bob: 100, self.ada: 100})
        self.assertEqual(self.read_sums("collected", ("user_id",)), {self.bob: 100})

    def test_several_order_lines_on_an_invoice_line(self):
        order, other = self.create_order(), self.create_order()
        invoice = self.invoice(order)
        invoice.invoice_line_ids.sale_line_ids += other.order_line
        self.assertEqual(self.read_sums("invoiced", ("order_id",)), {order: 100})

    def test_rows_are_found_by_id(self):
        order = self.create_order()
        invoice = self.invoice(order)
        payment = self.pay(invoice, "2026-03-10", 70)
        self.confirm_by_bank("2026-03-12", 20, payment)
        rows = self.Actual.search([("order_id", "=", order.id)])
        self.assertEqual(len(rows), 5)
        values = {row.id: (row.kind, row.date, row.amount) for row in rows}
        for row in rows:
            self.env.invalidate_all()
            self.assertEqual((row.kind, row.date, row.amount), values[row.id])
        self.assertLess(max(rows.ids), 2**53)

    def test_documents(self):
        order = self.create_order()
        invoice = self.invoice(order)
        payment = self.pay(invoice, "2026-03-10", 70)
        rows = {row.kind: row for row in self.Actual.search([("order_id", "=", order.id)])}
        opened = {
            kind: (action["res_model"], action["res_id"])
            for kind, row in rows.items()
            for action in [row.action_open_document()]
        }
        self.assertEqual(
            opened,
            {
                "ordered": ("sale.order", order.id),
                "invoiced": ("account.move", invoice.id),
                "collected": ("account.payment", payment.id),
                "transit": ("account.payment", payment.id),
            },
        )
        action = rows["collected"].with_user(self.ada).action_open_document()
        self.assertEqual((action["res_model"], action["res_id"]), ("account.move", invoice.id))

    def test_rights(self):
        order = self.create_order()
        self.split(order, ada=40, bob=60)
        self.create_order(price=7)
        self.create_order(price=5, user_id=False)
        domain = [("kind", "=", "ordered"), ("company_id", "=", self.company.id)]
        all_leads = self.new_user("actuals_all", "sales_team.group_sale_salesman_all_leads")
        for user, amount in (
            (self.ada, 52),
            (self.bob, 65),
            (all_leads, 112),
            (self.manager, 112),
        ):
            [(total,)] = self.Actual.with_user(user)._read_group(domain, [], ["amount:sum"])
            self.assertAlmostEqual(total, amount, 6, user.login)
        with self.assertRaises(AccessError):
            self.Actual.with_user(self.manager).create({"amount": 1})
        elsewhere = self.env["res.company"].create({"name": "Elsewhere"})
        stranger = self.new_user("actuals_stranger", "sales_team.group_sale_manager", elsewhere)
        self.assertFalse(self.Actual.with_user(stranger).search(domain))
        employee = self.new_user("actuals_employee", "base.group_user")
        portal = new_test_user(self.env, "actuals_portal", "base.group_portal")
        for user in (employee, portal, self.env.ref("base.public_user")):
            with self.assertRaises(AccessError):
                self.Actual.with_user(user).search(domain)

    # ------------------------------------------------------------------
    # What the database is asked
    # ------------------------------------------------------------------

    def explain(self, domain):
        """The nodes of the plan of a sum by salesperson: ``(type, table, index, condition)``."""
        query = self.Actual._search(domain)
        query.groupby = SQL.identifier(self.Actual._table, "user_id")
        query.order = None
        [[plan]] = self.env.execute_query(
            SQL(
                "EXPLAIN (FORMAT JSON) %s",
                query.select(query.groupby, SQL("sum(amount)")),
            )
        )
        plan = json.loads(plan) if isinstance(plan, str) else plan

        def walk(node):
            yield node
            for child in node.get("Plans", ()):
                yield from walk(child)

        return list(walk(plan[0]["Plan"]))

    def test_kinds_not_asked_for_are_not_planned(self):
        tables = {
            kind: {node.get("Relation Name") for node in self.explain([("kind", "=", kind)])}
            for kind in ("ordered", "invoiced", "collected")
        }
        self.assertIn("sale_order", tables["ordered"])
        self.assertFalse({"account_move", "account_move_line"} & tables["ordered"])
        self.assertNotIn("account_partial_reconcile", tables["invoiced"])
        self.assertIn("account_partial_reconcile", tables["collected"])

    def test_days_are_looked_up(self):
        """The days reach the scan of the documents, as bounds that their indexes know."""
        for kind, column in (
            ("ordered", "date_order"),
            ("invoiced", "date"),
            ("collected", "date"),
            ("bank", "date"),
        ):
            days = [("date", ">=", "2026-01-01"), ("date", "<", "2026-02-01")]
            conditions = " ".join(
                node.get("Index Cond", "") + " " + node.get("Filter", "")
                for node in self.explain([("kind", "=", kind), *days])
            )
            for bound in (">= '202", "< '202"):
                self.assertRegex(conditions, rf"\b{column} {bound}", kind)

    def test_one_query(self):
        self.create_order()
        self.env.flush_all()
        with self.assertQueryCount(1):
            self.Actual.sudo()._read_group(
                [("kind", "in", ["ordered", "invoiced", "collected", "bank"])],
                ["kind", "date:month", "user_id"],
                ["amount:sum"],
            )
