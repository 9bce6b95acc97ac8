"""What the nightly expiry of points costs: time, queries and memory by number of cards.

    make shell DB=scratch < benchmarks/loyalty_nightly.py
    SIZES=100000,1000000 make shell DB=scratch < benchmarks/loyalty_nightly.py

Use a scratch database: the action commits its batches, and the cards stay. Every card has three
lots, a customer of its own with an e-mail address, and a line of history for each lot; the rows are
made by SQL. For each number of cards there are four nights:

    idle      nothing is due
    usual     a day of a year: a lot in 365 expires, two are told of (30 and 7 days before)
    year end  a lot of every card expires
    told      the customers of TOLD cards are told: an e-mail for each, among all the others

and the upgrade of a database with as many cards (their lots made from core's history), and the two
reports as their pivots read them. Ratio is the cost of a lot that was due (of a card for idle, the
upgrade and the reports) against that of the size before: 1 is linear, less is better. Peak memory
is the process's own, and never falls: what counts is that it does not rise with the cards.
"""

import os
import resource
import time
from datetime import timedelta

from odoo.tools import SQL

LOTS = 3
TOLD = int(os.environ.get("TOLD", "5000"))
BATCH = 5000
NIGHTS = ("idle", "usual", "year end", "told")
FIGURES = """
    SELECT (SELECT count(*) FROM loyalty_lot WHERE state = 'expired'),
           (SELECT count(*) FROM loyalty_expiry_notice),
           (SELECT count(*) FROM mail_mail)
"""


def prepare(env):
    """Make the one card whose like are all the others."""
    programs = env["loyalty.program"]
    program = programs.create(
        {
            "name": "Benchmark",
            "program_type": "loyalty",
            **programs._program_type_default_values()["loyalty"],
            "lot_expiry": "months",
        }
    )
    partner = env["res.partner"].create({"name": "Benchmark", "email": "b@example.com"})
    return env["loyalty.card"].create({"program_id": program.id, "partner_id": partner.id})


def clear(env):
    for table in ("loyalty_expiry_notice", "loyalty_lot_use", "loyalty_lot", "loyalty_history"):
        env.cr.execute(SQL("TRUNCATE %s CASCADE", SQL.identifier(table)))
    env.cr.execute("DELETE FROM mail_message WHERE model = 'loyalty.expiry.notice'")
    env.cr.execute("UPDATE loyalty_card SET points = 0")
    env.cr.commit()


def grow(env, sample, count):
    """Let there be `count` cards, copies of the sample, each of a customer of its own."""
    [present] = env.execute_query(
        SQL("SELECT count(*) FROM loyalty_card WHERE program_id = %s", sample.program_id.id)
    )[0:1]
    missing = count - present[0]
    if missing <= 0:
        return
    copy(
        env,
        sample.partner_id,
        missing,
        id=SQL("nextval('res_partner_id_seq')"),
        name=SQL("'Customer ' || currval('res_partner_id_seq')"),
        complete_name=SQL("'Customer ' || currval('res_partner_id_seq')"),
        email=SQL("'c' || currval('res_partner_id_seq') || '@example.com'"),
        email_normalized=SQL("'c' || currval('res_partner_id_seq') || '@example.com'"),
        commercial_partner_id=SQL("currval('res_partner_id_seq')"),
    )
    copy(
        env,
        sample,
        missing,
        id=SQL("nextval('loyalty_card_id_seq')"),
        code=SQL("'044B' || currval('loyalty_card_id_seq')"),
        number=SQL("NULL"),
        referral_code=SQL("NULL"),
        partner_id=SQL("(SELECT max(id) FROM res_partner) - n + 1"),
    )
    env.cr.commit()


def copy(env, sample, count, **values):
    """Insert copies of a record, with other values in some columns."""
    env.flush_all()
    columns = [name for name, field in sample._fields.items() if field.store and field.column_type]
    env.cr.execute(
        SQL(
            "INSERT INTO %(table)s (%(columns)s) SELECT %(values)s "
            "FROM (SELECT * FROM %(table)s WHERE id = %(id)s) sample,"
            " generate_series(1, %(count)s) n",
            table=SQL.identifier(sample._table),
            columns=SQL(", ").join(map(SQL.identifier, columns)),
            values=SQL(", ").join(
                values.get(name, SQL.identifier("sample", name)) for name in columns
            ),
            id=sample.id,
            count=count,
        )
    )


