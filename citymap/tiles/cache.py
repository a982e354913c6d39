"""Public tiles kept as gzipped files, right at the next look after an edit.

`tiles/public/<source>/<z>/<x>/<y>.mvt.gz` below CITYMAP_VAR; nginx serves them by itself. A file
`<y>.mvt.empty` stands for an empty tile. How a stale file is prevented (see
docs/adr/0401-tile-cache.md):

- triggers mark dirty tiles in the transaction that edits;
- after the commit `remove_stale()` removes the files, holding the source's lock;
- a file is stored only under the same lock, shared, and only when no transaction that its
  snapshot does not see has marked the tile.
"""

import os
import shutil
import tempfile
import uuid
import zlib
from pathlib import Path

import structlog
from django.conf import settings
from django.db import connection, transaction

from citymap.sqlfiles import load_sql
from citymap.tiles.grid import Tile, in_city
from citymap.tiles.registry import sources

log = structlog.get_logger(__name__)

# Dirty rows outlive every tile that is being drawn while they are written.
KEEP_DIRTY_MINUTES = 60
# First key of the advisory locks, one lock a source.
LOCK_CLASS = 10903
GZIP_SUFFIX = ".gz"
EMPTY_SUFFIX = ".empty"


def public_root() -> Path:
    """The folder that nginx serves: nothing but public tiles lies below it."""
    return Path(settings.CITYMAP_VAR) / "tiles" / "public"


def _scratch_root() -> Path:
    return Path(settings.CITYMAP_VAR) / "tiles" / "scratch"


def path_of(source: str, tile: Tile, *, empty: bool = False) -> Path:
    """Where a tile of a public source is kept, or the mark that it is empty."""
    name = f"{tile.y}.mvt{EMPTY_SUFFIX if empty else GZIP_SUFFIX}"
    return public_root() / source / str(tile.z) / str(tile.x) / name


def read(source: str, tile: str) -> bytes | None:
    """The gzipped tile `z/x/y` as kept: empty bytes for an empty one, None when not kept."""
    stem = f"{settings.CITYMAP_VAR}/tiles/public/{source}/{tile}.mvt"
    try:
        with open(stem + GZIP_SUFFIX, "rb") as file:
            return file.read()
    except OSError:
        return b"" if os.path.exists(stem + EMPTY_SUFFIX) else None


def content_stamp(packed: bytes) -> int:
    """A number below 2**31 that changes with the content; kept as the file's time.

    nginx makes ETags of time and size. With a clock, two versions of one second and one size
    would share an ETag.
    """
    return zlib.crc32(packed) & 0x7FFFFFFF


def etag_of(packed: bytes) -> str:
    """The ETag that nginx gives to the same content as a file."""
    return f'"{content_stamp(packed):x}-{len(packed):x}"'


def write_file(path: Path, packed: bytes) -> None:
    """Write a gzipped tile, readable by the web server, its time set from its content."""
    path.write_bytes(packed)
    path.chmod(0o644)
    stamp = content_stamp(packed)
    os.utime(path, (stamp, stamp))


def store(source: str, tile: Tile, packed: bytes, *, snapshot: str) -> bool:
    """Keep a tile drawn from `snapshot`; returns False when an edit has overtaken it.

    Empty tiles outside the city are not kept: there are too many to ask for.
    """
    if not packed and not in_city(tile):
        return False
    path, scratch = path_of(source, tile, empty=not packed), _scratch_root()
    scratch.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(dir=scratch)
    os.close(handle)
    fresh = Path(name)
    try:
        write_file(fresh, packed)
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(
                "SELECT tiles_may_store(%s, %s, %s, %s, %s, %s)",
                [LOCK_CLASS, source, tile.z, tile.x, tile.y, snapshot],
            )
            current = cursor.fetchone()[0]
            if current:
                path.parent.mkdir(parents=True, exist_ok=True)
                fresh.replace(path)
        return current
    finally:
        fresh.unlink(missing_ok=True)


def remove_stale() -> int:
    """Remove the files of all tiles that committed edits have marked; returns how many marks.

    Safe to run at any time, in any number of processes. Call it after a commit: edits over
    HTTP and the worker do.
    """
    removed = sum(_remove_stale_of(source) for source in _pending_sources())
    if removed:
        log.info("stale tiles removed", marks=removed)
    return removed


def _pending_sources() -> list[str]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT DISTINCT source FROM tiles_dirtytile WHERE removed_at IS NULL")
        return sorted(row[0] for row in cursor.fetchall())


def _remove_stale_of(source: str) -> int:
    # After a commit there is nothing to go back to within: no savepoint.
    with transaction.atomic(savepoint=False), connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s, hashtext(%s))", [LOCK_CLASS, source])
        # A statement of its own: its snapshot must be taken when the lock is held.
        cursor.execute(load_sql(__file__, "take_dirty.sql"), {"source": source})
        marks = cursor.fetchall()
        if any(z is None for z, _, _ in marks):
            discard_source(source)
        else:
            for mark in set(marks):
                for empty in (False, True):
                    path_of(source, Tile(*mark), empty=empty).unlink(missing_ok=True)
    return len(marks)


def discard_source(source: str) -> None:
    """Drop all cached tiles of a source: at once out of sight, then off the disk."""
    folder = public_root() / source
    discarded = _scratch_root() / f"discarded-{uuid.uuid4().hex}"
    discarded.parent.mkdir(parents=True, exist_ok=True)
    try:
        folder.rename(discarded)
    except FileNotFoundError:
        return
    shutil.rmtree(discarded, ignore_errors=True)


def forget_old_marks() -> int:
    """Delete marks so old that no tile is still being drawn from before them."""
    with connection.cursor() as cursor:
        cursor.execute(
            "DELETE FROM tiles_dirtytile WHERE removed_at < now() - make_interval(mins => %s)",
            [KEEP_DIRTY_MINUTES],
        )
        return cursor.rowcount


def discard_strangers() -> list[str]:
    """Drop cached files of sources that are no longer public; returns their names."""
    if not public_root().is_dir():
        return []
    public = {source.name for source in sources if source.public and source.cached}
    strangers = [
        entry.name
        for entry in public_root().iterdir()
        if entry.name not in public and entry.is_dir() and not entry.name.startswith(".")
    ]
    for name in strangers:
        discard_source(name)
    return strangers
