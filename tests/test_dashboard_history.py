"""Every figure of every shipped dashboard on a real sales history, beside plain SQL.

The first rows of the UCI file (all of them with HISTORY_ROWS=600000), spread over salespersons,
teams and categories, some of it invoiced and paid, with leads, complaints and activities around it.
What the dashboards say, live and from the nightly sums, is asked of the tables themselves.
"""

import json
import lzma
import os
from contextlib import closing
from datetime import date, timedelta
from itertools import islice

import psycopg2
import pytest
from dashboard_facts_support import KPIS, Facts, parse_buckets
from dateutil.relativedelta import relativedelta
from sales_history_support import uci_file
from support import shell

ROWS = int(os.environ.get("HISTORY_ROWS", "12000"))
LOAD = """
from tools.sales_history import Options, load
load(env, {path!r}, Options(timezone="Europe/London", rejects={rejects!r}))
"""
# What the file does not say: who sold it, what kind of thing it is, what else went on.
FILL = """
from datetime import date, datetime, timedelta
from odoo import Command
from odoo.tests import new_test_user

if not env.company.chart_template:
    env["account.chart.template"].try_loading("generic_coa", env.company, install_demo=False)
sellers = [new_test_user(env, f"history{n}", "sales_team.group_sale_salesman") for n in range(4)]
teams = env["crm.team"].create([{"name": f"History team {n}"} for n in range(2)])
categories = env["product.category"].create([{"name": f"History category {n}"} for n in range(3)])
env.flush_all()
for query, values in [
    ("UPDATE sale_order SET user_id = (%s)[1 + id %% 5], team_id = (%s)[1 + id %% 2]",
     [[*(seller.id for seller in sellers), None], teams.ids]),
    ("UPDATE product_template SET categ_id = (%s)[1 + id %% 3]", [categories.ids]),
]:
    env.cr.execute(query, values)
env.invalidate_all()
orders = env["sale.order"].search([("amount_total", ">", 0)], order="id", limit=12)
orders.order_line.product_id.invoice_policy = "order"
invoices = orders._create_invoices(grouped=True)
for invoice in invoices:
    invoice.invoice_date = min(invoice.line_ids.sale_line_ids.order_id.mapped("date_order")).date()
invoices.action_post()
for invoice in invoices[::2]:
    env["account.payment.register"].with_context(
        active_model="account.move", active_ids=invoice.ids
    ).create({"payment_date": invoice.invoice_date + timedelta(days=3)})._create_payments()
customers = orders.partner_id.commercial_partner_id
env["sale.order"].create([
    {"partner_id": customers[0].id, "user_id": sellers[n].id, "validity_date": date(2010, 12, 20),
     "order_line": [Command.create({"product_id": orders.order_line.product_id[0].id})]}
    for n in range(3)
])
leads = env["crm.lead"].create([
    {"name": f"Lead {n}", "type": "opportunity", "expected_revenue": 100 * n + 7,
     "partner_id": customers[n % len(customers)].id,
     "user_id": sellers[n % 4].id, "team_id": teams[n % 2].id}
    for n in range(16)
])
leads[:5].action_set_won()
leads[5:8].action_set_lost()
complaints = env["crm.complaint"].create([
    {"name": f"Complaint {n}", "kind": "complaint", "channel": "phone",
     "partner_id": customers[n % len(customers)].id, "user_id": sellers[n % 4].id,
     "received_date": datetime(2010, 12, 1 + n, 10)}
    for n in range(9)
])
env["mail.activity"].create([
    {"res_model_id": env["ir.model"]._get_id("res.partner"), "res_id": customers[0].id,
     "user_id": sellers[n % 4].id, "summary": f"Call {n}", "date_deadline": date(2010, 12, 5 + n),
     "activity_type_id": env.ref("mail.mail_activity_data_call").id}
    for n in range(6)
])[:2].action_feedback()
env.flush_all()
for number, lead in enumerate(leads):
    opened = datetime(2010, 12, 1 + number, 9)
    env.cr.execute("UPDATE crm_lead SET create_date = %s WHERE id = %s", [opened, lead.id])
    if lead.date_closed:
        closed = opened + timedelta(days=3, hours=5)
        env.cr.execute("UPDATE crm_lead SET date_closed = %s WHERE id = %s", [closed, lead.id])
closed = env["crm.complaint.stage"].search([("is_closed", "=", True)], limit=1)
env.invalidate_all()
for number, complaint in enumerate(complaints[:4]):
    complaint.first_response_date = datetime(2010, 12, 2 + number, 12)
    complaint.stage_id = closed
    complaint.closed_date = datetime(2010, 12, 4 + number, 12)
env.flush_all()
env.cr.execute("ANALYZE")
env.cr.commit()
"""
READ = """
import json
admin = env(user=env.ref("base.user_admin"))
pages = []
for dashboard in admin["crm.dashboard"].search([]):
    for filters in {filters!r}:
        pages.append([filters, admin["crm.dashboard"].get_data(dashboard.code, filters)])
print("RESULT", json.dumps(pages))
"""
NIGHT = """
for cron in env["ir.cron"].search([("cron_name", "ilike", "KPI")]):
    cron.method_direct_trigger()
    env.cr.commit()
    assert not cron.failure_count
"""
PERIODS = [
    {"period": "2010-12"},
    {"period": "2010-12-08"},
    {"period": "2010"},
    {"period": "this_month"},
    {},
]


