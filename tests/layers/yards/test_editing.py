"""Planners' corrections in the database: made, kept over re-derivation, undone."""

import pytest
import shapely
from django.utils import translation

from layers.models import Building, Quarter, Yard, YardCorrection
from layers.yards.drawing import DrawingRefusedError
from layers.yards.editing import (
    NotUndoableError,
    YardChangedError,
    YardGoneError,
    merge_yards,
    redraw_yard,
    split_yard,
    undo_correction,
    yard_version,
)
from layers.yards.quarters import (
    QuarterRefusedError,
    group_yards,
    rename_quarter,
    ungroup_yards,
)
from layers.yards.reading import read_yards
from layers.yards.services import derive_yards
from tests.layers.yards.conftest import LATER, geos, house, wider_west, yard_of
from tests.layers.yards.towns import Town, slab

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _in_english():
    with translation.override("en"):
        yield


@pytest.fixture
def city(close_city: Town) -> Town:
    return close_city


def derive():
    return derive_yards(when=LATER, say=lambda text: None)


def snapshot() -> dict[str, tuple]:
    """Current yards with all that a planner sees."""
    yards = read_yards(Yard.objects.current())
    labels = dict(Yard.objects.current().values_list("source_id", "label"))
    return {key: (y.houses, y.corrected, y.ground.wkb, labels[key]) for key, y in yards.items()}


def redraw_west(city: Town, planner, reason: str = "The drive belongs to the west court"):
    return redraw_yard(yard=yard_of("w1").pk, outline=wider_west(city), reason=reason, user=planner)


def merge_both(planner):
    return merge_yards(yards=[yard_of("w1").pk, yard_of("e1").pk], reason="One court", user=planner)


def split_west(city: Town, planner):
    line = city.placed(shapely.LineString([(51, 15), (51, 105)]))
    return split_yard(yard=yard_of("w1").pk, line=line, reason="A fence", user=planner)


def test_redraw_moves_ground_between_neighbours(city, planner):
    west, east = yard_of("w1"), yard_of("e1")
    outcome = redraw_west(city, planner)
    assert outcome.yards == (west.pk,)
    after_west, after_east = Yard.objects.get(pk=west.pk), Yard.objects.get(pk=east.pk)
    assert after_west.area_m2 > west.area_m2
    assert after_east.area_m2 < east.area_m2
    assert (after_west.origin, after_east.origin) == ("corrected", "derived")
    assert after_west.geom.intersection(after_east.geom).area < 1
    correction = outcome.correction
    assert (correction.made_by, correction.kind) == (planner, "redraw")


def test_merge_keeps_one_yard_and_retires_the_other(city, planner):
    west, east = yard_of("w1"), yard_of("e1")
    merge_both(planner)
    merged = yard_of("w1")
    assert {yard_of(name) for name in ("w1", "w2", "e1", "e2")} == {merged}
    assert (merged.houses, merged.apartments) == (4, 100)
    gone = ({west, east} - {merged}).pop()
    gone.refresh_from_db()
    assert gone.valid_to is not None


def test_split_makes_two_yards_that_keep_the_quarter(city, planner):
    west = yard_of("w1")
    group_yards(yards=[west.pk], name="Centre")
    outcome = split_west(city, planner)
    first, second = yard_of("w1"), yard_of("w2")
    assert first != second
    assert set(outcome.yards) == {first.pk, second.pk}
    assert west in (first, second)
    assert first.quarter == second.quarter == Quarter.objects.get()


@pytest.mark.parametrize("make", [redraw_west, lambda city, user: merge_both(user), split_west])
def test_corrections_survive_re_derivation(city, planner, make):
    make(city, planner)
    before = snapshot()
    counts = derive()
    assert (counts.created, counts.updated, counts.retired) == (0, 0, 0)
    assert snapshot() == before
    assert YardCorrection.objects.get().notes == []


@pytest.mark.parametrize("make", [redraw_west, lambda city, user: merge_both(user), split_west])
@pytest.mark.parametrize("derived_between", [False, True])
def test_undo_puts_back_what_was(city, planner, make, derived_between):
    before = snapshot()
    outcome = make(city, planner)
    assert snapshot() != before
    if derived_between:
        derive()
    undone = undo_correction(correction=outcome.correction.pk, user=planner)
    assert snapshot() == before
    assert undone.undone_by == planner
    counts = derive()
    assert (counts.created, counts.updated, counts.retired) == (0, 0, 0)


def test_corrections_upon_corrections_are_undone_in_turn(city, planner):
    states = [snapshot()]
    made = []
    for step in (redraw_west, lambda city, user: merge_both(user)):
        made.append(step(city, planner).correction.pk)
        states.append(snapshot())
    with pytest.raises(NotUndoableError, match="One court"):
        undo_correction(correction=made[0], user=planner)
    derive()
    assert snapshot() == states[2]
    undo_correction(correction=made[1], user=planner)
    assert snapshot() == states[1]
    undo_correction(correction=made[0], user=planner)
    assert snapshot() == states[0]
    with pytest.raises(NotUndoableError, match="already"):
        undo_correction(correction=made[0], user=planner)


