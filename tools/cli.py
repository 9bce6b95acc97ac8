"""The commands behind `make`: `python3 -m tools.cli COMMAND`; options come from the environment."""

import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path

from tools import browser, build, console, database, odoo_source, paths, postgres, python_env
from tools.console import Failure, say
from tools.odoo import Odoo

RUN_DATABASE = "crm_suite"
MOST_TEST_PROCESSES = 2  # each has Odoo, a browser and PostgreSQL at work
BENCHMARKS = paths.ROOT / "benchmarks"
SALES_HISTORY = paths.ROOT.parent / "shared" / "data" / "online_retail.csv.xz"
LOADER = paths.ROOT / "tools" / "load_sales_history.py"
COMPLAINT_LOADER = paths.ROOT / "tools" / "load_complaint_log.py"


class Environment:
    """Everything set up, the database server running."""

    def __init__(self):
        paths.STATE.mkdir(exist_ok=True)
        with build.lock(paths.STATE / "environment.lock", "the environment"):
            source = odoo_source.prepare()
            self.python = python_env.prepare()
            self.server = postgres.Server(self.python).start()
            self.odoo = Odoo(source, self.python, self.server)
        self.databases = database.Databases(self.server, self.odoo)


def env():
    """Set everything up."""
    environment = Environment()
    environment.databases.template(demo=False)
    say(f"Ready: Odoo {environment.odoo.source.version}, {paths.VENV.name}, PostgreSQL.")


def run():
    """Odoo with the suite and demo data."""
    port = os.environ.get("PORT") or "8069"
    if not port.isdecimal():
        raise Failure(f"PORT={port}: give a number, as in PORT=8070.")
    with socket.socket() as probe:
        if probe.connect_ex(("127.0.0.1", int(port))) == 0:
            raise Failure(f"Port {port} is taken: end what uses it, or choose another by PORT=...")
    environment = Environment()
    name = postgres.check_name(os.environ.get("DB") or RUN_DATABASE)
    environment.databases.create(name, demo=True)
    server = subprocess.Popen(
        environment.odoo.command(
            "-c", paths.CONFIG, "-d", name, f"--http-port={port}", "--log-level=warn"
        ),
        env=environment.odoo.environment,
        cwd=paths.ROOT,
        preexec_fn=console.die_with_parent,
    )
    try:
        _wait_until_it_answers(server, port)
        say(f"\nOdoo with the suite: http://127.0.0.1:{port}  user admin, password admin")
        say("Ctrl-C ends it.")
        raise SystemExit(server.wait())
    except KeyboardInterrupt:
        server.terminate()
        server.wait()


def _wait_until_it_answers(server, port):
    while server.poll() is None:
        try:
            urllib.request.urlopen(f"http://127.0.0.1:{port}/web/health", timeout=5).close()
            return
        except (urllib.error.URLError, OSError):
            time.sleep(0.2)
    raise Failure("Odoo ended before it answered: the reason is above.")


def test():
    """Every test in two processes, or those below T in one, on fresh databases."""
    environment = Environment()
    browser.ensure()
    part = os.environ.get("T", "").split()
    # The long ones first, so that both processes end at the same time.
    wanted = part or ["tests", "addons"]
    processes = 1 if part else min(os.cpu_count() or 1, MOST_TEST_PROCESSES)
    template = environment.databases.suite(demo=False)
    variables = {"ODOO_TEST_SUITE_TEMPLATE": template}
    if any(Path(path).parts[0] == "tests" for path in wanted):
        variables["ODOO_TEST_BASE_TEMPLATE"] = environment.databases.template(demo=False)
        variables["ODOO_TEST_DEMO_BASE_TEMPLATE"] = environment.databases.template(demo=True)
        variables["ODOO_TEST_DEMO_TEMPLATE"] = environment.databases.suite(demo=True)
    name = f"{template}_test"
    environment.databases.copy(template, name)
    # Each process takes the next file, on a copy of the database of its own.
    share = ["-n", str(processes), "--dist=loadfile", "--no-loadscope-reorder"]
    say(f"pytest {' '.join(wanted)}, {processes} at a time")
    done = subprocess.run(
        [
            environment.python,
            "-m",
            "pytest",
            f"--odoo-config={paths.CONFIG}",
            f"--odoo-database={name}",
            *(share if processes > 1 else ()),
            *wanted,
        ],
        env=dict(environment.odoo.environment, **variables),
        cwd=paths.ROOT,
        check=False,
        preexec_fn=console.die_with_parent,
    )
    environment.databases.drop(name)
    environment.server.release()
    raise SystemExit(done.returncode)


