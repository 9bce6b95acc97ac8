"""The nightly action on contracts, killed or run twice at once: the same end state.

The end state is everything that reaches anybody: alerts, activities, escalations, notes, e-mails to
customers, digests and the summary. `make test` kills a few runs on some hundred terms;

    CONTRACT_KILLS=30 CONTRACT_TERMS=10000 make test T=tests/test_contract_alerts_killed.py

is the deep run.
"""

import os

import pytest
from killed_support import assert_completed, kill_in_the_middle, read_progress
from support import raised, read_state, run_once, run_together, shell

KILLS = int(os.environ.get("CONTRACT_KILLS", "4"))
TERMS = int(os.environ.get("CONTRACT_TERMS", "400"))
BATCH = max(TERMS // 80, 10)

FILL = """
from datetime import timedelta
from dateutil.relativedelta import relativedelta
from odoo.tests import freeze_time, new_test_user

today = env.company._get_today()
user_group = "crm_extended.group_crm_contract_user"
users = [new_test_user(env, f"watch{n}", user_group) for n in range(12)]
leader = new_test_user(env, "watchleader", "crm_extended.group_crm_contract_manager")
partners = env["res.partner"].create([
    {"name": "Bakery", "email": "bakery@example.com"},
    {"name": "Cannot be reached"},
])
loud = env["crm.contract.type"].create(
    {"name": "Loud", "alert_chatter": True, "alert_customer": True, "repeat_days_after": 7}
)
contracts = env["crm.contract"].create([
    {
        "name": f"Supply {n}",
        "partner_id": partners[n %% 8 == 0].id,
        "user_id": users[n %% 12].id,
        "type_id": loud.id if n %% 5 == 0 else False,
        "state": "running",
        "date_start": today - relativedelta(years=3),
        "date_end": today + timedelta(days=-5 if n %% 10 == 0 else 20 + n %% 200),
        "notice_days": 30,
        "renewal": "automatic" if n %% 20 == 0 else "none",
        "renewal_months": 12,
    }
    for n in range(%(contracts)s)
])
days = [-40, -1, 0, 1, 6, 19, 12, -200]
terms = env["crm.contract.term"].create([
    {
        "contract_id": contract.id,
        "name": f"Term {n}",
        "due_date": min(today + timedelta(days=days[(index + n) %% 8]), contract.date_end),
        "alert_days": "60,30,7,1,0" if n %% 2 else "60,30,7,1",
    }
    for index, contract in enumerate(contracts)
    for n in range(4)
])
env.cr.commit()
# Of some people have been told already and have not reacted; some cannot be read.
with freeze_time(today - timedelta(days=10)):
    terms[::8]._process_alerts()
env.flush_all()
env.cr.execute("UPDATE crm_contract_term SET alert_days = 'soon' WHERE mod(id, 101) = 0")
env.cr.commit()
"""
RUN = f"""
Alert = env.registry["crm.contract.alert"]
insert, raised = Alert._insert_missing, []

def count(self, rows):
    alerts = insert(self, rows)
    raised.append(len(alerts))
    return alerts

Alert._insert_missing = count
env["crm.contract.term"]._cron_raise_alerts(batch_size={BATCH})
print("RAISED", sum(raised))
"""

# Everything the action does, without the ids and times that may differ.
END_STATE = {
    "alerts": """
        SELECT alert.contract_id, alert.term_id, alert.subject, alert.due_date, alert.days_before,
               alert.state, alert.company_id, alert.is_late, alert.user_id, alert.escalation_date,
               alert.escalated_to_id, alert.error, alert.to_digest, alert.to_digest_escalation,
               alert.to_report, activity.summary, activity.user_id, escalation.summary
          FROM crm_contract_alert alert
          LEFT JOIN mail_activity activity ON activity.id = alert.activity_id
          LEFT JOIN mail_activity escalation ON escalation.id = alert.escalation_activity_id
         ORDER BY 1, 2, 3, 4, 5, 6
    """,
    "activities": """
        SELECT res_id, summary, user_id, date_deadline, active
          FROM mail_activity WHERE res_model = 'crm.contract' ORDER BY 1, 2, 3, 4
    """,
    "terms": "SELECT id, state, due_date, next_alert_date FROM crm_contract_term ORDER BY 1",
    "contracts": "SELECT id, state, date_end, next_alert_date FROM crm_contract ORDER BY 1",
    "notes": """
        SELECT res_id, body FROM mail_message
         WHERE model = 'crm.contract' ORDER BY 1, 2
    """,
    "mails": """
        SELECT message.subject, mail.body_html, mail.state, array_agg(partner.email ORDER BY 1)
          FROM mail_mail mail
          JOIN mail_message message ON message.id = mail.mail_message_id
          JOIN mail_mail_res_partner_rel recipient ON recipient.mail_mail_id = mail.id
          JOIN res_partner partner ON partner.id = recipient.res_partner_id
         GROUP BY mail.id, message.id ORDER BY 1, 2, 3, 4
    """,
    "followers": """
        SELECT res_id, partner_id FROM mail_followers
         WHERE res_model = 'crm.contract' ORDER BY 1, 2
    """,
}
# How far a run has come: a number that grows with each of its batches, of whatever step.
PROGRESS = """
    SELECT (SELECT count(*) FROM crm_contract_alert)
         + (SELECT count(*) FROM crm_contract_alert WHERE escalated_to_id IS NOT NULL)
         + (SELECT count(*) FROM crm_contract WHERE state = 'expired')
         + 5 * (SELECT count(*) FROM mail_mail)
"""


@pytest.fixture(scope="module")
def prepared(scratch):
    """A database whose contracts have terms of which people have been told in part."""
    database = scratch.database("SUITE")
    shell(database, FILL % {"contracts": TERMS // 4})
    return database


@pytest.fixture(scope="module")
def expected(scratch, prepared):
    """The end state of a run that nothing disturbed, and how far it had come."""
    database = scratch.copy(prepared)
    assert run_once(database, RUN) > TERMS
    state = read_state(database, END_STATE)
    everything = {alert[5] for alert in state["alerts"]}
    assert everything == {"raised", "closed", "superseded", "summarized", "failed"}
    assert any(alert[10] for alert in state["alerts"]), "something was escalated"
    assert len(state["mails"]) > 12, "digests, e-mails to customers and the summary"
    return state, read_progress(database, PROGRESS)


def test_killed_and_run_again_gives_the_same_end_state(scratch, prepared, expected):
    state, total = expected
    database = scratch.copy(prepared)
    kills = kill_in_the_middle(database, RUN, PROGRESS, total=total, kills=KILLS)
    assert_completed(database, RUN, END_STATE, state, kills)


def test_two_runs_at_once_give_the_same_end_state(scratch, prepared, expected):
    state, _total = expected
    database = scratch.copy(prepared)
    before = len(read_state(database, END_STATE)["alerts"])
    shares = [raised(printed) for printed in run_together(database, [RUN] * 2)]
    assert all(shares), f"both had their share of the work: {shares}"
    assert sum(shares) == len(state["alerts"]) - before
    assert read_state(database, END_STATE) == state
