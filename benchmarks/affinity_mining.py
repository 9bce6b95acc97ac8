"""What it costs to find what is bought together, beside reading the lines and beside other tools.

    make shell DB=scratch < benchmarks/affinity_mining.py
    SIZES=1000000x20000 OTHERS= make shell DB=scratch < benchmarks/affinity_mining.py

Use a scratch database: its orders are replaced by SIZES (lines x products; the last one gets all
the tables), drawn by Zipf's law, see tools/order_lines.py. Tables:

    growth      the whole night by lines and by products
    parts       the whole night as the product does it, step by step, ratio to merely reading
    others      the same pairs by others, each with the reading of the lines; counts are compared
    nights      a night after which nothing changed, after an ordinary day, and one that reads all

CPU is that of Python and of its PostgreSQL backend (which works without helpers, so that nothing is
hidden), memory the peak of the Python process, each measured in a process of its own. Other tools
are run where they are installed, OTHERS names them; each has TIME_LIMIT seconds and MEMORY_LIMIT
gigabytes: `pip install implicit pyfim mlxtend`.
"""

import io
import itertools
import os
import sys

import numpy as np
from scipy import sparse

from odoo.tools import SQL

from odoo.addons.crm_analytics.mining import affinity, blocks, counts, pg_binary
from odoo.addons.crm_analytics.models.product_affinity_block import StoredBlocks

from tools.measuring import Cost, print_table, run_apart
from tools.order_lines import copy_record, fill

SIZES = os.environ.get("SIZES", "1000000x20000,1000000x200000,3000000x20000,10000000x20000")
OTHERS = os.environ.get("OTHERS", "suite sql implicit scipy eclat fpgrowth mlxtend").split()
TIME_LIMIT = int(os.environ.get("TIME_LIMIT", "300"))
MEMORY_LIMIT = int(os.environ.get("MEMORY_LIMIT", "8")) << 30
# Pairs of at least so many orders are compared with others'.
MIN_ORDERS = int(os.environ.get("MIN_ORDERS", "30"))
NEIGHBOURS = 50  # of each product: what `implicit` is asked for
DAY_ORDERS = 4_000
CHUNK = 65_536


# Merely reading


def iter_lines(env):
    """Yield the order and the product of each line, a range of orders at a time, as arrays."""
    env.cr.execute("SELECT min(order_id), max(order_id) FROM sale_order_line")
    first, last = env.cr.fetchone()
    for start in range(first, last + 1, CHUNK):
        env.cr.execute(
            "SELECT array_send(array_agg(order_id)), array_send(array_agg(product_id))"
            "  FROM sale_order_line WHERE order_id BETWEEN %s AND %s AND state = 'sale'",
            [start, start + CHUNK - 1],
        )
        yield tuple(map(pg_binary.decode_int_array, env.cr.fetchone()))


def read_arrays(env, meter):
    """Arrays aggregated in chunks: what anybody who reads into numpy can have."""
    with meter.part("reading"):
        return join_lines(env)[0].size


def join_lines(env):
    return [np.concatenate(values) for values in zip(*iter_lines(env), strict=True)]


def read_copy(env, meter):
    """COPY in binary, parsed by numpy."""
    with meter.part("reading"):
        stream = io.BytesIO()
        env.cr.copy_expert(
            "COPY (SELECT order_id, product_id FROM sale_order_line WHERE state = 'sale')"
            " TO STDOUT (FORMAT BINARY)",
            stream,
        )
        row = [
            ("fields", ">i2"),
            ("s1", ">i4"),
            ("order", ">i4"),
            ("s2", ">i4"),
            ("product", ">i4"),
        ]
        rows = np.frombuffer(stream.getbuffer()[19:-2], dtype=row)
        return rows["order"].astype(np.int32).size, rows["product"].astype(np.int32).size


def read_nothing(env, meter):
    """COPY thrown away: what PostgreSQL and the connection cost alone."""

    class Nowhere:
        def write(self, data):
            return len(data)

    with meter.part("reading"):
        env.cr.copy_expert(
            "COPY (SELECT order_id, product_id FROM sale_order_line WHERE state = 'sale')"
            " TO STDOUT (FORMAT BINARY)",
            Nowhere(),
        )


# The product


def mine_all(env, meter):
    """A night that reads all orders, with each of its steps measured."""
    clear(env)
    with meter.part("the rest"):
        return mine(env, meter, full=True)


