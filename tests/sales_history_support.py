"""Sales files for the tests of the loader, and a base class that loads them."""

import csv
import os
import tempfile
from pathlib import Path

from support import ROOT

from odoo.tests import TransactionCase

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


def real_file():
    """The UCI file; a machine without it fails here, and says what to fetch."""
    folder = Path(os.environ.get("SHARED_DATA") or ROOT.parent / "shared" / "data")
    path = folder / "online_retail.csv.xz"
    assert path.is_file(), (
        f"There is no {path}: set SHARED_DATA to the folder that holds the UCI data set "
        "Online Retail (archive.ics.uci.edu, CC BY 4.0) as online_retail.csv.xz."
    )
    return path


class SalesHistoryCase(TransactionCase):
    # Odoo sets these two on the test classes of add-ons, and this one is of none.
    test_tags = frozenset({"standard", "post_install"})
    test_module = "sales_history"

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        folder = tempfile.TemporaryDirectory()
        cls.addClassCleanup(folder.cleanup)
        cls.folder = Path(folder.name)

    def load_rows(self, rows, env=None, **options):
        return self.load_file(write_file(self.folder / "sales.csv", rows), env, **options)

    def load_file(self, path, env=None, **options):
        """Load on a cursor whose commits stay inside the test's transaction."""
        options.setdefault("rejects", str(self.folder / "rejects.csv"))
        options.setdefault("source", "test_history")
        self.env.flush_all()
        with self.enter_registry_test_mode(), self.registry.cursor() as cr:
            report = load((env or self.env)(cr=cr), path, Options(**options))
        self.env.invalidate_all()
        return report

    def order(self, invoice):
        """The order of an invoice."""
        return self.env.ref(f"__import__.test_history_order_{invoice}")

    def rejects(self):
        """The rejects file as a list of rows."""
        with (self.folder / "rejects.csv").open(encoding="utf-8", newline="") as stream:
            return list(csv.reader(stream))
