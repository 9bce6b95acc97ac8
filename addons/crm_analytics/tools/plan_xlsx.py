"""A sales plan as a workbook, and back: a row for each key, a column for each month."""

import io
from typing import NamedTuple

from .workbook import HEADER, UnreadableFile, new_workbook, read_rows

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


def write_plan(title, headings, rows):
    """Return the bytes of a workbook of one sheet.

    :param headings: the titles of the columns, those of the months last
    :param rows: ``(names, amounts)``; an amount of None leaves its cell empty
    """
    output = io.BytesIO()
    workbook = new_workbook(output)
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
    try:
        table = read_rows(content)
    except UnreadableFile as error:
        raise BadTable("file") from error
    rows = []
    for number, cells in enumerate(table, 1):
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
