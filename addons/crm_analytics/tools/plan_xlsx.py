"""A sales plan as a workbook, and back: a row for each key, a column for each month."""

import io
from typing import NamedTuple

HEADER = {"bold": True, "bg_color": "#E9ECEF", "text_wrap": True, "valign": "top"}
NUMBER = "#,##0.00"
MAX_ROWS = 20000


class Row(NamedTuple):
    number: int
    names: list
    amounts: list


class BadTable(Exception):
    """What is wrong with a workbook: ``code`` and, where known, ``row``, ``column``, ``value``."""

    def __init__(self, code, **where):
        super().__init__(code)
        self.code = code
        self.where = where


def get_place(row, column):
    """The name of a cell, as a spreadsheet shows it: ``C7`` for (7, 3)."""
    letters = ""
    while column:
        column, rest = divmod(column - 1, 26)
        letters = chr(ord("A") + rest) + letters
    return f"{letters}{row}"


def write_plan(title, headings, rows):
    """Return the bytes of a workbook of one sheet.

    :param headings: the titles of the columns, those of the months last
    :param rows: ``(names, amounts)``; an amount of None leaves its cell empty
    """
    import xlsxwriter  # as Odoo's own exports: where it is used

    output = io.BytesIO()
    # Names are data: never taken for formulas or links.
    workbook = xlsxwriter.Workbook(
        output, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    )
    header = workbook.add_format(HEADER)
    number = workbook.add_format({"num_format": NUMBER})
    sheet = workbook.add_worksheet(title)
    for column, heading in enumerate(headings):
        sheet.write_string(0, column, heading, header)
    names = 0
    for line, (labels, amounts) in enumerate(rows, 1):
        names = len(labels)
        for column, label in enumerate(labels):
            sheet.write_string(line, column, label)
        for column, amount in enumerate(amounts, len(labels)):
            if amount is not None:
                sheet.write_number(line, column, amount, number)
    sheet.set_column(0, max(len(headings) - 1, 0), 14)
    sheet.freeze_panes(1, names)
    workbook.close()
    return output.getvalue()


def read_plan(content, headings, names):
    """The rows of the first sheet of a workbook.

    :param content: the bytes of the file
    :param headings: the titles its first row must have
    :param names: how many of the columns are names, the others being amounts
    :return: a list of :class:`Row`; empty rows are left out
    :raise BadTable: ``file``, ``heading`` (with ``expected``), ``number`` or ``rows``
    """
    sheet = _open_sheet(content)
    rows = []
    for number, cells in enumerate(sheet.iter_rows(values_only=True), 1):
        values = list(cells)
        while values and values[-1] in (None, ""):
            values.pop()
        if number == 1:
            _check_headings(values, headings)
            continue
        if not values:
            continue
        if number > MAX_ROWS:
            raise BadTable("rows", value=MAX_ROWS)
        if len(values) > len(headings):
            raise BadTable(
                "heading", row=1, column=len(headings) + 1, value="", expected=headings[-1]
            )
        values += [None] * (len(headings) - len(values))
        rows.append(
            Row(
                number,
                [_read_name(value) for value in values[:names]],
                [
                    _read_amount(value, number, column)
                    for column, value in enumerate(values[names:], names + 1)
                ],
            )
        )
    return rows


def _open_sheet(content):
    import openpyxl  # heavy: only where a file is read

    try:
        return openpyxl.load_workbook(io.BytesIO(content), data_only=True).worksheets[0]
    except Exception as error:  # whatever a damaged or foreign file makes of the reader
        raise BadTable("file") from error


def _check_headings(values, headings):
    for column, expected in enumerate(headings, 1):
        value = values[column - 1] if column <= len(values) else None
        if _read_name(value).casefold() != expected.casefold():
            raise BadTable(
                "heading", row=1, column=column, value=_read_name(value), expected=expected
            )
    if len(values) > len(headings):
        column = len(headings) + 1
        raise BadTable(
            "heading", row=1, column=column, value=_read_name(values[column - 1]), expected=""
        )


def _read_name(value):
    return "" if value is None else str(value).strip()


def _read_amount(value, row, column):
    if value is None or (isinstance(value, str) and not value.strip()):
        return None
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise BadTable("number", row=row, column=column, value=str(value))
    return value
