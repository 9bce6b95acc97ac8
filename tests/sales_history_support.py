"""Sales files for the tests of the loader, and a base class that loads them."""

import csv

from loader_support import LoaderCase
from support import real_file

from tools.sales_history import Options, load

HEADER = [
    "InvoiceNo",
    "StockCode",
    "Description",
    "Quantity",
    "InvoiceDate",
    "UnitPrice",
    "CustomerID",
    "Country",
]


def sale(invoice="1001", **changes):
    """One good row of a file, with what the test changes in it."""
    row = {
        "InvoiceNo": invoice,
        "StockCode": "22720",
        "Description": "SET OF 3 CAKE TINS PANTRY DESIGN",
        "Quantity": "6",
        "InvoiceDate": "2011-03-01 09:30:00",
        "UnitPrice": "4.95",
        "CustomerID": "17850.0",
        "Country": "United Kingdom",
    }
    assert set(changes) <= set(row), f"no such column: {set(changes) - set(row)}"
    return [*{**row, **changes}.values()]


def write_file(path, rows, header=HEADER, encoding="utf-8", delimiter=","):
    with path.open("w", encoding=encoding, newline="") as stream:
        csv.writer(stream, delimiter=delimiter).writerows([header, *rows])
    return path


def uci_file():
    """The UCI file."""
    return real_file(
        "online_retail.csv.xz",
        "the UCI data set Online Retail (archive.ics.uci.edu, CC BY 4.0)",
    )


class SalesHistoryCase(LoaderCase):
    def load_rows(self, rows, env=None, **options):
        return self.load_file(write_file(self.folder / "sales.csv", rows), env, **options)

    def load_file(self, path, env=None, **options):
        options.setdefault("rejects", str(self.folder / "rejects.csv"))
        options.setdefault("source", "test_history")
        return self.run_load(load, path, Options(**options), env)

    def order(self, invoice):
        """The order of an invoice."""
        return self.env.ref(f"__import__.test_history_order_{invoice}")
