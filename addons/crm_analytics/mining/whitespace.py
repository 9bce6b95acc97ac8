"""What similar customers buy and this one does not, with an estimate in money."""

from typing import NamedTuple

import numpy as np

# Customers among whom peers are looked for: more would cost time and tell nothing new.
MAX_POOL = 5_000
# Entries of one block of customers x peers x categories: 4 bytes each.
BLOCK_ENTRIES = 8_000_000


class Pool(NamedTuple):
    """The customers among whom peers are found.

    :param customer: int32, shape (pool,), ascending
    :param category: int32, shape (categories,), ascending
    :param amount: float32, shape (pool, categories), yearly purchases in the company's currency
    :param profile: float32, shape (pool, categories), rows of length 1
    """

    customer: np.ndarray
    category: np.ndarray
    amount: np.ndarray
    profile: np.ndarray


class WhiteSpaces(NamedTuple):
    """Categories that a customer's peers buy and he does not, sorted by customer, best first.

    Parallel arrays of shape (rows,):

    :param customer: int32
    :param category: int32
    :param peer_count: int32, customers he was compared with
    :param peer_buyers: int32, of them buyers of the category
    :param share: float64, peer_buyers / peer_count
    :param amount: float64, yearly estimate, see `find_white_spaces`
    """

    customer: np.ndarray
    category: np.ndarray
    peer_count: np.ndarray
    peer_buyers: np.ndarray
    share: np.ndarray
    amount: np.ndarray


def build_pool(customers, categories, amounts):
    """Return the pool of peers: every customer, or one of every so many of a great number.

    :param customers: ints, shape (rows,), one row for each customer and category
    :param categories: ints, shape (rows,)
    :param amounts: floats, shape (rows,), yearly purchases; what is not above 0 is left out
    :rtype: Pool
    """
    customers, categories, amounts = _positive(customers, categories, amounts)
    customer = np.unique(customers)
    customer = customer[:: -(-len(customer) // MAX_POOL) or 1]
    category = np.unique(categories)
    amount = _as_table(customers, categories, amounts, customer, category)
    return Pool(customer, category, amount, _profile(amount))


def find_white_spaces(pool, customers, categories, amounts, *, peers=50, min_share=0.3, limit=10):
    """Return the categories that at least `min_share` of a customer's peers buy and he does not.

    Peers are the `peers` customers of the pool whose purchases are spread most alike over the
    categories (cosine of the logarithms of the amounts). The estimate is what the peers who buy
    the category spend on it for each unit of money they spend on the rest, at the median, times
    what this customer spends, and never more than they spend on it at the median: who buys one
    dear thing does not need as much more of the cheap ones. Rows are ranked by share times amount.

    :param Pool pool: see `build_pool`
    :param customers, categories, amounts: as in `build_pool`, of a batch of whole customers
    :rtype: WhiteSpaces
    """
    customers, categories, amounts = _positive(customers, categories, amounts)
    ids = np.unique(customers)
    step = max(BLOCK_ENTRIES // max(peers * len(pool.category), len(pool.customer), 1), 1)
    parts = []
    for start in range(0, len(ids), step):
        block = ids[start : start + step]
        amount = _as_table(customers, categories, amounts, block, pool.category)
        parts.append(_find_in_block(pool, block, amount, peers, min_share))
    if not parts:
        return WhiteSpaces(*(np.empty(0, np.int32),) * 4, *(np.empty(0),) * 2)
    found = WhiteSpaces(*(np.concatenate(values) for values in zip(*parts, strict=True)))
    order = np.lexsort((found.category, -found.share * found.amount, found.customer))
    run = found.customer[order]
    order = order[np.arange(len(run)) - np.searchsorted(run, run) < limit]
    return WhiteSpaces(*(values[order] for values in found))


def _find_in_block(pool, ids, amount, peers, min_share):
    likeness = _profile(amount) @ pool.profile.T
    # Nobody is his own peer.
    likeness[ids[:, None] == pool.customer[None, :]] = -1
    peers = min(peers, likeness.shape[1])
    nearest = np.argpartition(-likeness, peers - 1, axis=1)[:, :peers]
    alike = np.take_along_axis(likeness, nearest, axis=1) > 0
    spent = pool.amount[nearest] * alike[:, :, None]
    count = alike.sum(axis=1)
    buyers = (spent > 0).sum(axis=1)
    total = spent.sum(axis=2, keepdims=True)
    rest = total - spent
    ratio = np.divide(spent, rest, out=np.full_like(spent, np.nan), where=(spent > 0) & (rest > 0))
    share = buyers / np.maximum(count, 1)[:, None]
    rows, columns = np.nonzero((share >= min_share) & (amount <= 0) & (buyers > 0))
    usual = _median(ratio[rows, :, columns])
    spends = np.where(spent > 0, spent, np.nan)[rows, :, columns]
    estimate = np.minimum(amount.sum(axis=1)[rows] * usual, _median(spends))
    kept = ~np.isnan(estimate)
    return (
        ids[rows[kept]],
        pool.category[columns[kept]],
        count[rows[kept]].astype(np.int32),
        buyers[rows, columns][kept].astype(np.int32),
        share[rows, columns][kept],
        estimate[kept].astype(np.float64),
    )


def _median(values):
    """Return the median of each row without its NaN, NaN if there is nothing else."""
    values = np.sort(values, axis=1)  # NaN last
    known = np.count_nonzero(~np.isnan(values), axis=1)
    rows = np.arange(len(values))
    lower, upper = values[rows, (known - 1).clip(0) // 2], values[rows, known // 2]
    return (lower + upper) / 2


def _positive(customers, categories, amounts):
    amounts = np.asarray(amounts, dtype=np.float32)
    bought = amounts > 0
    return (
        np.asarray(customers, dtype=np.int32)[bought],
        np.asarray(categories, dtype=np.int32)[bought],
        amounts[bought],
    )


def _as_table(customers, categories, amounts, rows, columns):
    """Return the amounts as float32 of shape (rows, columns), both ascending."""
    table = np.zeros((len(rows), len(columns)), dtype=np.float32)
    chosen = np.isin(customers, rows) & np.isin(categories, columns)
    places = (
        np.searchsorted(rows, customers[chosen]),
        np.searchsorted(columns, categories[chosen]),
    )
    np.add.at(table, places, amounts[chosen])
    return table


def _profile(amount):
    logs = np.log1p(amount)
    length = np.linalg.norm(logs, axis=1, keepdims=True)
    return np.divide(logs, length, out=np.zeros_like(logs), where=length > 0)
