"""What the nightly figures of everybody cost: more people, more documents, the second night.

    make shell DB=scratch < benchmarks/kpi_snapshot.py
    PEOPLE=50,200,800 LINES=20000,100000 make shell DB=scratch < benchmarks/kpi_snapshot.py

Use a scratch database: the orders it had are gone, those made by SQL stay. Each salesperson is in
one of ten teams and has a monthly revenue target; the first thirty KPIs are stored one by one, as
the scheduled action does it. Peak memory is that of the process, Odoo itself included.
"""

import os

from odoo.tools import SQL

from tools.measuring import print_table, run_apart
from tools.order_lines import fill

PEOPLE = [int(count) for count in os.environ.get("PEOPLE", "50,200,800").split(",")]
LINES = [int(count) for count in os.environ.get("LINES", "20000,100000").split(",")]
KPIS, TEAMS, PRODUCTS = 30, 10, 2000


def make_people(env, count):
    """Let there be so many salespersons, and let the orders be theirs."""
    names = [f"benchmark{number}" for number in range(count)]
    users = env["res.users"].with_context(active_test=False, no_reset_password=True)
    known = users.search([("login", "like", "benchmark%")])
    missing = set(names) - set(known.mapped("login"))
    group = env.ref("sales_team.group_sale_salesman")
    users.create(
        [{"name": name, "login": name, "group_ids": [(4, group.id)]} for name in sorted(missing)]
    )
    everybody = users.search([("login", "like", "benchmark%")])
    everybody.active = False
    active = everybody.filtered(lambda user: user.login in names)
    active.active = True
    teams = env["crm.team"].search([("name", "like", "Benchmark")])
    teams += env["crm.team"].create(
        [{"name": f"Benchmark {number}"} for number in range(len(teams), TEAMS)]
    )
    env["crm.team.member"].search([("crm_team_id", "in", teams.ids)]).unlink()
    env["crm.team.member"].create(
        [
            {"user_id": user.id, "crm_team_id": teams[number % TEAMS].id}
            for number, user in enumerate(active)
        ]
    )
    env.flush_all()
    env.cr.execute(
        SQL(
            "UPDATE sale_order SET user_id = (%s::int[])[1 + id %% %s],"
            " team_id = (%s::int[])[1 + id %% %s]",
            active.ids,
            count,
            teams.ids,
            TEAMS,
        )
    )
    spread_customers(env)
    env.cr.execute("DELETE FROM crm_kpi_value; DELETE FROM crm_kpi_target")
    env.invalidate_all()
    month = env.company._get_figures_now().date().replace(day=1)
    env["crm.kpi.target"].create(
        [
            {
                "kpi_id": env.ref("crm_analytics.kpi_revenue").id,
                "scope": "user",
                "user_id": user.id,
                "period_type": "month",
                "date_from": month,
                "value": 10_000,
            }
            for user in active
        ]
    )
    env.flush_all()
    env.cr.commit()
    env.cr.execute("ANALYZE")
    env.cr.commit()


def spread_customers(env):
    """Let the orders be those of many customers, fifty of each."""
    partners = env["res.partner"].search([("ref", "=", "kpi benchmark")])
    wanted = env["sale.order"].search_count([]) // 50 + 1
    partners += env["res.partner"].create(
        [
            {"name": f"Customer {number}", "ref": "kpi benchmark"}
            for number in range(len(partners), wanted)
        ]
    )
    env.cr.execute(
        SQL(
            "UPDATE sale_order SET partner_id = (%s::int[])[1 + id %% %s]",
            partners.ids,
            len(partners),
        )
    )


def measure(env, meter):
    """Two nights: the queries of each KPI, and the rows that are there afterwards."""
    kpis = env["crm.kpi"].search([], limit=KPIS)
    nights = []
    for night in ("first", "second"):
        queries = []
        for kpi in kpis:
            env.invalidate_all()
            before = env.cr.sql_log_count
            with meter.part(night):
                kpi._compute_values()
                env.flush_all()
                env.cr.commit()
            queries.append(env.cr.sql_log_count - before)
        nights.append(queries)
    [(stored,)] = env.execute_query(SQL("SELECT count(*) FROM crm_kpi_value"))
    return len(kpis), nights, stored


def main(env):
    database, rows, details = env.cr.dbname, [], {}
    env.cr.commit()
    for lines in LINES:
        run_apart(database, lambda env, _meter, lines=lines: fill(env, lines, PRODUCTS))
        for people in PEOPLE:
            run_apart(database, lambda env, _meter, people=people: make_people(env, people))
            (kpis, nights, stored), costs, peak = run_apart(database, measure)
            details[lines, people] = nights[0]
            for number, night in enumerate(("first", "second")):
                cost, queries = costs[night], nights[number]
                rows.append(
                    (
                        f"{lines:,} lines, {people} people, {night} night",
                        kpis,
                        f"{stored:,}",
                        f"{cost.wall:.1f}",
                        f"{cost.python:.1f}",
                        f"{cost.postgres:.1f}",
                        f"{sum(queries):,}",
                        f"{min(queries)} to {max(queries)}",
                        f"{peak:.0f}",
                    )
                )
    print_table(
        "Figures of everybody by night",
        ["", "KPIs", "rows", "s", "Python", "PostgreSQL", "queries", "a KPI", "peak MB"],
        rows,
    )
    changed = {
        size: [queries for queries in counts if queries]
        for size, counts in details.items()
        if counts != next(iter(details.values()))
    }
    print("Queries of each KPI, any size:", "the same" if not changed else details)


main(env)  # noqa: F821 (the Odoo shell provides it)
