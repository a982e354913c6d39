"""Photos are kept: files by keys drawn by chance, then rows; a file without a row is harmless."""

from collections.abc import Sequence
from typing import BinaryIO

from django.core.files.base import ContentFile
from django.utils import timezone
from django.utils.translation import gettext as _

from appeals.choices import PhotoKind
from appeals.errors import InvalidError
from appeals.models import Appeal, OnSiteCheck, Photo, Report
from appeals.photos import CleanPhoto, clean_photo
from appeals.services.base import locked, write
from citymap.accounts.models import User

MOST_PHOTOS = 20


def cleaned(files: Sequence[BinaryIO]) -> list[CleanPhoto]:
    """Pictures made safe, before any lock is taken: it takes time. Raises InvalidError."""
    if len(files) > MOST_PHOTOS:
        raise InvalidError("photo", _("There are too many photos."))
    return [clean_photo(file) for file in files]


@write
def add_photos(
    *,
    appeal: Appeal,
    photos: Sequence[CleanPhoto],
    kind: PhotoKind,
    user: User | None,
    report: Report | None = None,
    check: OnSiteCheck | None = None,
) -> list[Photo]:
    """Keep pictures of an appeal; one that is there already is not kept twice.

    Whether `user` may is the caller's to know: photos come with an operation.
    """
    row = locked([appeal])[appeal.pk]
    there = {photo.sha256: photo for photo in row.photos.all()}
    wanted = {photo.sha256: photo for photo in photos}
    new = [photo for digest, photo in wanted.items() if digest not in there]
    if len(there) + len(new) > MOST_PHOTOS * 5:
        raise InvalidError("photo", _("There are too many photos."))
    kept = []
    for photo in new:
        found = Photo(
            appeal=row, report=report, check_row=check, kind=kind, width_px=photo.width_px,
            height_px=photo.height_px, size_bytes=len(photo.image), sha256=photo.sha256,
            added_at=timezone.now(), added_by=user,
        )  # fmt: skip
        found.image.save("image.jpg", ContentFile(photo.image), save=False)
        found.thumbnail.save("small.jpg", ContentFile(photo.thumbnail), save=False)
        found.save()
        kept.append(found)
    return kept