@pytest.fixture(scope="module")
def pages(scratch, tmp_path_factory):
    """What the dashboards say live and after the night, and a cursor on the tables."""
    folder = tmp_path_factory.mktemp("history")
    path = folder / "slice.csv"
    with lzma.open(uci_file(), "rt", encoding="utf-8") as stream:
        path.write_text("".join(islice(stream, ROWS + 1)), encoding="utf-8")
    database = scratch.database("SUITE")
    load = LOAD.format(path=str(path), rejects=str(folder / "rejects.csv"))
    read = READ.format(filters=PERIODS)
    printed = shell(database, f"{load}\n{FILL}\n{read}\n{NIGHT}\n{read}")
    _before, live, nightly = printed.split("RESULT")
    with closing(psycopg2.connect(dbname=database)) as connection, connection.cursor() as cursor:
        cursor.execute("SELECT current_date")
        facts = Facts(cursor, cursor.fetchone()[0])
        yield {"live": json.loads(live), "nightly": json.loads(nightly)}, facts


class Checker:
    """Compares the figures of a page with those of the tables, and keeps what differs."""

    def __init__(self, facts, page):
        self.facts, self.page = facts, page
        self.compared, self.nonzero, self.wrong = 0, 0, []
        self.windows = {
            name: (
                date.fromisoformat(window["date_from"]),
                date.fromisoformat(window["date_to"]) + timedelta(days=1),
            )
            for name, window in page["windows"].items()
        }
        self.filters = {
            name: value
            for name, value in page["filters"].items()
            if name not in ("period", "notice") and value
        }

    def check_page(self):
        for item in self.page["items"]:
            self.item = item
            self.codes = [item["kpi"]] if isinstance(item["kpi"], str) else item["kpi"]
            groups = item.get("groupby") or []
            self.groups = [groups] if isinstance(groups, str) else groups
            if item["error"]:
                self.wrong.append((self.page["dashboard"]["code"], self.codes, item["error"]))
            elif item["type"] == "tile":
                self.check_tile()
            elif "series" in item or "rows" in item:
                self.check_figures()
        return self

    def compare(self, found, expected, *where):
        self.compared += 1
        self.nonzero += bool(expected)
        same = found == expected or (
            found is not None and expected is not None and abs(found - expected) < 0.02
        )
        if not same:
            place = self.page["dashboard"]["code"], self.page["filters"]["period"]
            self.wrong.append((*place, self.item["type"], self.codes, *where, found, expected))

    def ask(self, code, window, key=None):
        return self.facts.ask(code, *window, key, self.filters)

    def check_tile(self):
        [code] = self.codes
        self.compare(self.item["value"], self.ask(code, self.windows["current"]), "value")
        for name, value in self.item["compared"].items():
            self.compare(value, self.ask(code, self.windows[name]), name)
        points = self.item["sparkline"]
        if points:
            buckets = parse_buckets([point["label"] for point in points])
            for point, bucket in zip(points, buckets, strict=True):
                self.compare(point["value"], self.ask(code, bucket), "sparkline", point["label"])

    def check_figures(self):
        if self.item["type"] == "funnel":
            [series] = self.item["series"]
            for code, value in zip(self.codes, series["values"], strict=True):
                self.compare(value, self.ask(code, self.windows["current"]), code)
        elif self.item["type"] == "table":
            self.check_table()
        elif self.groups[0] in ("day", "month"):
            self.check_times()
        else:
            for code, series in zip(self.codes, self.item["series"], strict=True):
                self.check_keys(code, self.item["labels"], series["values"])

    def check_times(self):
        buckets = parse_buckets(self.item["labels"])
        for number, series in enumerate(self.item["series"]):
            code = self.codes[0 if len(self.groups) > 1 or series["kind"] != "actual" else number]
            for bucket, value in zip(buckets, series["values"], strict=True):
                if series["kind"] == "last_year":
                    if value is not None:
                        self.compare(
                            value, self.ask(code, self.a_year_before(bucket)), "year before"
                        )
                elif len(self.groups) > 1:
                    names = self.by_name(code, bucket, self.groups[1])
                    self.compare(value, names.get(series["name"], 0), series["name"], bucket)
                else:
                    self.compare(value, self.ask(code, bucket), bucket)

    def a_year_before(self, bucket):
        back = relativedelta(years=1) if self.groups[0] == "month" else relativedelta(weeks=52)
        return bucket[0] - back, bucket[1] - back

    def by_name(self, code, window, key):
        found = self.ask(code, window, key)
        return {self.facts.get_name(key, group): value for group, value in found.items()}

    def check_keys(self, code, labels, values):
        """Each label has the figure of its key, and none that is larger is left out."""
        [key] = self.groups
        window = self.windows["current"]
        groups = self.ask(code, window, key)
        figures = [(self.facts.get_name(key, group), value) for group, value in groups.items()]
        rest = sum(value or 0 for _name, value in figures)
        for label, value in zip(labels, values, strict=True):
            if label == "Others":
                self.compare(value, rest, label)
                continue
            rest -= value or 0
            empty = None if KPIS[code][0] == "avg" else 0
            known = [figure for name, figure in figures if name == label] or [empty]
            nearest = min(known, key=lambda figure: abs((figure or 0) - (value or 0)))
            self.compare(value, nearest, label)
        if code == self.codes[0]:
            limit = self.item.get("limit") or 10
            largest = sorted((value for _name, value in figures if value), reverse=True)[:limit]
            shown = [v for label, v in zip(labels, values, strict=True) if label != "Others"]
            assert shown == pytest.approx(largest, abs=0.02), (self.item["title"], labels)

    def check_table(self):
        names = list(self.windows)
        rows = [row["values"] for row in self.item["rows"]]
        if self.groups:
            labels = [row[0] for row in rows]
            for place, code in enumerate(self.codes, 1):
                self.check_keys(code, labels, [row[place] for row in rows])
            return
        for code, row in zip(self.codes, rows, strict=True):
            for name, value in zip(names, row[1:], strict=True):
                self.compare(value, self.ask(code, self.windows[name]), name)


@pytest.mark.parametrize("state", ["live", "nightly"])
def test_every_figure_is_that_of_the_tables(pages, state):
    answers, facts = pages
    checkers = [Checker(facts, page).check_page() for _filters, page in answers[state]]
    wrong = [one for checker in checkers for one in checker.wrong]
    assert not wrong, "\n".join(map(str, wrong))
    assert len({page["dashboard"]["code"] for _filters, page in answers[state]}) == 7
    compared = sum(checker.compared for checker in checkers)
    nonzero = sum(checker.nonzero for checker in checkers)
    assert compared > 2000
    assert nonzero > 400, f"only {nonzero} of {compared} figures are not zero"
