import os
from datetime import date, timedelta

from dateutil.relativedelta import relativedelta
from freezegun import freeze_time
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from odoo.fields import Command
from odoo.tests import tagged

from .points_money_common import PointsMoneyCommon

START = date(2031, 3, 10)
REWARD_COST = 40
EXAMPLES = int(os.environ.get("POINTS_EXAMPLES", "15"))

STEPS = st.one_of(
    st.tuples(st.just("earn"), st.integers(1, 120)),
    st.tuples(st.just("redeem"), st.integers(1, 120)),
    st.tuples(st.just("cancel"), st.integers(0, 5)),
    st.tuples(st.just("credit"), st.integers(0, 5)),
    st.tuples(st.just("adjust"), st.integers(-60, 60).filter(bool)),
    st.tuples(st.just("wait"), st.integers(1, 40)),
    st.tuples(st.just("replace"), st.just(0)),
)


class ReferenceLot:
    def __init__(self, points, day, order=None):
        self.points = points
        self.day = day
        self.order = order
        self.expired = 0


class ReferenceOrder:
    def __init__(self, earned, used):
        self.earned = earned
        self.is_cancelled = False
        self.is_credited = False
        self.parts = used  # [[lot, points], ...]


class ReferenceCard:
    """The scheme in the words of the issue, without a database: lots last two months."""

    def __init__(self):
        self.today = START
        self.lots = []
        self.debt = 0
        self.orders = []

    @property
    def balance(self):
        return sum(lot.points for lot in self.lots)

    def sort_key(self, lot):
        return (lot.day, self.lots.index(lot))

    def add(self, points, order=None):
        self.lots.append(ReferenceLot(points, self.today + relativedelta(months=2), order))
        self.settle()

    def settle(self):
        owed = min(self.debt, self.balance)
        self.debt -= owed
        self.take(owed)

    def take(self, points, order=None):
        """Take points, those of `order` first; return [[lot, points], ...]."""
        parts = []
        lots = sorted(self.lots, key=self.sort_key)
        if order:
            lots.sort(key=lambda lot: lot.order is not order)
        for lot in lots:
            part = min(lot.points, points)
            if part:
                lot.points -= part
                points -= part
                parts.append([lot, part])
        return parts

    def confirm(self, earned, cost):
        order = ReferenceOrder(earned, [])
        self.add(earned, order)
        order.parts = self.take(cost)
        self.orders.append(order)

    def take_back(self, order, points):
        missing = points - sum(part for _lot, part in self.take(points, order))
        self.debt += missing
        order.earned = 0

    def cancel(self, order):
        order.is_cancelled = True
        for lot, points in order.parts:
            lot.points += points
            lot.day = max(lot.day, self.today + timedelta(days=30))
        order.parts = []
        self.settle()
        self.credit(order)

    def credit(self, order):
        """Take back what the order earned; what has expired of it is gone already."""
        order.is_credited = True
        expired = sum(lot.expired for lot in self.lots if lot.order is order)
        self.take_back(order, max(order.earned - expired, 0))

    def wait(self, days):
        self.today += timedelta(days=days)
        for lot in self.lots:
            if lot.day < self.today:
                lot.expired += lot.points
                lot.points = 0


@tagged("post_install", "-at_install")
class TestPointsSequences(PointsMoneyCommon):
    """Whatever happens to a card, and in whatever order, it holds what it should."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.program.write(
            {
                "points_release": "order",
                "lot_expiry": "months",
                "lot_expiry_months": 2,
                "adjustment_limit": 10_000,
                "rule_ids": [
                    Command.clear(),
                    Command.create({"reward_point_mode": "money", "reward_point_amount": 1}),
                ],
                "reward_ids": [
                    Command.clear(),
                    Command.create(
                        {
                            "reward_type": "discount",
                            "discount_mode": "per_order",
                            "discount": 0.5,
                            "required_points": REWARD_COST,
                        }
                    ),
                ],
            }
        )

    @settings(
        max_examples=EXAMPLES,
        deadline=None,
        suppress_health_check=[HealthCheck.too_slow],
    )
    @given(st.lists(STEPS, min_size=3, max_size=12))
    def test_any_sequence_equals_the_reference(self, steps):
        with self.env.cr.savepoint(flush=False) as savepoint, freeze_time(START) as clock:
            self.card = self._create_card(self.bob)
            self.orders = []
            self.clock = clock
            reference = ReferenceCard()
            for step, value in steps:
                getattr(self, f"do_{step}")(reference, value)
                self.assert_equal(reference, step)
            self.env.flush_all()
            savepoint.rollback()
        self.env.invalidate_all()

    def assert_equal(self, reference, step):
        self.assertEqual(
            (self.card.points, self.card.points_debt), (reference.balance, reference.debt), step
        )
        lots = self.card.lot_ids.filtered(lambda lot: lot.state == "available")
        by_day, expected = {}, {}
        for lot in lots:
            by_day[lot.expiration_date] = by_day.get(lot.expiration_date, 0) + lot.remaining
        for lot in reference.lots:
            if lot.points:
                expected[lot.day] = expected.get(lot.day, 0) + lot.points
        self.assertEqual(by_day, expected, step)
        self.assertFalse(self.card._find_unbalanced())
        cards = self.card | self.card.with_context(active_test=False).replaced_ids
        moved = sum(line.issued - line.used for line in cards.history_ids)
        self.assertEqual(moved, reference.balance - reference.debt, step)

    # Steps

    def confirm(self, price, reward=False):
        order = self.env["sale.order"].create(
            {
                "partner_id": self.bob.id,
                "order_line": [Command.create({"product_id": self.goods.id, "price_unit": price})],
            }
        )
        if reward:
            order._update_programs_and_rewards()
            order._apply_program_reward(self.program.reward_ids, self.card)
        order.action_confirm()
        self.orders.append(order)

    def do_earn(self, reference, price):
        self.confirm(price)
        reference.confirm(price, 0)

    def do_redeem(self, reference, price):
        if reference.balance + price < REWARD_COST or reference.debt:
            return
        self.confirm(price, reward=True)
        reference.confirm(price, REWARD_COST)

    def do_cancel(self, reference, position):
        if position >= len(self.orders) or reference.orders[position].is_cancelled:
            return
        self.orders[position]._action_cancel()
        reference.cancel(reference.orders[position])

    def do_credit(self, reference, position):
        if position >= len(self.orders) or reference.orders[position].is_cancelled:
            return
        if reference.orders[position].is_credited:
            return
        self._credit(self._invoice(self.orders[position]))
        reference.credit(reference.orders[position])

    def do_adjust(self, reference, points):
        if -points > reference.balance:
            return
        self.env["loyalty.adjustment"]._request(self.card, points, "Goodwill")
        if points > 0:
            reference.add(points)
        else:
            reference.take(-points)

    def do_wait(self, reference, days):
        reference.wait(days)
        self.clock.move_to(reference.today)
        self.env["loyalty.lot"].search(self.env["loyalty.lot"]._get_expired_domain())._expire()
        self.env.invalidate_all()

    def do_replace(self, reference, _value):
        self.card = self.card._replace("Lost")
        for lot in reference.lots:
            lot.order = None
