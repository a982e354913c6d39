"""The base map's tiles: built ahead, versioned, never changed, switched in one step.

A build is a folder `base-versions/<version>/{z}/{x}/{y}.mvt.gz`; `public/base` is a link to the
current one, so that its tiles are served by the very path and code of the cached ones.
"""

import datetime as dt
import hashlib
import os
import shutil
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from django.db import connection

from citymap.tiles import cache
from citymap.tiles.models import BaseMapOrder

SOURCE = "base"
NO_VERSION = "none"
# A build is written under a name with this prefix and renamed when it is whole.
UNFINISHED = ".unfinished-"
LONGEST_BUILD = dt.timedelta(hours=6)


def versions_root() -> Path:
    """Where builds lie: beside the public files, on the same file system."""
    return cache.public_root().parent / "base-versions"


def current_version() -> str:
    """The version now served, or `none` when no base map has been built."""
    try:
        return os.path.basename(os.readlink(cache.public_root() / SOURCE))
    except OSError:
        return NO_VERSION


@contextmanager
def unfinished_build() -> Iterator[Path]:
    """An empty folder for a build's tiles `z/x/y.pbf`; removed unless it was published."""
    versions_root().mkdir(parents=True, exist_ok=True)
    folder = Path(tempfile.mkdtemp(prefix=UNFINISHED, dir=versions_root()))
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def publish(folder: Path) -> tuple[str, int]:
    """Serve a build from now on; returns its version and number of tiles.

    The build before stays until the next, for who is reading it at this moment; older ones are
    removed. The version is a hash of the tiles: an unchanged map keeps its version, and readers
    keep what they have.
    """
    digest, tiles = hashlib.sha256(), 0
    for tile in sorted(folder.glob("*/*/*.pbf")):
        packed = tile.read_bytes()
        digest.update(f"{tile.relative_to(folder)} {hashlib.sha256(packed).hexdigest()}".encode())
        final = tile.with_suffix(".mvt.gz")
        tile.rename(final)
        cache.write_file(final, packed)
        tiles += 1
    version = digest.hexdigest()[:12]
    folder.chmod(0o755)
    if not (versions_root() / version).exists():
        folder.rename(versions_root() / version)
    before = current_version()
    _switch_to(version)
    if version != before:
        _remove_all_but(version, before)
    return version, tiles


def order() -> None:
    """Note that the base map's data has changed; call it in the transaction that does so."""
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO tiles_basemaporder AS debt (singleton, ordered, built) VALUES (true, 1, 0)"
            " ON CONFLICT (singleton) DO UPDATE SET ordered = debt.ordered + 1"
        )


def ordered() -> int:
    """The number of the newest order: read it before the data, settle it after the build."""
    row = BaseMapOrder.objects.first()
    return row.ordered if row else 0


def settle(number: int) -> None:
    """Note that the served tiles show the data as of order `number`."""
    BaseMapOrder.objects.filter(built__lt=number).update(built=number)


def is_behind() -> bool:
    """Whether data has changed since the served tiles were built, or the tiles are lost."""
    row = BaseMapOrder.objects.first()
    return row is not None and (row.built < row.ordered or current_version() == NO_VERSION)


def _switch_to(version: str) -> None:
    """Point the link at a build by a rename: a reader sees the old map or the new, never none."""
    cache.public_root().mkdir(parents=True, exist_ok=True)
    fresh = cache.public_root() / f".{SOURCE}-{version}"
    fresh.unlink(missing_ok=True)
    fresh.symlink_to(Path("..") / versions_root().name / version)
    link = cache.public_root() / SOURCE
    if link.is_dir() and not link.is_symlink():
        cache.discard_source(SOURCE)  # a restored copy that followed the link
    fresh.replace(link)


def _remove_all_but(*wanted: str) -> None:
    for build in versions_root().iterdir():
        if build.name not in wanted and not _being_built(build):
            shutil.rmtree(build, ignore_errors=True)


def _being_built(folder: Path) -> bool:
    """Whether another process may still be writing this build (those that died are removed)."""
    age = dt.timedelta(seconds=time.time() - folder.stat().st_mtime)
    return folder.name.startswith(UNFINISHED) and age < LONGEST_BUILD
