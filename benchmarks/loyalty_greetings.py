"""What the nightly greetings and segments cost: time, queries and memory by number of customers.

    make shell DB=scratch < benchmarks/loyalty_greetings.py
    SIZES=100000,1000000 make shell DB=scratch < benchmarks/loyalty_greetings.py

Use a scratch database: the actions commit their batches, and the customers stay. Birthdays and
cards are spread over the year and four in five customers agreed to greetings, so that a night
greets one in about 450. For each number of customers:

    birthdays      a night's birthdays: the row, a voucher and an e-mail for each
    anniversaries  the same for the anniversaries of cards
    holiday        a holiday, for a segment of HOLIDAY customers whatever the size
    again          all three once more: nobody is due
    segment        a segment of all customers is filled
    segment again  and refreshed when nothing changed

Rows are greetings or members. `us/row` that does not grow with the size is linear. Peak memory is
the process's own, and never falls; what counts is that it does not rise with the customers.
"""

import os
import resource
import time

from odoo.tools import SQL

HOLIDAY = int(os.environ.get("HOLIDAY", "5000"))


def prepare(env):
    """Make the greetings, the programs, and the customer and card all others are copies of."""
    env["loyalty.greeting"].search([]).active = False
    env["crm.segment"].search([]).active = False
    programs = env["loyalty.program"]
    templates = programs._get_template_values()
    coupons = programs.create(templates["coupons"] | {"program_type": "coupons"})
    loyalty = programs.create(templates["loyalty"] | {"program_type": "loyalty"})
    partner = env["res.partner"].create({"name": "Sample", "email": "s@example.com", "tz": False})
    card = env["loyalty.card"].create({"program_id": loyalty.id, "partner_id": partner.id})
    holiday = env["loyalty.holiday"].create({"name": "Benchmark", "month": "1", "day": 1})
    today = env.company._get_today()
    holiday.write({"month": str(today.month), "day": today.day})
    invited, everybody = env["crm.segment"].create(
        [
            {"name": "Invited", "kind": "manual"},
            {"name": "Everybody", "domain": '[("email", "like", "benchmark.example")]'},
        ]
    )
    values = {"voucher_program_id": coupons.id, "catch_up_days": 0}
    greetings = env["loyalty.greeting"].create(
        [
            {"name": "birthdays", **values},
            {
                "name": "anniversaries",
                "occasion": "anniversary",
                "card_program_id": loyalty.id,
                **values,
            },
            {
                "name": "holiday",
                "occasion": "holiday",
                "holiday_id": holiday.id,
                "segment_ids": invited.ids,
                **values,
            },
        ]
    )
    env.cr.commit()
    return {"partner": partner, "card": card, "invited": invited, "all": everybody}, greetings


def fill(env, samples, size):
    """Replace the customers and cards by `size` new ones."""
    invited, partner = samples["invited"], samples["partner"]
    env.cr.execute(
        SQL(
            "UPDATE res_partner SET active = FALSE, birthdate_date = NULL, email = NULL"
            " WHERE email LIKE '%%benchmark.example'"
        )
    )
    env.cr.execute("DELETE FROM crm_segment_member")
    env.cr.execute(
        SQL(
            "UPDATE loyalty_card SET active = FALSE, issue_date = NULL"
            " WHERE program_id = %s AND id != %s",
            samples["card"].program_id.id,
            samples["card"].id,
        )
    )
    [[first]] = env.execute_query(SQL("SELECT max(id) + 1 FROM res_partner"))
    copy(
        env,
        partner,
        SQL("generate_series(1, %s) n", size),
        id=SQL("nextval('res_partner_id_seq')"),
        name=SQL("'Customer ' || n"),
        complete_name=SQL("'Customer ' || n"),
        email=SQL("'c' || n || '@benchmark.example'"),
        email_normalized=SQL("'c' || n || '@benchmark.example'"),
        commercial_partner_id=SQL("currval('res_partner_id_seq')"),
        birthdate_date=SQL("DATE '1960-01-01' + n %% 14600"),
        crm_consent=SQL("CASE WHEN n %% 5 > 0 THEN 'given' END"),
    )
    copy(
        env,
        samples["card"],
        SQL("(SELECT id FROM res_partner WHERE id >= %s) customer", first),
        id=SQL("nextval('loyalty_card_id_seq')"),
        partner_id=SQL("customer.id"),
        number=SQL("NULL"),
        code=SQL("'b' || currval('loyalty_card_id_seq')"),
        referral_code=SQL("NULL"),
        issue_date=SQL("DATE '2020-01-01' + (customer.id * 7) %% 1460"),
    )
    env.cr.execute(
        SQL(
            "INSERT INTO crm_segment_member (segment_id, partner_id, since)"
            " SELECT %s, id, now() FROM res_partner WHERE id >= %s AND crm_consent = 'given'"
            " ORDER BY id LIMIT %s",
            invited.id,
            first,
            HOLIDAY,
        )
    )
    env.cr.commit()
    env.cr.execute("ANALYZE res_partner, loyalty_card, loyalty_greeting_log, crm_segment_member")
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


def count(env, table):
    [[number]] = env.execute_query(SQL("SELECT count(*) FROM %s", SQL.identifier(table)))
    return number


def measure(env, table, act):
    """Run an action once and return its figures."""
    env.invalidate_all()
    before = count(env, table)
    queries, wall, cpu = env.cr.sql_log_count, time.perf_counter(), time.process_time()
    act()
    env.cr.commit()
    figures = (
        time.perf_counter() - wall,
        time.process_time() - cpu,
        env.cr.sql_log_count - queries,
        resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
    )
    return count(env, table) - before, *figures


def show(size, name, figures):
    rows, wall, cpu, queries, peak = figures
    each = f"{1e6 * wall / rows:>8.0f}" if rows else f"{'':>8}"
    print(
        f"{size:>9} {name:<14} {rows:>8} {wall:>8.2f} {cpu:>7.2f} {each} {queries:>8} {peak:>8.0f}",
        flush=True,
    )


def run(env, sizes):
    samples, greetings = prepare(env)
    fill(env, samples, 2000)
    env["loyalty.greeting"]._cron_send()  # caches are warm from here on
    print(
        f"{'customers':>9} {'night':<14} {'rows':>8} {'seconds':>8} {'cpu s':>7} {'us/row':>8}"
        f" {'queries':>8} {'peak MB':>8}"
    )
    for size in sizes:
        fill(env, samples, size)
        for greeting in greetings:
            figures = measure(env, "loyalty_greeting_log", greeting._send_due)
            show(size, greeting.name, figures)
        again = measure(env, "loyalty_greeting_log", env["loyalty.greeting"]._cron_send)
        show(size, "again", again)
        for name in ("segment", "segment again"):
            show(size, name, measure(env, "crm_segment_member", samples["all"]._refresh))


run(env, [int(size) for size in os.environ.get("SIZES", "10000,100000").split(",")])  # noqa: F821
