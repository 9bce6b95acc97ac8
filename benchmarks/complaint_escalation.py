"""What escalating late complaints costs: time, queries and memory by number of open complaints.

    make shell DB=scratch < benchmarks/complaint_escalation.py
    SIZES=1000,100000 make shell DB=scratch < benchmarks/complaint_escalation.py

Use a scratch database: the action commits its batches, and the complaints stay. Each size is run
three times: "at risk" tells the responsible person of each complaint, "breach" brings that
activity up to date and tells the team leader as well, "idle" finds nothing to do among as many.
Sizes are multiples of 1,000. Peak memory is the process's own, never falling.
"""

import os
import resource
import time
from datetime import timedelta

from odoo import fields
from odoo.tests import freeze_time
from odoo.tools import SQL

USERS = 20
CHUNK = 1000


def prepare(env):
    """Return the responsible people, the team and the customer of all complaints."""
    users = env["res.users"].search([("login", "like", "escalated.%")])
    if not users:
        group = env.ref("crm_extended.group_crm_complaint_user")
        users = env["res.users"].create(
            [
                {"name": f"E {n}", "login": f"escalated.{n}", "group_ids": [(6, 0, group.ids)]}
                for n in range(USERS)
            ]
        )
    team = env["crm.complaint.team"].create({"name": "Benchmark", "user_id": users[0].id})
    partner = env["res.partner"].create({"name": "Benchmark"})
    env.cr.commit()
    return users[1:], team, partner


def fill(env, number, now):
    """Make open complaints that were answered and were received within the last hour.

    The first ones are created as people would; the others are copies of their rows.
    """
    users, team, partner = prepare(env)
    complaints = (
        env["crm.complaint"]
        .with_context(tracking_disable=True)
        .create(
            [
                {
                    "name": f"Late {n}",
                    "partner_id": partner.id,
                    "team_id": team.id,
                    "user_id": users[n % len(users)].id,
                    "received_date": now - timedelta(seconds=3 * n),
                    "first_response_date": now,
                }
                for n in range(CHUNK)
            ]
        )
    )
    env.flush_all()
    env.cr.execute(
        """
        SELECT string_agg(quote_ident(column_name), ', ') FROM information_schema.columns
         WHERE table_name = 'crm_complaint'
           AND column_name NOT IN ('id', 'number', 'access_token')
        """
    )
    [columns] = env.cr.fetchone()
    env.cr.execute(
        SQL(
            """
            INSERT INTO crm_complaint (number, %(columns)s)
            SELECT number || '-' || copy, %(columns)s
              FROM crm_complaint, generate_series(2, %(copies)s) AS copy WHERE id = ANY(%(ids)s)
            """,
            columns=SQL(columns),  # names that the database itself has quoted
            copies=number // CHUNK,
            ids=complaints.ids,
        )
    )
    env.cr.commit()
    env.cr.execute("ANALYZE crm_complaint, crm_complaint_escalation, mail_activity, mail_followers")
    env.cr.commit()


def measure(env, action):
    """Run the action once and return its figures."""
    env.cr.execute("SELECT count(*) FROM crm_complaint_escalation")
    [before] = env.cr.fetchone()
    queries, wall, cpu = env.cr.sql_log_count, time.perf_counter(), time.process_time()
    action()
    figures = {
        "seconds": time.perf_counter() - wall,
        "cpu": time.process_time() - cpu,
        "queries": env.cr.sql_log_count - queries,
        "peak": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
    }
    env.cr.execute("SELECT count(*) FROM crm_complaint_escalation")
    figures["told"] = env.cr.fetchone()[0] - before
    return figures


def escalate(env, date):
    """Run the scheduled action at `date`."""
    with freeze_time(date):
        env["crm.complaint"]._cron_escalate()


def run(env, sizes):
    now = fields.Datetime.now()
    latest = env["crm.complaint"].search([], order="resolution_deadline desc", limit=1)
    escalate(env, max(now, latest.resolution_deadline or now))  # what was due already
    print(
        f"{'open':>8} {'run':<8} {'told':>8} {'seconds':>8} {'cpu s':>7} {'ms each':>8} "
        f"{'queries':>8} {'per 1000':>9} {'peak MB':>8}"
    )
    for size in sizes:
        fill(env, size, now)
        newest = env["crm.complaint"].search([], order="id desc", limit=1)
        risk, deadline = newest.resolution_risk_date, newest.resolution_deadline
        hour = timedelta(hours=1)
        for name, date in (
            ("at risk", risk + hour),
            ("breach", deadline + hour),
            ("idle", deadline + hour),
        ):
            show(size, name, measure(env, lambda date=date: escalate(env, date)))


def show(size, name, figures):
    print(
        f"{size:>8} {name:<8} {figures['told']:>8} {figures['seconds']:>8.2f} "
        f"{figures['cpu']:>7.2f} {1000 * figures['seconds'] / size:>8.2f} "
        f"{figures['queries']:>8} {1000 * figures['queries'] / size:>9.1f} "
        f"{figures['peak']:>8.0f}"
    )


run(env, [int(size) for size in os.environ.get("SIZES", "1000,10000").split(",")])  # noqa: F821
