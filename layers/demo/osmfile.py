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
from osmium.osm import mutable

from citymap.geo import WGS84_SRID, transformer
from layers.demo import chance
from layers.demo.plan import PLAN_SRID
from layers.demo.sheet import Sheet, Tags

# South-west corner that ids count from, and the unit of OSM's coordinates, degrees.
ID_ORIGIN = (66.0, 52.0)
UNIT = 1e-7
CHUNK = 20_000
# (id, ids of its nodes, tags) and (id, (type, id, role) of its members, tags)
Way = tuple[int, list[int], Tags]
Relation = tuple[int, list[tuple[str, int, str]], Tags]


@dataclass
class Encoded:
    """OSM objects of one city, each list sorted by id."""

    node_id: np.ndarray
    node_lon: np.ndarray
    node_lat: np.ndarray
    node_tags: dict[int, Tags]
    ways: list[Way]
    relations: list[Relation] = field(default_factory=list)


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


def way_ids(
    first: np.ndarray, second: np.ndarray, last: np.ndarray, kind: np.ndarray
) -> np.ndarray:
    """Ids of ways (n,): the first node's cell of about 20 m, then 22 bits of their own."""
    own = chance.combine(chance.combine(first, second), chance.combine(last, kind))
    return (first >> 22 << 22) | (own >> np.uint64(42)).astype(np.int64)


def _kinds(tags: list[Tags]) -> np.ndarray:
    """Keys of the first tag's name of each."""
    known: dict[str, np.uint64] = {}
    found = np.empty(len(tags), dtype=np.uint64)
    for index, one in enumerate(tags):
        kind = next(iter(one), "")
        if kind not in known:
            known[kind] = chance.word(kind)
        found[index] = known[kind]
    return found


def _unused(number: int, used: set[int]) -> int:
    """The number itself, or the next that is free; it is then taken."""
    while number in used:
        number += 1
    used.add(number)
    return number


def _make_ways(refs: np.ndarray, lengths: list[int], tags: list[Tags]) -> list[Way | None]:
    """Ways from the ids of all their nodes one after another; None for those of one node."""
    owner = np.repeat(np.arange(len(lengths)), lengths)
    keep = np.append(True, (refs[1:] != refs[:-1]) | (owner[1:] != owner[:-1]))
    refs, owner = refs[keep], owner[keep]
    bounds = np.searchsorted(owner, np.arange(len(lengths) + 1))
    start, size = bounds[:-1], np.diff(bounds)
    second = refs[np.minimum(start + 1, len(refs) - 1)]
    numbers = way_ids(refs[start], second, refs[bounds[1:] - 1], _kinds(tags)).tolist()
    nodes = refs.tolist()
    used: set[int] = set()
    return [
        (_unused(numbers[i], used), nodes[bounds[i] : bounds[i + 1]], tags[i])
        if size[i] > 1
        else None
        for i in range(len(lengths))
    ]


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
    plain = [tags for _, tags in sheet.lines] + [tags for _, tags in simple]
    ring_tags: list[Tags] = [{} for group in rings for _ in group]
    made = _make_ways(ids[:count], [len(part) for part in parts], plain + ring_tags)
    relations = []
    at = len(plain)
    for group, (_, tags) in zip(rings, holed, strict=True):
        members = [
            ("w", way[0], "inner" if number else "outer")
            for number, way in enumerate(made[at : at + len(group)])
            if way
        ]
        at += len(group)
        if members:
            relations.append((members[0][1], members, {"type": "multipolygon", **tags}))
    ways = [way for way in made if way]
    ids, first = np.unique(ids, return_index=True)
    return Encoded(ids, lon[first], lat[first], tags_of_node, sorted(ways, key=_first),
                   sorted(relations, key=_first))  # fmt: skip


def _nudge(lon: np.ndarray, lat: np.ndarray, others: np.ndarray) -> None:
    """Move tagged points by a centimetre until each is a node of its own (in place)."""
    while True:
        ids = node_ids(lon, lat)
        first = np.zeros(len(ids), dtype=bool)
        first[np.unique(ids, return_index=True)[1]] = True
        clash = ~first | np.isin(ids, others)
        if not clash.any():
            return
        lon[clash] += 1 + np.arange(clash.sum())


def add_ways(encoded: Encoded, found: list[tuple[np.ndarray, Tags]]) -> list[int]:
    """Add ways by their coordinates in metres (n, 2); returns their ids."""
    lengths = [len(coords) for coords, _ in found]
    lon, lat = to_units(np.vstack([coords for coords, _ in found]))
    ids = node_ids(lon, lat)
    made = _make_ways(ids, lengths, [tags for _, tags in found])
    encoded.node_id, first = np.unique(np.concatenate([encoded.node_id, ids]), return_index=True)
    encoded.node_lon = np.concatenate([encoded.node_lon, lon])[first]
    encoded.node_lat = np.concatenate([encoded.node_lat, lat])[first]
    used = {way[0] for way in encoded.ways}
    new = [(_unused(way[0], used), way[1], way[2]) for way in made if way]
    encoded.ways = sorted([*encoded.ways, *new], key=_first)
    return [way[0] for way in new]


def encode_boundary(encoded: Encoded, rings: list[tuple[np.ndarray, Tags]]) -> None:
    """Add boundary relations; each ring becomes two or more outer ways."""
    for coords, tags in rings:
        own = {"boundary": "administrative", "admin_level": tags["admin_level"]}
        step = min(59, (len(coords) - 1) // 2)
        parts = [(coords[i : i + step + 1], own) for i in range(0, len(coords) - 1, step)]
        ways = add_ways(encoded, parts)
        members = [("w", way, "outer") for way in ways]
        encoded.relations.append((ways[0] + 1, members, {"type": "boundary", **tags}))
    encoded.relations.sort(key=_first)


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
        pickle.load(file)
        for number in range(2):
            left = pickle.load(file)
            while left > 0:
                chunk = pickle.load(file)
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
            writer.add_way(mutable.Way(id=number, version=1, nodes=nodes, tags=tags))
        before = 0
        for number, members, tags in heapq.merge(*(_spooled(s, 1) for s in spools), key=_first):
            # Relations of one city, or of neighbours, may be named after the same way.
            before = max(number, before + 1)
            writer.add_relation(mutable.Relation(id=before, version=1, members=members, tags=tags))
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
            tags |= pickle.load(file)
    number, first = np.unique(np.concatenate(ids), return_index=True)
    lon = np.concatenate(lons)[first] * UNIT + ID_ORIGIN[0]
    lat = np.concatenate(lats)[first] * UNIT + ID_ORIGIN[1]
    for one, x, y in zip(number.tolist(), lon.tolist(), lat.tolist(), strict=True):
        writer.add_node(mutable.Node(id=one, version=1, location=(x, y), tags=tags.get(one)))
