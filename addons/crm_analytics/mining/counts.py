"""The sum of blocks: how many orders have each pair, plain and weighted by recency."""

from typing import NamedTuple

import numpy as np

from .blocks import Block, decode_block, decode_products
from .cooccurrence import count_columns, number_values, product_orders, run_sizes, run_starts

# Pairs of blocks added at a time: sorting them takes 8 bytes each, adding them up as much again.
PASS_PAIRS = 4_000_000
# Directed pairs handed out at a time.
DIRECTED_PAIRS = 1_000_000


class Counts(NamedTuple):
    """The sum of blocks: whole orders to show, and the same weighted by recency to rank by.

    Pairs are unordered, once each, sorted by first, then second.

    :param total: number of orders
    :param weighted_total: the sum of their weights
    :param product_ids: int64, shape (products,), ascending: products of at least `min_orders`
    :param product_orders: int64, shape (products,): orders with each
    :param weighted_orders: float64, shape (products,)
    :param first: int32, shape (pairs,): position of the first product in `product_ids`
    :param second: int32, shape (pairs,): of the second one, above the first
    :param both: int32, shape (pairs,): orders with both, at least `min_orders`
    :param weighted: float32, shape (pairs,): the sum of the weights of these orders
    """

    total: int
    weighted_total: float
    product_ids: np.ndarray
    product_orders: np.ndarray
    weighted_orders: np.ndarray
    first: np.ndarray
    second: np.ndarray
    both: np.ndarray
    weighted: np.ndarray


class DirectedPairs(NamedTuple):
    """Pairs (a, b) and (b, a) of `Counts`, sorted by first, then second; all of one first together.

    :param first: int32, position of the product at hand in `Counts.product_ids`
    :param second: int32, position of the other product
    :param both: int32, orders with both
    :param weighted: float32, the same weighted by recency
    """

    first: np.ndarray
    second: np.ndarray
    both: np.ndarray
    weighted: np.ndarray


def add_blocks(blocks, min_orders=1, allowed_ids=None, pass_pairs=PASS_PAIRS):
    """Return the sum of blocks.

    Blocks are taken one at a time, first for their products, then again for each range of products
    whose pairs fit in memory together; a list of a generator would keep all of them.

    :param blocks: an iterable that can be run through several times, of (Block or bytes of
        `encode_block`, weight); weight 1.0 leaves a month as it is
    :param min_orders: products and pairs of fewer orders are left out
    :param allowed_ids: int64, ascending: leave out all other products; None keeps all
    :param pass_pairs: pairs of blocks that are in memory at a time
    :rtype: Counts
    """
    products = _add_products(blocks, max(min_orders, 1), allowed_ids)
    parts = [
        _add_range(blocks, products, start, stop, max(min_orders, 1))
        for start, stop in _ranges(products.row_sizes, pass_pairs)
    ]
    if not parts:
        parts = [(np.empty(0, np.int32),) * 3 + (np.empty(0, np.float32),)]
    return Counts(
        products.total,
        products.weighted_total,
        products.ids,
        products.orders,
        products.weighted_orders,
        *(np.concatenate(values) for values in zip(*parts, strict=True)),
    )


def count_baskets(baskets, min_orders=1):
    """Return the counts of `Baskets`, each of weight 1: what its blocks would add up to.

    :rtype: Counts
    """
    matrix = baskets.matrix
    orders = product_orders(matrix)
    kept = orders >= max(min_orders, 1)
    chosen = kept[matrix.indices]
    columns = (np.cumsum(kept) - 1)[matrix.indices[chosen]].astype(np.int32)
    rows = np.repeat(np.arange(matrix.shape[0]), np.diff(matrix.indptr))[chosen]
    pairs = count_columns(
        columns, np.bincount(rows, minlength=matrix.shape[0]), int(np.count_nonzero(kept))
    )
    frequent = pairs.both >= min_orders
    both = pairs.both[frequent]
    return Counts(
        matrix.shape[0],
        float(matrix.shape[0]),
        baskets.product_ids[kept],
        orders[kept],
        orders[kept].astype(np.float64),
        pairs.first[frequent],
        pairs.second[frequent],
        both.astype(np.int32),
        both.astype(np.float32),
    )


def iter_directed(counts, directed_pairs=DIRECTED_PAIRS):
    """Yield the pairs of `Counts` in both directions, some products at a time.

    :param directed_pairs: upper bound of the pairs handed out at a time (one product's own
        excepted, which are never cut)
    :rtype: Iterator[DirectedPairs]
    """
    products = len(counts.product_ids)
    as_first = np.bincount(counts.first, minlength=products)
    as_second = np.bincount(counts.second, minlength=products)
    # Pairs by their second product: the rows of the other direction.
    by_second = np.argsort(counts.second, kind="stable")
    first_ends, second_ends = np.cumsum(as_first), np.cumsum(as_second)
    for start, stop in _ranges(as_first + as_second, directed_pairs):
        forward = slice(first_ends[start] - as_first[start], first_ends[stop - 1])
        backward = by_second[second_ends[start] - as_second[start] : second_ends[stop - 1]]
        first = np.concatenate((counts.first[forward], counts.second[backward]))
        second = np.concatenate((counts.second[forward], counts.first[backward]))
        order = np.argsort(first.astype(np.int64) << 32 | second)
        both = np.concatenate((counts.both[forward], counts.both[backward]))
        weighted = np.concatenate((counts.weighted[forward], counts.weighted[backward]))
        yield DirectedPairs(first[order], second[order], both[order], weighted[order])


