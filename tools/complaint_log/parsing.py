"""What a row means: a complaint, or the reason why it is none. Plain Python, no database."""

from collections import Counter
from datetime import datetime, timezone
from typing import NamedTuple

from tools.row_file import date_reader

from .options import COLUMNS

UNREADABLE = "unreadable row"
NO_NUMBER = "no number"
TWICE = "number twice in the file"
BAD_RECEIVED = "received date unreadable"
FUTURE = "received in the future"
BAD_ANSWERED = "date of first response or solution unreadable"
ANSWERED_BEFORE = "answered before it was received"
NO_SUBJECT = "no subject, category or text"
BAD_REOPENED = "reopened not a whole number"

_SUBJECT_LENGTH = 120
# Columns whose words must be known beforehand, and the fields that they fill.
VOCABULARIES = {
    "Kind": "kind",
    "Channel": "channel",
    "Priority": "priority",
    "Team": "team_id",
    "Responsible": "user_id",
    "Stage": "stage_id",
    "Outcome": "outcome",
}


class Row(NamedTuple):
    line: int
    fields: list  # as they stand in the file, for the rejects file
    number: str
    values: dict  # fields of crm.complaint that need no search
    text: str
    details: list  # (header, value)
    resolution: str
    category: tuple  # (category, subcategory); empty strings where there is none
    product: tuple  # (product category, product)
    cause: str
    customer: tuple  # (name, email, phone)


class Rejected(Exception):
    """Carries the reason."""


class RowParser:
    """Turns fields into a Row, or into the reason why not, and counts the reasons."""

    def __init__(self, file, options, vocabularies, zone="UTC"):
        """:param vocabularies: ``{column: {casefolded word: value}}``, see VOCABULARIES"""
        self.width = len(file.header)
        self.positions = dict(zip(COLUMNS, file.positions, strict=True))
        self.details = [
            (header, file.header.index(header))
            for header in options.details
            if header in file.header
        ]
        self.values = options.values
        self.vocabularies = vocabularies
        self.read_date = date_reader(options.date_format, zone)
        self.now = datetime.now(timezone.utc).replace(tzinfo=None)
        self.reasons = Counter()
        self.seen = set()

    def __call__(self, line, fields):
        """Return ``(row, None)`` or ``(None, reason)``."""
        try:
            return self._parse(line, fields), None
        except Rejected as rejected:
            [reason] = rejected.args
            self.reasons[reason] += 1
            return None, reason

    def _parse(self, line, fields):
        if len(fields) != self.width or any("\0" in text for text in fields):
            raise Rejected(UNREADABLE)
        get = {column: self._read(column, fields) for column in COLUMNS}
        number = get["Number"]
        if not number:
            raise Rejected(NO_NUMBER)
        if number in self.seen:
            raise Rejected(TWICE)
        row = Row(
            line=line,
            fields=fields,
            number=number,
            values={
                "number": number,
                "name": self._subject(get),
                **self._dates(get),
                **self._known_words(get),
            },
            text=get["Text"],
            details=[(header, fields[at].strip()) for header, at in self.details],
            resolution=get["Resolution"],
            category=(
                get["Category"] or get["Subcategory"],
                get["Category"] and get["Subcategory"],
            ),
            product=(get["ProductCategory"], get["Product"]),
            cause=get["Cause"],
            customer=(get["Customer"], get["Email"], get["Phone"]),
        )
        self.seen.add(number)
        return row

    def _read(self, column, fields):
        position = self.positions[column]
        text = "" if position is None else fields[position].strip()
        words = self.values.get(column)
        return words.get(text, words.get("*", text)) if words else text

    def _subject(self, get):
        first_line = get["Text"].split("\n", 1)[0]
        subject = get["Subject"] or get["Subcategory"] or get["Category"] or first_line
        if not subject:
            raise Rejected(NO_SUBJECT)
        subject = " ".join(subject.split())
        if len(subject) > _SUBJECT_LENGTH:
            subject = subject[: _SUBJECT_LENGTH - 1].rstrip() + "…"
        return subject

    def _category(self, get):
        category, subcategory = get["Category"], get["Subcategory"]
        return (category, subcategory) if category else (subcategory, "")

    def _dates(self, get):
        received = self.read_date(get["Received"])
        if received is None:
            raise Rejected(BAD_RECEIVED)
        if received > self.now:
            raise Rejected(FUTURE)
        dates = {"received_date": received}
        for column, name in (
            ("FirstResponse", "first_response_date"),
            ("Resolved", "resolved_date"),
        ):
            dates[name] = self.read_date(get[column]) if get[column] else False
            if dates[name] is None:
                raise Rejected(BAD_ANSWERED)
            if dates[name] and dates[name] < received:
                raise Rejected(ANSWERED_BEFORE)
        return dates

    def _known_words(self, get):
        """Values of columns whose words are known; an empty word leaves the field to Odoo."""
        values = {}
        for column, name in VOCABULARIES.items():
            if word := get[column]:
                known = self.vocabularies[column]
                if word.casefold() not in known:
                    raise Rejected(f"unknown {column.lower()}: {word[:60]}")
                values[name] = known[word.casefold()]
        if get["Reopened"]:
            if not get["Reopened"].isdecimal():
                raise Rejected(BAD_REOPENED)
            values["reopen_count"] = int(get["Reopened"])
        return values
