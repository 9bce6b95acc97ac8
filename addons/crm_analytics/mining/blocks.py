"""Counts of orders and pairs kept in small blocks, so that a night counts only what changed.

A block holds what one set of orders of one calendar month says: how many orders have each product,
and each pair of products. Counts are additive: those of a period are the sums over its blocks, each
weighted by its month, and an order that changes costs no more than its own block. How it fits
together, in the order of a night:

1. `sale.order.line._get_basket_ranges(company, date_from)` says which ranges of order ids there are
   and gives each a fingerprint; a range with another fingerprint than last time is read again;
2. `sale.order.line._read_basket_range(company, order_range, date_from)` reads one as arrays;
3. `count_months` makes a block of each month in it; `encode_block` makes bytes of a block, stored
   as one row by (company, order_range, month) in place of all rows of that range;
4. `add_blocks` of `counts.py` adds the blocks of the months of the period: plain counts, and counts
   weighted by recency beside them;
5. `iter_directed` hands them out by product, to be scored.

Why ranges of ids beside months: the id of an order never changes, its month and state do. A
cancelled order that is confirmed again moves to another month and is then read again in both.
"""

from typing import NamedTuple

import numpy as np

from .cooccurrence import count_columns, number_values, run_sizes, run_starts

_FORMAT = 1


class Block(NamedTuple):
    """What one set of orders says.

    :param baskets: number of orders counted
    :param dropped: number of orders left out for having too many products
    :param product_ids: int32, shape (products,), ascending: the products on the orders counted
    :param product_orders: int32, shape (products,): orders with each of them
    :param row_sizes: int32, shape (products,): how many of the pairs have it as their first
    :param second: int32, shape (pairs,): position of the second product, above that of the first;
        sorted by first, then second
    :param both: int32, shape (pairs,): orders with both
    """

    baskets: int
    dropped: int
    product_ids: np.ndarray
    product_orders: np.ndarray
    row_sizes: np.ndarray
    second: np.ndarray
    both: np.ndarray


def count_block(order_ids, product_ids, max_products=None):
    """Return the block of parallel arrays of order lines.

    Very large baskets say little about what goes together and hold most of the pairs: on the
    "Online Retail" data those of more than 100 products are 3 % of the orders and 76 % of the
    co-occurrences of products. Leaving them out altogether (not only of the pairs) keeps
    every count over the same orders, so that "14 of 22 orders" can be re-added by hand.

    :param order_ids: ints, shape (lines,), in any order
    :param product_ids: ints, shape (lines,); the same product may come twice in an order
    :param max_products: leave out orders of more distinct products; None keeps all
    :rtype: Block
    """
    order_ids, product_ids = np.asarray(order_ids), np.asarray(product_ids)
    if not len(order_ids):
        nothing = np.empty(0, np.int32)
        return Block(0, 0, *(nothing,) * 5)
    products, columns = number_values(product_ids)
    # One number a line, sorted: numpy sorts plain integers with the processor's vector units.
    cells = (order_ids.astype(np.int64) - int(order_ids.min())) << 32
    cells |= columns
    cells.sort()
    cells = cells[run_starts(cells)]
    orders, columns = cells >> 32, (cells & 0xFFFFFFFF).astype(np.int32)
    starts = run_starts(orders)
    sizes = run_sizes(starts, len(orders))
    dropped = 0
    if max_products is not None:
        small = sizes <= max_products
        dropped = int(np.count_nonzero(~small))
        if dropped:
            columns, sizes = columns[np.repeat(small, sizes)], sizes[small]
    pairs = count_columns(columns, sizes, len(products))
    product_orders = np.bincount(columns, minlength=len(products)).astype(np.int32)
    row_sizes = np.bincount(pairs.first, minlength=len(products)).astype(np.int32)
    block = Block(
        len(sizes),
        dropped,
        products.astype(np.int32),
        product_orders,
        row_sizes,
        pairs.second,
        pairs.both.astype(np.int32),
    )
    return _without_empty(block) if dropped else block


