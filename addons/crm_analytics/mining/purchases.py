"""Purchase histories in parts: read a range of orders at a time, used a range of customers at a
time, so that neither all lines nor all customers are ever in memory."""

import io
import zlib
from typing import NamedTuple

import numpy as np

from .customer import HALF_LIFE, Histories, summarize_purchases

# Customers of one bucket: 2 ** 11 ids.
BUCKET_BITS = 11


class Purchases(NamedTuple):
    """What each customer bought, and for how much.

    :param Histories histories: see `mining/customer.py`
    :param amount: float32, shape of the histories: without taxes, in the company's currency
    """

    histories: Histories
    amount: np.ndarray


def summarize(customers, orders, products, days, *, amounts, today):
    """Return the purchases of parallel arrays of order lines, in any order.

    :param amounts: floats, shape (lines,); the others as in `summarize_purchases`
    :rtype: Purchases
    """
    histories = summarize_purchases(customers, orders, products, days, today)
    seen = np.asarray(days) <= today
    rows = np.searchsorted(
        _keys(histories.customer, histories.product),
        _keys(np.asarray(customers)[seen], np.asarray(products)[seen]),
    )
    amount = np.bincount(rows, np.asarray(amounts)[seen], minlength=len(histories.customer))
    return Purchases(histories, amount.astype(np.float32))


def split(purchases):
    """Yield (bucket, purchases) of the customers of each bucket, ascending.

    :rtype: Iterator[tuple[int, Purchases]]
    """
    buckets = purchases.histories.customer >> BUCKET_BITS
    numbers = np.unique(buckets)
    starts = np.searchsorted(buckets, numbers)
    stops = np.searchsorted(buckets, numbers, side="right")
    for bucket, start, stop in zip(numbers.tolist(), starts, stops, strict=True):
        yield bucket, select(purchases, slice(start, stop))


def merge(parts, today):
    """Return the purchases of parts that share no order, as if all had been read at once.

    :param parts: list of (Purchases, day), each weighed as on that day
    :param int today: the day to weigh by
    :rtype: Purchases
    """
    parts = [(part, day) for part, day in parts if len(part.amount)]
    if not parts:
        return Purchases(Histories(*(np.empty(0, np.int32),) * 5, np.empty(0)), np.empty(0))
    aged = [part.histories.weight * 0.5 ** ((today - day) / HALF_LIFE) for part, day in parts]
    columns = [
        np.concatenate(values) for values in zip(*(p.histories for p, _day in parts), strict=True)
    ]
    keys = _keys(columns[0], columns[1])
    order = np.argsort(keys, kind="stable")
    keys = keys[order]
    starts = np.flatnonzero(np.concatenate(([True], keys[1:] != keys[:-1])))
    customer, product, count, first_day, last_day = (values[order] for values in columns[:5])

    def add(values):
        return np.add.reduceat(values[order], starts)

    return Purchases(
        Histories(
            customer=customer[starts],
            product=product[starts],
            order_count=np.add.reduceat(count, starts),
            first_day=np.minimum.reduceat(first_day, starts),
            last_day=np.maximum.reduceat(last_day, starts),
            weight=add(np.concatenate(aged)),
        ),
        add(np.concatenate([part.amount for part, _day in parts])),
    )


def select(purchases, chosen):
    """Return some of the rows: a slice, or bools of the shape of the rows."""
    return Purchases(
        Histories(*(values[chosen] for values in purchases.histories)), purchases.amount[chosen]
    )


def pieces(purchases, rows):
    """Yield the purchases in pieces of whole customers, of at most `rows` rows where that can be.

    :rtype: Iterator[Purchases]
    """
    customer = purchases.histories.customer
    starts = np.flatnonzero(np.concatenate(([True], customer[1:] != customer[:-1])))
    starts = np.append(starts[: len(customer)], len(customer))
    first = 0
    while first < len(customer):
        # the last customer that begins or ends within the rows, one at least
        place = max(
            np.searchsorted(starts, first + rows, side="right") - 1,
            np.searchsorted(starts, first, side="right"),
        )
        stop = int(starts[place])
        yield select(purchases, slice(first, stop))
        first = stop


def changed_customers(old, new):
    """Return the customers (int32, ascending) whose purchases are not the same in both."""
    rows = np.concatenate([_rows(old), _rows(new)])
    # A row that is in both comes twice.
    found, times = np.unique(rows, return_counts=True)
    return np.unique(found["customer"][times == 1]).astype(np.int32)


def category_amounts(purchases, products, categories, years):
    """Return what each customer buys a year in each category.

    :param products: ints, shape (products,), ascending
    :param categories: ints, shape (products,), 0 for none, which is left out
    :param float years: length of the period of the purchases
    :return: customers, categories (int32), amounts (float32), one row for each pair
    """
    histories = purchases.histories
    place = np.searchsorted(products, histories.product).clip(max=max(len(products) - 1, 0))
    known = (products[place] == histories.product) if len(products) else np.zeros(0, bool)
    category = np.zeros(len(histories.product), np.int32)
    category[known] = categories[place[known]]
    chosen = category > 0
    keys, rows = np.unique(_keys(histories.customer, category)[chosen], return_inverse=True)
    amounts = np.bincount(rows, purchases.amount[chosen], minlength=len(keys)) / years
    return (
        (keys >> 32).astype(np.int32),
        (keys & 0xFFFFFFFF).astype(np.int32),
        amounts.astype(np.float32),
    )


def pack(arrays):
    """Return arrays as bytes: see `unpack`."""
    buffer = io.BytesIO()
    for array in arrays:
        np.save(buffer, np.ascontiguousarray(array), allow_pickle=False)
    return zlib.compress(buffer.getvalue(), 1)


def unpack(data):
    """Return the list of arrays of which `pack` made the bytes."""
    content = zlib.decompress(data)
    buffer = io.BytesIO(content)
    arrays = []
    while buffer.tell() < len(content):
        arrays.append(np.load(buffer, allow_pickle=False))
    return arrays


def pack_purchases(purchases):
    histories = purchases.histories
    return pack([*histories[:5], histories.weight.astype(np.float32), purchases.amount])


def unpack_purchases(data):
    *histories, amount = unpack(data)
    return Purchases(Histories(*histories), amount)


def _rows(purchases):
    names = ("customer", "product", "order_count", "first_day", "last_day")
    rows = np.empty(
        len(purchases.amount), [*((name, np.int32) for name in names), ("amount", np.float32)]
    )
    for name in names:
        rows[name] = getattr(purchases.histories, name)
    rows["amount"] = purchases.amount
    return rows


def _keys(first, second):
    return (np.asarray(first).astype(np.int64) << 32) | np.asarray(second).astype(np.int64)
