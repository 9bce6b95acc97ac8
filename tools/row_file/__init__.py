"""What the loaders share: a file of rows, packed or not, in any encoding, and what was wrong in it.

Nothing here knows of Odoo or of what a row means.
"""

from .dates import date_reader
from .errors import LoadError
from .progress import Progress
from .reader import RowFile
from .rejects import RejectsFile

__all__ = ["LoadError", "Progress", "RejectsFile", "RowFile", "date_reader"]
