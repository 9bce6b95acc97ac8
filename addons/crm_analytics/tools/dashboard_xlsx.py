"""A dashboard as a workbook: one sheet with the tiles, one for each chart and table."""

import io
import re
from datetime import date

from .workbook import HEADER, new_workbook

FORMATS = {
    "money": "#,##0.00",
    "number": "#,##0.##",
    "percent": "0.0%",
    "days": "#,##0.0",
    "hours": "#,##0.0",
    "points": "#,##0",
    "date": "yyyy-mm-dd",
}
MAX_TEXT = 255
MAX_SHEET_NAME = 31


def write_dashboard(data):
    """Return the bytes of a workbook.

    :param data: what ``crm.dashboard._get_export`` returns: the page and, in ``labels``, the words
        of the sheets in the reader's language
    """
    output = io.BytesIO()
    workbook = new_workbook(output)
    book = _Book(workbook)
    _write_tiles(book, data)
    for item in data["items"]:
        if item["type"] != "tile" and not item["error"]:
            _write_item(book, item)
    workbook.close()
    return output.getvalue()


class _Book:
    """The sheets of a workbook, each with a name of its own, and its formats."""

    def __init__(self, workbook):
        self.workbook = workbook
        self.styles = {
            name: workbook.add_format({"num_format": code}) for name, code in FORMATS.items()
        }
        self.header = workbook.add_format(HEADER)
        self.names = set()

    def add_sheet(self, title):
        stem = re.sub(r"[][:*?/\\']", " ", title).strip()[:MAX_SHEET_NAME] or "-"
        name, number = stem, 1
        while name.lower() in self.names:
            number += 1
            ending = f" {number}"
            name = stem[: MAX_SHEET_NAME - len(ending)] + ending
        self.names.add(name.lower())
        sheet = self.workbook.add_worksheet(name)
        sheet.set_column(0, 0, 36)
        sheet.set_column(1, 40, 16)
        return sheet

    def write_header(self, sheet, row, titles):
        for column, title in enumerate(titles):
            sheet.write_string(row, column, title[:MAX_TEXT], self.header)

    def put(self, sheet, row, column, value, unit="number"):
        """A number by its unit, a day as a date; nothing known leaves the cell empty."""
        if value is None or value is False:
            return
        if isinstance(value, int | float):
            sheet.write_number(row, column, value, self.styles.get(unit, self.styles["number"]))
            return
        try:
            sheet.write_datetime(row, column, date.fromisoformat(value), self.styles["date"])
        except ValueError:
            sheet.write_string(row, column, value[:MAX_TEXT])


def _write_tiles(book, data):
    labels = data["labels"]
    sheet = book.add_sheet(data["dashboard"]["name"])
    for row, line in enumerate(labels["about"]):
        sheet.write_string(row, 0, line[:MAX_TEXT])
    top = len(labels["about"]) + 1
    titles = ("figure", "value", "target", "progress", "pace", "previous", "last_year")
    book.write_header(sheet, top, [labels[name] for name in titles])
    tiles = [item for item in data["items"] if item["type"] == "tile" and "value" in item]
    for row, tile in enumerate(tiles, top + 1):
        sheet.write_string(row, 0, tile["title"][:MAX_TEXT])
        unit = tile["unit"]
        compared = tile["compared"]
        cells = (
            (tile["value"], unit),
            (tile["target"], unit),
            (tile["progress"], "percent"),
            (tile["pace"], "percent"),
            (compared.get("previous"), unit),
            (compared.get("last_year"), unit),
        )
        for column, (value, cell_unit) in enumerate(cells, 1):
            book.put(sheet, row, column, value, cell_unit)
    sheet.freeze_panes(top + 1, 1)


def _write_item(book, item):
    sheet = book.add_sheet(item["title"])
    if item["type"] == "table":
        columns = item.get("columns", [])
        book.write_header(sheet, 0, [column["label"] for column in columns])
        for row, values in enumerate(item.get("rows", []), 1):
            for column, value in enumerate(values["values"]):
                unit = values.get("unit") or columns[column]["unit"]
                book.put(sheet, row, column, value, unit)
        return
    series = item.get("series", [])
    book.write_header(sheet, 0, ["", *(one["name"] for one in series)])
    for row, label in enumerate(item.get("labels", [])):
        book.put(sheet, row + 1, 0, label)
        for column, one in enumerate(series, 1):
            book.put(sheet, row + 1, column, one["values"][row], item["unit"])
    sheet.freeze_panes(1, 1)
