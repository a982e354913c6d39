"""Who is nearest: a Voronoi division of ground between buildings, and how they face each other."""

from dataclasses import dataclass

import numpy as np
import shapely
from scipy.spatial import Voronoi, cKDTree

_NOBODY = -1
_COMPASS = np.array([(x, y) for x in (-1, 0, 1) for y in (-1, 0, 1) if (x, y) != (0, 0)])


@dataclass(frozen=True, slots=True, kw_only=True)
class Borders:
    """Border segments between the cells of different buildings, one entry per segment (m,).

    a, b: the two buildings (positions, -1 is the far frame). lines: the segments.
    middles: their midpoints (m, 2). foot_a, foot_b: the outline points they are equidistant
    from (m, 2).
    """

    a: np.ndarray
    b: np.ndarray
    lines: np.ndarray
    middles: np.ndarray
    foot_a: np.ndarray
    foot_b: np.ndarray


class Cells:
    """Voronoi cells of buildings, from points along their outlines.

    buildings: polygons (n,), metres; spacing_m: distance between outline points.
    """

    def __init__(self, buildings: np.ndarray, *, spacing_m: float) -> None:
        points, owner = outline_points(buildings, spacing_m)
        self._origin = points.mean(axis=0).round()
        local = points - self._origin
        self._tree = cKDTree(local)
        self._owner = owner
        self.borders = self._borders(local)

    def _borders(self, local: np.ndarray) -> Borders:
        # Nobody's points far around make every cell of a real point finite.
        far = (3.0 * np.abs(local).max() + 1_000.0) * _COMPASS
        points = np.concatenate([local, far])
        owner = np.concatenate([self._owner, np.full(len(far), _NOBODY)])
        diagram = Voronoi(points)
        pairs = diagram.ridge_points
        ends = np.array([(v[0], v[1]) if len(v) == 2 else (-1, -1) for v in diagram.ridge_vertices])
        use = (owner[pairs[:, 0]] != owner[pairs[:, 1]]) & (ends >= 0).all(axis=1)
        pairs, ends = pairs[use], ends[use]
        segments = diagram.vertices[ends] + self._origin
        return Borders(
            a=owner[pairs[:, 0]],
            b=owner[pairs[:, 1]],
            lines=shapely.linestrings(segments),
            middles=segments.mean(axis=1),
            foot_a=points[pairs[:, 0]] + self._origin,
            foot_b=points[pairs[:, 1]] + self._origin,
        )

    def shares(self, group_of: np.ndarray, ground: shapely.Geometry) -> list[shapely.Geometry]:
        """The ground that belongs to each group of buildings.

        group_of: group number of each building (n,), -1 for none; groups count from 0.
        Returns one geometry per group, parts of `ground`, which do not overlap.
        """
        count = int(group_of.max()) + 1
        if ground.is_empty:
            return [shapely.Polygon()] * count
        group = np.append(group_of, _NOBODY)  # position -1 is the far frame
        between = group[self.borders.a] != group[self.borders.b]
        frame = shapely.box(*shapely.buffer(ground, 1.0).bounds)
        lines = self.borders.lines[between]
        lines = lines[shapely.intersects(lines, frame)]
        noded = shapely.union_all(np.append(lines, frame.exterior))
        faces = shapely.get_parts(shapely.polygonize(shapely.get_parts(noded)))
        inside = shapely.get_coordinates(shapely.point_on_surface(faces))
        _, nearest = self._tree.query(inside - self._origin)
        face_group = group[self._owner[nearest]]
        return [
            shapely.intersection(shapely.union_all(faces[face_group == number]), ground)
            for number in range(count)
        ]


def outline_points(buildings: np.ndarray, spacing_m: float) -> tuple[np.ndarray, np.ndarray]:
    """Points along the outer rings of buildings, no two alike, and the building of each.

    A point shared by touching buildings goes to the first of them.
    """
    parts, part_of = shapely.get_parts(buildings, return_index=True)
    rings = shapely.segmentize(shapely.get_exterior_ring(parts), spacing_m)
    points, ring_of = shapely.get_coordinates(rings, return_index=True)
    points = points.round(2)
    _, first = np.unique(points, axis=0, return_index=True)
    first.sort()
    return points[first], part_of[ring_of[first]]
