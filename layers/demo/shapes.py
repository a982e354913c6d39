"""Geometry of the demo city: metres, plain arrays of shape (n, 2), shapely geometries."""

import numpy as np
import shapely
from shapely import LineString, Polygon
from shapely.strtree import STRtree


def smooth(points: np.ndarray, step_m: float = 40.0) -> np.ndarray:
    """A Catmull-Rom curve through `points` (n, 2), a vertex about every `step_m`."""
    if len(points) < 3:
        return points
    ends = np.vstack([2 * points[0] - points[1], points, 2 * points[-1] - points[-2]])
    parts = []
    for a, b, c, d in zip(ends[:-3], ends[1:-2], ends[2:-1], ends[3:], strict=True):
        count = max(2, int(np.hypot(*(c - b)) / step_m))
        t = np.linspace(0, 1, count, endpoint=False)[:, None]
        parts.append(
            0.5 * (2 * b + (c - a) * t + (2 * a - 5 * b + 4 * c - d) * t**2
                   + (3 * b - a - 3 * c + d) * t**3)
        )  # fmt: skip
    return np.vstack([*parts, points[-1:]])


def smooth_ring(polygon: Polygon, step_m: float = 40.0) -> Polygon:
    """A polygon with its corners rounded."""
    ring = np.asarray(polygon.exterior.coords)[:-1]
    around = np.vstack([ring[-2:], ring, ring[:3]])
    curve = smooth(around, step_m)
    keep = STRtree(shapely.points(curve)).query(shapely.Point(ring[0]), "dwithin", 0.01)
    first, last = np.sort(keep)[[0, -1]]
    return shapely.make_valid(Polygon(curve[first:last])).buffer(0)


def rectangles(
    origin: np.ndarray, along: np.ndarray, length: np.ndarray, depth: np.ndarray
) -> np.ndarray:
    """Rectangles as a shapely array (n,).

    origin: (n, 2), the corner; along: (n, 2), unit vectors of the front; the depth lies to
    the left of `along`. Metres.
    """
    inward = np.column_stack([-along[:, 1], along[:, 0]])
    front = along * length[:, None]
    back = inward * depth[:, None]
    ring = np.stack([origin, origin + front, origin + front + back, origin + back, origin], axis=1)
    return shapely.polygons(ring)


def centred_rectangles(
    centre: np.ndarray, along: np.ndarray, length: np.ndarray, depth: np.ndarray
) -> np.ndarray:
    """Like `rectangles`, placed by the centre."""
    inward = np.column_stack([-along[:, 1], along[:, 0]])
    origin = centre - along * length[:, None] / 2 - inward * depth[:, None] / 2
    return rectangles(origin, along, length, depth)


def without_conflicts(geoms: np.ndarray, gap_m: float, order: np.ndarray | None = None):
    """A mask (n,) of geometries to keep so that no two kept come nearer than `gap_m`.

    Earlier ones win; `order` (n,) gives another precedence, lowest first.
    """
    rank = np.arange(len(geoms)) if order is None else np.argsort(np.argsort(order, kind="stable"))
    tree = STRtree(geoms)
    if gap_m > 0:
        left, right = tree.query(geoms, "dwithin", gap_m)
    else:
        left, right = tree.query(geoms, "intersects")
    apart = rank[left] < rank[right]
    left, right = left[apart], right[apart]
    keep = np.ones(len(geoms), dtype=bool)
    for index in np.argsort(rank[left], kind="stable"):
        if keep[left[index]]:
            keep[right[index]] = False
    return keep


def long_axis(polygon: Polygon) -> tuple[np.ndarray, float, float]:
    """Unit vector along the longer side of the smallest rectangle, its length and width."""
    box = np.asarray(shapely.oriented_envelope(polygon).exterior.coords)
    first, second = box[1] - box[0], box[2] - box[1]
    a, b = np.hypot(*first), np.hypot(*second)
    return (first / a, a, b) if a >= b else (second / b, b, a)


def biggest_part(geometry: shapely.Geometry) -> Polygon:
    """The largest polygon of a geometry; an empty polygon when it has none."""
    parts = [part for part in shapely.get_parts(geometry) if part.geom_type == "Polygon"]
    return max(parts, key=lambda part: part.area, default=Polygon())


def split_polygon(polygon: Polygon, point: np.ndarray, along: np.ndarray) -> list[Polygon]:
    """The parts of a polygon on either side of the line through `point` along `along`."""
    reach = 4 * max(np.hypot(*(np.array(polygon.bounds[2:]) - polygon.bounds[:2])), 1)
    across = np.array([-along[1], along[0]])
    a, b = point - along * reach, point + along * reach
    parts = []
    for side in (across * reach, -across * reach):
        half = Polygon([a, b, b + side, a + side])
        parts.extend(p for p in shapely.get_parts(polygon.intersection(half)) if p.area > 1)
    return [part for part in parts if part.geom_type == "Polygon"]


def cut_line(polygon: Polygon, point: np.ndarray, along: np.ndarray) -> LineString | None:
    """The longest stretch inside `polygon` of the line through `point` along `along`."""
    reach = 4 * max(np.hypot(*(np.array(polygon.bounds[2:]) - polygon.bounds[:2])), 1)
    inside = polygon.intersection(LineString([point - along * reach, point + along * reach]))
    lines = [part for part in shapely.get_parts(inside) if part.geom_type == "LineString"]
    return max(lines, key=lambda line: line.length, default=None)


def blob(key_angles: np.ndarray, centre: np.ndarray, radius_m: float, wobble: float) -> Polygon:
    """A rounded irregular outline; `key_angles` (k,) in [0, 1) gives its shape."""
    t = np.linspace(0, 2 * np.pi, max(14, int(radius_m / 9)), endpoint=False)
    r = np.ones_like(t)
    for number, phase in enumerate(key_angles, start=2):
        r += wobble / number * np.sin(number * t + 2 * np.pi * phase)
    stretch = 1 + 0.5 * key_angles[0]
    x, y = r * np.cos(t) * stretch, r * np.sin(t) / stretch
    turn = np.pi * key_angles[-1]
    return Polygon(
        np.column_stack(
            [
                centre[0] + radius_m * (x * np.cos(turn) - y * np.sin(turn)),
                centre[1] + radius_m * (x * np.sin(turn) + y * np.cos(turn)),
            ]
        )
    )
