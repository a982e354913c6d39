"""Named things of the city: what belongs together, and how often each is meant. Pure."""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from citymap.places.words import parse_name
from layers.choices import BuildingUse, LandUseKind, PlaceKind, StreetKind

TWIN_GAP_M = 300.0
BUSY_STREET_HOUSES = 300  # a street with so many house numbers weighs most
# How often a thing of this kind is meant when its name is typed, 0..1; streets and garden
# societies count their houses.
_WEIGHTS = {
    "territory": 0.8,
    "place": 0.7,
    "bus_stop": 0.25,
    "building": 0.2,
    "land_use": 0.2,
    "water": 0.3,
}
_PUBLIC_USES = frozenset({BuildingUse.EDUCATION, BuildingUse.KINDERGARTEN, BuildingUse.HEALTH})
_PUBLIC_GROUNDS = frozenset({LandUseKind.EDUCATION, LandUseKind.KINDERGARTEN, LandUseKind.HEALTH})
_PUBLIC_WEIGHT = 0.35
_SMALL_PLACES = frozenset({PlaceKind.GARDEN_SOCIETY, PlaceKind.LOCALITY})
_SMALL_PLACE_WEIGHT = 0.3
# Of one thing told several times, the first of these is kept.
_PREFERENCE = ("territory", "place", "building", "street", "land_use", "bus_stop", "water")


@dataclass(frozen=True, slots=True)
class Thing:
    """A named thing as `things.sql` gives it; x, y and extent_m (west, south, east, north, or
    None for a point) are metres in the city CRS; around: names of territories around it."""

    kind: str
    id: int
    subkind: str
    name: str
    name_ru: str
    name_kk: str
    old_names: Sequence[str]
    houses: int
    x: float
    y: float
    extent_m: Sequence[float] | None
    around: Sequence[str]

    @property
    def names(self) -> list[str]:
        """Every name it has, each once."""
        names = (self.name, self.name_ru, self.name_kk, *self.old_names)
        return list(dict.fromkeys(name for name in names if name))

    @property
    def labels(self) -> dict[str, str]:
        labels = {"": self.name_ru or self.name}
        return {**labels, "kk": self.name_kk} if self.name_kk else labels

    @property
    def is_garden(self) -> bool:
        """Whether it is a garden society or a street in one."""
        if (self.kind, self.subkind) == ("land_use", LandUseKind.ALLOTMENTS):
            return True
        return self.subkind in {StreetKind.GARDEN_SOCIETY, PlaceKind.GARDEN_SOCIETY}

    @property
    def box(self) -> Sequence[float]:
        return self.extent_m or (self.x, self.y, self.x, self.y)


def weight(thing: Thing) -> float:
    """How often a thing is meant, 0..1; does not depend on other things."""
    if thing.kind == "street":
        share = math.log1p(thing.houses) / math.log1p(BUSY_STREET_HOUSES)
        return min(0.35 + 0.65 * share, 1.0)
    if thing.subkind in _PUBLIC_USES | _PUBLIC_GROUNDS:
        return _PUBLIC_WEIGHT
    if thing.kind == "place" and thing.subkind in _SMALL_PLACES:
        return _SMALL_PLACE_WEIGHT
    return _WEIGHTS[thing.kind]


def join_twins(things: Iterable[Thing]) -> list[Thing]:
    """Things with those told several times joined into one.

    A suburb may be a territory, a label and an area of land use; a school a building and its
    grounds; a garden society an outline and the "street" of its addresses. Twins have the same
    words in their names and lie within 300 m of each other. Streets of the city are never
    joined: two of one name are two streets.
    """
    kept: list[Thing] = []
    families: dict[tuple, list[int]] = {}
    for thing in sorted(things, key=_preference):
        family = _family(thing)
        words = frozenset(parse_name(thing.name_ru or thing.name).tokens)
        twins = families.setdefault((family, words), [])
        twin = next((i for i in twins if _gap(kept[i].box, thing.box) <= TWIN_GAP_M), None)
        if family is None or twin is None:
            twins.append(len(kept))
            kept.append(thing)
        else:
            kept[twin] = _joined(kept[twin], thing)
    return kept


def _preference(thing: Thing) -> tuple:
    """Addresses hang on streets, so a street with houses is kept before all else."""
    return (thing.houses == 0, _PREFERENCE.index(thing.kind), thing.id)


def _family(thing: Thing) -> str | None:
    """Things of one family and name may be one thing; None: it stands alone."""
    if thing.is_garden:
        return "garden"
    if thing.kind in {"territory", "place"} or thing.subkind in {
        StreetKind.MICRODISTRICT,
        LandUseKind.RESIDENTIAL,
    }:
        return "area"
    if thing.kind in {"building", "land_use"}:
        return "ground"
    return None if thing.kind == "street" else thing.kind


def _gap(one: Sequence[float], other: Sequence[float]) -> float:
    """Distance between two boxes (west, south, east, north), metres; 0 when they touch."""
    across = max(one[0] - other[2], other[0] - one[2], 0.0)
    along = max(one[1] - other[3], other[1] - one[3], 0.0)
    return math.hypot(across, along)


def _joined(kept: Thing, twin: Thing) -> Thing:
    """The thing with all names of its twin."""
    return replace(
        kept,
        name_kk=kept.name_kk or twin.name_kk,
        old_names=[*kept.old_names, *twin.names],
        extent_m=kept.extent_m or twin.extent_m,
    )
