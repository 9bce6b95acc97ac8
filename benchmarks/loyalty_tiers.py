"""What the nightly rating of tiers costs: time, queries and memory by number of cards.

    make shell DB=scratch < benchmarks/loyalty_tiers.py
    SIZES=100000,1000000 make shell DB=scratch < benchmarks/loyalty_tiers.py

Use a scratch database: the action commits its batches, and the cards stay. Each customer has a
card and two invoices, made by SQL. For each number of cards:

    review  the dry run before the first night: lists who would move, moves nobody
    first   the first night: 70 % of the cards come into a tier, a third of them with a price list
    idle    a night in which nothing has changed
    usual   a night after which 1 % have paid more and go up
    message the e-mails to those, rendered and queued

Ratio is the cost of a card against that of the size before: 1 is linear. The time of the database
is in the seconds, not in the CPU seconds, which are this process's own. Peak memory never falls;
what counts is that it does not rise with the number of cards.
"""

import os
import resource
import time

from odoo.tools import SQL

INVOICES = 2
MOVED_PERCENT = 1


def prepare(env):
    """Make the program with its tiers, and the customer, card and invoice all others copy."""
    env["loyalty.program"].search([]).active = False
    programs = env["loyalty.program"]
    template = programs._program_type_default_values()["loyalty"]
    program = programs.create(
        template | {"name": "Benchmark", "program_type": "loyalty", "company_id": env.company.id}
    )
    prices = env["product.pricelist"].create({"name": "Gold", "company_id": env.company.id})
    env["loyalty.tier"].create(
        [
            {"program_id": program.id, "name": name, "sequence": n, "threshold": threshold}
            | ({"pricelist_id": prices.id} if name == "Gold" else {})
            for n, (name, threshold) in enumerate(
                [("Silver", 300), ("Gold", 500), ("Platinum", 800)]
            )
        ]
    )
    env.company.email = "shop@example.com"
    partner = env["res.partner"].create({"name": "Benchmark", "email": "one@example.com"})
    card = env["loyalty.card"].create({"program_id": program.id, "partner_id": partner.id})
    journals = env["account.journal"]
    journal = journals.search([("code", "=", "BENCH")]) or journals.create(
        {"name": "Benchmark", "code": "BENCH", "type": "general"}
    )
    move = env["account.move"].create({"journal_id": journal.id, "partner_id": partner.id})
    env.cr.commit()
    return program, partner, card, move


def fill(env, samples, number):
    """Insert customers with their cards and invoices, and nothing else to rate."""
    _program, partner, card, move = samples
    env.cr.execute("UPDATE loyalty_card SET active = FALSE, tier_pricelist_id = NULL")
    env.cr.execute(
        "SELECT COALESCE(MAX(id), 0) FROM res_partner"
        " UNION ALL SELECT COALESCE(MAX(id), 0) FROM loyalty_card"
    )
    [[first_partner], [first_card]] = env.cr.fetchall()
    series = SQL("generate_series(1, %s) n", number)
    copy(
        env,
        partner,
        series,
        id=SQL("%s + n", first_partner),
        commercial_partner_id=SQL("%s + n", first_partner),
        email=SQL("'b' || n || '@example.com'"),
        email_normalized=SQL("'b' || n || '@example.com'"),
    )
    copy(
        env,
        card,
        series,
        id=SQL("%s + n", first_card),
        partner_id=SQL("%s + n", first_partner),
        code=SQL("'bench' || (%s + n)", first_card),
        number=SQL("NULL"),
        referral_code=SQL("NULL"),
        active=SQL("TRUE"),
        tier_id=SQL("NULL::integer"),
    )
    for invoice in range(INVOICES):
        amount = SQL("(n::bigint * 7919 %% 500 + 1)")
        copy(
            env,
            move,
            series,
            id=SQL("nextval('account_move_id_seq')"),
            name=SQL("%s || n", f"B/{first_partner}/{invoice}/"),
            partner_id=SQL("%s + n", first_partner),
            commercial_partner_id=SQL("%s + n", first_partner),
            move_type=SQL("'out_invoice'"),
            state=SQL("'posted'"),
            date=SQL("CURRENT_DATE - (n %% 300)::integer"),
            invoice_date=SQL("CURRENT_DATE - (n %% 300)::integer"),
            amount_untaxed_signed=amount,
            amount_total=amount,
            amount_residual=SQL("0"),
        )
    env.cr.execute("SELECT setval('res_partner_id_seq', %s)", [first_partner + number])
    env.cr.execute("SELECT setval('loyalty_card_id_seq', %s)", [first_card + number])
    env.cr.commit()
    env.cr.execute("ANALYZE res_partner, loyalty_card, account_move, loyalty_tier_move")
    env.cr.execute("DELETE FROM loyalty_tier_rating")
    env.cr.commit()
    env.invalidate_all()


