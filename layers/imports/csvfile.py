"""CSV as offices write it: comma, semicolon or tab; UTF-8 with or without a mark, or cp1251."""

import codecs
import csv
import io
import warnings
from pathlib import Path

import pandas as pd

from layers.imports.errors import ImportRefusedError

SAMPLE_BYTES = 1_000_000
DELIMITERS = (",", ";", "\t", "|")


def detect_encoding(sample: bytes) -> str:
    """UTF-8 (or UTF-16 by its mark) where the bytes are that, else Windows Cyrillic.

    The sample may end in the middle of a character.
    """
    if sample.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return "utf-16"
    try:
        codecs.getincrementaldecoder("utf-8")().decode(sample)
    except UnicodeDecodeError:
        return "cp1251"
    return "utf-8-sig"


def detect_delimiter(header: str) -> str:
    """The delimiter that splits the header line into most columns outside quotes.

    A single column (of WKT, full of commas) has none: then a tab, which no cell holds.
    """
    columns = {mark: len(next(csv.reader([header], delimiter=mark), [])) for mark in DELIMITERS}
    best = max(DELIMITERS, key=lambda mark: columns[mark])
    return best if columns[best] > 1 else "\t"


def read_csv(
    source: Path | bytes, *, name: str, encoding: str | None = None, delimiter: str | None = None
) -> pd.DataFrame:
    """All cells as text, missing ones as empty text; column names stripped.

    name: the file's name in messages. Raises ImportRefusedError for what is no CSV.
    """
    sample = _sample(source)
    encoding = encoding or detect_encoding(sample)
    try:
        codecs.lookup(encoding)
        header = sample.decode(encoding, errors="ignore").lstrip("\ufeff").splitlines()
    except LookupError as error:
        raise ImportRefusedError(f"there is no encoding {encoding!r} (--encoding)") from error
    if "\x00" in "".join(header[:5]):
        raise ImportRefusedError(f"{name} is not a text file")
    if not any(line.strip() for line in header):
        raise ImportRefusedError(f"{name} is empty")
    try:
        with warnings.catch_warnings():
            # A row longer than the header would lose its last cells.
            warnings.simplefilter("error", pd.errors.ParserWarning)
            table = pd.read_csv(
                io.BytesIO(source) if isinstance(source, bytes) else source,
                dtype=str, keep_default_na=False, encoding=encoding, skipinitialspace=True,
                sep=delimiter or detect_delimiter(header[0]), index_col=False,
            )  # fmt: skip
    except UnicodeDecodeError as error:
        raise ImportRefusedError(
            f"{name} is not {encoding} text at byte {error.start} (--encoding)"
        ) from error
    except pd.errors.EmptyDataError as error:
        raise ImportRefusedError(f"{name} is empty") from error
    except (pd.errors.ParserError, pd.errors.ParserWarning) as error:
        raise ImportRefusedError(f"{name} is not a well-formed CSV file: {error}") from error
    table.columns = [str(column).strip().lstrip("\ufeff") for column in table.columns]
    return table


def _sample(source: Path | bytes) -> bytes:
    if isinstance(source, bytes):
        return source[:SAMPLE_BYTES]
    with source.open("rb") as stream:
        return stream.read(SAMPLE_BYTES)
