"""The load as a command: options from the environment, progress and report on the terminal."""

import os
import sys

from tools.row_file import LoadError, Progress

from . import Options, load


def main(env):
    """Run inside an Odoo shell; exit with one sentence and status 1 if the load cannot be done."""
    try:
        path = os.environ.get("FILE")
        if not path:
            raise LoadError("Say which file to load: FILE=path/to/complaints.csv[.xz|.gz].")
        report = load(env, path, Options.from_environ(os.environ), Progress())
    except LoadError as error:
        sys.exit(f"Nothing more was loaded: {error}")
    print(report, flush=True)
