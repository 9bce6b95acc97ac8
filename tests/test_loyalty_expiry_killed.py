"""The nightly expiry of points, killed, run twice at once or among awards: the same end state.

The end state is everything that reaches anybody: balances, lots, history, notices and e-mails.
`make test` kills a few runs on some hundred cards;

    LOYALTY_KILLS=30 LOYALTY_CARDS=10000 make test T=tests/test_loyalty_expiry_killed.py

is the deep run.
"""

import os

import pytest
from killed_support import assert_completed, kill_often, read_progress
from support import finish, raised, read_state, run_once, run_together, shell, start_shell

KILLS = int(os.environ.get("LOYALTY_KILLS", "4"))
CARDS = int(os.environ.get("LOYALTY_CARDS", "300"))
LOTS = 6
BATCH = max(CARDS // 10, 10)

FILL = """
from datetime import timedelta

today = env.company._get_today()
env["res.lang"]._activate_lang("fr_FR")
programs = env["loyalty.program"]
program = programs.create({
    "name": "Regulars",
    "program_type": "loyalty",
    **programs._program_type_default_values()["loyalty"],
    "lot_expiry": "months",
})
partners = env["res.partner"].create([
    {
        "name": f"Customer {n}",
        "email": f"customer{n}@example.com" if n %% 7 else False,
        "lang": "fr_FR" if n %% 3 else "en_US",
        "active": n %% 11 != 0,
    }
    for n in range(%(cards)s)
])
env["mail.blacklist"].create([
    {"email": partner.email} for partner in partners[::13] if partner.email
])
cards = env["loyalty.card"].create(
    [{"program_id": program.id, "partner_id": partner.id} for partner in partners]
)
days = [-20, -1, 0, 3, 7, 20, 29, 30, 31, 200]
env["loyalty.card"]._post_points([
    {
        "card_id": card.id,
        "kind": "earn",
        "issued": 10 + (n + lot) / 10,
        "description": f"Order {n} {lot}",
        "expiration_date": today + timedelta(days=days[(n + lot * 3) %% len(days)]),
    }
    for n, card in enumerate(cards)
    for lot in range(%(lots)s)
])
env.flush_all()
env.cr.execute("UPDATE loyalty_lot SET available_date = available_date - 100")
env.cr.commit()
"""
RUN = f"""
def count(model, method):
    original = getattr(env.registry[model], method)

    def counting(self, *arguments):
        result = original(self, *arguments)
        done.append(result if isinstance(result, int) else len(result))
        return result

    setattr(env.registry[model], method, counting)

done = []
count("loyalty.lot", "_expire")
count("loyalty.expiry.notice", "_insert_notices")
env["loyalty.lot"]._cron_expire_points(batch_size={BATCH})
print("RAISED", sum(done))
"""
# As much on each card as there is, in one transaction, tried again as Odoo's own calls are.
AWARD = """
from odoo.service.model import retrying

def award():
    cards = env["loyalty.card"].sudo().search([("partner_id.name", "like", "Customer")])
    env["loyalty.card"].sudo()._post_points([
        {"card_id": card.id, "kind": "earn", "issued": 1, "description": "Award"}
        for card in cards
    ])

retrying(award, env)
env.cr.commit()
"""

# Everything the action does, without the ids and times that may differ.
END_STATE = {
    "cards": "SELECT id, points, points_debt FROM loyalty_card ORDER BY 1",
    "lots": "SELECT id, state, remaining, expiration_date FROM loyalty_lot ORDER BY 1",
    "history": """
        SELECT card_id, kind, issued, used, description, partner_id
          FROM loyalty_history ORDER BY 1, 2, 3, 4, 5
    """,
    "uses": """
        SELECT usage.lot_id, usage.points, history.card_id, history.kind, history.used
          FROM loyalty_lot_use usage
          JOIN loyalty_history history ON history.id = usage.history_id
         ORDER BY 1, 2
    """,
    "notices": """
        SELECT notice.card_id, notice.expiration_date, notice.days_before, notice.points,
               notice.partner_id, first.expiration_date
          FROM loyalty_expiry_notice notice
          LEFT JOIN loyalty_expiry_notice first ON first.id = notice.parent_id
         ORDER BY 1, 2, 3
    """,
    "mails": """
        SELECT message.subject, mail.body_html, mail.state, array_agg(partner.email)
          FROM mail_mail mail
          JOIN mail_message message ON message.id = mail.mail_message_id
          JOIN mail_mail_res_partner_rel recipient ON recipient.mail_mail_id = mail.id
          JOIN res_partner partner ON partner.id = recipient.res_partner_id
         GROUP BY mail.id, message.id ORDER BY 4, 1, 2
    """,
}
# Cards whose balance is not what their lots hold.
WRONG_BALANCES = """
    SELECT card.id, card.points, sum(lot.remaining)
      FROM loyalty_card card
      LEFT JOIN loyalty_lot lot ON lot.card_id = card.id AND lot.state = 'available'
     GROUP BY card.id
    HAVING card.points <> COALESCE(sum(lot.remaining), 0) OR card.points < 0
"""
# How far a run has come: a number that grows with each of its batches, of whatever step.
PROGRESS = """
    SELECT (SELECT count(*) FROM loyalty_history WHERE kind = 'expire')
         + (SELECT count(*) FROM loyalty_expiry_notice)
"""


@pytest.fixture(scope="module")
def prepared(scratch):
    """A database whose cards have points that expired, soon will, or will one day."""
    database = scratch.database("SUITE")
    shell(database, FILL % {"cards": CARDS, "lots": LOTS})
    return database


@pytest.fixture(scope="module")
def expected(scratch, prepared):
    """The end state of a run that nothing disturbed, and how far it had come."""
    database = scratch.copy(prepared)
    assert run_once(database, RUN) > CARDS
    state = read_state(database, END_STATE)
    assert {lot[1] for lot in state["lots"]} == {"available", "expired"}
    assert {line[4] for line in state["history"] if line[1] == "expire"} == {"Points expired"}
    recipients = [mail[3][0] for mail in state["mails"]]
    assert len(recipients) > CARDS / 3
    assert len(set(recipients)) == len(recipients), "one e-mail for each customer"
    assert read_state(database, {"wrong": WRONG_BALANCES})["wrong"] == []
    return state, read_progress(database, PROGRESS)


def test_killed_and_run_again_gives_the_same_end_state(scratch, prepared, expected):
    state, total = expected
    database = scratch.copy(prepared)
    kills = kill_often(database, RUN, PROGRESS, total=total, kills=KILLS)
    assert len(kills.points) >= KILLS * 0.9, kills
    assert kills.inside >= KILLS / 2, kills
    assert_completed(database, RUN, END_STATE, state, kills)


def test_two_runs_at_once_give_the_same_end_state(scratch, prepared, expected):
    state, _total = expected
    database = scratch.copy(prepared)
    shares = [raised(printed) for printed in run_together(database, [RUN] * 2)]
    assert all(shares), f"both had their share of the work: {shares}"
    assert read_state(database, END_STATE) == state


def test_awards_meanwhile_are_neither_lost_nor_doubled(scratch, prepared, expected):
    state, _total = expected
    database = scratch.copy(prepared)
    run_together(database, [RUN, AWARD, RUN, AWARD])
    after = read_state(database, END_STATE | {"wrong": WRONG_BALANCES})
    assert after["wrong"] == []
    balances = {card: points for card, points, _debt in state["cards"]}
    awarded = read_state(
        database, {"awards": "SELECT count(*) FROM loyalty_history WHERE description = 'Award'"}
    )["awards"][0][0]
    assert awarded == 2 * CARDS
    assert {card: points for card, points, _debt in after["cards"]} == {
        card: points + 2 for card, points in balances.items()
    }
    finish(start_shell(database, RUN))
    assert read_state(database, {"wrong": WRONG_BALANCES})["wrong"] == []
