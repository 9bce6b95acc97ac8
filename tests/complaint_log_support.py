"""Complaint logs for the tests of their loader, and a base class that loads them."""

import csv
import os
import tempfile
from dataclasses import replace
from pathlib import Path

from support import ROOT

from odoo.tests import TransactionCase

from tools.complaint_log import Options, load


def write_log(path, rows, encoding="utf-8", delimiter=","):
    """Write a file whose columns are all that occur in the rows, which are dictionaries."""
    header = list(dict.fromkeys(column for row in rows for column in row))
    with path.open("w", encoding=encoding, newline="") as stream:
        writer = csv.DictWriter(stream, header, restval="", delimiter=delimiter)
        writer.writeheader()
        writer.writerows(rows)
    return path


def real_file():
    """The CFPB sample; a machine without it fails here, and says what to fetch."""
    folder = Path(os.environ.get("SHARED_DATA") or ROOT.parent / "shared" / "data")
    path = folder / "cfpb_complaints_sample.csv.xz"
    assert path.is_file(), (
        f"There is no {path}: set SHARED_DATA to the folder that holds an extract of the CFPB's "
        "Consumer Complaint Database (consumerfinance.gov, public domain) by this name."
    )
    return path


class ComplaintLogCase(TransactionCase):
    # Odoo sets these two on the test classes of add-ons, and this one is of none.
    test_tags = frozenset({"standard", "post_install"})
    test_module = "complaint_log"

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        folder = tempfile.TemporaryDirectory()
        cls.addClassCleanup(folder.cleanup)
        cls.folder = Path(folder.name)
        cls.Complaint = cls.env["crm.complaint"]

    def load_rows(self, rows, **options):
        return self.load_file(write_log(self.folder / "log.csv", rows), Options(**options))

    def load_file(self, path, options):
        """Load on a cursor whose commits stay inside the test's transaction."""
        options = replace(options, rejects=str(self.folder / "rejects.csv"))
        self.env.flush_all()
        with self.enter_registry_test_mode(), self.registry.cursor() as cr:
            report = load(self.env(cr=cr), path, options)
        self.env.invalidate_all()
        return report

    def complaint(self, number):
        """The complaint of this number."""
        return self.Complaint.with_context(active_test=False).search([("number", "=", number)])

    def rejects(self):
        """The rejects file as a list of rows."""
        with (self.folder / "rejects.csv").open(encoding="utf-8", newline="") as stream:
            return list(csv.reader(stream))
