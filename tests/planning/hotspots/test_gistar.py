"""Gi* against esda, against noise, against planted hotspots, on parts against the whole."""

import numpy as np
import pytest
import shapely
from scipy import stats

from planning.hotspots.gistar import Moments, discoveries, from_sums, local_g, neighbourhood_sums
from planning.hotspots.grid import HexGrid
from tests.planning.peers import esda_z

GRID = HexGrid(150.0)
CENTRE = (512_000.0, 6_080_000.0)


def city(radius_m=4000.0):
    return GRID.covering(shapely.Point(CENTRE).buffer(radius_m))


@pytest.mark.parametrize("rings", [1, 2])
@pytest.mark.parametrize("seed", range(4))
def test_equals_esda_on_random_grids(seed, rings):
    rng = np.random.default_rng(seed)
    ids = city(1500.0 + 500 * seed)
    ids = ids[rng.random(len(ids)) > 0.2]  # an area with holes
    values = rng.poisson(2, len(ids)) * rng.choice([0.5, 1.0], len(ids))
    ours = local_g(ids, values, rings=rings).z
    assert np.abs(ours - esda_z(ids, values, rings)).max() < 1e-9


def test_pure_noise_is_left_alone():
    """At most 5 % of runs may flag anything: rare events, common ones, events of weight."""
    ids = city()
    for mean in (0.05, 0.5, 5.0):
        rng = np.random.default_rng(int(mean * 100))
        flagged = sum(
            discoveries(local_g(ids, rng.poisson(mean, len(ids))).p).any() for _ in range(200)
        )
        assert flagged <= 10, f"{flagged} of 200 runs at {mean} events a cell"


def test_planted_hotspots_are_found():
    rng = np.random.default_rng(7)
    ids = city()
    planted = shapely.union_all(
        [shapely.Point(CENTRE[0] + dx, CENTRE[1] + dy).buffer(500) for dx, dy in
         [(0, 0), (2000, 1000), (-1500, -2000)]]
    )  # fmt: skip
    hot = shapely.intersects_xy(planted, *GRID.centres(ids).T)
    values = rng.poisson(np.where(hot, 12, 1.5))
    found = local_g(ids, values)
    believed = discoveries(found.p) & (found.z > 0)
    # A neighbour of a hot cell shares its events: one ring around is not a false find.
    close = neighbourhood_sums(ids, hot.astype(float), rings=1)[0] > 0
    assert (believed & close).sum() / believed.sum() >= 0.9
    assert (believed & hot).sum() / hot.sum() >= 0.9


def test_parts_are_bit_by_bit_the_whole():
    rng = np.random.default_rng(8)
    ids = city()
    values = rng.poisson(2, len(ids)) * 0.1
    whole = local_g(ids, values, rings=2)
    x = GRID.centres(ids)[:, 0]
    west = x <= CENTRE[0]
    halo = x <= CENTRE[0] + 2 * 2 * GRID.edge_m
    moments = Moments.of(values[west]) + Moments.of(values[~west])
    part = local_g(ids[halo], values[halo], rings=2, moments=moments)
    mine = west[halo]
    assert part.z[mine].tobytes() == whole.z[west].tobytes()
    assert part.p[mine].tobytes() == whole.p[west].tobytes()


def test_third_moment_of_a_sum_is_that_of_all_subsets():
    values = np.array([0, 0, 1, 2, 7.0])
    subsets = [[a, b] for a in range(5) for b in range(a)]
    sums = values[np.array(subsets)].sum(axis=1)
    whole = Moments.of(values)
    g = from_sums(sums[:, None], np.full(len(sums), 2), [whole])
    third = stats.skew(sums)
    assert g.z == pytest.approx((sums - sums.mean()) / sums.std())
    assert g.p[np.argmax(sums)] == pytest.approx(2 * stats.pearson3(third).sf(g.z.max()))


@pytest.mark.parametrize("values", [[0.0] * 20, [3.0] * 20])
def test_cells_that_do_not_differ_say_nothing(values):
    ids = city(700.0)[: len(values)]
    found = local_g(ids, np.array(values[: len(ids)]))
    assert found.z.tolist() == [0.0] * len(ids)
    assert found.p.tolist() == [1.0] * len(ids)


def test_no_cells():
    found = local_g(np.empty(0, dtype=np.int64), np.empty(0))
    assert found.z.size == found.p.size == 0
    assert discoveries(found.p).size == 0


def test_discoveries_are_those_of_benjamini_and_hochberg():
    rng = np.random.default_rng(9)
    for _ in range(50):
        p = rng.beta(0.4, 2, 40)
        expected = stats.false_discovery_control(p) <= 0.05
        assert discoveries(p).tolist() == expected.tolist()
