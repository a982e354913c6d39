"""Pictures of numbers: an RGBA array as PNG, a ramp of colours. Pure."""

import struct
import zlib

import numpy as np

# Light to dark, told apart by people who do not see red or green (ColorBrewer YlOrRd).
RAMP = ("#ffffb2", "#fed976", "#feb24c", "#fd8d3c", "#f03b20", "#bd0026")
_OPACITY = 210
# Of less and of more than before, told apart likewise (ColorBrewer PuOr, reversed).
CHANGES = ("#5e3c99", "#8f7fbd", "#c3b9dc", "#fdd0a2", "#f0923c", "#b35806")


def classes(values: np.ndarray) -> list[float]:
    """Lower bounds of the ramp's classes: round numbers up to the largest value; [] for none.

    As many as there are colours, or fewer where round numbers reach it sooner.
    """
    largest = float(values.max(initial=0.0))
    if largest <= 0:
        return []
    step = largest / len(RAMP)
    unit = 10.0 ** np.floor(np.log10(step))
    step = unit * next(
        factor for factor in (1, 2, 2.5, 5, 10) if factor * unit >= step * (1 - 1e-9)
    )
    bounds = [round(float(step * number), 12) for number in range(len(RAMP))]
    return [bound for bound in bounds if bound < largest]


def growing_classes(largest: float) -> list[float]:
    """Lower bounds of classes that about double: a city is seen beside its worst place.

    Numbers of the series 1, 2, 5 below the largest value, 0 first; [] for none.
    """
    if not largest > 0:
        return []
    series = [
        round(factor * 10.0**power, 12)
        for power in range(int(np.floor(np.log10(largest))) - 3, int(np.log10(largest)) + 2)
        for factor in (1, 2, 5)
    ]
    below = [one for one in series if one < largest]
    return [0.0, *below[1 - len(RAMP) :]]


def whole_classes(largest: int) -> list[int]:
    """Lower bounds of classes of whole numbers from 1 on: 1, 2, 5, 10, ...; [] for none."""
    series = [factor * 10**power for power in range(len(str(largest))) for factor in (1, 2, 5)]
    within = [one for one in series if one <= largest]
    return [1, *within[1:][1 - len(RAMP) :]] if within else []


def coloured(values: np.ndarray, bounds: list[float]) -> np.ndarray:
    """RGBA (height, width, 4) of values (height, width); nothing where the value is 0."""
    picture = np.zeros((*values.shape, 4), dtype=np.uint8)
    if bounds:
        index = np.searchsorted(bounds, values, side="right") - 1
        colours = np.array([[int(c[i : i + 2], 16) for i in (1, 3, 5)] for c in RAMP], np.uint8)
        picture[..., :3] = colours[np.clip(index, 0, len(RAMP) - 1)]
        # The first class fades out: no edge where the density is next to nothing.
        fade = np.clip(values / max(bounds[1], 1e-300), 0, 1)
        picture[..., 3] = np.rint(fade * _OPACITY).astype(np.uint8)
    return picture


def change_classes(values: np.ndarray) -> list[float]:
    """Lower bounds of six classes of changes, as many below zero as above; [] for no change.

    Round numbers near a tenth and a third of the largest change.
    """
    largest = float(np.abs(values).max(initial=0.0))
    if not largest > 0:
        return []
    small, middle = (_round_below(largest * share) for share in (0.1, 1 / 3))
    return [-largest, -middle, -small, 0.0, small, middle]


def _round_below(value: float) -> float:
    """The largest of 1, 2, 5, 10, 20 ... that is not above."""
    power = 10.0 ** np.floor(np.log10(value))
    return round(float(power * max(one for one in (1, 2, 5) if one * power <= value * 1.0001)), 12)


def coloured_changes(values: np.ndarray, bounds: list[float]) -> np.ndarray:
    """RGBA (height, width, 4) of changes (height, width); nothing where there is none."""
    picture = np.zeros((*values.shape, 4), dtype=np.uint8)
    if bounds:
        index = np.searchsorted(bounds, values, side="right") - 1
        colours = np.array([[int(c[i : i + 2], 16) for i in (1, 3, 5)] for c in CHANGES], np.uint8)
        picture[..., :3] = colours[np.clip(index, 0, len(CHANGES) - 1)]
        fade = np.clip(2 * np.abs(values) / bounds[4], 0, 1)
        picture[..., 3] = np.rint(fade * _OPACITY).astype(np.uint8)
    return picture


def encode(picture: np.ndarray) -> bytes:
    """A PNG file from RGBA bytes (height, width, 4), top row first."""
    height, width, _channels = picture.shape
    raw = np.concatenate(
        [np.zeros((height, 1), np.uint8), picture.reshape(height, width * 4)], axis=1
    )
    header = struct.pack(">IIBBBBB", width, height, 8, 6, 0, 0, 0)
    return b"".join(
        (
            b"\x89PNG\r\n\x1a\n",
            _chunk(b"IHDR", header),
            _chunk(b"IDAT", zlib.compress(raw.tobytes(), 6)),
            _chunk(b"IEND", b""),
        )
    )


def _chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
