"""Databases, Odoo processes and servers for the tests of the whole suite.

`make test` names the server (PGHOST and so on), Odoo's configuration and the templates
in the environment: BASE has Odoo's own modules, SUITE the suite as well; DEMO_BASE and DEMO are the
same with demo data.
"""

import os
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
import uuid
from contextlib import closing
from pathlib import Path

import psycopg2

ROOT = Path(__file__).resolve().parent.parent
SUITE = ("crm_extended", "crm_loyalty", "crm_analytics")
START_SECONDS = 120
START_LOCK = 190_500_044  # an advisory lock: scripts that race wait for it


def setting(name):
    """Return what `make test` says in the environment."""
    value = os.environ.get(name)
    assert value, f"{name} is not set: run these tests by `make test T=tests`."
    return value


def odoo(*arguments, script=None, check=True):
    """Run one of Odoo's commands to its end and return the finished process, output as text."""
    return subprocess.run(
        command(*arguments),
        input=script,
        stdin=None if script is not None else subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=check,
        cwd=ROOT,
    )


def command(*arguments):
    """Return the command line of one of Odoo's commands: `shell`, or the server's options."""
    first, rest = ([arguments[0]], arguments[1:]) if arguments[0] == "shell" else ([], arguments)
    return [sys.executable, "-m", "odoo", *first, "-c", setting("ODOO_TEST_CONFIG"), *rest]


def shell(database, script, check=True):
    """Run a script in an Odoo shell on a database and return what it prints."""
    done = odoo(
        "shell", "-d", database, "--no-http", "--log-level=error", script=script, check=False
    )
    assert not (check and done.returncode), done.stdout
    return done.stdout


