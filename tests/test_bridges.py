"""The add-ons that join the suite to modules not everybody has: they install themselves, and work.

Their own tests are left out of a run on a database without them (see conftest.py), and run here.
"""

import os
import subprocess
import sys

import pytest
from support import ROOT, install, setting, shell

BRIDGES = {
    "crm_extended_stock": "sale_stock",
    "crm_loyalty_partnership": "partnership",
    "crm_loyalty_pos": "pos_loyalty",
    "crm_loyalty_stock": "sale_stock",
}
INSTALLED = """
print('STATE', env['ir.module.module'].search([('name', '=', '{bridge}')]).state)
"""


@pytest.mark.parametrize("bridge", BRIDGES)
def test_a_bridge_installs_itself_and_passes_its_tests(scratch, bridge):
    database = scratch.database("SUITE")
    assert install(database, "-i", BRIDGES[bridge]) == []
    assert "STATE installed" in shell(database, INSTALLED.format(bridge=bridge))
    done = subprocess.run(
        [
            *(sys.executable, "-m", "pytest", "-q", "--durations=0"),
            f"--odoo-config={setting('ODOO_TEST_CONFIG')}",
            f"--odoo-database={database}",
            f"addons/{bridge}",
        ],
        cwd=ROOT,
        # The port of the run around this one is taken.
        env={key: value for key, value in os.environ.items() if key != "ODOO_TEST_HTTP_PORT"},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout
    assert " passed" in done.stdout
