"""What customers of a product moved to later: dearer products of the same category."""

from typing import NamedTuple

import numpy as np

# Pairs expanded at a time: some 30 bytes each.
CHUNK_PAIRS = 2_000_000
# Of one customer and category, so many products: who buys everything moved to nothing.
MAX_PRODUCTS = 50
# 95 % of a normal distribution, one-sided.
CONFIDENCE = 1.645


class Upsells(NamedTuple):
    """Directed pairs "customers of `product` later bought `other`", sorted by product, best first.

    Parallel arrays of shape (pairs,):

    :param product: int32
    :param other: int32, of the same category and dearer
    :param customers: int32, bought the product first and the other one on a later day
    :param customers_product: int32, customers of the product
    :param share: float64, customers / customers_product
    :param price_gain: float64, price of the other less price of the product, above 0
    :param margin_gain: float64, the same of the margins, above 0
    :param score: float64, see `mine_upsells`
    """

    product: np.ndarray
    other: np.ndarray
    customers: np.ndarray
    customers_product: np.ndarray
    share: np.ndarray
    price_gain: np.ndarray
    margin_gain: np.ndarray
    score: np.ndarray


def mine_upsells(histories, products, *, categories, prices, margins, min_customers=5, limit=10):
    """Return the dearer products, of a better margin, that customers of a product moved to.

    Kept are pairs that at least `min_customers` customers took in this order, and more of them
    than in the other one: products bought by turns are no move. The score is the lower bound of
    Wilson's interval of the share (E. B. Wilson, "Probable inference, the law of succession, and
    statistical inference", JASA 22, 1927; 95 %, so that 2 of 2 do not lead 60 of 100), times
    (there - back) / (there + back).

    :param Histories histories: of all customers, see `mining/customer.py`
    :param products: ints, shape (products,), ascending: those that may be proposed or left
    :param categories: ints, shape (products,)
    :param prices: floats, shape (products,), price of one unit in the company's currency
    :param margins: floats, shape (products,), price less cost
    :param limit: at most so many for each product
    :rtype: Upsells
    """
    products, categories, prices, margins = (
        np.asarray(values) for values in (products, categories, prices, margins)
    )
    known = np.isin(histories.product, products)
    customer, product, day = (
        values[known] for values in (histories.customer, histories.product, histories.first_day)
    )
    column = np.searchsorted(products, product)
    keys, there = _count_moves(customer, categories[column], column, day, len(products))
    back = _look_up(keys, there, (keys % len(products)) * len(products) + keys // len(products))
    first, second = np.divmod(keys, max(len(products), 1))
    buyers = np.bincount(column, minlength=len(products))[first]
    share = there / buyers
    price_gain, margin_gain = prices[second] - prices[first], margins[second] - margins[first]
    score = _lower_bound(share, buyers) * (there - back) / (there + back)
    kept = (there >= min_customers) & (there > back) & (price_gain > 0) & (margin_gain > 0)
    order = np.lexsort((second, -score, first))
    order = order[kept[order]]
    run = first[order]
    order = order[np.arange(len(run)) - np.searchsorted(run, run) < limit]
    return Upsells(
        product=products[first[order]].astype(np.int32),
        other=products[second[order]].astype(np.int32),
        customers=there[order].astype(np.int32),
        customers_product=buyers[order].astype(np.int32),
        share=share[order],
        price_gain=price_gain[order],
        margin_gain=margin_gain[order],
        score=score[order],
    )


def _count_moves(customer, category, column, day, width):
    """Return the keys first * width + second, ascending, and how many customers bought so."""
    order = np.lexsort((column, day, category, customer))
    customer, category, column, day = (
        values[order] for values in (customer, category, column, day)
    )
    changes = (customer[1:] != customer[:-1]) | (category[1:] != category[:-1])
    bounds = np.flatnonzero(np.concatenate(([True], changes, [True]))) if len(order) else [0]
    starts, sizes = np.asarray(bounds[:-1]), np.diff(bounds)
    small = (sizes > 1) & (sizes <= MAX_PRODUCTS)
    starts, sizes = starts[small], sizes[small]
    keys, counts = np.empty(0, np.int64), np.empty(0, np.int64)
    chunks = np.cumsum(sizes**2) // CHUNK_PAIRS
    for chunk in np.unique(chunks):
        chosen = chunks == chunk
        first, second = _expand(starts[chosen], sizes[chosen])
        later = day[first] < day[second]
        found = column[first[later]].astype(np.int64) * width + column[second[later]]
        found, numbers = np.unique(found, return_counts=True)
        keys, place = np.unique(np.concatenate((keys, found)), return_inverse=True)
        counts = np.bincount(place, np.concatenate((counts, numbers)), len(keys)).astype(np.int64)
    return keys, counts


def _expand(starts, sizes):
    """Return the positions of all pairs (i, j) within each run of rows."""
    rows = np.repeat(np.arange(len(sizes)), sizes**2)
    pair = np.arange(len(rows)) - np.repeat(np.cumsum(sizes**2) - sizes**2, sizes**2)
    return starts[rows] + pair // sizes[rows], starts[rows] + pair % sizes[rows]


def _look_up(keys, values, wanted):
    """Return the value of each wanted key, 0 where there is none."""
    if not len(keys):
        return np.zeros(len(wanted), np.int64)
    place = np.minimum(np.searchsorted(keys, wanted), len(keys) - 1)
    return np.where(keys[place] == wanted, values[place], 0)


def _lower_bound(share, number):
    square = CONFIDENCE**2
    middle = share + square / (2 * number)
    spread = CONFIDENCE * np.sqrt((share * (1 - share) + square / (4 * number)) / number)
    return (middle - spread) / (1 + square / number)
