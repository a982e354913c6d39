"""Pictures of numbers."""

import io

import numpy as np
import pytest
from PIL import Image

from planning.png import RAMP, classes, coloured, encode


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
