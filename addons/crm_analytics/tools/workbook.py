"""What the workbooks that are written and read here share. Nothing of Odoo."""

import io

HEADER = {"bold": True, "bg_color": "#E9ECEF", "text_wrap": True, "valign": "top"}


class UnreadableFile(Exception):
    """The file is no workbook."""


def new_workbook(output):
    """A workbook that is written to ``output`` when it is closed."""
    import xlsxwriter  # as Odoo's own exports: where it is used

    # Names are the customers' data: never taken for formulas or links.
    return xlsxwriter.Workbook(
        output, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    )


def read_rows(content):
    """The values of the first sheet of a workbook: a list of rows, all of the same length."""
    # Only now: it loads numpy, which a server that reads no such file does without
    import openpyxl

    try:
        book = openpyxl.load_workbook(io.BytesIO(content), data_only=True)
        return list(book.worksheets[0].iter_rows(values_only=True))
    except Exception as error:  # whatever a damaged or foreign file makes of the reader
        raise UnreadableFile from error


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


def get_place(row, column):
    """The name of a cell, as a spreadsheet shows it: ``C7`` for (7, 3)."""
    return f"{get_letter(column)}{row}"