def mine(env, meter, full=False):
    lines = env.registry["sale.order.line"]
    meter.wrap(lines, "_get_basket_ranges", "looking what changed")
    meter.wrap(lines, "_read_basket_range", "reading")
    meter.wrap(blocks, "count_block", "counting")
    meter.wrap(blocks, "encode_block", "storing counts")
    meter.wrap(env.registry["product.affinity.block"], "_replace", "storing counts")
    meter.wrap(counts, "add_blocks", "adding counts")
    meter.wrap(affinity, "rank_pairs", "scoring and ranking")
    meter.wrap(env.registry["product.affinity"], "_replace_rows", "storing affinities")
    return env["product.affinity"]._mine_company(env.company, full=full)["pairs"]


def clear(env):
    env.cr.execute("TRUNCATE product_affinity, product_affinity_range CASCADE")


def get_pairs(env, min_orders):
    """Return the pairs that the product counted, as a string to compare with others'."""
    [[months]] = env.execute_query(
        SQL("SELECT array_agg(DISTINCT month) FROM product_affinity_block")
    )
    stored = StoredBlocks(env, env.company, dict.fromkeys(months, 1.0))
    found = counts.add_blocks(stored, min_orders)
    return describe(found.product_ids[found.first], found.product_ids[found.second], found.both)


def describe(first, second, both):
    """Return how many pairs there are and a sum that hardly two different sets share."""
    first, second = np.minimum(first, second), np.maximum(first, second)
    mixed = (first.astype(np.uint64) * np.uint64(0x9E3779B97F4A7C15)) ^ (
        second.astype(np.uint64) * np.uint64(0xC2B2AE3D27D4EB4F)
    )
    total = int((mixed * both.astype(np.uint64)).sum(dtype=np.uint64))
    return f"{len(both):,}", f"{total:016x}"


def store_full(env, meter):
    """Write as many rows as there can be, 30 for each product: storing at its dearest."""
    env.cr.execute(
        "SELECT DISTINCT product_id FROM sale_order_line WHERE product_id IS NOT NULL ORDER BY 1"
    )
    ids = np.array(env.cr.fetchall(), np.int64).ravel()
    each = env["product.affinity"]._max_neighbours
    product = np.repeat(ids, each)
    other = np.concatenate([np.roll(ids, shift)[:, None] for shift in range(1, each + 1)], 1)
    integers = (np.ones(len(product), np.int64),) * 3
    shares = (np.full(len(product), 0.5),) * 4
    rows = affinity.Affinities(product, other.ravel(), *integers, *shares)
    with meter.part("storing"):
        env["product.affinity"]._replace_rows(env.company, rows)
    return len(product)


# Others, and ours without all that makes it a night: each reads the lines and returns the pairs


def count_in_ranges(env, meter):
    with meter.part("suite"):
        made = [(blocks.encode_block(blocks.count_block(*lines)), 1.0) for lines in iter_lines(env)]
        found = counts.add_blocks(made, MIN_ORDERS)
        return describe(found.product_ids[found.first], found.product_ids[found.second], found.both)


def join_in_sql(env, meter):
    with meter.part("SQL"):
        env.cr.execute("SET LOCAL work_mem = '256MB'")
        env.cr.execute(
            """
            CREATE TEMP TABLE basket AS
            SELECT DISTINCT order_id, product_id FROM sale_order_line WHERE state = 'sale';
            ANALYZE basket;
            SELECT a.product_id, b.product_id, count(*)
              FROM basket a JOIN basket b USING (order_id)
             WHERE a.product_id < b.product_id
             GROUP BY 1, 2 HAVING count(*) >= %s
            """,
            [MIN_ORDERS],
        )
        return describe(*np.array(env.cr.fetchall(), np.int64).T)


def read_matrix(env):
    orders, products = join_lines(env)
    ids, columns = np.unique(products, return_inverse=True)
    matrix = sparse.csr_matrix(
        (np.ones(len(orders), np.float32), (orders - orders.min(), columns)),
    )
    matrix.sum_duplicates()
    matrix.data[:] = 1
    return matrix, ids


def multiply_scipy(env, meter):
    with meter.part("scipy"):
        matrix, ids = read_matrix(env)
        matrix = matrix.astype(np.int32)
        counts = sparse.triu(matrix.T @ matrix, 1).tocoo()
        kept = counts.data >= MIN_ORDERS
        return describe(ids[counts.row[kept]], ids[counts.col[kept]], counts.data[kept])


