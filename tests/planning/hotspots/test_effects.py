"""Before and after beside controls."""

import numpy as np
import pytest

from planning.hotspots.effects import effect_of


def test_a_dry_spring_is_no_merit():
    """Everywhere a third as much: nothing is said of the measure."""
    found = effect_of(60, 20, control_before=300, control_after=100)
    assert found.change == pytest.approx(1.0, abs=0.05)
    assert not found.helped
    assert not found.harmed


def test_what_helped_and_what_harmed():
    assert effect_of(40, 5, control_before=200, control_after=210).helped
    assert effect_of(10, 40, control_before=200, control_after=190).harmed
    assert effect_of(3, 1, control_before=200, control_after=200).helped is False


def test_nothing_at_all_has_an_answer():
    found = effect_of(0, 0, control_before=0, control_after=0)
    assert found.change == 1.0
    assert found.percent == 0
    with pytest.raises(ValueError, match="negative"):
        effect_of(-1, 0, control_before=0, control_after=0)


def test_the_interval_covers_what_is_true():
    """Of 500 draws with a true ratio of 0.6 nine in ten intervals hold it."""
    rng = np.random.default_rng(4)
    held = 0
    for _ in range(500):
        found = effect_of(
            int(rng.poisson(40)), int(rng.poisson(40 * 0.7 * 0.6)),
            control_before=int(rng.poisson(300)), control_after=int(rng.poisson(300 * 0.7)),
        )  # fmt: skip
        held += found.low <= 0.6 <= found.high
    assert held / 500 == pytest.approx(0.9, abs=0.04)
