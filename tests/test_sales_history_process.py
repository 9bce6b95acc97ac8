"""The load as a process of its own: killed at any point and run again, refused, extended."""

import io
import signal
import subprocess

import pytest
from sales_history_support import sale, write_file
from support import command, odoo, shell

from tools.sales_history.cli import Progress, main

LOADER = 'exec(open("tools/load_sales_history.py").read())'
# Kills its own process, as `kill -9` would, when the load says or does something.
KILLED_WHEN_SAYING = """
import os, signal
from tools.sales_history import Options, load

def progress(what, done, of):
    if (what, done) == {moment}:
        os.kill(os.getpid(), signal.SIGKILL)

load(env, os.environ["FILE"], Options.from_environ(os.environ), progress)
"""
KILLED_BEFORE = """
import os, signal
from tools.sales_history import Options, load
from tools.sales_history.orders import OrderWriter

def die(*arguments):
    os.kill(os.getpid(), signal.SIGKILL)

OrderWriter.{method} = die
load(env, os.environ["FILE"], Options.from_environ(os.environ))
"""
KILLS = [
    KILLED_WHEN_SAYING.format(moment=("customer", 500)),
    KILLED_BEFORE.format(method="_insert_lines"),
    KILLED_WHEN_SAYING.format(moment=("orders", 20)),
    KILLED_BEFORE.format(method="_insert_external_ids"),
]
# All that a load writes, without the ids, which may have gaps.
WRITTEN = """
SELECT jsonb_build_array(o.name, o.client_order_ref, o.date_order, o.state, o.amount_untaxed,
       o.amount_total, o.invoice_status, p.name, l.name, l.product_uom_qty, l.price_unit,
       l.price_subtotal, l.invoice_status, (SELECT count(*) FROM sale_order_tag_rel t
       WHERE t.order_id = o.id), row_number() OVER (PARTITION BY o.id ORDER BY l.id))::text AS row
  FROM sale_order o JOIN res_partner p ON p.id = o.partner_id
  LEFT JOIN sale_order_line l ON l.order_id = o.id
UNION ALL SELECT jsonb_build_array(name, ref, country_id, customer_rank)::text FROM res_partner
UNION ALL SELECT jsonb_build_array(name, default_code, list_price, type, sale_ok)::text
  FROM product_template
UNION ALL SELECT name || model FROM ir_model_data WHERE module = '__import__'
UNION ALL SELECT name::text FROM crm_tag
ORDER BY 1
"""


@pytest.fixture
def sales_file(tmp_path, monkeypatch):
    rows = [
        sale(
            f"{'C' * (number % 7 == 0)}{number}",
            Quantity=str((number % 5 + 1) * (-1 if number % 7 == 0 else 1)),
            StockCode=f"P{(number + line) % 7}",
            CustomerID="" if number % 11 == 0 else str(number),
        )
        for number in range(600)
        for line in range(number % 3 + 1)
    ]
    path = write_file(tmp_path / "sales.csv", [*rows, sale(Quantity="0")])
    for name, value in (
        *(("FILE", path), ("BATCH", 10), ("REJECTS", tmp_path / "rejects.csv")),
        *(("SOURCE", "shop"), ("TIMEZONE", "Europe/London")),
    ):
        monkeypatch.setenv(name, str(value))
    return path


def query(database, statement):
    """What psql prints for a statement."""
    return subprocess.run(
        ["psql", "-X", "-A", "-t", "-v", "ON_ERROR_STOP=1", "-d", database],
        input=statement,
        stdout=subprocess.PIPE,
        text=True,
        check=True,
    ).stdout


def test_a_killed_load_is_finished_by_the_next(scratch, sales_file):
    whole, killed = scratch.database("BASE"), scratch.database("BASE")
    report = shell(whole, LOADER)
    assert "loaded as orders" in report
    states = []
    for script in KILLS:
        process = subprocess.run(
            command("shell", "-d", killed, "--no-http", "--log-level=error"),
            input=script,
            text=True,
            check=False,
        )
        assert process.returncode == -signal.SIGKILL, script
        states.append(int(query(killed, "SELECT count(*) FROM sale_order")))
        assert not query(
            killed,
            "SELECT 1 FROM sale_order o WHERE amount_total <> 0 AND NOT EXISTS"
            " (SELECT FROM sale_order_line l WHERE l.order_id = o.id)",
        )
    assert states == [0, 0, 20, 20]
    assert query(killed, WRITTEN) != query(whole, WRITTEN)
    shell(killed, LOADER)
    assert query(killed, WRITTEN) == query(whole, WRITTEN)
    assert query(killed, "SELECT count(*) FROM sale_order") == "600\n"


def test_fields_of_unknown_modules_are_computed(scratch, sales_file):
    """A stored field that the loader never heard of is computed from the amounts by Odoo."""
    database = scratch.database("BASE")
    shell(
        database,
        """
for model, source in (("sale.order", "amount_total"), ("sale.order.line", "price_subtotal")):
    env["ir.model.fields"].create({
        "model_id": env["ir.model"]._get_id(model), "name": "x_twice", "ttype": "float",
        "state": "manual", "store": True, "depends": source,
        "compute": f"for record in self: record['x_twice'] = 2 * record.{source}",
    })
env.cr.commit()
""",
    )
    shell(database, LOADER)
    for table, source in (("sale_order", "amount_total"), ("sale_order_line", "price_subtotal")):
        wrong = f"SELECT count(*) FROM {table} WHERE x_twice IS DISTINCT FROM 2 * {source}"  # noqa: S608
        assert query(database, wrong) == "0\n"
    assert query(database, "SELECT count(*) > 500 FROM sale_order WHERE x_twice <> 0") == "t\n"


def test_a_failed_load_fails_the_command(scratch, tmp_path, monkeypatch):
    database = scratch.database("BASE")
    monkeypatch.setenv("FILE", str(tmp_path / "none.csv"))
    done = odoo("shell", "-d", database, "--no-http", script=LOADER, check=False)
    assert done.returncode == 1
    assert "Nothing more was loaded: There is no file" in done.stdout


def test_the_command_needs_a_file(monkeypatch):
    monkeypatch.setenv("FILE", "")
    with pytest.raises(SystemExit, match="Say which file to load: FILE="):
        main(None)


@pytest.mark.parametrize(
    ("terminal", "shown"),
    [(True, "\rrows: 1,000\rorders: 5 of 5\n"), (False, "orders: 5 of 5\n")],
)
def test_progress(terminal, shown):
    stream = io.StringIO()
    stream.isatty = lambda: terminal
    ticks = iter([0, 0.1, 1, 1, 1, 1])
    progress = Progress(stream, lambda: next(ticks))
    progress("rows", 500, None)
    progress("rows", 1000, None)
    progress("orders", 5, 5)
    assert stream.getvalue() == shown
