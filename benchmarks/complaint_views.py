"""What opening the screens of complaints costs: seconds and queries by number of complaints.

    make shell DB=scratch < benchmarks/complaint_views.py
    SIZES=100,100000 make shell DB=scratch < benchmarks/complaint_views.py

Complaints are inserted by SQL and rolled back at the end. Each screen is asked for as the client
asks, by an administrator and by a user who sees his own and his teams' complaints (every second
one). Queries are counted with nothing cached but the registry; seconds are the median of RUNS.
"""

import os
import statistics
import time

from odoo import Command
from odoo.tools import SQL

RUNS = 5
KANBAN_PAGE, LIST_PAGE = 20, 80


def prepare(env):
    """Return an administrator and a user, each in his team, and what complaints refer to."""
    groups = ("group_crm_complaint_manager", "group_crm_complaint_user")
    manager, user = env["res.users"].create(
        [
            {
                "name": group,
                "login": f"benchmark.{group}",
                "group_ids": [Command.set(env.ref(f"crm_extended.{group}").ids)],
            }
            for group in groups
        ]
    )
    teams = env["crm.complaint.team"].create(
        [{"name": each.name, "member_ids": each.ids} for each in (manager, user)]
    )
    categories = env["crm.complaint.category"].create([{"name": f"B {n}"} for n in range(20)])
    products = env["product.product"].create([{"name": f"Benchmark {n}"} for n in range(50)])
    partners = env["res.partner"].create([{"name": f"Benchmark {n}"} for n in range(1000)])
    env.flush_all()
    return (manager, user), (teams, categories, products, partners)


def fill(env, first, last, people, targets):
    """Insert complaints number first to last: three in four closed, over two years."""
    stages = env["crm.complaint.stage"].search([])
    opened, closed = stages.filtered(lambda s: not s.is_closed), stages.filtered("is_closed")
    teams, categories, products, partners = (records.ids for records in targets)
    env.cr.execute(
        SQL(
            """
            INSERT INTO crm_complaint (number, name, kind, channel, priority, kanban_state, active,
                company_id, stage_id, team_id, user_id, category_id, product_id, partner_id,
                commercial_partner_id, partner_name, phone, phone_sanitized, email, description,
                received_date, first_response_date, first_response_hours, resolved_date,
                closed_date, resolution_hours, reopen_count, resolution_sla_met, cost,
                create_uid, create_date)
            SELECT 'BENCH' || n, 'The pie number ' || n || ' was too sweet',
                   (ARRAY['complaint', 'suggestion', 'praise', 'question'])[1 + n %% 4],
                   (ARRAY['phone', 'email', 'web', 'portal'])[1 + n / 3 %% 4],
                   (n / 7 %% 4)::text, 'normal', TRUE, %(company)s,
                   CASE WHEN n %% 4 = 0 THEN (%(open)s)[1 + n / 4 %% %(opens)s]
                        ELSE (%(closed)s)[1 + n / 4 %% %(closes)s] END,
                   (%(teams)s)[1 + n / 4 %% 2], (%(users)s)[1 + n / 4 %% 2],
                   (%(categories)s)[1 + n / 2 %% 20], (%(products)s)[1 + n / 2 %% 50],
                   (%(partners)s)[1 + n %% 1000], (%(partners)s)[1 + n %% 1000],
                   'Person ' || n, '+9769' || (1000000 + n), '+9769' || (1000000 + n),
                   'person' || n || '@example.com',
                   '<p>Far too sweet, said person ' || n || ' of the pie bought last week.</p>',
                   received, received + interval '3 hours', 3,
                   CASE WHEN n %% 4 <> 0 THEN received + interval '2 days' END,
                   CASE WHEN n %% 4 <> 0 THEN received + interval '2 days' END, 16,
                   n %% 9 / 8, CASE WHEN n %% 4 <> 0 THEN 'met' END, n %% 5 * 10, 1, received
              FROM generate_series(%(first)s, %(last)s) n,
                   LATERAL (SELECT date_trunc('second', now() AT TIME ZONE 'UTC')
                                   - n * 7919 %% 1051200 * interval '1 minute' AS received) moment
            """,
            company=env.company.id,
            open=opened.ids,
            opens=len(opened),
            closed=closed.ids,
            closes=len(closed),
            teams=teams,
            users=[person.id for person in people],
            categories=categories,
            products=products,
            partners=partners,
            first=first,
            last=last,
        )
    )
    env.cr.execute("ANALYZE crm_complaint")


