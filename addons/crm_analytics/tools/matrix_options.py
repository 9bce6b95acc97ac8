"""What the matrix screen shows, as it stands in an address: plain values in, plain values out."""

from typing import NamedTuple

LINE_AXES = ("category", "product")
GROUP_AXES = ("industry", "segment", "tier", "country")
MEASURES = ("orders", "support", "confidence", "lift", "amount")
MAX_LIMIT = 100


class MatrixOptions(NamedTuple):
    rows: str = "category"
    columns: str = "category"
    measure: str = "orders"
    period: str = ""
    company: int | None = None
    group: tuple | None = None  # (one of GROUP_AXES, id of the group, 0 for those in none)
    row_category: int | None = None  # only products of it, 0 for those without a category
    column_category: int | None = None
    search: str = ""
    row_offset: int = 0
    column_offset: int = 0
    row_limit: int = 25
    column_limit: int = 25


def parse(values):
    """Return the options of a dictionary that anybody may have typed.

    What means nothing is left at its default: an old link opens the screen all the same.
    """
    values = values if isinstance(values, dict) else {}
    default = MatrixOptions()
    rows = _choose(values, "rows", LINE_AXES, default.rows)
    columns = _choose(values, "columns", LINE_AXES + GROUP_AXES, default.columns)
    return MatrixOptions(
        rows=rows,
        columns=columns,
        measure=_choose(values, "measure", MEASURES, default.measure),
        period=str(values.get("period") or ""),
        company=parse_id(values.get("company")),
        group=_parse_group(values.get("group")),
        row_category=parse_id(values.get("row_category")) if rows == "product" else None,
        column_category=parse_id(values.get("column_category")) if columns == "product" else None,
        search=_parse_text(values.get("search")),
        row_offset=parse_id(values.get("row_offset")) or 0,
        column_offset=parse_id(values.get("column_offset")) or 0,
        row_limit=_parse_limit(values.get("row_limit"), default.row_limit),
        column_limit=_parse_limit(values.get("column_limit"), default.column_limit),
    )


def _choose(values, name, allowed, default):
    value = values.get(name)
    return value if value in allowed else default


def parse_id(value):
    """A number of PostgreSQL's integers from 0, or None.

    An address cannot hold a 0: there it is "none", those without a category.
    """
    text = "0" if value == "none" else str(value)
    if not (text.isascii() and text.isdigit()) or len(text) > 10:
        return None
    return min(int(text), 2**31 - 1)


def _parse_text(value):
    """Text that PostgreSQL takes: without zeros and halves of characters."""
    return str(value or "").encode("utf-8", "ignore").decode().replace("\0", "").strip()


def _parse_limit(value, default):
    return min(parse_id(value) or default, MAX_LIMIT)


def _parse_group(value):
    kind, _separator, number = str(value or "").partition("-")
    group_id = parse_id(number)
    return (kind, group_id) if kind in GROUP_AXES and group_id is not None else None
