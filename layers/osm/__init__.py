"""OpenStreetMap tags -> rows of the city's layers: pure functions, one per layer.

`mappings_for(tags)` says which layers an object is a candidate for. Nothing here reads files or
the database; geometries are the importer's business.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, Literal

from layers.osm import basemap, buildings, grounds, networks, territory
from layers.osm.tags import Tags, TagSource

__all__ = ["MAPPINGS", "Mapping", "Tags", "TagSource", "mappings_for"]

# What a layer's geometry is made of. point: nodes, or a point inside an outline; ground:
# nodes as points, outlines as areas; area: outlines only; line: ways, closed or not.
Wanted = Literal["point", "line", "area", "ground"]


@dataclass(frozen=True, slots=True)
class Mapping:
    """How objects become rows of one layer.

    keys: an object without any of these tags is no candidate.
    row: tags -> columns, or None when the object is not of this layer.
    named: a row without a name is skipped.
    boundary_lines: open ways with these tags are parts of relations, not candidates.
    """

    layer: str
    wanted: Wanted
    keys: tuple[str, ...]
    row: Callable[[Tags], dict[str, Any] | None]
    named: bool = False
    boundary_lines: bool = False


MAPPINGS: tuple[Mapping, ...] = (
    Mapping("building", "area", ("building",), buildings.building),
    Mapping("address", "point", ("addr:housenumber",), buildings.address),
    Mapping("road", "line", ("highway",), basemap.road),
    Mapping("land_use", "area", tuple(basemap.LAND_KEYS), basemap.land_use),
    Mapping("water", "area", ("natural", "landuse", "waterway"), basemap.water),
    Mapping("water", "line", ("waterway",), basemap.watercourse),
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
        boundary_lines=True,
    ),  # fmt: skip
    Mapping("place", "point", ("place", "landuse"), territory.place, named=True),
)
_BY_KEY: dict[str, tuple[int, ...]] = {}
for _number, _mapping in enumerate(MAPPINGS):
    for _key in _mapping.keys:
        _BY_KEY[_key] = (*_BY_KEY.get(_key, ()), _number)


def mappings_for(source: TagSource) -> Iterator[Mapping]:
    """The mappings whose keys the object has, each once, in the order of MAPPINGS."""
    found: set[int] = set()
    for key, numbers in _BY_KEY.items():
        if key in source:
            found.update(numbers)
    for number in sorted(found):
        yield MAPPINGS[number]