def db():
    """A database with the suite, or with MODULES, installed."""
    name = postgres.check_name(os.environ.get("DB"))
    modules = [part for part in os.environ.get("MODULES", "").split(",") if part]
    environment = Environment()
    environment.databases.create(name, modules, demo=os.environ.get("DEMO") == "1")
    say(f"Database {name} is ready. PostgreSQL goes on running; `make stop` ends it.")


def shell():
    """A script from standard input, or a prompt, with `env` on database DB."""
    environment, name = _with_database()
    if sys.stdin.isatty():
        command = environment.odoo.command("shell", "-c", paths.CONFIG, "-d", name, "--no-http")
        raise SystemExit(subprocess.call(command, env=environment.odoo.environment))
    environment.odoo.shell(name, sys.stdin.read())


def load():
    """A sales history from FILE into database DB, made where it is not there."""
    _load("load", LOADER)


def load_complaints():
    """A complaint log from FILE into database DB, made where it is not there."""
    _load("load-complaints", COMPLAINT_LOADER)


def _load(command, script):
    file = os.environ.get("FILE")
    if not file:
        raise Failure(f"Say which file: `make {command} DB=name FILE=file.csv`.")
    if not Path(file).is_file():
        raise Failure(f"There is no file {file}: check FILE=...")
    name = postgres.check_name(os.environ.get("DB"))
    environment = Environment()
    if not environment.databases.exists(name):
        environment.databases.create(name)
    environment.odoo.shell(name, script.read_text())


def lint():
    """Ruff, and pylint with pylint-odoo."""
    python = python_env.prepare()
    commands = (
        ("ruff", "check", "."),
        ("ruff", "format", "--check", "."),
        ("pylint", "--rcfile=.pylintrc", "addons"),
    )
    failed = [
        " ".join(command)
        for command in commands
        if subprocess.run([python, "-m", *command], cwd=paths.ROOT, check=False).returncode
    ]
    if failed:
        raise Failure(f"To be mended: {', '.join(failed)}.")
    say("lint: nothing to mend")


def bench():
    """The benchmark tables, or that of T, on a copy of the suite's database each."""
    environment = Environment()
    template = environment.databases.suite(demo=False)
    scratch, core = f"{template}_bench", f"{template}_bench_core"
    wanted = os.environ.get("T", "").split() or sorted(BENCHMARKS.glob("*.py"))
    history = os.environ.get("FILE") or str(SALES_HISTORY)
    for script in map(Path, wanted):
        say(f"\n{script.stem}")
        text = script.read_text()
        if "make shell" in text:  # its docstring says that it runs on a database
            environment.databases.copy(template, scratch)
            if "CORE_DB" in text:  # ... and that it compares it with Odoo's own modules
                environment.databases.copy(environment.databases.template(demo=False), core)
            rows = os.environ.get("ROWS") or "100000,500000"
            environment.odoo.shell(scratch, text, FILE=history, ROWS=rows, CORE_DB=core)
        else:
            variables = dict(environment.odoo.environment, RETAIL_CSV=history)
            subprocess.run([environment.python, script], env=variables, check=True)
    environment.databases.drop(scratch)
    environment.databases.drop(core)


def stop():
    """PostgreSQL, the embedded one, stopped."""
    if (paths.VENV / "bin" / "python").exists():
        postgres.Server(paths.VENV / "bin" / "python").stop()


def clean():
    """This checkout's databases, logs and links removed; the cache stays."""
    stop()
    build.remove(paths.STATE)
    build.remove(paths.VENV)


def distclean():
    """As clean, and the cache that all checkouts share."""
    clean()
    shutil.rmtree(paths.CACHE, ignore_errors=True)


def _with_database():
    name = postgres.check_name(os.environ.get("DB"))
    environment = Environment()
    if not environment.databases.exists(name):
        raise Failure(f"There is no database {name}: make it with `make db DB={name}`.")
    return environment, name


COMMANDS = {
    function.__name__.replace("_", "-"): function
    for function in (
        *(env, run, test, db, shell, load, load_complaints),
        *(lint, bench, stop, clean, distclean),
    )
}


def main():
    try:
        COMMANDS[sys.argv[1]]()
    except Failure as failure:
        sys.exit(f"{sys.argv[1]}: {failure}")
    except KeyboardInterrupt:
        sys.exit(f"{sys.argv[1]}: stopped")


if __name__ == "__main__":
    main()
