"""What no single object says: uses and flats of buildings, houses of addresses, duplicates.

All functions work on the columns of a layer and its geometries (n,) in the city CRS.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import shapely

from layers import names
from layers.apartments import Buildings, Surroundings, Verdict, judge

# A place mapped as a point and as an area is one place within this distance.
SAME_PLACE_M = 5_000.0


@dataclass(slots=True)
class Table:
    """Rows of one layer: ids (n,), columns of (n,) values, geometries (n,) in the city CRS."""

    ids: list[str] = field(default_factory=list)
    columns: dict[str, list[Any]] = field(default_factory=dict)
    geometries: np.ndarray = field(default_factory=lambda: np.empty(0, dtype=object))

    def __len__(self) -> int:
        return len(self.ids)

    def take(self, rows: np.ndarray) -> "Table":
        """The table with these rows only: numbers, or a mask."""
        numbers = np.flatnonzero(rows) if rows.dtype == bool else rows
        return Table(
            ids=[self.ids[row] for row in numbers],
            columns={
                name: [values[row] for row in numbers] for name, values in self.columns.items()
            },
            geometries=self.geometries[rows],
        )


def judge_buildings(buildings: Table, land_use: Table, institutions: np.ndarray) -> Verdict:
    """The apartment rule over a city's buildings."""
    columns = buildings.columns
    return judge(
        Buildings(
            use=np.array(columns["use"], dtype=object),
            residential=np.array(columns["residential"], dtype=bool),
            plain=np.array(columns["plain"], dtype=bool),
            levels=np.array(columns["levels"], dtype=float),
            flats=np.array(columns["flats"], dtype=float),
            addressed=np.array(columns["addressed"], dtype=bool),
            geometries=buildings.geometries,
        ),
        Surroundings(
            ground_kinds=np.array(land_use.columns.get("kind", []), dtype=object),
            grounds=land_use.geometries,
            institutions=institutions,
        ),
    )


def houses_of(addresses: Table, buildings: Table) -> list[str | None]:
    """Id of the building of each address: the object itself, or the smallest one around it."""
    own = set(buildings.ids)
    found: list[str | None] = [
        source_id if source_id in own else None for source_id in addresses.ids
    ]
    loose = np.flatnonzero([house is None for house in found])
    if len(loose) and len(buildings):
        rows, around = shapely.STRtree(buildings.geometries).query(
            addresses.geometries[loose], predicate="within"
        )
        order = np.argsort(-shapely.area(buildings.geometries)[around], kind="stable")
        for row, house in zip(loose[rows[order]], around[order], strict=True):
            found[row] = buildings.ids[house]
    return found


def repeated_addresses(
    addresses: Table, houses: Sequence[str | None], buildings: Table
) -> dict[int, str]:
    """Row -> id of the address that it repeats: a shop or an entrance with the number of its
    house. The building's own address stays; of several points the first by id."""
    own = set(buildings.ids)
    numbers = addresses.columns["house_number"]
    streets = addresses.columns["street_name"]
    first: dict[tuple, int] = {}
    repeats: dict[int, str] = {}
    shared = {house for house, count in Counter(houses).items() if house and count > 1}
    inside = (row for row, house in enumerate(houses) if house in shared)
    # Buildings themselves come first.
    for row in sorted(inside, key=lambda r: (addresses.ids[r] not in own, addresses.ids[r])):
        key = (houses[row], names.key_of(streets[row]), names.fold(numbers[row]))
        if key in first:
            repeats[row] = addresses.ids[first[key]]
        else:
            first[key] = row
    return repeats


def repeated_places(places: Table, from_area: np.ndarray) -> dict[int, str]:
    """Row -> id of the place that it repeats: an area with the name of a point near by."""
    points: dict[tuple, list[int]] = {}
    repeats: dict[int, str] = {}
    order = sorted(range(len(places)), key=lambda row: (from_area[row], places.ids[row]))
    for row in order:
        key = (places.columns["kind"][row], names.fold(places.columns["name"][row]))
        same = [
            other
            for other in points.get(key, [])
            if shapely.distance(places.geometries[other], places.geometries[row]) <= SAME_PLACE_M
        ]
        if same and from_area[row]:
            repeats[row] = places.ids[same[0]]
        else:
            points.setdefault(key, []).append(row)
    return repeats
