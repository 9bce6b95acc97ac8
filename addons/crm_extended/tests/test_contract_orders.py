from odoo import Command, fields
from odoo.exceptions import ValidationError
from odoo.tests import Form, tagged

from odoo.addons.account.tests.common import AccountTestInvoicingCommon


@tagged("post_install", "-at_install")
class TestContractOrders(AccountTestInvoicingCommon):
    """Orders and invoices under a contract, and what they add up to."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env.user.group_ids |= cls.env.ref("sales_team.group_sale_manager")
        cls.env.user.group_ids |= cls.env.ref("crm_extended.group_crm_contract_manager")
        cls.company = cls.company_data["company"]
        cls.partner = cls.env["res.partner"].create({"name": "Bakery", "is_company": True})
        cls.contact = cls.env["res.partner"].create({"name": "Bea", "parent_id": cls.partner.id})
        cls.today = fields.Date.today()
        cls.contract = cls._new_contract()
        cls.foreign = cls.setup_other_currency("EUR", rates=[("2020-01-01", 2.0)])

    @classmethod
    def _new_contract(cls, **values):
        return cls.env["crm.contract"].create(
            {
                "name": "Supply",
                "partner_id": cls.partner.id,
                "company_id": cls.company.id,
                "date_start": fields.Date.subtract(cls.today, days=100),
                "state": "running",
                **values,
            }
        )

    def _order(self, amount=100, confirm=True, **values):
        order = self.env["sale.order"].create(
            {
                "company_id": self.company.id,
                "partner_id": self.partner.id,
                "order_line": [
                    Command.create(
                        {
                            "product_id": self.product_a.id,
                            "price_unit": amount,
                            "tax_ids": [Command.clear()],
                        }
                    )
                ],
                **values,
            }
        )
        if confirm:
            order.action_confirm()
        return order

    def _invoice(self, amount=100, move_type="out_invoice", days_ago=0, **values):
        date = fields.Date.subtract(self.today, days=days_ago)
        values = {
            "move_type": move_type,
            "partner_id": self.partner.id,
            "contract_id": self.contract.id,
            "invoice_date": date,
            "invoice_date_due": date,
            "invoice_line_ids": [
                Command.create({"name": "Bread", "price_unit": amount, "tax_ids": []})
            ],
            **values,
        }
        move = self.env["account.move"].create(values)
        move.action_post()
        return move

    def _amounts(self, contract=None):
        contract = contract or self.contract
        contract.invalidate_recordset()
        return [
            contract.amount_ordered,
            contract.amount_invoiced,
            contract.amount_paid,
            contract.amount_overdue,
        ]

    # Proposals

    def test_the_only_contract_in_force_is_proposed(self):
        order = self._order(confirm=False, partner_id=self.contact.id)
        self.assertEqual(order.contract_id, self.contract)

    def test_nothing_is_proposed(self):
        self.contract.state = "terminated"
        for reason, values in (
            ("expired", {"state": "expired"}),
            ("a draft", {"state": "draft"}),
            ("of a vendor", {"kind": "supplier"}),
            ("begins later", {"date_start": fields.Date.add(self.today, days=2)}),
            ("ended", {"date_end": fields.Date.subtract(self.today, days=2)}),
            ("of somebody else", {"partner_id": self.partner_a.id}),
        ):
            with self.subTest(reason):
                self._new_contract(**values)
                self.assertFalse(self._order(confirm=False).contract_id)

    def test_with_two_contracts_the_salesperson_chooses(self):
        other = self._new_contract()
        order = self._order(confirm=False)
        self.assertFalse(order.contract_id)
        order.contract_id = other
        order.partner_id = self.contact
        self.assertEqual(order.contract_id, other, "still a contract of this customer")

    def test_not_for_an_order_from_before_the_contract(self):
        before = fields.Datetime.subtract(fields.Datetime.now(), days=200)
        self.assertFalse(self._order(confirm=False, date_order=before).contract_id)

    def test_no_contract_is_forced_on_a_quotation(self):
        order = self._order(confirm=False)
        order.contract_id = False
        order.order_line.product_uom_qty = 3
        self.assertFalse(order.contract_id)

    def test_conditions_are_taken_over(self):
        pricelist = self.env["product.pricelist"].create(
            {"name": "Contract prices", "company_id": self.company.id}
        )
        self.contract.write({"payment_term_id": self.pay_terms_b.id, "pricelist_id": pricelist.id})
        form = Form(self.env["sale.order"])
        form.partner_id = self.partner
        order = form.save()
        self.assertEqual(order.payment_term_id, self.pay_terms_b)
        self.assertEqual(order.pricelist_id, pricelist)

    def test_a_batch_costs_as_much_as_one(self):
        values = {"company_id": self.company.id, "partner_id": self.partner.id}
        Order = self.env["sale.order"].new
        orders = self.env["sale.order"].concat(*(Order(values) for _i in range(30)))
        with self.assertQueryCount(3):
            proposals = orders._get_contract_proposals()
        self.assertEqual(len(proposals), 1)

    # Amounts

    def test_ordered_invoiced_paid_overdue(self):
        self._order(100)
        self._order(50, confirm=False)
        self.assertEqual(self._amounts(), [100, 0, 0, 0])
        paid = self._invoice(60, days_ago=40)
        self._invoice(30, days_ago=20)
        self._invoice(10)
        self._invoice(5, move_type="out_refund")
        self.env["account.payment.register"].with_context(
            active_model="account.move", active_ids=paid.ids
        ).create({"amount": 45})._create_payments()
        self.assertEqual(self._amounts(), [100, 95, 45, 45])

    def test_invoice_of_an_order_is_under_its_contract(self):
        order = self._order(100)
        order.order_line.qty_delivered = 1
        invoice = order._create_invoices()
        self.assertEqual(invoice.contract_id, self.contract)
        self.assertEqual(self._amounts()[1], 0, "a draft is no invoice yet")
        invoice.action_post()
        self.assertEqual(self._amounts()[1], 100)
        self.assertEqual(invoice._reverse_moves().contract_id, self.contract)

    def test_other_currencies_are_converted_at_the_date_of_the_document(self):
        self.foreign.rate_ids = [
            Command.create(
                {
                    "name": fields.Date.subtract(self.today, days=10),
                    "rate": 4.0,
                    "company_id": self.company.id,
                }
            )
        ]
        self._invoice(100, days_ago=20, currency_id=self.foreign.id)
        self._invoice(100, days_ago=5, currency_id=self.foreign.id)
        self.assertEqual(self._amounts(), [0, 75, 0, 75])

    def test_contract_in_another_currency(self):
        self.contract.currency_id = self.foreign
        self._invoice(100)
        self.assertEqual(self._amounts(), [0, 200, 0, 0])

    def test_bills_of_a_vendor(self):
        contract = self._new_contract(kind="supplier")
        self._invoice(70, move_type="in_invoice", contract_id=contract.id, days_ago=3)
        self._invoice(20, move_type="in_refund", contract_id=contract.id)
        self.assertEqual(self._amounts(contract), [0, 50, 0, 70])
        self.assertEqual(
            contract.action_view_invoices()["context"]["default_move_type"], "in_invoice"
        )

    def test_button_of_a_vendor_makes_contracts_with_vendors(self):
        vendor = self.env["res.partner"].create({"name": "Mill", "supplier_rank": 1})
        for partner, kind in ((vendor, "supplier"), (self.contact, "customer")):
            action = partner.action_view_contracts()
            self.assertEqual(action["context"]["default_kind"], kind)

    def test_no_sale_under_a_contract_with_a_vendor(self):
        contract = self._new_contract(kind="supplier")
        with self.assertRaisesRegex(ValidationError, "made with a vendor"):
            self._order(contract_id=contract.id)

    def test_report_says_the_same(self):
        supply = self._new_contract(kind="supplier")
        in_euro = self._new_contract(currency_id=self.foreign.id)
        paid = self._invoice(60, days_ago=40)
        self._invoice(30, days_ago=20)
        self._invoice(100, days_ago=20, currency_id=self.foreign.id)
        self._invoice(10)
        self._invoice(5, move_type="out_refund", days_ago=3)
        self._invoice(70, move_type="in_invoice", contract_id=supply.id, days_ago=3)
        self._invoice(20, move_type="in_refund", contract_id=supply.id, days_ago=3)
        self._invoice(100, contract_id=in_euro.id, days_ago=3)
        self._order(100, contract_id=self.contract.id)
        self.env["account.payment.register"].with_context(
            active_model="account.move", active_ids=paid.ids
        ).create({"amount": 45})._create_payments()
        self.env.flush_all()
        for contract, rate in ((self.contract, 1), (supply, 1), (in_euro, 2)):
            row = self.env["crm.contract.report"].search([("contract_id", "=", contract.id)])
            figures = [row.amount_ordered, row.amount_invoiced, row.amount_paid, row.amount_overdue]
            self.assertEqual([figure * rate for figure in figures], self._amounts(contract))

    def test_last_12_months(self):
        self._invoice(100, days_ago=400)
        self._invoice(30, days_ago=300)
        amounts = self.contract._get_last_12_months()[self.contract]
        self.assertEqual(amounts["invoiced"], 30)

    def test_a_list_costs_as_much_as_one(self):
        contracts = self.contract
        for _i in range(10):
            contract = self._new_contract()
            self._invoice(10, contract_id=contract.id)
            contracts |= contract
        self.env.flush_all()
        contracts.invalidate_recordset()
        with self.assertQueryCount(8):
            self.assertEqual(sum(contracts.mapped("amount_invoiced")), 100)

    def test_invoice_of_somebody_else_is_refused(self):
        with self.assertRaisesRegex(ValidationError, "Bakery"):
            self._invoice(10, partner_id=self.partner_a.id)
