"""Measure the mining of `crm_analytics`: time, memory, growth, and the quality of what it proposes.

    python benchmarks/affinity_mining.py [counting] [quality] [growth]

Without arguments all three. The sales history is the "Online Retail" file (RETAIL_CSV, by default
../shared/data/online_retail.csv.xz beside the project): sales are the lines of invoices that are
not cancellations, with a quantity above zero; stock codes in capitals. Each timed step runs in a
process of its own, so that its peak memory is its own.
"""

import csv
import lzma
import multiprocessing
import os
import resource
import sys
import time
from pathlib import Path

import numpy as np
from scipy import sparse

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "addons" / "crm_analytics"))

from mining import affinity, baskets, cooccurrence, recommend  # noqa: E402

RETAIL_CSV = Path(
    os.environ.get("RETAIL_CSV", ROOT.parent / "shared" / "data" / "online_retail.csv.xz")
)
# Figures of the data, to notice another file or another reading of it.
REFERENCE_PAIRS = 349_686
TRAINING_BASKETS = 16_206
VALIDATION_BASKETS = 3_000
TEST_BASKETS = 3_000
# What a fresh installation uses.
MIN_ORDERS, MAX_PRODUCTS, NEIGHBOURS = 5, 100, 30


def read_retail():
    """Return orders, products (ints, by line) and each order's customer, orders by time."""
    with lzma.open(RETAIL_CSV, "rt", encoding="utf-8", errors="replace", newline="") as file:
        rows = [
            (row["InvoiceDate"], row["InvoiceNo"], row["StockCode"].upper(), row["CustomerID"])
            for row in csv.DictReader(file)
            if not row["InvoiceNo"].startswith("C") and float(row["Quantity"]) > 0
        ]
    first_dates = {}
    customers = {}
    for date, invoice, _code, customer in rows:
        first_dates[invoice] = min(date, first_dates.get(invoice, date))
        customers[invoice] = customer
    by_time = sorted(first_dates, key=lambda invoice: (first_dates[invoice], invoice))
    order_of = {invoice: position for position, invoice in enumerate(by_time)}
    product_of = {}
    orders = np.array([order_of[invoice] for _date, invoice, _code, _customer in rows])
    products = np.array(
        [product_of.setdefault(code, len(product_of)) for _date, _invoice, code, _c in rows]
    )
    return orders, products, [customers[invoice] for invoice in by_time]


def print_table(title, header, rows):
    rows = [[str(cell) for cell in row] for row in [header, *rows]]
    widths = [max(len(row[column]) for row in rows) for column in range(len(header))]
    print(f"\n## {title}\n")
    for position, row in enumerate(rows):
        cells = [
            cell.ljust(width) if not column else cell.rjust(width)
            for column, (cell, width) in enumerate(zip(row, widths, strict=True))
        ]
        print("| " + " | ".join(cells) + " |")
        if not position:
            print("|" + "|".join("-" * (width + 2) for width in widths) + "|")


def measure(function, *arguments):
    """Run in a child; return (result, CPU seconds, wall seconds, peak MB above the start)."""
    receiver, sender = multiprocessing.Pipe(duplex=False)

    def run():
        before = resource.getrusage(resource.RUSAGE_SELF)
        started = time.perf_counter()
        result = function(*arguments)
        wall = time.perf_counter() - started
        after = resource.getrusage(resource.RUSAGE_SELF)
        cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
        sender.send((result, cpu, wall, after.ru_maxrss / 1024))

    child = multiprocessing.get_context("fork").Process(target=run)
    child.start()
    sender.close()
    result = receiver.recv()
    child.join()
    return result


# Counting


def count_in_blocks(orders, products, min_orders, max_products=None):
    built = baskets.build_baskets(orders, products, max_products)
    return len(cooccurrence.count_pairs(built.matrix, min_orders).first)


def count_whole_product(orders, products, min_orders):
    """X'X at once, as in the textbook: the figure to compare with."""
    built = baskets.build_baskets(orders, products)
    counts = sparse.triu(built.matrix.T @ built.matrix, 1)
    return int(np.count_nonzero(counts.data >= min_orders))


