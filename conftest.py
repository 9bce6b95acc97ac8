"""What every test run shares."""

import os

import pytest_odoo
from hypothesis import settings

# The same examples in each run, so that a red run can be repeated, and new ones in a `deep` run
# (HYPOTHESIS=deep make test T=...). What a slow machine needs for one is no failure.
settings.register_profile("suite", deadline=None, database=None, derandomize=True)
settings.register_profile("deep", deadline=None, database=None, max_examples=3000)
settings.load_profile(os.environ.get("HYPOTHESIS") or "suite")

# A port that can be chosen, so that runs side by side do not meet.
_port = os.environ.get("ODOO_TEST_HTTP_PORT")
if _port:
    pytest_odoo._get_available_random_port = lambda: int(_port)


def pytest_terminal_summary(terminalreporter):
    """Say that a skipped test counts as a failure, before pytest's own closing line."""
    if terminalreporter.stats.get("skipped"):
        terminalreporter.write_line("A skipped test proves nothing: the run fails.", red=True)


def pytest_sessionfinish(session, exitstatus):
    """Fail the run when a test was skipped: browser tests never vanish quietly."""
    reporter = session.config.pluginmanager.get_plugin("terminalreporter")
    if reporter and reporter.stats.get("skipped") and not exitstatus:
        session.exitstatus = 1
