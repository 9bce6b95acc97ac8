"""Seconds, memory and growth of a sales history load, against the ORM in the same run.

    make db DB=scratch
    FILE=online_retail.csv.xz make shell DB=scratch < benchmarks/sales_history_load.py

Loads the first tenth of the file, then the whole file, each as a source of its own, so a database
serves once. Then the ORM makes and confirms the same first 400 orders, in batches, rolled back.
"""

import csv
import lzma
import os
import resource
import tempfile
import time
from itertools import islice
from pathlib import Path

from odoo.fields import Command

from tools.sales_history import Options, load

ROWS = 541_909
ORM_ORDERS, ORM_BATCH = 400, 100


def peak_megabytes():
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def measure(env, path, source, folder):
    processor = time.process_time()
    report = load(env, path, Options(source=source, rejects=str(folder / "rejects.csv")))
    processor = time.process_time() - processor
    print(
        f"{report.rows:>9,}{report.orders:>9,}{report.lines:>9,}{report.seconds:>9.1f}"
        f"{processor:>9.1f}{report.lines / report.seconds:>10,.0f}"
        f"{1000 * report.seconds / report.orders:>11.2f}{peak_megabytes():>9.0f}"
    )
    return report


def first_part(path, folder):
    """The first tenth of the file, as a file."""
    part = folder / "tenth.csv"
    opener = lzma.open if path.suffix == ".xz" else open
    with opener(path, "rt", encoding="utf-8", newline="") as stream:
        part.write_text("".join(islice(stream, ROWS // 10 + 1)), encoding="utf-8")
    return part


def orm_seconds(env, part):
    """Seconds for the ORM to make and confirm the first orders of the file."""
    orders = {}
    with part.open(encoding="utf-8", newline="") as stream:
        for row in csv.DictReader(stream):
            if row["CustomerID"] and int(row["Quantity"]) > 0:
                orders.setdefault(row["InvoiceNo"], []).append(row)
    ids = {
        (kind, data.name.removeprefix(f"tenth_{kind}_")): data.res_id
        for kind in ("customer", "product")
        for data in env["ir.model.data"].search([("name", "=like", f"tenth\\_{kind}\\_%")])
    }
    values = [
        {
            "name": invoice,
            "partner_id": ids["customer", rows[0]["CustomerID"].removesuffix(".0")],
            "user_id": False,
            "order_line": [
                Command.create(
                    {
                        "product_id": ids["product", row["StockCode"].replace(" ", "%20")],
                        "product_uom_qty": float(row["Quantity"]),
                        "price_unit": float(row["UnitPrice"]),
                        "discount": 0,
                        "tax_ids": [Command.clear()],
                    }
                )
                for row in rows
            ],
        }
        for invoice, rows in islice(orders.items(), ORM_ORDERS)
    ]
    env = env(context={**env.context, "tracking_disable": True})
    start = time.monotonic()
    for index in range(0, len(values), ORM_BATCH):
        env["sale.order"].create(values[index : index + ORM_BATCH]).action_confirm()
        env.flush_all()
        env.invalidate_all()
    seconds = time.monotonic() - start
    env.cr.rollback()
    return seconds, sum(len(order["order_line"]) for order in values)


def run(env):
    path = Path(os.environ["FILE"])
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        print(f"before any load: {peak_megabytes():.0f} MB")
        print("     rows   orders    lines  seconds   cpu s   lines/s   ms/order  peak MB")
        part = first_part(path, folder)
        tenth = measure(env, part, "tenth", folder)
        whole = measure(env, path, "whole", folder)
        seconds, lines = orm_seconds(env, part)
    print(f"{whole.lines / tenth.lines:.1f} x lines: {whole.seconds / tenth.seconds:.1f} x seconds")
    print(
        f"the ORM: {ORM_ORDERS} orders of {lines:,} lines in {seconds:.1f} s, "
        f"{1000 * seconds / ORM_ORDERS:.1f} ms an order, {lines / seconds:,.0f} lines/s: "
        f"the load is {(whole.lines / whole.seconds) / (lines / seconds):.0f} x as fast a line"
    )


run(env)  # noqa: F821
