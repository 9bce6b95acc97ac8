"""Points that eight processes move at once: nothing negative, nothing lost, nothing doubled.

    LOYALTY_RACE_ROUNDS=50 make test T=tests/test_loyalty_points_race.py

is the deep run. Each round has customers of its own; a process goes on when all are ready for it.
"""

import json

import pytest
from loyalty_race_support import ROUNDS, race
from support import read_state, shell

PROCESSES = 8

PREPARE = f"""
import json
from datetime import timedelta

programs = env["loyalty.program"]
programs.search([]).active = False
defaults = programs._program_type_default_values()
Product, Order = env["product.product"], env["sale.order"]
pie, tart, cake = Product.create(
    [{{"name": name, "list_price": 800, "taxes_id": False, "type": "service",
      "invoice_policy": "order"}} for name in ("Pie", "Tart", "Cake")]
)

def create_program(name, product, **values):
    named = {{"name": name, "program_type": "loyalty"}} | values
    program = programs.create(defaults["loyalty"] | named)
    program.rule_ids.product_ids = product
    return program

def create_order(customer, product):
    return Order.create(
        {{"partner_id": customer.id, "order_line": [(0, 0, {{"product_id": product.id}})]}}
    )

def create_customers(name):
    return env["res.partner"].create([{{"name": f"{{name}} {{n}}"}} for n in range({ROUNDS})])

regulars = create_program("Regulars", pie)
regulars.rule_ids.write({{"reward_point_mode": "order", "reward_point_amount": 7}})
regulars.reward_ids.write({{"required_points": 100, "discount": 10, "discount_mode": "percent"}})
payers = create_program("Payers", cake, points_release="payment")
made = {{"redeem": [], "mixed": [], "expiring": [], "promoted": [], "promotions": []}}

# The last points: eight orders of one customer, each with the reward that costs them all
for customer in create_customers("Redeemer"):
    card = env["loyalty.card"].create(
        {{"program_id": regulars.id, "partner_id": customer.id, "points": 100}}
    )
    orders = [create_order(customer, tart) for _process in range({PROCESSES})]
    for order in orders:
        order._update_programs_and_rewards()
        assert not order._apply_program_reward(regulars.reward_ids[:1], card)
    made["redeem"].append([order.id for order in orders])

# Awarding and expiring together: orders of one customer whose old points have expired
for customer in create_customers("Earner"):
    card = env["loyalty.card"].create({{"program_id": regulars.id, "partner_id": customer.id}})
    env["loyalty.card"]._post_points([
        {{"card_id": card.id, "kind": "gift", "issued": 50,
          "expiration_date": card._get_today() - timedelta(days=1)}}
    ])
    made["mixed"].append([create_order(customer, pie).id for _process in range({PROCESSES})])
    made["expiring"].append(card.lot_ids.ids)

# A promotion with one use, and orders of eight customers
shoppers = env["res.partner"].create([{{"name": f"Shopper {{n}}"}} for n in range({PROCESSES})])
for number in range({ROUNDS}):
    product = Product.create({{"name": f"Bun {{number}}", "list_price": 10}})
    promotion = programs.create(
        {{"name": f"Once {{number}}", "program_type": "promotion"}}
        | defaults["promotion"]
        | {{"limit_usage": True, "max_usage": 1}}
    )
    promotion.rule_ids.write(
        {{"product_ids": [(6, 0, product.ids)], "minimum_qty": 1, "minimum_amount": 0}}
    )
    made["promotions"].append(promotion.id)
    made["promoted"].append([create_order(shopper, product).id for shopper in shoppers])

# Money and a credit note of one order
orders = Order.concat(*(create_order(customer, cake) for customer in create_customers("Payer")))
orders.action_confirm()
invoices = [order._create_invoices() for order in orders]
for invoice in invoices:
    invoice.action_post()
credit_notes = [invoice._reverse_moves() for invoice in invoices]
for credit_note in credit_notes:
    credit_note.invoice_line_ids.price_unit = 200
made |= {{
    "invoices": [invoice.id for invoice in invoices],
    "credit_notes": [credit_note.id for credit_note in credit_notes],
    "regulars": regulars.id,
    "payers": payers.id,
}}
env.cr.commit()
print("RESULT", json.dumps(made))
"""
PLAY = """
from psycopg2 import OperationalError

from odoo.exceptions import ConcurrencyError, UserError

def play(name, act):
    # As Odoo tries again what came between something else, but at once.
    while True:
        try:
            act()
            env.cr.commit()
            print("DONE", name)
            return
        except UserError as error:
            env.cr.rollback()
            print("TOLD", name, error)
            return
        except (OperationalError, ConcurrencyError):
            env.cr.rollback()

def confirm(order_id):
    env["sale.order"].browse(order_id).action_confirm()

def expire(lot_ids):
    lots = env["loyalty.lot"].browse(lot_ids)
    lots.filtered(lambda lot: lot.state == "available")._expire()

def promote(order_id, program_id):
    order = env["sale.order"].browse(order_id)
    order._update_programs_and_rewards()
    for card, rewards in order._get_claimable_rewards().items():
        if card.program_id.id == program_id:
            order._apply_program_reward(rewards[:1], card)
    order.action_confirm()

def pay(invoice_id):
    wizard = env["account.payment.register"].with_context(
        active_model="account.move", active_ids=[invoice_id]
    )
    wizard.create({"amount": 400})._create_payments()

def credit(move_id):
    env["account.move"].browse(move_id).action_post()

for number in rounds():
    play("redeem", lambda: confirm(MADE["redeem"][number][PLACE]))
    if PLACE % 4 == 0:
        play("expire", lambda: expire(MADE["expiring"][number]))
    play("earn", lambda: confirm(MADE["mixed"][number][PLACE]))
    order_id, promotion_id = MADE["promoted"][number][PLACE], MADE["promotions"][number]
    play("promotion", lambda: promote(order_id, promotion_id))
    if PLACE == 0:
        play("pay", lambda: pay(MADE["invoices"][number]))
    if PLACE == 1:
        play("credit", lambda: credit(MADE["credit_notes"][number]))
"""
QUERIES = {
    "cards": """
        SELECT split_part(partner.name, ' ', 1), card.points::float,
               COALESCE(card.points_debt, 0)::float,
               COALESCE((SELECT SUM(lot.remaining) FROM loyalty_lot lot
                          WHERE lot.card_id = card.id AND lot.state = 'pending'), 0)::float
          FROM loyalty_card card
          JOIN res_partner partner ON partner.id = card.partner_id
         WHERE card.program_id IN ({regulars}, {payers})
    """,
    "unbalanced": """
        SELECT card.id
          FROM loyalty_card card
     LEFT JOIN loyalty_lot lot ON lot.card_id = card.id AND lot.state = 'available'
         GROUP BY card.id
        HAVING COALESCE(SUM(lot.remaining), 0) != COALESCE(card.points, 0)
    """,
    "confirmed": """
        SELECT split_part(partner.name, ' ', 1), COUNT(*)
          FROM sale_order sale JOIN res_partner partner ON partner.id = sale.partner_id
         WHERE sale.state = 'sale' GROUP BY 1
    """,
    "lines": """
        SELECT split_part(partner.name, ' ', 1), history.kind,
               COUNT(*), SUM(COALESCE(history.issued, 0))::float,
               SUM(COALESCE(history.used, 0))::float
          FROM loyalty_history history
          JOIN loyalty_card card ON card.id = history.card_id
          JOIN res_partner partner ON partner.id = card.partner_id
         GROUP BY 1, 2
    """,
    "promotions": """
        SELECT reward.program_id, COUNT(DISTINCT line.order_id)
          FROM sale_order_line line
          JOIN loyalty_reward reward ON reward.id = line.reward_id
          JOIN sale_order sale ON sale.id = line.order_id AND sale.state = 'sale'
         WHERE reward.program_id IN ({promotions}) GROUP BY 1
    """,
}


