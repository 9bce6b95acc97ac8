"""What of an order's points counts, waits or is taken back: plain arithmetic, no database."""

from typing import NamedTuple

from odoo.tools import float_round

from .points import round_points

# What counts only in part is rounded down, as core rounds the points of an order.
PARTIAL_DIGITS = 2


class Given(NamedTuple):
    """What the ledger holds of an order: the points of one program.

    ``issued`` is what the confirmation gave, ``net`` that less what was taken back since. Of
    ``net``, ``pending`` waits, ``available`` is there to be used, ``expired`` has expired; the rest
    was spent.
    """

    issued: float
    net: float
    pending: float
    available: float
    expired: float = 0.0


class PointsShare(NamedTuple):
    """What of the points of an order counts; shares lie between 0 and 1.

    ``kept`` is what was not credited or returned, ``released`` what of it can be used already,
    ``documents`` names the documents that say so.
    """

    kept: float
    released: float = 1.0
    documents: str = ""


class Changes(NamedTuple):
    """What brings the ledger to where it has to be; numbers of points, not negative.

    :param take_pending: of what waits is taken back
    :param take: of what counts is taken back, and owed where it was spent
    :param hold: counts no longer and waits again, owed where it was spent
    :param give_pending: waits, after it was taken back
    :param give: counts, after it was taken back
    :param release: waits no longer and counts
    """

    take_pending: float
    take: float
    hold: float
    give_pending: float
    give: float
    release: float


def get_share(part, whole):
    """Return ``part`` of ``whole`` as a share between 0 and 1; all of nothing is there."""
    if whole <= 0:
        return 1.0
    return min(max(part / whole, 0.0), 1.0)


def get_points(points, *shares):
    """Return ``points`` in proportion to all ``shares``; a whole is not rounded."""
    partial = [share for share in shares if share < 1]
    if not partial:
        return round_points(points)
    for share in partial:
        points *= share
    return float_round(points, precision_digits=PARTIAL_DIGITS, rounding_method="DOWN")


def get_changes(given, kept, released):
    """Return what has to change so that the order's points are as they should be.

    Spent points come first out of what the order is still worth, then what has expired: it is not
    taken back once more. What is left of it can be used as far as it counts, and else waits.

    :param Given given: what the ledger holds
    :param kept: the share of the order that was not credited
    :param released: the share of what was kept that counts already
    """
    total = get_points(given.issued, kept)
    counting = min(get_points(given.issued, kept, released), total)
    spent = round_points(given.net - given.pending - given.available - given.expired)
    allowed = min(spent, counting)
    left = max(total - allowed - given.expired, 0.0)
    available = min(max(counting - allowed - given.expired, 0.0), left)

    more_available = round_points(available - given.available)
    more_pending = round_points(left - available - given.pending)
    release = min(max(more_available, 0.0), max(-more_pending, 0.0))
    take = round_points(max(-more_available, 0.0) + spent - allowed)
    give_pending = max(more_pending, 0.0)
    hold = min(take, give_pending)
    return Changes(
        take_pending=round_points(max(-more_pending, 0.0) - release),
        take=round_points(take - hold),
        hold=hold,
        give_pending=round_points(give_pending - hold),
        give=round_points(max(more_available, 0.0) - release),
        release=release,
    )
