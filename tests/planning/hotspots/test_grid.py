"""Hexagons: ids for ever, every position in the nearest centre's cell."""

import numpy as np
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from planning.hotspots.grid import GridError, HexGrid, axial_of, disk, ids_of, neighbours

GRID = HexGrid(120.0)
LAST_YEAR = [2251799847239680, 2253097933962254]
coordinates = st.floats(-2e6, 8e6, allow_nan=False)


@given(st.lists(st.tuples(coordinates, coordinates), min_size=1, max_size=30))
def test_a_position_lies_in_its_cell(points):
    xy = np.array(points)
    centres = GRID.centres(GRID.cells_of(xy))
    # No point of a hexagon is further from its centre than the edge is long.
    assert np.hypot(*(xy - centres).T).max() <= GRID.edge_m * (1 + 1e-9) + 1e-6


def test_a_position_is_never_nearer_to_another_centre():
    rng = np.random.default_rng(1)
    xy = rng.uniform(500_000, 502_000, (2000, 2))
    ids = GRID.cells_of(xy)
    own = np.hypot(*(xy - GRID.centres(ids)).T)
    q, r = axial_of(ids)
    for dq, dr in disk(1):
        other = np.hypot(*(xy - GRID.centres(ids_of(q + dq, r + dr))).T)
        assert (own <= other + 1e-6).all()


def test_ids_are_those_of_last_year():
    """Written down once: a changed id would orphan every stored cell."""
    assert GRID.cells_of(np.array([[0.0, 0.0], [510_000.0, 6_080_000.0]])).tolist() == LAST_YEAR


@given(st.integers(-(2**24), 2**24), st.integers(-(2**24), 2**24))
def test_ids_and_coordinates_are_one_to_one(q, r):
    (identity,) = ids_of([q], [r]).tolist()
    assert [part.tolist() for part in axial_of([identity])] == [[q], [r]]
    assert 0 <= identity < 2**53


def test_outlines_fit_together():
    ids = GRID.covering(shapely.box(0, 0, 2000, 2000))
    outlines = GRID.outlines(ids)
    assert shapely.is_valid(outlines).all()
    assert shapely.area(outlines) == pytest.approx(GRID.area_m2)
    assert shapely.union_all(outlines).area == pytest.approx(GRID.area_m2 * len(ids))


def test_covering_has_each_cell_whose_centre_is_inside():
    area = shapely.Point(510_000, 6_080_000).buffer(1500)
    ids = GRID.covering(area)
    rng = np.random.default_rng(2)
    around = np.unique(GRID.cells_of(rng.uniform(-2000, 2000, (20_000, 2)) + [510_000, 6_080_000]))
    inside = shapely.intersects_xy(area, *GRID.centres(around).T)
    assert ids.tolist() == around[inside].tolist()
    assert GRID.covering(shapely.Polygon()).size == 0


def test_neighbours_of_cells():
    ids = np.sort(ids_of(*disk(2).T))
    assert len(ids) == 19
    counts = sum((neighbours(ids, tuple(offset)) >= 0).astype(int) for offset in disk(1))
    assert sorted(counts.tolist()) == [4] * 6 + [5] * 6 + [7] * 7


@pytest.mark.parametrize("edge", [0, -1, float("nan"), float("inf")])
def test_edges_that_are_none(edge):
    with pytest.raises(GridError):
        HexGrid(edge)


def test_positions_that_are_none():
    with pytest.raises(GridError):
        GRID.cells_of(np.array([[np.nan, 0]]))
    with pytest.raises(GridError):
        HexGrid(0.001).cells_of(np.array([[6e6, 6e6]]))
