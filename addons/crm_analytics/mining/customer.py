"""What a customer is likely to buy next: what he buys again, and what similar customers buy."""

from typing import NamedTuple

import numpy as np
from scipy import sparse

from .cooccurrence import iter_pairs, product_orders, run_starts

REPEAT, SIMILAR = 0, 1
# What a purchase long ago still says: half as much after this many days.
HALF_LIFE = 240
# How much less a product says of its customer on a large order: its order counts size ** -0.25.
ORDER_SIZE = 0.25
# The last weeks, to see whether a product is on the rise: half as much after this many days.
RECENT_DAYS = 30
# Customers as the company's average, added to those of a product: few say little of it.
REBUY_PRIOR, TREND_PRIOR = 10, 5
# Likeness of two products: customers with many products say less of each two of them, and a few
# close products count for more than many distant ones.
CUSTOMER_SIZE, SHARPNESS = 0.5, 1.5
# What is new to the customer is that much less likely than what he bought before.
NOVELTY = 0.1
# Of the best 20 of a customer: so many of what he bought before, the rest new to him.
REPEATS, LIMIT = 12, 20


class Histories(NamedTuple):
    """What each customer bought: one row a customer and product, sorted by both.

    Parallel arrays of shape (rows,), days counted from any fixed day:

    :param customer: int32
    :param product: int32
    :param order_count: int32, orders of the customer with the product
    :param first_day: int32
    :param last_day: int32
    :param weight: float64, the orders weighed by age and size: each counts n ** -0.25 today, with
        n products on it, and half as much every `HALF_LIFE` days
    """

    customer: np.ndarray
    product: np.ndarray
    order_count: np.ndarray
    first_day: np.ndarray
    last_day: np.ndarray
    weight: np.ndarray


class Habits(NamedTuple):
    """What all customers together do with each product; parts add up (`add_habits`).

    Parallel arrays of shape (products,), by product, ascending:

    :param product: int32
    :param buyers: int64, its customers
    :param repeaters: int64, those of them who ordered it more than once
    :param recent: float64, its customers weighed by the age of their last order of it, half as
        much every `RECENT_DAYS` days
    :param usual: float64, the same every `HALF_LIFE` days
    """

    product: np.ndarray
    buyers: np.ndarray
    repeaters: np.ndarray
    recent: np.ndarray
    usual: np.ndarray


class Interests(NamedTuple):
    """What is learned from all customers.

    Directed pairs "customers of `product` also bought `other`", sorted by product, best first;
    arrays of shape (pairs,), then of shape (products,):

    :param product: int32
    :param other: int32
    :param customers_both: int32
    :param customers_product: int32
    :param score: float64, see `learn_interests`
    :param known_product: int32, ascending, every product
    :param rebuy: float64, see `get_rebuy`
    :param trend: float64, see `get_trend`
    :param freshness: float64, see `get_freshness`
    """

    product: np.ndarray
    other: np.ndarray
    customers_both: np.ndarray
    customers_product: np.ndarray
    score: np.ndarray
    known_product: np.ndarray
    rebuy: np.ndarray
    trend: np.ndarray
    freshness: np.ndarray


class Predictions(NamedTuple):
    """The best products of each customer, sorted by customer and rank.

    Parallel arrays of shape (predictions,); those of the other kind are 0:

    :param customer: int32
    :param product: int32
    :param kind: int8, REPEAT (bought before) or SIMILAR (new to the customer)
    :param score: float64, comparable between the kinds
    :param rank: int32, 1 for the best of the customer, over both kinds
    :param order_count: int32, repeat: orders of the customer with it
    :param interval_days: int32, repeat: usual days between two orders with it, 0 if only one
    :param last_day: int32, repeat: day of the last order with it
    :param due_day: int32, repeat: last_day + interval_days, 0 without an interval
    :param origin_product: int32, similar: the product bought before that speaks most for it
    :param customers_both: int32, similar: customers of the origin product who bought this one too
    :param customers_product: int32, similar: customers of the origin product
    """

    customer: np.ndarray
    product: np.ndarray
    kind: np.ndarray
    score: np.ndarray
    rank: np.ndarray
    order_count: np.ndarray
    interval_days: np.ndarray
    last_day: np.ndarray
    due_day: np.ndarray
    origin_product: np.ndarray
    customers_both: np.ndarray
    customers_product: np.ndarray


