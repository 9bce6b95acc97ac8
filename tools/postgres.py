"""The PostgreSQL server: the embedded one, or the one that PGHOST or PGSERVICE names."""

import os
import re
from pathlib import Path

from tools import build, console, paths
from tools.console import Failure

OLDEST = 13  # what Odoo 19 asks for
ROLE = "odoo"  # Odoo refuses to work as the superuser `postgres`


class Server:
    """A running server and how to talk to it.

    :param Path python: of the virtual environment
    """

    def __init__(self, python):
        self.python = python
        self.embedded = not (os.environ.get("PGHOST") or os.environ.get("PGSERVICE"))
        self.was_running = True
        self.environment = {}

    def start(self):
        """Start the embedded server where that is used, and check that the server answers."""
        self.bin = Path(self._embedded("bin"))
        if self.embedded:
            self.was_running = (paths.CLUSTER / "postmaster.pid").exists()
            with build.lock(paths.STATE / "postgres.lock", "PostgreSQL"):
                socket = self._embedded("start")
            self.environment = {"PGHOST": socket, "PGPORT": "5432", "PGUSER": ROLE}
            self._ensure_role()
        self._check()
        return self

    def stop(self):
        """Stop the embedded server."""
        if self.embedded:
            self._embedded("stop")

    def release(self):
        """Stop the embedded server if this command started it and nobody else came to use it."""
        if self.was_running:
            return
        (others,) = self.query(
            "SELECT count(*) FROM pg_stat_activity"
            " WHERE backend_type = 'client backend' AND pid <> pg_backend_pid()"
        )
        if others == "0":
            self.stop()

    def _embedded(self, action):
        script = [self.python, "-m", "tools.embedded_postgres", action, paths.CLUSTER]
        return console.output(script, cwd=paths.ROOT).strip()

    def _ensure_role(self):
        known = self.query(
            "SELECT 1 FROM pg_roles WHERE rolname = :'role'", user="postgres", role=ROLE
        )
        if not known:
            self.query('CREATE ROLE :"role" LOGIN CREATEDB', user="postgres", role=ROLE)

    def _check(self):
        try:
            rows = self.query(
                "SELECT current_setting('server_version_num')::int / 10000, current_user,"
                " (SELECT rolcreatedb OR rolsuper FROM pg_roles WHERE rolname = current_user)"
            )
        except Failure as error:
            raise Failure(
                f"PostgreSQL does not answer ({error}). Start it and check PGHOST, PGPORT, PGUSER "
                "and PGPASSWORD, or unset PGHOST to use the embedded server."
            ) from None
        version, user, may_create = rows[0].split("|")
        if int(version) < OLDEST:
            raise Failure(f"PostgreSQL {version} is too old for Odoo 19: use {OLDEST} or newer.")
        if user == "postgres":
            raise Failure("Odoo does not work as the user `postgres`: set PGUSER to another role.")
        if may_create != "t":
            raise Failure(
                f"The role {user} may not create databases: run `ALTER ROLE {user} CREATEDB`."
            )

    def query(self, statement, database="postgres", user=None, **variables):
        """Run a statement outside a transaction and return its rows, values joined by `|`.

        :param variables: what stands in the statement as `:'name'` (a value) or `:"name"`
            (an identifier)
        """
        arguments = ["psql", "-qAtX", "-v", "ON_ERROR_STOP=1", "-d", database]
        for name, value in variables.items():
            arguments += ["-v", f"{name}={value}"]
        return self.client(*arguments, user=user, input=statement).splitlines()

    def client(self, program, *arguments, user=None, **options):
        """Run one of PostgreSQL's client programs and return what it prints."""
        environment = dict(os.environ, **self.environment)
        if user:
            environment["PGUSER"] = user
        return console.output([self.bin / program, *arguments], env=environment, **options)


def check_name(name):
    """Refuse a database name that would need quoting somewhere."""
    if not re.fullmatch(r"[a-z][a-z0-9_]{0,48}", name or ""):
        raise Failure(
            f"DB={name or ''}: give the database a name of small letters, digits and _, "
            "as in `DB=retail`."
        )
    return name
