"""Cards of Odoo's own loyalty get lots and numbers from the suite, and outlive it."""

import json

from support import install, read_state, shell

# Everything core lets a database come to: balances below zero, of float noise, without history.
CORE_CARDS = """
programs = env['loyalty.program']
program = programs.create({
    'name': 'Core Points', 'program_type': 'loyalty',
    **programs._program_type_default_values()['loyalty'],
})
gifts = programs.create({
    'name': 'Core Gifts', 'program_type': 'gift_card',
    **programs._program_type_default_values()['gift_card'],
})
names = ('Regular', 'Owing', 'Noisy', 'Bare', 'Empty', 'Archived', 'Gift')
cards = {}
for name in names:
    partner = env['res.partner'].create({'name': f'Core {name}'})
    cards[name] = env['loyalty.card'].with_context(loyalty_no_mail=True).create({
        'program_id': (gifts if name == 'Gift' else program).id, 'partner_id': partner.id,
    })

def history(card, day, issued=0, used=0):
    line = env['loyalty.history'].create({
        'card_id': card.id, 'description': 'Order', 'issued': issued, 'used': used,
        'order_model': 'sale.order', 'order_id': 1,
    })
    env.flush_all()
    env.cr.execute('UPDATE loyalty_history SET create_date = %s WHERE id = %s', (day, line.id))

history(cards['Regular'], '2026-01-10', issued=100)
history(cards['Regular'], '2026-02-10', used=80)
history(cards['Regular'], '2026-03-10', issued=50)
cards['Regular'].points = 70
history(cards['Owing'], '2026-01-10', issued=100)
cards['Owing'].points = -50
history(cards['Noisy'], '2026-01-10', issued=100)
env.flush_all()
cards['Noisy'].points = sum([0.1] * 1000)
cards['Bare'].points = 25
cards['Archived'].write({'points': 12, 'active': False})
cards['Gift'].points = 50
twice = env['res.partner'].create({'name': 'Twice'})
for points in (30, 12):
    env['loyalty.card'].with_context(loyalty_no_mail=True).create({
        'program_id': program.id, 'partner_id': twice.id, 'points': points,
    })
env.cr.commit()
"""
READ_CARDS = """
import json
cards = env['loyalty.card'].with_context(active_test=False).search(
    [('partner_id.name', 'like', 'Core %')], order='id')
print('RESULT', json.dumps({card.partner_id.name.removeprefix('Core '): {
    'points': card.points,
    'history': sum(line.issued - line.used for line in card.history_ids),
    **({
        'debt': card.points_debt,
        'numbered': bool(card.number),
        'lots': [[str(lot.available_date), lot.remaining]
                 for lot in card.lot_ids.sorted('available_date')],
    } if 'lot_ids' in card._fields else {}),
} for card in cards}))
"""
CARDS_OF_ONE = """
SELECT card.active, card.state, card.points::float, SUM(lot.remaining)::float, newer.points::float
  FROM loyalty_card card
  JOIN res_partner partner ON partner.id = card.partner_id AND partner.name = 'Twice'
  LEFT JOIN loyalty_lot lot ON lot.card_id = card.id AND lot.state = 'available'
  LEFT JOIN loyalty_card newer ON newer.id = card.replaced_by_id
 GROUP BY card.id, newer.id
 ORDER BY card.id
"""
UNINSTALL = """
env['ir.module.module'].search([('name', '=', 'crm_loyalty')]).button_immediate_uninstall()
"""
USE_CORE = """
card = env['loyalty.card'].search([('partner_id.name', '=', 'Core Regular')])
card.points -= 0.5
env['loyalty.history'].create({'card_id': card.id, 'description': 'Order', 'used': 0.5})
env.flush_all()
card.points = -1
env.flush_all()
card.points = 69.5
env.cr.commit()
"""


def read_cards(database):
    """Return {customer: figures of the card}."""
    printed = shell(database, READ_CARDS)
    return json.loads(printed.split("RESULT ")[1])


def test_cards_of_core_get_lots_and_outlive_the_suite(scratch):
    database = scratch.database("BASE")
    shell(database, CORE_CARDS)
    before = read_cards(database)
    assert before["Noisy"]["points"] != 100, "core keeps what floats make of 1,000 times 0.1"

    assert install(database, "-i", "crm_loyalty") == []
    cards = read_cards(database)
    expected = {name: figures["points"] for name, figures in before.items()}
    expected |= {"Owing": 0, "Noisy": 100}
    assert {name: card["points"] for name, card in cards.items()} == expected
    assert {name: card["debt"] for name, card in cards.items() if card["debt"]} == {"Owing": 50}
    assert {name: card["history"] for name, card in cards.items()} == {
        name: figures["history"] for name, figures in before.items()
    }
    lots = {name: card["lots"] for name, card in cards.items()}
    assert lots["Regular"] == [["2026-01-10", 20], ["2026-03-10", 50]], "the oldest went first"
    assert lots["Noisy"] == [["2026-01-10", 100]]
    assert [points for _day, points in lots["Bare"]] == [25], "no line of history tells of it"
    assert [points for _day, points in lots["Archived"]] == [12]
    assert [points for _day, points in lots["Gift"]] == [50]
    assert not lots["Owing"]
    assert not lots["Empty"]
    assert {name for name, card in cards.items() if card["numbered"]} == set(cards) - {"Gift"}
    assert read_state(database, {"twice": CARDS_OF_ONE})["twice"] == [
        (True, "active", 42, 42, None),
        (False, "replaced", 0, None, 42),
    ], "a customer with two cards keeps the first"

    shell(database, UNINSTALL)
    left = read_cards(database)
    assert {name: card["points"] for name, card in left.items()} == expected
    assert {name: card["history"] for name, card in left.items()} == {
        name: figures["history"] for name, figures in before.items()
    }
    shell(database, USE_CORE)
    assert read_cards(database)["Regular"]["points"] == 69.5