def mine(orders, products):
    built = baskets.build_baskets(orders, products, MAX_PRODUCTS)
    return len(affinity.mine_affinities(built, MIN_ORDERS, NEIGHBOURS).product)


def nothing(*arguments):
    return len(arguments[0])


def bench_counting():
    orders, products, _customers = read_retail()
    rows = []
    for title, function, *arguments in (
        ("(the lines in memory)", nothing),
        ("whole X'X, k=20, all baskets", count_whole_product, 20),
        ("in blocks, k=20, all baskets", count_in_blocks, 20),
        (f"in blocks, k=20, up to {MAX_PRODUCTS} products", count_in_blocks, 20, MAX_PRODUCTS),
        ("as installed: measures, guard, ranks", mine),
    ):
        result, cpu, wall, peak = measure(function, orders, products, *arguments)
        rows.append([title, f"{result:,}", f"{cpu:.2f}", f"{wall:.2f}", f"{peak:.0f}"])
    pairs = {row[1] for row in rows[1:3]}
    print_table(
        f"Counting pairs, {len(orders):,} lines", ["method", "pairs", "CPU s", "s", "MB"], rows
    )
    if pairs != {f"{REFERENCE_PAIRS:,}"}:
        sys.exit(f"Expected {REFERENCE_PAIRS:,} pairs of at least 20 orders, found {pairs}.")


# Quality


def split(matrix, customers, first, last, limit):
    """Return (training matrix, given halves, hidden halves as sets) of a temporal split.

    Tested are the first `limit` baskets from `first` to `last` of customers who bought before,
    of two products or more; a random half of each (the larger one) is given.
    """
    known = set(customers[:first]) - {""}
    sizes = np.diff(matrix.indptr)
    chosen = [
        order for order in range(first, last) if customers[order] in known and sizes[order] >= 2
    ][:limit]
    random = np.random.default_rng(2011)
    given, hidden = [], []
    for order in chosen:
        products = matrix.indices[matrix.indptr[order] : matrix.indptr[order + 1]].copy()
        random.shuffle(products)
        half = (len(products) + 1) // 2
        given.append(np.sort(products[:half]))
        hidden.append(set(products[half:].tolist()))
    bounds = np.cumsum([0, *map(len, given)])
    cells = np.concatenate(given)
    shape = (len(given), matrix.shape[1])
    return matrix[:first], sparse.csr_array((np.ones(len(cells)), cells, bounds), shape), hidden


def capped(matrix):
    return matrix[np.diff(matrix.indptr) <= MAX_PRODUCTS]


def rank_by(matrix, min_orders, measure_of):
    """Return a matrix of scores of all pairs by a measure of (c, n_a, n_b, n)."""
    orders = cooccurrence.product_orders(matrix)
    parts = []
    for pairs in cooccurrence.iter_pairs(matrix, min_orders):
        score = measure_of(pairs.both, orders[pairs.first], orders[pairs.second], matrix.shape[0])
        parts.append((pairs.first, pairs.second, score))
    first, second, score = (np.concatenate(values) for values in zip(*parts, strict=True))
    return sparse.csr_array((score, (first, second)), shape=(matrix.shape[1],) * 2)


def rank_as_installed(matrix):
    built = baskets.Baskets(capped(matrix), np.arange(matrix.shape[1]), 0)
    mined = affinity.mine_affinities(built, MIN_ORDERS, NEIGHBOURS)
    return recommend.score_matrix(mined, built.product_ids)


def propose_popular(matrix, given):
    by_orders = np.argsort(-cooccurrence.product_orders(matrix), kind="stable")
    result = []
    for row in range(given.shape[0]):
        present = given.indices[given.indptr[row] : given.indptr[row + 1]]
        top = by_orders[: 20 + len(present)]
        result.append(top[~np.isin(top, present)][:20])
    return np.array(result)


