"""A workbook of targets: bytes in, rows with their numbers out, and back. Nothing of Odoo."""

import io
import re
from datetime import date, datetime
from typing import NamedTuple

from .workbook import HEADER, new_workbook, read_rows

_PERIOD = re.compile(r"((?:19|20|21)\d\d)(?:-(?:Q([1-4])|(0?[1-9]|1[0-2])))?", re.ASCII | re.I)


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
    rows = [
        [Cell(row, column, value) for column, value in enumerate(values, start=1)]
        for row, values in enumerate(read_rows(content), start=1)
    ]
    return [cells for cells in rows if any(cell.text for cell in cells)]


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
    output = io.BytesIO()
    workbook = new_workbook(output)
    sheet = workbook.add_worksheet()
    sheet.write_row(0, 0, headings, workbook.add_format(HEADER))
    for number, row in enumerate(rows, start=1):
        sheet.write_row(number, 0, row)
    sheet.set_column(0, len(headings) - 1, 22)
    sheet.freeze_panes(1, 0)
    workbook.close()
    return output.getvalue()
