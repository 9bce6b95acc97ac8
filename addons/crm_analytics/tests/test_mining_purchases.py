import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from odoo.tests import TransactionCase, tagged

from ..mining import purchases as mining

TODAY = 1000
LINES = st.lists(
    st.tuples(
        st.integers(1, 9000),  # customer
        st.integers(1, 6),  # order of the customer
        st.integers(1, 5),  # product
        st.integers(0, 500),  # amount
    ),
    max_size=60,
)


def columns(lines):
    """Return the arrays of lines; the day is that of the order."""
    found = np.array(lines, dtype=np.int64).reshape(-1, 4).T
    customers, orders, products, amounts = found
    orders = customers * 10 + orders
    return [customers, orders, products, TODAY - orders % 400], amounts.astype(float)


def summarize(lines, today=TODAY):
    arrays, amounts = columns(lines)
    return mining.summarize(*arrays, amounts=amounts, today=today)


@tagged("post_install", "-at_install")
class TestMiningPurchases(TransactionCase):
    def assert_same(self, found, expected):
        for mine, theirs in zip(
            [*found.histories, found.amount], [*expected.histories, expected.amount], strict=True
        ):
            np.testing.assert_allclose(mine, theirs, rtol=1e-5)

    @settings(max_examples=60, deadline=None)
    @given(LINES, st.integers(1, 5))
    def test_parts_are_the_whole(self, lines, count):
        """Read in parts by order, kept in buckets as bytes, put together: as read at once."""
        parts = []
        for number in range(count):
            chunk = [line for line in lines if (line[0] * 10 + line[1]) % count == number]
            for _bucket, part in mining.split(summarize(chunk, TODAY + number)):
                parts.append((mining.unpack_purchases(mining.pack_purchases(part)), TODAY + number))
        self.assert_same(mining.merge(parts, TODAY), summarize(lines))

    @settings(max_examples=30, deadline=None)
    @given(LINES)
    def test_buckets_hold_whole_customers(self, lines):
        seen = set()
        for bucket, part in mining.split(summarize(lines)):
            customers = set(part.histories.customer.tolist())
            self.assertEqual({key >> mining.BUCKET_BITS for key in customers}, {bucket})
            self.assertFalse(customers & seen)
            seen |= customers
        self.assertEqual(seen, {line[0] for line in lines})

    @settings(max_examples=60, deadline=None)
    @given(LINES, st.integers(1, 8))
    def test_pieces_are_whole_customers(self, lines, rows):
        whole = summarize(lines)
        found = list(mining.pieces(whole, rows))
        customers = [set(piece.histories.customer.tolist()) for piece in found]
        self.assertEqual(sum(map(len, customers)), len(set().union(*customers)))
        for piece, mine in zip(found, customers, strict=True):
            self.assertTrue(len(piece.amount) <= rows or len(mine) == 1)
        if found:
            self.assert_same(mining.merge([(piece, TODAY) for piece in found], TODAY), whole)
        self.assertEqual(sum(len(piece.amount) for piece in found), len(whole.amount))

    @settings(max_examples=60, deadline=None)
    @given(LINES, LINES)
    def test_changed_customers(self, old, new):
        def by_customer(lines):
            found = summarize(lines)
            rows = {}
            for customer, *row in zip(*found.histories[:5], found.amount, strict=True):
                rows.setdefault(int(customer), []).append(tuple(map(float, row)))
            return rows

        before, after = by_customer(old), by_customer(new)
        expected = {
            key for key in before.keys() | after.keys() if before.get(key) != after.get(key)
        }
        found = mining.changed_customers(summarize(old), summarize(new))
        self.assertEqual(found.tolist(), sorted(expected))

    @settings(max_examples=60, deadline=None)
    @given(LINES)
    def test_category_amounts(self, lines):
        """Products 1 and 2 are of category 7, 3 of category 8, 4 of none, 5 is unknown."""
        category = {1: 7, 2: 7, 3: 8}
        expected = {}
        for customer, _order, product, amount in lines:
            if product in category:
                key = (customer, category[product])
                expected[key] = expected.get(key, 0) + amount / 2
        customers, categories, amounts = mining.category_amounts(
            summarize(lines), np.array([1, 2, 3, 4]), np.array([7, 7, 8, 0]), 2.0
        )
        found = dict(
            zip(zip(customers.tolist(), categories.tolist(), strict=True), amounts, strict=True)
        )
        self.assertEqual(found.keys(), expected.keys())
        for key, amount in expected.items():
            self.assertAlmostEqual(found[key], amount, places=2)

    def test_what_is_to_come_counts_later(self):
        arrays, amounts = columns([(1, 1, 1, 5), (1, 2, 1, 5)])
        arrays[3] = np.array([TODAY, TODAY + 1])
        found = mining.summarize(*arrays, amounts=amounts, today=TODAY)
        self.assertEqual(found.histories.order_count.tolist(), [1])
        self.assertEqual(found.amount.tolist(), [5.0])
