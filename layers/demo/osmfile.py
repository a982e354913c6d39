"""From a sheet in metres to an OpenStreetMap file: ids, nodes, ways, relations.

Ids are positions: a node's id interleaves the bits of its longitude and latitude (a Morton
code), a way's is the code of its first node with a hash below it. What is not moved keeps its
id, whatever else changes in the plan; shared corners become shared nodes by themselves.
"""

import heapq
import pickle
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import osmium
import shapely
from osmium.osm.mutable import Node, Relation, Way

from citymap.geo import WGS84_SRID, transformer
from layers.demo import chance
from layers.demo.plan import PLAN_SRID
from layers.demo.sheet import Sheet, Tags

# South-west corner that ids count from, and the unit of OSM's coordinates, degrees.
ID_ORIGIN = (66.0, 52.0)
UNIT = 1e-7
CHUNK = 20_000


@dataclass
class Encoded:
    """OSM objects of one city, each list sorted by id."""

    node_id: np.ndarray
    node_lon: np.ndarray
    node_lat: np.ndarray
    node_tags: dict[int, Tags]
    ways: list[tuple[int, list[int], Tags]]
    relations: list[tuple[int, list[tuple[str, int, str]], Tags]] = field(default_factory=list)


def _spread(values: np.ndarray) -> np.ndarray:
    """Put a zero between the bits of 27-bit numbers (uint64)."""
    v = values.astype(np.uint64)
    for shift, mask in (
        (32, 0x00000000FFFFFFFF), (16, 0x0000FFFF0000FFFF), (8, 0x00FF00FF00FF00FF),
        (4, 0x0F0F0F0F0F0F0F0F), (2, 0x3333333333333333), (1, 0x5555555555555555),
    ):  # fmt: skip
        v = (v | (v << np.uint64(shift))) & np.uint64(mask)
    return v