def copy(env, sample, source, **values):
    """Insert a copy of a record for each row of `source`, with other values in some columns."""
    columns = [name for name, field in sample._fields.items() if field.store and field.column_type]
    env.cr.execute(
        SQL(
            "INSERT INTO %(table)s (%(columns)s) SELECT %(values)s "
            "FROM (SELECT * FROM %(table)s WHERE id = %(id)s) sample, %(source)s",
            table=SQL.identifier(sample._table),
            columns=SQL(", ").join(map(SQL.identifier, columns)),
            values=SQL(", ").join(
                values.get(name, SQL.identifier("sample", name)) for name in columns
            ),
            id=sample.id,
            source=source,
        )
    )


def pay_more(env, program):
    """Let every hundredth customer pay enough for the highest tier."""
    env.cr.execute(
        """
        UPDATE account_move SET amount_untaxed_signed = 2000, amount_total = 2000
         WHERE move_type = 'out_invoice' AND partner_id IN (
               SELECT partner_id FROM loyalty_card
                WHERE program_id = %s AND active AND id %% (100 / %s) = 0)
        """,
        [program.id, MOVED_PERCENT],
    )
    env.cr.execute("DELETE FROM loyalty_tier_rating")
    env.cr.commit()
    env.invalidate_all()


def review(env, program):
    action = program.action_review_tiers()
    found = env[action["res_model"]].browse(action["res_id"]).up_count
    env.cr.rollback()
    return found


def rate(env, program):
    [before] = count(env, "loyalty_tier_move")
    program._rate_tiers()
    [after] = count(env, "loyalty_tier_move")
    return after - before


def send(env, program):
    [before] = count(env, "mail_mail")
    env["loyalty.tier.move"]._send_messages()
    [after] = count(env, "mail_mail")
    return after - before


def count(env, table):
    env.cr.execute(SQL("SELECT count(*) FROM %s", SQL.identifier(table)))
    return env.cr.fetchone()


def measure(env, step, program):
    queries, wall, cpu = env.cr.sql_log_count, time.perf_counter(), time.process_time()
    done = step(env, program)
    return {
        "done": done,
        "seconds": time.perf_counter() - wall,
        "cpu": time.process_time() - cpu,
        "queries": env.cr.sql_log_count - queries,
        "peak": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
    }


def silence(env, program):
    """Only the usual night tells the customers."""
    env.cr.execute("UPDATE loyalty_tier_move SET message_state = 'none'")
    env.cr.execute("DELETE FROM loyalty_tier_rating")
    env.cr.commit()
    env.invalidate_all()


def run(env, sizes):
    samples = prepare(env)
    program = samples[0]
    nights = [
        ("review", None, review),
        ("first", None, rate),
        ("idle", silence, rate),
        ("usual", pay_more, rate),
        ("message", None, send),
    ]
    print(
        f"{'cards':>8} {'night':<8} {'done':>8} {'seconds':>8} {'cpu s':>7} {'us/card':>8} "
        f"{'ratio':>6} {'queries':>8} {'peak MB':>8}"
    )
    last = {}
    for size in sizes:
        fill(env, samples, size)
        for night, before, step in nights:
            if before:
                before(env, program)
            figures = measure(env, step, program)
            cost = 1e6 * figures["seconds"] / size
            ratio = f"{cost / last[night]:.2f}" if night in last else ""
            last[night] = cost
            print(
                f"{size:>8} {night:<8} {figures['done']:>8} {figures['seconds']:>8.2f} "
                f"{figures['cpu']:>7.2f} {cost:>8.1f} {ratio:>6} {figures['queries']:>8} "
                f"{figures['peak']:>8.0f}",
                flush=True,
            )


run(env, [int(size) for size in os.environ.get("SIZES", "10000,100000").split(",")])  # noqa: F821
