"""What the loaders share of Odoo: the company, the place of the rejects, one load at a time."""

from contextlib import contextmanager
from pathlib import Path

from odoo.tools import SQL

from tools.row_file import LoadError


def find_company(env, name):
    """Return the company of this name, or without a name that of ``env``.

    :raise LoadError: naming those there are
    """
    if not name:
        return env.company
    company = env["res.company"].search([("name", "=", name)])
    if len(company) != 1:
        names = ", ".join(env["res.company"].search([]).mapped("name"))
        raise LoadError(f"COMPANY must be one of: {names}.")
    return company


def find_rejects_path(file, name):
    """Return where the rejects of a file go: to ``name``, or else beside where make was called.

    :raise LoadError: when that is the file itself
    """
    path = Path(name or f"{file.path.name}.rejects.csv")
    if path.exists() and path.samefile(file.path):
        raise LoadError("REJECTS must be another file than the one that is loaded.")
    return path


@contextmanager
def one_load(env, what):
    """Let nobody else load into the database meanwhile; roll back what is not committed at the end.

    :param what: the name of the load, for a lock of its own
    :raise LoadError: when one is running
    """
    lock = SQL("hashtext(%s)", what)
    if not env.execute_query(SQL("SELECT pg_try_advisory_lock(%s)", lock))[0][0]:
        raise LoadError(f"A load into database {env.cr.dbname} is already running: wait for it.")
    try:
        yield
    finally:
        env.cr.rollback()
        env.execute_query(SQL("SELECT pg_advisory_unlock(%s)", lock))
