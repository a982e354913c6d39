"""Small pictures for tests."""

from io import BytesIO

from PIL import Image


def picture(size: tuple[int, int] = (40, 30), **options) -> bytes:
    """A red JPEG."""
    file = BytesIO()
    Image.new("RGB", size, (200, 10, 10)).save(file, "JPEG", **options)
    return file.getvalue()
