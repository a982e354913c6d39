"""Cutting fixes into tracks: examples, and what must hold for any fixes."""

import numpy as np
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from layers.imports.tracks import GPS_NOISE_M, MAX_SPEED_MPS, Fixes, cut_tracks

LON, LAT = 69.15, 54.87
# One degree of longitude at the city's latitude, metres.
DEGREE_M = 64_000.0


def fixes(*rows: tuple[int, float, float, float]) -> Fixes:
    """Rows of vehicle, seconds, metres east, metres north of a point in the city."""
    vehicle, seconds, east, north = (
        np.array(column, dtype=float) for column in zip(*rows, strict=True)
    )
    return Fixes(
        vehicle.astype(np.int64),
        (seconds * 1e6).astype(np.int64),
        LON + east / DEGREE_M,
        LAT + north / 111_000.0,
    )


def test_one_pass_is_one_track():
    tracks = cut_tracks(fixes((0, 0, 0, 0), (0, 30, 200, 0), (0, 60, 400, 0)))

    assert tracks.fixes.tolist() == [3]
    assert tracks.length_m[0] == pytest.approx(401, abs=3)
    assert (tracks.started_us[0], tracks.ended_us[0]) == (0, 60_000_000)
    assert shapely.get_num_points(tracks.lines[0]) == 3


def test_order_in_the_file_does_not_matter():
    rows = [(0, 60, 400, 0), (1, 5, 9, 9), (0, 0, 0, 0), (1, 35, 99, 9), (0, 30, 200, 0)]

    tracks = cut_tracks(fixes(*rows))

    assert tracks.vehicle.tolist() == [0, 1]
    assert tracks.fixes.tolist() == [3, 2]
    assert shapely.get_coordinates(tracks.lines[0])[:, 0].tolist() == sorted(
        shapely.get_coordinates(tracks.lines[0])[:, 0].tolist()
    )


@pytest.mark.parametrize("silence, parts", [(300, 1), (301, 2)])
def test_silence_of_more_than_five_minutes_cuts(silence, parts):
    tracks = cut_tracks(
        fixes((0, 0, 0, 0), (0, 30, 99, 0), (0, 30 + silence, 150, 0), (0, 60 + silence, 250, 0))
    )

    assert len(tracks) == parts


def test_a_jump_that_nobody_drives_cuts():
    there = [(0, 0, 0, 0), (0, 30, 100, 0), (0, 60, 200, 0)]
    elsewhere = [(0, 90, 9000, 0), (0, 120, 9100, 0)]

    tracks = cut_tracks(fixes(*there, *elsewhere))

    assert tracks.fixes.tolist() == [3, 2]
    assert tracks.spikes == 0


def test_a_single_fix_thrown_aside_does_not_cut_the_pass():
    tracks = cut_tracks(
        fixes((0, 0, 0, 0), (0, 30, 100, 0), (0, 60, 9000, 0), (0, 90, 300, 0), (0, 120, 400, 0))
    )

    assert tracks.fixes.tolist() == [4]
    assert tracks.spikes == 1


def test_two_devices_with_one_number_do_not_lose_everything():
    rows = [(0, 30 * i, 9000 * (i % 2) + 10 * i, 0) for i in range(9)]

    tracks = cut_tracks(fixes(*rows))

    assert tracks.fixes.sum() + tracks.spikes + tracks.alone == 9
    assert tracks.spikes <= 5


def test_the_same_moment_twice_counts_once():
    tracks = cut_tracks(fixes((0, 0, 0, 0), (0, 0, 5, 0), (0, 30, 100, 0), (1, 0, 0, 0)))

    assert tracks.repeated == 1
    assert tracks.fixes.tolist() == [2]
    assert tracks.alone == 1


def test_a_vehicle_that_stands_still_makes_no_track():
    tracks = cut_tracks(fixes((0, 0, 0, 0), (0, 30, 0, 0), (0, 60, 0, 0)))

    assert len(tracks) == 0
    assert tracks.alone == 3


def test_standing_within_a_pass_keeps_the_fixes_but_not_the_points():
    tracks = cut_tracks(fixes((0, 0, 0, 0), (0, 30, 90, 0), (0, 60, 90, 0), (0, 90, 180, 0)))

    assert tracks.fixes.tolist() == [4]
    assert shapely.get_num_points(tracks.lines[0]) == 3


def test_nothing_in_nothing_out():
    none = np.empty(0, dtype=np.int64)

    tracks = cut_tracks(Fixes(none, none, np.empty(0), np.empty(0)))

    assert len(tracks) == 0
    assert tracks.lines.shape == (0,)


a_fix = st.tuples(
    st.integers(0, 3),
    st.integers(0, 40).map(lambda n: n * 37),
    st.one_of(st.integers(-5, 5).map(lambda n: n * 60.0), st.floats(-20_000, 20_000)),
    st.integers(-5, 5).map(lambda n: n * 60.0),
)


@given(st.lists(a_fix, min_size=1, max_size=60), st.randoms(use_true_random=False))
def test_every_fix_is_accounted_for_and_no_track_breaks_a_rule(rows, random):
    given_fixes = fixes(*rows)

    tracks = cut_tracks(given_fixes)

    left_out = tracks.repeated + tracks.spikes + tracks.alone
    assert len(given_fixes) == tracks.fixes.sum() + left_out
    assert (tracks.fixes >= 2).all()
    assert shapely.is_valid(tracks.lines).all()
    assert (shapely.length(tracks.lines) > 0).all()
    assert (tracks.ended_us > tracks.started_us).all()
    seconds = (tracks.ended_us - tracks.started_us) / 1e6
    assert (seconds <= 300 * (tracks.fixes - 1)).all()
    assert (tracks.length_m <= seconds * MAX_SPEED_MPS + GPS_NOISE_M * (tracks.fixes - 1) + 1).all()
    same_vehicle = np.diff(tracks.vehicle) == 0
    assert (tracks.started_us[1:] >= tracks.ended_us[:-1])[same_vehicle].all()

    shuffled = list({(row[0], row[1]): row for row in reversed(rows)}.values())
    random.shuffle(shuffled)
    again = cut_tracks(fixes(*shuffled))
    assert again.fixes.tolist() == tracks.fixes.tolist()
    assert shapely.equals_exact(again.lines, tracks.lines, tolerance=1e-9).all()


@given(st.lists(a_fix, min_size=1, max_size=40))
def test_cutting_a_track_again_leaves_it_whole(rows):
    """The fixes of one track, given alone, are one track again."""
    given_fixes = fixes(*rows)
    tracks = cut_tracks(given_fixes)
    for index in range(len(tracks)):
        inside = (
            (given_fixes.vehicle == tracks.vehicle[index])
            & (given_fixes.time_us >= tracks.started_us[index])
            & (given_fixes.time_us <= tracks.ended_us[index])
        )
        again = cut_tracks(given_fixes.take(inside))
        assert again.fixes.tolist() == [tracks.fixes[index]]
