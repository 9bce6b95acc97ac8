"""Loads a sales history (one line a row, as shops and tills export it) into Odoo.

``load(env, path, options)`` is the whole interface; see ``loader.load`` for what it does and
``options.Options`` for what can be set. The order of the work, and of the files to read:

options, reader, parsing   the file: what to read, how to open it, what a row means (no Odoo here)
staging                    the accepted rows in temporary tables
masters, countries         customers, guests and products, through the ORM
prototypes, orders         orders and lines, as the ORM writes them but a thousand at a time
report                     what was loaded, and that it adds up
"""

from tools.row_file import LoadError
from .options import Options


def load(env, path, options=None, progress=None):
    """Load ``path`` and return a Report. Imported late: reading a file must not need Odoo."""
    from .loader import load as load_history

    return load_history(env, path, options, progress)
