"""The escalation of complaints, killed or run twice at once: the same end state."""

import pytest
from support import (
    connect,
    kill,
    raised,
    read_state,
    run_once,
    run_together,
    shell,
    start_shell,
)

KILLS = 3
BATCH = 10

FILL = """
from datetime import timedelta
from odoo import fields
from odoo.tests import new_test_user

now = fields.Datetime.now()
users = [new_test_user(env, f"desk{n}", "crm_extended.group_crm_complaint_user") for n in range(3)]
team = env["crm.complaint.team"].create({"name": "Desk", "user_id": users[0].id})
partner = env["res.partner"].create({"name": "Bakery"})
days = [0, 1, 2, 5, 9, 30]
env["crm.complaint"].create([
    {
        "name": f"Late {n}",
        "partner_id": partner.id,
        "team_id": team.id,
        "user_id": users[n % 3].id,
        "received_date": now - timedelta(days=days[n % 6]),
        "first_response_date": now - timedelta(days=days[n % 6]) if n % 4 == 0 else False,
    }
    for n in range(400)
])
env.cr.commit()
"""
# The same moment for every run: what is due must not change between them.
RUN = f"""
from odoo.tests import freeze_time
Escalation = env.registry["crm.complaint.escalation"]
tell, raised = Escalation._tell, []

def count(self):
    raised.append(len(self))
    return tell(self)

Escalation._tell = count
with freeze_time({{now!r}}):
    env["crm.complaint"]._cron_escalate(batch_size={BATCH})
print("RAISED", sum(raised))
"""

# Everything the action does, without the ids and times that may differ.
END_STATE = {
    "escalations": """
        SELECT escalation.complaint_id, clock, level, deadline, settled_date, company_id,
               array(SELECT res_users_id FROM crm_complaint_escalation_res_users_rel rel
                      WHERE rel.crm_complaint_escalation_id = escalation.id ORDER BY 1)
          FROM crm_complaint_escalation escalation ORDER BY 1, 2, 3
    """,
    "activities": """
        SELECT res_id, summary, user_id, date_deadline, active
          FROM mail_activity WHERE res_model = 'crm.complaint' ORDER BY 1, 2, 3, 4
    """,
    "complaints": "SELECT id, stage_id, next_escalation_date FROM crm_complaint ORDER BY 1",
    "followers": """
        SELECT res_id, partner_id FROM mail_followers
         WHERE res_model = 'crm.complaint' ORDER BY 1, 2
    """,
}


@pytest.fixture(scope="module")
def prepared(scratch):
    """A database with complaints whose deadlines nobody has looked at yet."""
    database = scratch.database("SUITE")
    shell(database, FILL)
    return database


@pytest.fixture(scope="module")
def run(prepared):
    """The script that escalates, at one moment for all runs."""
    connection = connect(prepared)
    with connection.cursor() as cursor:
        cursor.execute("SELECT max(create_date) FROM crm_complaint")
        [now] = cursor.fetchone()
    connection.close()
    return RUN.format(now=str(now)[:19])


@pytest.fixture(scope="module")
def expected(scratch, prepared, run):
    """The end state of a run that nothing disturbed."""
    database = scratch.copy(prepared)
    assert run_once(database, run) > KILLS * BATCH
    return read_state(database, END_STATE)


def test_killed_and_run_again_gives_the_same_end_state(scratch, prepared, run, expected):
    database = scratch.copy(prepared)
    total = len(expected["escalations"])
    connection = connect(database)
    killed_at = []
    with connection.cursor() as cursor:

        def count_escalations():
            cursor.execute("SELECT count(*) FROM crm_complaint_escalation")
            return cursor.fetchone()[0]

        for number in range(KILLS):
            enough = total * (number + 1) // (KILLS + 1)
            process = start_shell(database, run)
            while count_escalations() < enough and process.poll() is None:
                pass
            kill(process, database, cursor)
            killed_at.append(count_escalations())
    connection.close()
    assert all(0 < count < total for count in killed_at), killed_at
    assert killed_at == sorted(set(killed_at)), "each run went on where the last one was killed"
    assert run_once(database, run) == total - killed_at[-1]
    assert read_state(database, END_STATE) == expected
    assert run_once(database, run) == 0, "nothing is left to do"
    assert read_state(database, END_STATE) == expected


def test_two_runs_at_once_give_the_same_end_state(scratch, prepared, run, expected):
    database = scratch.copy(prepared)
    shares = [raised(printed) for printed in run_together(database, [run] * 2)]
    assert all(shares), f"both had their share of the work: {shares}"
    assert sum(shares) == len(expected["escalations"])
    assert read_state(database, END_STATE) == expected
