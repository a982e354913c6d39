"""From trips to the usual pattern of a route: pure."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from layers.imports.gtfs_patterns import (
    line_through,
    runs_against,
    shape_lines,
    trip_stops,
    usual_patterns,
)
from layers.imports.gtfs_stops import same_stop, similar_names

POSITIONS = {name: (1000.0 * index, 0.0) for index, name in enumerate("ABCDEF")}


def trips(*rows: tuple[str, str, str]) -> tuple[pd.DataFrame, dict]:
    """Rows of route, direction, stops ("ABC"); each is a trip."""
    table = pd.DataFrame(
        [
            {
                "route_id": route, "trip_id": str(number), "direction_id": direction,
                "shape_id": f"shape-{stops}", "trip_headsign": f"to {stops[-1:]}",
            }
            for number, (route, direction, stops) in enumerate(rows)
        ]
    )  # fmt: skip
    return table, {str(number): tuple(stops) for number, (_r, _d, stops) in enumerate(rows)}


def patterns(*rows):
    table, stops = trips(*rows)
    return [
        (found.route_id, found.direction, "".join(found.stops), found.trips)
        for found in usual_patterns(table, stops, POSITIONS)
    ]


def test_the_commonest_pattern_of_each_direction():
    assert patterns(
        ("1", "0", "ABCD"), ("1", "0", "ABCD"), ("1", "0", "ABD"), ("1", "1", "DCBA"),
        ("2", "1", "EF"),
    ) == [("1", 0, "ABCD", 2), ("1", 1, "DCBA", 1), ("2", 1, "EF", 1)]  # fmt: skip


def test_of_equally_common_ones_the_longest():
    assert patterns(("1", "0", "AB"), ("1", "0", "ABC")) == [("1", 0, "ABC", 1)]


def test_directions_that_the_feed_does_not_state_are_told_by_where_trips_lead():
    assert patterns(
        ("1", "", "ABCD"), ("1", "", "ABCD"), ("1", "", "DCBA"), ("1", "", "BCD"),
    ) == [("1", 0, "ABCD", 2), ("1", 1, "DCBA", 1)]  # fmt: skip


def test_a_round_trip_has_one_direction():
    assert patterns(("1", "", "ABCA"), ("1", "", "ABCA")) == [("1", 0, "ABCA", 2)]
    assert not runs_against(("A", "B", "A"), ("A", "B", "C"), POSITIONS)


@pytest.mark.parametrize("stops", ["", "A"])
def test_trips_that_go_nowhere_are_left_out(stops):
    assert patterns(("1", "0", stops)) == []


def test_shape_and_headsign_are_those_of_the_pattern():
    table, stops = trips(("1", "0", "ABC"), ("1", "0", "ABC"), ("1", "0", "AB"))
    table.loc[1, "shape_id"] = ""

    (found,) = usual_patterns(table, stops, POSITIONS)

    assert (found.shape_id, found.headsign) == ("shape-ABC", "to C")


def test_stop_times_are_ordered_by_sequence_not_by_row():
    table = pd.DataFrame(
        {
            "trip_id": ["t", "t", "u", "t", "u", "t"],
            "stop_id": ["C", "A ", "A", "B", "X", "A"],
            "stop_sequence": ["30", "1", "5", "2", "6", "oops"],
        }
    )

    assert trip_stops(table, {"A", "B", "C"}) == {"t": ("A", "B", "C"), "u": ("A",)}


def test_shapes_without_two_usable_points_are_none():
    table = pd.DataFrame(
        {
            "shape_id": ["a", "a", "a", "b", "b", "c", "c"],
            "shape_pt_lat": ["54.2", "54.1", "0", "54", "54", "54", "x"],
            "shape_pt_lon": ["69.2", "69.1", "0", "69", "69", "69", "69"],
            "shape_pt_sequence": ["2", "1", "3", "1", "2", "1", "2"],
        }
    )

    found = shape_lines(table, {"a", "b", "c"})

    assert {name: list(line.coords) for name, line in found.items()} == {
        "a": [(69.1, 54.1), (69.2, 54.2)]
    }


def test_lines_without_repeated_neighbours():
    assert line_through(np.array([[0, 0], [0, 0], [1, 1], [1, 1]])).wkt == "LINESTRING (0 0, 1 1)"
    assert line_through(np.array([[0, 0], [0, 0]])) is None


@given(
    st.lists(
        st.tuples(
            st.sampled_from("12"),
            st.sampled_from(["0", "1", ""]),
            st.lists(st.sampled_from("ABCDEF"), min_size=0, max_size=5).map("".join),
        ),
        min_size=1,
        max_size=20,
    )
)
def test_patterns_of_any_trips(rows):
    found = patterns(*rows)

    assert len({(route, direction) for route, direction, *_rest in found}) == len(found)
    driven = {(route, stops) for route, _direction, stops in rows}
    for route, _direction, stops, count in found:
        assert (route, stops) in driven
        assert len(stops) >= 2
        assert 1 <= count <= sum(row[0] == route and row[2] == stops for row in rows)
    assert {route for route, _d, stops in rows if len(stops) >= 2} == {row[0] for row in found}


@pytest.mark.parametrize(
    "name, other, similar",
    [
        ("Рынок", "рынок", True),
        ("Центральный рынок", "Рынок", True),
        ("ул. Жамбыла", "улица Жамбыла", True),
        ("Автовокзал", "Автовокзал (конечная)", True),
        ("Северный", "Южный", False),
        ("Школа 5", "Больница", False),
        ("", "Рынок", False),
        ("5", "55", False),
    ],
)
def test_similar_names(name, other, similar):
    assert similar_names(name, other) is similar
    assert similar_names(other, name) is similar


@pytest.mark.parametrize(
    "names, others, metres, same",
    [
        (["Рынок"], ["Рынок"], 40.0, True),
        (["Рынок"], ["Рынок"], 40.1, False),
        (["Рынок"], ["Вокзал"], 1.0, False),
        ([], ["Рынок"], 15.0, True),
        ([], ["Рынок"], 15.1, False),
        (["Базар", "Рынок"], ["Market", "рынок"], 10.0, True),
    ],
)
def test_when_two_stops_are_one(names, others, metres, same):
    assert same_stop(names, others, metres=metres) is same
