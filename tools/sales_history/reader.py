"""Opens a sales file: packed or not, in its encoding, with its delimiter and its headers."""

import codecs
import csv
import gzip
import lzma
import zlib
from contextlib import contextmanager
from pathlib import Path

from .errors import LoadError
from .options import COLUMNS

_OPENERS = {".xz": lzma.open, ".gz": gzip.open}
_CHUNK = 1 << 20


class SalesFile:
    """Iterates over ``(line number, fields)``; ``fields`` is None where the row cannot be read.

    ``header`` is the file's own, ``positions`` the index of each of COLUMNS in it.
    """

    def __init__(self, path, options):
        self.path = Path(path)
        self._opener = _OPENERS.get(self.path.suffix.lower(), open)
        if not self.path.is_file():
            raise LoadError(f"There is no file {self.path}: give FILE=path/to/sales.csv[.xz|.gz].")
        self.encoding = options.encoding or self._detect_encoding()
        self.delimiter = options.delimiter.replace("\\t", "\t")
        self.header = self._read_header()
        self.positions = self._find_columns(options.map)

    def __iter__(self):
        with self._open() as lines:
            rows = csv.reader(lines, delimiter=self.delimiter)
            next(rows)
            while True:
                number = rows.line_num + 1
                try:
                    fields = next(rows)
                except StopIteration:
                    return
                except csv.Error:
                    yield number, None
                    continue
                if fields:
                    yield number, fields

    @contextmanager
    def _open(self, mode="rt"):
        """The unpacked, decoded stream; what goes wrong in it becomes one sentence."""
        text = {"encoding": self.encoding, "newline": ""} if mode == "rt" else {}
        try:
            with self._opener(self.path, mode, **text) as stream:
                yield stream
        except LookupError as error:
            raise LoadError(f"There is no encoding {self.encoding}: correct ENCODING.") from error
        except UnicodeDecodeError as error:
            raise LoadError(f"{self.path.name} is not in {self.encoding}: set ENCODING.") from error
        except (lzma.LZMAError, zlib.error, gzip.BadGzipFile, EOFError) as error:
            raise LoadError(f"{self.path.name} is damaged or no such archive: {error}.") from error

    def _detect_encoding(self):
        decoder = codecs.getincrementaldecoder("utf-8")()
        with self._open("rb") as stream:
            try:
                while chunk := stream.read(_CHUNK):
                    decoder.decode(chunk)
                decoder.decode(b"", final=True)
            except UnicodeDecodeError:
                return "latin-1"
        return "utf-8-sig"

    def _read_header(self):
        with self._open() as lines:
            first = lines.readline()
        # The delimiter is the sign that stands most often between the headers.
        self.delimiter = self.delimiter or max(",;\t", key=first.count)
        return [name.strip() for name in next(csv.reader([first], delimiter=self.delimiter), [])]

    def _find_columns(self, mapped):
        wanted = {column: mapped.get(column, column) for column in COLUMNS}
        missing = [header for header in wanted.values() if header not in self.header]
        if missing:
            raise LoadError(
                f"{self.path.name} has no column {', '.join(missing)} (it has "
                f'{", ".join(self.header)}): name it with MAP="InvoiceNo=its header here,...".'
            )
        return [self.header.index(header) for header in wanted.values()]
