"""Small towns to derive yards from: written by hand or drawn by hypothesis."""

from dataclasses import dataclass, field

import numpy as np
import shapely
from hypothesis import strategies as st
from shapely import affinity

from layers.yards.inputs import CityGround

# Coordinates of a real size, so that rounding errors are those of a real city.
ORIGIN = (508_000.0, 6_080_000.0)
STREET_HALF_WIDTH_M = 3.5


def slab(x: float, y: float, length: float, depth: float = 12.0, angle: float = 0.0):
    """A house: its south-west corner before it is turned about its centre, metres, degrees."""
    return affinity.rotate(shapely.box(x, y, x + length, y + depth), angle, origin="center")


@dataclass
class Town:
    """A town in local metres; `ground()` puts it where the city is."""

    houses: dict[str, shapely.Geometry] = field(default_factory=dict)
    others: dict[str, tuple[shapely.Geometry, float]] = field(default_factory=dict)
    streets: list[shapely.LineString] = field(default_factory=list)
    closed: list[shapely.Polygon] = field(default_factory=list)
    water: list[shapely.Polygon] = field(default_factory=list)
    railways: list[shapely.LineString] = field(default_factory=list)
    pitches: list[shapely.Polygon] = field(default_factory=list)
    angle: float = 0.0

    def ground(self, *, order: list[int] | None = None) -> CityGround:
        """The inputs; `order` shuffles the buildings, streets are then given backwards."""
        buildings = [(name, shape, True, 0.0) for name, shape in self.houses.items()]
        buildings += [(name, shape, False, keeps) for name, (shape, keeps) in self.others.items()]
        buildings = [buildings[i] for i in order] if order is not None else buildings
        step = 1 if order is None else -1
        return CityGround(
            building_ids=np.array([b[0] for b in buildings], dtype=str),
            buildings=self._placed([b[1] for b in buildings]),
            building_is_house=np.array([b[2] for b in buildings], dtype=bool),
            building_keeps_m=np.array([b[3] for b in buildings], dtype=float),
            roads=self._placed(self.streets[::step]),
            road_half_width_m=np.full(len(self.streets), STREET_HALF_WIDTH_M),
            closed=self._placed(self.closed[::step]),
            water=self._placed(self.water[::step]),
            railways=self._placed(self.railways[::step]),
            pitches=self._placed(self.pitches[::step]),
        )

    def placed(self, shape: shapely.Geometry) -> shapely.Geometry:
        """A local shape where `ground()` puts it."""
        return self._placed([shape])[0]

    def _placed(self, shapes) -> np.ndarray:
        turned = [affinity.rotate(shape, self.angle, origin=(0, 0)) for shape in shapes]
        moved = [affinity.translate(shape, *ORIGIN) for shape in turned]
        return np.array(moved, dtype=object) if moved else np.empty(0, dtype=object)


def street_grid(columns: int, rows: int, width: float, height: float) -> list[shapely.LineString]:
    """Streets around `columns` x `rows` blocks."""
    right, top = columns * width, rows * height
    lines = [shapely.LineString([(x * width, 0), (x * width, top)]) for x in range(columns + 1)]
    return lines + [
        shapely.LineString([(0, y * height), (right, y * height)]) for y in range(rows + 1)
    ]


@st.composite
def towns(draw) -> Town:
    """Street grids with slabs anywhere (on streets, overlapping, outside any block), sheds,
    private houses, school grounds, pitches, ponds and a dead-end street."""
    columns, rows = draw(st.integers(1, 2)), draw(st.integers(1, 2))
    width, height = draw(st.integers(70, 220)), draw(st.integers(70, 220))
    town = Town(
        streets=street_grid(columns, rows, width, height),
        angle=draw(st.sampled_from([0.0, 13.0, 45.0])),
    )
    x = st.integers(-60, columns * width + 60)
    y = st.integers(-60, rows * height + 60)
    angle = st.sampled_from([0.0, 90.0, 30.0])
    for number in range(draw(st.integers(1, 9))):
        town.houses[f"h{number:02}"] = slab(
            draw(x), draw(y), draw(st.integers(15, 110)), draw(st.integers(8, 18)), draw(angle)
        )
    for number in range(draw(st.integers(0, 5))):
        keeps = draw(st.sampled_from([0.0, 0.0, 10.0, 25.0]))
        town.others[f"s{number:02}"] = (
            slab(draw(x), draw(y), draw(st.integers(3, 30)), draw(st.integers(3, 12))), keeps
        )  # fmt: skip
    for _ in range(draw(st.integers(0, 2))):
        town.closed.append(slab(draw(x), draw(y), draw(st.integers(20, 90)), 60.0))
    for _ in range(draw(st.integers(0, 3))):
        side = st.integers(8, 45)
        town.pitches.append(slab(draw(x), draw(y), draw(side), draw(side), draw(angle)))
    if draw(st.booleans()):
        town.water.append(shapely.Point(draw(x), draw(y)).buffer(15))
    if draw(st.booleans()):
        town.streets.append(shapely.LineString([(0, height / 2), (width * 0.6, height / 2)]))
    return town
