"""What a piece of work costs: CPU of this process and of its PostgreSQL backend, time, memory."""

import multiprocessing
import os
import resource
import signal
import time
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

import odoo.sql_db
from odoo import SUPERUSER_ID, api
from odoo.modules.registry import Registry

TICKS = os.sysconf("SC_CLK_TCK")


class Cost(NamedTuple):
    """CPU seconds of Python and of PostgreSQL, seconds that passed."""

    python: float = 0.0
    postgres: float = 0.0
    wall: float = 0.0

    @property
    def cpu(self):
        return self.python + self.postgres

    def plus(self, other, sign=1):
        return Cost(*(a + sign * b for a, b in zip(self, other, strict=True)))


class Meter:
    """Costs of named parts of the work on a cursor, each without that of the parts within it.

    The server has to be on this machine. It works without helpers of its own here, whose CPU nobody
    could see: a part never takes more CPU with them, only less time.
    """

    def __init__(self, cr):
        cr.execute("SET max_parallel_workers_per_gather = 0; SELECT pg_backend_pid()")
        self.backend = Path(f"/proc/{cr.fetchone()[0]}/stat")
        self.costs = {}
        self._within = []

    def now(self):
        times = self.backend.read_text().rsplit(")", 1)[1].split()[11:13]
        return Cost(time.process_time(), sum(map(int, times)) / TICKS, time.perf_counter())

    @contextmanager
    def part(self, name):
        started = self.now()
        self._within.append(Cost())
        try:
            yield
        finally:
            spent = self.now().plus(started, -1)
            own = spent.plus(self._within.pop(), -1)
            self.costs[name] = self.costs.get(name, Cost()).plus(own)
            if self._within:
                self._within[-1] = self._within[-1].plus(spent)

    def wrap(self, holder, attribute, name):
        """Let each call of a function be a part."""
        function = getattr(holder, attribute)

        def measured(*arguments, **options):
            with self.part(name):
                return function(*arguments, **options)

        setattr(holder, attribute, measured)


def run_apart(database, work, time_limit=None, memory_limit=None):
    """Run `work(env, meter)` in a process of its own, so that its peak memory is its own.

    :param time_limit: seconds after which it is ended
    :param memory_limit: bytes of address space after which it gets no more
    :return: (what it returned or why it failed as a string, {part: Cost}, peak in MB)
    """
    receiver, sender = multiprocessing.Pipe(duplex=False)

    def child():
        signal.alarm(time_limit or 0)
        if memory_limit:
            resource.setrlimit(resource.RLIMIT_AS, (memory_limit, memory_limit))
        # The parent's connections are the parent's.
        odoo.sql_db._Pool = odoo.sql_db._Pool_readonly = None
        with Registry(database).cursor() as cr:
            meter = Meter(cr)
            try:
                result = work(api.Environment(cr, SUPERUSER_ID, {}), meter)
                cr.commit()
            except MemoryError:
                cr.rollback()
                result = f"needs more than {memory_limit >> 30} GB"
            except ImportError as error:
                result = str(error)
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        sender.send((result, meter.costs, peak))
        sender.close()
        os._exit(0)

    process = multiprocessing.get_context("fork").Process(target=child)
    process.start()
    sender.close()
    try:
        return receiver.recv()
    except EOFError:
        return f"ended after {time_limit} s" if time_limit else "ended by the system", {}, 0.0
    finally:
        process.join()


def print_table(title, header, rows):
    """Print a table as Markdown, numbers to the right."""
    rows = [[str(cell) for cell in row] for row in [header, *rows]]
    widths = [max(len(row[column]) for row in rows) for column in range(len(header))]
    print(f"\n## {title}\n")
    for position, row in enumerate(rows):
        cells = [
            cell.rjust(width) if column else cell.ljust(width)
            for column, (cell, width) in enumerate(zip(row, widths, strict=True))
        ]
        print("| " + " | ".join(cells) + " |")
        if not position:
            print("|" + "|".join("-" * (width + 2) for width in widths) + "|")
    print(flush=True)
