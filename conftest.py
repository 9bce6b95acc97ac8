"""What every test run shares."""

import functools
import os
from pathlib import Path

import freezegun
import pytest_odoo
from hypothesis import settings

ADDONS = Path(__file__).parent / "addons"

# The same examples in each run, so that a red run can be repeated, and new ones in a `deep` run
# (HYPOTHESIS=deep make test T=...). What a slow machine needs for one is no failure.
settings.register_profile("suite", deadline=None, database=None, derandomize=True)
settings.register_profile("deep", deadline=None, database=None, max_examples=3000)
settings.load_profile(os.environ.get("HYPOTHESIS") or "suite")

# How long a test took is told by the real clock, also where the test stops its own.
freezegun.configure(extend_ignore_list=["_pytest.timing"])

# A port that can be chosen, so that runs side by side do not meet.
_port = os.environ.get("ODOO_TEST_HTTP_PORT")
if _port:
    pytest_odoo._get_available_random_port = lambda: int(_port)


def pytest_ignore_collect(collection_path):
    """Leave out the add-ons that are not installed: tests/test_bridges.py runs their tests."""
    if collection_path.parent == ADDONS and (collection_path / "__manifest__.py").exists():
        return collection_path.name not in _get_installed() or None
    return None


@functools.cache
def _get_installed():
    # Only now: the command line has been read.
    from odoo.sql_db import close_db, db_connect
    from odoo.tests.common import get_db_name

    name = get_db_name()
    try:
        with db_connect(name).cursor() as cr:
            cr.execute("SELECT name FROM ir_module_module WHERE state = 'installed'")
            return {name for (name,) in cr.fetchall()}
    finally:
        close_db(name)  # a database in use cannot be copied for a second process


def pytest_terminal_summary(terminalreporter):
    """Say that a skipped test counts as a failure, before pytest's own closing line."""
    if terminalreporter.stats.get("skipped"):
        terminalreporter.write_line("A skipped test proves nothing: the run fails.", red=True)


def pytest_sessionfinish(session, exitstatus):
    """Fail the run when a test was skipped: browser tests never vanish quietly."""
    reporter = session.config.pluginmanager.get_plugin("terminalreporter")
    if reporter and reporter.stats.get("skipped") and not exitstatus:
        session.exitstatus = 1
