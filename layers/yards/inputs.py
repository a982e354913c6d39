"""What yards are derived from and what comes out: plain arrays in the city CRS, metres."""

from dataclasses import dataclass, field

import numpy as np
import shapely

from layers.choices import RoadClass

# Half of a carriageway with its kerbs, metres, by class: usual widths of СП РК 3.01-101 streets.
HALF_WIDTH_M = {
    RoadClass.MOTORWAY: 9.0,
    RoadClass.TRUNK: 8.0,
    RoadClass.PRIMARY: 7.5,
    RoadClass.SECONDARY: 7.0,
    RoadClass.TERTIARY: 5.0,
    RoadClass.RESIDENTIAL: 3.5,
}
RAILWAY_HALF_WIDTH_M = 6.0


@dataclass(frozen=True, kw_only=True)
class YardRule:
    """The figures of the derivation; lengths in metres, areas in square metres."""

    # Ground within `margin_m` of a house is its yard; between houses up to twice `reach_m` apart
    # the ground is yard as a whole, so that a court is never hollowed out.
    reach_m: float = 60.0
    margin_m: float = 25.0
    # A house inside closed grounds keeps this much around it.
    apron_m: float = 10.0
    # Two houses share a yard when they face each other over at least this share of a facade.
    facing_share: float = 0.4
    max_houses: int = 12
    max_area_m2: float = 30_000.0
    # A gap narrower than twice this does not join two pieces of ground.
    passage_m: float = 0.75
    point_spacing_m: float = 4.0
    grid_m: float = 0.01


DEFAULT_RULE = YardRule()


def _geometries() -> np.ndarray:
    return np.empty(0, dtype=object)


@dataclass(frozen=True, kw_only=True)
class CityGround:
    """The inputs, every array of shape (n,) within its group; polygons valid, city CRS.

    building_is_house: apartment houses and dormitories, each of which gets a yard.
    building_keeps_m: how far around it another building has ground of its own, metres (private
        houses, schools, shops of some size); half-way to a house at most. 0 for those that are
        only cut out (sheds, kiosks, transformer cabins) and for houses.
    road_half_width_m: half of the carriageway; give roads of residential class and above only.
    closed, water: polygons that no yard enters. railways, rivers: lines that bound blocks.
    pitches: playgrounds and sports grounds, each of which stays in one yard.
    """

    building_ids: np.ndarray
    buildings: np.ndarray
    building_is_house: np.ndarray
    building_keeps_m: np.ndarray
    roads: np.ndarray = field(default_factory=_geometries)
    road_half_width_m: np.ndarray = field(default_factory=lambda: np.empty(0))
    railways: np.ndarray = field(default_factory=_geometries)
    water: np.ndarray = field(default_factory=_geometries)
    rivers: np.ndarray = field(default_factory=_geometries)
    closed: np.ndarray = field(default_factory=_geometries)
    pitches: np.ndarray = field(default_factory=_geometries)

    @classmethod
    def nothing(cls) -> "CityGround":
        """An empty city."""
        return cls(
            building_ids=np.empty(0, dtype=str),
            buildings=_geometries(),
            building_is_house=np.empty(0, dtype=bool),
            building_keeps_m=np.empty(0),
        )

    def in_fixed_order(self) -> "CityGround":
        """The same inputs sorted by id and by well-known binary: order never matters."""
        b = np.argsort(self.building_ids.astype(str), kind="stable")
        r = _order(self.roads)
        return CityGround(
            building_ids=self.building_ids[b],
            buildings=self.buildings[b],
            building_is_house=np.asarray(self.building_is_house, dtype=bool)[b],
            building_keeps_m=np.asarray(self.building_keeps_m, dtype=float)[b],
            roads=self.roads[r],
            road_half_width_m=np.asarray(self.road_half_width_m, dtype=float)[r],
            **{
                name: values[_order(values)]
                for name, values in (
                    ("railways", self.railways),
                    ("water", self.water),
                    ("rivers", self.rivers),
                    ("closed", self.closed),
                    ("pitches", self.pitches),
                )
            },
        )


def _order(geometries: np.ndarray) -> np.ndarray:
    """Positions of geometries in the order of their well-known binary."""
    keys = shapely.to_wkb(geometries).tolist()
    return np.array(sorted(range(len(keys)), key=keys.__getitem__), dtype=int)


@dataclass(frozen=True, slots=True, kw_only=True)
class DerivedYard:
    """One yard: its ground (a single polygon, city CRS) and the ids of its houses, sorted."""

    ground: shapely.Polygon
    houses: tuple[str, ...]

    @property
    def area_m2(self) -> float:
        return self.ground.area


@dataclass(frozen=True, slots=True, kw_only=True)
class Derivation:
    """The yards, ordered by first house, and the houses that could not get one, with a reason."""

    yards: tuple[DerivedYard, ...]
    without_yard: tuple[tuple[str, str], ...] = ()