def start_shell(database, script):
    """Start a script in an Odoo shell on a database and return the running process."""
    process = subprocess.Popen(
        command("shell", "-d", database, "--no-http", "--log-level=critical"),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    process.stdin.write(script)
    process.stdin.close()
    process.stdin = None  # communicate() would flush it again
    return process


def finish(process):
    """Wait for a started script and return what it printed; a failing one fails the test."""
    printed, _errors = process.communicate(timeout=300)
    assert process.returncode == 0, printed
    return printed


def run_together(database, scripts, hold=None, parameters=()):
    """Start the scripts, let them go at the same moment, return what they printed.

    :param hold: a query whose locks the scripts run into; they go on when all of them wait for it.
        Without it they wait before their first line.
    """
    wait = f"env.cr.execute('SELECT pg_advisory_xact_lock_shared({START_LOCK})'); env.cr.commit()\n"
    hold, wait = (hold, "") if hold else (f"SELECT pg_advisory_xact_lock({START_LOCK})", wait)
    connection = psycopg2.connect(dbname=database)
    with closing(connection), connection.cursor() as cursor:
        cursor.execute(hold, parameters)
        processes = [start_shell(database, wait + script) for script in scripts]
        waiting = 0
        while waiting < len(scripts):
            for process in processes:
                assert process.poll() is None, finish(process)
            # in a transaction the list of sessions stays as it was first read
            cursor.execute("SELECT pg_stat_clear_snapshot()")
            # one that waits for a row waits for a transaction, which belongs to no database
            cursor.execute(
                "SELECT count(DISTINCT pid) FROM pg_locks JOIN pg_stat_activity USING (pid)"
                " WHERE NOT granted AND datname = current_database()"
            )
            [waiting] = cursor.fetchone()
    return [finish(process) for process in processes]


def run_pytest(database, *arguments):
    """Run pytest on a database, in a run of its own, and return the finished process."""
    around = ("ODOO_TEST_HTTP_PORT", "PYTEST_XDIST_")  # what belongs to the run around this one
    return subprocess.run(
        [
            *(sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider"),
            f"--odoo-config={setting('ODOO_TEST_CONFIG')}",
            f"--odoo-database={database}",
            "--odoo-log-level=error",
            *map(str, arguments),
        ],
        cwd=ROOT,
        env={name: value for name, value in os.environ.items() if not name.startswith(around)},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )


def connect(database):
    """Return a connection that sees what others commit as soon as they have."""
    connection = psycopg2.connect(dbname=database)
    connection.autocommit = True
    return connection


def read_state(database, queries):
    """Return {name: rows} of {name: query}: what two runs of an action are compared by."""
    state = {}
    with closing(connect(database)) as connection, connection.cursor() as cursor:
        for name, query in queries.items():
            cursor.execute(query)
            state[name] = cursor.fetchall()
    return state


def raised(printed):
    """Return how many records the script of a scheduled action says it raised."""
    return int(printed.split("RAISED ")[1])


def run_once(database, script):
    """Run the script of a scheduled action to its end and return how many records it raised."""
    return raised(finish(start_shell(database, script)))


def kill(process, database, cursor):
    """Kill a script with SIGKILL, and wait until its database knows that it is gone."""
    process.kill()
    process.communicate()
    # A commit under way when the process died is finished by its server process.
    cursor.execute(
        "SELECT count(pg_terminate_backend(pid, 10000)) FROM pg_stat_activity "
        "WHERE datname = %s AND pid <> pg_backend_pid() "
        "AND backend_type = 'client backend'",  # not the vacuum that comes by
        [database],
    )


def real_file(name, source):
    """Return a file of real data; a machine without it fails here, and says what to fetch."""
    folder = Path(os.environ.get("SHARED_DATA") or ROOT.parent / "shared" / "data")
    path = folder / name
    assert path.is_file(), (
        f"There is no {path}: set SHARED_DATA to the folder that holds {source} by this name."
    )
    return path


def install(database, *options):
    """Install, update or otherwise start Odoo once; return the lines that warn."""
    done = odoo("-d", database, *options, "--stop-after-init", "--no-http", "--log-level=warn")
    return [
        line
        for line in done.stdout.splitlines()
        if line.strip() and "Running as user 'root'" not in line
    ]


class Scratch:
    """Databases that live as long as a module's tests."""

    def __init__(self):
        self.names = []

    def database(self, template):
        """Return the name of a new copy of a template: BASE, SUITE, DEMO_BASE or DEMO."""
        return self.copy(setting(f"ODOO_TEST_{template}_TEMPLATE"))

    def copy(self, database):
        """Return the name of a new copy of a database that nobody is connected to."""
        name = f"suite_scratch_{uuid.uuid4().hex[:8]}"
        self.names.append(name)
        subprocess.run(["createdb", "-T", database, name], check=True)
        return name

    def close(self):
        for name in self.names:
            forced = subprocess.run(["dropdb", "--if-exists", "--force", name], check=False)
            if forced.returncode:
                # Nobody but a superuser may end PostgreSQL's own clean-up process by force: the
                # plain command asks it to leave and waits.
                subprocess.run(["dropdb", "--if-exists", name], check=True)


class Server:
    """Odoo's web server on a database, for a browser."""

    def __init__(self, database):
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = probe.getsockname()[1]
        self.address = f"http://127.0.0.1:{self.port}"
        self.process = subprocess.Popen(
            command(
                "-d",
                database,
                f"--http-port={self.port}",
                "--max-cron-threads=0",
                "--log-level=warn",
            ),
            cwd=ROOT,
        )
        self._wait()

    def _wait(self):
        end = time.monotonic() + START_SECONDS
        while time.monotonic() < end:
            assert self.process.poll() is None, "Odoo ended before it answered."
            try:
                urllib.request.urlopen(f"{self.address}/web/health", timeout=5).close()
                return
            except (urllib.error.URLError, OSError):
                pass
        raise AssertionError(f"Odoo did not answer within {START_SECONDS} seconds.")

    def close(self):
        self.process.terminate()
        self.process.wait()
