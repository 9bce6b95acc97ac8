"""Complaint logs of other systems: every complaint of the file, and nothing that anybody is told.

The whole CFPB sample is compared with what the csv module reads in it.
"""

import csv
import lzma
import signal
import subprocess
from collections import Counter
from datetime import datetime

import pytest
from complaint_log_support import ComplaintLogCase, cfpb_file, write_log
from support import command, odoo, shell

from odoo.tests import new_test_user

from tools.complaint_log import LoadError, Options, parsing
from tools.complaint_log.cli import main

LOADER = 'exec(open("tools/load_complaint_log.py").read())'
KILLED_AFTER_A_BATCH = """
import os, signal
from tools.complaint_log import Options, load

def progress(what, done, of):
    if done >= 40:
        os.kill(os.getpid(), signal.SIGKILL)

load(env, os.environ["FILE"], Options.from_environ(os.environ), progress)
"""
KILLED_BEFORE_COMMIT = """
import os, signal
from tools.complaint_log import Options, load
from tools.complaint_log.loader import _Writer

write = _Writer.write

def write_and_die(self, rows):
    write(self, rows)
    if self.report.loaded:
        os.kill(os.getpid(), signal.SIGKILL)

_Writer.write = write_and_die
load(env, os.environ["FILE"], Options.from_environ(os.environ))
"""


def entry(number="T-1", **columns):
    return {"Number": number, "Received": "2024-03-01", "Subject": "Too sweet", **columns}