def fill(env, sample, night):
    """Give every card three lots, with the last days that make the night."""
    clear(env)
    today = env.company._get_today()
    first = today - timedelta(days=400)
    far = SQL("%s::date + (card.id %% 300)::int", today + timedelta(days=60))
    day = {
        "idle": far,
        "usual": SQL("%s::date - 1 + ((card.id * 3 + lot.n) %% 365)::int", today),
        "year end": SQL("CASE WHEN lot.n = 1 THEN %s::date - 1 ELSE %s END", today, far),
        "told": SQL(
            "CASE WHEN lot.n = 1 AND card.id > (SELECT max(id) - %s FROM loyalty_card)"
            " THEN %s::date + 30 ELSE %s END",
            TOLD,
            today,
            far,
        ),
    }[night]
    env.cr.execute(
        SQL(
            """
            INSERT INTO loyalty_history (card_id, kind, issued, used, description, create_date)
            SELECT card.id, 'earn', 10, 0, 'Order', %(first)s::date + lot.n * 30
              FROM loyalty_card card, generate_series(1, %(lots)s) AS lot(n)
             WHERE card.program_id = %(program)s
            """,
            first=first,
            lots=LOTS,
            program=sample.program_id.id,
        )
    )
    env.cr.execute(
        SQL(
            """
            INSERT INTO loyalty_lot (
                card_id, program_id, company_id, history_id, kind, points, remaining, state,
                available_date, expiration_date
            )
            SELECT card.id, card.program_id, card.company_id, history.id, 'earn', 10, 10,
                   'available', history.create_date::date, %(day)s
              FROM (
                    SELECT *, row_number() OVER (PARTITION BY card_id ORDER BY id) AS n
                      FROM loyalty_history
                   ) lot
              JOIN loyalty_history history ON history.id = lot.id
              JOIN loyalty_card card ON card.id = lot.card_id
            """,
            day=day,
        )
    )
    env.cr.execute(
        SQL(
            "UPDATE loyalty_card SET points = %s WHERE program_id = %s",
            10 * LOTS,
            sample.program_id.id,
        )
    )
    if night == "usual":
        tell(env, today)
    env.cr.commit()
    env.cr.execute(
        "ANALYZE loyalty_card, loyalty_lot, loyalty_history, loyalty_expiry_notice, res_partner"
    )
    env.cr.commit()
    env.invalidate_all()


def tell(env, today):
    """Leave the notices that earlier nights have sent."""
    env.cr.execute(
        SQL(
            """
            INSERT INTO loyalty_expiry_notice (card_id, partner_id, expiration_date, days_before)
            SELECT card.id, card.partner_id, lot.expiration_date, step.days
              FROM loyalty_lot lot
              JOIN loyalty_card card ON card.id = lot.card_id,
                   (VALUES (7), (30)) AS step(days)
             WHERE lot.expiration_date >= %(today)s
               AND lot.expiration_date < %(today)s::date + step.days
                ON CONFLICT DO NOTHING
            """,
            today=today,
        )
    )


def measure(env, action):
    """Run an action and return its figures."""
    before = env.execute_query(SQL(FIGURES))[0]
    queries, wall, cpu = env.cr.sql_log_count, time.perf_counter(), time.process_time()
    action()
    figures = {
        "seconds": time.perf_counter() - wall,
        "cpu": time.process_time() - cpu,
        "queries": env.cr.sql_log_count - queries,
        "peak": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
    }
    after = env.execute_query(SQL(FIGURES))[0]
    expired, notices, mails = (now - then for now, then in zip(after, before, strict=True))
    return figures | {"expired": expired, "notices": notices, "mails": mails}


def upgrade(env):
    """Make the lots of all cards anew, from their history."""
    env["loyalty.card"]._create_existing_lots()
    env.cr.commit()


def read_reports(env):
    for model, measures in (
        ("loyalty.liability.report", ["points:sum", "value:sum", "breakage_rate:avg"]),
        ("loyalty.points.report", ["earned:sum", "redeemed:sum", "expired:sum"]),
    ):
        env[model]._read_group([], ["program_id", "date:month"], measures)


def report(size, name, figures, last):
    due = figures["expired"] + figures["mails"]
    cost = figures["seconds"] / (due or size)
    ratio = f"{cost / last[name]:.2f}" if name in last else ""
    last[name] = cost
    # As _cron_expire_points cuts them: notices take a fifth of what expires at once.
    batches = max(-(-figures["expired"] // BATCH) - (-figures["mails"] // (BATCH // 5)), 1)
    print(
        f"{size:>8} {name:<9} {figures['expired']:>8} {figures['notices']:>8}"
        f" {figures['mails']:>7} {figures['seconds']:>8.2f} {figures['cpu']:>7.2f}"
        f" {1e6 * cost:>8.1f} {ratio:>6} {figures['queries']:>8}"
        f" {figures['queries'] / batches:>8.1f} {figures['peak']:>8.0f}",
        flush=True,
    )


def run(env, sizes):
    sample = prepare(env)
    print(
        f"{'cards':>8} {'night':<9} {'expired':>8} {'notices':>8} {'mails':>7} {'seconds':>8} "
        f"{'cpu s':>7} {'us each':>8} {'ratio':>6} {'queries':>8} {'a batch':>8} {'peak MB':>8}"
    )
    lots, last = env["loyalty.lot"], {}
    grow(env, sample, 1000)
    fill(env, sample, "usual")
    measure(env, lots._cron_expire_points)  # caches are warm from here on
    for size in sizes:
        grow(env, sample, size)
        for night in NIGHTS:
            fill(env, sample, night)
            report(size, night, measure(env, lots._cron_expire_points), last)
        report(size, "reports", measure(env, lambda: read_reports(env)), last)
        env.cr.execute("TRUNCATE loyalty_lot, loyalty_lot_use")
        env.cr.commit()
        report(size, "upgrade", measure(env, lambda: upgrade(env)), last)


run(env, [int(size) for size in os.environ.get("SIZES", "10000,100000").split(",")])  # noqa: F821
