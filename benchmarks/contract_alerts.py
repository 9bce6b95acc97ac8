"""What the nightly action on contract terms costs: time, queries and memory by number of terms.

    make shell DB=scratch < benchmarks/contract_alerts.py
    SIZES=1000,100000 make shell DB=scratch < benchmarks/contract_alerts.py

Use a scratch database: the action commits its batches, and the contracts stay. Each size is run
twice: "due" raises two alerts and one activity for each term (every fourth is overdue as well),
"idle" finds as many terms with nothing to do. Peak memory is the process's own, never falling.
"""

import os
import resource
import time
from datetime import timedelta

TERMS_A_CONTRACT = 3
USERS = 20
CHUNK = 3000


def fill(env, number, days):
    """Create `number` terms due in `days` days, three a contract, for twenty responsible people."""
    today = env.company._get_today()
    partner = env["res.partner"].create({"name": "Benchmark"})
    users = env["res.users"].search([("login", "like", "benchmark.%")])
    if not users:
        group = env.ref("crm_extended.group_crm_contract_user")
        users = env["res.users"].create(
            [
                {"name": f"B {n}", "login": f"benchmark.{n}", "group_ids": [(6, 0, group.ids)]}
                for n in range(USERS)
            ]
        )
    for start in range(0, number, CHUNK):
        terms = range(start, min(start + CHUNK, number))
        contracts = env["crm.contract"].create(
            [
                {
                    "name": f"Supply {n}",
                    "partner_id": partner.id,
                    "user_id": users[n % len(users)].id,
                    "date_start": today - timedelta(days=100),
                    "state": "running",
                }
                for n in terms[::TERMS_A_CONTRACT]
            ]
        )
        env["crm.contract.term"].create(
            [
                {
                    "contract_id": contracts[index // TERMS_A_CONTRACT].id,
                    "name": f"Term {n}",
                    "due_date": today + timedelta(days=days[n % len(days)]),
                    "alert_days": "60,30",
                }
                for index, n in enumerate(terms)
            ]
        )
        env.cr.commit()
    env.cr.execute("ANALYZE crm_contract, crm_contract_term, crm_contract_alert, mail_activity")
    env.cr.commit()


def measure(env):
    """Run the action once and return its figures."""
    env.cr.execute("SELECT count(*) FROM crm_contract_alert")
    [before] = env.cr.fetchone()
    queries, wall, cpu = env.cr.sql_log_count, time.perf_counter(), time.process_time()
    env["crm.contract.term"]._cron_raise_alerts()
    figures = {
        "seconds": time.perf_counter() - wall,
        "cpu": time.process_time() - cpu,
        "queries": env.cr.sql_log_count - queries,
        "peak": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
    }
    env.cr.execute("SELECT count(*) FROM crm_contract_alert")
    figures["alerts"] = env.cr.fetchone()[0] - before
    return figures


def run(env, sizes):
    measure(env)  # what the database had to do already, and warm caches
    print(
        f"{'terms':>8} {'night':<5} {'alerts':>8} {'seconds':>8} {'cpu s':>7} {'ms/term':>8} "
        f"{'queries':>8} {'per 1000':>9} {'peak MB':>8}"
    )
    for size in sizes:
        for night, days in (("due", [30, 20, 10, -2]), ("idle", [90, 100, 110, 120])):
            fill(env, size, days)
            figures = measure(env)
            print(
                f"{size:>8} {night:<5} {figures['alerts']:>8} {figures['seconds']:>8.2f} "
                f"{figures['cpu']:>7.2f} {1000 * figures['seconds'] / size:>8.2f} "
                f"{figures['queries']:>8} {1000 * figures['queries'] / size:>9.1f} "
                f"{figures['peak']:>8.0f}"
            )


run(env, [int(size) for size in os.environ.get("SIZES", "1000,10000").split(",")])  # noqa: F821
