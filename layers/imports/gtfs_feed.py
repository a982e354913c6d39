"""Reading a GTFS feed: the zip's tables as text, checked for what an import needs."""

import hashlib
import re
import zipfile
import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from layers.imports.csvfile import read_csv
from layers.imports.errors import ImportRefusedError
from layers.imports.files import MAX_FILE_MB, open_zip

SOURCE_LENGTH = 40
# Table -> columns without which it is of no use. Those in OPTIONAL_TABLES may be missing.
TABLES: Mapping[str, tuple[str, ...]] = {
    "agency": ("agency_name",),
    "stops": ("stop_id", "stop_lat", "stop_lon"),
    "routes": ("route_id", "route_type"),
    "trips": ("route_id", "trip_id"),
    "stop_times": ("trip_id", "stop_id", "stop_sequence"),
    "shapes": ("shape_id", "shape_pt_lat", "shape_pt_lon", "shape_pt_sequence"),
    "feed_info": (),
    "translations": ("language", "translation"),
}
OPTIONAL_TABLES = frozenset({"agency", "shapes", "feed_info", "translations"})


@dataclass(frozen=True, slots=True)
class Feed:
    """The tables of a feed by name, cells as text; an optional table that is missing is empty."""

    name: str
    tables: Mapping[str, pd.DataFrame]

    def __getitem__(self, table: str) -> pd.DataFrame:
        return self.tables[table]

    def column(self, table: str, column: str) -> pd.Series:
        """A column's stripped text; empty text where the column is missing."""
        frame = self.tables[table]
        if column in frame:
            return frame[column].str.strip()
        return pd.Series("", index=frame.index, dtype=str)


def read_feed(path: Path, *, max_mb: int = MAX_FILE_MB) -> Feed:
    """Read a feed; raises ImportRefusedError saying what is wrong with it."""
    with open_zip(path, max_mb=max_mb) as archive:
        members = _members(archive)
        missing = [f"{name}.txt" for name in TABLES if name not in {*members, *OPTIONAL_TABLES}]
        if missing:
            raise ImportRefusedError(f"{path.name} is no GTFS feed: it lacks {', '.join(missing)}")
        tables = {
            name: _read_table(archive, members[name], name) if name in members else _nothing(name)
            for name in TABLES
        }
    for name in TABLES:
        if tables[name].empty and name not in OPTIONAL_TABLES:
            raise ImportRefusedError(f"{path.name}: {name}.txt has no rows")
    return Feed(name=path.name, tables=tables)


def source_name(feed: Feed) -> str:
    """`gtfs:<feed>`: from feed_id, else the agency's name; it outlives versions of the feed.

    Raises ImportRefusedError when the feed names neither.
    """
    for table, column in (("feed_info", "feed_id"), ("agency", "agency_name")):
        names = feed.column(table, column)
        for name in names[names != ""]:
            slug = re.sub(r"[\W_]+", "-", name.casefold()).strip("-")
            if slug:
                return _shortened(f"gtfs:{slug}")
    raise ImportRefusedError(f"{feed.name} names neither feed nor agency: name it with --source")


def _shortened(name: str) -> str:
    """A name that fits; two long ones that begin alike stay apart by a hash."""
    if len(name) <= SOURCE_LENGTH:
        return name
    return f"{name[: SOURCE_LENGTH - 9]}-{hashlib.sha256(name.encode()).hexdigest()[:8]}"


def _members(archive: zipfile.ZipFile) -> dict[str, str]:
    """Table -> member; the tables may lie in one folder of the archive."""
    found: dict[str, str] = {}
    for member in archive.namelist():
        parts = member.split("/")
        table = parts[-1].removesuffix(".txt").lower()
        if member.startswith("__MACOSX/") or not parts[-1].lower().endswith(".txt"):
            continue
        if table in TABLES and (table not in found or len(parts) < found[table].count("/") + 1):
            found[table] = member
    return found


def _nothing(name: str) -> pd.DataFrame:
    return pd.DataFrame({column: pd.Series([], dtype=str) for column in TABLES[name]})


def _read_table(archive: zipfile.ZipFile, member: str, name: str) -> pd.DataFrame:
    shown = f"{name}.txt"
    try:
        with archive.open(member) as stream:
            # Not a byte more than the archive declares: a bomb may lie about its size.
            content = stream.read(archive.getinfo(member).file_size)
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, OSError) as error:
        raise ImportRefusedError(f"{shown} cannot be unpacked: {error}") from error
    if not content.strip() and name in OPTIONAL_TABLES:
        return _nothing(name)
    table = read_csv(content, name=shown, delimiter=",")
    table.columns = [column.lower() for column in table.columns]
    if missing := [column for column in TABLES[name] if column not in table]:
        raise ImportRefusedError(f"{shown} lacks the column {', '.join(missing)}")
    return table
