"""In which order places are visited. Pure."""

import math
from collections.abc import Sequence

Point = tuple[float, float]
# Improvements smaller than this are noise of floats, metres.
LEAST_GAIN_M = 1e-6


def route(points: Sequence[Point], *, start: Point | None = None) -> list[int]:
    """Indices of `points` (metres) as an open path that is short: the nearest next, then 2-opt.

    start: where the inspector is; without it the path begins at the first point. For some dozens
    of points; not the shortest path there is, and the same for the same points.
    """
    if not points:
        return []
    left = set(range(len(points)))
    path: list[int] = []
    here = start
    if here is None:
        path, here = [0], points[0]
        left.remove(0)
    while left:
        place = here
        nearest = min(left, key=lambda index: (math.dist(place, points[index]), index))
        left.remove(nearest)
        path.append(nearest)
        here = points[nearest]
    return _uncrossed(path, points, start)


def length_m(path: Sequence[int], points: Sequence[Point], *, start: Point | None = None) -> float:
    """Length of a path in metres, as the crow flies."""
    places = ([start] if start is not None else []) + [points[index] for index in path]
    return math.fsum(math.dist(a, b) for a, b in zip(places, places[1:], strict=False))


def _uncrossed(path: list[int], points: Sequence[Point], start: Point | None) -> list[int]:
    """Turn parts of the path around while that makes it shorter; its beginning stays."""
    first = 0 if start is not None else 1
    better = True
    while better:
        better = False
        for a in range(first, len(path) - 1):
            before = points[path[a - 1]] if a else start
            for b in range(a + 1, len(path)):
                one, other = points[path[a]], points[path[b]]
                gain = math.dist(before, one) - math.dist(before, other)
                if b + 1 < len(path):
                    after = points[path[b + 1]]
                    gain += math.dist(other, after) - math.dist(one, after)
                if gain > LEAST_GAIN_M:
                    path[a : b + 1] = reversed(path[a : b + 1])
                    better = True
    return path
