"""Roots outside the database: as JSON, signed, and in an append-only file.

A root that somebody keeps where the database's superuser cannot reach is what makes a later
change before it visible. One line of `CITYMAP_VAR/history/roots.jsonl` per root.
"""

import datetime as dt
import fcntl
import json
import os
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, BinaryIO

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured

from citymap.history.models import Root

FILE = Path("history") / "roots.jsonl"
_TAIL_BYTES = 4096


class RootsDisagreeError(RuntimeError):
    """A root in the file is another one than the database's of the same number."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PublishedRoot:
    """A root as it goes out. `root` is hex; `key` and `signature` are empty when not signed."""

    number: int
    size: int
    root: str
    made_at: str
    key: str = ""
    signature: str = ""

    @classmethod
    def of(cls, root: Root) -> "PublishedRoot":
        signature = getattr(root, "signature", None)
        return cls(
            number=root.number,
            size=root.size,
            root=bytes(root.hash).hex(),
            made_at=root.made_at.astimezone(dt.UTC).isoformat(),
            key=signature.key if signature else "",
            signature=signature.value if signature else "",
        )

    @classmethod
    def from_json(cls, said: Any) -> "PublishedRoot":
        """From a line's JSON; ValueError when it is not a root."""
        try:
            return cls(
                number=int(said["number"]),
                size=int(said["size"]),
                root=bytes.fromhex(said["root"]).hex(),
                made_at=str(said["made_at"]),
                key=str(said.get("key", "")),
                signature=str(said.get("signature", "")),
            )
        except (KeyError, TypeError, ValueError, AttributeError) as error:
            raise ValueError(f"not a root: {str(said)[:200]}") from error

    def as_json(self) -> dict[str, Any]:
        return {key: value for key, value in asdict(self).items() if value != ""}

    def signed_text(self) -> bytes:
        """What the signature covers."""
        return signed_text(number=self.number, size=self.size, root=self.root, made_at=self.made_at)

    def signature_holds(self) -> bool:
        """Whether the signature is by the key it names; False when there is none."""
        try:
            key = Ed25519PublicKey.from_public_bytes(bytes.fromhex(self.key))
            key.verify(bytes.fromhex(self.signature), self.signed_text())
        except (ValueError, InvalidSignature):
            return False
        return True


def signed_text(*, number: int, size: int, root: str, made_at: str) -> bytes:
    """The text under a root's signature."""
    return f"citymap history root\n{number}\n{size}\n{root}\n{made_at}\n".encode()


def sign(root: Root) -> dict[str, str] | None:
    """Key and signature (hex) of a root; None when the installation has no key."""
    if not settings.CITYMAP_HISTORY_KEY:
        return None
    try:
        secret = Ed25519PrivateKey.from_private_bytes(bytes.fromhex(settings.CITYMAP_HISTORY_KEY))
    except ValueError as error:
        raise ImproperlyConfigured("CITYMAP_HISTORY_KEY must be 32 bytes in hex") from error
    public = PublishedRoot.of(root)
    return {
        "key": secret.public_key().public_bytes_raw().hex(),
        "value": secret.sign(public.signed_text()).hex(),
    }


# --- the file -----------------------------------------------------------------------------
def roots_file() -> Path:
    return Path(settings.CITYMAP_VAR) / FILE


def append_to_file(path: Path | None = None) -> int:
    """Append the roots that the file does not have, on disk when it returns; how many.

    Raises RootsDisagreeError when the file's last root is not the database's: nothing is
    written then, the file is evidence.
    """
    path = path or roots_file()
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("a+b") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        last = _last_root(file)
        missing = Root.objects.select_related("signature").order_by("number")
        if last is not None:
            ours = Root.objects.filter(number=last.number).first()
            if ours is None or PublishedRoot.of(ours).root != last.root:
                raise RootsDisagreeError(
                    f"root {last.number} in {path} is not the database's: verify the history"
                )
            missing = missing.filter(number__gt=last.number)
        count = 0
        for root in missing.iterator():
            line = json.dumps(PublishedRoot.of(root).as_json())
            file.write(line.encode() + b"\n")
            count += 1
        if count:
            file.flush()
            os.fsync(file.fileno())
            _sync_folder(path.parent)
    return count


def _last_root(file: BinaryIO) -> PublishedRoot | None:
    """The last whole line; what a crash left of a torn one is cut off."""
    size = file.seek(0, os.SEEK_END)
    file.seek(max(0, size - _TAIL_BYTES))
    tail = file.read()
    whole = tail[: tail.rfind(b"\n") + 1]
    if len(whole) < len(tail):
        file.truncate(size - (len(tail) - len(whole)))
        file.seek(0, os.SEEK_END)
    lines = whole.splitlines()
    return PublishedRoot.from_json(json.loads(lines[-1])) if lines else None


def _sync_folder(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def read_roots(lines: Iterable[str]) -> Iterator[PublishedRoot]:
    """Roots of a file's lines; ValueError names the line that is none."""
    for number, line in enumerate(lines, start=1):
        if not line.strip():
            continue
        try:
            yield PublishedRoot.from_json(json.loads(line))
        except ValueError as error:
            raise ValueError(f"line {number}: {error}") from error
