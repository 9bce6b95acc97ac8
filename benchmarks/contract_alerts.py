"""What the nightly action on contracts costs: time, queries and memory by number of contracts.

    make shell DB=scratch < benchmarks/contract_alerts.py
    SIZES=1000,100000 make shell DB=scratch < benchmarks/contract_alerts.py

Use a scratch database: the action commits its batches, and the contracts stay. Every contract has
three terms. For each number of contracts there are three nights:

    idle    nothing is due
    due     a step of every term is due: an alert, an activity and a line of a digest for each
    old     the first night on imported contracts that are long past: a summary, and they expire

Ratio is the cost of a term against that of the size before: 1 is linear. Peak memory is the
process's own, and never falls; what counts is that it does not rise with the number of contracts.
"""

import os
import resource
import time
from datetime import timedelta

from odoo.tools import SQL

TERMS_A_CONTRACT = 3
USERS = 20
# night: days from now to the due dates of the terms and to the ends of the contracts
NIGHTS = {"idle": (200, 300), "due": (30, 300), "old": (-400, -200)}


def prepare(env):
    """Make the users and the one contract with the one term that all others are copies of."""
    group = env.ref("crm_extended.group_crm_contract_user")
    users = env["res.users"].search([("login", "like", "benchmark.%")]) or env["res.users"].create(
        [
            {
                "name": f"B {n}",
                "login": f"benchmark.{n}",
                "email": f"b{n}@example.com",
                "group_ids": [(6, 0, group.ids)],
            }
            for n in range(USERS)
        ]
    )
    # Somebody has to get the summary.
    env.ref("base.user_admin").email = "manager@example.com"
    today = env.company._get_today()
    contract = env["crm.contract"].create(
        {
            "name": "Supply",
            "partner_id": env["res.partner"].create({"name": "Benchmark"}).id,
            "date_start": today - timedelta(days=1000),
            "alert_days_end": "60,30",
        }
    )
    term = env["crm.contract.term"].create(
        {"contract_id": contract.id, "name": "Report", "alert_days": "60,30"}
    )
    env.cr.commit()
    return users, contract, term


def fill(env, samples, number, night):
    """Insert contracts with their terms as an import leaves them, and nothing else to watch."""
    users, contract, term = samples
    due_days, end_days = NIGHTS[night]
    today = env.company._get_today()
    due_date, date_end = today + timedelta(days=due_days), today + timedelta(days=end_days)
    first_step = timedelta(days=60)
    env.cr.execute("UPDATE crm_contract SET state = 'terminated', next_alert_date = NULL")
    env.cr.execute("UPDATE crm_contract_term SET state = 'waived', next_alert_date = NULL")
    copy(
        env,
        contract,
        SQL("generate_series(1, %s) n", number),
        id=SQL("nextval('crm_contract_id_seq')"),
        number=SQL("'B' || currval('crm_contract_id_seq')"),
        user_id=SQL("(%s)[1 + n %% %s]", users.ids, len(users)),
        state=SQL("'running'"),
        date_end=SQL("%s::date", date_end),
        notice_date=SQL("%s::date", date_end),
        next_alert_date=SQL("%s::date", date_end - first_step),
    )
    copy(
        env,
        term,
        SQL(
            "crm_contract contract, generate_series(1, %s) WHERE contract.state = 'running'",
            TERMS_A_CONTRACT,
        ),
        id=SQL("nextval('crm_contract_term_id_seq')"),
        contract_id=SQL("contract.id"),
        user_id=SQL("contract.user_id"),
        state=SQL("'pending'"),
        due_date=SQL("%s::date", due_date),
        next_alert_date=SQL("%s::date", due_date - first_step),
    )
    env.cr.commit()
    env.cr.execute("ANALYZE crm_contract, crm_contract_term, crm_contract_alert, mail_activity")
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
    env.cr.execute(f"SELECT count(*) FROM {table}")  # noqa: S608 - names of this file
    return env.cr.fetchone()[0]


def measure(env):
    """Run the action once and return its figures."""
    tables = {"alerts": "crm_contract_alert", "mails": "mail_mail"}
    before = {name: count(env, table) for name, table in tables.items()}
    queries, wall, cpu = env.cr.sql_log_count, time.perf_counter(), time.process_time()
    env["crm.contract.term"]._cron_raise_alerts()
    figures = {
        "seconds": time.perf_counter() - wall,
        "cpu": time.process_time() - cpu,
        "queries": env.cr.sql_log_count - queries,
        "peak": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
    }
    return {**figures, **{name: count(env, tables[name]) - before[name] for name in tables}}


def run(env, sizes):
    samples = prepare(env)
    fill(env, samples, 100, "due")
    measure(env)  # caches are warm from here on
    print(
        f"{'contracts':>9} {'terms':>8} {'night':<5} {'alerts':>8} {'mails':>6} {'seconds':>8} "
        f"{'cpu s':>7} {'cpu ms/term':>11} {'ratio':>6} {'queries':>8} {'per 1000':>9} "
        f"{'peak MB':>8}"
    )
    last = {}
    for size in sizes:
        for night in NIGHTS:
            fill(env, samples, size, night)
            figures = measure(env)
            terms = size * TERMS_A_CONTRACT
            cost = 1000 * figures["cpu"] / terms
            ratio = f"{cost / last[night]:.2f}" if night in last else ""
            last[night] = cost
            print(
                f"{size:>9} {terms:>8} {night:<5} {figures['alerts']:>8} {figures['mails']:>6} "
                f"{figures['seconds']:>8.2f} {figures['cpu']:>7.2f} {cost:>11.4f} {ratio:>6} "
                f"{figures['queries']:>8} {1000 * figures['queries'] / terms:>9.1f} "
                f"{figures['peak']:>8.0f}",
                flush=True,
            )


run(env, [int(size) for size in os.environ.get("SIZES", "1000,10000").split(",")])  # noqa: F821
