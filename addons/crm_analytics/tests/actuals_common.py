from datetime import date

from odoo import Command

from odoo.addons.account.tests.common import AccountTestInvoicingCommon

from .users_common import UsersCommon


class ActualsCommon(UsersCommon, AccountTestInvoicingCommon):
    """A company of its own with accounts, its tax of 20 % and a currency worth half of its own.

    The company counts in dollars; the foreign currency had 2 of them in 2026 until the end of
    February, 2.5 in March and 4 since April.
    """

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.company = cls.env.company
        cls.bank = cls.company_data["default_journal_bank"]
        cls.tax = cls.create_tax("Twenty")
        cls.foreign = cls.setup_other_currency(
            "EUR",
            rates=[("2025-01-01", 0.5), ("2026-03-01", 0.4), ("2026-04-01", 0.25)],
        )
        cls.product = cls._create_product(name="Actual", lst_price=100, invoice_policy="order")
        cls.other_product = cls._create_product(name="Other Actual", lst_price=10)
        cls.Actual = cls.env["crm.sales.actual"]

    @classmethod
    def get_default_groups(cls):
        return super().get_default_groups() | cls.quick_ref("sales_team.group_sale_manager")

    @classmethod
    def create_tax(cls, name, **values):
        return cls.env["account.tax"].create(
            {"name": name, "amount_type": "percent", "amount": 20, **values}
        )

    @classmethod
    def create_invoice(cls, date, *prices, tax=True, move_type="out_invoice", **values):
        """A posted invoice with a line for each price, or a credit note."""
        tax_ids = cls.tax.ids if tax is True else (tax or cls.env["account.tax"]).ids
        move = cls.env["account.move"].create(
            {
                "move_type": move_type,
                "partner_id": cls.partner_a.id,
                "invoice_date": date,
                "invoice_line_ids": [
                    Command.create(
                        {
                            "product_id": cls.product.id,
                            "price_unit": price,
                            "tax_ids": [Command.set(tax_ids)],
                        }
                    )
                    for price in prices
                ],
                **values,
            }
        )
        move.action_post()
        return move

    @classmethod
    def pay(cls, moves, date, amount=None, **values):
        """Register a payment of invoices: of what is open, or of an amount."""
        if amount is not None:
            values["amount"] = amount
        return cls._register_payment(moves, payment_date=date, journal_id=cls.bank.id, **values)

    @classmethod
    def receive(cls, date, amount, currency=None):
        """A payment that settles nothing yet."""
        payment = cls.env["account.payment"].create(
            {
                "amount": amount,
                "date": date,
                "payment_type": "inbound",
                "partner_type": "customer",
                "partner_id": cls.partner_a.id,
                "journal_id": cls.bank.id,
                "currency_id": (currency or cls.company.currency_id).id,
            }
        )
        payment.action_post()
        return payment

    @classmethod
    def get_receivable(cls, moves):
        return moves.line_ids.filtered(lambda line: line.account_type == "asset_receivable")

    @classmethod
    def reconcile(cls, *moves):
        lines = cls.env["account.move.line"].union(*(cls.get_receivable(move) for move in moves))
        lines.filtered(lambda line: not line.reconciled).reconcile()

    @classmethod
    def confirm_by_bank(cls, date, amount, payments):
        """A statement line whose counterpart is reconciled with what payments wait on."""
        statement_line = cls.env["account.bank.statement.line"].create(
            {"payment_ref": "Bank", "journal_id": cls.bank.id, "amount": amount, "date": date}
        )
        suspense = statement_line.with_context(
            skip_account_move_synchronization=True
        )._seek_for_lines()[1]
        suspense.account_id = payments.outstanding_account_id
        waiting = payments.move_id.line_ids.filtered(
            lambda line: line.account_id == payments.outstanding_account_id
        )
        (suspense + waiting).reconcile()
        return statement_line

    def read_sums(self, kind, groupby=("date:month",), field="amount", domain=()):
        """``{month number or record: sum}``; several keys make a tuple."""
        rows = self.Actual._read_group(
            [("kind", "=", kind), ("company_id", "=", self.company.id), *domain],
            groupby,
            [f"{field}:sum"],
        )
        sums = {}
        for *keys, amount in rows:
            keys = tuple(key.month if isinstance(key, date) else key for key in keys)  # noqa: PLW2901
            sums[keys[0] if len(keys) == 1 else keys] = round(amount, 4)
        return sums
