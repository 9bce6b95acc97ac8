"""Figures of any two groupings of baskets: which orders have both, and what it says.

An axis puts order lines (by product, by category) or whole orders (by customer group) into items.
Orders are numbered from 0 here, see `number_keys`.
"""

from typing import NamedTuple

import numpy as np
from scipy import sparse


class Axis(NamedTuple):
    """The items of one side of a matrix.

    ids: keys of the items, shape (items,)
    incidence: sparse matrix of shape (orders, items), 1 where the order has the item
    item: position of each line's item, negative for none; None where whole orders are grouped
    """

    ids: np.ndarray
    incidence: sparse.csr_matrix
    item: np.ndarray | None

    def count_orders(self):
        """Return how many orders have each item, of shape (items,)."""
        return np.bincount(self.incidence.indices, minlength=len(self.ids))

    def take(self, positions):
        """Return the axis with the items at these positions only, in their order."""
        item = self.item
        if item is not None:
            moved = np.full(len(self.ids), -1)
            moved[positions] = np.arange(len(positions))
            item = moved[item]
        return Axis(self.ids[positions], self.incidence[:, positions], item)


class Measures(NamedTuple):
    """Each of shape (rows, columns); NaN where there is nothing to divide by."""

    support: np.ndarray
    confidence: np.ndarray
    lift: np.ndarray


def number_keys(keys):
    """Return the distinct keys, ascending, and the position of each key among them.

    Keys of a database are dense enough for a table of all between the smallest and the largest,
    which costs a fraction of sorting them.

    :param keys: integers of shape (n,)
    """
    if not len(keys):
        return np.empty(0, keys.dtype), np.empty(0, np.intp)
    first = int(keys.min())
    offsets = keys - first
    present = np.zeros(int(offsets.max()) + 1, bool)
    present[offsets] = True
    positions = np.cumsum(present) - 1
    return np.flatnonzero(present).astype(keys.dtype) + first, positions[offsets]


def build_line_axis(order, key, orders):
    """Return the axis of lines grouped by a key.

    :param order: order of each line, in ``range(orders)``
    :param key: key of each line's item
    """
    ids, item = number_keys(key)
    return Axis(ids, _build_incidence(order, item, (orders, len(ids))), item)


def build_group_axis(order, customer, member, group, orders):
    """Return the axis of orders grouped by the groups of their customers, 0 for those in none.

    :param order, customer: parallel; the customers that may put an order into a group
    :param member, group: parallel; the customers of the groups, numbered as `customer`
    """
    ids, item = number_keys(group)
    customers = 1 + int(max(customer.max(initial=0), member.max(initial=0)))
    by_customer = _build_incidence(order, customer, (orders, customers))
    by_group = _build_incidence(member, item, (customers, len(ids)))
    placed = (by_customer @ by_group).tocsr()
    placed.data[:] = 1  # in a group by two ways is in it once
    alone = np.flatnonzero(np.diff(placed.indptr) == 0)
    nobody = _build_incidence(alone, np.zeros_like(alone), (orders, 1))
    return Axis(
        np.append(ids, 0).astype(np.int64), sparse.hstack([placed, nobody], format="csr"), None
    )


def rank_items(orders, ids, keep):
    """Return the positions of the items to show: those of most orders first, then by id.

    :param keep: which may be shown, boolean of shape (items,); those without an order never are
    """
    positions = np.flatnonzero((orders > 0) & keep)
    return positions[np.lexsort((ids[positions], -orders[positions]))]


def count_both(rows, columns):
    """Return how many orders have the item of the row and that of the column.

    :return: integers of shape (rows, columns)
    """
    return (rows.incidence.T @ columns.incidence).toarray()


def sum_both(rows, columns, order, amount):
    """Add up the lines of either item on the orders that have both, each line once.

    Where the columns group whole orders, these are the lines of the row.

    :param order, amount: of each line
    :return: floats of shape (rows, columns)
    """
    row_amounts = _build_incidence(order, rows.item, rows.incidence.shape, amount)
    sums = row_amounts.T @ columns.incidence
    if columns.item is None:
        return sums.toarray()
    column_amounts = _build_incidence(order, columns.item, columns.incidence.shape, amount)
    sums = sums + rows.incidence.T @ column_amounts
    # A line of both items (a product and its category, a category and itself) was added twice.
    both = (rows.item >= 0) & (columns.item >= 0)
    shape = (len(rows.ids), len(columns.ids))
    twice = sparse.coo_matrix((amount[both], (rows.item[both], columns.item[both])), shape=shape)
    return (sums - twice.tocsr()).toarray()


def measure(both, row_orders, column_orders, total, by_column=False):
    """Return what counts of orders say about each other.

    ``support = both / total``, ``confidence = both / row`` (``both / column`` if `by_column`) and
    ``lift = both * total / (row * column)``: how many times more often than by chance, which
    Brin, Motwani, Ullman and Tsur (1997) named interest.

    :param both: integers of shape (rows, columns)
    :param row_orders, column_orders: orders of each item
    """
    both = np.asarray(both, dtype=np.float64)
    row_orders = np.asarray(row_orders, dtype=np.float64)[:, None]
    column_orders = np.asarray(column_orders, dtype=np.float64)[None, :]
    with np.errstate(divide="ignore", invalid="ignore"):
        return Measures(
            support=both / np.float64(total),
            confidence=both / (column_orders if by_column else row_orders),
            lift=both * total / (row_orders * column_orders),
        )


def _build_incidence(row, column, shape, amount=None):
    """Return a sparse matrix of presence, or of amounts added up; negative columns left out."""
    kept = column >= 0
    data = np.ones(int(kept.sum()), np.int32) if amount is None else amount[kept]
    matrix = sparse.coo_matrix((data, (row[kept], column[kept])), shape=shape).tocsr()
    if amount is None:
        matrix.data[:] = 1
    return matrix
