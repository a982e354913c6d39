"""The signs of the map: plain shapes, drawn by us as one sprite of signed distances.

A sign is a shapely shape in a square of 20 by 20 CSS pixels. Signed distances let the style
colour a sign, size it and give it a rim, so one grey image serves every layer and theme.
Colour is never the only sign: layers that look alike differ by shape, and the legend draws
the same shapes. Beside the signs lie patterns in a colour of their own, for areas.
"""

import hashlib
import json
import struct
import zlib
from functools import lru_cache
from typing import Any

import numpy as np
import shapely
from shapely.geometry import Point, Polygon, box
from shapely.geometry.base import BaseGeometry

SIZE = 20
PADDING = 2
# How MapLibre reads a distance: the edge lies at 0.75 of full alpha, 8 CSS pixels a full step.
EDGE = 0.75
REACH = 8.0

SHAPES: dict[str, BaseGeometry] = {
    "circle": Point(10, 10).buffer(7, quad_segs=32),
    "square": box(4, 4, 16, 16),
    "diamond": Polygon([(10, 1.5), (18.5, 10), (10, 18.5), (1.5, 10)]),
    "triangle": Polygon([(10, 2.5), (18, 16.5), (2, 16.5)]),
    "cross": box(8, 2, 12, 18).union(box(2, 8, 18, 12)),
}

# Patterns of areas, seamless at their edges: name -> colour (red, green, blue); the same in both
# themes (`queue.held` of the palette).
PATTERNS: dict[str, tuple[int, int, int]] = {"hatch": (0x8C, 0x85, 0x77)}
HATCH_PERIOD = 8
HATCH_WIDTH = 2.2


def distances(shape: BaseGeometry, ratio: int) -> np.ndarray:
    """Alpha values (uint8, rows from the top) of a shape and its surroundings."""
    pixels = (SIZE + 2 * PADDING) * ratio
    axis = (np.arange(pixels) + 0.5) / ratio - PADDING
    x, y = np.meshgrid(axis, axis)
    points = shapely.points(x, y)
    signed = np.where(
        shapely.contains(shape, points),
        -shapely.distance(shape.boundary, points),
        shapely.distance(shape, points),
    )
    return np.clip((EDGE - signed / REACH) * 255, 0, 255).astype(np.uint8)


@lru_cache(maxsize=4)
def image(ratio: int) -> bytes:
    """The sprite as PNG, `ratio` pixels to a CSS pixel: shapes and patterns side by side."""
    alpha = np.hstack([distances(shape, ratio) for shape in SHAPES.values()])
    pixels = np.zeros((*alpha.shape, 4), dtype=np.uint8)
    pixels[..., 3] = alpha
    return png(np.hstack([pixels, *(hatch(color, ratio) for color in PATTERNS.values())]))


def hatch(color: tuple[int, int, int], ratio: int) -> np.ndarray:
    """RGBA pixels of slanted lines, as large as a sign with its surroundings."""
    side = (SIZE + 2 * PADDING) * ratio
    axis = (np.arange(side) + 0.5) / ratio
    x, y = np.meshgrid(axis, axis)
    # How far a pixel is from the middle of the nearest line, along the row.
    away = np.abs((x + y) % HATCH_PERIOD - HATCH_PERIOD / 2)
    pixels = np.zeros((side, side, 4), dtype=np.uint8)
    pixels[..., :3] = color
    pixels[..., 3] = np.clip((HATCH_WIDTH / 2 - away) * ratio + 0.5, 0, 1) * 255
    return pixels


def index(ratio: int) -> dict[str, dict[str, Any]]:
    """Where each shape and pattern lies in the image: the sprite's JSON."""
    side = (SIZE + 2 * PADDING) * ratio
    return {
        name: {
            "x": number * side, "y": 0, "width": side, "height": side, "pixelRatio": ratio,
            "sdf": name in SHAPES,
        }
        for number, name in enumerate((*SHAPES, *PATTERNS))
    }  # fmt: skip


@lru_cache(maxsize=1)
def version() -> str:
    """A hash of what the sprite shows."""
    content = image(2) + json.dumps(index(2)).encode()
    return hashlib.sha256(content).hexdigest()[:12]


def png(pixels: np.ndarray) -> bytes:
    """RGBA pixels `(height, width, 4)` as a PNG file (RFC 2083)."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return (
            struct.pack("!I", len(data)) + kind + data + struct.pack("!I", zlib.crc32(kind + data))
        )

    height, width, _ = pixels.shape
    rows = np.hstack([np.zeros((height, 1), np.uint8), pixels.reshape(height, width * 4)])
    header = struct.pack("!IIBBBBB", width, height, 8, 6, 0, 0, 0)
    return b"".join(
        [
            b"\x89PNG\r\n\x1a\n",
            chunk(b"IHDR", header),
            chunk(b"IDAT", zlib.compress(rows.tobytes(), 9)),
            chunk(b"IEND", b""),
        ]
    )
