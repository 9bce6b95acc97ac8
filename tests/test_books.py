"""Collected and confirmed by the bank agree with the balances of the accounts, to the cent.

Some dozen invoices of all kinds in two companies and two currencies (see `books_support.py`);

    BOOKS_INVOICES=10000 make test T=tests/test_books.py

is the whole set. What `crm.sales.actual` says is compared with what the test works out itself, in
fractions, from the journal items and their reconciliations alone.
"""

import json
import os
from collections import defaultdict
from contextlib import closing
from decimal import Decimal
from fractions import Fraction
from types import SimpleNamespace

import psycopg2
import psycopg2.extras
import pytest
from support import shell

INVOICES = int(os.environ.get("BOOKS_INVOICES", "46"))
MADE = 1500  # through Odoo's models; more are copies of them, made by SQL
CENT = Fraction(1, 100)

FILL = """
import sys
sys.path.insert(0, "tests")
from books_support import Books, multiply

other = env["res.company"].create({{"name": "Abroad", "currency_id": env.ref("base.EUR").id}})
env.user.company_ids += other
Books(env).fill({count} * 2 // 3)
Books(env, other, foreign="USD", seed=23).fill({count} // 3)
multiply(env, {times})
env.cr.commit()
"""
READ = """
import json
env = env(context=dict(env.context, allowed_company_ids=env["res.company"].search([]).ids))
rows = env["crm.sales.actual"].search_fetch(
    [("kind", "in", ["invoiced", "collected", "bank", "transit"])],
    ["kind", "date", "company_id", "user_id", "move_id", "payment_move_id", "amount",
     "payment_amount"],
)
print("RESULT", json.dumps([
    [row.kind, str(row.date), row.company_id.id, row.user_id.id, row.move_id.id,
     row.payment_move_id.id, row.amount, row.payment_amount]
    for row in rows
]))
"""
RAW = {
    "moves": """
        SELECT move.id, move_type, ref, amount_untaxed, amount_total, invoice_user_id,
               move.company_id, move.date, reversed_entry_id, origin_payment_id IS NOT NULL AS pays,
               statement_line_id IS NOT NULL AS banks, move.currency_id = c.currency_id AS is_home
          FROM account_move move JOIN res_company c ON c.id = move.company_id
         WHERE state = 'posted'
    """,
    "lines": """
        SELECT l.id, l.move_id, l.date, l.balance, l.amount_currency, l.amount_residual,
               l.amount_residual_currency, l.display_type, l.reconciled, a.account_type,
               a.id = p.outstanding_account_id AS waits, a.id = j.default_account_id AS is_bank
          FROM account_move_line l
          JOIN account_account a ON a.id = l.account_id
          JOIN account_journal j ON j.id = l.journal_id
          LEFT JOIN account_payment p ON p.move_id = l.move_id
         WHERE l.parent_state = 'posted'
    """,
    "partials": """
        SELECT id, debit_move_id AS debit, credit_move_id AS credit, exchange_move_id,
               debit_amount_currency, credit_amount_currency
          FROM account_partial_reconcile
    """,
    "sold": """
        SELECT rel.invoice_line_id AS line, o.id AS order, o.user_id
          FROM sale_order_line_invoice_rel rel
          JOIN sale_order_line l ON l.id = rel.order_line_id
          JOIN sale_order o ON o.id = l.order_id
    """,
    "credits": 'SELECT order_id AS "order", user_id, share FROM sale_order_credit',
}


