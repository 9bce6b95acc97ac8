"""The load, from the file to the report."""

import time
from pathlib import Path

from markupsafe import Markup
from psycopg2 import Error as DatabaseError

from odoo.exceptions import UserError
from odoo.tools import SQL, plaintext2html

from tools.loading import find_company, find_rejects_path, one_load
from tools.row_file import RejectsFile, RowFile

from .masters import Masters, read_vocabularies
from .options import COLUMNS, REQUIRED, Options
from .parsing import RowParser
from .report import Report

REFUSED = "refused by Odoo"
# What is past is no news: see models/crm_complaint_history.py of crm_extended for the first key.
HISTORY = {
    "complaint_history": True,
    "tracking_disable": True,
    "mail_create_nolog": True,
    "mail_create_nosubscribe": True,
    "mail_notrack": True,
}


class ComplaintFile(RowFile):
    record_lines = 1000  # what customers write has many lines
    what_to_give = "FILE=path/to/complaints.csv[.xz|.gz]"


def load(env, path, options=None, progress=None):
    """Load a complaint log into the company of ``env`` and return a Report.

    A complaint is known by its number: one that is there already is left as it is, so that a load
    may be repeated, or killed at any point and run again. Commits after each batch.

    :param progress: called as ``progress(what, done, of)``
    :raise LoadError: with one sentence, when the load cannot go on
    """
    start = time.monotonic()
    options = options or Options()
    progress = progress or (lambda what, done, of: None)
    env = _prepare_environment(env, options)
    zone = options.timezone or env.user.tz or env.company.partner_id.tz or "UTC"
    report = Report(file=Path(path).name, company=env.company.name, timezone=zone)
    file = ComplaintFile(
        path,
        COLUMNS,
        optional=set(COLUMNS) - set(REQUIRED),
        mapped=options.map,
        encoding=options.encoding,
        delimiter=options.delimiter,
    )
    rejects_path = find_rejects_path(file, options.rejects)
    parser = RowParser(file, options, read_vocabularies(env), zone)
    with one_load(env, "complaint_log"):
        with RejectsFile(rejects_path, file.header, file.delimiter) as rejects:
            writer = _Writer(env, report, parser.reasons, rejects)
            for rows in _batches(file, parser, rejects, report, options.batch):
                writer.write(rows)
                env.cr.commit()
                progress("rows", report.rows, None)
        report.new = writer.masters.new
        report.reasons = parser.reasons
        report.rejects_file = str(rejects_path) if parser.reasons else ""
        env.execute_query(SQL("ANALYZE crm_complaint"))
        env.cr.commit()
    report.seconds = time.monotonic() - start
    return report


def _prepare_environment(env, options):
    company = find_company(env, options.company)
    # Words of the file are those of the sources, which are in English, whoever loads it.
    context = {**env.context, **HISTORY, "allowed_company_ids": company.ids, "lang": "en_US"}
    return env(context=context)


def _batches(file, parser, rejects, report, size):
    batch = []
    for line, fields in file:
        report.rows += 1
        row, reason = parser(line, fields)
        if reason:
            rejects.add(line, reason, fields)
        else:
            batch.append(row)
        if len(batch) == size:
            yield batch
            batch = []
    yield batch


class _Writer:
    def __init__(self, env, report, reasons, rejects):
        self.env = env
        self.report = report
        self.reasons = reasons
        self.rejects = rejects
        self.masters = Masters(env)

    def write(self, rows):
        there = self._numbers_there(rows)
        self.report.there += len(there)
        rows = [row for row in rows if row.number not in there]
        if rows:
            self.masters.find(rows)
            self._create(rows)

    def _numbers_there(self, rows):
        found = self.env.execute_query(
            SQL(
                "SELECT number FROM crm_complaint WHERE company_id = %s AND number = ANY(%s)",
                self.env.company.id,
                [row.number for row in rows],
            )
        )
        return {number for [number] in found}

    def _create(self, rows):
        """Create complaints; of a batch that Odoo refuses, all but those that are to blame."""
        try:
            with self.env.cr.savepoint():
                complaints = self.env["crm.complaint"].create([self._values(row) for row in rows])
                complaints.flush_recordset()
        except (UserError, DatabaseError) as error:
            self.env.invalidate_all(flush=False)
            if len(rows) > 1:
                middle = len(rows) // 2
                self._create(rows[:middle])
                self._create(rows[middle:])
                return
            self.reasons[REFUSED] += 1
            reason = f"{REFUSED}: {' '.join(str(error).split())}"
            self.rejects.add(rows[0].line, reason, rows[0].fields)
        else:
            self.report.loaded += len(rows)

    def _values(self, row):
        # What is closed is nobody's merit who works here today; teams share out what is open.
        values = {"user_id": False, "company_id": self.env.company.id}
        values.update(row.values, **self.masters.values(row))
        values["description"] = _html(row.text, row.details)
        values["resolution"] = _html(row.resolution, [])
        return values


def _html(text, details):
    """The text as HTML in which nothing that a customer wrote is markup."""
    html = plaintext2html(text) if text else Markup()
    items = Markup().join(
        Markup("<li>%s: %s</li>") % (header, value) for header, value in details if value
    )
    return html + Markup("<ul>%s</ul>") % items if items else html
