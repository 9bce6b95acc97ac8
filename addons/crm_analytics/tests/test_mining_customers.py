import itertools
import math

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from odoo.tests import BaseCase, tagged

from ..mining import customer as mining
from ..mining import upsell, whitespace

TODAY = 1000
LINES = st.lists(
    st.tuples(
        st.integers(1, 5),  # customer
        st.integers(1, 5),  # order of the customer
        st.integers(1, 6),  # product
    ),
    max_size=60,
)


def as_columns(lines):
    """Return the customers, orders, products and days of lines; the day is that of the order."""
    customers, orders, products = np.array(lines, dtype=np.int64).reshape(-1, 3).T
    return customers, customers * 10 + orders, products, TODAY - 30 * orders


def summarize(lines):
    return mining.summarize_purchases(*as_columns(lines), TODAY)


def learn(histories, **options):
    habits = mining.count_habits(histories, TODAY)
    return mining.learn_interests(histories.customer, histories.product, habits, **options)


def get_weights(lines):
    """Return {(customer, product): weight} as the docstring of `Histories` says it."""
    weights = {}
    for customer, order in {line[:2] for line in lines}:
        content = {line[2] for line in lines if line[:2] == (customer, order)}
        for product in content:
            key = customer, product
            share = len(content) ** -0.25 * 0.5 ** (30 * order / 240)
            weights[key] = weights.get(key, 0) + share
    return weights


