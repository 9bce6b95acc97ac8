"""How many baskets hold both of two products, for all pairs, in bounded memory."""

from typing import NamedTuple

import numpy as np

# Entries of one block of the product X'X: 8 bytes each, so about 64 MB.
BLOCK_ENTRIES = 8_000_000
# Co-occurrences sorted at a time: 8 bytes each while they are sorted, as much again to count them.
SORTED_PAIRS = 4_000_000


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


def count_columns(columns, sizes, products, sorted_pairs=SORTED_PAIRS):
    """Return how many baskets hold each pair that occurs, once each (first < second), sorted.

    Every co-occurrence becomes one number, and equal numbers are counted after sorting: numpy sorts
    plain integers with the processor's vector units, which is several times faster than adding
    them up in a sparse matrix.

    :param columns: int32, shape (cells,): the products of the first basket, ascending and distinct,
        then those of the second one, and so on
    :param sizes: ints, shape (baskets,): number of products of each basket
    :param products: number of different products, above every column
    :param sorted_pairs: co-occurrences in memory at a time (a single basket is never cut)
    :rtype: Pairs
    """
    sizes = np.asarray(sizes, dtype=np.int64)
    pairs, both = np.empty(0, np.int64), np.empty(0, np.int64)
    ends = np.cumsum(sizes)
    occurrences = np.cumsum(sizes * (sizes - 1) // 2)
    start = 0
    while start < len(sizes):
        done = occurrences[start - 1] if start else 0
        stop = max(int(np.searchsorted(occurrences, done + sorted_pairs, "right")), start + 1)
        cells = slice(ends[start] - sizes[start], ends[stop - 1])
        found = _count_equal(_pair_numbers(columns[cells], sizes[start:stop], products))
        pairs, both = _merge((pairs, both), found)
        start = stop
    first, second = np.divmod(pairs, max(products, 1))
    return Pairs(first.astype(np.int32), second.astype(np.int32), both)


def run_starts(values):
    """Return where each run of equal values begins: ints, ascending."""
    changed = np.ones(len(values), dtype=bool)
    np.not_equal(values[1:], values[:-1], out=changed[1:])
    return np.flatnonzero(changed)


def run_sizes(starts, total):
    """Return how long the runs are that begin there, in an array of so many values."""
    ends = np.empty_like(starts)
    ends[:-1] = starts[1:]
    ends[-1:] = total
    return np.subtract(ends, starts, out=ends)


def number_values(values):
    """Return (the distinct values, ascending; for each value its position among them, int32).

    By a table as long as the values are spread where that is no waste, as it seldom is for ids.
    """
    values = np.asarray(values)
    if not len(values):
        return values, np.empty(0, np.int32)
    lowest = int(values.min())
    spread = int(values.max()) - lowest + 1
    if spread > 4 * len(values) + 1_000_000:
        distinct = np.sort(values)
        distinct = distinct[run_starts(distinct)]
        return distinct, np.searchsorted(distinct, values).astype(np.int32)
    values = values - lowest
    present = np.zeros(spread, dtype=bool)
    present[values] = True
    positions = np.cumsum(present, dtype=np.int32)
    positions -= 1
    return np.flatnonzero(present) + lowest, positions[values]


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


def _pair_numbers(columns, sizes, products):
    """Return first * products + second of each two products of each basket, in no order."""
    # Products after this one in its basket: the one at distance d makes a pair if there are d.
    after = np.repeat(np.cumsum(sizes), sizes) - np.arange(1, len(columns) + 1)
    firsts = columns.astype(np.uint32 if products <= 0xFFFF else np.int64)
    seconds = firsts
    firsts = firsts * firsts.dtype.type(products)
    parts = []
    alive = np.flatnonzero(after)
    distance = 1
    while len(alive):
        parts.append(firsts[alive] + seconds[alive + distance])
        distance += 1
        alive = alive[after[alive] >= distance]
    return np.concatenate(parts) if parts else np.empty(0, firsts.dtype)


def _count_equal(numbers):
    """Return (distinct numbers, ascending; how many of each), both int64."""
    numbers.sort()
    starts = run_starts(numbers)
    return numbers[starts].astype(np.int64), run_sizes(starts, len(numbers))


def _merge(known, found):
    """Return the sum of two (distinct numbers, counts)."""
    if not len(known[0]):
        return found
    numbers = np.concatenate((known[0], found[0]))
    order = np.argsort(numbers)
    numbers, counts = numbers[order], np.concatenate((known[1], found[1]))[order]
    starts = run_starts(numbers)
    return numbers[starts], np.add.reduceat(counts, starts)
