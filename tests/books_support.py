"""Books in all the shapes that money takes: orders, invoices, credit notes, payments, statements.

Runs inside an Odoo shell, through Odoo's own models, with everything done in bulk that Odoo does in
bulk. `Books(env).fill(count)` makes that many invoices in the year 2024. Each is settled by one of
the stories below, whose name is the invoice's reference.
"""

import random
from datetime import date, timedelta

from odoo import Command
from odoo.tests import new_test_user
from odoo.tools import SQL

YEAR = 2024
CHUNK = 250
# Foreign money for one of the company's, from the first of each month: no two months alike.
RATES = [0.91, 0.88, 0.93, 0.905, 0.871, 0.942, 0.913, 0.899, 0.925, 0.867, 0.934, 0.918]

# What becomes of an invoice. Each is a list of what the customer and the bank do, in this order:
# (what, part of the invoice, months after it, how the bank sees it)
STORIES = {
    "unpaid": [],
    "paid": [("pay", 1, 1, "matched")],
    "paid_in_transit": [("pay", 1, 1, None)],
    "part": [("pay", 0.6, 1, None)],
    "two_parts": [("pay", 0.6, 1, "matched"), ("pay", 0.4, 2, "matched")],
    "three_parts": [("pay", 1 / 3, 0, "matched"), ("pay", 1 / 3, 1, None), ("pay", 0.2, 3, None)],
    "overpaid": [("pay", 1.2, 1, "matched")],
    "credited_then_paid": [("credit", 0.1, 0, None), ("pay", 0.9, 1, "matched")],
    "paid_then_credited": [("pay", 1, 1, "matched"), ("credit_open", 0.1, 2, None)],
    "refunded": [("pay", 1, 1, "matched"), ("refund", 0.25, 2, "matched")],
    "credited": [("credit", 1, 1, None)],
    "cancelled_payment": [("pay_cancel", 0.5, 1, None), ("pay", 0.3, 2, "matched")],
    "reversed_payment": [("pay_reverse", 1, 1, None)],
    "bounced_payment": [("pay_bounce", 1, 1, "matched"), ("pay", 0.5, 3, "matched")],
    "by_statement": [("statement", 0.7, 1, "matched")],
    "other_currency": [("pay_other", 1, 2, "matched")],
    "other_currency_part": [("pay_other", 0.45, 1, None)],
    "written_off": [("pay", 0.8, 1, "matched"), ("entry", 0.2, 3, None)],
    "half_matched": [("pay", 1, 1, "half")],
    "unmatched_again": [("pay", 1, 1, "undone")],
    "kept_short": [("register", 0.95, 1, "matched")],
}
# Payments of several invoices of a customer at once; made of neighbours of the same currency.
TOGETHER = ("together", "together_overpaid")


