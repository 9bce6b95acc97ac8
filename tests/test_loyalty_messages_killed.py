"""Rewards for friends and voucher campaigns, killed or run twice at once: the same end state.

`make test` kills a few runs on some hundred customers;

    LOYALTY_KILLS=30 LOYALTY_CUSTOMERS=5000 make test T=tests/test_loyalty_messages_killed.py

is the deep run.
"""

import os

import pytest
from killed_support import assert_completed, kill_often, read_progress
from support import raised, read_state, run_once, run_together, shell

KILLS = int(os.environ.get("LOYALTY_KILLS", "3"))
CUSTOMERS = int(os.environ.get("LOYALTY_CUSTOMERS", "150"))
BATCH = max(CUSTOMERS // 40, 3)

# One card for each ten friends and a cap of eight: some are refused, and which is part of the
# end state. Every seventh friend has not paid, every eleventh lives where the card's holder does.
FILL = """
from datetime import timedelta

from odoo import Command

company = env.company
env["account.chart.template"].try_loading("generic_coa", company=company, install_demo=False)
today = company._get_today()
programs = env["loyalty.program"]
defaults = programs._program_type_default_values()
program = programs.create(
    {"name": "Regulars", "program_type": "loyalty"}
    | defaults["loyalty"]
    | {"referral_active": True, "referral_yearly_cap": 8, "rule_ids": [Command.clear()]}
)
coupons = programs.create({"name": "Come back", "program_type": "coupons"} | defaults["coupons"])
holders = env["res.partner"].create([
    {"name": f"Holder {n}", "email": f"holder{n}@example.com", "street": f"Lane {n}", "zip": "1"}
    for n in range(%(customers)s // 10)
])
cards = env["loyalty.card"].create(
    [{"program_id": program.id, "partner_id": holder.id} for holder in holders]
)
friends = env["res.partner"].create([
    {
        "name": f"Friend {n}",
        "email": f"friend{n}@example.com",
        "crm_consent": "given",
        "company_id": company.id,
    }
    for n in range(%(customers)s)
])
for number, friend in enumerate(friends):
    env["loyalty.referral"]._register_friend(cards[number %% len(cards)], friend)
env.flush_all()
env.cr.execute("UPDATE loyalty_referral SET date = date - 90")
env.invalidate_all()
for number, friend in enumerate(friends[::11]):
    friend.write({"street": f"Lane {number * 11 %% len(cards)}", "zip": "1"})
invoices = env["account.move"].create([
    {
        "move_type": "out_invoice",
        "partner_id": friend.id,
        "invoice_date": today - timedelta(days=40 + number %% 30),
        "invoice_line_ids": [Command.create({"name": "Kettle", "price_unit": 9, "tax_ids": False})],
    }
    for number, friend in enumerate(friends)
])
invoices.action_post()
env["account.payment.register"].with_context(
    active_model="account.move",
    active_ids=[invoice.id for number, invoice in enumerate(invoices) if number %% 7],
).create({"group_payment": False})._create_payments()
segment = env["crm.segment"].create({
    "name": "Friends",
    "kind": "manual",
    "member_ids": [Command.create({"partner_id": friend.id}) for friend in friends],
})
campaign = env["loyalty.campaign"].create({
    "name": "Come again",
    "program_id": coupons.id,
    "segment_ids": segment.ids,
    "holdout_percent": 20,
    "hash_key": "fixed",
    "user_id": env.ref("base.user_admin").id,
})
campaign.action_prepare()
campaign.action_launch()
env.cr.commit()
"""
RUN = f"""
done = []
Referral, Member = env.registry["loyalty.referral"], env.registry["loyalty.campaign.member"]
give, issue = Referral._give_points, Member._issue_vouchers

def count_points(self):
    done.append(len(self))
    return give(self)

def count_vouchers(self):
    done.append(len(self))
    return issue(self)

Referral._give_points, Member._issue_vouchers = count_points, count_vouchers
env["loyalty.referral"]._cron_reward(batch_size={BATCH})
env["loyalty.campaign"]._cron_carry_out(batch_size={BATCH})
print("RAISED", sum(done))
"""

# Everything the actions do, without ids and random codes. Which friend of a card comes first is
# part of it: the cap lets eight of them pass.
END_STATE = {
    "referrals": """
        SELECT friend.name, referral.state, referral.refusal, referral.points,
               referral.friend_points, referral.rewarded_date, invoice.name
          FROM loyalty_referral referral
          JOIN res_partner friend ON friend.id = referral.friend_id
          LEFT JOIN account_move invoice ON invoice.id = referral.invoice_id
         ORDER BY 1
    """,
    "balances": """
        SELECT holder.name, card.points, count(lot.id), sum(lot.remaining)
          FROM loyalty_card card
          JOIN res_partner holder ON holder.id = card.partner_id
          JOIN loyalty_program program ON program.id = card.program_id
          LEFT JOIN loyalty_lot lot ON lot.card_id = card.id
         WHERE program.program_type = 'loyalty'
         GROUP BY card.id, holder.id ORDER BY 1
    """,
    "history": """
        SELECT holder.name, history.kind, history.issued, history.used, count(*)
          FROM loyalty_history history
          JOIN loyalty_card card ON card.id = history.card_id
          JOIN res_partner holder ON holder.id = card.partner_id
         GROUP BY 1, 2, 3, 4 ORDER BY 1, 2, 3, 4
    """,
    "mails": """
        SELECT message.subject, partner.email, count(*)
          FROM mail_mail mail
          JOIN mail_message message ON message.id = mail.mail_message_id
          JOIN mail_mail_res_partner_rel recipient ON recipient.mail_mail_id = mail.id
          JOIN res_partner partner ON partner.id = recipient.res_partner_id
         GROUP BY 1, 2 ORDER BY 1, 2
    """,
    "members": """
        SELECT customer.name, member.is_holdout, member.error, voucher.points,
               voucher.expiration_date, voucher.partner_id = member.partner_id
          FROM loyalty_campaign_member member
          JOIN res_partner customer ON customer.id = member.partner_id
          LEFT JOIN loyalty_card voucher ON voucher.id = member.voucher_id
         ORDER BY 1
    """,
    "vouchers": """
        SELECT holder.name, count(*)
          FROM loyalty_card card
          JOIN loyalty_program program ON program.id = card.program_id
          JOIN res_partner holder ON holder.id = card.partner_id
         WHERE program.program_type = 'coupons'
         GROUP BY holder.id ORDER BY 1
    """,
    "mailings": "SELECT subject, state, mailing_domain FROM mailing_mailing ORDER BY id",
    "campaigns": "SELECT state, expiration_date, window_end FROM loyalty_campaign ORDER BY id",
}
# How far a run has come: a number that grows with each of its batches.
PROGRESS = """
    SELECT (SELECT count(*) FROM loyalty_referral WHERE state <> 'pending')
         + (SELECT count(*) FROM loyalty_campaign_member WHERE voucher_id IS NOT NULL)
         + 5 * (SELECT count(*) FROM loyalty_campaign WHERE state = 'sent')
"""


@pytest.fixture(scope="module")
def prepared(scratch):
    """A database with friends who have bought, and a campaign that was launched."""
    database = scratch.database("SUITE")
    shell(database, FILL % {"customers": CUSTOMERS})
    return database


@pytest.fixture(scope="module")
def expected(scratch, prepared):
    """The end state of a run that nothing disturbed, and how far it had come."""
    database = scratch.copy(prepared)
    assert run_once(database, RUN) > CUSTOMERS
    state = read_state(database, END_STATE)
    assert {row[1] for row in state["referrals"]} == {"pending", "rewarded", "refused"}
    assert {row[2] for row in state["referrals"]} == {None, "cap", "address"}
    assert {row[1] for row in state["vouchers"]} == {1}
    assert len(state["mails"]) > CUSTOMERS / 2
    assert [row[0] for row in state["campaigns"]] == ["sent"]
    return state, read_progress(database, PROGRESS)


def test_killed_and_run_again_gives_the_same_end_state(scratch, prepared, expected):
    state, total = expected
    database = scratch.copy(prepared)
    kills = kill_often(database, RUN, PROGRESS, total=total, kills=KILLS, short_of=5)
    assert len(kills.points) >= KILLS * 0.9, kills
    assert kills.inside, kills
    assert_completed(database, RUN, END_STATE, state, kills)


def test_two_runs_at_once_give_the_same_end_state(scratch, prepared, expected):
    state, _total = expected
    database = scratch.copy(prepared)
    shares = [raised(printed) for printed in run_together(database, [RUN] * 2)]
    assert all(shares), f"both had their share of the work: {shares}"
    assert read_state(database, END_STATE) == state