def ask_implicit(env, meter):
    from implicit.nearest_neighbours import all_pairs_knn

    with meter.part("implicit"):
        matrix, _ids = read_matrix(env)
        knn = all_pairs_knn(
            matrix.astype(np.float64), K=NEIGHBOURS, num_threads=1, show_progress=False
        )
        return f"top {NEIGHBOURS} of each", knn.nnz


def read_transactions(env):
    matrix, ids = read_matrix(env)
    products = ids[matrix.indices].tolist()
    starts = matrix.indptr.tolist()
    return [products[a:b] for a, b in itertools.pairwise(starts) if b - a > 1]


def ask_fim(name):
    def ask(env, meter):
        import fim

        with meter.part(name):
            found = getattr(fim, name)(
                read_transactions(env), target="s", supp=-MIN_ORDERS, zmin=2, zmax=2, report="a"
            )
            pairs = np.array([(*pair, count) for pair, count in found], np.int64)
            return describe(*pairs.T)

    return ask


def ask_mlxtend(env, meter):
    import pandas
    from mlxtend.frequent_patterns import fpgrowth

    with meter.part("mlxtend"):
        matrix, ids = read_matrix(env)
        frame = pandas.DataFrame.sparse.from_spmatrix(matrix.astype(bool))
        found = fpgrowth(frame, min_support=(MIN_ORDERS - 0.5) / matrix.shape[0], max_len=2)
        pairs = [tuple(pair) for pair in found["itemsets"] if len(pair) == 2]
        both = (found["support"][found["itemsets"].map(len) == 2] * matrix.shape[0]).round()
        first, second = ids[np.array(pairs).T]
        return describe(first, second, both.to_numpy().astype(np.int64))


TOOLS = {
    "suite": ("this suite's functions alone", count_in_ranges),
    "sql": ("SQL self-join in PostgreSQL", join_in_sql),
    "scipy": ("scipy, X'X at once", multiply_scipy),
    "implicit": ("implicit, all pairs", ask_implicit),
    "eclat": ("pyfim eclat", ask_fim("eclat")),
    "fpgrowth": ("pyfim fpgrowth", ask_fim("fpgrowth")),
    "mlxtend": ("mlxtend fpgrowth", ask_mlxtend),
}


# Nights


def look(env, meter):
    with meter.part("night"):
        changed = env["product.affinity.range"]._mark_changed(
            env.company, env["product.affinity"]._get_window(env.company)[0]
        )
        return "changed" if changed else "nothing to do"


def work_a_day(env, meter):
    """A day's new orders; as many of the last month are written once more."""
    env.cr.execute(
        "SELECT max(id) FROM sale_order WHERE state = 'sale'",
    )
    [[last]] = env.cr.fetchall()
    order = env["sale.order"].browse(last)
    first = copy_record(
        env,
        order,
        SQL("generate_series(1, %s)", DAY_ORDERS),
        name=SQL("'D' || currval('sale_order_id_seq')"),
        access_token=SQL("NULL"),
        date_order=SQL("now() AT TIME ZONE 'UTC'"),
        write_date=SQL("clock_timestamp() AT TIME ZONE 'UTC'"),
    )
    source = SQL(
        "(SELECT %s + n %% %s AS order_id, product_id FROM"
        "  (SELECT row_number() OVER () AS n, product_id FROM sale_order_line"
        "    WHERE order_id > %s LIMIT %s) drawn)",
        first,
        DAY_ORDERS,
        last - DAY_ORDERS,
        DAY_ORDERS * 10 // 3,
    )
    copy_record(
        env,
        order.order_line[:1],
        source,
        order_id=SQL("n.order_id"),
        product_id=SQL("n.product_id"),
    )
    env.cr.execute(
        "UPDATE sale_order SET write_date = clock_timestamp() AT TIME ZONE 'UTC'"
        " WHERE id BETWEEN %s AND %s",
        [last - DAY_ORDERS + 1, last],
    )


def mine_changed(env, meter):
    with meter.part("night"):
        return mine(env, Silent())


class Silent:
    """A meter that measures nothing: the night as a whole is measured."""

    def wrap(self, holder, attribute, name):
        pass


# Tables