@pytest.fixture(scope="module")
def after(scratch):
    """The state of the database after all rounds, and what the processes said."""
    database = scratch.database("SUITE")
    made = json.loads(shell(database, PREPARE).split("RESULT ")[1])
    printed = race(database, [(PLAY, {})] * PROCESSES, MADE=made)
    names = made | {"promotions": ", ".join(map(str, made["promotions"]))}
    queries = {name: query.format(**names) for name, query in QUERIES.items()}
    state = read_state(database, queries)
    lines = {(who, kind): figures for who, kind, *figures in state["lines"]}
    return state | {"lines": lines, "printed": "".join(printed)}


def read_cards(after, who):
    return [tuple(card[1:]) for card in after["cards"] if card[0] == who]


def test_balances_are_what_the_lots_hold(after):
    assert after["unbalanced"] == []


def test_the_last_points_are_redeemed_once(after):
    assert read_cards(after, "Redeemer") == [(0, 0, 0)] * ROUNDS
    assert dict(after["confirmed"])["Redeemer"] == ROUNDS
    assert after["printed"].count("TOLD redeem") == ROUNDS * (PROCESSES - 1)


def test_nothing_awarded_is_lost_while_points_expire(after):
    assert read_cards(after, "Earner") == [(7 * PROCESSES, 0, 0)] * ROUNDS
    assert after["lines"]["Earner", "earn"][:2] == [ROUNDS * PROCESSES, 7 * ROUNDS * PROCESSES]
    assert after["lines"]["Earner", "expire"] == [ROUNDS, 0, 50 * ROUNDS], "once"


def test_a_promotion_with_one_use_is_used_once(after):
    """With core alone it is used by two orders that come at once."""
    assert sorted(count for _program, count in after["promotions"]) == [1] * ROUNDS
    assert dict(after["confirmed"])["Shopper"] == ROUNDS * PROCESSES


def test_money_and_a_credit_note_at_once(after):
    """Of 800 points 600 stay, and 400 are paid."""
    assert read_cards(after, "Payer") == [(400, 0, 200)] * ROUNDS
    assert after["lines"]["Payer", "revoke"] == [ROUNDS, 0, 200 * ROUNDS], "once"
