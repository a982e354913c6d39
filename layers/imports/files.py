"""Whether a file can be read at all: there, not empty, not too large, not a zip bomb."""

import zipfile
from pathlib import Path

from layers.imports.errors import ImportRefusedError

MAX_FILE_MB = 2048
MEGABYTE = 1024 * 1024
# Deflate packs text about tenfold; a hundredfold is a trap or a mistake.
MAX_ZIP_RATIO = 200


def check_file(path: Path, *, max_mb: int = MAX_FILE_MB) -> None:
    """Raise ImportRefusedError unless `path` is a non-empty file of at most `max_mb`."""
    if not path.exists():
        raise ImportRefusedError(f"there is no file {path}")
    if not path.is_file():
        raise ImportRefusedError(f"{path} is not a file")
    try:
        with path.open("rb") as stream:
            first = stream.read(1)
    except OSError as error:
        raise ImportRefusedError(f"{path} cannot be read: {error.strerror}") from error
    if not first:
        raise ImportRefusedError(f"{path.name} is empty")
    size_mb = path.stat().st_size / MEGABYTE
    if size_mb > max_mb:
        raise ImportRefusedError(
            f"{path.name} has {size_mb:.0f} MB, more than the {max_mb} MB allowed (--max-mb)"
        )


def open_zip(path: Path, *, max_mb: int = MAX_FILE_MB) -> zipfile.ZipFile:
    """Open a zip file whose contents are of a sane size.

    Sizes are those that the archive declares; whoever unpacks a member still reads at most that
    much of it. Raises ImportRefusedError when it is no zip, damaged, encrypted or a zip bomb.
    """
    check_file(path, max_mb=max_mb)
    if not zipfile.is_zipfile(path):
        raise ImportRefusedError(f"{path.name} is not a zip file")
    try:
        archive = zipfile.ZipFile(path)
    except (zipfile.BadZipFile, OSError) as error:
        raise ImportRefusedError(f"{path.name} is a damaged zip file: {error}") from error
    members = archive.infolist()
    unpacked = sum(member.file_size for member in members)
    packed = max(path.stat().st_size, 1)
    problem = ""
    if any(member.flag_bits & 1 for member in members):
        problem = "is encrypted"
    elif unpacked > max_mb * MEGABYTE:
        problem = f"unpacks to {unpacked / MEGABYTE:.0f} MB, more than {max_mb} MB (--max-mb)"
    elif unpacked > 10 * MEGABYTE and unpacked / packed > MAX_ZIP_RATIO:
        problem = f"unpacks to {unpacked / packed:.0f} times its size: a zip bomb?"
    if problem:
        archive.close()
        raise ImportRefusedError(f"{path.name} {problem}")
    return archive