def specification(env, view_type):
    """The fields of a view as the web client asks for them, one level deep."""
    view = env["crm.complaint"].get_views([(False, view_type)])
    names = view["models"]["crm.complaint"]["fields"]
    used = view["views"][view_type]["arch"]
    fields = env["crm.complaint"]._fields
    return {
        name: {"fields": {"display_name": {}}} if fields[name].type == "many2one" else {}
        for name in names
        if f'name="{name}"' in used and fields[name].type not in ("one2many", "many2many")
    }


def screens(env):
    """``{screen: function}``: what the client calls when it opens one."""
    Complaint, Report = env["crm.complaint"], env["crm.complaint.report"]
    kanban, listed, form = (specification(env, view) for view in ("kanban", "list", "form"))
    any_id = Complaint.search([("number", "=", "BENCH52")]).id
    opened = [("stage_id.is_closed", "=", False)]

    def search(domain):
        return lambda: Complaint.web_search_read(domain, listed, limit=LIST_PAGE, count_limit=10001)

    def open_kanban():
        Complaint.web_read_group(
            [],
            ["stage_id"],
            ["__count"],
            auto_unfold=True,
            unfold_read_specification=kanban,
            unfold_read_default_limit=KANBAN_PAGE,
        )
        Complaint.read_progress_bar(
            [], "stage_id", {"field": "kanban_state", "colors": {"done": "", "blocked": ""}}
        )

    def pivot():
        Report.formatted_read_grouping_sets(
            [],
            [[], ["team_id"], ["received_date:month"], ["team_id", "received_date:month"]],
            ["__count", "first_response_hours:avg", "resolution_met:avg", "cost:sum"],
        )

    return {
        "kanban": open_kanban,
        "list, open ones": search(opened),
        "list, all": search([]),
        "form": lambda: Complaint.browse(any_id).web_read(form),
        "search: number": search([("number", "ilike", "BENCH77")]),
        "search: phone": search([("phone_mobile_search", "ilike", "91000077")]),
        "search: e-mail": search([("email", "ilike", "person77@")]),
        "search: subject": search([("name", "ilike", "number 77 ")]),
        "search: text": search([("description", "ilike", "person 77 ")]),
        "pivot: month x team": pivot,
        "pivot: staff": lambda: Report.formatted_read_group(
            [], ["user_id"], ["__count", "first_response_hours:avg", "solved_first_time:avg"]
        ),
    }


def measure(env, call):
    """Median seconds, and queries."""
    seconds, queries = [], 0
    for _run in range(RUNS):
        env.invalidate_all()
        before, start = env.cr.sql_log_count, time.perf_counter()
        call()
        seconds.append(time.perf_counter() - start)
        queries = env.cr.sql_log_count - before
    return statistics.median(seconds), queries


def main(env):
    sizes = [int(size) for size in os.environ.get("SIZES", "100,10000,100000").split(",")]
    people, targets = prepare(env)
    results, done = {}, 0
    for size in sizes:
        fill(env, done + 1, size, people, targets)
        done = size
        for person in people:
            role = person.login.rsplit("_", 1)[1]
            as_person = env(user=person.id)
            for screen, call in screens(as_person).items():
                results.setdefault((role, screen), []).append(measure(as_person, call))
    print(f"{'':34}" + "".join(f"{f'{size:,}: s':>12}{'queries':>9}" for size in sizes))
    for (role, screen), figures in results.items():
        print(f"{role:8} {screen:25}" + "".join(f"{s:12.4f}{q:9}" for s, q in figures))
    for role in ("manager", "user"):
        queries = {count for _seconds, count in results[role, "kanban"]}
        same = "the same queries at every size" if len(queries) == 1 else f"queries vary: {queries}"
        print(f"kanban as {role}: {same}")
    env.cr.rollback()


main(env)  # noqa: F821 (the Odoo shell provides it)
