"""What every test run shares: one HTTP port that can be chosen, so that runs side by side do not meet."""

import os

import pytest_odoo

_port = os.environ.get("ODOO_TEST_HTTP_PORT")
if _port:
    pytest_odoo._get_available_random_port = lambda: int(_port)
