"""The add-ons that join the suite to modules not everybody has: they install themselves, and work.

Their own tests are left out of a run on a database without them (see conftest.py), and run here.
"""

import pytest
from support import install, run_pytest, shell

# {module of Odoo: the bridges it brings}
BRIDGES = {
    "delivery": ("crm_analytics_delivery",),
    "partnership": ("crm_loyalty_partnership",),
    "pos_loyalty": ("crm_loyalty_pos",),
    "sale_margin": ("crm_analytics_margin",),
    "sale_stock": ("crm_analytics_stock", "crm_extended_stock", "crm_loyalty_stock"),
    "website_sale": ("crm_analytics_website_sale",),
}
INSTALLED = """
print('INSTALLED', *sorted(env['ir.module.module'].search(
    [('name', 'in', {bridges}), ('state', '=', 'installed')]).mapped('name')))
"""


@pytest.mark.parametrize("module", BRIDGES)
def test_bridges_install_themselves_and_pass_their_tests(scratch, module):
    bridges = BRIDGES[module]
    database = scratch.database("SUITE")
    assert install(database, "-i", module) == []
    printed = shell(database, INSTALLED.format(bridges=bridges))
    assert f"INSTALLED {' '.join(bridges)}\n" in printed
    done = run_pytest(database, "--durations=0", *(f"addons/{bridge}" for bridge in bridges))
    assert done.returncode == 0, done.stdout
    assert " passed" in done.stdout