class Ledger:
    """What came in of each invoice, worked out of journal items alone."""

    def __init__(self, database):
        tables = read_tables(database)
        self.moves = {move.id: move for move in tables["moves"]}
        self.lines = {line.id: line for line in tables["lines"]}
        self.partials = tables["partials"]
        self.of_move = defaultdict(list)
        for line in self.lines.values():
            self.of_move[line.move_id].append(line)
        self.taken = defaultdict(list)  # by line: (partial, the other line, what it took of it)
        for partial in self.partials:
            debit, credit = self.lines.get(partial.debit), self.lines.get(partial.credit)
            if debit and credit:
                self.taken[debit.id].append((partial, credit, partial.debit_amount_currency))
                self.taken[credit.id].append((partial, debit, partial.credit_amount_currency))
        self.sellers = self._find_sellers(tables)
        self.receipts = [*self._find_receipts()]

    def _find_sellers(self, tables):
        """``{invoice: {salesperson: part of the invoice}}``"""
        sold = {row.line: row for row in tables["sold"]}
        credits = defaultdict(list)
        for row in tables["credits"]:
            credits[row.order].append((row.user_id, row.share / 100))
        parts = {}
        for move in self.moves.values():
            lines = [line for line in self.of_move[move.id] if line.display_type == "product"]
            total = sum(line.amount_currency for line in lines)
            if not move.move_type.startswith("out_") or not total:
                continue
            found = defaultdict(Fraction)
            for line in lines:
                order = sold.get(line.id)
                shares = credits.get(order.order) if order else None
                alone = [(order.user_id if order else move.invoice_user_id, Fraction(1))]
                for user, share in shares or alone:
                    found[user] += share * line.amount_currency / total
            parts[move.id] = found
        return parts

    def _find_receipts(self):
        """Each payment of an invoice, with what the bank has said of it."""
        for term in self.lines.values():
            invoice = self.moves[term.move_id]
            if (
                invoice.move_type not in ("out_invoice", "out_refund")
                or term.account_type != "asset_receivable"
            ):
                continue
            sign = 1 if invoice.move_type == "out_invoice" else -1
            for partial, paid, _settled in self.taken[term.id]:
                payment = self.moves[paid.move_id]
                if not (payment.pays or payment.banks):
                    continue
                gross = sign * self._get_worth(partial, paid)
                yield SimpleNamespace(
                    invoice=invoice,
                    payment=payment,
                    date=paid.date,
                    gross=gross,
                    net=gross * invoice.amount_untaxed / invoice.amount_total,
                    confirmed=self._get_confirmed(payment),
                )

    def _get_worth(self, partial, paid):
        """The money of a reconciliation as the entry of the payment has it."""
        used = sum(
            taken
            for other, counterpart, taken in self.taken[paid.id]
            if other.id == partial.id or counterpart.move_id == partial.exchange_move_id
        )
        return abs(used / paid.amount_currency * self.get_money(paid.move_id))

    def get_money(self, move_id):
        """What an entry moved on money accounts and those where money waits for the bank."""
        return sum(
            line.balance
            for line in self.of_move[move_id]
            if line.waits or line.is_bank or line.account_type == "asset_cash"
        )

    def _get_confirmed(self, payment):
        """``{day: part of a payment}`` as the bank's statements have it."""
        if payment.banks:
            return {payment.date: Fraction(1)}
        [waiting] = [line for line in self.of_move[payment.id] if line.waits]
        found = defaultdict(Fraction)
        for _partial, line, taken in self.taken[waiting.id]:
            if self.moves[line.move_id].banks:
                found[line.date] += abs(taken / waiting.amount_currency)
        if waiting.reconciled and found:
            whole = sum(found.values())
            return {day: part / whole for day, part in found.items()}
        return found


def read_tables(database):
    tables = {}
    with closing(psycopg2.connect(dbname=database)) as connection:
        for name, query in RAW.items():
            with connection.cursor(cursor_factory=psycopg2.extras.RealDictCursor) as cursor:
                cursor.execute(query)
                tables[name] = [SimpleNamespace(**make_exact(row)) for row in cursor.fetchall()]
    return tables


def make_exact(row):
    """Odoo has psycopg2 read numbers as floats, which write themselves as they were stored."""
    return {
        name: Fraction(str(value)) if isinstance(value, (float, Decimal)) else value
        for name, value in row.items()
    }


