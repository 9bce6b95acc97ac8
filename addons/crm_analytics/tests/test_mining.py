import itertools
import math
import subprocess
import sys

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from odoo.tests import BaseCase, tagged

from ..mining import affinity, baskets, cooccurrence, pg_binary, recommend

BASKETS = st.lists(st.sets(st.integers(1, 12), min_size=1, max_size=8), max_size=30)


def as_lines(contents):
    """Return the parallel arrays of order lines of a list of sets."""
    lines = [(order, product) for order, content in enumerate(contents, 1) for product in content]
    return tuple(np.array(column, dtype=np.int32) for column in zip(*lines, strict=True)) or (
        np.empty(0, np.int32),
        np.empty(0, np.int32),
    )


def count_naively(contents, min_orders):
    counts = {}
    for content in contents:
        for pair in itertools.combinations(sorted(content), 2):
            counts[pair] = counts.get(pair, 0) + 1
    return {pair: count for pair, count in counts.items() if count >= min_orders}


@tagged("post_install", "-at_install")
class TestMining(BaseCase):
    @given(BASKETS, st.integers(1, 4), st.integers(1, 60))
    @settings(max_examples=150, deadline=None)
    def test_pairs_equal_naive_count(self, contents, min_orders, block_entries):
        """Whatever the block size, the sparse count is the naive one."""
        built = baskets.build_baskets(*as_lines(contents))
        pairs = cooccurrence.count_pairs(built.matrix, min_orders, block_entries)
        ids = built.product_ids
        counted = {
            (int(ids[first]), int(ids[second])): int(both)
            for first, second, both in zip(*pairs, strict=True)
        }
        self.assertEqual(counted, count_naively(contents, min_orders))

    @given(BASKETS, st.integers(1, 3))
    @settings(max_examples=100, deadline=None)
    def test_measures_equal_naive_measures(self, contents, min_orders):
        mined = affinity.mine_affinities(
            baskets.build_baskets(*as_lines(contents)), min_orders, max_neighbours=99
        )
        counts = count_naively(contents, min_orders)
        total = len(contents)
        found = set()
        for a, b, both, n_a, n_b, support, confidence, lift, _score in zip(*mined, strict=True):
            found.add((a, b))
            self.assertEqual(both, counts[min(a, b), max(a, b)])
            self.assertEqual(n_a, sum(a in content for content in contents))
            self.assertEqual(n_b, sum(b in content for content in contents))
            self.assertAlmostEqual(support, both / total)
            self.assertAlmostEqual(confidence, both / n_a)
            self.assertAlmostEqual(lift, both / total / (n_a / total * n_b / total))
            self.assertGreater(lift, 1)
        # What goes with a goes with b too: only the rank differs by direction.
        self.assertEqual(found, {(b, a) for a, b in found})

    def test_duplicate_lines_count_once(self):
        built = baskets.build_baskets(np.array([7, 7, 7, 9]), np.array([5, 5, 3, 5]))
        self.assertEqual(built.product_ids.tolist(), [3, 5])
        self.assertEqual(built.matrix.toarray().tolist(), [[1, 1], [0, 1]])

    def test_large_baskets_left_out(self):
        contents = [{1, 2, 3}, {1, 2}, {1, 2}]
        built = baskets.build_baskets(*as_lines(contents), max_products=2)
        self.assertEqual(built.dropped, 1)
        pairs = cooccurrence.count_pairs(built.matrix)
        self.assertEqual(built.product_ids[pairs.first].tolist(), [1])
        self.assertEqual(pairs.both.tolist(), [2])
        self.assertEqual(cooccurrence.product_orders(built.matrix).tolist(), [2, 2, 0])

    def test_nothing_from_nothing(self):
        built = baskets.build_baskets(*as_lines([]))
        mined = affinity.mine_affinities(built, 1, 30)
        self.assertEqual([len(values) for values in mined], [0] * 9)
        self.assertEqual(len(cooccurrence.count_pairs(built.matrix).first), 0)

    def test_log_likelihood_ratio_by_hand(self):
        # 10 orders, 6 with a, 5 with b, 5 with both: cells 5, 1, 0, 4
        expected = 2 * (5 * math.log(5 / 3) + math.log(1 / 3) + 0 + 4 * math.log(4 / 2))
        self.assertAlmostEqual(float(affinity.log_likelihood_ratio(5, 6, 5, 10)), expected)
        # exactly what chance would have it
        self.assertAlmostEqual(float(affinity.log_likelihood_ratio(3, 6, 5, 10)), 0.0)

    def test_score_by_hand(self):
        # 4 of 16 and of 81: (4 / (16^0.7 * 81^0.3))^2
        expected = (4 / (16**0.7 * 81**0.3)) ** 2
        self.assertAlmostEqual(float(affinity.affinity_score(4, 16, 81)), expected)

    def test_guard_keeps_chance_out(self):
        """A pair that met twice by accident has a huge lift and is still not proposed."""
        accident = [{8, 9}, {8}, {9}]
        habit = [{1, 2}] * 30 + [{1}, {2}]
        noise = [{n} for n in range(100, 140)]
        mined = affinity.mine_affinities(
            baskets.build_baskets(*as_lines(accident + habit + noise)), 1, 30
        )
        pairs = set(zip(mined.product.tolist(), mined.other.tolist(), strict=True))
        self.assertEqual(pairs, {(1, 2), (2, 1)})

    def test_best_neighbours_kept(self):
        contents = [{1, 2}] * 40 + [{1, 3}] * 20 + [{1, 4}] * 30 + [{5}] * 200
        mined = affinity.mine_affinities(baskets.build_baskets(*as_lines(contents)), 5, 2)
        self.assertEqual(mined.other[mined.product == 1].tolist(), [2, 4])

    def test_completion_sums_scores(self):
        ids = np.array([1, 2, 3, 4])
        score = np.array([0.5, 0.3, 0.3, 0.9])
        rows = affinity.Affinities(
            np.array([1, 1, 2, 2]), np.array([3, 4, 4, 1]), *(np.zeros(4),) * 6, score
        )
        scores = recommend.score_matrix(rows, ids)
        built = baskets.build_baskets(np.array([1, 1, 2, 3]), np.array([1, 2, 4, 3]))
        self.assertEqual(built.product_ids.tolist(), ids.tolist())
        best = recommend.complete_baskets(built.matrix, scores, 3)
        # 4 has 0.3 + 0.3, 3 has 0.5; 1 is in the basket; 4 and 3 alone lead nowhere
        self.assertEqual(best.tolist(), [[3, 2, -1], [-1] * 3, [-1] * 3])

    def test_scientific_libraries_stay_out_of_server_start(self):
        code = (
            "import odoo.init, sys\n"
            "from odoo.modules.module import initialize_sys_path\n"
            "from odoo.tools import config\n"
            "config['addons_path'] = sys.argv[1].split(',')\n"
            "initialize_sys_path()\n"
            "import odoo.addons.crm_analytics, odoo.addons.crm_analytics.mining\n"
            "own = 'odoo.addons.crm_analytics.mining.'\n"
            "names = ('numpy', 'scipy')\n"
            "found = [name for name in sys.modules if name in names or name.startswith(own)]\n"
            "sys.exit(f'imported: {found}' if found else 0)\n"
        )
        from odoo.modules.module import get_module_path

        path = get_module_path("crm_analytics").rsplit("/", 1)[0]
        done = subprocess.run(
            [sys.executable, "-c", code, path], capture_output=True, text=True, check=False
        )
        self.assertEqual(done.returncode, 0, done.stderr)

    @given(st.lists(st.integers(-(2**31), 2**31 - 1), max_size=20))
    @settings(deadline=None)
    def test_int_array_decoded(self, values):
        header = np.array([1, 0, 23, len(values), 1], dtype=">i4").tobytes()
        body = b"".join(np.array([4, value], dtype=">i4").tobytes() for value in values)
        self.assertEqual(pg_binary.decode_int_array(header + body).tolist(), values)

    @given(st.lists(st.tuples(st.integers(0, 2**31 - 1), st.integers(0, 2**31 - 1)), max_size=9))
    @settings(deadline=None)
    def test_int_pairs_decoded(self, pairs):
        body = b"".join((first << 32 | second).to_bytes(8, "big") for first, second in pairs)
        for buffer in (body, memoryview(body), *([] if pairs else [None])):
            found = pg_binary.decode_int_pairs(buffer)
            self.assertEqual(list(zip(*map(np.ndarray.tolist, found), strict=True)), pairs)

    def test_no_array_is_empty(self):
        self.assertEqual(pg_binary.decode_int_array(None).tolist(), [])
