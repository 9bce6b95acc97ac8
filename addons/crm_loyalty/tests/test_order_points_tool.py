from hypothesis import given
from hypothesis import strategies as st

from odoo.tests import BaseCase, tagged

from ..tools.order_points import Changes, Given, get_changes, get_points, get_share
from ..tools.points import round_points

POINTS = st.integers(1, 10**7).map(lambda points: points / 1000)
SHARES = st.one_of(st.sampled_from([0.0, 1.0]), st.integers(0, 100).map(lambda part: part / 100))
EVENTS = st.lists(st.tuples(SHARES, SHARES, SHARES, SHARES), max_size=5)


@tagged("post_install", "-at_install")
class TestOrderPointsTool(BaseCase):
    """What of an order's points counts: the arithmetic."""

    def assert_changes(self, changes, **expected):
        self.assertEqual(changes, Changes(*[0.0] * 6)._replace(**expected))

    def test_in_proportion_to_the_money(self):
        waiting = Given(issued=1000, net=1000, pending=1000, available=0)
        self.assert_changes(get_changes(waiting, 1, get_share(400, 1000)), release=400)

    def test_shares_are_rounded_down_to_two_digits(self):
        self.assertEqual(get_points(100, 1 / 3), 33.33)
        self.assertEqual(get_points(100, 2 / 3), 66.66)
        self.assertEqual(get_points(100, 0.29), 29, "29 is what 100 x 0.29 is, not 28.99")
        self.assertEqual(get_points(10.005, 1), 10.005, "a whole is not rounded")

    def test_nothing_of_nothing_is_all(self):
        self.assertEqual(get_share(0, 0), 1)
        self.assertEqual(get_share(-5, 10), 0)
        self.assertEqual(get_share(20, 10), 1)

    def test_what_waits_is_taken_back_first(self):
        part_paid = Given(issued=100, net=100, pending=60, available=40)
        self.assert_changes(get_changes(part_paid, 0.8, 0.5), take_pending=20)

    def test_what_was_spent_is_taken_back(self):
        spent = Given(issued=100, net=100, pending=0, available=30)
        self.assert_changes(get_changes(spent, 0, 1), take=100)
        self.assert_changes(get_changes(spent, 0.8, 1), take=20)
        self.assert_changes(get_changes(spent, 0.5, 1), take=50)

    def test_money_that_went_back(self):
        spent = Given(issued=100, net=100, pending=0, available=30)
        self.assert_changes(get_changes(spent, 1, 0), hold=100)

    def test_expired_points_are_not_taken_back_once_more(self):
        expired = Given(issued=100, net=100, pending=0, available=30, expired=70)
        self.assert_changes(get_changes(expired, 0, 1), take=30)
        expired = Given(issued=100, net=70, pending=0, available=0, expired=70)
        self.assert_changes(get_changes(expired, 0, 1))

    def test_what_was_credited_by_mistake_comes_back(self):
        credited = Given(issued=100, net=0, pending=0, available=0)
        self.assert_changes(get_changes(credited, 1, 1), give=100)
        self.assert_changes(get_changes(credited, 1, 0.4), give=40, give_pending=60)

    @given(POINTS, EVENTS)
    def test_one_look_is_enough(self, issued, events):
        """Whatever came before: the same shares give the same points, and nothing the next time."""
        state = Given(issued, issued, issued, 0.0)
        for kept, released, spends, expires in events:
            changes = get_changes(state, kept, released)
            self.assertGreaterEqual(min(changes), 0)
            state = self.apply(state, changes)
            self.assertGreaterEqual(min(state.pending, state.available), 0, (state, changes))
            self.assert_changes(get_changes(state, kept, released))
            if not state.expired:
                total = get_points(issued, kept)
                counting = min(get_points(issued, kept, released), total)
                waiting = round_points(total - counting)
                self.assertEqual((state.net, state.pending), (total, waiting))
            gone = round_points(state.available * spends)
            expired = round_points((state.available - gone) * expires)
            state = state._replace(
                available=round_points(state.available - gone - expired),
                expired=round_points(state.expired + expired),
            )

    def apply(self, state, changes):
        """What the ledger makes of the changes: other points, or debts, fill what is missing."""
        taken = changes.take + changes.hold
        pending = state.pending - changes.take_pending + changes.hold + changes.give_pending
        given = changes.give + changes.give_pending
        return state._replace(
            net=round_points(state.net - changes.take - changes.take_pending + given),
            pending=round_points(pending - changes.release),
            available=round_points(
                max(state.available - taken, 0.0) + changes.give + changes.release
            ),
        )
