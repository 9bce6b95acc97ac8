"""Compensations given by several processes at once: each once, and none lost."""

import json

import psycopg2
import pytest
from support import run_together, shell

APPROVALS = 5

PREPARE = f"""
import json
from odoo.tests import new_test_user

programs = env["loyalty.program"]
template = programs._get_template_values()["loyalty"]
program = programs.create(template | {{"name": "Race"}})
program.reward_ids.write({{"discount_mode": "per_point", "discount": 1, "required_points": 1}})
partner = env["res.partner"].create({{"name": "Impatient"}})
card = env["loyalty.card"].create(
    {{"program_id": program.id, "partner_id": partner.id, "points": 100}}
)
complaints = env["crm.complaint"].create(
    [{{"name": name, "partner_id": partner.id}} for name in ("Late", "Cold", "Wet")]
)
requests = env["crm.complaint.compensation"].create([
    {{
        "complaint_id": complaints[2].id,
        "partner_id": partner.id,
        "kind": "points",
        "program_id": program.id,
        "points": 1000,
        "amount": 1000,
        "description": "Sorry",
        "state": "to_approve",
    }}
    for _request in range({APPROVALS})
])
managers = [
    new_test_user(env, f"race_manager_{{i}}", groups="crm_extended.group_crm_complaint_manager")
    for i in range(2)
]
env.cr.commit()
print("RESULT", json.dumps({{
    "card": card.id,
    "complaints": complaints[:2].ids,
    "managers": [manager.id for manager in managers],
    "program": program.id,
    "requests": requests.ids,
}}))
"""
GIVE = """
from odoo.service.model import retrying

def give():
    wizard = env["crm.complaint.compensate"].create({{
        "complaint_id": {complaint},
        "kind": "points",
        "program_id": {program},
        "points": {points},
    }})
    wizard.action_compensate()

retrying(give, env)
"""
APPROVE = """
from odoo.exceptions import UserError
from odoo.service.model import retrying

for request_id in {requests}:
    request = env(user={manager})["crm.complaint.compensation"].browse(request_id)
    try:
        retrying(request.action_approve, env)
        print("GIVEN", request_id)
    except UserError as error:
        env.cr.rollback()
        print("REFUSED", request_id, error)
"""


@pytest.fixture(scope="module")
def database(scratch):
    return scratch.database("SUITE")


@pytest.fixture(scope="module")
def race(database):
    return json.loads(shell(database, PREPARE).split("RESULT ")[1])


def read_card(database, card):
    """Return the balance of a card and what its history adds up to."""
    connection = psycopg2.connect(dbname=database)
    with connection, connection.cursor() as cursor:
        cursor.execute(
            "SELECT points, (SELECT coalesce(sum(issued), 0) FROM loyalty_history"
            " WHERE card_id = loyalty_card.id) FROM loyalty_card WHERE id = %s",
            [card],
        )
        balance = cursor.fetchone()
    connection.close()
    return balance


def get_given(outputs):
    """Return the requests that the scripts say they have given."""
    return [
        int(line.split()[1])
        for output in outputs
        for line in output.splitlines()
        if line.startswith("GIVEN")
    ]


def test_points_given_on_one_card_at_once_are_all_counted(database, race):
    before, issued = read_card(database, race["card"])
    scripts = [
        GIVE.format(complaint=complaint, program=race["program"], points=points)
        for complaint, points in zip(race["complaints"], (10, 20), strict=True)
    ]
    hold = "SELECT id FROM loyalty_card WHERE id = %s FOR UPDATE"
    run_together(database, scripts, hold, [race["card"]])
    assert read_card(database, race["card"]) == (before + 30, issued + 30)


def test_two_managers_at_once_give_it_once(database, race):
    before, issued = read_card(database, race["card"])
    scripts = [
        APPROVE.format(manager=manager, requests=race["requests"]) for manager in race["managers"]
    ]
    outputs = run_together(database, scripts)
    given = get_given(outputs)
    assert len(given) == len(set(given)), "none was given by both"
    # Whoever was told that somebody else is deciding looks again: now all have been decided.
    [manager, _other] = race["managers"]
    again = shell(database, APPROVE.format(manager=manager, requests=race["requests"]))
    assert sorted(given + get_given([again])) == race["requests"], outputs
    total = 1000 * APPROVALS
    assert read_card(database, race["card"]) == (before + total, issued + total)
