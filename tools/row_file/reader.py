"""Opens a file of rows: packed or not, in its encoding, with its delimiter and its headers."""

import codecs
import csv
import gzip
import lzma
import zlib
from collections import deque
from contextlib import contextmanager
from pathlib import Path

from .errors import LoadError

_OPENERS = {".xz": lzma.open, ".gz": gzip.open}
_CHUNK = 1 << 20


class RowFile:
    """Iterates over ``(line number, fields)``; a line that is no CSV comes as one field.

    ``header`` is the file's own, ``positions`` the index of each of ``columns`` in it.
    """

    # A quote that is opened and not closed would swallow the rest of the file: beyond so many
    # lines it is taken for a mistake in its first line.
    record_lines = 50
    what_to_give = "FILE=path/to/file.csv[.xz|.gz]"

    def __init__(self, path, columns, *, optional=(), mapped=None, encoding="", delimiter=""):
        """Open a file and find its columns.

        :param columns: names of the columns, in the order of ``positions``
        :param optional: those of them that may be missing: their position is None
        :param mapped: ``{column: the file's own header}``
        """
        self.path = Path(path)
        self._opener = _OPENERS.get(self.path.suffix.lower(), open)
        if not self.path.is_file():
            raise LoadError(f"There is no file {self.path}: give {self.what_to_give}.")
        self.encoding = encoding or self._detect_encoding()
        self.delimiter = delimiter.replace("\\t", "\t")
        self.header = self._read_header()
        self.positions = self._find_columns(columns, optional, mapped or {})

    def __iter__(self):
        with self._open() as stream:
            lines = _Lines(stream, self.record_lines)
            rows = self._reader(lines)
            next(rows)
            while True:
                number = lines.start_record()
                try:
                    fields = next(rows)
                except StopIteration:
                    return
                except (csv.Error, _EndlessRecord):
                    fields = [lines.give_back().rstrip("\r\n")]
                    rows = self._reader(lines)
                if fields:
                    yield number, fields

    def _reader(self, lines):
        return csv.reader(lines, delimiter=self.delimiter, strict=True)

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
        return [name.strip() for name in next(self._reader([first]), [])]

    def _find_columns(self, columns, optional, mapped):
        wanted = {column: mapped.get(column, column) for column in columns}
        missing = [
            header
            for column, header in wanted.items()
            if header not in self.header and (column in mapped or column not in optional)
        ]
        if missing:
            raise LoadError(
                f"{self.path.name} has no column {', '.join(missing)} (it has "
                f'{", ".join(self.header)}): name it with MAP="{columns[0]}=its header here,...".'
            )
        return [
            self.header.index(header) if header in self.header else None
            for header in wanted.values()
        ]


class _EndlessRecord(Exception):
    pass


class _Lines:
    """The lines of a stream, counted; those of a record that cannot be read are given back."""

    def __init__(self, stream, record_lines):
        self.stream = stream
        self.record_lines = record_lines
        self.pending = deque()
        self.record = []
        self.number = 0

    def __iter__(self):
        return self

    def __next__(self):
        if len(self.record) == self.record_lines:
            raise _EndlessRecord
        line = self.pending.popleft() if self.pending else next(self.stream)
        self.record.append(line)
        self.number += 1
        return line

    def start_record(self):
        """Return the number of the line the next record begins in."""
        self.record.clear()
        return self.number + 1

    def give_back(self):
        """Return the first line of the record at hand; the others will be read again."""
        first, *others = self.record
        self.pending.extendleft(reversed(others))
        self.number -= len(others)
        return first