def summarize_purchases(customers, orders, products, days, today):
    """Return the histories of parallel arrays of order lines, in any order.

    :param customers: ints, shape (lines,), the commercial partner of each line
    :param orders: ints, shape (lines,)
    :param products: ints, shape (lines,); twice in an order counts once
    :param days: ints, shape (lines,), day of the order
    :param int today: the day on which the histories are looked at
    :rtype: Histories
    """
    lines = np.lexsort((orders, days, products, customers))
    customers, orders, products, days = (
        np.asarray(values, dtype=np.int32)[lines] for values in (customers, orders, products, days)
    )
    same = (customers[1:] == customers[:-1]) & (products[1:] == products[:-1])
    fresh = np.concatenate(([True], ~(same & (orders[1:] == orders[:-1])))) & (days <= today)
    customers, orders, products, days = (
        values[fresh] for values in (customers, orders, products, days)
    )
    if not len(customers):
        return Histories(*(np.empty(0, np.int32),) * 5, np.empty(0))
    starts = np.flatnonzero(
        np.concatenate(
            ([True], (customers[1:] != customers[:-1]) | (products[1:] != products[:-1]))
        )
    )
    stops = np.append(starts[1:], len(customers))
    _ids, places, sizes = np.unique(orders, return_inverse=True, return_counts=True)
    weights = 0.5 ** ((today - days) / HALF_LIFE) * sizes[places] ** -ORDER_SIZE
    return Histories(
        customer=customers[starts],
        product=products[starts],
        order_count=(stops - starts).astype(np.int32),
        first_day=days[starts],
        last_day=days[stops - 1],
        weight=np.add.reduceat(weights, starts),
    )


def count_habits(histories, today):
    """Return the habits of the customers of these histories.

    :param int today: the same as in `summarize_purchases`
    :rtype: Habits
    """
    products, places = np.unique(histories.product, return_inverse=True)
    age = today - histories.last_day

    def add(values):
        return np.bincount(places, values, minlength=len(products))

    return Habits(
        product=products.astype(np.int32),
        buyers=np.bincount(places, minlength=len(products)),
        repeaters=add(histories.order_count > 1).astype(np.int64),
        recent=add(0.5 ** (age / RECENT_DAYS)),
        usual=add(0.5 ** (age / HALF_LIFE)),
    )


def add_habits(parts):
    """Return the habits of all customers from those of parts of them, a list.

    :rtype: Habits
    """
    if not parts:
        return Habits(*(np.empty(0, np.int32),) * 5)
    columns = [np.concatenate(values) for values in zip(*parts, strict=True)]
    products, places = np.unique(columns[0], return_inverse=True)
    sums = [np.bincount(places, values, minlength=len(products)) for values in columns[1:]]
    return Habits(products, *(np.rint(values).astype(np.int64) for values in sums[:2]), *sums[2:])


def get_rebuy(habits):
    """Return the share of the customers of each product who bought it again, float64.

    Together with `REBUY_PRIOR` customers as the company's average, so that one customer who did
    or did not proves nothing.
    """
    average = habits.repeaters.sum() / max(habits.buyers.sum(), 1)
    return (habits.repeaters + REBUY_PRIOR * average) / (habits.buyers + REBUY_PRIOR)


def get_trend(habits):
    """Return how much more each product sells of late than it used to, float64 about 1.

    Its recent customers, over those it would have if the last weeks were to each product what they
    are to all of them; together with `TREND_PRIOR` customers for whom nothing changed.
    """
    return _compare(habits.recent, habits.usual)


def get_freshness(habits):
    """Return the same as `get_trend`, compared with all customers the product ever had.

    It ranks better what is new to a customer: what he did not buy while it was in fashion he will
    not buy after it.
    """
    return _compare(habits.recent, habits.buyers)


