"""Which products go with which: measures of association, and a score to rank by."""

from typing import NamedTuple

import numpy as np

from .counts import count_baskets, iter_directed

# Chi-square of one degree of freedom at p = 0.001: the pair is no accident of small numbers.
SIGNIFICANCE = 10.83
# Share of the exponent of the asymmetric cosine that goes to the product proposed.
ASYMMETRY = 0.3


class Affinities(NamedTuple):
    """Directed pairs "who buys `product` also takes `other`", best first for each product.

    Parallel arrays of shape (pairs,). With n baskets, n_a of them with the product, n_b with the
    other and c with both:

    :param product: int64, ids of the product at hand (a)
    :param other: int64, ids of the product to propose (b)
    :param orders_both: int64, c
    :param orders_product: int64, n_a
    :param orders_other: int64, n_b
    :param support: float64, c / n
    :param confidence: float64, c / n_a
    :param lift: float64, c * n / (n_a * n_b); 1 = as often as chance would have it
    :param score: float64, see `affinity_score`
    """

    product: np.ndarray
    other: np.ndarray
    orders_both: np.ndarray
    orders_product: np.ndarray
    orders_other: np.ndarray
    support: np.ndarray
    confidence: np.ndarray
    lift: np.ndarray
    score: np.ndarray


def log_likelihood_ratio(both, orders_product, orders_other, total):
    """Return Dunning's G^2 of the 2x2 table of two products, float64, shape as the inputs.

    Source: T. Dunning, "Accurate methods for the statistics of surprise and coincidence",
    Computational Linguistics 19(1), 1993. Unlike lift it is not led by rare pairs; it is about
    chi-square distributed with one degree of freedom when the two products are independent.
    """
    both, orders_product, orders_other = (
        np.asarray(values, dtype=np.float64) for values in (both, orders_product, orders_other)
    )
    cells = (
        (both, orders_product * orders_other),
        (orders_product - both, orders_product * (total - orders_other)),
        (orders_other - both, (total - orders_product) * orders_other),
        (
            total - orders_product - orders_other + both,
            (total - orders_product) * (total - orders_other),
        ),
    )
    return 2 * sum(_observed_log_ratio(observed, margins / total) for observed, margins in cells)


def affinity_score(both, orders_product, orders_other):
    """Return what a product on the order adds to the rank of another, float64 in 0..1.

    (c / (n_a^0.7 * n_b^0.3))^2: the asymmetric cosine of F. Aiolli, "Efficient top-n
    recommendation for very large scale binary rated datasets", RecSys 2013, with alpha 0.3 for
    the product proposed, squared so that a few close neighbours count for more than many distant
    ones. The scores of the products on an order are summed.
    """
    both, orders_product, orders_other = (
        np.asarray(values, dtype=np.float64) for values in (both, orders_product, orders_other)
    )
    return (both / (orders_product ** (1 - ASYMMETRY) * orders_other**ASYMMETRY)) ** 2


def mine_affinities(baskets, min_orders, max_neighbours):
    """Return the pairs of baskets worth proposing, all baskets weighing the same.

    :param Baskets baskets: see `build_baskets`
    :rtype: Affinities
    """
    return rank_pairs(count_baskets(baskets, min_orders), max_neighbours)


def rank_pairs(counts, max_neighbours):
    """Return the pairs worth proposing: of those counted, which have the minimum of common orders,
    the ones more than chance would have it (lift above 1) and significantly so (G^2 of at least
    10.83, p = 0.001), of them the `max_neighbours` of the highest score for each product.

    Measures and the guard are of whole orders, the score is of orders weighted by recency.

    :param Counts counts: see `add_blocks`
    :rtype: Affinities
    """
    counts = _keep_significant(counts)
    parts = [
        _best_neighbours(pairs, counts.weighted_orders, max_neighbours)
        for pairs in iter_directed(counts)
    ]
    if not parts:
        return Affinities(*(np.empty(0, np.int64),) * 5, *(np.empty(0, np.float64),) * 4)
    first, second, both, score = (np.concatenate(values) for values in zip(*parts, strict=True))
    total, both = counts.total, both.astype(np.int64)
    orders_product, orders_other = counts.product_orders[first], counts.product_orders[second]
    return Affinities(
        product=counts.product_ids[first],
        other=counts.product_ids[second],
        orders_both=both,
        orders_product=orders_product,
        orders_other=orders_other,
        support=both / total,
        confidence=both / orders_product,
        lift=both * total / (orders_product * orders_other),
        score=score,
    )


def _keep_significant(counts):
    """Return the counts with only the pairs that attract each other, which both directions do."""
    both = counts.both.astype(np.int64)
    first, second = counts.product_orders[counts.first], counts.product_orders[counts.second]
    kept = np.flatnonzero(both * counts.total > first * second)
    ratio = log_likelihood_ratio(both[kept], first[kept], second[kept], counts.total)
    kept = kept[ratio >= SIGNIFICANCE]
    names = ("first", "second", "both", "weighted")
    return counts._replace(**{name: getattr(counts, name)[kept] for name in names})


def _best_neighbours(pairs, weighted_orders, max_neighbours):
    """Return (first, second, both, score) of the pairs, cut after the best ones of each product."""
    score = affinity_score(
        pairs.weighted, weighted_orders[pairs.first], weighted_orders[pairs.second]
    )
    order = np.lexsort((pairs.second, -score, pairs.first))
    # Position in the run of the same product: the running index less the index its run began at.
    starts = np.searchsorted(pairs.first, pairs.first, side="left")
    best = order[np.arange(len(order)) - starts < max_neighbours]
    return pairs.first[best], pairs.second[best], pairs.both[best], score[best]


def _observed_log_ratio(observed, expected):
    """Return observed * ln(observed / expected), 0 where nothing was observed."""
    filled = observed > 0
    ratio = np.divide(observed, expected, out=np.ones_like(observed), where=filled)
    return np.where(filled, observed * np.log(ratio), 0.0)
