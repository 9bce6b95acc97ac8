"""Two salespersons who split the same order at the same moment: its shares make 100 % all the same.

Each of the two transactions sees only its own shares, and they are right.
"""

from contextlib import closing

import psycopg2
import pytest
from psycopg2.extensions import ISOLATION_LEVEL_REPEATABLE_READ
from support import read_state, shell

PREPARE = """
from odoo import Command
product = env["product.product"].create({"name": "Pie", "list_price": 10})
customer = env["res.partner"].create({"name": "Customer"})
order = env["sale.order"].create(
    {"partner_id": customer.id, "order_line": [Command.create({"product_id": product.id})]}
)
users = env["res.users"].create([
    {"name": name, "login": name, "group_ids": [Command.link(env.ref("base.group_user").id)]}
    for name in ("credit_one", "credit_two")
])
env.cr.commit()
"""
SPLIT = """
INSERT INTO sale_order_credit (order_id, user_id, share)
SELECT sale_order.id, res_users.id, %s
  FROM sale_order, res_users
 WHERE sale_order.partner_id = (SELECT id FROM res_partner WHERE name = 'Customer')
   AND res_users.login = %s
"""
SHARES = """
SELECT res_users.login, credit.share::float
  FROM sale_order_credit credit JOIN res_users ON res_users.id = credit.user_id
"""


@pytest.fixture
def database(scratch):
    name = scratch.database("SUITE")
    shell(name, PREPARE)
    return name


def start(database):
    """Return a transaction that, as those of Odoo, sees what was there when it began."""
    connection = psycopg2.connect(dbname=database)
    connection.set_session(ISOLATION_LEVEL_REPEATABLE_READ)
    return closing(connection)


def split(connection, login, share=100):
    with connection.cursor() as cursor:
        cursor.execute(SPLIT, (share, login))


def test_shares_written_at_once_make_a_hundred(database):
    with start(database) as first, start(database) as second:
        split(first, "credit_one")
        split(second, "credit_two")
        first.commit()
        # Odoo tries such a transaction again, and the second try sees the shares of the first.
        with pytest.raises(psycopg2.errors.SerializationFailure):
            second.commit()
    assert read_state(database, {"shares": SHARES}) == {"shares": [("credit_one", 100)]}


def test_another_total_is_refused(database):
    with start(database) as connection:
        split(connection, "credit_one", 99)
        with pytest.raises(psycopg2.errors.CheckViolation, match="add up to 99"):
            connection.commit()
    assert read_state(database, {"shares": SHARES}) == {"shares": []}