def learn_interests(customers, products, habits, *, min_customers=3, max_neighbours=30):
    """Return which products are bought by the same customers, in whatever order, and how.

    The best `max_neighbours` of each product, of pairs of at least `min_customers` customers. There
    is no guard against chance: what everybody buys is a good guess where little else is known of a
    customer. The score is (C / sqrt(N_a * N_b)) ** 1.5: the cosine of the
    products' customers, each of whom counts 1 / sqrt(number of his products) in C, N_a and N_b
    (as J. Breese, D. Heckerman, C. Kadie weigh down what is common to all, "Empirical analysis of
    predictive algorithms for collaborative filtering", UAI 1998), sharpened as in
    `affinity_score`.

    :param customers: ints, shape (pairs,)
    :param products: ints, shape (pairs,): distinct pairs of a customer and what he bought, of
        all customers of the company (`Histories.customer`, `.product`, or SELECT DISTINCT)
    :param Habits habits: of all customers, see `count_habits` and `add_habits`
    :rtype: Interests
    """
    customer_ids, rows = np.unique(customers, return_inverse=True)
    product_ids, columns = np.unique(products, return_inverse=True)
    matrix = sparse.csr_array(
        (np.ones(len(rows), dtype=np.int32), (rows, columns)),
        shape=(len(customer_ids), len(product_ids)),
    )
    sizes = np.bincount(rows, minlength=len(customer_ids))
    shares = matrix.astype(np.float32)
    shares.data = np.repeat(sizes ** (-CUSTOMER_SIZE / 2), sizes).astype(np.float32)
    sums = np.bincount(matrix.indices, shares.data**2, minlength=len(product_ids))
    buyers = product_orders(matrix)
    parts = [
        _best_of_block(pairs, buyers, (shares, sums), max_neighbours)
        for pairs in iter_pairs(matrix, min_customers)
    ]
    first, second, both, score = (
        (np.concatenate(values) for values in zip(*parts, strict=True))
        if parts
        else (*(np.empty(0, np.int32),) * 3, np.empty(0))
    )
    return Interests(
        product_ids[first].astype(np.int32),
        product_ids[second].astype(np.int32),
        both.astype(np.int32),
        buyers[first].astype(np.int32),
        score,
        habits.product,
        get_rebuy(habits),
        get_trend(habits),
        get_freshness(habits),
    )


def predict_purchases(histories, interests, today, limit=LIMIT, repeats=REPEATS):
    """Return the best `limit` products of each customer, at most `repeats` of them bought before.

    Bought before: w / (1 + w_max) * sqrt(rebuy) * trend, with the weight w of the product in the
    customer's history and w_max the greatest one in it.
    New to him: 0.1 * freshness * sum of sqrt(w) * score / sum of sqrt(w), over the products of his
    history and the scores they give to the new one.

    :param Histories histories: those of a batch of whole customers
    :param Interests interests: see `learn_interests`
    :param int today: the same as in `summarize_purchases`
    :rtype: Predictions
    """
    del today  # the weights of the histories already look at it
    again = _keep_best(_predict_repeats(histories, interests), repeats)
    fresh = _keep_best(_predict_similar(histories, interests), limit)
    found = Predictions(*(np.concatenate(values) for values in zip(again, fresh, strict=True)))
    return _keep_best(found, limit)


def _compare(recent, usual):
    pace = recent.sum() / max(usual.sum(), 1e-9)
    return (recent + TREND_PRIOR) / (usual * pace + TREND_PRIOR)


def _best_of_block(pairs, buyers, weighted, max_neighbours):
    """Return (first, second, both, score) of the best pairs of each product."""
    # The plain cosine chooses whose weighted one is worth looking up.
    plain = pairs.both**2 / (buyers[pairs.first] * buyers[pairs.second])
    kept = _best_of_runs(pairs.first, pairs.second, plain, 4 * max_neighbours)
    first, second, both = (values[kept] for values in pairs)
    shares, sums = weighted
    products, rows = np.unique(first, return_inverse=True)
    block = (shares[:, products].T.tocsr() @ shares).tocsr()
    block.sort_indices()
    common = np.asarray(block[rows, second]).ravel()
    score = (common / np.sqrt(sums[first] * sums[second])) ** SHARPNESS
    order = _best_of_runs(first, second, score, max_neighbours)
    return first[order], second[order], both[order], score[order]


