"""The base map's tiles: built ahead, versioned, never changed, switched in one step.

A build is a folder `base-versions/<version>/{z}/{x}/{y}.mvt.gz`; `tiles/base` is a link to the
current one, so that its tiles are served by the very path and code of the cached ones.
"""

import datetime as dt
import os
import shutil
import time
from pathlib import Path

from citymap.tiles.cache import public_root

SOURCE = "base"
NO_VERSION = "none"
# A build is written under a name with this prefix and renamed when it is whole.
UNFINISHED = "."
LONGEST_BUILD = dt.timedelta(hours=6)


def versions_root() -> Path:
    """Where builds lie: beside the public files, on the same file system."""
    return public_root().parent / "base-versions"


def current_version() -> str:
    """The version now served, or `none` when no base map has been built."""
    try:
        return Path(os.readlink(public_root() / SOURCE)).name
    except OSError:
        return NO_VERSION


def switch_to(version: str) -> None:
    """Serve a finished build from now on, and remove all others.

    The link is replaced by a rename: a reader sees the old map or the new one, never neither.
    """
    folder = versions_root() / version
    if not folder.is_dir():
        raise FileNotFoundError(f"no such build of the base map: {folder}")
    public_root().mkdir(parents=True, exist_ok=True)
    link = public_root() / SOURCE
    fresh = public_root() / f".{SOURCE}-{version}"
    fresh.unlink(missing_ok=True)
    fresh.symlink_to(Path("..") / versions_root().name / version)
    fresh.replace(link)
    for other in versions_root().iterdir():
        if other.name != version and not _being_built(other):
            shutil.rmtree(other, ignore_errors=True)


def _being_built(folder: Path) -> bool:
    """Whether another process may still be writing this build (those that died are removed)."""
    age = dt.timedelta(seconds=time.time() - folder.stat().st_mtime)
    return folder.name.startswith(UNFINISHED) and age < LONGEST_BUILD
