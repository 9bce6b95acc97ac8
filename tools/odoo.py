"""Odoo's own commands, run in the prepared environment."""

import os
import re
import subprocess

from tools import console, paths, python_env
from tools.console import Failure

CONFIG = """# Written by `make`; for a real server start from odoo.conf in the project's root.
[options]
addons_path = {addons}
data_dir = {data}
http_interface = 127.0.0.1
max_cron_threads = 1
"""


class Odoo:
    """Runs Odoo with the suite.

    :param OdooSource source: where Odoo is
    :param Path python: of the virtual environment
    :param Server server: PostgreSQL, running
    """

    def __init__(self, source, python, server):
        self.source = source
        self.python = python
        self.server = server
        self.environment = python_env.environment(python, source)
        self.environment.update(server.environment)
        self.environment["PATH"] = os.pathsep.join((str(server.bin), self.environment["PATH"]))
        self.environment["ODOO_TEST_CONFIG"] = str(paths.CONFIG)
        self._write_config()

    def command(self, *arguments):
        """Return the command line of one of Odoo's commands."""
        return [str(self.python), "-m", "odoo", *map(str, arguments)]

    def install(self, database, modules, demo, update=()):
        """Install modules, and update others, in one go."""
        options = ["-i", ",".join(modules)] if modules else []
        options += ["-u", ",".join(update)] if update else []
        if demo:
            options.append("--with-demo")
        what = ", ".join((*modules, *update)[:3])
        console.run(
            self.command(
                "-c", paths.CONFIG, "-d", database, *options, "--stop-after-init", "--no-http"
            ),
            f"Install {what}" + (" ..." if len(modules) + len(update) > 3 else ""),
            f"install-{database}",
            env=self.environment,
            cwd=paths.ROOT,
            progress=_modules_loaded,
            advice="Mend what the log says, then run it again.",
        )
        # Odoo ends well even where it leaves a module out.
        missing = sorted(set(modules) - self.installed(database))
        if missing:
            raise Failure(
                f"Odoo left out {', '.join(missing)}: the reason is in "
                f"{paths.LOGS / f'install-{database}.log'}"
            )

    def installed(self, database):
        """Return the names of the installed modules."""
        return set(
            self.server.query(
                "SELECT name FROM ir_module_module WHERE state = 'installed'", database=database
            )
        )

    def shell(self, database, script, **variables):
        """Run a script in an Odoo shell; `env` is there. Its output goes to the terminal.

        :raise Failure: when the script fails
        """
        done = subprocess.run(
            self.command(
                "shell", "-c", paths.CONFIG, "-d", database, "--no-http", "--log-level=warn"
            ),
            input=script,
            text=True,
            env=dict(self.environment, **variables),
            cwd=paths.ROOT,
            check=False,
            preexec_fn=console.die_with_parent,
        )
        if done.returncode:
            raise Failure(f"The script failed on {database}: its error is above.")

    def _write_config(self):
        folders = ",".join(str(folder) for folder in (paths.ADDONS, *self.source.addons))
        text = CONFIG.format(addons=folders, data=paths.DATA_DIR)
        if not paths.CONFIG.exists() or paths.CONFIG.read_text() != text:
            partial = paths.CONFIG.with_suffix(".partial")
            partial.write_text(text)
            partial.rename(paths.CONFIG)


def _modules_loaded(log):
    seen = re.findall(r"Loading module (\S+) \((\d+/\d+)\)", log.read_text(errors="replace"))
    return "({}, {})".format(*seen[-1]) if seen else ""
