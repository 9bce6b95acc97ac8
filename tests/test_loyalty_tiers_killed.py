"""The nightly rating of loyalty tiers, killed or run twice at once: the same end state.

The end state is everything that reaches anybody: tiers, grace periods, price lists, the history of
moves and the e-mails to customers. `make test` kills a few runs on some hundred cards;

    TIER_KILLS=30 TIER_CARDS=10000 make test T=tests/test_loyalty_tiers_killed.py

is the deep run.
"""

import os

import pytest
from killed_support import assert_completed, kill_in_the_middle, read_progress
from support import raised, read_state, run_once, run_together, shell

KILLS = int(os.environ.get("TIER_KILLS", "4"))
CARDS = int(os.environ.get("TIER_CARDS", "400"))
BATCH = max(CARDS // 40, 10)

FILL = """
from dateutil.relativedelta import relativedelta

today = env.company._get_today()
env.company.email = "shop@example.com"
prices = env["product.pricelist"].create([{"name": name} for name in ("Silver", "Gold", "Own")])
programs = env["loyalty.program"]
template = programs._program_type_default_values()["loyalty"]
programs = programs.create([
    template | {"name": name, "program_type": "loyalty", "company_id": env.company.id}
    for name in ("Shop", "Wholesale")
])
tiers = env["loyalty.tier"].create([
    {"program_id": program.id, "name": name, "sequence": n, "threshold": threshold,
      "pricelist_id": prices[n].id, "grace_months": 0 if program == programs[1] else 3}
    for program in programs
    for n, (name, threshold) in enumerate([("Silver", 100), ("Gold", 500)])
])
programs.tier_review_needed = False
partners = env["res.partner"].create([
    {"name": f"Customer {n}", "email": n %% 7 and f"c{n}@example.com"} for n in range(%(cards)s)
])
for partner in partners[::11]:
    partner.specific_property_product_pricelist = prices[2]
cards = env["loyalty.card"].create([
    {"program_id": programs[n %% 2].id, "partner_id": partner.id}
    for n, partner in enumerate(partners)
])
# Who is in a tier already: some stay, some fall below it, of some the grace period is over.
for n, card in enumerate(cards):
    if n %% 3 == 0:
        card.write({
            "tier_id": tiers[1 + n %% 2 * 2].id,
            "tier_below_since": n %% 6 == 0 and today - relativedelta(months=n %% 5),
        })
journal = env["account.journal"].create({"name": "Test", "code": "TIER", "type": "general"})
env["account.move"].create([
    {"journal_id": journal.id, "partner_id": partner.id} for partner in partners
])
env.flush_all()
env.cr.execute(
    "UPDATE account_move SET move_type = 'out_invoice', state = 'posted', name = 'T/' || id,"
    " invoice_date = %%s, amount_residual = 0, amount_total = mod(partner_id, 7) * 100,"
    " amount_untaxed_signed = mod(partner_id, 7) * 100 WHERE journal_id = %%s",
    [today, journal.id],
)
env.cr.commit()
"""
RUN = f"""
Program = env.registry["loyalty.program"]
rate, moved = Program._rate_cards, []

def count(self, cards, *args, **kwargs):
    before = env["loyalty.tier.move"].search_count([])
    rate(self, cards, *args, **kwargs)
    moved.append(env["loyalty.tier.move"].search_count([]) - before)

Program._rate_cards = count
env["loyalty.program"]._cron_rate_tiers(batch_size={BATCH})
print("RAISED", sum(moved))
"""

# Everything the action does, without the ids and times that may differ.
END_STATE = {
    "cards": """
        SELECT id, tier_id, tier_since, tier_below_since, tier_pricelist_id
          FROM loyalty_card ORDER BY id
    """,
    "customers": "SELECT id, specific_property_product_pricelist FROM res_partner ORDER BY id",
    "moves": """
        SELECT card_id, partner_id, date, direction, previous_tier_id, tier_id, value, threshold,
               message_state
          FROM loyalty_tier_move ORDER BY card_id
    """,
    "mails": """
        SELECT message.subject, mail.body_html, mail.state, recipient.res_partner_id
          FROM mail_mail mail
          JOIN mail_message message ON message.id = mail.mail_message_id
          JOIN mail_mail_res_partner_rel recipient ON recipient.mail_mail_id = mail.id
         ORDER BY recipient.res_partner_id, message.subject
    """,
    "ratings": "SELECT program_id, date, last_card_id, is_done FROM loyalty_tier_rating ORDER BY 1",
}
# How far a run has come: a number that grows with each of its batches, of whatever step.
PROGRESS = """
    SELECT (SELECT count(*) FROM loyalty_tier_move)
         + (SELECT count(*) FROM loyalty_tier_move WHERE message_state <> 'waiting')
"""


@pytest.fixture(scope="module")
def prepared(scratch):
    """A database whose customers are partly in the wrong tier."""
    database = scratch.database("SUITE")
    shell(database, FILL % {"cards": CARDS})
    return database


@pytest.fixture(scope="module")
def expected(scratch, prepared):
    """The end state of a run that nothing disturbed, and how far it had come."""
    database = scratch.copy(prepared)
    assert run_once(database, RUN) > CARDS / 3
    state = read_state(database, END_STATE)
    assert {move[3] for move in state["moves"]} == {"up", "down"}
    assert {move[8] for move in state["moves"]} == {"sent", "no_address"}
    assert any(card[3] for card in state["cards"]), "somebody is in the grace period"
    assert any(card[4] for card in state["cards"]), "somebody got a price list"
    told = [move for move in state["moves"] if move[8] == "sent"]
    assert len(state["mails"]) == len(told)
    return state, read_progress(database, PROGRESS)


def test_killed_and_run_again_gives_the_same_end_state(scratch, prepared, expected):
    state, total = expected
    database = scratch.copy(prepared)
    kills = kill_in_the_middle(database, RUN, PROGRESS, total=total, kills=KILLS)
    assert_completed(database, RUN, END_STATE, state, kills)


def test_two_runs_at_once_give_the_same_end_state(scratch, prepared, expected):
    state, _total = expected
    database = scratch.copy(prepared)
    shares = [raised(printed) for printed in run_together(database, [RUN] * 2)]
    assert sum(shares) == len(state["moves"])
    assert read_state(database, END_STATE) == state
