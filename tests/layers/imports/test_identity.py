"""Ids of rows that have none."""

import numpy as np
import shapely
from hypothesis import given
from hypothesis import strategies as st

from layers.imports.identity import geometry_hashes, ids_from_geometry

SQUARE = shapely.box(500_000, 6_080_000, 500_010, 6_080_010)


def test_how_a_shape_is_drawn_does_not_matter():
    turned = shapely.Polygon(list(SQUARE.exterior.coords)[2:-1] + list(SQUARE.exterior.coords)[:2])
    nudged = shapely.affinity.translate(SQUARE, 0.001, -0.001)

    assert len(set(geometry_hashes(np.array([SQUARE, turned, SQUARE.reverse(), nudged])))) == 1


def test_shapes_ten_centimetres_apart_differ():
    moved = shapely.affinity.translate(SQUARE, 0.1)

    assert len(set(geometry_hashes(np.array([SQUARE, moved])))) == 2


def test_a_corrected_attribute_keeps_the_id():
    place = np.array([shapely.Point(1, 2)])

    assert ids_from_geometry(place, [["heat"]])[0] == ids_from_geometry(place, [["water"]])[0]


def test_two_in_one_place_are_two_and_a_full_repetition_is_one():
    places = np.array([shapely.Point(1, 2)] * 3)

    ids, repeated = ids_from_geometry(places, [["heat", "water", "heat"]])

    assert len(set(ids)) == 2
    assert ids[0] == ids[2]
    assert repeated == [2]


@given(
    st.lists(st.tuples(st.integers(0, 2), st.integers(0, 2), st.sampled_from("ab")), max_size=12),
    st.randoms(use_true_random=False),
)
def test_ids_do_not_depend_on_the_order_of_rows(rows, random):
    def ids_of(some):
        places = np.array([shapely.Point(x, y) for x, y, _kind in some], dtype=object)
        ids, repeated = ids_from_geometry(places, [[kind for *_place, kind in some]])
        assert len(set(ids)) == len(ids) - len(repeated)
        return dict(zip(some, ids, strict=True))

    shuffled = list(rows)
    random.shuffle(shuffled)

    assert ids_of(rows) == ids_of(shuffled)
