"""Kernel density against the direct sum; parts of the city against the whole."""

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from planning.hotspots.density import DensityError, Lattice, kernel_density

position = st.floats(-900, 900, allow_nan=False)
events = st.lists(st.tuples(position, position, st.sampled_from([0.5, 1.0, 3.0])), max_size=40)


def direct_sum(xy, weights, lattice, radius_m, years):
    """Every event at every point, nothing left out."""
    x, y = np.meshgrid(lattice.x, lattice.y)
    total = np.zeros(x.shape)
    for (ex, ey), weight in zip(xy, weights, strict=True):
        u2 = ((x - ex) ** 2 + (y - ey) ** 2) / radius_m**2
        total += weight * np.where(u2 < 1, 3 / (np.pi * radius_m**2) * (1 - u2) ** 2, 0)
    return total * 1e6 / years


@settings(suppress_health_check=[HealthCheck.too_slow])
@given(events, st.sampled_from([35.0, 150.0, 400.0]))
def test_equals_direct_summation(rows, radius_m):
    xy = np.array([row[:2] for row in rows]).reshape(-1, 2)
    weights = np.array([row[2] for row in rows])
    lattice = Lattice.over((-700, -500, 600, 800), step_m=50.0)
    ours = kernel_density(xy, lattice=lattice, radius_m=radius_m, years=3, weights=weights)
    direct = direct_sum(xy, weights, lattice, radius_m, 3)
    assert ours == pytest.approx(direct, rel=1e-6, abs=1e-6 * max(direct.max(), 1e-9))


def test_integral_is_the_number_of_events_per_year():
    rng = np.random.default_rng(3)
    xy = rng.normal(0, 300, (500, 2))
    lattice = Lattice.over((-3000, -3000, 3000, 3000), step_m=20.0)
    density = kernel_density(xy, lattice=lattice, radius_m=200, years=2)
    assert density.sum() * 20.0**2 / 1e6 == pytest.approx(500 / 2, rel=1e-3)


def test_parts_are_bit_by_bit_the_whole():
    rng = np.random.default_rng(4)
    xy = rng.uniform(0, 3000, (3000, 2)).round(1)
    xy = np.concatenate([xy, xy[:500]])
    weights = rng.choice([0.25, 1.0, 2.0], len(xy))
    whole = Lattice.over((0, 0, 3000, 3000), step_m=50.0)
    all_at_once = kernel_density(xy, lattice=whole, radius_m=300, years=1, weights=weights)
    west = Lattice(50.0, 0, 0, 31, whole.height)
    near = xy[:, 0] <= 1500 + 300
    order = rng.permutation(near.sum())
    part = kernel_density(
        xy[near][order], lattice=west, radius_m=300, years=1, weights=weights[near][order]
    )
    assert part.tobytes() == np.ascontiguousarray(all_at_once[:, :31]).tobytes()


def test_no_events():
    lattice = Lattice(50.0, 0, 0, 4, 3)
    assert (
        kernel_density(np.empty((0, 2)), lattice=lattice, radius_m=100, years=1).tolist()
        == [[0.0] * 4] * 3
    )


@pytest.mark.parametrize(
    "change",
    [{"radius_m": 0}, {"years": 0}, {"xy": [[np.nan, 1]]}, {"weights": np.array([np.inf])}],
)
def test_nonsense_is_refused(change):
    usual = {
        "xy": np.zeros((1, 2)),
        "lattice": Lattice(50.0, 0, 0, 4, 3),
        "radius_m": 9,
        "years": 1,
    }
    asked = usual | change
    with pytest.raises(DensityError):
        kernel_density(asked.pop("xy"), **asked)


def test_lattices_have_a_limit():
    with pytest.raises(DensityError):
        Lattice(1.0, 0, 0, 10_000, 10_000)
    with pytest.raises(DensityError):
        Lattice(0.0, 0, 0, 1, 1)
