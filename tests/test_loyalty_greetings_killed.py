"""The nightly greetings and segments, killed or run twice at once: the same end state.

The end state is what reaches anybody: rows, vouchers, e-mails and SMS; and the members of a
segment. `make test` kills a few runs on some hundred customers;

    GREETING_KILLS=30 GREETING_CUSTOMERS=10000 make test T=tests/test_loyalty_greetings_killed.py

is the deep run.
"""

import os
from contextlib import closing

import pytest
from killed_support import assert_completed, kill_often
from support import connect, kill, raised, read_state, run_once, run_together, shell, start_shell

KILLS = int(os.environ.get("GREETING_KILLS", "4"))
CUSTOMERS = int(os.environ.get("GREETING_CUSTOMERS", "150"))
BATCH = max(CUSTOMERS // 60, 5)

FILL = f"""
from datetime import timedelta
today = env.company._get_today()
env.company.partner_id.tz = "UTC"
programs = env["loyalty.program"]
coupons, loyalty = programs.create([
    {{"name": kind, "program_type": kind}} | programs._program_type_default_values()[kind]
    for kind in ("coupons", "loyalty")
])
holiday = env["loyalty.holiday"].create({{"name": "Day", "date_ids": [(0, 0, {{"date": today}})]}})
partners = env["res.partner"].create([
    {{
        "name": f"Customer {{n}}",
        "email": f"c{{n}}@example.com" if n % 7 else False,
        "phone": f"+1650555{{n:04}}" if n % 3 == 0 else False,
        "birthdate_date": (today - timedelta(days=n % 5)).replace(year=1984),
        "crm_consent": "given" if n % 4 else "refused",
        "tz": (False, "Pacific/Auckland", "America/Los_Angeles")[n % 3],
    }}
    for n in range({CUSTOMERS})
])
env["loyalty.card"].create([
    {{
        "program_id": loyalty.id,
        "partner_id": partner.id,
        "issue_date": (today - timedelta(days=partner.id % 6)).replace(year=2020),
    }}
    for partner in partners[::2]
])
common = {{
    "voucher_program_id": coupons.id,
    "sms_template_id": env.ref("crm_loyalty.sms_template_greeting_birthday").id,
}}
env["loyalty.greeting"].create([
    {{"name": "Birthday", **common}},
    {{"name": "Card", "occasion": "anniversary", **common}},
    {{"name": "Day", "occasion": "holiday", "holiday_id": holiday.id, **common}},
])
env.cr.commit()
"""
# The whole night is one moment, so that midnight in some time zone does not come in between
RUN = f"""
from odoo.tests import freeze_time

Log = env.registry["loyalty.greeting.log"]
create, written = Log.create, []

def count(self, vals_list):
    logs = create(self, vals_list)
    written.append(len(logs))
    return logs

Log.create = count
noon = env["loyalty.holiday.date"].search([], order="id desc", limit=1).date
with freeze_time(f"{{noon}} 12:00:00"):
    env["loyalty.greeting"]._cron_send(batch_size={BATCH})
env.cr.commit()
print("RAISED", sum(written))
"""
END_STATE = {
    "rows": """
        SELECT log.greeting_id, log.partner_id, log.occasion, log.year, log.date, log.is_mailed,
               log.is_texted, card.partner_id, card.program_id, card.points, card.expiration_date
          FROM loyalty_greeting_log log
          JOIN loyalty_card card ON card.id = log.card_id
         ORDER BY 1, 2
    """,
    "vouchers": """
        SELECT card.partner_id, count(*), sum(card.points), count(lot.id), count(history.id)
          FROM loyalty_card card
          JOIN loyalty_program program ON program.id = card.program_id
          LEFT JOIN loyalty_lot lot ON lot.card_id = card.id
          LEFT JOIN loyalty_history history ON history.card_id = card.id
         WHERE program.program_type = 'coupons'
         GROUP BY 1 ORDER BY 1
    """,
    "mails": """
        SELECT recipient.res_partner_id, message.subject, count(*)
          FROM mail_mail mail
          JOIN mail_message message ON message.id = mail.mail_message_id
          JOIN mail_mail_res_partner_rel recipient ON recipient.mail_mail_id = mail.id
         WHERE message.model = 'loyalty.greeting.log'
         GROUP BY 1, 2 ORDER BY 1, 2
    """,
    "texts": "SELECT partner_id, count(*) FROM sms_sms GROUP BY 1 ORDER BY 1",
}
PROGRESS = "SELECT count(*) FROM loyalty_greeting_log"


@pytest.fixture(scope="module")
def prepared(scratch):
    """A database with customers of whom some are due, on three occasions."""
    database = scratch.database("SUITE")
    shell(database, FILL)
    return database


@pytest.fixture(scope="module")
def expected(scratch, prepared):
    """The end state of a run that nothing disturbed."""
    database = scratch.copy(prepared)
    rows = run_once(database, RUN)
    state = read_state(database, END_STATE)
    assert rows == len(state["rows"]) > CUSTOMERS
    assert {row[2] for row in state["rows"]} == {"birthday", "anniversary", "holiday"}
    assert state["mails"]
    assert state["texts"]
    return state


def test_killed_and_run_again_gives_the_same_end_state(scratch, prepared, expected):
    total = len(expected["rows"])
    database = scratch.copy(prepared)
    kills = kill_often(database, RUN, PROGRESS, total=total, kills=KILLS)
    assert len(kills.points) >= KILLS * 0.9, kills
    assert_completed(database, RUN, END_STATE, expected, kills)


def test_two_runs_at_once_give_the_same_end_state(scratch, prepared, expected):
    database = scratch.copy(prepared)
    shares = [raised(printed) for printed in run_together(database, [RUN] * 2)]
    assert sum(shares) == len(expected["rows"])
    assert all(shares), f"both had their share of the work: {shares}"
    assert read_state(database, END_STATE) == expected


SEGMENT = """
segment = env["crm.segment"].search([("name", "=", "Everybody")])
"""
MEMBERS = {"members": "SELECT partner_id, since FROM crm_segment_member ORDER BY 1"}


def test_killed_refresh_leaves_the_old_members(scratch, prepared):
    database = scratch.copy(prepared)
    shell(
        database,
        """
env["crm.segment"].create({"name": "Everybody", "domain": '[("name", "like", "Customer")]'})
env.cr.execute("UPDATE crm_segment_member SET since = '2020-01-01'")
env.cr.execute("UPDATE res_partner SET active = FALSE WHERE name LIKE 'Customer 1%'")
env.cr.commit()
""",
    )
    before = read_state(database, MEMBERS)
    assert len(before["members"]) == CUSTOMERS
    with closing(connect(database)) as connection, connection.cursor() as cursor:
        # It waits with everything written and nothing committed
        process = start_shell(
            database,
            SEGMENT + "segment._refresh()\nenv.cr.execute('SELECT pg_sleep(3600)')\n",
        )
        waiting = "SELECT count(*) FROM pg_stat_activity WHERE query LIKE %s AND datname = %s"
        asleep = 0
        while not asleep:
            assert process.poll() is None
            cursor.execute(waiting, ["SELECT pg_sleep(3600)", database])
            asleep = cursor.fetchone()[0]
        kill(process, database, cursor)
    assert read_state(database, MEMBERS) == before
    shell(database, SEGMENT + "segment._refresh()\nenv.cr.commit()\n")
    after = read_state(database, MEMBERS)
    assert 0 < len(after["members"]) < CUSTOMERS
    assert set(after["members"]) < set(before["members"]), "who stayed is in it since when he was"
