"""The matrix as a workbook: one sheet as on the screen, one with a line for each pair."""

import io
import re

from .workbook import HEADER, new_workbook

FORMATS = {
    "orders": "#,##0",
    "support": "0.0%",
    "confidence": "0.0%",
    "lift": "0.00",
    "amount": "#,##0.00",
}
HOT, COLD, NEUTRAL = "#67B2B5", "#E8B48A", "#FFFFFF"
MAX_NAME = 255


def write_matrix(data):
    """Return the bytes of a workbook.

    :param data: what ``crm.cross.matrix._get_export`` returns: the figures and, in ``labels``, the
        words of the sheets in the reader's language
    """
    output = io.BytesIO()
    workbook = new_workbook(output)
    styles = {name: workbook.add_format({"num_format": code}) for name, code in FORMATS.items()}
    styles["header"] = workbook.add_format(HEADER)
    _write_table(workbook.add_worksheet(_get_sheet_name(data, "matrix")), data, styles)
    _write_pairs(workbook.add_worksheet(_get_sheet_name(data, "pairs")), data, styles)
    workbook.close()
    return output.getvalue()


def _get_sheet_name(data, key):
    """A name that a workbook takes, whatever the translation."""
    return re.sub(r"[][:*?/\\']", " ", data["labels"][key])[:31]


def _write_table(sheet, data, styles):
    measure = data["options"]["measure"]
    header = styles["header"]
    for number, line in enumerate(data["labels"]["about"]):
        sheet.write_string(number, 0, line)
    top = len(data["labels"]["about"]) + 1
    sheet.write_string(top, 0, data["labels"]["measures"][measure], header)
    for column, item in enumerate(data["columns"], 1):
        sheet.write_string(top, column, item["name"][:MAX_NAME], header)
    for row, item in enumerate(data["rows"], 1):
        sheet.write_string(top + row, 0, item["name"][:MAX_NAME], header)
        for column, value in enumerate(data["cells"][measure][row - 1], 1):
            if value is not None:
                sheet.write_number(top + row, column, value, styles[measure])
    sheet.set_column(0, 0, 40)
    sheet.set_column(1, max(len(data["columns"]), 1), 14)
    sheet.freeze_panes(top + 1, 1)
    if data["rows"] and data["columns"]:
        sheet.conditional_format(
            top + 1, 1, top + len(data["rows"]), len(data["columns"]), _get_scale(measure)
        )


def _get_scale(measure):
    if measure == "lift":
        return {
            "type": "3_color_scale",
            "min_color": COLD,
            "mid_color": NEUTRAL,
            "max_color": HOT,
            "mid_type": "num",
            "mid_value": 1,
        }
    return {"type": "2_color_scale", "min_color": NEUTRAL, "max_color": HOT}


def _write_pairs(sheet, data, styles):
    labels = data["labels"]
    measures = [name for name in FORMATS if name in data["cells"]]
    titles = [
        labels["row"],
        labels["column"],
        labels["row_orders"],
        labels["column_orders"],
        *(labels["measures"][name] for name in measures),
    ]
    for column, title in enumerate(titles):
        sheet.write_string(0, column, title, styles["header"])
    line = 0
    for row, item in enumerate(data["rows"]):
        for column, other in enumerate(data["columns"]):
            if not data["cells"]["orders"][row][column] or data["trivial"][row][column]:
                continue
            line += 1
            sheet.write_string(line, 0, item["name"][:MAX_NAME])
            sheet.write_string(line, 1, other["name"][:MAX_NAME])
            sheet.write_number(line, 2, item["orders"], styles["orders"])
            sheet.write_number(line, 3, other["orders"], styles["orders"])
            for place, name in enumerate(measures, 4):
                value = data["cells"][name][row][column]
                if value is not None:
                    sheet.write_number(line, place, value, styles[name])
    sheet.set_column(0, 1, 40)
    sheet.set_column(2, len(titles) - 1, 14)
    sheet.freeze_panes(1, 2)
    if line:
        sheet.autofilter(0, 0, line, len(titles) - 1)
