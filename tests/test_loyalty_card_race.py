"""Cards that several processes make, replace, use or guess at once: one card, nothing lost."""

import json

import pytest
from loyalty_race_support import ROUNDS, race
from support import read_state, run_together, shell

PREPARE = f"""
import json
programs = env["loyalty.program"]
programs.search([]).active = False
template = programs._get_template_values()["loyalty"]
program = programs.create(template | {{"name": "Race"}})
program.rule_ids.write({{"reward_point_mode": "order", "reward_point_amount": 7}})
product = env["product.product"].create({{"name": "Pie", "list_price": 10}})
customers = env["res.partner"].create([{{"name": f"Customer {{i}}"}} for i in range({ROUNDS})])

def create_orders(customers):
    orders = env["sale.order"].create([
        {{"partner_id": customer.id, "order_line": [(0, 0, {{"product_id": product.id}})]}}
        for customer in customers
    ])
    return orders.ids
"""
CONFIRM = """
def confirm(order_id):
    env["sale.order"].browse(order_id).action_confirm()

for number in rounds():
    retrying(lambda: confirm(ORDERS[number]), env)
"""
REPLACE = """
from odoo.exceptions import UserError

def replace(card_id):
    env["loyalty.card"].browse(card_id)._replace("Lost")

def replace_when_free(number):
    while True:
        try:
            retrying(lambda: replace(CARDS[number]), env)
            return f"REPLACED {number}"
        except UserError as error:
            env.cr.rollback()
            if "try again in a moment" not in str(error):
                return f"TOLD {number} {error}"

for number in rounds():
    print(replace_when_free(number))
"""
GUESS = """
public = env.ref("base.public_user")
attempts = env["loyalty.code.attempt"].with_user(public)
allowed = [attempts._count_attempt(f"guess {PLACE} {number}") for number in range(8)]
print("ALLOWED", sum(allowed))
"""
CARDS_OF_CUSTOMERS = """
SELECT partner_id, count(*) FILTER (WHERE active), sum(points)::float FROM loyalty_card
 WHERE program_id = {program} GROUP BY partner_id ORDER BY partner_id
"""


@pytest.fixture
def database(scratch):
    return scratch.database("SUITE")


def prepare(database, script):
    end = "env.cr.commit()\nprint('RESULT', json.dumps(made))\n"
    printed = shell(database, PREPARE + script + end)
    return json.loads(printed.split("RESULT ")[1])


def read_cards(database, program):
    return read_state(database, {"cards": CARDS_OF_CUSTOMERS.format(program=program)})["cards"]


def test_first_orders_confirmed_at_once_make_one_card(database):
    """With core alone each makes a card: nothing in the database says that there is one already."""
    made = prepare(
        database,
        "made = {'program': program.id, 'customers': customers.ids,"
        " 'orders': [create_orders(customers) for _process in range(2)]}\n",
    )
    race(database, [(CONFIRM, {"ORDERS": orders}) for orders in made["orders"]])
    assert read_cards(database, made["program"]) == [
        (customer, 1, 14.0) for customer in made["customers"]
    ]


def test_a_card_replaced_while_it_earns_loses_nothing(database):
    made = prepare(
        database,
        """
cards = env["loyalty.card"].create([
    {"program_id": program.id, "partner_id": customer.id, "points": 100} for customer in customers
])
made = {"program": program.id, "customers": customers.ids, "cards": cards.ids,
        "orders": create_orders(customers)}
""",
    )
    replacing, confirming, replacing_too = (
        (REPLACE, {"CARDS": made["cards"]}),
        (CONFIRM, {"ORDERS": made["orders"]}),
        (REPLACE, {"CARDS": made["cards"]}),
    )
    printed = race(database, [replacing, confirming, replacing_too])
    told = printed[0] + printed[2]
    assert told.count("REPLACED") == ROUNDS, told
    assert told.count("TOLD") == ROUNDS, told
    assert read_cards(database, made["program"]) == [
        (customer, 1, 107.0) for customer in made["customers"]
    ]
    empty = "SELECT count(*) FROM loyalty_card WHERE state = 'replaced' AND points = 0"
    assert read_state(database, {"empty": empty})["empty"] == [(ROUNDS,)]


def test_guesses_that_come_together_are_all_counted(database):
    """Three times eight wrong codes from one source: ten are looked up."""
    guesses = [f"PLACE = {place}\n{GUESS}" for place in range(3)]
    allowed = [int(text.split("ALLOWED ")[1]) for text in run_together(database, guesses)]
    assert sum(allowed) == 10
    count = "SELECT count(*) FROM loyalty_code_attempt"
    assert read_state(database, {"count": count})["count"] == [(10,)]
