"""Clusters keep their numbers; labels compare up to renaming."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from planning.hotspots.identity import NOISE, continued, renamed

runs = st.dictionaries(st.integers(0, 30), st.integers(-1, 5), max_size=30)


def test_a_cluster_goes_on_under_its_number():
    old = {1: 7, 2: 7, 3: 7, 4: 9}
    new = {1: 0, 2: 0, 3: 1, 4: 1, 5: 2}
    assert continued(old, new, next_id=20) == {0: 7, 1: 9, 2: 20}


def test_when_two_clusters_join_the_larger_share_goes_on():
    assert continued({1: 7, 2: 9, 3: 9}, {1: 0, 2: 0, 3: 0}, next_id=20) == {0: 9}


def test_when_a_cluster_falls_apart_the_larger_part_goes_on():
    assert continued({1: 7, 2: 7, 3: 7}, {1: 0, 2: 1, 3: 1}, next_id=20) == {1: 7, 0: 20}


@given(runs, runs)
def test_numbers_are_given_once_and_never_anew(old, new):
    given_ids = continued(old, new, next_id=100)
    assert set(given_ids) == {label for label in new.values() if label != NOISE}
    assert len(set(given_ids.values())) == len(given_ids)
    for label, number in given_ids.items():
        shares = any(old.get(event) == number for event in new if new[event] == label)
        assert shares or number >= 100


@given(runs)
def test_the_same_clusters_keep_all_numbers(run):
    first = continued({}, run, next_id=0)
    numbered = {event: first[label] for event, label in run.items() if label != NOISE}
    again = {event: label * 3 + 1 if label != NOISE else NOISE for event, label in run.items()}
    second = continued(numbered, again, next_id=50)
    assert {label * 3 + 1: number for label, number in first.items()} == second


def test_renaming():
    assert renamed(np.array([5, -1, 5, 2])).tolist() == [0, -1, 0, 1]
