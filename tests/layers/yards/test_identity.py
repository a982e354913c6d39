"""Yards keep their identity by the largest shared set of houses."""

import itertools

from hypothesis import given
from hypothesis import strategies as st

from layers.yards.identity import fresh_id, match


def test_the_largest_shared_set_wins():
    before = {"y1": ["a", "b", "c"], "y2": ["d"]}
    assert match(before=before, after=[["a"], ["b", "c", "d"]], apartments={}) == [None, "y1"]


def test_apartments_decide_between_equal_halves():
    before = {"y1": ["a", "b"]}
    after = [["a"], ["b"]]
    assert match(before=before, after=after, apartments={"b": 90, "a": 10}) == [None, "y1"]
    assert match(before=before, after=after, apartments={"b": 9, "a": 10}) == ["y1", None]


def test_a_merged_yard_continues_one_of_its_parts_and_the_other_is_gone():
    before = {"y1": ["a"], "y2": ["b", "c"]}
    assert match(before=before, after=[["a", "b", "c"]], apartments={}) == ["y2"]


def test_a_yard_of_new_houses_is_new():
    assert match(before={"y1": ["a"]}, after=[["b"]], apartments={}) == [None]


houses = st.lists(st.sampled_from("abcdefghij"), unique=True, max_size=10)


@st.composite
def partitions(draw, prefix=""):
    members = draw(houses)
    cuts = sorted(draw(st.sets(st.integers(0, len(members)), max_size=4)))
    parts = [members[i:j] for i, j in itertools.pairwise([0, *cuts, len(members)])]
    return [part for part in parts if part]


@given(partitions(), partitions(), st.permutations(range(11)))
def test_matching_is_one_to_one_and_does_not_depend_on_order(before, after, order):
    named = {f"y{n}": part for n, part in enumerate(before)}
    result = match(before=named, after=after, apartments={})
    kept = [name for name in result if name]
    assert len(kept) == len(set(kept))
    for name, part in zip(result, after, strict=True):
        assert name is None or set(named[name]) & set(part)
    shuffled = [n for n in order if n < len(after)]
    again = match(
        before=dict(reversed(named.items())),
        after=[after[n][::-1] for n in shuffled],
        apartments={},
    )
    assert [result[n] for n in shuffled] == again


@given(partitions())
def test_nothing_changed_nobody_renamed(parts):
    named = {f"y{n}": part for n, part in enumerate(parts)}
    assert match(before=named, after=parts, apartments={}) == list(named)


def test_fresh_ids_depend_on_the_houses_alone():
    assert fresh_id(["osm:w1", "osm:w2"], taken=()) == fresh_id(["osm:w2", "osm:w1"], taken=())
    assert fresh_id(["osm:w1"], taken=()) == "yf2d5df9d31"
    first = fresh_id(["osm:w1"], taken=())
    assert fresh_id(["osm:w1"], taken={first}) == f"{first}-2"
    assert fresh_id(["osm:w1"], taken={first, f"{first}-2"}) == f"{first}-3"
