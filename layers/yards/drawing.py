"""What a planner draws, made into corrections: redraw, merge, split. Pure; refuses with reasons."""

from collections.abc import Mapping, Sequence

import numpy as np
import shapely
from django.utils.translation import gettext as _

from layers.yards.corrections import Correction, PlannedYard, Surroundings
from layers.yards.identity import fresh_id

# Yards closer than this are neighbours that may be merged: a wall, a fence, a drive apart.
_MERGE_GAP_M = 8.0
# A house may stand this far from the outline of its yard.
_HOUSE_AWAY_M = 5.0
# Outlines are shown with points this close to the true line; a change must be twice as deep.
_HAND_M = 1.0
# How far a dividing line is carried on beyond its ends.
_LINE_BEYOND_M = 20.0
MIN_AREA_M2 = 50.0


class DrawingRefusedError(ValueError):
    """What was drawn cannot be a yard; the message says why, in the reader's language."""


def redraw(
    yard: PlannedYard,
    outline: shapely.Geometry,
    *,
    yards: Mapping[str, PlannedYard],
    around: Surroundings,
    labels: Mapping[str, str],
    city: shapely.Geometry,
) -> Correction:
    """A new outline for a yard. Neighbours give way; their houses inside it come along.

    What differs from the old outline by less than 2 m (the breadth of a hand on the map) stays
    as it was, and so do islands inside. Raises DrawingRefusedError when the outline is no sound
    polygon in the city, leaves one of the yard's houses outside, or takes all houses or all
    ground of a neighbour.
    """
    outline = _sound(outline, city)
    _refuse_houses_outside(yard.houses, outline, around, labels)
    houses = set(yard.houses)
    for other in yards.values():
        if other.key == yard.key or not shapely.intersects(other.ground, outline):
            continue
        inside = [house for house in other.houses if _mostly_in(around.houses[house], outline)]
        houses.update(inside)
        rest = [house for house in other.houses if house not in inside]
        left = shapely.difference(other.ground, outline)
        if not rest or around.open_ground(left, rest) is None:
            raise DrawingRefusedError(
                _("Nothing would be left of the yard %(yard)s: merge the yards instead.")
                % {"yard": labels.get(other.key, other.key)}
            )
    ground = _with_changes(yard, outline, around)
    return _correction([PlannedYard(key=yard.key, houses=_sorted(houses), ground=ground)], around)


def handle_outline(yard: PlannedYard, around: Surroundings) -> shapely.Polygon:
    """The outer outline of a yard with its houses, with few enough points to be dragged."""
    return shapely.simplify(_filled(yard, around), _HAND_M)


def _filled(yard: PlannedYard, around: Surroundings) -> shapely.Polygon:
    solid = shapely.union_all([yard.ground, *shapely.buffer(around.outlines(yard.houses), 0.1)])
    return shapely.Polygon(_only(list(shapely.get_parts(solid))).exterior)


def _with_changes(
    yard: PlannedYard, outline: shapely.Polygon, around: Surroundings
) -> shapely.Polygon:
    """The yard's old ground with what the new outline adds and without what it leaves out."""
    old = _filled(yard, around)
    added = _opened(shapely.difference(outline, old))
    removed = _opened(shapely.difference(old, outline))
    ground = shapely.union_all([yard.ground, added, *around.outlines(yard.houses)])
    # Cracks between old ground and what was added are closed.
    ground = shapely.buffer(
        shapely.buffer(ground, 0.05, join_style="mitre"), -0.05, join_style="mitre"
    )
    return _only(list(shapely.get_parts(shapely.difference(ground, removed))))


def _opened(area: shapely.Geometry) -> shapely.Geometry:
    """The area without what is thinner than 2 m."""
    return shapely.buffer(
        shapely.buffer(area, -_HAND_M, join_style="mitre"), _HAND_M, join_style="mitre"
    )


def merge(yards: Sequence[PlannedYard], *, key: str, around: Surroundings) -> Correction:
    """One yard of several neighbours, under the key of one of them.

    Gaps between them up to 8 m are closed. Raises DrawingRefusedError when they do not meet.
    """
    if len(yards) < 2:
        raise DrawingRefusedError(_("Choose two or more yards to merge."))
    grounds = np.array([yard.ground for yard in yards], dtype=object)
    half = _MERGE_GAP_M / 2
    bridged = shapely.buffer(
        shapely.buffer(shapely.union_all(grounds), half, join_style="mitre"),
        -half,
        join_style="mitre",
    )
    outline = shapely.union_all([bridged, *grounds])
    houses = _sorted(house for yard in yards for house in yard.houses)
    merged = around.open_ground(outline, houses)
    if merged is None or any(
        shapely.area(shapely.intersection(merged, ground)) < 0.5 * ground.area for ground in grounds
    ):
        raise DrawingRefusedError(_("These yards do not meet: a street or a fence lies between."))
    parts = [p for p in shapely.get_parts(outline) if shapely.intersects(p, merged)]
    return _correction([PlannedYard(key=key, houses=houses, ground=_only(parts))], around)


