"""PostgreSQL's binary formats to and from numpy: no Python object for each value."""

import numpy as np

_COPY_HEADER = b"PGCOPY\n\xff\r\n\0" + bytes(8)  # signature, flags, length of the extension
_COPY_TRAILER = b"\xff\xff"


def decode_int_array(buffer):
    """Return what `array_send(array_agg(integer column))` sent, as int32 of shape (rows,).

    The format is five 32-bit header words (dimensions, flags, element type, length, lower bound),
    then the length and the value of each element. NULLs are not supported: exclude them.

    :param buffer: bytes or memoryview, or None for no rows
    """
    if buffer is None:
        return np.empty(0, dtype=np.int32)
    return np.frombuffer(buffer, dtype=">i4")[5:].reshape(-1, 2)[:, 1].astype(np.int32)


def decode_float_array(buffer):
    """Return what `array_send(array_agg(double precision column))` sent, as float64; see above."""
    if buffer is None:
        return np.empty(0, dtype=np.float64)
    pairs = np.dtype([("size", ">i4"), ("value", ">f8")])
    return np.frombuffer(buffer, dtype=pairs, offset=20)["value"].astype(np.float64)


def decode_int_pairs(buffer):
    """Return what `string_agg(int8send(first::bigint << 32 | second), '')` sent, two int32 arrays
    of shape (rows,).

    Half the work of two arrays on the server, which also send the length of each value. The second
    one must not be negative; a row in which one is NULL is left out.

    :param buffer: bytes or memoryview, or None for no rows
    """
    pairs = np.frombuffer(buffer or b"", dtype=">i4").reshape(-1, 2)
    return pairs[:, 0].astype(np.int32), pairs[:, 1].astype(np.int32)


def encode_copy(columns):
    """Return the bytes of `COPY ... FROM STDIN (FORMAT BINARY)` for parallel columns.

    Integer arrays become `int4`, floating ones `float8`; scalars are repeated in each row.

    :param columns: list of arrays of the same length and of scalars, at least one array
    """
    columns = [np.asarray(column) for column in columns]
    types = [">f8" if column.dtype.kind == "f" else ">i4" for column in columns]
    row_type = [("fields", ">i2")]
    for position, column_type in enumerate(types):
        row_type += [(f"size_{position}", ">i4"), (f"value_{position}", column_type)]
    rows = np.empty(max(column.size for column in columns if column.ndim), dtype=row_type)
    rows["fields"] = len(columns)
    for position, column in enumerate(columns):
        rows[f"size_{position}"] = rows.dtype[f"value_{position}"].itemsize
        rows[f"value_{position}"] = column
    return _COPY_HEADER + rows.tobytes() + _COPY_TRAILER
