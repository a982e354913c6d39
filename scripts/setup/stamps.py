"""Steps that are skipped while what they depend on has not changed."""

import hashlib
from collections.abc import Iterable
from pathlib import Path


def content_key(*parts: str, files: Iterable[Path] = ()) -> str:
    """A hash over strings and over the names and contents of files."""
    digest = hashlib.sha256()
    for part in parts:
        digest.update(part.encode() + b"\0")
    for path in sorted(files):
        digest.update(str(path).encode() + b"\0" + path.read_bytes() + b"\0")
    return digest.hexdigest()


class Stamp:
    """Remembers the key of a step's last success, in `var/setup/<name>`."""

    def __init__(self, var: Path, name: str) -> None:
        self.path = var / "setup" / name

    def holds(self, key: str) -> bool:
        return self.path.is_file() and self.path.read_text(encoding="utf-8") == key

    def forget(self) -> None:
        self.path.unlink(missing_ok=True)

    def set(self, key: str) -> None:
        self.path.parent.mkdir(parents=True, exist_ok=True)
        self.path.write_text(key, encoding="utf-8")
