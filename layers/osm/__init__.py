"""OpenStreetMap tags -> rows of the city's layers: pure functions, one per layer.

`mappings_for(tags)` says which layers an object is a candidate for. Nothing here reads files or
the database; geometries are the importer's business.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Literal

from layers.osm import basemap, buildings, grounds, networks, territory
from layers.osm.tags import Tags, TagSource

__all__ = ["MAPPINGS", "Mapping", "Tags", "TagSource", "mappings_for"]

# What a layer's geometry is made of. point: nodes, or a point inside an outline; ground:
# nodes as points, outlines as areas; area: outlines only; line: ways, closed or not.
Wanted = Literal["point", "line", "area", "ground"]
# How an object is mapped: a node, an open way, a closed way, a relation of ways.
Form = Literal["point", "line", "ring", "area"]


@dataclass(frozen=True, slots=True)
class Mapping:
    """How objects become rows of one layer.

    keys: an object without any of these tags is no candidate.
    row: tags -> columns, or None when the object is not of this layer.
    named: a row without a name is skipped.
    bridged: an outline is drawn across the few nodes that the file lacks (boundaries are cut by
        the extract's edge, and half the city depends on them).
    not_from: an object mapped so is no candidate: a point with `place` is a place name, an open
        way with `boundary` a part of a relation.
    """

    layer: str
    wanted: Wanted
    keys: tuple[str, ...]
    row: Callable[[Tags], dict[str, Any] | None]
    named: bool = False
    bridged: bool = False
    not_from: frozenset[Form] = frozenset()


_POINT: frozenset[Form] = frozenset({"point"})
_LINE: frozenset[Form] = frozenset({"line"})
_AREA: frozenset[Form] = frozenset({"area"})

MAPPINGS: tuple[Mapping, ...] = (
    Mapping("building", "area", ("building",), buildings.building),
    Mapping("address", "point", ("addr:housenumber",), buildings.address),
    Mapping("road", "line", ("highway",), basemap.road),
    Mapping("land_use", "area", tuple(basemap.LAND_KEYS), basemap.land_use, not_from=_POINT),
    Mapping("water", "area", ("natural", "landuse", "waterway"), basemap.water, not_from=_POINT),
    Mapping("water", "line", ("waterway",), basemap.watercourse, not_from=_AREA),
    Mapping("railway", "line", ("railway",), basemap.railway),
    Mapping("street_lamp", "point", ("highway",), grounds.street_lamp),
    Mapping("bus_stop", "point", ("highway", "public_transport"), grounds.bus_stop),
    Mapping("playground", "ground", ("leisure",), grounds.playground),
    Mapping("sports_ground", "ground", ("leisure",), grounds.sports_ground),
    Mapping("waste_site", "ground", ("amenity", "landuse"), grounds.waste_site),
    Mapping("camera", "point", ("man_made",), grounds.camera),
    Mapping("manhole", "point", ("man_made", "manhole"), networks.manhole),
    Mapping(
        "network_segment",
        "line",
        ("man_made", "power", "communication"),
        networks.network_segment,
    ),  # fmt: skip
    Mapping(
        "territory",
        "area",
        ("boundary", "place"),
        territory.territory,
        named=True,
        bridged=True,
        not_from=_POINT | _LINE,
    ),  # fmt: skip
    Mapping("place", "point", ("place", "landuse"), territory.place, named=True, bridged=True),
)
# Key -> numbers of the mappings it makes an object a candidate of; the commonest keys first, so
# that most objects are done after two or three look-ups.
_KEYS: dict[str, tuple[int, ...]] = {
    "building": (), "addr:housenumber": (), "addr:street": (), "highway": (), "landuse": (),
    "natural": (),
}  # fmt: skip
for _number, _mapping in enumerate(MAPPINGS):
    for _key in _mapping.keys:
        _KEYS[_key] = (*_KEYS.get(_key, ()), _number)


@lru_cache(maxsize=4096)
def _of_keys(keys: tuple[str, ...]) -> tuple[Mapping, ...]:
    numbers = {number for key in keys for number in _KEYS[key]}
    return tuple(MAPPINGS[number] for number in sorted(numbers))


def mappings_for(source: TagSource) -> tuple[Mapping, ...]:
    """The mappings whose keys the object has, each once, in the order of MAPPINGS."""
    found = []
    tags_left = len(source)
    for key in _KEYS:
        if key in source:
            found.append(key)
            tags_left -= 1
            if not tags_left:
                break
    return _of_keys(tuple(found))