def get_quality(proposed, hidden):
    """Return HR@5, recall@10 and MRR@20, with three digits."""
    hits = recall = ranks = 0.0
    for row, wanted in zip(proposed.tolist(), hidden, strict=True):
        found = [product in wanted for product in row]
        hits += any(found[:5])
        recall += sum(found[:10]) / len(wanted)
        ranks += 1 / (found.index(True) + 1) if True in found else 0
    return [f"{value / len(hidden):.3f}" for value in (hits, recall, ranks)]


def confidence(both, orders_product, _orders_other, _total):
    return both / orders_product


def lift(both, orders_product, orders_other, total):
    return both * total / (orders_product * orders_other)


def cosine(both, orders_product, orders_other, _total):
    return both / np.sqrt(orders_product * orders_other)


def score_alone(both, orders_product, orders_other, _total):
    return affinity.affinity_score(both, orders_product, orders_other)


def bench_quality():
    orders, products, customers = read_retail()
    matrix = baskets.build_baskets(orders, products).matrix
    start = TRAINING_BASKETS - VALIDATION_BASKETS
    for name, first, last in (
        ("Validation (parameters are chosen here)", start, TRAINING_BASKETS),
        ("Test", TRAINING_BASKETS, matrix.shape[0]),
    ):
        training, given, hidden = split(matrix, customers, first, last, TEST_BASKETS)
        scores = {
            "rules by confidence, k=20": rank_by(training, 20, confidence),
            "rules by lift, k=20": rank_by(training, 20, lift),
            "item cosine, k=5": rank_by(training, 5, cosine),
            "our score, all baskets, all neighbours": rank_by(training, 5, score_alone),
            f"our score, baskets up to {MAX_PRODUCTS}": rank_by(capped(training), 5, score_alone),
            f"as installed ({NEIGHBOURS} neighbours, guard)": rank_as_installed(training),
        }
        rows = [["popularity", *get_quality(propose_popular(training, given), hidden)]]
        for title, score in scores.items():
            proposed = recommend.complete_baskets(given, score, 20)
            rows.append([title, *get_quality(proposed, hidden)])
        print_table(
            f"{name}: complete {len(hidden):,} baskets after {first:,} of training",
            ["ranking", "HR@5", "recall@10", "MRR@20"],
            rows,
        )


# Growth


def make_lines(lines, products=20_000, per_order=10 / 3):
    """Return order lines in which product p is drawn with a chance of 1 / p (Zipf)."""
    random = np.random.default_rng(lines)
    chances = 1 / np.arange(1, products + 1)
    columns = random.choice(products, lines, p=chances / chances.sum()).astype(np.int32)
    orders = np.sort(random.integers(0, int(lines / per_order), lines)).astype(np.int32)
    return orders, columns


def bench_growth():
    rows = []
    for lines, products in ((1_000_000, 20_000), (3_000_000, 20_000), (3_000_000, 200_000)):
        orders, columns = make_lines(lines, products)
        _result, _cpu, _wall, start = measure(nothing, orders)
        result, cpu, wall, peak = measure(mine, orders, columns)
        times = [f"{cpu:.2f}", f"{wall:.2f}", f"{start:.0f}", f"{peak:.0f}"]
        rows.append([f"{lines:,} lines, {products:,} products", f"{result:,}", *times])
    print_table(
        f"Growth: mining as installed (k={MIN_ORDERS}, {NEIGHBOURS} neighbours)",
        ["input", "rows", "CPU s", "s", "MB before", "MB peak"],
        rows,
    )


BENCHES = {"counting": bench_counting, "quality": bench_quality, "growth": bench_growth}

if __name__ == "__main__":
    unknown = set(sys.argv[1:]) - set(BENCHES)
    if unknown:
        sys.exit(f"Choose of {', '.join(BENCHES)}; there is no {', '.join(unknown)}.")
    if "growth" not in sys.argv[1:2] and not RETAIL_CSV.exists():
        sys.exit(f"{RETAIL_CSV} is missing: set RETAIL_CSV to the Online Retail file.")
    for name in sys.argv[1:] or BENCHES:
        BENCHES[name]()
