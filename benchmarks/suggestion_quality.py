"""Measure how good what `crm_analytics` proposes is, beside what others would propose.

    python benchmarks/suggestion_quality.py
    python benchmarks/suggestion_quality.py sales.csv.xz ...

The first judges the retail history, parts of it, and made-up shops; the second the sales of any
other shops, in the columns that `make load` takes.

Baskets are split by time: the first part is learned from, the later ones of customers who bought
before are guessed. Three tasks: complete the basket (a random half of the products is given), the
next basket of a customer (nothing but his history is given), and the products in it that are new
to him (of baskets that have any). HR@5 is the share of baskets of which one of the first five
proposals was in it; recall@10 the share of a basket's products among the first ten; MRR@20 one
over the position of the first that was.

Parameters were chosen on the tables called "validation" (of this file and of other shops), whose
baskets come before those of the tables called "test". "As installed" is what the panel does: 30
neighbours a product, 20 predictions a customer, their scores summed. "All rows" is the same before
the cut. `implicit` (a development dependency) is left out where it is not installed.
"""

import csv
import datetime
import lzma
import os
import sys
from pathlib import Path
from typing import NamedTuple

import numpy as np
from scipy import sparse

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "addons" / "crm_analytics"))

from mining import (  # noqa: E402
    PREDICTION_WEIGHT,
    affinity,
    blocks,
    cooccurrence,
    counts,
    customer,
    recommend,
)

try:
    from implicit.als import AlternatingLeastSquares
    from implicit.nearest_neighbours import BM25Recommender
except ImportError:
    AlternatingLeastSquares = BM25Recommender = None

RETAIL_CSV = Path(
    os.environ.get("RETAIL_CSV", ROOT.parent / "shared" / "data" / "online_retail.csv.xz")
)
TRAINING_BASKETS, VALIDATION_BASKETS, TEST_BASKETS = 16_206, 3_000, 3_000
# What a fresh installation uses.
MIN_ORDERS, MAX_PRODUCTS, NEIGHBOURS, HALF_LIFE_MONTHS = 5, 100, 30, 12
EVERYTHING = 1_000_000
UNKNOWN = -1


class Shop(NamedTuple):
    """Baskets by time: a csr_array of 0/1; by basket its customer (or UNKNOWN), day, country."""

    name: str
    baskets: sparse.csr_array
    customers: np.ndarray
    days: np.ndarray
    countries: np.ndarray


class Task(NamedTuple):
    """What is learned from; baskets to guess: what is given, what is not proposed, the truth."""

    training: Shop
    customers: np.ndarray
    given: sparse.csr_array
    excluded: sparse.csr_array
    truth: sparse.csr_array


# Shops


def read_csv(path):
    """Return the shop of a sales file: no cancellations, quantities above zero."""
    opener = lzma.open if path.suffix == ".xz" else open
    lines = {}
    with opener(path, "rt", encoding="utf-8", errors="replace", newline="") as file:
        for row in csv.DictReader(file):
            if not row["InvoiceNo"].startswith("C") and float(row["Quantity"]) > 0:
                order = lines.setdefault(row["InvoiceNo"], [])
                order.append((row["InvoiceDate"], row["StockCode"].upper(), row))
    found = sorted((min(line[0] for line in order), name) for name, order in lines.items())
    products = {}
    for _date, name in found:
        for _moment, code, _row in lines[name]:
            products.setdefault(code, len(products))
    heads = [lines[name][0][2] for _date, name in found]
    return make_shop(
        path.name,
        [[products[code] for _moment, code, _row in lines[name]] for _date, name in found],
        np.unique([row["CustomerID"] for row in heads], return_inverse=True)[1]
        + np.array([0 if row["CustomerID"] else -EVERYTHING for row in heads]),
        [datetime.date.fromisoformat(date[:10]).toordinal() for date, _name in found],
        [row.get("Country") for row in heads],
    )


def make_shop(name, contents, customers, days, countries=None):
    sizes = [len(content) for content in contents]
    columns = np.concatenate([np.asarray(content) for content in contents])
    rows = np.repeat(np.arange(len(contents)), sizes)
    matrix = sparse.csr_array((np.ones(len(rows)), (rows, columns)))
    matrix.sum_duplicates()
    matrix.data[:] = 1
    customers = np.maximum(customers, UNKNOWN)
    return Shop(
        name, matrix, customers, np.asarray(days), np.asarray(countries or [""] * len(days))
    )


def take_part(shop, name, chosen):
    """Return some of the baskets, and of the products those that are in them."""
    matrix = shop.baskets[chosen]
    matrix = matrix[:, np.unique(matrix.indices)]
    return Shop(name, matrix, *(values[chosen] for values in shop[2:]))


