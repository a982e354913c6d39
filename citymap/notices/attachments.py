"""Files that go with notices: checked by what they are, kept once."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass

from citymap.notices.models import MAX_ATTACHMENT_BYTES, Attachment
from citymap.notices.rules import NoticeError, one_line

PDF = "application/pdf"
MAX_FILES = 10
MAX_TOGETHER_BYTES = 15 * 1024 * 1024
MAX_FILENAME = 150
_PDF_HEADER = b"%PDF-"
_PDF_END = b"%%EOF"
_NOT_IN_NAMES = frozenset('/\\:*?"<>|')


@dataclass(frozen=True, kw_only=True)
class File:
    """A file as somebody hands it in: `File(name="claim.pdf", content=b"%PDF-...")`."""

    name: str
    content: bytes
    content_type: str = PDF


def checked(files: Sequence[File]) -> Sequence[File]:
    """`files`, or NoticeError when one is not what it says, too large, or they are too many."""
    if len(files) > MAX_FILES:
        raise NoticeError(f"more than {MAX_FILES} files")
    if sum(len(file.content) for file in files) > MAX_TOGETHER_BYTES:
        raise NoticeError(f"files together take more than {MAX_TOGETHER_BYTES} bytes")
    for file in files:
        _check(file)
    return files


def _check(file: File) -> None:
    if file.content_type != PDF:
        raise NoticeError(f"{file.content_type!r} is not a PDF: nothing else is attached")
    if not 0 < len(file.content) <= MAX_ATTACHMENT_BYTES:
        raise NoticeError(f"a file has {len(file.content)} bytes, {MAX_ATTACHMENT_BYTES} at most")
    if not file.content.startswith(_PDF_HEADER) or _PDF_END not in file.content[-1024:]:
        raise NoticeError("a file is not a whole PDF")
    name = file.name
    if not name.strip() or name != one_line(name) or len(name) > MAX_FILENAME:
        raise NoticeError("the name of a file is empty, too long or more than a line")
    if _NOT_IN_NAMES & set(name) or name.startswith("."):
        raise NoticeError("the name of a file has characters that files cannot have")


def keep(file: File) -> Attachment:
    """The row that holds the file's bytes, made when they are new."""
    digest = hashlib.sha256(file.content).hexdigest()
    Attachment.objects.bulk_create(
        [
            Attachment(
                sha256=digest,
                content=file.content,
                size_bytes=len(file.content),
                content_type=file.content_type,
            )
        ],
        ignore_conflicts=True,
    )
    return Attachment.objects.defer("content").get(sha256=digest)
