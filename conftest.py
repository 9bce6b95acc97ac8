"""What every test run shares."""

import os

import pytest_odoo

_port = os.environ.get("ODOO_TEST_HTTP_PORT")
if _port:
    pytest_odoo._get_available_random_port = lambda: int(_port)
