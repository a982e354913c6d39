"""A spreadsheet as offices keep it: merged cells, a title above the heading, dates as text."""

import zipfile
from collections.abc import Collection
from pathlib import Path
from typing import Any

from openpyxl import load_workbook
from openpyxl.utils.exceptions import InvalidFileException

from layers.imports.errors import ImportRefusedError
from layers.imports.files import check_file
from layers.imports.matching import normalised
from layers.imports.values import is_empty

# The heading is looked for so far down, and holds at least so many known names.
HEADING_WITHIN, HEADING_LEAST = 30, 3
MAX_ROWS, MAX_COLUMNS = 50_000, 200
MAX_UNPACKED_BYTES = 400 * 1024 * 1024


def read_sheet(
    path: Path, names: Collection[str], *, sheet: str | None = None, max_mb: int
) -> list[tuple[int, dict[str, Any]]]:
    """Rows as `(number in the sheet, heading -> cell)`; merged cells hold the same value.

    names: normalised names that headings may have. Raises ImportRefusedError.
    """
    check_file(path, max_mb=max_mb)
    try:
        with zipfile.ZipFile(path) as packed:
            if sum(part.file_size for part in packed.infolist()) > MAX_UNPACKED_BYTES:
                raise ImportRefusedError(f"{path.name} unpacks to more than can be read")
        book = load_workbook(path, data_only=True)
    except (InvalidFileException, zipfile.BadZipFile, KeyError, ValueError, OSError) as error:
        raise ImportRefusedError(f"{path.name} is no workbook (.xlsx): {error}") from error
    if sheet is not None and sheet not in book.sheetnames:
        raise ImportRefusedError(f"{path.name} has no sheet {sheet!r}: {book.sheetnames}")
    page = book[sheet] if sheet else book.worksheets[0]
    if page.max_row > MAX_ROWS or page.max_column > MAX_COLUMNS:
        raise ImportRefusedError(
            f"{path.name} has {page.max_row} rows and {page.max_column} columns:"
            f" at most {MAX_ROWS} and {MAX_COLUMNS} are read"
        )
    grid = [list(row) for row in page.iter_rows(values_only=True)]
    _spread(grid, page.merged_cells.ranges)
    return _table(grid, names, path)


def _spread(grid: list[list[Any]], ranges: Any) -> None:
    """Give every cell of a merged range the value of its first."""
    for one in ranges:
        value = grid[one.min_row - 1][one.min_col - 1]
        for row in range(one.min_row - 1, min(one.max_row, len(grid))):
            for column in range(one.min_col - 1, min(one.max_col, len(grid[row]))):
                grid[row][column] = value


def _table(
    grid: list[list[Any]], names: Collection[str], path: Path
) -> list[tuple[int, dict[str, Any]]]:
    for number, row in enumerate(grid[:HEADING_WITHIN]):
        known = {normalised(cell) for cell in row if not is_empty(cell)} & set(names)
        if len(known) >= HEADING_LEAST:
            heading = ["" if is_empty(cell) else str(cell).strip() for cell in row]
            return [
                (line, dict(zip(heading, cells, strict=False)))
                for line, cells in enumerate(grid[number + 1 :], number + 2)
                if not all(is_empty(cell) for cell in cells) and not _repeated(cells)
            ]
    raise ImportRefusedError(
        f"{path.name} has no heading in its first {HEADING_WITHIN} rows: at least"
        f" {HEADING_LEAST} columns have to be named as docs/imports.md says"
    )


def _repeated(cells: list[Any]) -> bool:
    """A line merged over the whole width is a heading within the table, not a work."""
    filled = {str(cell).strip() for cell in cells if not is_empty(cell)}
    return len(cells) > 2 and len(filled) == 1 and not any(is_empty(cell) for cell in cells)
