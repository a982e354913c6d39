"""Shapes brought to what a table takes."""

import numpy as np
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st
from shapely import LineString, MultiLineString, MultiPoint, MultiPolygon, Point, Polygon

from layers.imports.geometries import fit, fit_all

SQUARE = Polygon([(0, 0), (10, 0), (10, 10), (0, 10)])
FAR_SQUARE = shapely.affinity.translate(SQUARE, 100)
BOW_TIE = Polygon([(0, 0), (10, 10), (10, 0), (0, 10)])


@pytest.mark.parametrize(
    "geometry, allowed, kept",
    [
        (Point(1, 2), ["Point"], [Point(1, 2)]),
        (Point(1, 2, 3), ["Point"], [Point(1, 2)]),
        (MultiPoint([(1, 2)]), ["Point"], [Point(1, 2)]),
        (MultiPoint([(1, 2), (3, 4)]), ["Point"], [Point(1, 2), Point(3, 4)]),
        (SQUARE, ["MultiPolygon"], [MultiPolygon([SQUARE])]),
        (MultiPolygon([SQUARE]), ["Polygon"], [SQUARE]),
        (MultiPolygon([SQUARE, FAR_SQUARE]), ["Polygon"], [SQUARE, FAR_SQUARE]),
        (
            MultiPolygon([SQUARE, FAR_SQUARE]),
            ["Point", "Polygon", "MultiPolygon"],
            [MultiPolygon([SQUARE, FAR_SQUARE])],
        ),
        (SQUARE, ["Point", "Polygon", "MultiPolygon"], [SQUARE]),
        (
            MultiLineString([[(0, 0), (1, 0)], [(1, 0), (2, 0)]]),
            ["LineString"],
            [LineString([(0, 0), (1, 0), (2, 0)])],
        ),
        (
            MultiLineString([[(0, 0), (1, 0)], [(5, 0), (6, 0)]]),
            ["LineString"],
            [LineString([(0, 0), (1, 0)]), LineString([(5, 0), (6, 0)])],
        ),
        (
            shapely.GeometryCollection([SQUARE, Point(0, 0)]),
            ["MultiPolygon"],
            [MultiPolygon([SQUARE])],
        ),
    ],
)  # fmt: skip
def test_types(geometry, allowed, kept):
    fitted = fit(geometry, allowed)

    assert not fitted.problem
    assert [part.geom_type for part in fitted.parts] == [part.geom_type for part in kept]
    assert all(a.equals(b) for a, b in zip(fitted.parts, kept, strict=True))
    assert not any(shapely.has_z(part) for part in fitted.parts)


def test_a_bow_tie_is_repaired_without_loss():
    fitted = fit(BOW_TIE, ["MultiPolygon"])

    assert fitted.repaired
    assert fitted.parts[0].is_valid
    assert fitted.parts[0].area == pytest.approx(50)


def test_a_closed_line_is_an_outline_where_areas_are_asked_for():
    outline = LineString(SQUARE.exterior.coords)

    fitted = fit(outline, ["Polygon", "MultiPolygon", "Point"])

    assert fitted.repaired
    assert fitted.parts[0].equals(SQUARE)
    assert fit(outline, ["LineString"]).parts[0].equals(outline)


@pytest.mark.parametrize(
    "geometry, allowed, words",
    [
        (None, ["Point"], "no geometry"),
        (Point(), ["Point"], "no geometry"),
        (SQUARE, ["Point"], "is polygon, the layer takes point"),
        (Point(0, 0), ["LineString"], "is point, the layer takes linestring"),
        (LineString([(0, 0), (1, 1)]), ["Polygon"], "is linestring"),
        (LineString([(1, 1), (1, 1)]), ["LineString"], "no size"),
        (Polygon([(0, 0), (1, 0), (2, 0)]), ["Polygon"], "takes polygon"),
    ],
)
def test_what_does_not_suit(geometry, allowed, words):
    assert words in fit(geometry, allowed).problem


coordinate = st.integers(-50, 50).map(float)
ring = st.lists(st.tuples(coordinate, coordinate), min_size=3, max_size=12)


@given(ring)
def test_any_ring_becomes_valid_areas_or_is_refused(corners):
    fitted = fit(Polygon(corners), ["MultiPolygon"])

    if fitted.problem:
        assert shapely.make_valid(Polygon(corners)).area < 1e-3
    for part in fitted.parts:
        assert part.geom_type == "MultiPolygon"
        assert part.is_valid
        assert part.area == pytest.approx(shapely.make_valid(Polygon(corners)).area)


@given(st.lists(st.one_of(
    st.builds(Point, coordinate, coordinate),
    ring.map(Polygon),
    ring.map(LineString),
    st.lists(ring.map(LineString), min_size=1, max_size=3).map(MultiLineString),
), min_size=1, max_size=8), st.sampled_from([
    ("Point",), ("LineString",), ("MultiLineString",), ("Polygon",), ("MultiPolygon",),
    ("Point", "Polygon", "MultiPolygon"),
]))  # fmt: skip
def test_the_quick_way_agrees_with_the_thorough_one(geometries, allowed):
    quick = fit_all(np.array(geometries, dtype=object), allowed)
    slow = [fit(geometry, allowed) for geometry in geometries]

    for one, other in zip(quick, slow, strict=True):
        assert one.problem == other.problem
        assert one.repaired == other.repaired
        assert len(one.parts) == len(other.parts)
        for part, same in zip(one.parts, other.parts, strict=True):
            assert part.geom_type in allowed
            assert part.equals(same)
