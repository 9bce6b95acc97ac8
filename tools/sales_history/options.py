"""What can be set for a load, and where it is read from."""

import re
from dataclasses import dataclass, field, fields

from tools.row_file import LoadError

COLUMNS = (
    "InvoiceNo",
    "StockCode",
    "Description",
    "Quantity",
    "InvoiceDate",
    "UnitPrice",
    "CustomerID",
    "Country",
)
# Codes of the UCI data set that are postage, fees, discounts and corrections, not goods.
CHARGES = "POST,DOT,C2,M,D,S,B,CRUK,BANK CHARGES,AMAZONFEE"


@dataclass(frozen=True)
class Options:
    """Each field is set by the environment variable of its name, in capitals.

    ``quantity_digits`` alone is not: it is the database's own precision.
    """

    map: dict = field(default_factory=dict)  # our column -> the file's header
    source: str = "sales_history"  # names the external ids: what makes a row "already there"
    timezone: str = ""  # of the file's dates; empty: the user's, else the company's, else UTC
    date_format: str = ""  # strptime format; empty: ISO 8601
    decimal: str = "."
    delimiter: str = ""  # empty: found in the header
    encoding: str = ""  # empty: UTF-8, else Latin-1
    charges: frozenset = frozenset(code.casefold() for code in CHARGES.split(","))
    cancel: str = "C"  # an invoice number of this prefix and digits is a return
    adjustment: str = "A"  # ... of this one is a correction of the books, not a sale
    rejects: str = ""  # empty: <file name>.rejects.csv in the current directory
    company: str = ""  # name of the company; empty: the environment's
    batch: int = 1000  # orders a transaction
    quantity_digits: int = 2  # of the decimal precision "Product Unit"

    def __post_init__(self):
        unknown = set(self.map) - set(COLUMNS)
        if unknown:
            raise LoadError(
                f"MAP names a column that does not exist: {', '.join(sorted(unknown))}. "
                f"The columns are {', '.join(COLUMNS)}."
            )
        if not re.fullmatch(r"[A-Za-z0-9_-]+", self.source):
            raise LoadError("SOURCE may only hold letters, digits, - and _.")
        if self.batch < 1:
            raise LoadError("BATCH must be at least 1.")

    @classmethod
    def from_environ(cls, environ):
        """Options from environment variables; one that is empty counts as not set.

        There is no ``TZ``: Odoo sets that variable to UTC for its own process.
        """
        readers = {"map": _read_map, "charges": _read_codes, "batch": _read_count}
        values = {}
        for option in fields(cls):
            text = environ.get(option.name.upper(), "")
            if option.name != "quantity_digits" and text:
                values[option.name] = readers.get(option.name, str)(text)
        # Prefixes are switched off with "-": empty means "not set".
        for name in ("cancel", "adjustment"):
            if values.get(name) == "-":
                values[name] = ""
        return cls(**values)


def _read_map(text):
    pairs = {}
    for part in text.split(","):
        column, sign, header = part.partition("=")
        if not sign or not header.strip():
            raise LoadError(f'MAP must read "InvoiceNo=Invoice,StockCode=SKU", not "{text}".')
        pairs[column.strip()] = header.strip()
    return pairs


def _read_codes(text):
    return frozenset(code.strip().casefold() for code in text.split(",") if code.strip())


def _read_count(text):
    if not text.isdecimal():
        raise LoadError(f'BATCH must be a whole number, not "{text}".')
    return int(text)