class Books:
    """The books of one company, the first one of the database unless another is given."""

    def __init__(self, env, company=None, foreign="EUR", seed=19):
        company = company or env.company
        context = {
            **env.context,
            "tracking_disable": True,
            "no_reset_password": True,
            "allowed_company_ids": company.ids,
        }
        self.env = env(context=context)
        self.company = company.with_env(self.env)
        self.chance = random.Random(seed)
        self.number = 0
        self._load_chart(foreign)
        self._make_taxes()
        self._make_people()
        self._make_products()

    # ------------------------------------------------------------------
    # What the documents are made of
    # ------------------------------------------------------------------

    def _load_chart(self, foreign):
        env, company = self.env, self.company
        self.home = company.currency_id
        if not company.chart_template:
            env["account.chart.template"].try_loading("generic_coa", company, install_demo=False)
        # a chart brings its own currency, which need not be the company's
        company.write({"tax_exigibility": True, "currency_id": self.home.id})
        self.foreign = env.ref(f"base.{foreign}")
        self.foreign.active = True
        env["res.currency.rate"].create(
            [
                {
                    "name": date(YEAR, month, 1),
                    "currency_id": self.foreign.id,
                    "company_id": company.id,
                    "rate": rate,
                }
                for month, rate in enumerate(RATES, 1)
            ]
        )
        journals = env["account.journal"]
        domain = [("company_id", "=", company.id)]
        self.bank = journals.search([*domain, ("type", "=", "bank")], limit=1)
        self.foreign_bank = journals.create(
            {"name": "Abroad", "type": "bank", "code": "BFOR", "currency_id": self.foreign.id}
        )
        self.general = journals.search([*domain, ("type", "=", "general")], limit=1)
        accounts = env["account.account"].search([("company_ids", "in", company.id)])
        self.loss = accounts.filtered(lambda a: a.account_type == "expense")[0]
        self.pricelists = {
            currency: env["product.pricelist"].create(
                {"name": f"Books {currency.name}", "currency_id": currency.id}
            )
            for currency in (self.home, self.foreign)
        }
        self.instalments = env["account.payment.term"].create(
            {
                "name": "30 % now, the rest in two months",
                "line_ids": [
                    Command.create({"value": "percent", "value_amount": 30, "nb_days": 0}),
                    Command.create({"value": "percent", "value_amount": 70, "nb_days": 60}),
                ],
            }
        )

    def _make_taxes(self):
        def tax(name, amount, **values):
            return self.env["account.tax"].create(
                {"name": f"Books {name}", "amount": amount, "type_tax_use": "sale", **values}
            )

        transition = self.env["account.account"].create(
            {
                "name": "Tax not yet due",
                "code": "252999",
                "account_type": "liability_current",
                "reconcile": True,
            }
        )
        first = tax("5 %, base of the next", 5, include_base_amount=True, sequence=1)
        self.taxes = [
            self.env["account.tax"],
            tax("20 %", 20),
            tax("in the price", 10, price_include_override="tax_included"),
            first + tax("9.975 %", 9.975, sequence=2),
            tax("a piece", 1.25, amount_type="fixed"),
            tax("withheld", -3),
            tax(
                "when paid",
                16,
                tax_exigibility="on_payment",
                cash_basis_transition_account_id=transition.id,
            ),
            tax("of the total", 8, amount_type="division"),
        ]

    def _make_people(self):
        env = self.env
        self.sellers = [
            new_test_user(
                env,
                f"seller{self.company.id}_{n}",
                "sales_team.group_sale_salesman",
                company_id=self.company.id,
                company_ids=[Command.set(self.company.ids)],
            ).id
            for n in range(5)
        ]
        self.team_ids = env["crm.team"].create([{"name": f"Books team {n}"} for n in range(2)]).ids
        countries = [env.ref(f"base.{code}").id for code in ("us", "de", "fr")]
        self.customers = env["res.partner"].create(
            [
                {
                    "name": f"Customer {n}",
                    "is_company": True,
                    "country_id": countries[n % 3],
                    "child_ids": [Command.create({"name": f"Accounts {n}", "type": "invoice"})],
                }
                for n in range(15)
            ]
        )

    def _make_products(self):
        categories = self.env["product.category"].create(
            [{"name": f"Books category {n}"} for n in range(3)]
        )
        self.products = self.env["product.product"].create(
            [
                {
                    "name": f"Book {n}",
                    "type": "service",
                    "invoice_policy": "order",
                    "categ_id": categories[n % 3].id,
                    "list_price": 10,
                    "taxes_id": [Command.set(taxes.ids)],
                }
                for n, taxes in enumerate(self.taxes * 2)
            ]
        )

    # ------------------------------------------------------------------
    # Invoices
    # ------------------------------------------------------------------

    def fill(self, count):
        """Make that many invoices and settle them, in transactions of a few hundred."""
        made = 0
        while made < count:
            size = min(CHUNK, count - made)
            self._fill_chunk(size)
            made += size
            self.env.cr.commit()
            self.env.invalidate_all()

    def _fill_chunk(self, size):
        names = [*STORIES, *TOGETHER]
        stories = []
        for _invoice in range(size):
            stories.append(names[self.number % len(names)])
            self.number += 1
        invoices = self._make_invoices(stories)
        steps = []
        together = {}
        for invoice, story in zip(invoices, stories, strict=True):
            if story in TOGETHER:
                key = (story, invoice.commercial_partner_id, invoice.currency_id)
                together.setdefault(key, self.env["account.move"])
                together[key] |= invoice
            for kind, part, months, seen in STORIES.get(story, []):
                steps.append((invoice, kind, part, months, seen))
        self._settle(steps)
        self._pay_together(together)

    def _make_invoices(self, stories):
        """Posted invoices, most of an order, some of two, some without."""
        orders = self._make_orders(len(stories))
        singles = self.env["sale.order"].union(*(pair for pair in orders if len(pair) == 1))
        invoices = singles._create_invoices(grouped=True)
        for pair in orders:
            if len(pair) > 1:
                invoices += pair._create_invoices()
        by_order = {}
        for invoice in invoices:
            by_order |= dict.fromkeys(invoice.line_ids.sale_line_ids.order_id, invoice)
        invoices = self.env["account.move"].union(*(by_order[pair[0]] for pair in orders))
        for index, (invoice, pair) in enumerate(zip(invoices, orders, strict=True)):
            day = pair[0].date_order.date() + timedelta(days=index % 9)
            values = {"invoice_date": day, "ref": stories[index]}
            if index % 7 == 3:
                values["invoice_payment_term_id"] = self.instalments.id
            invoice.write(values)
            if index % 11 == 5:
                # Sold without an order: nothing but the invoice says who.
                invoice.invoice_line_ids.sale_line_ids = [Command.clear()]
        invoices.action_post()
        return invoices

    def _make_orders(self, count):
        """The orders of each of so many invoices: one, or two of the same customer."""
        values = []
        for number in range(count):
            currency = self.foreign if self.chance.random() < 0.35 else self.home
            customer = self.chance.choice(self.customers)
            day = date(YEAR, 1, 1) + timedelta(days=self.chance.randrange(200))
            values.extend(
                self._prepare_order(number, currency, customer, day)
                for _order in range(2 if number % 10 == 9 else 1)
            )
        orders = self.env["sale.order"].create(values)
        self._split_credit(orders[::4])
        found = iter(orders)
        return [
            next(found) + next(found) if number % 10 == 9 else next(found)
            for number in range(count)
        ]

    def _prepare_order(self, number, currency, customer, day):
        lines = [
            Command.create(
                {
                    "product_id": self.chance.choice(self.products).id,
                    "product_uom_qty": self.chance.choice([1, 2, 3, 7, 0.5]),
                    "price_unit": round(self.chance.uniform(9, 900), 2),
                    "discount": self.chance.choice([0, 0, 0, 5, 12.5]),
                }
            )
            for _line in range(self.chance.choice([1, 1, 2, 3]))
        ]
        if number % 6 == 2:
            lines.append(Command.create({"display_type": "line_note", "name": "With love"}))
        return {
            "company_id": self.company.id,
            "partner_id": customer.id,
            "partner_invoice_id": customer.child_ids[0].id,
            "user_id": self.chance.choice([*self.sellers, False]),
            "team_id": self.chance.choice(self.team_ids),
            "pricelist_id": self.pricelists[currency].id,
            "date_order": f"{day} 12:00:00",
            "order_line": lines,
            "state": "sale",
        }

    def _split_credit(self, orders):
        shares = [(50, 50), (33.33, 66.67), (20, 30, 50), (10, 90)]
        self.env["sale.order.credit"].create(
            [
                {"order_id": order.id, "user_id": user, "share": share}
                for index, order in enumerate(orders)
                for user, share in zip(
                    self.chance.sample(self.sellers, 3), shares[index % 4], strict=False
                )
            ]
        )

    # ------------------------------------------------------------------
    # What the customer and the bank do
    # ------------------------------------------------------------------

    def _settle(self, steps):
        """Do the steps kind by kind, for all invoices at once."""
        for round_number in range(3):
            now = [step for step in self._rounds(steps) if step[0] == round_number]
            by_kind = {}
            for _round, step in now:
                by_kind.setdefault(step[1].split("_")[0], []).append(step)
            for kind in ("credit", "refund", "pay", "statement", "register", "entry"):
                if by_kind.get(kind):
                    getattr(self, f"_do_{kind}")(by_kind[kind])

    def _rounds(self, steps):
        """Each step with its place among those of its invoice."""
        seen = {}
        for step in steps:
            place = seen[step[0]] = seen.get(step[0], -1) + 1
            yield place, step

    def _day(self, invoice, months):
        return invoice.invoice_date + timedelta(days=30 * months + invoice.id % 13)

    def _amount(self, invoice, part):
        return invoice.currency_id.round(invoice.amount_total * part)

    def _receivables(self, move):
        return move.line_ids.filtered(lambda line: line.account_type == "asset_receivable")

    def _make_payments(self, payments):
        """:param payments: ``[(invoice, amount, currency, day, inbound)]``"""
        made = self.env["account.payment"].create(
            [
                {
                    "payment_type": "inbound" if inbound else "outbound",
                    "partner_type": "customer",
                    "partner_id": invoice.commercial_partner_id.id,
                    "amount": amount,
                    "currency_id": currency.id,
                    "date": day,
                    "journal_id": (
                        self.foreign_bank
                        if currency == self.foreign and invoice.id % 2
                        else self.bank
                    ).id,
                }
                for invoice, amount, currency, day, inbound in payments
            ]
        )
        made.action_post()
        return made

    def _reconcile(self, *pairs):
        self.env["account.move.line"]._reconcile_plan(list(pairs))

    def _do_pay(self, steps):
        wanted = []
        for invoice, kind, part, months, _seen in steps:
            day, currency = self._day(invoice, months), invoice.currency_id
            amount = self._amount(invoice, part)
            if kind == "pay_other":
                other = self.home if currency == self.foreign else self.foreign
                amount = currency._convert(amount, other, invoice.company_id, day)
                currency = other
            wanted.append((invoice, amount, currency, day, True))
        payments = self._make_payments(wanted)
        self._reconcile(
            *(
                self._receivables(payment.move_id) + self._receivables(step[0])
                for payment, step in zip(payments, steps, strict=True)
            )
        )
        self._match([(p, step[4]) for p, step in zip(payments, steps, strict=True) if step[4]])
        for payment, (_invoice, kind, *_rest) in zip(payments, steps, strict=True):
            if kind in ("pay_cancel", "pay_reverse", "pay_bounce"):
                getattr(self, f"_{kind}")(payment)

    def _match(self, seen):
        """The bank reports the payments: all of them, half of one, or by mistake."""
        lines = self._make_statement_lines(
            [
                (payment, payment.amount / 2 if how == "half" else payment.amount)
                for payment, how in seen
            ]
        )
        pairs = []
        for line, (payment, _how) in zip(lines, seen, strict=True):
            _liquidity, suspense, _other = line._seek_for_lines()
            liquidity = payment._seek_for_lines()[0]
            suspense.with_context(
                skip_account_move_synchronization=True
            ).account_id = liquidity.account_id
            pairs.append(suspense + liquidity)
        self._reconcile(*pairs)
        undone = [line for line, (_p, how) in zip(lines, seen, strict=True) if how == "undone"]
        for line in undone:
            line.action_undo_reconciliation()

    def _make_statement_lines(self, received):
        """:param received: ``[(payment, amount)]`` of what the bank saw, some days later"""
        values = []
        for payment, seen in received:
            sign = -1 if payment.payment_type == "outbound" else 1
            amount = sign * payment.currency_id.round(seen)
            day = payment.date + timedelta(days=payment.id % 5 + 1)
            line = {
                "journal_id": payment.journal_id.id,
                "date": day,
                "payment_ref": payment.name,
                "partner_id": payment.partner_id.id,
                "amount": amount,
            }
            currency = payment.journal_id.currency_id or self.home
            if payment.currency_id != currency:
                line["foreign_currency_id"] = payment.currency_id.id
                line["amount_currency"] = amount
                line["amount"] = payment.currency_id._convert(
                    amount, currency, payment.company_id, day
                )
            values.append(line)
        return self.env["account.bank.statement.line"].create(values)

    def _pay_cancel(self, payment):
        payment.action_draft()
        payment.action_cancel()

    def _pay_reverse(self, payment):
        payment.move_id._reverse_moves([{"date": payment.date + timedelta(days=4)}], cancel=True)

    def _pay_bounce(self, payment):
        """The bank took the money back: what it paid is open again, on both sides."""
        counterpart = self._receivables(payment.move_id)
        counterpart.remove_move_reconcile()
        [back] = self._make_statement_lines([(payment, -payment.amount)])
        _liquidity, suspense, _other = back._seek_for_lines()
        suspense.with_context(
            skip_account_move_synchronization=True
        ).account_id = counterpart.account_id
        self._reconcile(counterpart + suspense)

    def _do_statement(self, steps):
        """The bank's line itself settles the invoice, without a payment."""
        values = []
        for invoice, _kind, part, months, _seen in steps:
            day = self._day(invoice, months)
            amount = self._amount(invoice, part)
            line = {
                "journal_id": self.bank.id,
                "date": day,
                "payment_ref": invoice.name,
                "partner_id": invoice.commercial_partner_id.id,
                "amount": amount,
            }
            if invoice.currency_id != self.home:
                line["foreign_currency_id"] = invoice.currency_id.id
                line["amount_currency"] = amount
                line["amount"] = invoice.currency_id._convert(
                    amount, self.home, invoice.company_id, day
                )
            values.append(line)
        pairs = []
        lines = self.env["account.bank.statement.line"].create(values)
        for line, (invoice, *_rest) in zip(lines, steps, strict=True):
            _liquidity, suspense, _other = line._seek_for_lines()
            receivables = self._receivables(invoice)
            suspense.with_context(
                skip_account_move_synchronization=True
            ).account_id = receivables.account_id
            pairs.append(suspense + receivables)
        self._reconcile(*pairs)

    def _do_credit(self, steps):
        """Odoo settles an open invoice with its credit note as soon as that is posted."""
        self._make_credit_notes(steps)

    def _do_refund(self, steps):
        """A credit note whose money goes back to the customer."""
        credits = self._make_credit_notes(steps)
        payments = self._make_payments(
            [
                (credit, credit.amount_total, credit.currency_id, self._day(credit, 1), False)
                for credit in credits
            ]
        )
        self._reconcile(
            *(
                self._receivables(payment.move_id) + self._receivables(credit)
                for payment, credit in zip(payments, credits, strict=True)
            )
        )
        self._match([(p, step[4]) for p, step in zip(payments, steps, strict=True) if step[4]])

    def _make_credit_notes(self, steps):
        invoices = self.env["account.move"].union(*(step[0] for step in steps))
        credits = invoices._reverse_moves(
            [{"invoice_date": self._day(invoice, 1)} for invoice in invoices], cancel=False
        )
        for credit, (_invoice, _kind, part, months, _seen) in zip(credits, steps, strict=True):
            credit.invoice_date = self._day(credit.reversed_entry_id, months)
            for line in credit.invoice_line_ids if part != 1 else ():
                line.quantity *= part
        credits.action_post()
        return credits

    def _do_entry(self, steps):
        """Written off by an entry of the accountant: settled, but nobody paid."""
        moves = self.env["account.move"].create(
            [
                {
                    "move_type": "entry",
                    "journal_id": self.general.id,
                    "date": self._day(invoice, months),
                    "line_ids": [
                        Command.create(
                            {
                                "account_id": account.id,
                                "partner_id": invoice.commercial_partner_id.id,
                                "currency_id": invoice.currency_id.id,
                                "amount_currency": sign * invoice.amount_residual,
                            }
                        )
                        for account, sign in (
                            (self._receivables(invoice).account_id, -1),
                            (self.loss, 1),
                        )
                    ],
                }
                for invoice, _kind, _part, months, _seen in steps
            ]
        )
        moves.action_post()
        self._reconcile(
            *(
                self._receivables(move) + self._receivables(step[0])
                for move, step in zip(moves, steps, strict=True)
            )
        )

    def _do_register(self, steps):
        """Paid short, the difference written off in the dialog that registers the payment."""
        for invoice, _kind, part, months, seen in steps:
            wizard = (
                self.env["account.payment.register"]
                .with_context(active_model="account.move", active_ids=invoice.ids)
                .create(
                    {
                        "payment_date": self._day(invoice, months),
                        "amount": self._amount(invoice, part),
                        "installments_mode": "full",
                        "payment_difference_handling": "reconcile",
                        "writeoff_account_id": self.loss.id,
                        "journal_id": self.bank.id,
                    }
                )
            )
            wizard.amount = self._amount(invoice, part)
            self._match([(payment, seen) for payment in wizard._create_payments()])

    def _pay_together(self, together):
        """One payment of several invoices of a customer, some with more than they ask for."""
        for (story, _partner, currency), invoices in together.items():
            amount = sum(invoices.mapped("amount_total"))
            if story == "together_overpaid":
                amount += 50
            day = max(invoices.mapped("invoice_date")) + timedelta(days=20)
            [payment] = self._make_payments([(invoices[0], amount, currency, day, True)])
            self._reconcile(self._receivables(payment.move_id) + self._receivables(invoices))
            if invoices[0].id % 3:
                self._match([(payment, "matched")])


