"""Lists of card numbers as printers send them: pasted text, CSV or XLSX, one number a row.

The number is the first filled cell of a row. Rows keep the number they have in the file, so that a
fault is told where it is found. Nothing here needs a database: bytes or text in, rows out.
"""

import io
import re
import zipfile

_SEPARATORS = re.compile(r"[;,\t]")


class UnreadableFile(Exception):
    """The file is no list of numbers in a form that is known here."""


def read_text(text):
    r"""Return ``(row number, cell)`` of each row that has any content.

    >>> read_text("Number\n0430000000012;printed 2026\n\n 0430000000029 ")
    [(1, 'Number'), (2, '0430000000012'), (4, '0430000000029')]
    """
    rows = []
    for row, line in enumerate((text or "").splitlines(), start=1):
        cells = (cell.strip().strip("\"'").strip() for cell in _SEPARATORS.split(line))
        cell = next(filter(None, cells), None)
        if cell:
            rows.append((row, cell))
    return rows


def read_file(content):
    """Return the rows, as :func:`read_text`, of the CSV, text or XLSX file with these bytes."""
    if content.startswith(b"PK"):
        return _read_xlsx(content)
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        encoding = "utf-16"
    elif b"\x00" in content:
        raise UnreadableFile
    else:
        encoding = "utf-8-sig"
    # Only digits matter: a letter in another encoding may become a question mark
    return read_text(content.decode(encoding, errors="replace"))


def _read_xlsx(content):
    # Only now: it loads numpy, which a server that reads no such file does without
    import openpyxl
    from openpyxl.utils.exceptions import InvalidFileException

    try:
        book = openpyxl.load_workbook(io.BytesIO(content), read_only=True, data_only=True)
        sheet = book.worksheets[0]
        rows = []
        for row, values in enumerate(sheet.iter_rows(values_only=True), start=1):
            cells = (_cell_text(value) for value in values)
            cell = next(filter(None, cells), None)
            if cell:
                rows.append((row, cell))
    except (InvalidFileException, zipfile.BadZipFile, KeyError, ValueError, IndexError) as error:
        raise UnreadableFile from error
    return rows


def _cell_text(value):
    """Return a cell as text; spreadsheets keep a number as 430000000012 or 430000000012.0."""
    if value is None:
        return ""
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    return str(value).strip()