def count_months(order_ids, product_ids, months, max_products=None):
    """Yield (month, Block) of parallel arrays of order lines, by ascending month.

    :param months: ints, shape (lines,): the month of the order of each line
    :rtype: Iterator[tuple[int, Block]]
    """
    distinct, positions = number_values(months)
    for position, month in enumerate(distinct.tolist()):
        chosen = positions == position
        yield month, count_block(order_ids[chosen], product_ids[chosen], max_products)


def encode_block(block):
    """Return a block as bytes: two to three for each pair.

    Numbers are small, most of all as differences from the one before: each takes a byte, and only
    what does not fit takes more.
    """
    row_starts = np.cumsum(block.row_sizes) - block.row_sizes
    filled = block.row_sizes > 0
    steps = np.diff(block.second, prepend=0)
    steps[row_starts[filled]] = block.second[row_starts[filled]] - np.flatnonzero(filled)
    header = (
        _FORMAT,
        block.baskets,
        block.dropped,
        len(block.product_ids),
        len(block.second),
        block.both.max(initial=1),
    )
    return b"".join(
        (
            np.array(header, dtype="<i8").tobytes(),
            _pack(np.diff(block.product_ids, prepend=0)),
            _pack(block.product_orders),
            _pack(block.row_sizes),
            _pack(steps),
            _pack(block.both),
        )
    )


def decode_block(data):
    """Return the block of `encode_block`'s bytes (or of a memoryview of them)."""
    block, pairs, position = decode_products(data)
    steps, position = _unpack(data, position, pairs)
    both, position = _unpack(data, position, pairs)
    filled = np.flatnonzero(block.row_sizes)
    row_starts = (np.cumsum(block.row_sizes) - block.row_sizes)[filled]
    # The sum of all steps runs over the rows: take off what it was where each row began. Where it
    # leaves the 32 bits it comes back in by the same way.
    second = np.cumsum(steps, dtype=np.int32)
    offsets = second[row_starts] - steps[row_starts] - filled.astype(np.int32)
    second -= np.repeat(offsets, block.row_sizes[filled])
    return block._replace(second=second, both=both)


def decode_products(data):
    """Return (Block without its pairs but the largest number of orders with both, the number of
    its pairs, the position where they begin)."""
    version, baskets, dropped, products, pairs, largest = np.frombuffer(data, "<i8", 6).tolist()
    if version != _FORMAT:
        raise ValueError(f"Block of format {version}, not {_FORMAT}: count its orders again.")
    position = 6 * 8
    product_ids, position = _unpack(data, position, products)
    product_orders, position = _unpack(data, position, products)
    row_sizes, position = _unpack(data, position, products)
    block = Block(
        baskets,
        dropped,
        np.cumsum(product_ids, dtype=np.int32),
        product_orders,
        row_sizes,
        np.empty(0, np.int32),
        np.array([largest], np.int32),
    )
    return block, pairs, position


def _without_empty(block):
    """Return the block without the products that no order counted has."""
    kept = block.product_orders > 0
    positions = np.cumsum(kept, dtype=np.int32) - 1
    return block._replace(
        product_ids=block.product_ids[kept],
        product_orders=block.product_orders[kept],
        row_sizes=block.row_sizes[kept],
        second=positions[block.second],
    )


def _pack(values):
    """Return whole numbers of at least 0 as bytes: a byte each, 255 stands for "see the next
    width"; those beyond 16 bits are in the last part, in 32."""
    parts = []
    for limit, width in ((0xFF, "u1"), (0xFFFF, "<u2"), (None, "<u4")):
        parts.append(np.minimum(values, limit).astype(width) if limit else values.astype(width))
        values = values[values >= limit] if limit else values
    sizes = np.array([len(part) for part in parts[1:]], dtype="<i8")
    return b"".join((sizes.tobytes(), *(part.tobytes() for part in parts)))


def _unpack(data, position, count):
    """Return (int32 numbers, position after them)."""
    sizes = np.frombuffer(data, "<i8", 2, position)
    position += sizes.nbytes
    parts = []
    for length, width in zip((count, *sizes.tolist()), ("u1", "<u2", "<u4"), strict=True):
        part = np.frombuffer(data, width, length, position)
        position += part.nbytes
        parts.append(part.astype(np.int32))
    small, middle, large = parts
    middle[middle == 0xFFFF] = large
    small[small == 0xFF] = middle
    return small, position
