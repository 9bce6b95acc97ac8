"""Complaint logs for the tests of their loader, and a base class that loads them."""

import csv
from dataclasses import replace

from loader_support import LoaderCase
from support import real_file

from tools.complaint_log import Options, load


def write_log(path, rows, encoding="utf-8", delimiter=","):
    """Write a file whose columns are all that occur in the rows, which are dictionaries."""
    header = list(dict.fromkeys(column for row in rows for column in row))
    with path.open("w", encoding=encoding, newline="") as stream:
        writer = csv.DictWriter(stream, header, restval="", delimiter=delimiter)
        writer.writeheader()
        writer.writerows(rows)
    return path


def cfpb_file():
    """The CFPB sample."""
    return real_file(
        "cfpb_complaints_sample.csv.xz",
        "an extract of the CFPB's Consumer Complaint Database (consumerfinance.gov, public domain)",
    )


class ComplaintLogCase(LoaderCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.Complaint = cls.env["crm.complaint"]

    def load_rows(self, rows, **options):
        return self.load_file(write_log(self.folder / "log.csv", rows), Options(**options))

    def load_file(self, path, options):
        options = replace(options, rejects=str(self.folder / "rejects.csv"))
        return self.run_load(load, path, options)

    def complaint(self, number):
        """The complaint of this number."""
        return self.Complaint.with_context(active_test=False).search([("number", "=", number)])
