"""What becomes of each block: drawn by its zone's shares, or given by an area of the plan."""

import numpy as np
import shapely
from shapely.strtree import STRtree

from layers.demo import chance
from layers.demo.plan import Plan
from layers.demo.streets import Block

SHARES: dict[str, dict[str, float]] = {
    "centre": {
        "court": 0.46, "low": 0.07, "public": 0.12, "shops": 0.06, "school": 0.06,
        "kindergarten": 0.06, "square": 0.06, "private": 0.15,
    },
    "slabs5": {
        "court": 0.58, "school": 0.09, "kindergarten": 0.10, "shops": 0.06, "square": 0.06,
        "garages": 0.05, "low": 0.03, "private": 0.08,
    },
    "slabs9": {
        "court": 0.6, "school": 0.11, "kindergarten": 0.11, "shops": 0.08, "square": 0.08,
        "garages": 0.06,
    },
    "mixed": {
        "private": 0.52, "low": 0.15, "court": 0.09, "shops": 0.05, "school": 0.03,
        "kindergarten": 0.04, "works": 0.07, "garages": 0.03, "public": 0.02,
    },
    "private": {
        "private": 0.952, "school": 0.008, "kindergarten": 0.008, "shops": 0.012, "green": 0.012,
        "works": 0.008,
    },
    "newprivate": {"newprivate": 0.93, "green": 0.04, "kindergarten": 0.01, "shops": 0.02},
    "industry": {"industry": 0.74, "garages": 0.07, "green": 0.14, "works": 0.05},
    "none": {"green": 0.62, "garages": 0.14, "works": 0.24},
}  # fmt: skip
# Ground needed for a use, m2 of the block's inner part: (least, most).
ROOM_M2 = {
    "court": (4_000, 1e9),
    "low": (3_000, 1e9),
    "school": (9_000, 60_000),
    "kindergarten": (4_000, 40_000),
    "industry": (6_000, 1e9),
    "public": (2_500, 60_000),
    "garages": (3_000, 60_000),
}


def assign_uses(plan: Plan, blocks: list[Block]) -> None:
    """Set `use` (and `area`) of every block; depends on the block alone."""
    keys = np.array([block.key for block in blocks], dtype=np.uint64)
    kinds = np.array([b.zone.get("use") if b.zone else "none" for b in blocks], dtype=object)
    for kind in sorted(set(kinds)):
        mine = np.flatnonzero(kinds == kind)
        for index, use in zip(mine, chance.pick(keys[mine], "use", SHARES[kind]), strict=True):
            blocks[index].use = str(use)
    for block in blocks:
        least, most = ROOM_M2.get(block.use, (0, 1e9))
        if not least <= block.inner.area <= most:
            kind = block.zone.get("use") if block.zone else "none"
            fallback = {"centre": "court", "slabs5": "court", "slabs9": "court"}
            block.use = fallback.get(kind, max(SHARES[kind], key=SHARES[kind].get))
            if block.inner.area < ROOM_M2.get(block.use, (0, 0))[0]:
                block.use = "green"
    _areas_take_blocks(plan, blocks)


def _areas_take_blocks(plan: Plan, blocks: list[Block]) -> None:
    """An area of the plan takes the blocks that it covers by half, or else the one that it
    covers most: its outline is a hint, streets give the shape."""
    areas = plan.of("area")
    if not areas or not blocks:
        return
    shapes = np.array([area.geom for area in areas])
    polygons = np.array([block.polygon for block in blocks])
    which, area = STRtree(shapes).query(polygons, "intersects")
    cover = shapely.area(shapely.intersection(polygons[which], shapes[area]))
    half = cover > 0.5 * shapely.area(polygons[which])
    for number, item in enumerate(areas):
        mine = area == number
        if not mine.any():
            continue
        taken = which[mine & half]
        if not len(taken) and cover[mine].max() > 0.25 * item.geom.area:
            taken = which[mine][[np.argmax(cover[mine])]]
        for index in taken:
            blocks[index].use, blocks[index].area = item.get("use"), item