def test_a_house_that_vanished_is_reported(city, planner):
    outcome = redraw_west(city, planner)
    Building.objects.filter(source_id="w2").update(valid_to=LATER)
    derive()
    outcome.correction.refresh_from_db()
    assert outcome.correction.notes == [{"code": "house_gone", "houses": ["osm:w2"]}]
    assert yard_of("w1").origin == "corrected"
    assert yard_of("w1").houses == 1


def test_a_new_house_in_a_corrected_yard_joins_it_and_is_reported(city, planner):
    outcome = redraw_west(city, planner)
    house("new", city.placed(slab(40, 40, 20, 20)), number="9")
    derive()
    outcome.correction.refresh_from_db()
    assert yard_of("new") == yard_of("w1")
    assert outcome.correction.notes == [{"code": "house_joined", "houses": ["osm:new"]}]
    undo_correction(correction=outcome.correction.pk, user=planner)
    assert yard_of("new") is not None
    assert derive().wrote is False


def test_a_correction_whose_houses_are_all_gone_lapses_and_can_be_undone(city, planner):
    outcome = redraw_west(city, planner)
    Building.objects.filter(source_id__in=["w1", "w2"]).update(valid_to=LATER)
    derive()
    outcome.correction.refresh_from_db()
    assert {note["code"] for note in outcome.correction.notes} == {"house_gone", "lapsed"}
    state = snapshot()
    undo_correction(correction=outcome.correction.pk, user=planner)
    assert snapshot() == state


def test_a_large_yard_is_warned_of_not_refused(city, planner):
    west = yard_of("w1")
    wide = city.placed(shapely.box(-300, 5, 100, 115))
    outcome = redraw_yard(yard=west.pk, outline=wide, reason="All of it", user=planner)
    assert any("3 ha" in warning for warning in outcome.warnings)


def test_nothing_changes_when_a_correction_is_refused(city, planner):
    before = snapshot()
    west = yard_of("w1")
    for outline in (
        city.placed(shapely.box(0, 0, 20, 20)),
        shapely.box(0, 0, 100, 100),
        city.placed(shapely.box(0, 0, 300, 120)),
    ):
        with pytest.raises(DrawingRefusedError):
            redraw_yard(yard=west.pk, outline=outline, reason="?", user=planner)
    with pytest.raises(DrawingRefusedError, match="reason"):
        redraw_west(city, planner, reason="  ")
    with pytest.raises(DrawingRefusedError, match="reason"):
        redraw_west(city, planner, reason="x" * 501)
    with pytest.raises(YardGoneError):
        merge_yards(yards=[west.pk, 0], reason="?", user=planner)
    assert snapshot() == before
    assert not YardCorrection.objects.exists()


def test_a_yard_that_changed_meanwhile_is_not_overwritten(city, planner):
    west = yard_of("w1")
    seen = yard_version(read_yards(Yard.objects.filter(pk=west.pk))[west.source_id])
    redraw_yard(
        yard=west.pk, outline=wider_west(city), reason="first", user=planner,
        versions={west.pk: seen},
    )  # fmt: skip
    with pytest.raises(YardChangedError):
        redraw_yard(
            yard=west.pk, outline=wider_west(city), reason="second", user=planner,
            versions={west.pk: seen},
        )  # fmt: skip


def test_the_runtime_role_may_correct(city, planner, runtime_role):
    redraw_west(city, planner)
    merge = merge_both(planner)
    undo_correction(correction=merge.correction.pk, user=planner)
    assert yard_of("w1") != yard_of("e1")


def test_quarters(city):
    west, east = yard_of("w1"), yard_of("e1")
    first = group_yards(yards=[west.pk, east.pk], name=" Old   town ")
    assert first.name == "Old town"
    second = group_yards(yards=[east.pk], name="Station")
    assert yard_of("e1").quarter == second
    with pytest.raises(QuarterRefusedError, match="already"):
        rename_quarter(quarter=second.pk, name="old town")
    assert rename_quarter(quarter=second.pk, name="Station Square").name == "Station Square"
    group_yards(yards=[east.pk], quarter=first.pk)
    second.refresh_from_db()
    assert second.valid_to is not None, "a quarter without yards is retired"
    ungroup_yards(yards=[west.pk, east.pk])
    assert yard_of("w1").quarter is None
    assert not Quarter.objects.current().exists()
    with pytest.raises(QuarterRefusedError, match="not there"):
        group_yards(yards=[west.pk], quarter=first.pk)
    with pytest.raises(QuarterRefusedError, match="name"):
        group_yards(yards=[west.pk], name=" ")
    with pytest.raises(YardGoneError):
        group_yards(yards=[], name="Nothing")


def test_a_derivation_keeps_the_quarter(city):
    group_yards(yards=[yard_of("w1").pk], name="Centre")
    house("w3", city.placed(slab(36, 104, 30, 10)))
    derive()
    assert yard_of("w3").quarter.name == "Centre"
    assert geos(city.placed(slab(36, 104, 30, 10))).within(yard_of("w3").geom.convex_hull)
