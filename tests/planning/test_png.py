"""Pictures of numbers."""

import io

import numpy as np
import pytest
from PIL import Image

from planning.png import (
    RAMP,
    change_classes,
    classes,
    coloured,
    coloured_changes,
    encode,
    growing_classes,
    whole_classes,
)


def test_the_picture_is_read_by_others():
    values = np.array([[0.0, 1.0, 60.0], [5.0, 20.0, 100.0]])
    picture = coloured(values, classes(values))
    with Image.open(io.BytesIO(encode(picture))) as image:
        assert image.size == (3, 2)
        assert (np.asarray(image) == picture).all()
    assert picture[0, 0, 3] == 0
    assert "#" + bytes(picture[1, 2, :3].tolist()).hex() == RAMP[4]


@pytest.mark.parametrize("largest", [0.003, 0.9, 6, 47.3, 1234, 9e6])
def test_classes_are_round_and_reach_the_largest(largest):
    bounds = classes(np.array([0, largest]))
    assert 3 <= len(bounds) <= len(RAMP)
    step = bounds[1]
    assert bounds[-1] < largest <= bounds[-1] + step * (1 + 1e-9)
    assert float(f"{step:.2g}") == pytest.approx(step)


def test_nothing_to_draw():
    assert classes(np.zeros((2, 2))) == []
    assert coloured(np.zeros((2, 2)), []).max() == 0


def test_growing_classes_are_round_and_below_the_largest():
    assert growing_classes(140.0) == [0.0, 5.0, 10.0, 20.0, 50.0, 100.0]
    assert growing_classes(0.7) == [0.0, 0.02, 0.05, 0.1, 0.2, 0.5]
    assert growing_classes(0.0) == []


def test_classes_of_counts_are_whole_numbers_up_to_the_largest():
    assert whole_classes(1) == [1]
    assert whole_classes(10) == [1, 2, 5, 10]
    assert whole_classes(700) == [1, 20, 50, 100, 200, 500]
    assert whole_classes(0) == []


def test_changes_have_as_many_classes_below_as_above():
    bounds = change_classes(np.array([-5.0, 30.0]))
    assert bounds == [-30.0, -10.0, -2.0, 0.0, 2.0, 10.0]
    picture = coloured_changes(np.array([[-30.0, 0.0, 30.0]]), bounds)
    assert picture[0, 0, :3].tolist() == [0x5E, 0x3C, 0x99]
    assert picture[0, 1, 3] == 0
    assert picture[0, 2, :3].tolist() == [0xB3, 0x58, 0x06]
    assert change_classes(np.zeros(3)) == []
