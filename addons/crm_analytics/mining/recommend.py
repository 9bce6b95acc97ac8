"""What to propose for a basket, from the affinities of what is in it and what its customer buys.

The panel of a quotation sums stored rows alone, for each product b that is not on it:

    sum over the products a on it of the score of the row (a, b) of `product.affinity`
    + PREDICTION_WEIGHT * the score of b in the customer's rows of `sale.customer.prediction`

With nothing on it yet, the second line alone ranks. Both parts are cut (the best neighbours of a
product, the best predictions of a customer): `benchmarks/suggestion_quality.py` measures what that
costs, with the functions below.
"""

import numpy as np
from scipy import sparse


def score_matrix(affinities, product_ids):
    """Return the scores as a csr_array of float64, shape (products, products).

    :param Affinities affinities: see `mine_affinities`
    :param product_ids: int64, ascending, the products of the rows and columns
    """
    rows = np.searchsorted(product_ids, affinities.product)
    columns = np.searchsorted(product_ids, affinities.other)
    return sparse.csr_array(
        (affinities.score, (rows, columns)), shape=(len(product_ids), len(product_ids))
    )


def complete_baskets(baskets, scores, limit):
    """Return the best products for each basket: those with the highest sum of scores over the
    products in it, without these. Ties go to the lower column.

    The quotation asks PostgreSQL the same for its one basket (`sale.order`,
    `_get_affinity_rows`); this is for many baskets at once: evaluation and batches.

    :param baskets: csr_array of 0/1, shape (baskets, products)
    :param scores: csr_array, shape (products, products), see `score_matrix`
    :param limit: number of products for each basket
    :return: int64 columns, shape (baskets, limit), -1 where nothing is left to propose
    """
    sums = (baskets @ scores).tocsr()
    result = np.full((baskets.shape[0], limit), -1, dtype=np.int64)
    for position in range(baskets.shape[0]):
        present = baskets.indices[baskets.indptr[position] : baskets.indptr[position + 1]]
        row = slice(sums.indptr[position], sums.indptr[position + 1])
        columns, values = sums.indices[row], sums.data[row]
        fresh = ~np.isin(columns, present) & (values > 0)
        columns, values = columns[fresh], values[fresh]
        best = np.lexsort((columns, -values))[:limit]
        result[position, : len(best)] = columns[best]
    return result
