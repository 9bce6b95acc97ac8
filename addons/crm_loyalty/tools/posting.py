"""What movements of points make of balances, debts and lots: plain Python, no database.

`loyalty.card._post_points` reads what a posting needs in a fixed number of queries, lets it work,
and writes the result in a fixed number of queries.
"""

from dataclasses import dataclass, field
from datetime import date, timedelta

from .lot_book import Lot, allocate
from .points import round_points

# Who redeemed points in time has at least these days to use them when an order is cancelled.
RETURN_DAYS = 30

# Emptied lots tell what took their last points.
_EMPTIED_STATES = {"expire": "expired", "revoke": "revoked"}


class PointsMissingError(Exception):
    """A debit asks for more than the card holds."""

    def __init__(self, card_id, wanted, available):
        super().__init__(card_id)
        self.card_id = card_id
        self.wanted = wanted
        self.available = available


@dataclass
class Account:
    """A card while points are posted on it."""

    card_id: int
    points: float
    debt: float
    today: date
    lots: list[Lot] = field(default_factory=list)
    # With a scheme that expires by inactivity: the last day of all points after a movement.
    active_until: date | None = None
    is_changed: bool = False


class Posting:
    """Posts movements on accounts.

    :param accounts: {card id: Account}, with the open lots where a movement debits
    :param uses: {history id: [[use id, lot, points not given back yet], ...]} of the debits that
        movements give back
    """

    def __init__(self, accounts, uses=None):
        self.accounts = accounts
        self.uses = uses or {}
        self.new_lots = []
        self.new_uses = []  # (lot, index of a line or of an extra line, points)
        self.returned = {}  # use id: points given back
        self.extra_lines = []  # values of lines that follow from the movements

    def post(self, movement, line_key):
        """Post one movement; ``line_key`` names its line of history in ``new_uses``."""
        account = self.accounts[movement["card_id"]]
        account.is_changed = True
        if movement.get("issued"):
            self._credit(account, movement, line_key)
        if movement.get("used"):
            if movement["kind"] != "expire":
                self._expire_overdue(account)
            self._debit(account, movement, line_key)
        if account.active_until and movement["kind"] in ("earn", "redeem"):
            self._keep_active(account)

    def release(self, lot, points, expiration_date, kind, line_key):
        """Let ``points`` of a waiting ``lot`` count; what is owed is settled with them.

        :param kind: what the lot is of, ``line_key`` the line that gave it: also of the lot that
            is split from it
        """
        account = self.accounts[lot.card_id]
        account.is_changed = True
        points = min(points, lot.remaining)
        released = lot.release(points, account.today, expiration_date)
        if released is not lot:
            released.kind, released.line_key = kind, line_key
            account.lots.append(released)
            self.new_lots.append(released)
        account.points = round_points(account.points + points)
        self._settle_debt(account)
        if account.active_until:
            self._keep_active(account)

    def get_changed_lots(self):
        """The lots that were there before and are not as they were."""
        new = {id(lot) for lot in self.new_lots}
        return [
            lot
            for account in self.accounts.values()
            for lot in account.lots
            if lot.is_changed and id(lot) not in new
        ]

    def _credit(self, account, movement, line_key):
        points = movement["issued"]
        for use in self._get_returnable(movement):
            part = min(points, use[2])
            if part <= 0:
                continue
            lot = use[1]
            lot.put_back(part, until=account.today + timedelta(days=RETURN_DAYS))
            if lot not in account.lots:
                account.lots.append(lot)
            if lot.state == "available":
                account.points = round_points(account.points + part)
            use[2] = round_points(use[2] - part)
            self.returned[use[0]] = round_points(self.returned.get(use[0], 0.0) + part)
            points = round_points(points - part)
        if points > 0:
            self._add_lot(account, movement, points, line_key)
        self._settle_debt(account)

    def _get_returnable(self, movement):
        """What the debits took that the movement gives back: what expires last comes first."""
        uses = [use for key in movement.get("returns", ()) for use in self.uses.get(key, ())]
        return sorted(uses, key=lambda use: use[1].expiration_date or date.max, reverse=True)

    def _add_lot(self, account, movement, points, line_key):
        is_pending = bool(movement.get("pending"))
        lot = Lot(
            id=None,
            card_id=account.card_id,
            remaining=points,
            expiration_date=None if is_pending else movement.get("expiration_date") or None,
            available_date=None if is_pending else account.today,
            state="pending" if is_pending else "available",
            points=points,
            kind=movement["kind"],
            line_key=line_key,
        )
        account.lots.append(lot)
        self.new_lots.append(lot)
        if not is_pending:
            account.points = round_points(account.points + points)

    def _settle_debt(self, account):
        """Take what is owed from what can be used now."""
        points = min(account.debt, account.points)
        if points <= 0:
            return
        account.debt = round_points(account.debt - points)
        key = self._add_extra_line(account, "revoke", points, "debt")
        self._take(account, allocate(account.lots, points)[0], key, "used")

    def _expire_overdue(self, account):
        """Points whose last day is past cannot be used, whenever the nightly action comes."""
        overdue = [
            (lot, lot.remaining)
            for lot in account.lots
            if lot.state == "available"
            and lot.expiration_date
            and lot.expiration_date < account.today
        ]
        if overdue:
            points = round_points(sum(points for _lot, points in overdue))
            key = self._add_extra_line(account, "expire", points, "expire")
            self._take(account, overdue, key, "expired")

    def _debit(self, account, movement, line_key):
        points = movement["used"]
        parts, missing = allocate(account.lots, points, movement.get("lot_ids", ()))
        if missing > 0:
            if not movement.get("allow_debt"):
                raise PointsMissingError(account.card_id, points, round_points(points - missing))
            account.debt = round_points(account.debt + missing)
        self._take(account, parts, line_key, _EMPTIED_STATES.get(movement["kind"], "used"))

    def _take(self, account, parts, line_key, emptied_state):
        for lot, points in parts:
            if lot.state == "available":
                account.points = round_points(account.points - points)
            lot.take(points, emptied_state)
            self.new_uses.append((lot, line_key, points))

    def _keep_active(self, account):
        for lot in account.lots:
            if lot.state == "available" and lot.expiration_date != account.active_until:
                lot.expiration_date = account.active_until
                lot.is_changed = True

    def _add_extra_line(self, account, kind, points, cause):
        self.extra_lines.append(
            {"card_id": account.card_id, "kind": kind, "used": points, "cause": cause}
        )
        return ("extra", len(self.extra_lines) - 1)
