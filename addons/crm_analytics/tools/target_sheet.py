"""A workbook of targets: bytes in, rows with their numbers out, and back. Nothing of Odoo."""

import io
import re
import zipfile
from datetime import date, datetime
from typing import NamedTuple

COLUMNS = ("kpi", "person", "team", "period", "target")
_PERIOD = re.compile(r"((?:19|20|21)\d\d)(?:-(?:Q([1-4])|(0?[1-9]|1[0-2])))?", re.ASCII | re.I)


class UnreadableFile(Exception):
    """The file is no workbook."""


class Cell(NamedTuple):
    row: int
    column: int
    value: object

    @property
    def text(self):
        value = self.value
        if isinstance(value, float) and value.is_integer():
            value = int(value)
        return "" if value is None else str(value).strip()


def read(content):
    """The rows that have any content, as lists of :class:`Cell`, the headings first."""
    # Only now: it loads numpy, which a server that reads no such file does without
    import openpyxl
    from openpyxl.utils.exceptions import InvalidFileException

    try:
        book = openpyxl.load_workbook(io.BytesIO(content), read_only=True, data_only=True)
        rows = [
            [Cell(row, column, value) for column, value in enumerate(values, start=1)]
            for row, values in enumerate(book.worksheets[0].iter_rows(values_only=True), start=1)
        ]
    except (InvalidFileException, zipfile.BadZipFile, KeyError, ValueError, IndexError) as error:
        raise UnreadableFile from error
    return [cells for cells in rows if any(cell.text for cell in cells)]


def get_letter(column):
    """The name of a column: A, B, ... Z, AA.

    >>> get_letter(1), get_letter(27)
    ('A', 'AA')
    """
    letters = ""
    while column:
        column, rest = divmod(column - 1, 26)
        letters = chr(ord("A") + rest) + letters
    return letters


def parse_period(value):
    """``(period type, first day)`` of 2026, 2026-Q4, 2026-11 or a date, None of anything else.

    >>> parse_period("2026-Q4")
    ('quarter', datetime.date(2026, 10, 1))
    """
    if isinstance(value, datetime | date):
        return "month", date(value.year, value.month, 1)
    match = _PERIOD.fullmatch(Cell(0, 0, value).text.replace(" ", ""))
    if not match:
        return None
    year, quarter, month = match.groups()
    if quarter:
        return "quarter", date(int(year), int(quarter) * 3 - 2, 1)
    return ("month" if month else "year"), date(int(year), int(month or 1), 1)


def write_template(headings, rows):
    """The bytes of a workbook with the headings and some rows as examples."""
    import xlsxwriter  # as Odoo's own exports: where it is used

    output = io.BytesIO()
    workbook = xlsxwriter.Workbook(
        output, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    )
    sheet = workbook.add_worksheet()
    header = workbook.add_format({"bold": True, "bg_color": "#E9ECEF"})
    sheet.write_row(0, 0, headings, header)
    for number, row in enumerate(rows, start=1):
        sheet.write_row(number, 0, row)
    sheet.set_column(0, len(headings) - 1, 22)
    sheet.freeze_panes(1, 0)
    workbook.close()
    return output.getvalue()
