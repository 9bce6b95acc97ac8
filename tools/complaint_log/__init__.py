"""Loads a complaint log (one complaint a row, as help desks and authorities export it) into Odoo.

``load(env, path, options)`` is the whole interface; README.md beside this file is for its users.
The order of the work, and of the files to read:

options, presets/*.json    what to read, and what the columns and values of a known source mean
parsing                    what a row means, or why it is rejected (no Odoo here)
masters                    categories, causes, products and customers of a batch of rows
loader, report             the batches, and what was loaded
"""

from tools.row_file import LoadError

from .options import Options


def load(env, path, options=None, progress=None):
    """Load ``path`` and return a Report. Imported late: reading a file must not need Odoo."""
    from .loader import load as load_log

    return load_log(env, path, options, progress)


__all__ = ["LoadError", "Options", "load"]
