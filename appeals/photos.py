"""Photos made safe: recognised, limited, turned upright, re-encoded without metadata. Pure."""

import hashlib
import io
import warnings
from dataclasses import dataclass
from typing import BinaryIO

from django.utils.translation import gettext as _
from PIL import Image, ImageOps, UnidentifiedImageError

from appeals.errors import InvalidError

MAX_BYTES = 15 * 1024 * 1024
# Cameras of telephones make 12 to 50 million; more is a trap.
MAX_PIXELS = 60_000_000
MAX_SIDE_PX = 12_000
MIN_SIDE_PX = 16
KEPT_SIDE_PX = 2048
THUMBNAIL_SIDE_PX = 320
QUALITY = 85
FORMATS = ("JPEG", "PNG", "WEBP")


@dataclass(frozen=True, kw_only=True)
class CleanPhoto:
    """A JPEG without metadata, and a small one; `sha256` is of the large one."""

    image: bytes
    thumbnail: bytes
    width_px: int
    height_px: int
    sha256: str


def clean_photo(file: BinaryIO) -> CleanPhoto:
    """Read a picture from nobody trusted. Raises InvalidError with the reason.

    The size in pixels is read from the header and refused before anything is unpacked.
    """
    data = file.read(MAX_BYTES + 1)
    if len(data) > MAX_BYTES:
        raise InvalidError(
            "photo", _("The photo is larger than %(mb)d MB.") % {"mb": MAX_BYTES // 2**20}
        )
    if not data:
        raise InvalidError("photo", _("The photo is empty."))
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", Image.DecompressionBombWarning)
            picture = _opened(data)
            upright = ImageOps.exif_transpose(picture)
            return _encoded(upright.convert("RGB"))
    except InvalidError:
        raise
    except (OSError, SyntaxError, ValueError, Image.DecompressionBombError) as error:
        raise InvalidError("photo", _("The photo is damaged.")) from error


def _opened(data: bytes) -> Image.Image:
    try:
        picture = Image.open(io.BytesIO(data), formats=FORMATS)
    except UnidentifiedImageError as error:
        raise InvalidError("photo", _("Only JPEG, PNG and WebP photos are taken.")) from error
    width, height = picture.size
    if max(width, height) > MAX_SIDE_PX or width * height > MAX_PIXELS:
        raise InvalidError("photo", _("The photo has too many pixels."))
    if min(width, height) < MIN_SIDE_PX:
        raise InvalidError("photo", _("The photo is too small to show anything."))
    if getattr(picture, "n_frames", 1) != 1:
        raise InvalidError("photo", _("Moving pictures are not taken."))
    picture.draft("RGB", (KEPT_SIDE_PX, KEPT_SIDE_PX))
    return picture


def _encoded(picture: Image.Image) -> CleanPhoto:
    picture.thumbnail((KEPT_SIDE_PX, KEPT_SIDE_PX))
    image = _jpeg(picture)
    width, height = picture.size
    picture.thumbnail((THUMBNAIL_SIDE_PX, THUMBNAIL_SIDE_PX))
    return CleanPhoto(
        image=image,
        thumbnail=_jpeg(picture),
        width_px=width,
        height_px=height,
        sha256=hashlib.sha256(image).hexdigest(),
    )


def _jpeg(picture: Image.Image) -> bytes:
    # A new image: nothing but pixels goes over.
    bare = Image.new("RGB", picture.size)
    bare.paste(picture)
    written = io.BytesIO()
    bare.save(written, "JPEG", quality=QUALITY, optimize=True)
    return written.getvalue()