# Adding


class _Products(NamedTuple):
    """What all blocks say of each product that is kept."""

    total: int
    weighted_total: float
    ids: np.ndarray
    orders: np.ndarray
    weighted_orders: np.ndarray
    row_sizes: np.ndarray
    weights: np.ndarray
    largest: int


def _add_products(blocks, min_orders, allowed_ids):
    total, weighted_total, largest = 0, 0.0, 1
    weights = set()
    columns = [[], [], [], []]
    for data, weight in blocks:
        block = data if isinstance(data, Block) else decode_products(data)[0]
        total += block.baskets
        weighted_total += block.baskets * weight
        weights.add(float(weight))
        largest = max(largest, int(block.both.max(initial=1)))
        for column, values in zip(
            columns,
            (
                block.product_ids,
                block.product_orders,
                block.product_orders * float(weight),
                block.row_sizes,
            ),
            strict=True,
        ):
            column.append(values)
    if not columns[0]:
        columns = [[np.empty(0, np.int64)]] * 4
    each, *sums = (np.concatenate(values) for values in columns)
    ids, positions = number_values(each)
    ids = ids.astype(np.int64)
    orders, weighted_orders, row_sizes = (
        np.bincount(positions, values, minlength=len(ids)) for values in sums
    )
    kept = orders >= min_orders
    if allowed_ids is not None:
        kept &= np.isin(ids, allowed_ids)
    return _Products(
        total,
        weighted_total,
        ids[kept],
        orders[kept].astype(np.int64),
        weighted_orders[kept],
        row_sizes[kept].astype(np.int64),
        np.array(sorted(weights)),
        largest,
    )


def _add_range(blocks, products, start, stop, min_orders):
    """Return (first, second, both, weighted) of the pairs whose first is in start..stop - 1.

    Each pair of each block becomes one number: pair, then which weight, then count. Sorted, the
    numbers of a pair lie side by side.
    """
    count_bits = int(products.largest).bit_length()
    low_bits = count_bits + max(len(products.weights) - 1, 0).bit_length()
    width = len(products.ids)
    numbers = np.empty(int(products.row_sizes[start:stop].sum()), np.int64)
    filled = 0
    for data, weight in blocks:
        block = data if isinstance(data, Block) else decode_block(data)
        weight_index = int(np.searchsorted(products.weights, float(weight)))
        first, second, both = _rows_of(block, products.ids, start, stop)
        pairs = numbers[filled : filled + len(both)]
        filled += len(both)
        np.multiply(first, width << low_bits, out=pairs)
        pairs += second << low_bits
        pairs += both
        pairs += weight_index << count_bits
    numbers = numbers[:filled]
    if not filled:
        return (np.empty(0, np.int32),) * 3 + (np.empty(0, np.float32),)
    numbers.sort()
    pairs = numbers >> low_bits
    starts = run_starts(pairs)
    pairs = pairs[starts]
    counts = (numbers & ((1 << count_bits) - 1)).astype(np.int32)
    both = np.add.reduceat(counts, starts, dtype=np.int32)
    frequent = both >= min_orders
    sizes = run_sizes(starts, filled)
    if len(products.weights) == 1:
        weighted = both[frequent] * products.weights[0]
    else:
        # Only for pairs that stay: most do not.
        chosen = np.repeat(frequent, sizes)
        shares = products.weights[
            (numbers[chosen] >> count_bits) & ((1 << (low_bits - count_bits)) - 1)
        ]
        sizes = sizes[frequent]
        weighted = (
            np.add.reduceat(counts[chosen] * shares, np.cumsum(sizes) - sizes)
            if len(sizes)
            else np.empty(0)
        )
    first, second = np.divmod(pairs[frequent], max(width, 1))
    return (
        (first + start).astype(np.int32),
        second.astype(np.int32),
        both[frequent],
        weighted.astype(np.float32),
    )


def _rows_of(block, ids, start, stop):
    """Return (first, second, both) of a block's pairs of kept products whose first has a position
    in `ids` of start..stop - 1; first is counted from start."""
    positions = np.searchsorted(ids, block.product_ids)
    known = ids[np.minimum(positions, len(ids) - 1)] == block.product_ids
    positions = np.where(known, positions, -1)
    ends = np.cumsum(block.row_sizes, dtype=np.int64)
    low, high = np.searchsorted(block.product_ids, (ids[start], ids[stop - 1] + 1))
    rows = slice(ends[low - 1] if low else 0, ends[high - 1] if high else 0)
    first = np.repeat(positions[low:high] - start, block.row_sizes[low:high])
    second = positions[block.second[rows]]
    both = block.both[rows]
    if not known.all():
        kept = np.repeat(known[low:high], block.row_sizes[low:high]) & (second >= 0)
        first, second, both = first[kept], second[kept], both[kept]
    return first, second, both


def _ranges(sizes, limit):
    """Cut positions into runs (start, stop) whose sizes add up to at most the limit."""
    ends = np.cumsum(sizes)
    start = 0
    while start < len(ends):
        done = ends[start] - sizes[start]
        stop = max(int(np.searchsorted(ends, done + limit, side="right")), start + 1)
        yield start, stop
        start = stop
