"""Two salespersons who split the same order at the same moment: its shares make 100 % all the same.

Each of the two transactions sees only its own shares, and they are right.
"""

from support import finish, read_state, run_together, shell, start_shell

PREPARE = """
from odoo import Command
product = env["product.product"].create({"name": "Pie", "list_price": 10})
customer = env["res.partner"].create({"name": "Customer"})
orders = env["sale.order"].create([
    {"partner_id": customer.id, "order_line": [Command.create({"product_id": product.id})]}
    for _number in range(10)
])
users = env["res.users"].create([
    {"name": name, "login": name, "group_ids": [Command.link(env.ref("base.group_user").id)]}
    for name in ("credit_one", "credit_two")
])
env.cr.commit()
"""
SPLIT = """
from odoo import Command
from odoo.service.model import retrying

user = env["res.users"].search([("login", "=", LOGIN)])
for order_id in env["sale.order"].search([("partner_id.name", "=", "Customer")], order="id").ids:
    def split():
        order = env["sale.order"].browse(order_id)
        order.credit_ids = [
            Command.clear(), Command.create({"user_id": user.id, "share": 100})
        ]
    retrying(split, env)
"""
WRONG = """
env.cr.execute("UPDATE sale_order_credit SET share = 99")
try:
    env.cr.commit()
except Exception as error:
    print("REFUSED", error.diag.constraint_name)
"""
TOTALS = (
    "SELECT order_id, sum(share)::float FROM sale_order_credit GROUP BY 1 HAVING sum(share) <> 100"
)
COUNT = "SELECT count(DISTINCT order_id) FROM sale_order_credit"


def test_shares_written_at_once_make_a_hundred(scratch):
    database = scratch.database("SUITE")
    shell(database, PREPARE)
    logins = ("credit_one", "credit_two")
    run_together(database, [SPLIT.replace("LOGIN", repr(login)) for login in logins])
    assert read_state(database, {"wrong": TOTALS, "orders": COUNT}) == {
        "wrong": [],
        "orders": [(10,)],
    }
    assert "REFUSED sale_order_credit_total" in finish(start_shell(database, WRONG))
