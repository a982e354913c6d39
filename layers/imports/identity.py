"""Stable ids for rows that have none: from where an object lies (docs/adr/0801)."""

import hashlib
from collections import defaultdict
from collections.abc import Sequence
from typing import Any

import numpy as np
import shapely

# Centimetres: the same drawing exported twice agrees to this.
GRID_M = 0.01


def geometry_hashes(geometries: np.ndarray) -> list[str]:
    """A hash per geometry `(n,)` (city CRS, metres): equal where the shapes are, to a centimetre.

    The order of parts, the start of a ring and the direction of drawing do not matter.
    """
    # Adding 0.0 turns -0.0 into 0.0, whose bytes differ.
    rounded = shapely.transform(geometries, lambda points: np.round(points / GRID_M) + 0.0)
    return [
        hashlib.sha256(shape).hexdigest()[:20]
        for shape in shapely.to_wkb(shapely.normalize(rounded), byte_order=1)
    ]


def ids_from_geometry(
    geometries: np.ndarray, columns: Sequence[Sequence[Any]]
) -> tuple[list[str], list[int]]:
    """Ids `(n,)` for rows, and the indices of rows that repeat another one wholly.

    An object is known by its geometry alone, so that a corrected attribute updates it. Objects
    in one place are told apart by a number in the order of their attributes (`columns`, each
    `(n,)`): the set of ids stays the same however the file is sorted.
    """
    cells = [repr(row) for row in zip(*columns, strict=True)] or [""] * len(geometries)
    by_shape: dict[str, dict[str, list[int]]] = defaultdict(lambda: defaultdict(list))
    for index, shape in enumerate(geometry_hashes(geometries)):
        by_shape[shape][cells[index]].append(index)
    ids = [""] * len(geometries)
    repeated: list[int] = []
    for shape, variants in by_shape.items():
        for number, cell in enumerate(sorted(variants), start=1):
            first, *others = variants[cell]
            ids[first] = shape if number == 1 else f"{shape}/{number}"
            for index in others:
                ids[index] = ids[first]
            repeated.extend(others)
    return ids, sorted(repeated)
