from datetime import date, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from odoo.tests import BaseCase, tagged

from ..tools.lot_book import Lot
from ..tools.posting import Account, PointsMissingError, Posting

TODAY = date(2030, 6, 1)
POINTS = st.integers(1, 100_000).map(lambda thousandths: thousandths / 1000)
EXPIRATION = st.none() | st.integers(0, 60).map(lambda days: TODAY + timedelta(days=days))


class ReferenceCard:
    """A card kept point by point: each thousandth of a point with its last day."""

    def __init__(self):
        self.open = []  # [expiration, order, thousandths]
        self.pending = 0
        self.debt = 0
        self.count = 0

    @property
    def balance(self):
        return sum(entry[2] for entry in self.open)

    def earn(self, points, expiration):
        self.count += 1
        self.open.append([expiration or date.max, self.count, points])
        owed = min(self.debt, self.balance)
        self.debt -= owed
        self.take(owed)

    def take(self, points):
        for entry in sorted(self.open):
            part = min(entry[2], points)
            entry[2] -= part
            points -= part
        self.open = [entry for entry in self.open if entry[2]]
        return points


def as_thousandths(points):
    return round(points * 1000)


@tagged("post_install", "-at_install")
class TestPostingModel(BaseCase):
    """Any sequence of movements equals a card that is kept point by point."""

    @settings(max_examples=300, deadline=None)
    @given(
        st.lists(
            st.tuples(
                st.sampled_from(["earn", "pending", "redeem", "revoke"]),
                POINTS,
                EXPIRATION,
            ),
            max_size=25,
        )
    )
    def test_any_sequence(self, steps):
        account = Account(1, 0.0, 0.0, TODAY)
        reference = ReferenceCard()
        posting = Posting({1: account})
        for number, (step, points, expiration) in enumerate(steps):
            kind = "earn" if step == "pending" else step
            movement = {"card_id": 1, "kind": kind, "expiration_date": expiration}
            thousandths = as_thousandths(points)
            if step in ("earn", "pending"):
                posting.post(
                    movement | {"issued": points, "pending": step == "pending"}, ("line", number)
                )
                if step == "pending":
                    reference.pending += thousandths
                else:
                    reference.earn(thousandths, expiration)
            elif step == "revoke":
                posting.post(movement | {"used": points, "allow_debt": True}, ("line", number))
                reference.debt += reference.take(thousandths)
            elif thousandths > reference.balance:
                with self.assertRaises(PointsMissingError):
                    posting.post(movement | {"used": points}, ("line", number))
            else:
                posting.post(movement | {"used": points}, ("line", number))
                reference.take(thousandths)
            self.assert_equal(account, reference)

    def assert_equal(self, account, reference):
        available = [lot for lot in account.lots if lot.state == "available"]
        pending = [lot for lot in account.lots if lot.state == "pending"]
        self.assertEqual(as_thousandths(account.points), reference.balance)
        self.assertEqual(sum(as_thousandths(lot.remaining) for lot in available), reference.balance)
        self.assertEqual(sum(as_thousandths(lot.remaining) for lot in pending), reference.pending)
        self.assertEqual(as_thousandths(account.debt), reference.debt)
        self.assertGreaterEqual(account.points, 0)
        by_day = {}
        for lot in available:
            day = lot.expiration_date or date.max
            by_day[day] = by_day.get(day, 0) + as_thousandths(lot.remaining)
        expected = {}
        for day, _order, thousandths in reference.open:
            expected[day] = expected.get(day, 0) + thousandths
        self.assertEqual(by_day, expected)

    @settings(max_examples=200, deadline=None)
    @given(st.lists(st.tuples(POINTS, EXPIRATION), min_size=1, max_size=8), st.data())
    def test_what_is_given_back_is_as_if_it_had_never_been_taken(self, credits_, data):
        lots = [
            Lot(number, 1, points, expiration, TODAY)
            for number, (points, expiration) in enumerate(credits_, 1)
        ]
        before = {lot.id: lot.remaining for lot in lots}
        total = round(sum(before.values()), 3)
        used = data.draw(st.integers(1, as_thousandths(total))) / 1000
        account = Account(1, total, 0.0, TODAY, lots=lots)
        posting = Posting({1: account})
        posting.post({"card_id": 1, "kind": "redeem", "used": used}, ("line", 0))
        uses = [
            [number, lot, points] for number, (lot, _key, points) in enumerate(posting.new_uses)
        ]
        undoing = Posting({1: account}, {7: uses})
        undoing.post({"card_id": 1, "kind": "revoke", "issued": used, "returns": [7]}, ("line", 0))
        self.assertEqual({lot.id: lot.remaining for lot in lots}, before)
        self.assertEqual(account.points, total)
        self.assertFalse(undoing.new_lots)