def to_units(coords: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Metres (n, 2) to whole units of 1e-7 degrees from ID_ORIGIN."""
    lon, lat = transformer(PLAN_SRID, WGS84_SRID).transform(coords[:, 0], coords[:, 1])
    return (
        np.round((lon - ID_ORIGIN[0]) / UNIT).astype(np.int64),
        np.round((lat - ID_ORIGIN[1]) / UNIT).astype(np.int64),
    )


def node_ids(lon: np.ndarray, lat: np.ndarray) -> np.ndarray:
    """Ids of nodes from their units; 1 and up."""
    return (_spread(lon) | (_spread(lat) << np.uint64(1))).astype(np.int64) + 1


def _way_id(refs: np.ndarray, tags: Tags) -> int:
    """The first node's cell of about 20 m, then 22 bits of the way's own course and kind."""
    kind = next(iter(tags), "")
    own = chance.word(kind, int(refs[0]), int(refs[1]), int(refs[-1]), len(refs))
    return (int(refs[0]) >> 22 << 22) | int(own >> np.uint64(42))


def encode(sheet: Sheet) -> Encoded:
    """All of a sheet as OSM objects; houses become tagged outlines."""
    outlines: list[tuple[shapely.Polygon, Tags]] = [
        *sheet.areas,
        *((house.geom, house.tags) for house in sheet.houses),
    ]
    parts: list[np.ndarray] = [coords for coords, _ in sheet.lines]
    simple = [(geom, tags) for geom, tags in outlines if not geom.interiors]
    holed = [(geom, tags) for geom, tags in outlines if geom.interiors]
    parts += [np.asarray(geom.exterior.coords) for geom, _ in simple]
    rings = [[geom.exterior, *geom.interiors] for geom, _ in holed]
    parts += [np.asarray(ring.coords) for group in rings for ring in group]
    spots = np.array([(x, y) for x, y, _ in sheet.points], dtype=float).reshape(-1, 2)
    lon, lat = to_units(np.vstack([*parts, spots]) if parts else spots)
    count = len(lon) - len(spots)
    spot_lon, spot_lat = lon[count:], lat[count:]
    _nudge(spot_lon, spot_lat, node_ids(lon[:count], lat[:count]))
    ids = node_ids(lon, lat)
    tags_of_node = {int(i): tags for i, (_, _, tags) in zip(ids[count:], sheet.points, strict=True)}
    refs = np.split(ids[:count], np.cumsum([len(part) for part in parts])[:-1]) if parts else []
    used: set[int] = set()
    ways: list[tuple[int, list[int], Tags]] = []

    def add_way(nodes: np.ndarray, tags: Tags) -> int | None:
        nodes = nodes[np.append(True, nodes[1:] != nodes[:-1])]
        if len(nodes) < 2:
            return None
        number = _way_id(nodes, tags)
        while number in used:
            number += 1
        used.add(number)
        ways.append((number, nodes.tolist(), tags))
        return number

    plain = [tags for _, tags in sheet.lines] + [tags for _, tags in simple]
    for nodes, tags in zip(refs, plain, strict=False):
        add_way(nodes, tags)
    relations = []
    at = len(plain)
    for group, (_, tags) in zip(rings, holed, strict=True):
        members = []
        for number in range(len(group)):
            way = add_way(refs[at], {})
            at += 1
            if way is not None:
                members.append(("w", way, "inner" if number else "outer"))
        if members:
            relations.append((members[0][1], members, {"type": "multipolygon", **tags}))
    ids, first = np.unique(ids, return_index=True)
    return Encoded(ids, lon[first], lat[first], tags_of_node, sorted(ways, key=lambda w: w[0]),
                   sorted(relations, key=lambda r: r[0]))  # fmt: skip


def _nudge(lon: np.ndarray, lat: np.ndarray, others: np.ndarray) -> None:
    """Move tagged points by a centimetre until each is a node of its own (in place)."""
    seen = set(others.tolist())
    for index in range(len(lon)):
        while (number := int(node_ids(lon[index : index + 1], lat[index : index + 1])[0])) in seen:
            lon[index] += 1
        seen.add(number)


def encode_boundary(encoded: Encoded, rings: list[tuple[np.ndarray, Tags]]) -> None:
    """Add boundary relations, each with its ring as outer way(s) of at most 60 nodes."""
    for coords, tags in rings:
        lon, lat = to_units(coords)
        ids = node_ids(lon, lat)
        merged, first = np.unique(np.concatenate([encoded.node_id, ids]), return_index=True)
        encoded.node_lon = np.concatenate([encoded.node_lon, lon])[first]
        encoded.node_lat = np.concatenate([encoded.node_lat, lat])[first]
        encoded.node_id = merged
        members = []
        taken = {way[0] for way in encoded.ways}
        for start in range(0, len(ids) - 1, 59):
            part = ids[start : start + 60]
            way_tags = {"boundary": "administrative", "admin_level": tags["admin_level"]}
            number = _way_id(part, way_tags)
            while number in taken:
                number += 1
            taken.add(number)
            encoded.ways.append((number, part.tolist(), way_tags))
            members.append(("w", number, "outer"))
        encoded.relations.append((members[0][1] + 1, members, {"type": "boundary", **tags}))
    encoded.ways.sort(key=lambda way: way[0])
    encoded.relations.sort(key=lambda relation: relation[0])


def spool(encoded: Encoded, path: Path) -> None:
    """Keep a city's objects on disk until all cities are made: memory stays bounded."""
    with path.open("wb") as file:
        np.savez(
            path.with_suffix(".npz"), id=encoded.node_id, lon=encoded.node_lon, lat=encoded.node_lat
        )
        pickle.dump(encoded.node_tags, file, protocol=5)
        for objects in (encoded.ways, encoded.relations):
            pickle.dump(len(objects), file, protocol=5)
            for start in range(0, len(objects), CHUNK):
                pickle.dump(objects[start : start + CHUNK], file, protocol=5)


def _spooled(path: Path, which: int) -> Iterator[tuple]:
    """The ways (0) or relations (1) of a spooled city, in order of id."""
    with path.open("rb") as file:
        pickle.load(file)  # noqa: S301 (our own file of a moment ago)
        for number in range(2):
            left = pickle.load(file)  # noqa: S301
            while left > 0:
                chunk = pickle.load(file)  # noqa: S301
                left -= len(chunk)
                if number == which:
                    yield from chunk


def write_osm(target: Path, spools: list[Path]) -> None:
    """Merge spooled cities into one sorted `.osm.pbf`, through a temporary name."""
    temporary = target.with_name(f"{target.stem}.part.osm.pbf")
    temporary.unlink(missing_ok=True)
    header = osmium.io.Header()
    header.set("generator", "citymap demo city")
    header.set("sorting", "Type_then_ID")
    writer = osmium.SimpleWriter(str(temporary), 4 * 1024 * 1024, header)
    try:
        _write_nodes(writer, spools)
        for number, nodes, tags in heapq.merge(*(_spooled(s, 0) for s in spools), key=_first):
            writer.add_way(Way(id=number, version=1, nodes=nodes, tags=tags))
        for number, members, tags in heapq.merge(*(_spooled(s, 1) for s in spools), key=_first):
            writer.add_relation(Relation(id=number, version=1, members=members, tags=tags))
    finally:
        writer.close()
    temporary.replace(target)


def _first(item: tuple) -> int:
    return item[0]


def _write_nodes(writer: osmium.SimpleWriter, spools: Iterable[Path]) -> None:
    ids, lons, lats, tags = [], [], [], {}
    for path in spools:
        with np.load(path.with_suffix(".npz")) as nodes:
            ids.append(nodes["id"])
            lons.append(nodes["lon"])
            lats.append(nodes["lat"])
        with path.open("rb") as file:
            tags |= pickle.load(file)  # noqa: S301
    number, first = np.unique(np.concatenate(ids), return_index=True)
    lon = np.concatenate(lons)[first] * UNIT + ID_ORIGIN[0]
    lat = np.concatenate(lats)[first] * UNIT + ID_ORIGIN[1]
    for one, x, y in zip(number.tolist(), lon.tolist(), lat.tolist(), strict=True):
        writer.add_node(Node(id=one, version=1, location=(x, y), tags=tags.get(one)))
