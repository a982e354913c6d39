"""Rows of one length by binary COPY, read by numpy as they are: no Python object a row."""

import io

import numpy as np
from django.db import connection

# What PostgreSQL writes before the first row, and at the end.
_HEADER_BYTES, _TRAILER_BYTES = 19, 2


def row_type(**columns: str) -> np.dtype:
    """A row of columns that are never null, by numpy type: "i4", "i8", "f8"."""
    fields = [("columns", ">i2")]
    for name, kind in columns.items():
        # Each value comes after its length.
        fields += [(f"bytes of {name}", ">i4"), (name, f">{kind}")]
    return np.dtype(fields)


def read_rows(statement: str, parameters: dict, row: np.dtype) -> dict[str, np.ndarray]:
    """The columns of a query; its types in the database must be those of `row`."""
    with connection.cursor() as cursor:
        received = io.BytesIO()
        cursor.copy_expert(
            f"COPY ({cursor.mogrify(statement, parameters).decode()}) TO STDOUT (FORMAT binary)",
            received,
        )
    rows = np.frombuffer(received.getbuffer()[_HEADER_BYTES:-_TRAILER_BYTES], dtype=row)
    return {name: rows[name].astype(row[name].newbyteorder("=")) for name in row.names[2::2]}