class TestRealComplaintLog(ComplaintLogCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.Complaint.search([]).active = False
        with lzma.open(cfpb_file(), "rt", encoding="utf-8", newline="") as stream:
            cls.rows = list(csv.DictReader(stream))

    def _count(self, *groupby):
        complaints = self.Complaint.search(
            [("number", "in", [r["Complaint ID"] for r in self.rows])]
        )
        groups = self.Complaint._read_group(
            [("id", "in", complaints.ids)], list(groupby), ["__count"]
        )
        names = [
            tuple(key.name if hasattr(key, "_name") else key for key in keys)
            for *keys, _count in groups
        ]
        return Counter(dict(zip(names, [count for *_keys, count in groups], strict=True)))

    def test_the_whole_file(self):
        before = {
            model: self.env[model].search_count([])
            for model in ("mail.mail", "mail.activity", "mail.followers")
        }
        options = Options.from_preset("cfpb")
        report = self.load_file(cfpb_file(), options)
        self.assertEqual(
            (report.rows, report.loaded, report.rejected), (len(self.rows),) * 2 + (0,)
        )
        self._compare_counts()
        self._compare_texts()
        # Thousands of old complaints are no news to anybody, now or when deadlines are looked at
        for model, count in before.items():
            self.assertEqual(self.env[model].search_count([]), count, model)
        self.assertFalse(self.Complaint.search_count([("next_escalation_date", "!=", False)]))
        again = self.load_file(cfpb_file(), options)
        self.assertEqual((again.there, again.loaded), (len(self.rows), 0))
        self.assertFalse(any(again.new.values()), again.new)

    def _compare_counts(self):
        channels = {
            "Web": "web",
            "Phone": "phone",
            "Email": "email",
            "Postal mail": "letter",
            "Fax": "letter",
            "Referral": "letter",
        }
        self.assertEqual(
            self._count("channel"),
            Counter((channels[row["Submitted via"]],) for row in self.rows),
        )
        report = self.env["crm.complaint.report"]
        by_product = {
            category.name: count
            for category, count in report._read_group([], ["product_category_id"], ["__count"])
        }
        for product, count in Counter(row["Product"] for row in self.rows).items():
            self.assertEqual(by_product[product], count, product)
        counts = Counter(
            {
                (category.name, product.name, channel): count
                for category, product, channel, count in report._read_group(
                    [("product_id", "!=", False)],
                    ["product_category_id", "product_id", "channel"],
                    ["__count"],
                )
            }
        )
        self.assertEqual(
            counts,
            Counter(
                (
                    row["Product"],
                    row["Sub-product"] or row["Product"],
                    channels[row["Submitted via"]],
                )
                for row in self.rows
            ),
        )
        self.assertEqual(
            Counter(self.Complaint.search([]).mapped("category_id.display_name")).keys(),
            {" / ".join(filter(None, (row["Issue"], row["Sub-issue"]))) for row in self.rows},
        )
        responses = Counter(row["Company response to consumer"] for row in self.rows)
        self.assertEqual(
            self._count("outcome"),
            {
                ("explained",): responses["Closed with explanation"],
                ("refund",): responses["Closed with monetary relief"],
                ("repair",): responses["Closed with non-monetary relief"],
                (False,): responses["In progress"]
                + responses["Untimely response"]
                + responses["Closed"],
            },
        )
        opened = self.Complaint.search_count([("is_closed", "=", False)])
        self.assertEqual(opened, responses["In progress"])
        disputed = self.Complaint.search_count([("reopen_count", ">", 0)])
        self.assertEqual(disputed, sum(row["Consumer disputed?"] == "Yes" for row in self.rows))

    def _compare_texts(self):
        """Nothing that the columns have no field for is lost, Referral and Fax among it."""
        complaints = {each.number: each for each in self.Complaint.search([])}
        for row in self.rows:
            complaint = complaints[row["Complaint ID"]]
            text = complaint.description
            self.assertIn(f"Submitted via: {row['Submitted via']}", text)
            received = datetime.strptime(row["Date received"], "%Y/%m/%d")
            self.assertEqual(complaint.received_date, received)
            # not told by the file, so not made up
            self.assertFalse(complaint.resolved_date or complaint.closed_date)
        messages = self.env["mail.message"].search_count(
            [("model", "=", "crm.complaint"), ("res_id", "in", self.Complaint.search([]).ids)]
        )
        self.assertEqual(messages, 0)
        hours = self.env["crm.complaint.report"]._read_group([], [], ["solved_first_time:avg"])
        disputed = sum(row["Consumer disputed?"] == "Yes" for row in self.rows)
        closed = sum(row["Company response to consumer"] != "In progress" for row in self.rows)
        self.assertAlmostEqual(hours[0][0], 100 - 100 * disputed / closed)


class TestComplaintLog(ComplaintLogCase):
    def test_every_column(self):
        partner = self.env["res.partner"].create({"name": "Altan", "email": "altan@example.com"})
        user = new_test_user(self.env, "log_user", "crm_extended.group_crm_complaint_user")
        team = self.env["crm.complaint.team"].create({"name": "Log Team"})
        product = self.env["product.product"].create({"name": "Pie", "default_code": "P1"})
        report = self.load_rows(
            [
                entry(
                    Kind="Question",
                    Channel="Web Form",
                    Priority="Urgent",
                    Category="Taste",
                    Subcategory="Sweet",
                    Product="P1",
                    Customer="Somebody else",
                    Email="Altan@Example.com",
                    Team="log team",
                    Responsible="log_user",
                    Stage="resolved",
                    FirstResponse="2024-03-01 10:00",
                    Resolved="2024-03-02T09:00:00+08:00",
                    Reopened="2",
                    Outcome="Apology",
                    Cause="Sugar",
                    Resolution="We are sorry.",
                    Text="One\n\nTwo",
                )
            ]
        )
        self.assertEqual((report.loaded, report.rejected), (1, 0), report)
        complaint = self.complaint("T-1")
        self.assertRecordValues(
            complaint,
            [
                {
                    "name": "Too sweet",
                    "kind": "question",
                    "channel": "web",
                    "priority": "3",
                    "product_id": product.id,
                    "partner_id": partner.id,
                    "team_id": team.id,
                    "user_id": user.id,
                    "received_date": datetime(2024, 3, 1),
                    "first_response_date": datetime(2024, 3, 1, 10),
                    "resolved_date": datetime(2024, 3, 2, 1),
                    "closed_date": datetime(2024, 3, 2, 1),
                    "reopen_count": 2,
                    "solved_first_time": False,
                    "outcome": "apology",
                }
            ],
        )
        self.assertEqual(complaint.category_id.display_name, "Taste / Sweet")
        self.assertEqual(complaint.cause_id.name, "Sugar")
        self.assertEqual(complaint.description, "<p>One</p><p>Two</p>")
        self.assertEqual(complaint.resolution, "<p>We are sorry.</p>")

    def test_unknown_people_stay_as_typed_and_nobody_is_put_in_charge(self):
        twins = [{"name": "Bold", "email": "twins@example.com"} for _twin in range(2)]
        self.env["res.partner"].create(twins)
        self.load_rows([entry(Customer="Bold", Email="twins@example.com", Phone="99112233")])
        complaint = self.complaint("T-1")
        self.assertFalse(complaint.partner_id or complaint.user_id)
        self.assertEqual(
            (complaint.partner_name, complaint.email, complaint.phone),
            ("Bold", "twins@example.com", "99112233"),
        )

    def test_bad_rows_stop_nothing(self):
        good = [entry("G1"), entry("G2", Text="", Channel=""), entry("G3", Subject="x" * 5000)]
        bad = [
            (entry(""), parsing.NO_NUMBER),
            (entry("G1", Subject="Again"), parsing.TWICE),
            (entry(Received="2024-02-30"), parsing.BAD_RECEIVED),
            (entry(Received=""), parsing.BAD_RECEIVED),
            (entry(Received="2999-01-01"), parsing.FUTURE),
            (entry(Resolved="soon"), parsing.BAD_ANSWERED),
            (entry(FirstResponse="2024-02-01"), parsing.ANSWERED_BEFORE),
            (entry(Subject=""), parsing.NO_SUBJECT),
            (entry(Reopened="twice"), parsing.BAD_REOPENED),
            (entry(Channel="Pigeon"), "unknown channel: Pigeon"),
            (entry(Stage="Limbo"), "unknown stage: Limbo"),
        ]
        report = self.load_rows([*good, *(row for row, _reason in bad)])
        self.assertEqual((report.loaded, report.rejected), (3, len(bad)))
        header, *rejects = self.rejects()
        self.assertEqual(header[:3], ["line", "reason", "Number"])
        self.assertEqual([row[1] for row in rejects], [reason for _row, reason in bad])
        self.assertEqual(rejects[0][0], "5")
        self.assertEqual(self.complaint("G2").channel, "phone")
        self.assertLessEqual(len(self.complaint("G3").name), 120)

    def test_what_odoo_refuses_takes_no_other_with_it(self):
        elsewhere = self.env["res.company"].create({"name": "Elsewhere"})
        foreign = self.env["product.product"].create(
            {"name": "Foreign Pie", "company_id": elsewhere.id}
        )
        rows = [entry(f"T-{n}", Product="Foreign Pie" if n == 13 else "") for n in range(30)]
        report = self.load_rows(rows)
        self.assertEqual((report.loaded, report.rejected), (29, 1), foreign)
        self.assertFalse(self.complaint("T-13"))
        self.assertEqual(self.rejects()[1][0], "15")
        self.assertIn("Foreign Pie", self.rejects()[1][1])

    def test_markup_of_a_customer_is_text(self):
        script = "<script>alert(1)</script> {$850.00} <b>&amp; more</b>"
        self.load_rows([entry(Text=script, Resolution=script)])
        complaint = self.complaint("T-1")
        for html in (complaint.description, complaint.resolution):
            self.assertIn("&lt;script&gt;alert(1)&lt;/script&gt;", html)
            self.assertNotIn("<b>", html)

    def test_forms_of_a_file(self):
        rows = [entry(Subject="Zu süß, dachte ich", Text="Zeile 1\nZeile 2")]
        for encoding, delimiter in (("latin-1", ";"), ("utf-8-sig", "\t"), ("utf-16", ",")):
            rows[0]["Number"] = encoding
            path = write_log(self.folder / "form.csv", rows, encoding, delimiter)
            options = Options(encoding="utf-16" if encoding == "utf-16" else "")
            self.load_file(path, options)
            self.assertEqual(self.complaint(encoding).name, "Zu süß, dachte ich", encoding)

    def test_a_long_text_is_one_row(self):
        text = "\n".join(f"line {number}" for number in range(300))
        report = self.load_rows([entry("L1", Text=text), entry("L2")])
        self.assertEqual((report.loaded, report.rejected), (2, 0))
        self.assertIn("line 299", self.complaint("L1").description)

    def test_days_begin_where_the_file_was_written(self):
        self.load_rows([entry()], timezone="Asia/Ulaanbaatar")
        self.assertEqual(self.complaint("T-1").received_date, datetime(2024, 2, 29, 16))

    def test_another_company_has_its_own_numbers(self):
        company = self.env["res.company"].create({"name": "Second"})
        self.load_rows([entry()])
        report = self.load_rows([entry()], company="Second")
        self.assertEqual(report.loaded, 1)
        self.assertEqual(self.complaint("T-1").company_id, self.env.company | company)

    def test_what_is_there_stays_as_it_is(self):
        self.load_rows([entry()])
        self.complaint("T-1").write({"name": "Corrected", "active": False})
        report = self.load_rows([entry(), entry("T-2")])
        self.assertEqual((report.there, report.loaded), (1, 1))
        self.assertEqual(self.complaint("T-1").name, "Corrected")

    def test_batches_cost_the_same_queries_for_ten_and_a_hundred(self):
        def load(prefix, count):
            before = self.env.cr.sql_log_count
            self.load_rows([entry(f"{prefix}{n}", Stage="closed") for n in range(count)])
            return self.env.cr.sql_log_count - before

        load("warm", 1)
        self.assertLessEqual(load("hundred", 100), load("ten", 10) + 5)


class TestOdooImport(ComplaintLogCase):
    """The import of the list view, by the names that its columns have."""

    def test_a_plain_file_by_names(self):
        category = self.env["crm.complaint.category"].create({"name": "Import Category"})
        team = self.env["crm.complaint.team"].create({"name": "Import Team"})
        columns = {
            "Subject": "name",
            "Kind": "kind",
            "Channel": "channel",
            "Received On": "received_date",
            "Team": "team_id",
            "Category": "category_id",
            "Stage": "stage_id",
            "Contact Name": "partner_name",
        }
        lines = [
            ",".join(columns),
            "Too sweet,Complaint,Phone,2024-03-01 10:00:00,"
            "Import Team,Import Category,Resolved,Bold",
            "Open longer,Suggestion,Web Form,2024-03-02 10:00:00,Import Team,,New,Oleh",
        ]
        wizard = self.env["base_import.import"].create(
            {
                "res_model": "crm.complaint",
                "file": "\n".join(lines).encode(),
                "file_type": "text/csv",
                "file_name": "complaints.csv",
            }
        )
        options = {"quoting": '"', "separator": ",", "has_headers": True}
        preview = wizard.parse_preview({**options, "encoding": "utf-8"})
        self.assertNotIn("error", preview)
        self.assertEqual([path for [path] in preview["matches"].values()], list(columns.values()))
        result = wizard.execute_import(list(columns.values()), lines[0].split(","), options)
        self.assertFalse(result["messages"], result["messages"])
        complaints = self.Complaint.browse(result["ids"])
        self.assertEqual(complaints.mapped("name"), ["Too sweet", "Open longer"])
        self.assertEqual(complaints.mapped("kind"), ["complaint", "suggestion"])
        self.assertEqual(complaints.team_id, team)
        self.assertEqual(complaints.category_id, category)
        self.assertEqual(complaints.mapped("is_closed"), [True, False])
        self.assertTrue(all(complaints.mapped("number")))


@pytest.mark.parametrize(
    ("environ", "message"),
    [
        ({"MAP": "Number"}, "MAP must read"),
        ({"MAP": "Nr=Nr"}, "MAP names a column that does not exist: Nr"),
        ({"BATCH": "0"}, "BATCH must be at least 1"),
        ({"BATCH": "many"}, "BATCH must be a whole number"),
        ({"PRESET": "nothing"}, "PRESET=nothing is neither cfpb"),
    ],
)
def test_wrong_options(environ, message):
    with pytest.raises(LoadError, match=message):
        Options.from_environ(environ)


def test_options_go_before_the_preset(tmp_path):
    mine = tmp_path / "mine.json"
    mine.write_text('{"map": {"Number": "Nr", "Text": "Said"}, "batch": 7, "details": ["Shop"]}')
    options = Options.from_environ({"PRESET": str(mine), "MAP": "Number=Ticket", "BATCH": "9"})
    assert options.map == {"Number": "Ticket", "Text": "Said"}
    assert (options.batch, options.details) == (9, ("Shop",))
    mine.write_text('{"colour": "red"}')
    with pytest.raises(LoadError, match="A preset may only set"):
        Options.from_preset(str(mine))


def test_the_command_needs_a_file(monkeypatch):
    monkeypatch.setenv("FILE", "")
    with pytest.raises(SystemExit, match="Say which file to load: FILE="):
        main(None)


def test_a_killed_load_is_finished_by_the_next(scratch, tmp_path, monkeypatch):
    rows = [
        entry(f"T-{n}", Category=f"C{n % 7}", Product=f"P{n % 5}", Stage="closed")
        for n in range(100)
    ]
    for name, value in (
        ("FILE", write_log(tmp_path / "log.csv", rows)),
        ("BATCH", 20),
        ("REJECTS", tmp_path / "rejects.csv"),
    ):
        monkeypatch.setenv(name, str(value))
    database = scratch.database("SUITE")
    states = []
    for script in (KILLED_BEFORE_COMMIT, KILLED_AFTER_A_BATCH, KILLED_BEFORE_COMMIT):
        process = subprocess.run(
            command("shell", "-d", database, "--no-http", "--log-level=error"),
            input=script,
            text=True,
            check=False,
        )
        assert process.returncode == -signal.SIGKILL, script
        states.append(shell(database, "print(env['crm.complaint'].search_count([]))").split()[-1])
    assert states == ["0", "40", "40"]
    assert "already there" in shell(database, LOADER)
    counted = """
complaints = env["crm.complaint"].search([])
print(len(complaints), len(set(complaints.mapped("number"))), len(complaints.category_id),
      len(complaints.product_id), len(complaints.filtered("closed_date")))
"""
    assert shell(database, counted).split()[-5:] == ["100", "100", "7", "5", "0"]


def test_a_failed_load_fails_the_command(scratch, tmp_path, monkeypatch):
    database = scratch.database("SUITE")
    monkeypatch.setenv("FILE", str(write_log(tmp_path / "log.csv", [{"Number": "1"}])))
    done = odoo("shell", "-d", database, "--no-http", script=LOADER, check=False)
    assert done.returncode == 1
    assert "Nothing more was loaded: log.csv has no column Received" in done.stdout
