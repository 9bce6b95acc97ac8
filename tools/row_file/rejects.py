"""The file of the rows that were not loaded."""

import csv


class RejectsFile:
    """Writes rejected rows: line and reason, then the row as it was. No reject, no file."""

    def __init__(self, path, header, delimiter):
        self.path = path
        self.header = header
        self.delimiter = delimiter
        self._stream = None
        self._writer = None

    def __enter__(self):
        self.path.unlink(missing_ok=True)
        return self

    def __exit__(self, *_exception):
        if self._stream:
            self._stream.close()

    def add(self, line, reason, fields):
        if self._writer is None:
            self._stream = self.path.open("w", encoding="utf-8", newline="")
            self._writer = csv.writer(self._stream, delimiter=self.delimiter)
            self._writer.writerow(["line", "reason", *self.header])
        self._writer.writerow([line, reason, *fields])
