"""A planner's corrections, applied to yards: keyed by houses, which outlive outlines. Pure."""

import math
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from functools import cached_property

import numpy as np
import shapely

from layers.yards.inputs import DEFAULT_RULE, YardRule
from layers.yards.outlines import touches, walls, yard_part

# Neighbours' rounded borders may overlap by a sliver; less than this is none.
OVERLAP_M2 = 0.5
# The cap of the derivation does not cut what a planner drew.
PLANNERS_RULE = replace(DEFAULT_RULE, max_area_m2=math.inf)


class NoteCode(StrEnum):
    """What a correction met when it was applied again."""

    HOUSE_GONE = "house_gone"
    HOUSE_JOINED = "house_joined"
    NO_GROUND = "no_ground"
    LAPSED = "lapsed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Note:
    """A conflict to show: its code and the houses concerned."""

    code: NoteCode
    houses: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class PlannedYard:
    """A yard on its way to the table: key (id in the source), houses sorted, one polygon."""

    key: str
    houses: tuple[str, ...]
    ground: shapely.Polygon
    corrected: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Correction:
    """The yards that a planner made: keys, houses and outlines as drawn (before buildings are
    cut out). Every other yard gives way to them."""

    results: tuple[PlannedYard, ...]

    @property
    def houses(self) -> frozenset[str]:
        return frozenset(house for yard in self.results for house in yard.houses)


@dataclass(frozen=True, slots=True, kw_only=True)
class Applied:
    """The yards after a correction, those before that it changed, and what it met."""

    yards: dict[str, PlannedYard]
    before: tuple[PlannedYard, ...] = ()
    notes: tuple[Note, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Surroundings:
    """Buildings around the yards: ids and outlines (n,), and which of them are houses."""

    ids: np.ndarray
    buildings: np.ndarray
    is_house: np.ndarray
    rule: YardRule = PLANNERS_RULE

    @cached_property
    def houses(self) -> Mapping[str, shapely.Geometry]:
        return dict(
            zip(self.ids[self.is_house].tolist(), self.buildings[self.is_house], strict=True)
        )

    @cached_property
    def _tree(self) -> shapely.STRtree:
        return shapely.STRtree(self.buildings)

    def outlines(self, houses: Iterable[str]) -> np.ndarray:
        return np.array([self.houses[house] for house in houses], dtype=object)

    def open_ground(
        self, ground: shapely.Geometry, houses: Collection[str]
    ) -> shapely.Polygon | None:
        """The yard of these houses on this ground: without buildings, one part."""
        inside = np.sort(self._tree.query(ground, predicate="intersects"))
        free = shapely.difference(ground, walls(self.buildings[inside]))
        return yard_part(free, self.outlines(houses), self.rule)

    def touching(self, ground: shapely.Geometry, houses: Iterable[str]) -> list[str]:
        """Those of the houses that stand at this ground."""
        names = list(houses)
        return [
            name
            for name, touch in zip(
                names, touches(ground, self.outlines(names), self.rule).tolist(), strict=True
            )
            if touch
        ]


def apply_correction(
    correction: Correction, yards: Mapping[str, PlannedYard], around: Surroundings
) -> Applied:
    """Put a planner's yards in the place of what is there.

    yards: by key. Houses that are gone are left out and noted. A yard that overlaps, or loses
    houses, gives way: it keeps its other houses and the ground that is left; a house that is
    left without ground joins the corrected yard nearest to it, and that is noted. When none of
    its houses stands, or buildings cover its ground, the correction changes nothing.
    """
    notes = []
    gone = sorted(house for house in correction.houses if house not in around.houses)
    if gone:
        notes.append(Note(code=NoteCode.HOUSE_GONE, houses=tuple(gone)))
    results = []
    for result in correction.results:
        houses = tuple(house for house in result.houses if house in around.houses)
        if not houses:
            continue
        ground = around.open_ground(result.ground, houses)
        if ground is None:
            notes.append(Note(code=NoteCode.NO_GROUND, houses=houses))
            return Applied(yards=dict(yards), notes=tuple(notes))
        results.append(replace(result, houses=houses, ground=ground, corrected=True))
    if not results:
        notes.append(Note(code=NoteCode.LAPSED, houses=tuple(sorted(correction.houses))))
        return Applied(yards=dict(yards), notes=tuple(notes))
    return _give_way(results, yards, around, notes)


def _give_way(
    results: list[PlannedYard],
    yards: Mapping[str, PlannedYard],
    around: Surroundings,
    notes: list[Note],
) -> Applied:
    taken = shapely.union_all([result.ground for result in results])
    moved = {house for result in results for house in result.houses}
    placed = {result.key: result for result in results}
    kept, before, joined = {}, [], []
    for key in sorted(yards):
        yard = yards[key]
        overlaps = shapely.area(shapely.intersection(yard.ground, taken)) > OVERLAP_M2
        if not overlaps and moved.isdisjoint(yard.houses) and key not in placed:
            kept[key] = yard
            continue
        before.append(yard)
        rest = [house for house in yard.houses if house not in moved]
        ground = around.open_ground(shapely.difference(yard.ground, taken), rest) if rest else None
        staying = _staying(rest, ground, taken, around)
        if staying and ground is not None:
            name = _free_key(key, {*kept, *placed})
            kept[name] = replace(yard, key=name, houses=tuple(staying), ground=ground)
        for house in rest:
            if house not in staying:
                nearest = _nearest(around.houses[house], list(placed.values()))
                placed[nearest.key] = replace(
                    nearest, houses=tuple(sorted([*nearest.houses, house]))
                )
                joined.append(house)
    if joined:
        notes.append(Note(code=NoteCode.HOUSE_JOINED, houses=tuple(sorted(joined))))
    return Applied(yards=kept | placed, before=tuple(before), notes=tuple(notes))


def _staying(
    rest: list[str], ground: shapely.Geometry | None, taken: shapely.Geometry, around: Surroundings
) -> list[str]:
    """Houses that remain in a yard that gave way: all but those now at the taken ground alone."""
    if ground is None:
        return []
    at_ground = set(around.touching(ground, rest))
    at_taken = set(around.touching(taken, rest))
    return [house for house in rest if house in at_ground or house not in at_taken]


def _nearest(house: shapely.Geometry, yards: list[PlannedYard]) -> PlannedYard:
    return min(yards, key=lambda yard: (round(yard.ground.distance(house), 2), yard.key))


def _free_key(key: str, taken: Collection[str]) -> str:
    """The key itself, or, when a corrected yard has it, one that says where the rest is from."""
    number = 2
    name = key
    while name in taken:
        name, number = f"{key}-{number}", number + 1
    return name
