"""Public photos of yards: re-encoded, without metadata, the same picture once."""

import datetime as dt
from collections.abc import Sequence
from typing import BinaryIO

from django.core.files.base import ContentFile
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from appeals.errors import InvalidError
from appeals.photos import clean_photo
from citymap.accounts.models import User
from layers.models import Yard
from planning.choices import PhotoShows
from planning.models import YardPhoto
from planning.services.errors import PlanningRefusedError

MOST_OF_A_YARD = 100


def add_yard_photo(
    *,
    yard: Yard,
    file: BinaryIO,
    shows: PhotoShows,
    taken_on: dt.date,
    user: User | None,
    note: str = "",
) -> YardPhoto:
    """Keep a picture of a yard; one that is there already is returned.

    Raises PlanningRefusedError for what is no photo, too many, or a day to come.
    """
    if taken_on > timezone.localdate():
        raise PlanningRefusedError(_("A photo cannot be taken in the future."))
    if shows not in PhotoShows.values:
        raise PlanningRefusedError(_("Say what the photo shows."))
    try:
        # Before any lock: it takes time.
        clean = clean_photo(file)
    except InvalidError as error:
        raise PlanningRefusedError(str(error)) from error
    with transaction.atomic():
        Yard.objects.select_for_update().get(pk=yard.pk)
        there = YardPhoto.objects.filter(yard=yard)
        if known := there.filter(sha256=clean.sha256).first():
            return known
        if there.count() >= MOST_OF_A_YARD:
            raise PlanningRefusedError(_("There are too many photos of this yard."))
        photo = YardPhoto(
            yard=yard, shows=shows, taken_on=taken_on, note=note.strip()[:200],
            width_px=clean.width_px, height_px=clean.height_px, size_bytes=len(clean.image),
            sha256=clean.sha256, made_by=user,
        )  # fmt: skip
        photo.image.save("image.jpg", ContentFile(clean.image), save=False)
        photo.thumbnail.save("small.jpg", ContentFile(clean.thumbnail), save=False)
        photo.save()
    return photo


@transaction.atomic
def add_yard_photos(
    *,
    yard: Yard,
    files: Sequence[BinaryIO],
    shows: PhotoShows,
    taken_on: dt.date,
    user: User | None,
    note: str = "",
) -> list[YardPhoto]:
    """Keep several pictures, all or none."""
    return [
        add_yard_photo(yard=yard, file=file, shows=shows, taken_on=taken_on, user=user, note=note)
        for file in files
    ]
