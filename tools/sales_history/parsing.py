"""What a row means: a sale, or the reason why it is none. Plain Python, no database."""

import re
from collections import Counter
from datetime import datetime
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation
from typing import NamedTuple

from tools.row_file import date_reader

UNREADABLE = "unreadable row"
NO_INVOICE = "no invoice number"
NO_PRODUCT = "no product code"
BAD_QUANTITY = "quantity not a number"
BAD_PRICE = "price not a number"
BAD_DATE = "date unreadable"
ADJUSTMENT = "adjustment invoice (bad debt)"
ZERO_QUANTITY = "quantity 0"
NEGATIVE_PRICE = "negative price"
STOCK_ADJUSTMENT = "negative quantity outside a cancellation (stock adjustment)"
FREE_GUEST = "price 0 without customer (stock adjustment)"

# Spreadsheets write whole customer numbers as 17850.0.
_FLOAT_NUMBER = re.compile(r"(\d+)\.0+")
_LARGEST = Decimal(10) ** 12


class Row(NamedTuple):
    line: int
    invoice: str
    code: str
    description: str
    quantity: Decimal
    price: Decimal
    ordered: datetime  # UTC, naive, as Odoo keeps it
    customer: str  # "" is a guest
    country: str
    is_return: bool


class Rejected(NamedTuple):
    reason: str
    amount: Decimal | None  # None where quantity or price is no number


class RowParser:
    """Turns fields into a Row or a Rejected, and counts the reasons."""

    def __init__(self, positions, width, options, zone="UTC"):
        self.positions = positions
        self.width = width
        self.options = options
        self.quantum = Decimal(1).scaleb(-options.quantity_digits)
        self.is_return = prefix_matcher(options.cancel)
        self.is_adjustment = prefix_matcher(options.adjustment)
        self.read_date = date_reader(options.date_format, zone)
        self.reasons = Counter()

    def __call__(self, line, fields):
        result = self._parse(line, fields)
        if type(result) is Rejected:
            self.reasons[result.reason] += 1
        return result

    def _parse(self, line, fields):
        if len(fields) != self.width or any("\0" in text for text in fields):
            return Rejected(UNREADABLE, None)
        invoice, code, description, quantity, date, price, customer, country = (
            fields[position].strip() for position in self.positions
        )
        quantity, price = self._number(quantity), self._number(price)
        amount = None if quantity is None or price is None else quantity * price
        ordered = self.read_date(date)
        number = _FLOAT_NUMBER.fullmatch(customer)
        customer = number[1] if number else customer
        reason = (
            (not invoice and NO_INVOICE)
            or (not code and NO_PRODUCT)
            or (quantity is None and BAD_QUANTITY)
            or (price is None and BAD_PRICE)
            or (ordered is None and BAD_DATE)
        )
        if reason:
            return Rejected(reason, amount)
        kept = quantity.quantize(self.quantum, ROUND_HALF_UP)
        reason = self._why_no_sale(invoice, kept, price, customer)
        if reason:
            return Rejected(reason, amount)
        return Row(
            line=line,
            invoice=invoice,
            code=code,
            description=description,
            quantity=kept,
            price=price,
            ordered=ordered,
            customer=customer,
            country=country,
            is_return=bool(self.is_return(invoice)),
        )

    def _why_no_sale(self, invoice, quantity, price, customer):
        """The business reasons, the first that holds: each row is counted once."""
        if self.is_adjustment(invoice):
            return ADJUSTMENT
        if not quantity:
            return ZERO_QUANTITY
        if price < 0:
            return NEGATIVE_PRICE
        if quantity < 0 and not self.is_return(invoice):
            return STOCK_ADJUSTMENT
        if not price and not customer:
            return FREE_GUEST
        return None

    def _number(self, text):
        if self.options.decimal != ".":
            text = text.replace(self.options.decimal, ".")
        try:
            number = Decimal(text)
        except InvalidOperation:
            return None
        # A number no invoice holds is a typing error, and would overflow what follows.
        return number if number.is_finite() and abs(number) < _LARGEST else None


def prefix_matcher(prefix):
    """A test for invoice numbers that are this prefix and digits; no prefix matches none."""
    if not prefix:
        return lambda invoice: False
    return re.compile(re.escape(prefix) + r"\d+", re.IGNORECASE).fullmatch
