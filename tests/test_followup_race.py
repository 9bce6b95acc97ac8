"""Several users make work of the same rows at once: each row becomes one thing, whoever asks."""

import json

import pytest
from support import read_state, run_together, shell

PROCESSES = 3
PREPARE = """
import json
product, other = env["product.product"].create([{"name": "Race Pie"}, {"name": "Race Tea"}])
customers = env["res.partner"].create([{"name": f"Race Customer {i}"} for i in range(4)])
rows = env["sale.customer.prediction"].create([
    {"company_id": env.company.id, "partner_id": customer.id, "product_id": row.id,
     "kind": "repeat", "rank": rank, "order_count": 3, "score": 1.0}
    for customer in customers for rank, row in enumerate((product, other), 1)
])
"""
END = """
env.cr.commit()
print("RESULT", json.dumps({"rows": rows.ids, "customers": customers.ids}))
"""
MAKE = """
from odoo.service.model import retrying

def make(work):
    rows = env["sale.customer.prediction"].browse({rows})
    return getattr(rows, f"action_make_{{work}}")()["params"]["type"]

for work in ("opportunities", "activities", "quotations"):
    print("MADE" if retrying(lambda: make(work), env) == "success" else "LEFT", work)
    env.cr.commit()
"""
# As often as a customer is in the result: the things made for him and still open.
OPEN = {
    "leads": "SELECT partner_id FROM crm_lead WHERE active AND partner_id IN %s",
    "activities": "SELECT res_id FROM mail_activity"
    " WHERE active AND res_model = 'res.partner' AND res_id IN %s",
    "orders": "SELECT partner_id FROM sale_order WHERE state = 'draft' AND partner_id IN %s",
}


@pytest.fixture
def database(scratch):
    return scratch.database("SUITE")


def prepare(database, script=""):
    return json.loads(shell(database, PREPARE + script + END).split("RESULT ")[1])


def read_open(database, customers):
    ids = f"({', '.join(map(str, customers))})"
    state = read_state(database, {name: query % ids for name, query in OPEN.items()})
    return {name: sorted(customer for (customer,) in rows) for name, rows in state.items()}


def test_new_rows_become_work_once(database):
    made = prepare(database)
    printed = run_together(database, [MAKE.format(rows=made["rows"])] * PROCESSES)
    assert "".join(printed).count("MADE") == 3, printed
    assert read_open(database, made["customers"]) == dict.fromkeys(OPEN, made["customers"])


def test_rows_whose_work_is_closed_become_work_once_more(database):
    """The follow-ups are there and closed: all processes stand before the same locked record."""
    made = prepare(
        database,
        """
rows.action_make_opportunities()
env["crm.lead"].search([("partner_id", "in", customers.ids)]).action_set_lost()
""",
    )
    printed = run_together(
        database,
        [MAKE.format(rows=made["rows"])] * PROCESSES,
        "SELECT id FROM sale_customer_followup FOR UPDATE",
    )
    assert "".join(printed).count("MADE opportunities") == 1, printed
    assert read_open(database, made["customers"]) == dict.fromkeys(OPEN, made["customers"])
