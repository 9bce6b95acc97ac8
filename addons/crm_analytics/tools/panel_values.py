"""What a browser says of a quotation on the screen: plain values in, plain values out."""

from odoo.fields import Datetime

MAX_ID = 2**31 - 1
# More suggestions at once than any screen shows.
MAX_SUGGESTIONS = 100


def parse(values):
    """Return the values of a dictionary that anybody may have sent.

    Keys that end in `_id` or `_ids` are ids in the database. What cannot be one, such as that of a
    line that is not saved, and what means nothing is left out.
    """
    values = values if isinstance(values, dict) else {}
    parsed = {}
    for key, value in values.items():
        if str(key).endswith("_ids"):
            parsed[key] = parse_ids(value)
        elif str(key).endswith("_id") or key == "suggestion_seed":
            parsed[key] = parse_id(value)
        else:
            parsed[key] = value
    return {**parsed, "date_order": _parse_datetime(values.get("date_order"))}


def parse_id(value):
    """Return an id of PostgreSQL's integers, or None."""
    is_id = isinstance(value, int) and not isinstance(value, bool) and 0 < value <= MAX_ID
    return value if is_id else None


def parse_ids(values):
    """Return the ids of a list, each once."""
    values = values if isinstance(values, (list, tuple)) else []
    return list(dict.fromkeys(value for value in values if parse_id(value)))


def parse_limit(value):
    return min(parse_id(value) or 0, MAX_SUGGESTIONS)


def _parse_datetime(value):
    try:
        return Datetime.to_datetime(value) or None
    except (TypeError, ValueError):
        return None