def total(costs):
    return Cost(*map(sum, zip(*costs.values(), strict=True))) if costs else Cost()


def as_cells(cost, reference=None):
    cells = [f"{value:.2f}" for value in (cost.python, cost.postgres, cost.cpu)]
    if reference is not None:
        cells.append(f"{cost.cpu / reference:.2f}" if reference else "")
    return [*cells, f"{cost.wall:.1f}"]


COLUMNS = ["CPU Python", "CPU PostgreSQL", "CPU"]


def bench_sizes(env, database):
    """Fill, measure the whole night; return what the last size cost."""
    rows = []
    for size in SIZES.split(","):
        lines, products = map(int, size.split("x"))
        print(f"{lines:,} lines of {products:,} products ...", flush=True)
        fill(env, lines, products)
        reading = total(run_apart(database, read_arrays)[1]).cpu
        found, costs, peak = run_apart(database, mine_all)
        cost = total(costs)
        per_million = f"{cost.cpu * 1e6 / lines:.2f}"
        title = f"{lines:,} lines, {products:,} products"
        rows.append([title, f"{found:,}", *as_cells(cost, reading), per_million, f"{peak:.0f}"])
    print_table(
        "Growth: a night that reads everything",
        ["", "affinities", *COLUMNS, "x reading", "s", "CPU s per million lines", "MB"],
        rows,
    )


def bench_parts(database):
    rows = []
    reading = None
    for title, work in (
        ("merely reading: COPY thrown away", read_nothing),
        ("merely reading: arrays in chunks into numpy", read_arrays),
        ("merely reading: COPY in binary into numpy", read_copy),
    ):
        _result, costs, peak = run_apart(database, work)
        rows.append([title, total(costs), peak])
        if work is read_arrays:
            reading = total(costs).cpu
    _found, costs, peak = run_apart(database, mine_all)
    rows += [[f"  {part}", cost, None] for part, cost in costs.items()]
    rows.append(["the whole night", total(costs), peak])
    stored, costs, peak = run_apart(database, store_full)
    rows.append([f"storing {stored:,} affinities", total(costs), peak])
    run_apart(database, mine_all)
    print_table(
        "Parts of the night, and what reading alone costs",
        ["", *COLUMNS, "x reading", "s", "MB"],
        [
            [title, *as_cells(cost, reading), f"{peak:.0f}" if peak else ""]
            for title, cost, peak in rows
        ],
    )
    return reading


def bench_others(database, reading):
    expected, _costs, _peak = run_apart(database, lambda env, meter: get_pairs(env, MIN_ORDERS))
    rows = []
    for name in OTHERS:
        title, work = TOOLS[name]
        result, costs, peak = run_apart(database, work, TIME_LIMIT, MEMORY_LIMIT)
        if isinstance(result, str):
            rows.append([title, result, *[""] * 6])
            continue
        rows.append([title, result[0], *as_cells(total(costs), reading), f"{peak:.0f}"])
        if result != expected and name != "implicit":
            sys.exit(f"{title} found {result}, we found {expected}.")
    print_table(
        f"Reading and counting only: pairs of at least {MIN_ORDERS} orders"
        f" (we found {expected[0]}; those who found as many found the same)",
        ["", "pairs", *COLUMNS, "x reading", "s", "MB"],
        rows,
    )


def bench_nights(database):
    rows = []
    for title, prepare, work in (
        ("nothing changed: to see that", None, look),
        (f"{DAY_ORDERS:,} new and {DAY_ORDERS:,} changed orders", work_a_day, mine_changed),
        ("everything read again", None, mine_all),
    ):
        if prepare:
            run_apart(database, prepare)
        found, costs, peak = run_apart(database, work)
        rows.append([title, found, *as_cells(total(costs)), f"{peak:.0f}"])
    print_table("Nights", ["", "affinities", *COLUMNS, "s", "MB"], rows)


def main(env):
    if unknown := set(OTHERS) - set(TOOLS):
        sys.exit(f"OTHERS: choose of {', '.join(TOOLS)}; there is no {', '.join(unknown)}.")
    database = env.cr.dbname
    bench_sizes(env, database)
    reading = bench_parts(database)
    bench_others(database, reading)
    bench_nights(database)
    # The database is not what was filled any more.
    env["ir.config_parameter"].sudo().set_param("benchmarks.order_lines", False)
    env.cr.commit()


main(env)  # noqa: F821
