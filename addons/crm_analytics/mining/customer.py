"""What a customer is likely to buy next: what he buys again, and what similar customers buy."""

from typing import NamedTuple

import numpy as np
from scipy import sparse

from .affinity import SIGNIFICANCE, affinity_score, log_likelihood_ratio
from .cooccurrence import iter_pairs, product_orders

REPEAT, SIMILAR = 0, 1
# What a purchase long ago still says: half as much after this many days.
HALF_LIFE = 180
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
    :param weight: float64, the orders weighed by age: each counts 1 today and half as much every
        `HALF_LIFE` days
    """

    customer: np.ndarray
    product: np.ndarray
    order_count: np.ndarray
    first_day: np.ndarray
    last_day: np.ndarray
    weight: np.ndarray


class Interests(NamedTuple):
    """Directed pairs "customers of `product` also bought `other`", sorted by product, best first.

    Parallel arrays of shape (pairs,):

    :param product: int32
    :param other: int32
    :param customers_both: int32
    :param customers_product: int32
    :param score: float64
    """

    product: np.ndarray
    other: np.ndarray
    customers_both: np.ndarray
    customers_product: np.ndarray
    score: np.ndarray


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
    return Histories(
        customer=customers[starts],
        product=products[starts],
        order_count=(stops - starts).astype(np.int32),
        first_day=days[starts],
        last_day=days[stops - 1],
        weight=np.add.reduceat(0.5 ** ((today - days) / HALF_LIFE), starts),
    )


def learn_interests(customers, products, min_customers=5, max_neighbours=30):
    """Return which products are bought by the same customers, in whatever order.

    Significant pairs only (as `mine_affinities`, over customers in place of orders), of them the
    best `max_neighbours` of each product.

    :param customers: ints, shape (pairs,)
    :param products: ints, shape (pairs,): distinct pairs of a customer and what he bought, of
        all customers of the company (`Histories.customer`, `.product`, or SELECT DISTINCT)
    :rtype: Interests
    """
    customer_ids, rows = np.unique(customers, return_inverse=True)
    product_ids, columns = np.unique(products, return_inverse=True)
    matrix = sparse.csr_array(
        (np.ones(len(rows), dtype=np.int32), (rows, columns)),
        shape=(len(customer_ids), len(product_ids)),
    )
    buyers = product_orders(matrix)
    total = matrix.shape[0]
    parts = []
    for pairs in iter_pairs(matrix, min_customers):
        counts = (pairs.both, buyers[pairs.first], buyers[pairs.second])
        score = affinity_score(*counts)
        attracted = pairs.both * total > counts[1] * counts[2]
        kept = attracted & (log_likelihood_ratio(*counts, total) >= SIGNIFICANCE)
        order = np.lexsort((pairs.second, -score, pairs.first))
        order = order[kept[order]]
        first = pairs.first[order]
        best = np.arange(len(first)) - np.searchsorted(first, first) < max_neighbours
        order = order[best]
        parts.append((pairs.first[order], pairs.second[order], pairs.both[order], score[order]))
    if not parts:
        return Interests(*(np.empty(0, np.int32),) * 4, np.empty(0))
    first, second, both, score = (np.concatenate(values) for values in zip(*parts, strict=True))
    return Interests(
        product_ids[first].astype(np.int32),
        product_ids[second].astype(np.int32),
        both.astype(np.int32),
        buyers[first].astype(np.int32),
        score,
    )


def predict_purchases(histories, interests, today, limit=LIMIT, repeats=REPEATS):
    """Return the best `limit` products of each customer, at most `repeats` of them bought before.

    :param Histories histories: those of a batch of whole customers
    :param Interests interests: see `learn_interests`
    :param int today: the same as in `summarize_purchases`
    :rtype: Predictions
    """
    del today  # the weights of the histories already look at it
    again = _predict_repeats(histories)
    fresh = _predict_similar(histories, interests)
    again = _keep_best(again, repeats)
    fresh = _keep_best(fresh, limit)
    found = Predictions(*(np.concatenate(values) for values in zip(again, fresh, strict=True)))
    return _keep_best(found, limit)


def _predict_repeats(histories):
    """Score what was bought before by how often it was, what is long ago counting less."""
    count = histories.order_count
    rhythm = (histories.last_day - histories.first_day) / np.maximum(count - 1, 1)
    interval = np.where(count > 1, np.maximum(np.rint(rhythm), 1), 0).astype(np.int32)
    nothing = np.zeros(len(count), np.int32)
    return Predictions(
        customer=histories.customer,
        product=histories.product,
        kind=np.full(len(count), REPEAT, np.int8),
        score=histories.weight,
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
    """Score what is new to the customer by the interests of what he bought, summed."""
    starts = np.searchsorted(interests.product, histories.product, side="left")
    sizes = np.searchsorted(interests.product, histories.product, side="right") - starts
    rows = np.repeat(np.arange(len(starts)), sizes)
    pairs = np.repeat(starts - np.cumsum(sizes) + sizes, sizes) + np.arange(len(rows))
    customer, other = histories.customer[rows], interests.other[pairs]
    score = interests.score[pairs]
    order = np.lexsort((interests.product[pairs], -score, other, customer))
    customer, other, score, pairs = (values[order] for values in (customer, other, score, pairs))
    starts = np.flatnonzero(
        np.concatenate(([True], (customer[1:] != customer[:-1]) | (other[1:] != other[:-1])))
        if len(customer)
        else np.empty(0, bool)
    )
    sums = np.add.reduceat(score, starts) if len(starts) else np.empty(0)
    customer, other, best = customer[starts], other[starts], pairs[starts]
    owned = np.isin(_keys(customer, other), _keys(histories.customer, histories.product))
    customer, other, best, sums = (values[~owned] for values in (customer, other, best, sums))
    nothing = np.zeros(len(customer), np.int32)
    # Below every repeat of weight 1: what was bought before is likelier than what never was.
    score = sums / (1 + sums)
    return Predictions(
        customer=customer,
        product=other,
        kind=np.full(len(customer), SIMILAR, np.int8),
        score=score,
        rank=nothing,
        order_count=nothing,
        interval_days=nothing,
        last_day=nothing,
        due_day=nothing,
        origin_product=interests.product[best],
        customers_both=interests.customers_both[best],
        customers_product=interests.customers_product[best],
    )


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
