"""Order lines as a matrix of baskets and products."""

from typing import NamedTuple

import numpy as np
from scipy import sparse


class Baskets(NamedTuple):
    """Orders and the distinct products on them.

    :param matrix: csr_array of int32, shape (baskets, products); 1 where the product is in the
        basket, whatever its quantity or its number of lines
    :param product_ids: int64, shape (products,), ascending: the product of each column
    :param dropped: number of baskets left out for being larger than the cap
    """

    matrix: sparse.csr_array
    product_ids: np.ndarray
    dropped: int


def build_baskets(order_ids, product_ids, max_products=None):
    """Return the baskets of parallel arrays of order lines.

    Very large baskets say little about what goes together and hold most of the pairs: on the
    "Online Retail" data those of more than 100 products are 3 % of the orders and 76 % of the
    co-occurrences of products. Leaving them out altogether (not only of the pairs) keeps
    every count over the same orders, so that "14 of 22 orders" can be re-added by hand.

    :param order_ids: ints, shape (lines,), in any order
    :param product_ids: ints, shape (lines,); the same product may come twice in an order
    :param max_products: leave out baskets of more distinct products; None keeps all
    :rtype: Baskets
    """
    baskets, rows = _codes(order_ids)
    products, columns = _codes(product_ids)
    matrix = sparse.csr_array(
        (np.ones(len(rows), dtype=np.int32), (rows, columns)),
        shape=(len(baskets), len(products)),
    )
    matrix.sum_duplicates()
    matrix.data[:] = 1
    dropped = 0
    if max_products is not None:
        small = np.diff(matrix.indptr) <= max_products
        dropped = len(baskets) - int(np.count_nonzero(small))
        if dropped:
            matrix = matrix[small]
    return Baskets(matrix, products.astype(np.int64), dropped)


def _codes(ids):
    """Return the distinct values, ascending, and for each id its position among them."""
    ids = np.asarray(ids)
    values = np.unique(ids)
    return values, np.searchsorted(values, ids).astype(np.int32)
