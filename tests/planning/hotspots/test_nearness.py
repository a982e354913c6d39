"""Which positions hang together: against the plain definition."""

import numpy as np
from hypothesis import given
from scipy.sparse.csgraph import connected_components
from scipy.spatial.distance import cdist

from planning.hotspots import nearness
from planning.hotspots.nearness import distinct, hanging_together
from tests.planning.awkward import ORIGINS, PLACES, REACH, together


@given(PLACES, ORIGINS)
def test_hanging_together_is_being_linked_by_steps(places, far):
    xy = np.array(places, dtype=float).reshape(-1, 2) + far
    spots = distinct(xy)
    assert (spots.xy[spots.at] == xy).all()
    assert len(spots.xy) == len(np.unique(xy + 0.0, axis=0))
    found = hanging_together(spots.xy, reach_m=REACH)[spots.at]
    if len(xy):
        _count, label = connected_components(cdist(xy, xy) <= REACH, directed=False)
        assert together(found).tolist() == together(label).tolist()


def test_crowded_cells_are_compared_by_a_tree(monkeypatch):
    rng = np.random.default_rng(4)
    xy = np.concatenate([rng.normal(0, 40, (300, 2)), rng.normal(400, 40, (300, 2))])
    usual = hanging_together(xy, reach_m=REACH)
    monkeypatch.setattr(nearness, "_BY_TREE", 3)
    assert hanging_together(xy, reach_m=REACH).tolist() == usual.tolist()
    _count, label = connected_components(cdist(xy, xy) <= REACH, directed=False)
    assert together(usual).tolist() == together(label).tolist()


def test_few_comparisons_at_once_find_the_same(monkeypatch):
    xy = np.random.default_rng(5).uniform(0, 900, (1500, 2))
    usual = hanging_together(xy, reach_m=REACH)
    monkeypatch.setattr(nearness, "_AT_ONCE", 50)
    assert hanging_together(xy, reach_m=REACH).tolist() == usual.tolist()
