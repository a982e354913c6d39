"""Areas of multipolygon and boundary relations, from the lines of their member ways."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import osmium
import osmium.io
import osmium.osm
import shapely

from layers.osm import mappings_for

# A boundary may be drawn across so much of its nodes when the file lacks them.
MAX_MISSING_SHARE = 0.2
_AREA_TYPES = ("multipolygon", "boundary")


@dataclass(frozen=True, slots=True)
class Relation:
    """A relation that may become an area. `ways`: ids of its member ways, in order."""

    id: int
    tags: dict[str, str]
    ways: tuple[int, ...]


def read_relations(path: Path) -> dict[int, Relation]:
    """The relations of a file that are candidates of a layer, by id."""
    found: dict[int, Relation] = {}
    for item in osmium.FileProcessor(str(path), osmium.osm.RELATION):
        if item.tags.get("type") not in _AREA_TYPES or not any(mappings_for(item.tags)):
            continue
        ways = tuple(member.ref for member in item.members if member.type == "w")
        tags = {tag.k: tag.v for tag in item.tags}
        found.setdefault(item.id, Relation(id=item.id, tags=tags, ways=ways))
    return found


@dataclass(frozen=True, slots=True)
class Line:
    """A member way as WKB; `missing` of its `nodes` are not in the file and were left out."""

    wkb: bytes
    nodes: int
    missing: int = 0


@dataclass(frozen=True, slots=True)
class Assembled:
    """An area as WKB, or why there is none; `note`: what was left out or drawn across."""

    area: bytes | None = None
    problem: str = ""
    note: str = ""
    missing_nodes: int = 0


def few_missing(missing: int, nodes: int) -> bool:
    """Whether an outline may be drawn across its missing nodes."""
    return missing <= MAX_MISSING_SHARE * nodes


def assemble(relation: Relation, lines: Mapping[int, Line | None]) -> Assembled:
    """The area that a relation's member ways enclose.

    Inner and outer rings are told by nesting, as they lie, whatever their roles say.
    lines: way id -> line, None when the file lacks the way.
    """
    members = [lines.get(way) for way in dict.fromkeys(relation.ways)]
    if not members:
        return Assembled(problem="it has no member ways")
    if None in members:
        return Assembled(problem="incomplete: some of its member ways are not in the file")
    missing = sum(line.missing for line in members)
    if not few_missing(missing, sum(line.nodes for line in members)):
        return Assembled(problem="incomplete: some of its nodes are not in the file")
    drawn = shapely.from_wkb([line.wkb for line in members])
    _rings, *unused = shapely.polygonize_full(drawn)
    loose = sum(shapely.get_num_geometries(part) for part in unused)
    area = shapely.build_area(shapely.multilinestrings(drawn))
    if area is None or area.is_empty:
        return Assembled(problem="its member ways do not close")
    notes = []
    if missing:
        notes.append(drawn_across(missing))
    if loose:
        notes.append(f"left out {loose} member lines that close nothing")
    return Assembled(area=shapely.to_wkb(area), note="; ".join(notes), missing_nodes=missing)


def drawn_across(missing: int) -> str:
    return f"drawn across {missing} nodes that are not in the file"
