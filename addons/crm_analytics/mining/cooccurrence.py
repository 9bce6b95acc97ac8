"""How many baskets hold both of two products, for all pairs, in bounded memory."""

from typing import NamedTuple

import numpy as np

# Entries of one block of the product X'X: 8 bytes each, so about 64 MB.
BLOCK_ENTRIES = 8_000_000


class Pairs(NamedTuple):
    """Pairs of columns, parallel arrays of shape (pairs,).

    :param first: int32, column of the first product
    :param second: int32, column of the second product
    :param both: int64, number of baskets that hold both
    """

    first: np.ndarray
    second: np.ndarray
    both: np.ndarray


def iter_pairs(matrix, min_orders=1, block_entries=BLOCK_ENTRIES):
    """Yield the ordered pairs (a, b), a != b, of at least `min_orders` common baskets.

    Each block holds every pair of the products `first` it is about, so that neighbours of a
    product can be ranked without seeing another block. Pair (a, b) comes in a's block, (b, a) in
    b's. A product of fewer than `min_orders` baskets is in no such pair and costs nothing.

    :param matrix: csr_array of 0/1, shape (baskets, products)
    :param block_entries: upper bound of the entries computed at a time (one product's own row
        excepted, which is never cut)
    :rtype: Iterator[Pairs]
    """
    orders = product_orders(matrix)
    columns = np.flatnonzero(orders >= max(min_orders, 1)).astype(np.int32)
    if not len(columns):
        return
    kept = matrix if len(columns) == matrix.shape[1] else matrix[:, columns]
    transposed = kept.T.tocsr()
    for start, stop in _blocks(kept, transposed, block_entries):
        counts = (transposed[start:stop] @ kept).tocoo()
        rows = counts.row + start
        chosen = (counts.data >= min_orders) & (rows != counts.col)
        yield Pairs(
            columns[rows[chosen]],
            columns[counts.col[chosen]],
            counts.data[chosen].astype(np.int64),
        )


def count_pairs(matrix, min_orders=1, block_entries=BLOCK_ENTRIES):
    """Return each unordered pair once (first < second), sorted by first, then second.

    :rtype: Pairs
    """
    parts = []
    for pairs in iter_pairs(matrix, min_orders, block_entries):
        once = pairs.first < pairs.second
        parts.append([values[once] for values in pairs])
    if not parts:
        return Pairs(np.empty(0, np.int32), np.empty(0, np.int32), np.empty(0, np.int64))
    first, second, both = (np.concatenate(values) for values in zip(*parts, strict=True))
    order = np.lexsort((second, first))
    return Pairs(first[order], second[order], both[order])


def product_orders(matrix):
    """Return the number of baskets of each product: int64, shape (products,)."""
    return np.bincount(matrix.indices, minlength=matrix.shape[1]).astype(np.int64)


def _blocks(matrix, transposed, block_entries):
    """Cut the products into runs whose rows of X'X have at most `block_entries` entries.

    A product's row has at most one entry a product, and at most the sum of the sizes of its
    baskets.
    """
    sizes = np.diff(matrix.indptr).astype(np.int64)
    bounds = np.minimum(transposed @ sizes, matrix.shape[1])
    start = total = 0
    for position, bound in enumerate(bounds):
        if total + bound > block_entries and position > start:
            yield start, position
            start, total = position, 0
        total += bound
    yield start, len(bounds)
