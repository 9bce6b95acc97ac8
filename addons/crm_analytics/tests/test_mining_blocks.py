import itertools

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from odoo.tests import BaseCase, tagged

from ..mining import blocks, cooccurrence
from ..mining.counts import add_blocks, iter_directed

ORDERS = st.lists(
    st.tuples(st.integers(1, 4), st.sets(st.integers(1, 400), min_size=1, max_size=9)),
    max_size=40,
)


def as_lines(orders):
    """Return (order ids, product ids, months) of a list of (month, set of products)."""
    lines = [
        (order, product, month)
        for order, (month, content) in enumerate(orders, 7)
        for product in content
    ]
    if not lines:
        return (np.empty(0, np.int32),) * 3
    # Each line twice, and in no order: neither may matter.
    lines = np.array(lines + lines[::-1], dtype=np.int32)
    return tuple(np.random.default_rng(1).permutation(lines).T)


def add_naively(orders, weights, min_orders):
    """Return ({product: orders}, {pair: (orders, weighted)}) of what is frequent."""
    single, pairs = {}, {}
    for month, content in orders:
        for product in content:
            single[product] = single.get(product, 0) + 1
        for pair in itertools.combinations(sorted(content), 2):
            both, weighted = pairs.get(pair, (0, 0.0))
            pairs[pair] = (both + 1, weighted + weights[month])
    return (
        {product: count for product, count in single.items() if count >= min_orders},
        {pair: counts for pair, counts in pairs.items() if counts[0] >= min_orders},
    )


def as_dicts(counts):
    ids = counts.product_ids.tolist()
    products = dict(zip(ids, counts.product_orders.tolist(), strict=True))
    rows = zip(counts.first, counts.second, counts.both, counts.weighted, strict=True)
    return products, {
        (ids[first], ids[second]): (int(both), float(weighted))
        for first, second, both, weighted in rows
    }


