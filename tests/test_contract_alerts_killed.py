"""The nightly action on contract terms, killed or run twice at once: the same end state."""

import psycopg2
import pytest
from support import finish, shell, start_shell

KILLS = 4
BATCH = 10
START_LOCK = 190_500_071  # an advisory lock: the workers wait for it, the test lets them all go

FILL = """
from datetime import timedelta
from dateutil.relativedelta import relativedelta
from odoo.tests import new_test_user

today = env.company._get_today()
users = [new_test_user(env, f"watch{n}", "crm_extended.group_crm_contract_user") for n in range(3)]
partner = env["res.partner"].create({"name": "Bakery"})
contracts = env["crm.contract"].create([
    {
        "name": f"Supply {n}",
        "partner_id": partner.id,
        "user_id": users[n % 3].id,
        "state": "running",
        "date_start": today - relativedelta(years=3),
        "date_end": today + timedelta(days=-5 if n % 10 == 0 else 200),
        "renewal": "automatic" if n % 20 == 0 else "none",
        "renewal_months": 12,
    }
    for n in range(200)
])
days = [-40, -1, 0, 1, 6, 29, 55, 150]
env["crm.contract.term"].create([
    {
        "contract_id": contract.id,
        "name": f"Term {n}",
        "due_date": min(today + timedelta(days=days[(index + n) % 8]), contract.date_end),
        "alert_days": "60,30,7,1,0" if n % 2 else "60,30,7,1",
    }
    for index, contract in enumerate(contracts)
    for n in range(4)
])
env.cr.commit()
"""
RUN = f"""
Alert = env.registry["crm.contract.alert"]
insert, raised = Alert._insert_missing, []

def count(self, steps):
    alerts = insert(self, steps)
    raised.append(len(alerts))
    return alerts

Alert._insert_missing = count
env["crm.contract.term"]._cron_raise_alerts(batch_size={BATCH})
print("RAISED", sum(raised))
"""
WAIT = f"env.cr.execute('SELECT pg_advisory_xact_lock_shared({START_LOCK})'); env.cr.commit()\n"

# Everything the action does, without the ids and times that may differ.
END_STATE = {
    "alerts": """
        SELECT alert.term_id, alert.due_date, alert.days_before, alert.contract_id,
               alert.company_id, activity.summary
          FROM crm_contract_alert alert LEFT JOIN mail_activity activity
               ON activity.id = alert.activity_id
         ORDER BY 1, 2, 3
    """,
    "activities": """
        SELECT res_id, summary, user_id, date_deadline, active
          FROM mail_activity WHERE res_model = 'crm.contract' ORDER BY 1, 2, 3, 4
    """,
    "terms": "SELECT id, state, due_date, next_alert_date FROM crm_contract_term ORDER BY 1",
    "contracts": "SELECT id, state, date_end FROM crm_contract ORDER BY 1",
    "notes": """
        SELECT res_id, body FROM mail_message
         WHERE model = 'crm.contract' ORDER BY 1, 2
    """,
    "followers": """
        SELECT res_id, partner_id FROM mail_followers
         WHERE res_model = 'crm.contract' ORDER BY 1, 2
    """,
}


def raised(process):
    """Return how many alerts the script raised."""
    return int(finish(process).split("RAISED ")[1])


def connect(database):
    connection = psycopg2.connect(dbname=database)
    connection.autocommit = True
    return connection


def read_end_state(database):
    connection = connect(database)
    state = {}
    with connection.cursor() as cursor:
        for name, query in END_STATE.items():
            cursor.execute(query)
            state[name] = cursor.fetchall()
    connection.close()
    return state


@pytest.fixture(scope="module")
def prepared(scratch):
    """A database whose contracts have 800 terms that nobody has looked at yet."""
    database = scratch.database("SUITE")
    shell(database, FILL)
    return database


@pytest.fixture(scope="module")
def expected(scratch, prepared):
    """The end state of a run that nothing disturbed."""
    database = scratch.copy(prepared)
    assert raised(start_shell(database, RUN)) > KILLS * BATCH
    return read_end_state(database)


def test_killed_and_run_again_gives_the_same_end_state(scratch, prepared, expected):
    database = scratch.copy(prepared)
    total = len(expected["alerts"])
    connection = connect(database)
    killed_at = []
    with connection.cursor() as cursor:

        def count_alerts():
            cursor.execute("SELECT count(*) FROM crm_contract_alert")
            return cursor.fetchone()[0]

        for kill in range(KILLS):
            enough = total * (kill + 1) // (KILLS + 1)
            process = start_shell(database, RUN)
            while count_alerts() < enough and process.poll() is None:
                pass
            process.kill()
            process.communicate()
            # A commit under way when the process died is finished by its server process.
            cursor.execute(
                "SELECT count(pg_terminate_backend(pid, 10000)) FROM pg_stat_activity "
                "WHERE datname = %s AND pid <> pg_backend_pid() "
                "AND backend_type = 'client backend'",  # not the vacuum that comes by
                [database],
            )
            killed_at.append(count_alerts())
    connection.close()
    assert all(0 < count < total for count in killed_at), killed_at
    assert killed_at == sorted(set(killed_at)), "each run went on where the last one was killed"
    assert raised(start_shell(database, RUN)) == total - killed_at[-1]
    assert read_end_state(database) == expected
    assert raised(start_shell(database, RUN)) == 0, "nothing is left to do"
    assert read_end_state(database) == expected


def test_two_runs_at_once_give_the_same_end_state(scratch, prepared, expected):
    database = scratch.copy(prepared)
    connection = psycopg2.connect(dbname=database)
    with connection, connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [START_LOCK])
        processes = [start_shell(database, WAIT + RUN) for _number in range(2)]
        waiting = 0
        while waiting < len(processes):
            assert all(process.poll() is None for process in processes), "a worker has ended"
            cursor.execute(
                "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND NOT granted "
                "AND database = (SELECT oid FROM pg_database WHERE datname = current_database())"
            )
            waiting = cursor.fetchone()[0]
    connection.close()
    shares = [raised(process) for process in processes]
    assert all(shares), f"both had their share of the work: {shares}"
    assert sum(shares) == len(expected["alerts"])
    assert read_end_state(database) == expected