@pytest.fixture(scope="module")
def books(scratch):
    database = scratch.database("SUITE")
    made = min(INVOICES, MADE)
    shell(database, FILL.format(count=made, times=-(-INVOICES // made)))
    rows = [
        SimpleNamespace(
            kind=kind,
            date=day,
            company=company,
            user=user or None,
            invoice=invoice,
            payment=payment,
            amount=Fraction(str(amount)),
            gross=Fraction(str(gross or 0)),
        )
        for kind, day, company, user, invoice, payment, amount, gross in json.loads(
            shell(database, READ).split("RESULT", 1)[1]
        )
    ]
    return SimpleNamespace(rows=rows, ledger=Ledger(database))


def add_up(rows, key, value="gross"):
    """``{key: sum}``, without what adds up to nothing."""
    sums = defaultdict(Fraction)
    for row in rows:
        sums[key(row)] += getattr(row, value)
    return {name: total for name, total in sums.items() if round(total, 4)}


def of_kind(books, *kinds):
    return [row for row in books.rows if row.kind in kinds]


def find_differences(found, expected, allowed):
    """Where two sums differ by more than is allowed, a number or a function of the key."""
    return {
        key: (float(found.get(key, 0)), float(expected.get(key, 0)))
        for key in found.keys() | expected.keys()
        if abs(found.get(key, 0) - expected.get(key, 0)) > allowed
    }


def test_the_set_has_everything(books):
    stories = {move.ref for move in books.ledger.moves.values() if move.move_type == "out_invoice"}
    assert len(stories) >= 22, stories
    kinds = {
        (r.invoice.move_type, r.invoice.is_home, r.payment.pays) for r in books.ledger.receipts
    }
    assert len(kinds) >= 5, kinds
    assert any(len(shares) > 1 for shares in books.ledger.sellers.values())
    assert len(books.ledger.receipts) > INVOICES * 0.7


def test_each_payment_of_each_invoice_is_collected_to_the_cent(books):
    def key(row):
        return row.invoice, row.payment, row.date

    expected = [
        SimpleNamespace(
            invoice=r.invoice.id, payment=r.payment.id, date=str(r.date), gross=r.gross, net=r.net
        )
        for r in books.ledger.receipts
    ]
    rows = of_kind(books, "collected")
    assert find_differences(add_up(rows, key), add_up(expected, key), CENT) == {}
    found, exact = add_up(rows, key, "amount"), add_up(expected, key, "net")
    # lines are cut at cents of the invoice's currency, which are worth a little more or less
    assert find_differences(found, exact, 2 * CENT) == {}


def test_payments_are_used_as_the_balances_of_their_accounts_say(books):
    """Without a look at a reconciliation: what is not open any more has been collected."""
    ledger = books.ledger
    found = add_up(of_kind(books, "collected"), lambda row: row.payment)
    expected = {}
    for receipt in ledger.receipts:
        lines = [
            line
            for line in ledger.of_move[receipt.payment.id]
            if line.account_type == "asset_receivable"
        ]
        if receipt.payment.pays:
            whole = sum(line.amount_currency for line in lines)
            open_part = sum(line.amount_residual_currency for line in lines)
            expected[receipt.payment.id] = ledger.get_money(receipt.payment.id) * (
                1 - open_part / whole
            )
        else:
            expected[receipt.payment.id] = -sum(
                line.balance - line.amount_residual for line in lines
            )
    assert find_differences(found, expected, CENT / 2) == {}


def test_an_invoice_paid_in_full_is_collected_in_full(books):
    """In the company's own currency nothing is left to rates: its untaxed amount, line by line."""
    stories = {"paid", "paid_in_transit", "two_parts", "half_matched", "unmatched_again"}
    collected = add_up(of_kind(books, "collected"), lambda row: row.invoice, "amount")
    invoiced = add_up(of_kind(books, "invoiced"), lambda row: row.invoice, "amount")
    compared = 0
    for move in books.ledger.moves.values():
        if move.ref in stories and move.is_home and move.move_type == "out_invoice":
            assert collected[move.id] == invoiced[move.id] == move.amount_untaxed
            compared += 1
    assert compared >= 5


def test_months_and_companies_add_up(books):
    expected = [
        SimpleNamespace(
            company=r.invoice.company_id, date=str(r.date), payment=r.payment.id, gross=r.gross
        )
        for r in books.ledger.receipts
    ]
    by_payment = add_up(expected, lambda row: (row.company, row.date[:7], row.payment))
    rounded = [
        SimpleNamespace(month=key[:2], gross=Fraction(round(total * 100), 100))
        for key, total in by_payment.items()
    ]
    found = add_up(of_kind(books, "collected"), lambda row: (row.company, row.date[:7]))
    assert found == add_up(rounded, lambda row: row.month)
    assert len(found) > 12


def test_each_salesperson_has_the_own_share(books):
    rows = of_kind(books, "collected")
    found = add_up(rows, lambda row: (row.invoice, row.payment, row.user), "amount")
    expected = defaultdict(Fraction)
    for r in books.ledger.receipts:
        for user, part in books.ledger.sellers[r.invoice.id].items():
            expected[r.invoice.id, r.payment.id, user] += r.net * part
    # each line of the invoice is cut to the cent
    assert find_differences(found, expected, 4 * CENT) == {}


def test_the_bank_has_confirmed_what_its_statements_hold(books):
    def key(row):
        return row.payment, row.date

    expected = [
        SimpleNamespace(payment=r.payment.id, date=str(day), gross=r.gross * part)
        for r in books.ledger.receipts
        for day, part in r.confirmed.items()
    ]
    assert {row.date for row in expected} != {str(r.date) for r in books.ledger.receipts}
    found = add_up(of_kind(books, "bank"), key)
    assert find_differences(found, add_up(expected, key), CENT) == {}


def test_confirmed_and_in_transit_are_what_was_collected(books):
    for value in ("gross", "amount"):
        for key in (
            lambda row: (row.invoice, row.payment),
            lambda row: (row.invoice, row.payment, row.user),
        ):
            both = add_up(of_kind(books, "bank", "transit"), key, value)
            assert both == add_up(of_kind(books, "collected"), key, value)


def test_in_transit_is_what_waits_on_the_accounts(books):
    """Of payments that are used up, in the company's currency: the balance that waits."""
    ledger = books.ledger
    found = add_up(of_kind(books, "transit"), lambda row: row.payment)
    expected = {}
    for receipt in ledger.receipts:
        lines = ledger.of_move[receipt.payment.id]
        receivable = [line for line in lines if line.account_type == "asset_receivable"]
        if receipt.payment.is_home and all(line.reconciled for line in receivable):
            expected[receipt.payment.id] = sum(line.amount_residual for line in lines if line.waits)
    assert sum(1 for amount in expected.values() if amount) >= 3
    found = {key: amount for key, amount in found.items() if key in expected}
    # half a cent for each instalment that the payment settles
    assert find_differences(found, expected, CENT) == {}
