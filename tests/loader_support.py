"""What the tests of the loaders share: a folder, and a load inside the test's transaction."""

import csv
import tempfile
from pathlib import Path

from odoo.tests import TransactionCase


class LoaderCase(TransactionCase):
    # Odoo sets these two on the test classes of add-ons; the loaders' tests belong to none.
    test_tags = frozenset({"standard", "post_install"})
    test_module = "loaders"

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        folder = tempfile.TemporaryDirectory()
        cls.addClassCleanup(folder.cleanup)
        cls.folder = Path(folder.name)

    def run_load(self, load, path, options, env=None):
        """Load on a cursor whose commits stay inside the test's transaction."""
        self.env.flush_all()
        with self.enter_registry_test_mode(), self.registry.cursor() as cr:
            report = load((env or self.env)(cr=cr), path, options)
        self.env.invalidate_all()
        return report

    def rejects(self):
        """The rejects file as a list of rows."""
        with (self.folder / "rejects.csv").open(encoding="utf-8", newline="") as stream:
            return list(csv.reader(stream))