def split(yard: PlannedYard, line: shapely.LineString, *, around: Surroundings) -> Correction:
    """Two or more yards out of one, cut along a line.

    The line is carried on at its ends. Each house goes to the part that most of the ground
    around it lies in; the part with most houses keeps the key. Raises DrawingRefusedError when
    the line does not divide the yard, or a part would have no house.
    """
    if shapely.is_empty(line) or line.length < 1.0:
        raise DrawingRefusedError(_("Draw a line across the yard."))
    blade = _prolonged(line)
    solid = shapely.union_all([yard.ground, *around.outlines(yard.houses)])
    hull = shapely.convex_hull(shapely.buffer(solid, 1.0))
    if not shapely.is_simple(blade):
        raise DrawingRefusedError(_("The line crosses itself."))
    faces = shapely.get_parts(
        shapely.polygonize(shapely.get_parts(shapely.union_all([shapely.boundary(hull), blade])))
    )
    faces = faces[shapely.area(shapely.intersection(faces, yard.ground)) >= MIN_AREA_M2]
    if len(faces) < 2:
        raise DrawingRefusedError(_("The line does not divide the yard in two."))
    sides = _houses_by_side(yard.houses, faces, yard.ground, around)
    if any(not houses for houses in sides):
        raise DrawingRefusedError(_("Every part needs at least one house."))
    results, names = [], set()
    order = sorted(range(len(faces)), key=lambda n: (-len(sides[n]), sides[n]))
    for position, number in enumerate(order):
        houses = sides[number]
        key = yard.key if position == 0 else fresh_id(houses, taken={yard.key, *names})
        names.add(key)
        piece = around.open_ground(shapely.intersection(yard.ground, faces[number]), houses)
        if piece is None:
            raise DrawingRefusedError(_("The line does not divide the yard in two."))
        results.append(PlannedYard(key=key, houses=_sorted(houses), ground=piece))
    return _correction(results, around)


def suggested_line(yard: PlannedYard, around: Surroundings) -> shapely.LineString:
    """A line to begin a split with: across the yard, through the widest gap between its houses
    as they follow each other along the yard's longer direction."""
    middles = shapely.get_coordinates(shapely.centroid(around.outlines(yard.houses)))
    spread = middles if len(middles) > 1 else shapely.get_coordinates(yard.ground)
    centred = spread - spread.mean(axis=0)
    along = np.linalg.svd(centred, full_matrices=False)[2][0]
    position = np.sort(middles @ along)
    gaps = np.diff(position)
    at = position[gaps.argmax()] + gaps.max() / 2 if len(gaps) else position[0]
    corners = shapely.get_coordinates(yard.ground)
    across = np.array([-along[1], along[0]])
    ends = corners @ across
    return shapely.LineString([along * at + across * ends.min(), along * at + across * ends.max()])


def _houses_by_side(
    houses: Sequence[str], faces: np.ndarray, ground: shapely.Geometry, around: Surroundings
) -> list[list[str]]:
    """Houses of each face: where most of the yard's ground near the house is."""
    sides: list[list[str]] = [[] for _ in faces]
    pieces = shapely.intersection(faces, ground)
    for house in houses:
        near = shapely.buffer(around.houses[house], 3.0)
        share = np.round(shapely.area(shapely.intersection(pieces, near)), 2)
        sides[int(np.argmax(share))].append(house)
    return sides


def _prolonged(line: shapely.LineString) -> shapely.LineString:
    points = shapely.get_coordinates(line)
    ends = []
    for end, inner in ((points[0], points[1]), (points[-1], points[-2])):
        away = end - inner
        ends.append(end + away / max(np.hypot(*away), 1e-9) * _LINE_BEYOND_M)
    return shapely.LineString(np.vstack([ends[0], points, ends[1]]))


def _sound(outline: shapely.Geometry, city: shapely.Geometry) -> shapely.Polygon:
    if outline.geom_type != "Polygon" or shapely.is_empty(outline):
        raise DrawingRefusedError(_("The outline must be one polygon."))
    if not shapely.is_valid(outline):
        raise DrawingRefusedError(_("The outline crosses itself."))
    if not shapely.covers(city, outline):
        raise DrawingRefusedError(_("The outline leaves the city."))
    if outline.area < MIN_AREA_M2:
        raise DrawingRefusedError(_("The outline is too small for a yard."))
    return outline


def _refuse_houses_outside(
    houses: Sequence[str],
    outline: shapely.Geometry,
    around: Surroundings,
    labels: Mapping[str, str],
) -> None:
    outside = [
        labels.get(house, house)
        for house in houses
        if shapely.distance(around.houses[house], outline) > _HOUSE_AWAY_M
    ]
    if outside:
        raise DrawingRefusedError(
            _("These houses would be left without a yard: %(houses)s.")
            % {"houses": ", ".join(outside)}
        )


def _correction(results: list[PlannedYard], around: Surroundings) -> Correction:
    for result in results:
        if around.open_ground(result.ground, result.houses) is None:
            raise DrawingRefusedError(_("There is no open ground inside the outline."))
    return Correction(results=tuple(results))


def _mostly_in(house: shapely.Geometry, outline: shapely.Geometry) -> bool:
    return shapely.area(shapely.intersection(house, outline)) > 0.5 * shapely.area(house)


def _only(parts: list[shapely.Polygon]) -> shapely.Polygon:
    return max(parts, key=lambda part: part.area)


def _sorted(houses) -> tuple[str, ...]:
    return tuple(sorted(houses))
