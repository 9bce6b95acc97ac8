"""A sales file: a file of rows with the columns of a sales history."""

from tools.row_file import RowFile

from .options import COLUMNS


class SalesFile(RowFile):
    what_to_give = "FILE=path/to/sales.csv[.xz|.gz]"

    def __init__(self, path, options):
        super().__init__(
            path,
            COLUMNS,
            mapped=options.map,
            encoding=options.encoding,
            delimiter=options.delimiter,
        )
