"""Dates as files write them."""

from datetime import datetime, timezone
from functools import lru_cache
from zoneinfo import ZoneInfo

from .errors import LoadError


def date_reader(date_format, zone):
    """A function from text to naive UTC, None where the text is no date.

    A date with its own offset keeps it; every other one is a wall clock of ``zone``. Many
    rows have the same date, hence the cache.
    """
    try:
        zone = ZoneInfo(zone)
    except (KeyError, ValueError, OSError) as error:
        raise LoadError(f"There is no time zone {zone}: write it like Europe/London.") from error

    @lru_cache(maxsize=65536)
    def read(text):
        try:
            if date_format:
                moment = datetime.strptime(text, date_format)
            else:
                moment = datetime.fromisoformat(text.replace("Z", "+00:00"))
            if moment.tzinfo is None:
                moment = moment.replace(tzinfo=zone)
            return moment.astimezone(timezone.utc).replace(tzinfo=None)
        except (ValueError, OverflowError):
            return None

    return read
