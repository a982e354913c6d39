"""Which houses share a yard: those that face each other across a court."""

import heapq
import math
from dataclasses import dataclass
from itertools import combinations

import numpy as np
import shapely

from layers.yards.cells import Borders
from layers.yards.inputs import YardRule


@dataclass(frozen=True, slots=True, kw_only=True)
class Facing:
    """How two houses face each other: over how many metres, and around which point of the court
    (x, y; the weighted mean of the points half-way between them)."""

    metres: float
    middle: tuple[float, float]


def facings(
    borders: Borders, *, ground: shapely.Geometry, rule: YardRule
) -> dict[tuple[int, int], Facing]:
    """How houses (all of the borders' buildings) face each other across open ground, i < j.

    A border segment counts by its length times (1 - cos angle) / 2, where the angle is that
    between the directions to the two houses: 1 between parallel facades, 0.5 in the corner of
    an L, nearly 0 past the ends of a row. Segments farther than the reach from the houses
    or whose line of sight leaves the ground (a street, a school's ground) do not count.
    """
    to_a, to_b = borders.foot_a - borders.middles, borders.foot_b - borders.middles
    distance = np.maximum(np.hypot(*to_a.T), 1e-6)
    use = np.flatnonzero((borders.a >= 0) & (borders.b >= 0) & (distance <= rule.reach_m))
    sight = shapely.linestrings(np.stack([borders.foot_a[use], borders.foot_b[use]], axis=1))
    shapely.prepare(ground)
    use = use[shapely.covers(ground, sight)]
    cosine = (to_a[use] * to_b[use]).sum(axis=1) / distance[use] ** 2
    metres = shapely.length(borders.lines[use]) * (1 - np.clip(cosine, -1, 1)) / 2
    pairs, pair_of = np.unique(
        np.sort(np.stack([borders.a[use], borders.b[use]], axis=1), axis=1),
        axis=0,
        return_inverse=True,
    )
    pair_of = pair_of.ravel()
    total = np.maximum(np.bincount(pair_of, metres, len(pairs)), 1e-6)
    x, y = (np.bincount(pair_of, metres * c, len(pairs)) / total for c in borders.middles[use].T)
    return {
        (i, j): Facing(metres=round(m, 3), middle=(px, py))
        for (i, j), m, px, py in zip(
            pairs.tolist(), total.tolist(), x.tolist(), y.tolist(), strict=True
        )
    }


def group_houses(
    faces: dict[tuple[int, int], Facing],
    *,
    houses: np.ndarray,
    area_m2: np.ndarray,
    rule: YardRule,
) -> np.ndarray:
    """Group houses by merging, best first, while two groups face each other enough.

    houses, area_m2: outlines of the houses and the ground nearest to each, (n,).
    Returns the group number of each house, numbered by first member.
    """
    grouping = _Grouping(faces, houses=houses, area_m2=area_m2, rule=rule)
    grouping.merge_all()
    numbers = np.empty(len(houses), dtype=int)
    for number, members in enumerate(sorted(grouping.members.values())):
        numbers[members] = number
    return numbers


class _Grouping:
    """Groups of houses under merging; a group is named by a number that is never used again."""

    def __init__(
        self,
        faces: dict[tuple[int, int], Facing],
        *,
        houses: np.ndarray,
        area_m2: np.ndarray,
        rule: YardRule,
    ) -> None:
        self.rule = rule
        self.metres: dict[int, dict[int, float]] = {house: {} for house in range(len(houses))}
        for (i, j), facing in faces.items():
            self.metres[i][j] = self.metres[j][i] = facing.metres
        self.behind = _behind(faces, houses)
        self.members = {house: [house] for house in range(len(houses))}
        # Half the outline of a slab is one long facade.
        self.facade = dict(enumerate((shapely.length(houses) / 2).tolist()))
        self.area = dict(enumerate(area_m2.tolist()))
        self.beside = {house: set(others) for house, others in self.metres.items()}
        self.heap: list[tuple[float, int, int]] = []

    def merge_all(self) -> None:
        for i, others in self.beside.items():
            for j in sorted(others):
                if i < j:
                    self._consider(i, j)
        following = len(self.members)
        while self.heap:
            _, x, y = heapq.heappop(self.heap)
            if x in self.members and y in self.members:
                self._merge(x, y, following)
                following += 1

    def _consider(self, x: int, y: int) -> None:
        """Queue a merge when it keeps the caps and the smaller group faces the larger enough;
        equals that face each other go before a small house that faces a large one."""
        rule = self.rule
        if (
            len(self.members[x]) + len(self.members[y]) > rule.max_houses
            or self.area[x] + self.area[y] > rule.max_area_m2
        ):
            return
        metres = self._facing(x, y)
        if metres >= rule.facing_share * min(self.facade[x], self.facade[y]):
            rank = round(metres / math.sqrt(self.facade[x] * self.facade[y]), 6)
            heapq.heappush(self.heap, (-rank, min(x, y), max(x, y)))

    def _facing(self, x: int, y: int) -> float:
        """Metres over which two groups face, without those where a house would turn its back
        on the court that it is already part of: a row of parallel slabs becomes courts of two."""
        return sum(
            metres * self._on_court_side(i, j, x) * self._on_court_side(j, i, y)
            for i in self.members[x]
            for j, metres in self.metres[i].items()
            if j in self.members[y]
        )

    def _on_court_side(self, house: int, other: int, group: int) -> float:
        """Share of a house's facings within its group on the same side as its facing `other`."""
        mates = [mate for mate in self.members[group] if mate in self.metres[house]]
        total = sum(self.metres[house][mate] for mate in mates)
        if total <= 0:
            return 1.0
        back = sum(
            self.metres[house][mate]
            for mate in mates
            if (house, min(other, mate), max(other, mate)) in self.behind
        )
        return 1.0 - back / total

    def _merge(self, x: int, y: int, merged: int) -> None:
        beside = (self.beside.pop(x) | self.beside.pop(y)) - {x, y}
        for values in (self.facade, self.area):
            values[merged] = values.pop(x) + values.pop(y)
        self.members[merged] = sorted(self.members.pop(x) + self.members.pop(y))
        self.beside[merged] = {other for other in beside if other in self.members}
        for other in sorted(self.beside[merged]):
            self.beside[other].add(merged)
            self._consider(other, merged)


def _behind(faces: dict[tuple[int, int], Facing], houses: np.ndarray) -> set[tuple[int, int, int]]:
    """(house, j, k) where the courts that a house shares with j and with k lie on two sides of
    it: the line between them crosses the house."""
    middles: dict[int, list[tuple[int, tuple[float, float]]]] = {}
    for (i, j), facing in faces.items():
        middles.setdefault(i, []).append((j, facing.middle))
        middles.setdefault(j, []).append((i, facing.middle))
    keys, lines = [], []
    for house, sides in sorted(middles.items()):
        for (j, middle_j), (k, middle_k) in combinations(sorted(sides), 2):
            keys.append((house, j, k))
            lines.append((middle_j, middle_k))
    if not keys:
        return set()
    crossing = shapely.intersects(
        shapely.linestrings(np.array(lines)), houses[[house for house, _, _ in keys]]
    )
    return {key for key, crosses in zip(keys, crossing.tolist(), strict=True) if crosses}