def _best_of_runs(first, second, score, limit):
    """Return the positions of the `limit` highest scores of each first one, best first."""
    order = np.lexsort((second, -score, first))
    run = first[order]
    return order[np.arange(len(run)) - np.searchsorted(run, run) < limit]


def _predict_repeats(histories, interests):
    count = histories.order_count
    rhythm = (histories.last_day - histories.first_day) / np.maximum(count - 1, 1)
    interval = np.where(count > 1, np.maximum(np.rint(rhythm), 1), 0).astype(np.int32)
    nothing = np.zeros(len(count), np.int32)
    starts = run_starts(histories.customer)
    most = np.maximum.reduceat(histories.weight, starts) if len(starts) else np.empty(0)
    most = np.repeat(most, np.diff(starts, append=len(count)))
    rebuy = _look_up(interests, interests.rebuy, histories.product)
    trend = _look_up(interests, interests.trend, histories.product)
    return Predictions(
        customer=histories.customer,
        product=histories.product,
        kind=np.full(len(count), REPEAT, np.int8),
        score=histories.weight / (1 + most) * np.sqrt(rebuy) * trend,
        rank=nothing,
        order_count=count,
        interval_days=interval,
        last_day=histories.last_day,
        due_day=np.where(interval > 0, histories.last_day + interval, 0).astype(np.int32),
        origin_product=nothing,
        customers_both=nothing,
        customers_product=nothing,
    )


def _predict_similar(histories, interests):
    starts = np.searchsorted(interests.product, histories.product, side="left")
    sizes = np.searchsorted(interests.product, histories.product, side="right") - starts
    rows = np.repeat(np.arange(len(starts)), sizes)
    pairs = np.repeat(starts - np.cumsum(sizes) + sizes, sizes) + np.arange(len(rows))
    customer, other = histories.customer[rows], interests.other[pairs]
    score = _get_profile(histories)[rows] * interests.score[pairs]
    order = np.lexsort((interests.product[pairs], -score, _keys(customer, other)))
    customer, other, score, pairs = (values[order] for values in (customer, other, score, pairs))
    starts = run_starts(_keys(customer, other))
    sums = np.add.reduceat(score, starts) if len(starts) else np.empty(0)
    customer, other, best = customer[starts], other[starts], pairs[starts]
    fresh = ~np.isin(_keys(customer, other), _keys(histories.customer, histories.product))
    customer, other, best, sums = (values[fresh] for values in (customer, other, best, sums))
    nothing = np.zeros(len(customer), np.int32)
    return Predictions(
        customer=customer,
        product=other,
        kind=np.full(len(customer), SIMILAR, np.int8),
        score=NOVELTY * sums * _look_up(interests, interests.freshness, other),
        rank=nothing,
        order_count=nothing,
        interval_days=nothing,
        last_day=nothing,
        due_day=nothing,
        origin_product=interests.product[best],
        customers_both=interests.customers_both[best],
        customers_product=interests.customers_product[best],
    )


def _get_profile(histories):
    """Return the square roots of the weights, each customer's adding up to 1."""
    roots = np.sqrt(histories.weight)
    starts = run_starts(histories.customer)
    sums = np.add.reduceat(roots, starts) if len(starts) else np.empty(0)
    return roots / np.repeat(sums, np.diff(starts, append=len(roots)))


def _look_up(interests, values, products):
    """Return the value of each product; of one not yet known then, the average."""
    known = interests.known_product
    if not len(known):
        return np.ones(len(products))
    place = np.minimum(np.searchsorted(known, products), len(known) - 1)
    return np.where(known[place] == products, values[place], values.mean())


def _keep_best(predictions, limit):
    """Rank the predictions of each customer by score, and drop those after the `limit`."""
    order = np.lexsort((predictions.product, -predictions.score, predictions.customer))
    customer = predictions.customer[order]
    rank = np.arange(len(order)) - np.searchsorted(customer, customer) + 1
    order, rank = order[rank <= limit], rank[rank <= limit]
    ranked = Predictions(*(values[order] for values in predictions))
    return ranked._replace(rank=rank.astype(np.int32))


def _keys(first, second):
    return (first.astype(np.int64) << 32) | second.astype(np.int64)
