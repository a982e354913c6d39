"""Photographs and papers: checked by what they are, written anew without traces of their sender."""

import datetime as dt
import hashlib
from io import BytesIO
from typing import Any

from django.contrib.gis.geos import Point
from django.core.files.base import ContentFile
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from PIL import Image, ImageOps, UnidentifiedImageError

from citymap.accounts.models import User
from citymap.history.context import acting
from earthworks.choices import DocumentKind, PhotoStage
from earthworks.errors import WorksError
from earthworks.models import Order, OrderDocument, Photo, RepairWork
from earthworks.models.extras import MAX_DOCUMENT_BYTES
from earthworks.models.photos import MAX_PHOTO_BYTES
from earthworks.services.gate import locked, needed

FORMATS = ("JPEG", "PNG", "WEBP")
MAX_PIXELS = 60_000_000
LONGEST_SIDE_PX = 2560
QUALITY = 85


def rewritten(content: bytes) -> tuple[bytes, tuple[int, int]]:
    """A picture as JPEG, upright, at most 2560 pixels a side, without metadata.

    Raises WorksError for what is too large or no picture.
    """
    if len(content) > MAX_PHOTO_BYTES:
        raise WorksError(
            _("The photo is too large: at most %(most)d MB.") % {"most": MAX_PHOTO_BYTES >> 20}
        )
    try:
        with Image.open(BytesIO(content), formats=FORMATS) as picture:
            if picture.width * picture.height > MAX_PIXELS:
                raise WorksError(_("The photo has too many pixels."))
            upright = ImageOps.exif_transpose(picture).convert("RGB")
    except (UnidentifiedImageError, OSError, ValueError, Image.DecompressionBombError) as error:
        if isinstance(error, WorksError):
            raise
        raise WorksError(_("This is no photo: JPEG, PNG or WebP is needed.")) from error
    upright.thumbnail((LONGEST_SIDE_PX, LONGEST_SIDE_PX))
    file = BytesIO()
    upright.save(file, "JPEG", quality=QUALITY)
    return file.getvalue(), upright.size


@transaction.atomic
def add_photo(
    *,
    order: Order | None = None,
    repair: RepairWork | None = None,
    stage: PhotoStage,
    content: bytes,
    user: User | None,
    position: Point | None = None,
    taken_at: dt.datetime | None = None,
) -> Photo:
    """Keep a photo of an order or of a repair; the same picture for a stage is kept once."""
    small, (width, height) = rewritten(content)
    if order is not None:
        of: dict[str, Any] = {"order": locked(order), "repair": None}
    else:
        row = RepairWork.objects.select_for_update(of=("self",)).get(pk=repair.pk)
        of = {"repair": row, "order": None}
    digest = hashlib.sha256(small).hexdigest()
    known = Photo.objects.filter(**of, stage=stage, sha256=digest).first()
    if known:
        return known
    photo = Photo(
        **of,
        stage=stage,
        sha256=digest,
        size_bytes=len(small),
        width_px=width,
        height_px=height,
        geom=position,
        taken_at=taken_at or timezone.now(),
        made_by=user,
    )
    with acting(user=user):
        photo.file.save("", ContentFile(small), save=False)
        photo.save()
    return photo


@transaction.atomic
def add_document(
    *, order: Order, kind: DocumentKind, title: str, content: bytes, user: User | None
) -> OrderDocument:
    """Keep a paper of an order; the same file is kept once. Raises WorksError for no PDF."""
    if len(content) > MAX_DOCUMENT_BYTES:
        raise WorksError(
            _("The document is too large: at most %(most)d MB.")
            % {"most": MAX_DOCUMENT_BYTES >> 20}
        )
    if not content.startswith(b"%PDF-"):
        raise WorksError(_("This is no PDF document."))
    title = needed(title, _("A document has a title."), 200)
    row = locked(order)
    digest = hashlib.sha256(content).hexdigest()
    if known := OrderDocument.objects.filter(order=row, sha256=digest).first():
        return known
    document = OrderDocument(
        order=row,
        kind=kind,
        title=title,
        sha256=digest,
        size_bytes=len(content),
        made_at=timezone.now(),
        made_by=user,
    )
    with acting(user=user):
        document.file.save("", ContentFile(content), save=False)
        document.save()
    return document