@tagged("post_install", "-at_install")
class TestMiningCustomers(BaseCase):
    # Histories and habits

    @given(LINES)
    @settings(max_examples=60, deadline=None)
    def test_histories_count_orders(self, lines):
        histories = summarize(lines)
        weights = get_weights(lines)
        keys = list(zip(histories.customer.tolist(), histories.product.tolist(), strict=True))
        self.assertEqual(keys, sorted(weights))
        for row, (customer, product) in enumerate(keys):
            orders = {line[1] for line in lines if (line[0], line[2]) == (customer, product)}
            self.assertEqual(histories.order_count[row], len(orders))
            self.assertEqual(histories.first_day[row], TODAY - 30 * max(orders))
            self.assertEqual(histories.last_day[row], TODAY - 30 * min(orders))
            self.assertAlmostEqual(histories.weight[row], weights[customer, product])

    @given(LINES, st.integers(0, 6))
    @settings(max_examples=40, deadline=None)
    def test_habits_of_parts_add_up(self, lines, limit):
        whole = mining.count_habits(summarize(lines), TODAY)
        parts = [
            mining.count_habits(summarize([line for line in lines if chosen(line[0])]), TODAY)
            for chosen in (lambda key: key <= limit, lambda key: key > limit)
        ]
        for found, expected in zip(mining.add_habits(parts), whole, strict=True):
            np.testing.assert_allclose(found, expected)

    def test_habits_by_hand(self):
        """Two customers of product 1, one of them twice; one of product 2, long ago."""
        habits = mining.count_habits(
            mining.summarize_purchases(
                [7, 7, 8, 8], [1, 2, 3, 4], [1, 1, 1, 2], [TODAY, TODAY - 30, TODAY, 760], TODAY
            ),
            TODAY,
        )
        self.assertEqual(habits.buyers.tolist(), [2, 1])
        self.assertEqual(habits.repeaters.tolist(), [1, 0])
        average = 1 / 3
        expected = [(1 + 10 * average) / 12, (0 + 10 * average) / 11]
        np.testing.assert_allclose(mining.get_rebuy(habits), expected)
        pace = (2 + 0.5**8) / (2 + 0.5)
        expected = [(2 + 5) / (2 * pace + 5), (0.5**8 + 5) / (0.5 * pace + 5)]
        np.testing.assert_allclose(mining.get_trend(habits), expected)
        pace = (2 + 0.5**8) / 3
        expected = [(2 + 5) / (2 * pace + 5), (0.5**8 + 5) / (pace + 5)]
        np.testing.assert_allclose(mining.get_freshness(habits), expected)

    # Interests

    @given(LINES)
    @settings(max_examples=60, deadline=None)
    def test_interests_equal_naive_cosine(self, lines):
        found = learn(summarize(lines), min_customers=1, max_neighbours=99)
        owned = {}
        for customer, _order, product in lines:
            owned.setdefault(customer, set()).add(product)
        for row in range(len(found.product)):
            a, b = int(found.product[row]), int(found.other[row])
            both = [products for products in owned.values() if {a, b} <= products]
            self.assertEqual(found.customers_both[row], len(both))
            buyers = [[p for p in owned.values() if key in p] for key in (a, b)]
            self.assertEqual(found.customers_product[row], len(buyers[0]))
            common, of_a, of_b = (
                sum(len(products) ** -0.5 for products in group) for group in (both, *buyers)
            )
            expected = (common / math.sqrt(of_a * of_b)) ** 1.5
            self.assertAlmostEqual(float(found.score[row]), expected, places=5)

    def test_habits_before_accidents_and_what_everybody_buys(self):
        """What the same customers buy leads what everybody buys, two with the same two rarities
        teach nothing."""
        everybody = [(customer, 1, 1) for customer in range(1, 41)]
        rare = [(customer, 1, product) for customer in (1, 2) for product in (8, 9)]
        habit = [(customer, 1, product) for customer in range(10, 25) for product in (3, 4)]
        found = learn(summarize(everybody + rare + habit))
        pairs = list(zip(found.product.tolist(), found.other.tolist(), strict=True))
        self.assertEqual(pairs, [(1, 3), (1, 4), (3, 4), (3, 1), (4, 3), (4, 1)])

    # Predictions

    @given(LINES, st.integers(1, 6), st.integers(0, 6))
    @settings(max_examples=80, deadline=None)
    def test_predictions_add_up_by_hand(self, lines, limit, repeats):
        histories = summarize(lines)
        interests = learn(histories, min_customers=1)
        found = mining.predict_purchases(histories, interests, TODAY, limit, repeats)
        weights = get_weights(lines)
        known = interests.known_product.tolist()
        rebuy = dict(zip(known, interests.rebuy.tolist(), strict=True))
        trend = dict(zip(known, interests.trend.tolist(), strict=True))
        freshness = dict(zip(known, interests.freshness.tolist(), strict=True))
        scores = {
            pair: score
            for *pair, score in zip(
                interests.product.tolist(),
                interests.other.tolist(),
                interests.score.tolist(),
                strict=True,
            )
            for pair in [tuple(pair)]
        }
        for row in range(len(found.customer)):
            customer, product = int(found.customer[row]), int(found.product[row])
            mine = {key[1]: value for key, value in weights.items() if key[0] == customer}
            if found.kind[row] == mining.REPEAT:
                score = mine[product] / (1 + max(mine.values()))
                score *= math.sqrt(rebuy[product]) * trend[product]
            else:
                self.assertNotIn(product, mine)
                speaking = {
                    key: math.sqrt(value) * scores.get((key, product), 0)
                    for key, value in mine.items()
                }
                total = sum(math.sqrt(value) for value in mine.values())
                score = 0.1 * freshness[product] * sum(speaking.values()) / total
                origin = int(found.origin_product[row])
                self.assertAlmostEqual(speaking[origin], max(speaking.values()))
                self.assertGreater(found.customers_both[row], 0)
            self.assertAlmostEqual(float(found.score[row]), score)
        for customer in set(found.customer.tolist()):
            chosen = found.customer == customer
            self.assertEqual(found.rank[chosen].tolist(), list(range(1, chosen.sum() + 1)))
            self.assertLessEqual(chosen.sum(), limit)
            self.assertLessEqual((found.kind[chosen] == mining.REPEAT).sum(), repeats)
            self.assertEqual(
                found.score[chosen].tolist(), sorted(found.score[chosen], reverse=True)
            )

    @given(LINES)
    @settings(max_examples=30, deadline=None)
    def test_batches_of_customers_change_nothing(self, lines):
        histories = summarize(lines)
        interests = learn(histories, min_customers=1)
        whole = mining.predict_purchases(histories, interests, TODAY)
        parts = []
        for customer in np.unique(histories.customer):
            chosen = histories.customer == customer
            part = mining.Histories(*(values[chosen] for values in histories))
            parts.append(mining.predict_purchases(part, interests, TODAY))
        if parts:
            for found, expected in zip(zip(*parts, strict=True), whole, strict=True):
                np.testing.assert_allclose(np.concatenate(found), expected)

    def test_rhythm(self):
        """Every 21 days, last 10 days ago: due in 11 days. Bought once: no rhythm."""
        days = [TODAY - 52, TODAY - 31, TODAY - 10, TODAY - 10]
        histories = mining.summarize_purchases([5] * 4, [1, 2, 3, 3], [1, 1, 1, 2], days, TODAY)
        found = mining.predict_purchases(histories, learn(histories), TODAY)
        self.assertEqual(found.product.tolist(), [1, 2])
        self.assertEqual(found.order_count.tolist(), [3, 1])
        self.assertEqual(found.interval_days.tolist(), [21, 0])
        self.assertEqual(found.due_day.tolist(), [TODAY + 11, 0])

    def test_product_learned_of_later(self):
        """Between two times of learning a new product is as usual as the average one."""
        old = summarize([(1, 1, 1), (2, 1, 1)])
        new = summarize([(1, 1, 1), (1, 2, 9)])
        found = mining.predict_purchases(new, learn(old), TODAY)
        self.assertEqual(sorted(found.product.tolist()), [1, 9])
        self.assertTrue(np.isfinite(found.score).all())

    def test_nothing_from_nothing(self):
        histories = summarize([])
        interests = learn(histories)
        self.assertEqual(len(mining.predict_purchases(histories, interests, TODAY).rank), 0)
        self.assertEqual(mining.add_habits([]).product.tolist(), [])
        pool = whitespace.build_pool([], [], [])
        self.assertEqual(len(whitespace.find_white_spaces(pool, [1], [2], [3.0]).customer), 0)

    # Up-sell

    @given(LINES, st.integers(1, 2))
    @settings(max_examples=60, deadline=None)
    def test_upsells_equal_naive_count(self, lines, min_customers):
        categories, prices, margins = [1, 1, 1, 1, 2, 2], [1, 2, 3, 4, 5, 6], [3, 1, 2, 4, 1, 2]
        found = upsell.mine_upsells(
            summarize(lines),
            range(1, 7),
            categories=categories,
            prices=prices,
            margins=margins,
            min_customers=min_customers,
        )
        first = {}
        for customer, order, product in lines:
            days = first.setdefault(customer, {})
            days[product] = max(order, days.get(product, 0))  # a higher number is longer ago
        expected = {}
        for a, b in itertools.permutations(range(1, 7), 2):
            there, back = (
                sum(x in days and y in days and days[x] > days[y] for days in first.values())
                for x, y in ((a, b), (b, a))
            )
            same = categories[a - 1] == categories[b - 1]
            better = prices[b - 1] > prices[a - 1] and margins[b - 1] > margins[a - 1]
            if same and better and there >= min_customers and there > back:
                expected[a, b] = there, sum(a in days for days in first.values())
        rows = zip(*(values.tolist() for values in found[:4]), strict=True)
        self.assertEqual(
            {(a, b): numbers for a, b, *numbers in rows},
            {pair: list(numbers) for pair, numbers in expected.items()},
        )
        np.testing.assert_allclose(found.share, found.customers / found.customers_product)
        self.assertTrue((found.price_gain > 0).all() and (found.margin_gain > 0).all())

    def test_few_do_not_lead_many(self):
        """2 of 2 who moved are less sure than 60 of 100."""
        few = [
            (customer, order, product)
            for customer in (201, 202)
            for order, product in ((9, 1), (1, 2))
        ]
        many = [(customer, 9, 3) for customer in range(1, 101)]
        many += [(customer, 1, 4) for customer in range(1, 61)]
        found = upsell.mine_upsells(
            summarize(few + many),
            [1, 2, 3, 4],
            categories=[1] * 4,
            prices=[1, 2, 1, 2],
            margins=[1, 2, 1, 2],
            min_customers=2,
        )
        score = dict(zip(found.product.tolist(), found.score.tolist(), strict=True))
        self.assertGreater(score[3], score[1])
        # Wilson's lower bound of 60 of 100, z = 1.645
        middle, spread = 0.6 + 1.645**2 / 200, 1.645 * math.sqrt(0.0024 + 1.645**2 / 40000)
        self.assertAlmostEqual(score[3], (middle - spread) / (1 + 1.645**2 / 100))

    # White space

    def test_white_space_by_hand(self):
        """Four of five peers buy category 3; at the median half as much as of the rest."""
        rows = [(1, 1, 100.0), (1, 2, 100.0)]
        for peer, amount in ((2, 20.0), (3, 100.0), (4, 100.0), (5, 400.0), (6, 0.0)):
            rows += [(peer, 1, 100.0), (peer, 2, 100.0), (peer, 3, amount)]
        columns = list(zip(*rows, strict=True))
        pool = whitespace.build_pool(*columns)
        found = whitespace.find_white_spaces(pool, *columns, peers=5)
        chosen = found.customer == 1
        self.assertEqual(found.category[chosen].tolist(), [3])
        self.assertEqual(found.peer_count[chosen].tolist(), [5])
        self.assertEqual(found.peer_buyers[chosen].tolist(), [4])
        self.assertAlmostEqual(float(found.share[chosen][0]), 0.8)
        self.assertAlmostEqual(float(found.amount[chosen][0]), 200 * 0.5, places=3)

    def test_white_space_of_a_great_customer_is_not_above_what_peers_spend(self):
        rows = [(1, 1, 10_000.0), (2, 1, 100.0), (2, 3, 40.0), (3, 1, 100.0), (3, 3, 60.0)]
        columns = list(zip(*rows, strict=True))
        found = whitespace.find_white_spaces(whitespace.build_pool(*columns), *columns)
        self.assertEqual(found.customer.tolist(), [1])
        self.assertAlmostEqual(float(found.amount[0]), 50.0, places=3)

    @given(
        st.lists(
            st.tuples(st.integers(1, 9), st.integers(1, 5), st.integers(-5, 1000)), max_size=40
        )
    )
    @settings(max_examples=60, deadline=None)
    def test_white_space_is_white(self, rows):
        """Never what the customer buys, never a share above 1 or an amount that is no number."""
        columns = list(zip(*rows, strict=True)) or [(), (), ()]
        pool = whitespace.build_pool(*columns)
        found = whitespace.find_white_spaces(pool, *columns, peers=4, min_share=0.2)
        bought = {row[:2] for row in rows if row[2] > 0}
        self.assertFalse(
            bought & set(zip(found.customer.tolist(), found.category.tolist(), strict=True))
        )
        self.assertTrue((found.peer_buyers <= found.peer_count).all())
        self.assertTrue((found.share >= 0.2).all() and (found.share <= 1).all())
        self.assertTrue(np.isfinite(found.amount).all() and (found.amount > 0).all())
