"""Photos from nobody trusted."""

import io
import struct
import zlib

import pytest
from django.utils import translation
from PIL import Image

from appeals.errors import InvalidError
from appeals.photos import KEPT_SIDE_PX, MAX_BYTES, THUMBNAIL_SIDE_PX, clean_photo
from tests.appeals.world import photo_file


def png_of(width: int, height: int) -> bytes:
    """A PNG that says it is as large as this; its data are a few bytes of zeros, compressed."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        body = kind + data
        return struct.pack(">I", len(data)) + body + struct.pack(">I", zlib.crc32(body))

    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    data = zlib.compress(b"\0" * 100_000)
    return (
        b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", data) + chunk(b"IEND", b"")
    )


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"<script>alert(1)</script>",
        b"GIF89a" + b"\0" * 100,
        b"%PDF-1.7",
        b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>",
        b"\xff\xd8\xff\xe0" + b"\0" * 50,
        b"\0" * (MAX_BYTES + 1),
        png_of(50_000, 50_000),
        png_of(11_999, 11_999),
        png_of(4, 4),
        png_of(640, 480),
    ],
    ids=["empty", "script", "gif", "pdf", "svg", "cut jpeg", "too large", "bomb", "many pixels",
         "tiny", "cut png"],
)  # fmt: skip
def test_what_is_no_photo_is_refused(data):
    with pytest.raises(InvalidError) as caught:
        clean_photo(io.BytesIO(data))
    assert caught.value.field == "photo"


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
def test_a_photo_is_re_encoded_and_made_small(kind):
    found = clean_photo(photo_file((3000, 1000), kind))
    with (
        Image.open(io.BytesIO(found.image)) as image,
        Image.open(io.BytesIO(found.thumbnail)) as small,
    ):
        assert (image.format, image.size[0]) == ("JPEG", KEPT_SIDE_PX)
        assert max(small.size) == THUMBNAIL_SIDE_PX
    assert (found.width_px, found.height_px) == image.size


def test_position_and_names_of_the_camera_are_gone_and_it_stands_upright():
    picture = Image.new("RGB", (400, 200), "red")
    exif = picture.getexif()
    exif[0x0112], exif[0x010F], exif[0x8298] = 6, "SecretCamera", "Marked Name"
    exif.get_ifd(0x8825).update({1: "N", 2: (54.0, 52.0, 12.0)})
    file = io.BytesIO()
    picture.save(file, "JPEG", exif=exif, comment=b"Marked comment")
    file.seek(0)
    found = clean_photo(file)
    for data in (found.image, found.thumbnail):
        assert b"Marked" not in data
        assert b"SecretCamera" not in data
        with Image.open(io.BytesIO(data)) as image:
            assert not image.getexif()
            assert image.size[1] > image.size[0]


def test_script_behind_a_photo_is_gone():
    file = photo_file()
    polyglot = io.BytesIO(file.read() + b"<script>alert('marked')</script>")
    assert b"marked" not in clean_photo(polyglot).image


def test_moving_pictures_are_refused():
    frames = [Image.new("RGB", (50, 50), color) for color in ("red", "blue")]
    file = io.BytesIO()
    frames[0].save(file, "WEBP", save_all=True, append_images=frames[1:])
    file.seek(0)
    with pytest.raises(InvalidError):
        clean_photo(file)


@pytest.mark.parametrize("megabytes, taken", [(15, True), (40, False)])
def test_a_good_photo_is_taken_up_to_fifteen_megabytes(megabytes, taken):
    """Its size alone refuses it: what follows the picture is nothing that a reader minds."""
    good = photo_file().read()
    file = io.BytesIO(good.ljust(megabytes * 2**20, b"\0"))
    if taken:
        assert clean_photo(file).sha256
        return
    with translation.override("en"), pytest.raises(InvalidError, match="larger than 15 MB"):
        clean_photo(file)
