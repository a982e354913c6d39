"""Streets of an import: gathered from roads and addresses, their lines, who bears which."""

from collections import Counter
from dataclasses import dataclass

import numpy as np
import shapely

from layers.models import Territory
from layers.osm_import.derive import Table
from layers.osm_import.shapes import positions
from layers.osm_import.territories import SETTLEMENTS, settlement_of
from layers.services import Batch
from layers.streets import Known, Place, StreetRow, Streets, Written, group_streets


@dataclass(slots=True)
class Named:
    """Streets, and for each road and address the id of its street (None: it has none)."""

    streets: Streets
    of_roads: list[str | None]
    of_addresses: list[str | None]


def settlements(territories: Table, source: str) -> tuple[np.ndarray, list[str]]:
    """Outlines and ids of cities and villages: the file's, and those already in the database."""
    kinds = territories.columns.get("kind", [])
    rows = [row for row, kind in enumerate(kinds) if kind in SETTLEMENTS]
    ids = [territories.ids[row] for row in rows]
    stored = (
        Territory.objects.current()
        .filter(source=source, kind__in=SETTLEMENTS)
        .exclude(source_id__in=territories.ids)
        .order_by("source_id")
    )
    outlines = [territories.geometries[row] for row in rows]
    for territory in stored:
        ids.append(territory.source_id)
        outlines.append(shapely.from_wkb(bytes(territory.geom.wkb)))
    return np.array(outlines, dtype=object), ids


def name_streets(
    roads: Table, addresses: Table, *, outlines: np.ndarray, ids: list[str], known: list[Known]
) -> Named:
    """Which street each road and each address belongs to. `outlines`, `ids`: settlements."""
    road_places = _places(
        settlement_of(positions(roads.geometries), outlines, ids),
        [ru or name for ru, name in _pairs(roads)],
    )
    address_places = _places(
        settlement_of(addresses.geometries, outlines, ids),
        addresses.columns.get("street_name", []),
    )
    written: dict[Place, Written] = {}
    for row, place in enumerate(road_places):
        if place[1]:
            _count_road(written, place, roads, row)
    for place, count in Counter(place for place in address_places if place[1]).items():
        written.setdefault(place, Written(place[1], place[0])).addresses += count
    streets = group_streets(written.values(), known)
    return Named(
        streets=streets,
        of_roads=[streets.street_of.get(place) for place in road_places],
        of_addresses=[streets.street_of.get(place) for place in address_places],
    )


def _pairs(roads: Table) -> zip:
    return zip(roads.columns.get("name_ru", []), roads.columns.get("name", []), strict=True)


def _places(settlement: list[str], texts: list[str]) -> list[Place]:
    return list(zip(settlement, texts, strict=True))


def _count_road(written: dict[Place, Written], place: Place, roads: Table, row: int) -> None:
    item = written.setdefault(place, Written(place[1], place[0]))
    item.roads += 1
    columns = roads.columns
    if columns["name_ru"][row]:
        item.russian[columns["name_ru"][row]] += 1
    if columns["name_kk"][row]:
        item.kazakh[columns["name_kk"][row]] += 1
    name = columns["name"][row]
    # The Kazakh name often stands in `name` alone.
    if name and columns["name_ru"][row] and name != columns["name_ru"][row]:
        item.kazakh[name] += 1
    item.others.update(columns["old_names"][row])


def street_lines(rows: list[StreetRow], borne: list[str | None], lines: np.ndarray) -> np.ndarray:
    """(n,) MultiLineString of each street's roads in the order given, None without roads."""
    number = {row.source_id: place for place, row in enumerate(rows)}
    owners = np.array([number.get(street, -1) for street in borne], dtype=int)
    found = np.full(len(rows), None, dtype=object)
    order = np.argsort(owners, kind="stable")
    order = order[owners[order] >= 0]
    if len(order):
        present, indices = np.unique(owners[order], return_inverse=True)
        found[present] = shapely.multilinestrings(lines[order], indices=indices)
    return found


def street_batch(rows: list[StreetRow], lines: np.ndarray) -> Batch:
    """Streets as the upsert engine takes them."""
    return Batch(
        source_ids=[row.source_id for row in rows],
        columns={
            "kind": [row.kind for row in rows],
            "name": [row.name for row in rows],
            "name_ru": [row.name_ru for row in rows],
            "name_kk": [row.name_kk for row in rows],
            "old_names": [row.old_names for row in rows],
            "name_key": [row.name_key[:200] for row in rows],
            "territory": [row.settlement or None for row in rows],
        },
        geometries=lines,
    )