def take_products(shop, name, number):
    """Return the shop with its most frequent products alone."""
    frequent = np.argsort(-cooccurrence.product_orders(shop.baskets), kind="stable")[:number]
    matrix = shop.baskets[:, np.sort(frequent)]
    filled = np.diff(matrix.indptr) > 0
    return Shop(name, matrix[filled], *(values[filled] for values in shop[2:]))


def make_up(name, *, seed, products, customers, orders, size, habit):
    """Return a shop in which each customer has some interests, and habits within them.

    :param size: mean number of draws of a basket
    :param habit: chance of each draw to repeat an earlier one of the customer
    """
    random = np.random.default_rng(seed)
    topics = max(products // 25, 2)
    topic_of = random.integers(0, topics, products)
    chances = 1 / np.arange(1, products + 1) ** 0.8
    likes = random.dirichlet(np.full(topics, 0.1), customers)
    activity = random.pareto(1.5, customers) + 0.2
    owners = random.choice(customers, orders, p=activity / activity.sum())
    contents, history = [], [[] for _customer in range(customers)]
    by_topic = [np.flatnonzero(topic_of == topic) for topic in range(topics)]
    for owner in owners.tolist():
        topic = random.choice(topics, p=likes[owner])
        members = by_topic[topic] if len(by_topic[topic]) else np.arange(products)
        weights = chances[members] / chances[members].sum()
        content = set()
        for _draw in range(1 + random.poisson(size - 1)):
            if history[owner] and random.random() < habit:
                content.add(int(random.choice(history[owner])))
            elif random.random() < 0.8:
                content.add(int(random.choice(members, p=weights)))
            else:
                content.add(int(random.choice(products, p=chances / chances.sum())))
        history[owner].extend(content)
        contents.append(sorted(content))
    return make_shop(name, contents, owners, np.sort(random.integers(0, 540, orders)))


# Tasks


def make_tasks(shop, first, last, limit):
    """Return {name: Task} of the baskets from `first` to `last`, learned from those before."""
    training = Shop(shop.name, shop.baskets[:first], *(values[:first] for values in shop[2:]))
    known = np.isin(shop.customers, np.setdiff1d(training.customers, UNKNOWN))
    chosen = np.flatnonzero(known[first:last]) + first
    pairs = chosen[np.diff(shop.baskets.indptr)[chosen] >= 2][:limit]
    chosen = chosen[:limit]
    given, hidden = halve(shop.baskets[pairs])
    full, owned = shop.baskets[chosen], get_owned(training, shop.customers[chosen])
    new = sparse.csr_array(full - full.multiply(owned > 0))
    new.eliminate_zeros()
    fresh = np.diff(new.indptr) > 0
    nothing = sparse.csr_array(full.shape)
    return {
        "complete the basket": Task(training, shop.customers[pairs], given, given, hidden),
        "next basket": Task(training, shop.customers[chosen], nothing, nothing, full),
        "new to the customer": Task(
            training, shop.customers[chosen][fresh], nothing[fresh], owned[fresh], new[fresh]
        ),
    }


def halve(baskets):
    random = np.random.default_rng(2011)
    first = np.zeros(len(baskets.indices), dtype=bool)
    for start, stop in zip(baskets.indptr, baskets.indptr[1:], strict=False):
        half = (stop - start + 1) // 2
        first[start + random.permutation(stop - start)[:half]] = True
    halves = []
    for chosen in (first, ~first):
        half = baskets.copy()
        half.data = chosen.astype(float)
        half.eliminate_zeros()
        halves.append(half)
    return halves


def get_owned(training, customers):
    """Return how many orders of each of these customers had each product, a row for each."""
    ids, rows = np.unique(training.customers, return_inverse=True)
    counts = sparse.csr_array((np.ones(len(rows)), (rows, np.arange(len(rows)))))
    owned = sparse.csr_array(counts @ training.baskets)
    return owned[np.searchsorted(ids, customers)]


# Rankings: a task to scores, csr or dense, of shape (baskets, products)


def by_popularity(task):
    orders = cooccurrence.product_orders(task.training.baskets)
    return np.tile(orders.astype(float), (len(task.customers), 1))


def by_own_frequency(task):
    popular = by_popularity(task)
    return get_owned(task.training, task.customers).toarray() + popular / (popular.max() + 1)


def by_measure(measure, min_orders):
    def rank(task):
        matrix = task.training.baskets.astype(np.int32)
        orders = cooccurrence.product_orders(matrix)
        scores = sparse.csr_array((matrix.shape[1],) * 2)
        for pairs in cooccurrence.iter_pairs(matrix, min_orders):
            values = measure(pairs.both, orders[pairs.first], orders[pairs.second], matrix.shape[0])
            scores += sparse.csr_array((values, (pairs.first, pairs.second)), shape=scores.shape)
        return get_basis(task) @ scores

    return rank


def get_basis(task):
    """Return the products to start from: those given, or else the customer's history."""
    return task.given if task.given.nnz else (get_owned(task.training, task.customers) > 0) * 1.0


def by_bm25(task):
    model = BM25Recommender(K=min(task.given.shape[1], 1000))
    model.fit(sparse.csr_matrix(get_learned(task)), show_progress=False)
    return get_basis(task) @ sparse.csr_array(model.similarity)


def by_als(task):
    model = AlternatingLeastSquares(factors=64, random_state=1, num_threads=1)
    model.fit(sparse.csr_matrix(get_learned(task)), show_progress=False)
    basis = sparse.csr_matrix(
        task.given if task.given.nnz else get_owned(task.training, task.customers)
    )
    return model.recalculate_user(np.arange(basis.shape[0]), basis) @ model.item_factors.T


def get_learned(task):
    """Return what a model learns from: the baskets to complete one, else the histories."""
    if task.given.nnz:
        return task.training.baskets
    return get_owned(task.training, np.setdiff1d(task.training.customers, UNKNOWN))


def by_us(neighbours=NEIGHBOURS, limit=customer.LIMIT, repeats=customer.REPEATS, predicted=True):
    """What the panel does, see `mining/recommend.py`."""

    def rank(task):
        scores = np.zeros(task.given.shape)
        if task.given.nnz:
            scores += task.given @ get_affinities(task.training, neighbours)
        if predicted:
            scores += PREDICTION_WEIGHT * get_predictions(task, limit, repeats)
        return scores

    return rank


def get_affinities(shop, neighbours):
    lines = shop.baskets.tocoo()
    months = shop.days // 30
    counted = blocks.count_months(lines.row, lines.col, months[lines.row], MAX_PRODUCTS)
    weighted = [
        (block, 0.5 ** ((months.max() - month) / HALF_LIFE_MONTHS)) for month, block in counted
    ]
    mined = affinity.rank_pairs(counts.add_blocks(weighted, MIN_ORDERS), neighbours)
    return recommend.score_matrix(mined, np.arange(shop.baskets.shape[1]))


def get_predictions(task, limit, repeats):
    shop = task.training
    lines = shop.baskets.tocoo()
    known = shop.customers[lines.row] != UNKNOWN
    rows, products, today = lines.row[known], lines.col[known], int(shop.days.max())
    owners = shop.customers[rows]
    histories = customer.summarize_purchases(owners, rows, products, shop.days[rows], today)
    interests = customer.learn_interests(
        histories.customer, histories.product, customer.count_habits(histories, today)
    )
    found = customer.predict_purchases(histories, interests, today, limit, repeats)
    ids, places = np.unique(found.customer, return_inverse=True)
    table = sparse.csr_array(
        (found.score, (places, found.product)), shape=(len(ids) + 1, shop.baskets.shape[1])
    )
    position = np.searchsorted(ids, task.customers)
    same = ids[np.minimum(position, len(ids) - 1)] == task.customers
    return table[np.where(same, position, len(ids))].toarray()


def confidence(both, orders_product, _orders_other, _total):
    return both / orders_product


def lift(both, orders_product, orders_other, total):
    return both * total / (orders_product * orders_other)


def cosine(both, orders_product, orders_other, _total):
    return both / np.sqrt(orders_product * orders_other)


def get_rankings():
    rankings = {
        "popularity": by_popularity,
        "own frequency, then popularity": by_own_frequency,
        "rules by confidence, k=20": by_measure(confidence, 20),
        "rules by lift, k=20": by_measure(lift, 20),
        "item cosine": by_measure(cosine, 2),
    }
    simple = list(rankings)
    if AlternatingLeastSquares:
        rankings |= {"implicit BM25": by_bm25, "implicit ALS 64": by_als}
    ours = {
        "ours, affinities alone": by_us(predicted=False),
        "ours, all rows": by_us(EVERYTHING, EVERYTHING, EVERYTHING),
        "ours, as installed": by_us(),
    }
    return rankings | ours, simple


# Quality


def get_quality(task, scores):
    """Return HR@5, recall@10 and MRR@20; ties go to the product that came first."""
    scores = np.array(scores.toarray() if sparse.issparse(scores) else scores)
    # What was not scored at all is not proposed, what is given or known neither.
    scores[task.excluded.toarray() > 0] = 0
    best = np.argsort(-scores, axis=1, kind="stable")[:, :20]
    shown = np.take_along_axis(scores, best, axis=1) > 0
    found = np.take_along_axis(task.truth.toarray() > 0, best, axis=1) & shown
    sizes = np.diff(task.truth.indptr)
    first = np.where(found.any(axis=1), 1 / (found.argmax(axis=1) + 1), 0)
    return found[:, :5].any(axis=1).mean(), (found[:, :10].sum(axis=1) / sizes).mean(), first.mean()


def bench(shop, name, first, last, limit=TEST_BASKETS):
    """Print the table of a shop; return where we are clearly below a simple ranking."""
    rankings, simple = get_rankings()
    tasks = make_tasks(shop, first, last, limit)
    found = {
        (title, task): get_quality(tasks[task], rank(tasks[task]))
        for task in tasks
        for title, rank in rankings.items()
        if title != "ours, affinities alone" or task == "complete the basket"
    }
    counts = ", ".join(f"{len(task.customers):,}" for task in tasks.values())
    print(f"\n## {shop.name}, {name}: {first:,} baskets of {shop.baskets.shape[1]:,} products")
    print(f"\nHR@5 / recall@10 / MRR@20 of {counts} baskets\n")
    rows = [["ranking", *tasks]]
    for title in rankings:
        cells = [found.get((title, task)) for task in tasks]
        rows.append(
            [title, *(" / ".join(f"{value:.3f}" for value in cell or ()) for cell in cells)]
        )
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    for position, row in enumerate(rows):
        cells = (cell.ljust(width) for cell, width in zip(row, widths, strict=True))
        print("| " + " | ".join(cells) + " |")
        if not position:
            print("|" + "|".join("-" * (width + 2) for width in widths) + "|", flush=True)
    below = []
    for name_of_task, task in tasks.items():
        ours = found["ours, as installed", name_of_task][0]
        best = max(simple, key=lambda title: found[title, name_of_task][0])
        gap = found[best, name_of_task][0] - ours
        if gap > 2 * np.sqrt(max(ours * (1 - ours), 1e-9) / max(len(task.customers), 1)):
            below.append(f"{shop.name}, {name}: {name_of_task}, {gap:.3f} below {best}")
    return below


def bench_shop(shop):
    """Judge a shop by its last fifth, with the same parameters as any other."""
    number = shop.baskets.shape[0]
    return bench(shop, "test", int(number * 0.8), number)


def get_parts(retail):
    """Yield parts of the retail history, as shops of their own."""
    foreign = ~np.isin(retail.countries, ["United Kingdom"])
    yield take_part(retail, "retail abroad", foreign)
    for country in ("Germany", "France"):
        yield take_part(retail, f"retail in {country}", retail.countries == country)
    middle = retail.days.min() + 180
    yield take_part(retail, "retail, first 180 days", retail.days < middle)
    yield take_products(retail, "retail, 50 products", 50)
    random = np.random.default_rng(7)
    kept = random.random(retail.customers.max() + 2) < 0.2
    yield take_part(retail, "retail, a fifth of the customers", kept[retail.customers])


def make_shops():
    shape = {"products": 1500, "customers": 800, "orders": 8000, "size": 6, "habit": 0.3}
    for seed, (name, changes) in enumerate(
        {
            "made up": {},
            "made up, small baskets": {"size": 2},
            "made up, 25 products": {"products": 25},
            "made up, sparse customers": {"customers": 5000},
            "made up, strong habits": {"habit": 0.8, "products": 400},
            "made up, 300 orders": {"orders": 300, "customers": 60, "products": 120},
        }.items()
    ):
        yield make_up(name, seed=seed, **{**shape, **changes})


def main(paths):
    below = []
    if paths:
        for path in paths:
            below += bench_shop(read_csv(path))
    else:
        retail = read_csv(RETAIL_CSV)
        number = retail.baskets.shape[0]
        below += bench(
            retail, "validation", TRAINING_BASKETS - VALIDATION_BASKETS, TRAINING_BASKETS
        )
        below += bench(retail, "test", TRAINING_BASKETS, number)
        for shop in [*get_parts(retail), *make_shops()]:
            below += bench_shop(shop)
    print("\nClearly below a simple ranking:", "; ".join(below) or "nowhere")


if __name__ == "__main__":
    missing = [path for path in map(Path, sys.argv[1:] or [RETAIL_CSV]) if not path.exists()]
    if missing:
        sys.exit(f"{missing[0]} is missing. Set RETAIL_CSV, or name the sales files to judge.")
    main([Path(path) for path in sys.argv[1:]])
