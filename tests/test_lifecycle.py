"""The add-ons install, upgrade and uninstall, alone and together, and lose nothing."""

import json

import pytest
from support import SUITE, install, read_state, shell

MAKE_RECORDS = """
partner = env['res.partner'].create({'name': 'Keeps Everything'})
product = env['product.product'].create({'name': 'Kept', 'list_price': 10})
order = env['sale.order'].create({
    'partner_id': partner.id,
    'order_line': [(0, 0, {'product_id': product.id, 'product_uom_qty': 2, 'tax_ids': False})],
})
order.action_confirm()
env['crm.complaint'].create({'name': 'Late', 'partner_id': partner.id, 'order_id': order.id})
contract = env['crm.contract'].create({
    'name': 'Supply', 'partner_id': partner.id, 'date_start': '2026-01-01',
    'term_ids': [(0, 0, {'name': 'Report', 'kind': 'date', 'due_date': '2027-01-01'})],
})
program = env['loyalty.program'].create({
    'name': 'Points', **env['loyalty.program']._program_type_default_values()['loyalty'],
    'program_type': 'loyalty',
})
env['loyalty.card'].create({'program_id': program.id, 'partner_id': partner.id, 'points': 7})
env.cr.commit()
"""
COUNT_RECORDS = """
import json
models = ['res.partner', 'product.product', 'sale.order', 'sale.order.line', 'loyalty.card',
          'crm.complaint', 'crm.contract', 'crm.contract.term']
order = env['sale.order'].search([('partner_id.name', '=', 'Keeps Everything')])
card = env['loyalty.card'].search([('partner_id.name', '=', 'Keeps Everything')])
print('RESULT', json.dumps({
    'counts': {model: env[model].with_context(active_test=False).search_count([])
               for model in models if model in env},
    'order': [order.state, order.amount_untaxed], 'points': card.points,
    'number': 'number' in card._fields and card.number,
}))
"""
DEMO_DATA = """
print('demo', all(env[model].search_count([]) for model in (
    'crm.complaint', 'crm.contract.term', 'loyalty.card', 'product.affinity', 'product.upsell',
    'sale.customer.prediction', 'sale.white.space', 'sale.customer.followup', 'sale.suggestion',
    'crm.lead.slip', 'crm.kpi.target', 'crm.kpi.value', 'crm.sales.plan.line')))
"""
INSTALLED = "SELECT name FROM ir_module_module WHERE state = 'installed'"
UNINSTALL = """
env['ir.module.module'].search([('name', '=', '{module}')]).button_immediate_uninstall()
"""


def records(database):
    """Return what COUNT_RECORDS finds."""
    (line,) = [
        line for line in shell(database, COUNT_RECORDS).splitlines() if line.startswith("RESULT")
    ]
    return json.loads(line.removeprefix("RESULT "))


def installed(database):
    """Return which of the suite's add-ons are installed."""
    rows = read_state(database, {"installed": INSTALLED})["installed"]
    return {name for (name,) in rows if name in SUITE}


@pytest.mark.parametrize("module", SUITE)
def test_an_addon_installs_without_a_warning(scratch, module):
    database = scratch.database("BASE")
    assert install(database, "-i", module) == []
    assert module in installed(database)


def test_the_demo_data_installs_without_a_warning(scratch):
    database = scratch.database("DEMO_BASE")
    assert install(database, "-i", ",".join(SUITE), "--with-demo") == []
    assert "demo True" in shell(database, DEMO_DATA)


def test_an_upgrade_keeps_every_record_and_warns_of_nothing(scratch):
    database = scratch.database("SUITE")
    shell(database, MAKE_RECORDS)
    before = records(database)
    assert install(database, "-u", ",".join(SUITE)) == []
    assert records(database) == before
    assert before["counts"]["crm.contract.term"] == 1


def test_uninstalling_leaves_odoos_own_records_working(scratch):
    database = scratch.database("SUITE")
    shell(database, MAKE_RECORDS)
    before = records(database)
    for module in reversed(SUITE):
        shell(database, UNINSTALL.format(module=module))
        after = records(database)
        own = set(after["counts"])
        assert after["counts"] == {model: before["counts"][model] for model in own}
        assert (after["order"], after["points"]) == (before["order"], before["points"])
    assert installed(database) == set()
    assert own == {
        "res.partner",
        "product.product",
        "sale.order",
        "sale.order.line",
        "loyalty.card",
    }
