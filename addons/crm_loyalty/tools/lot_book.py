"""How debits take points from lots: plain Python, no database.

The rule is "first expired, first out" (FEFO, as for perishable stock): a debit uses the available
lot that expires first; lots without a date come last; of equal dates the older lot goes first.
"""

from dataclasses import dataclass
from datetime import date

from .points import round_points


@dataclass
class Lot:
    """A lot as the book keeps it; ``id`` is None until a new one is written."""

    id: int | None
    card_id: int
    remaining: float
    expiration_date: date | None = None
    available_date: date | None = None
    state: str = "available"
    # Of a new lot: what it brings, as what, and the line of history that gives it.
    points: float = 0.0
    kind: str = ""
    line_key: tuple | None = None
    # Of a waiting lot: what of its points has become a lot of its own.
    split: float = 0.0
    is_changed: bool = False

    @property
    def is_open(self):
        return self.state in ("pending", "available")

    def take(self, points, state="used"):
        """Take ``points`` out of the lot; ``state`` is what an emptied lot becomes."""
        self.remaining = round_points(self.remaining - points)
        self.is_changed = True
        if not self.remaining:
            self.state = state

    def put_back(self, points, until=None):
        """Give ``points`` back; they can be used up to ``until`` at least."""
        self.remaining = round_points(self.remaining + points)
        self.is_changed = True
        if not self.is_open:
            self.state = "available"
        if until and self.expiration_date and self.expiration_date < until:
            self.expiration_date = until

    def release(self, points, today, expiration_date):
        """Let ``points`` of this waiting lot count; return the lot that holds them then."""
        self.is_changed = True
        if points >= self.remaining:
            self.state = "available"
            self.available_date = today
            self.expiration_date = expiration_date
            return self
        self.remaining = round_points(self.remaining - points)
        self.split = round_points(self.split + points)
        return Lot(None, self.card_id, points, expiration_date, today, points=points)


def get_order_of_use(lot):
    """Sort key of the lots of a card: what a debit uses first comes first."""
    return (
        lot.expiration_date or date.max,
        lot.available_date or date.max,
        lot.id is None,
        lot.id or 0,
    )


def allocate(lots, points, first_ids=()):
    """Return how a debit of ``points`` is taken from ``lots``.

    :param lots: the open lots of one card, in any order
    :param points: what is taken, above zero
    :param first_ids: ids of lots to take from before any other, waiting ones among them; the
        others are taken from only when they are available
    :return: ``(parts, missing)``: a list of (lot, points), and what the lots do not hold
    """
    first_ids = set(first_ids)
    candidates = [lot for lot in lots if lot.state == "available" or lot.id in first_ids]
    candidates.sort(
        key=lambda lot: (lot.id not in first_ids, lot.state != "pending", get_order_of_use(lot))
    )
    parts = []
    for lot in candidates:
        if points <= 0:
            break
        part = min(lot.remaining, points)
        if part > 0:
            parts.append((lot, part))
            points = round_points(points - part)
    return parts, points