@tagged("post_install", "-at_install")
class TestMiningBlocks(BaseCase):
    def assert_counts(self, counts, expected):
        products, pairs = as_dicts(counts)
        self.assertEqual(products, expected[0])
        self.assertEqual(list(pairs), sorted(expected[1]), "sorted, and the same pairs")
        for pair, (both, weighted) in pairs.items():
            self.assertEqual(both, expected[1][pair][0])
            self.assertAlmostEqual(weighted, expected[1][pair][1], places=4)

    @given(ORDERS, st.integers(1, 3), st.integers(1, 30), st.booleans())
    @settings(max_examples=150, deadline=None)
    def test_sum_equals_naive_count(self, orders, min_orders, pass_pairs, as_bytes):
        """Whatever is in a block and however many passes: plain and weighted counts are right."""
        weights = {1: 0.25, 2: 0.5, 3: 1.0, 4: 1.0}
        made = list(blocks.count_months(*as_lines(orders)))
        self.assertEqual([month for month, _block in made], sorted({m for m, _c in orders}))
        weighted = [
            (blocks.encode_block(block) if as_bytes else block, weights[month])
            for month, block in made
        ]
        counts = add_blocks(weighted, min_orders, pass_pairs=pass_pairs)
        self.assertEqual(counts.total, len(orders))
        self.assertAlmostEqual(counts.weighted_total, sum(weights[month] for month, _c in orders))
        self.assert_counts(counts, add_naively(orders, weights, min_orders))

    @given(ORDERS, st.integers(1, 9))
    @settings(max_examples=50, deadline=None)
    def test_directed_pairs_are_both_directions(self, orders, directed_pairs):
        weights = dict.fromkeys(range(1, 5), 1.0)
        made = [(block, 1.0) for _month, block in blocks.count_months(*as_lines(orders))]
        counts = add_blocks(made)
        ids = counts.product_ids.tolist()
        found, seen = {}, set()
        for pairs in iter_directed(counts, directed_pairs):
            firsts = set(pairs.first.tolist())
            self.assertFalse(firsts & seen, "a product is handed out once")
            seen |= firsts
            for first, second, both, weighted in zip(*pairs, strict=True):
                found[ids[first], ids[second]] = (int(both), float(weighted))
        expected = add_naively(orders, weights, 1)[1]
        self.assertEqual(found, expected | {pair[::-1]: n for pair, n in expected.items()})
        self.assertEqual(list(found), sorted(found))

    @given(ORDERS, st.integers(1, 6))
    @settings(max_examples=100, deadline=None)
    def test_large_orders_left_out_of_every_count(self, orders, max_products):
        block = blocks.count_block(*as_lines(orders)[:2], max_products)
        small = [(1, content) for _month, content in orders if len(content) <= max_products]
        self.assertEqual((block.baskets, block.dropped), (len(small), len(orders) - len(small)))
        self.assert_counts(add_blocks([(block, 1.0)]), add_naively(small, {1: 1.0}, 1))

    @given(st.lists(st.sets(st.integers(0, 30), min_size=1), max_size=20), st.integers(1, 50))
    @settings(max_examples=100, deadline=None)
    def test_counted_in_parts(self, contents, sorted_pairs):
        """However few co-occurrences are sorted at a time, and with columns of either width."""
        columns = np.array([c for content in contents for c in sorted(content)], dtype=np.int32)
        expected = add_naively([(1, content) for content in contents], {1: 1.0}, 1)[1]
        sizes = [len(content) for content in contents]
        for products in (31, 100_000):
            pairs = cooccurrence.count_columns(columns, sizes, products, sorted_pairs)
            found = {(int(a), int(b)): (int(n), float(n)) for a, b, n in zip(*pairs, strict=True)}
            self.assertEqual(found, expected)
            self.assertEqual(list(found), sorted(found))

    def test_only_allowed_products(self):
        lines = as_lines([(1, {1, 2, 3}), (1, {1, 2}), (2, {2, 3})])
        made = [(block, 1.0) for _month, block in blocks.count_months(*lines)]
        counts = add_blocks(made, allowed_ids=np.array([2, 3, 9]))
        self.assertEqual(counts.total, 3)
        self.assertEqual(as_dicts(counts), ({2: 3, 3: 2}, {(2, 3): (2, 2.0)}))

    def test_numbers_of_every_width_survive(self):
        """Ids and counts of one, two and four bytes, and the values that mark the next width."""
        edges = [1, 254, 255, 256, 65534, 65535, 65536, 2**31 - 1]
        values = np.array(edges, dtype=np.int32)
        block = blocks.Block(
            2**40, 3, values, values, np.array([7] + [0] * 7), np.arange(1, 8), values[1:]
        )
        data = blocks.encode_block(block)
        for given_data in (data, memoryview(data)):
            for found, expected in zip(blocks.decode_block(given_data), block, strict=True):
                np.testing.assert_array_equal(found, expected)

    def test_block_of_another_format_is_refused(self):
        data = bytearray(blocks.encode_block(blocks.count_block([1, 1], [5, 6])))
        data[0] = 99
        with self.assertRaisesRegex(ValueError, "format 99"):
            blocks.decode_block(bytes(data))

    def test_nothing_from_nothing(self):
        block = blocks.decode_block(blocks.encode_block(blocks.count_block([], [])))
        for made in ([], [(block, 1.0)]):
            counts = add_blocks(made)
            self.assertEqual([counts.total, len(counts.product_ids), len(counts.first)], [0] * 3)
            self.assertEqual(list(iter_directed(counts)), [])

    def test_pairs_take_few_bytes(self):
        random = np.random.default_rng(3)
        chances = 1 / np.arange(1, 2001)
        products = random.choice(2000, 60_000, p=chances / chances.sum())
        block = blocks.count_block(random.integers(0, 18_000, 60_000), products)
        self.assertLess(len(blocks.encode_block(block)), 3.5 * len(block.second))