# The tables of the documents, each after those it cannot be written without.
DOCUMENTS = (
    "sale_order",
    "sale_order_line",
    "sale_order_credit",
    "account_move",
    "account_full_reconcile",
    "account_move_line",
    "account_payment",
    "account_bank_statement_line",
    "account_partial_reconcile",
)
RELATIONS = (
    "sale_order_line_invoice_rel",
    "account_move_line_account_tax_rel",
    "account_move__account_payment",
)


def multiply(env, times):
    """Let there be so many of each document, copied by SQL: for sizes Odoo takes hours for."""
    env.flush_all()
    highest = [SQL("SELECT max(id) AS id FROM %s", SQL.identifier(table)) for table in DOCUMENTS]
    [(shift,)] = env.execute_query(
        SQL("SELECT max(id) FROM (%s) tables", SQL(" UNION ALL ").join(highest))
    )
    for copy in range(1, times):
        for table in (*DOCUMENTS, *RELATIONS):
            _copy_rows(env, table, copy * shift, shift)
        for table in DOCUMENTS:
            _fill_references(env, table, copy * shift, shift)
    env.cr.execute("ANALYZE")
    env.invalidate_all()


def _copy_rows(env, table, offset, last):
    """Copy the rows up to an id; what refers to tables that come later stays empty at first."""
    known = (*DOCUMENTS, *RELATIONS)
    references = _get_references(env, table)
    values = {}
    for (column,) in env.execute_query(
        SQL(
            "SELECT attname FROM pg_attribute WHERE attrelid = %s::regclass"
            " AND attnum > 0 AND NOT attisdropped AND attgenerated = ''",
            table,
        )
    ):
        target = references.get(column)
        values[column] = name = SQL.identifier(column)
        if target and known.index(target) > known.index(table):
            values[column] = SQL("NULL")
        elif target or column == "id":
            values[column] = SQL("%s + %s", name, offset)
        elif (table, column) == ("account_move", "name"):
            values[column] = SQL("%s || %s", name, f"-{offset}")
    env.cr.execute(
        SQL(
            "INSERT INTO %(table)s (%(columns)s) SELECT %(values)s FROM %(table)s"
            " WHERE %(first)s <= %(last)s",
            table=SQL.identifier(table),
            columns=SQL(", ").join(map(SQL.identifier, values)),
            values=SQL(", ").join(values.values()),
            first=SQL.identifier("id" if "id" in values else next(iter(references))),
            last=last,
        )
    )


def _fill_references(env, table, offset, last):
    """Let the copies refer to the copies of tables that came after theirs."""
    for column, target in _get_references(env, table).items():
        if DOCUMENTS.index(target) > DOCUMENTS.index(table):
            env.cr.execute(
                SQL(
                    "UPDATE %(table)s made SET %(column)s = source.%(column)s + %(offset)s"
                    "  FROM %(table)s source WHERE made.id = source.id + %(offset)s"
                    "   AND source.id <= %(last)s AND source.%(column)s IS NOT NULL",
                    table=SQL.identifier(table),
                    column=SQL.identifier(column),
                    offset=offset,
                    last=last,
                )
            )


def _get_references(env, table):
    """``{column: table}`` of the documents that a table refers to."""
    return dict(
        env.execute_query(
            SQL(
                """
                SELECT a.attname, c.confrelid::regclass::text
                  FROM pg_constraint c
                  JOIN pg_attribute a ON a.attrelid = c.conrelid AND a.attnum = c.conkey[1]
                 WHERE c.contype = 'f' AND c.conrelid = %s::regclass
                   AND c.confrelid::regclass::text IN %s
                """,
                table,
                DOCUMENTS,
            )
        )
    )
