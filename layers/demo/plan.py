"""The plan of the demo city: what people edit (`fixtures/geo/`), read into metres.

`plan.geojson` holds river, railway, main streets, zones, areas, gardens, villages, lakes and
boundaries; `names.json` the lists of names. docs/demo.md says what each feature means.
"""

import json
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np
import shapely
from shapely.geometry import shape

from citymap.geo import WGS84_SRID, transformer
from layers.demo.shapes import smooth

PLAN_FOLDER = Path(__file__).resolve().parent.parent.parent / "fixtures" / "geo"
# The plan is drawn in this CRS whatever CRS the installation uses.
PLAN_SRID = 32642
# A city's cell in a region of several: the plan's box, metres. Neighbours are mirrored, so that
# river, railway and trunk roads meet at the edges.
CELL_WIDTH_M = 19_080.0
CELL_HEIGHT_M = 22_140.0
CELL_OFFSET_M = (40.0, 50.0)
# Rivers, railways and roads that end so near to the edge of the plan go on to it.
EDGE_REACH_M = 150.0
THROUGH = ("river", "rail", "street")
KINDS = frozenset(
    [
        "river",
        "stream",
        "rail",
        "street",
        "urban",
        "zone",
        "area",
        "gardens",
        "village",
        "lake",
        "meadow",
        "boundary",
        "region",
        "district_line",
        "district",
        "terminal",
        "bus_route",
    ]
)


class PlanError(ValueError):
    """The plan cannot be read; the message names the feature."""


@dataclass(frozen=True)
class PlanFeature:
    """One feature of the plan: its kind, its properties and its geometry in metres."""

    kind: str
    props: dict[str, Any]
    geom: shapely.Geometry

    @property
    def name_ru(self) -> str:
        return self.props.get("name_ru", "")

    @property
    def name_kk(self) -> str:
        return self.props.get("name_kk", "")

    def get(self, key: str, default: Any = None) -> Any:
        """A property of the feature."""
        return self.props.get(key, default)


@dataclass(frozen=True)
class Plan:
    """The features by kind, and the name lists. `number` is 0 for the home city."""

    features: dict[str, list[PlanFeature]]
    streets: list[tuple[str, str]]
    gardens: list[str]
    shops: list[str]
    cities: list[tuple[str, str]]
    cell: shapely.Polygon
    number: int = 0
    names: dict[str, str] = field(default_factory=dict)

    def of(self, kind: str) -> list[PlanFeature]:
        """The features of a kind, in the plan's order."""
        return self.features.get(kind, [])


def read_plan(folder: Path = PLAN_FOLDER) -> Plan:
    """The plan as drawn; raises PlanError naming what is wrong."""
    data = json.loads((folder / "plan.geojson").read_text(encoding="utf-8"))
    names = json.loads((folder / "names.json").read_text(encoding="utf-8"))
    corner = plan_origin()
    cell = shapely.box(*corner, *(corner + [CELL_WIDTH_M, CELL_HEIGHT_M]))
    to_metres = transformer(WGS84_SRID, PLAN_SRID).transform
    features: dict[str, list[PlanFeature]] = {}
    for number, item in enumerate(data["features"], start=1):
        props = item.get("properties") or {}
        kind = props.get("kind")
        if kind not in KINDS:
            raise PlanError(f"feature {number}: kind {kind!r} is not one of {sorted(KINDS)}")
        geom = shape(item["geometry"])
        if geom.is_empty or not geom.is_valid:
            raise PlanError(f"feature {number} ({kind}): geometry is empty or invalid")
        metres = shapely.transform(geom, to_metres, interleaved=False)
        if props.get("smooth") and metres.geom_type == "LineString":
            metres = shapely.LineString(smooth(np.asarray(metres.coords)))
        if kind in THROUGH and metres.geom_type == "LineString":
            inside = shapely.get_parts(metres.intersection(cell))
            metres = to_edge(max(inside, key=lambda part: part.length), cell)
        features.setdefault(kind, []).append(PlanFeature(kind, props, metres))
    return Plan(
        features=features,
        streets=[tuple(pair) for pair in names["streets"]],
        gardens=names["gardens"],
        shops=names["shops"],
        cities=[tuple(pair) for pair in names["cities"]],
        cell=cell,
    )


def to_edge(line: shapely.LineString, cell: shapely.Polygon) -> shapely.LineString:
    """Lengthen a line's ends that nearly reach the cell's edge, square to the edge."""
    low, high = np.reshape(cell.bounds, (2, 2))
    coords = np.asarray(line.coords)
    ends = []
    for end in coords[[0, -1]]:
        gaps = np.array([end - low, high - end])
        side, axis = np.unravel_index(np.argmin(gaps), gaps.shape)
        on_edge = end.copy()
        on_edge[axis] = (low, high)[side][axis]
        ends.append([on_edge] if 0 < gaps[side, axis] <= EDGE_REACH_M else [])
    return shapely.LineString([*ends[0], *coords, *ends[1]])


def plan_origin() -> np.ndarray:
    """South-west corner of the home cell in metres (PLAN_SRID)."""
    return np.array(transformer(WGS84_SRID, PLAN_SRID).transform(69.0, 54.8)) + CELL_OFFSET_M


def placed(plan: Plan, *, number: int, column: int, row: int, names: dict[str, str]) -> Plan:
    """The plan moved to a cell; odd columns and rows are mirrored so that the edges meet."""
    corner = plan_origin()
    size = np.array([CELL_WIDTH_M, CELL_HEIGHT_M])
    flip = np.array([column % 2 == 1, row % 2 == 1])

    def move(coords: np.ndarray) -> np.ndarray:
        inside = coords - corner
        inside = np.where(flip, size - inside, inside)
        return corner + inside + size * [column, row]

    return replace(
        plan,
        features={
            kind: [replace(item, geom=shapely.transform(item.geom, move)) for item in items]
            for kind, items in plan.features.items()
        },
        cell=shapely.transform(plan.cell, move),
        number=number,
        names=names,
    )
