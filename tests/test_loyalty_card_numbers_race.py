"""Card numbers given out by several processes at once: none twice, none lost."""

import json

import psycopg2
import pytest
from support import run_together, shell

from odoo.addons.crm_loyalty.tools import card_number

PROCESSES = 3
BATCHES = 10
BATCH = 20

MAKE_PROGRAM = """
import json
programs = env["loyalty.program"]
program = programs.create(programs._get_template_values()["loyalty"])
env.cr.commit()
print("RESULT", json.dumps(program.id))
"""
CREATE_CARDS = """
for _batch in range({batches}):
    env["loyalty.card"].create([{{"program_id": {program_id}}}] * {batch})
    env.cr.commit()
"""
TYPE_NUMBERS = """
import psycopg2
for number in {numbers}:
    try:
        with odoo.tools.mute_logger("odoo.sql_db"):
            env["loyalty.card"].create({{"program_id": {program_id}, "number": number}})
        env.cr.commit()
        print("TYPED", number)
    except psycopg2.IntegrityError:
        env.cr.rollback()
"""


@pytest.fixture(scope="module")
def database(scratch):
    return scratch.database("SUITE")


@pytest.fixture(scope="module")
def program_id(database):
    return json.loads(shell(database, MAKE_PROGRAM).split("RESULT ")[1])


def read_numbers(database, program_id):
    connection = psycopg2.connect(dbname=database)
    with connection, connection.cursor() as cursor:
        cursor.execute("SELECT number FROM loyalty_card WHERE program_id = %s", [program_id])
        numbers = [number for (number,) in cursor.fetchall()]
    connection.close()
    return numbers


def test_processes_never_give_out_the_same_number(database, program_id):
    before = len(read_numbers(database, program_id))
    script = CREATE_CARDS.format(batches=BATCHES, batch=BATCH, program_id=program_id)
    run_together(database, [script] * PROCESSES)
    numbers = read_numbers(database, program_id)
    assert all(card_number.is_valid(number) for number in numbers)
    assert len(set(numbers)) == len(numbers) == before + PROCESSES * BATCHES * BATCH


def test_number_typed_by_several_at_once_is_one_card(database, program_id):
    before = len(read_numbers(database, program_id))
    # 0430 99999900 and on, where the sequence is not yet
    numbers = [card_number.add_check_digit(f"{43_099_999_900 + i:012d}") for i in range(25)]
    script = TYPE_NUMBERS.format(numbers=numbers, program_id=program_id)
    outputs = run_together(database, [script] * PROCESSES)
    typed = [
        line.split()[1]
        for output in outputs
        for line in output.splitlines()
        if line.startswith("TYPED")
    ]
    assert sorted(typed) == numbers, "each number belongs to exactly one of the processes"
    assert len(read_numbers(database, program_id)) == before + len(numbers)
