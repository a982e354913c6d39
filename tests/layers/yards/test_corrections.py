"""Corrections applied to yards: keyed by houses, never a house in two yards or in none."""

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from layers.yards.corrections import (
    Correction,
    Note,
    NoteCode,
    PlannedYard,
    Surroundings,
    apply_correction,
)
from layers.yards.derive import derive
from layers.yards.records import yards_as_json, yards_from_json
from tests.layers.yards.towns import Town, slab, towns


def surroundings(houses: dict[str, shapely.Polygon], **others: shapely.Polygon) -> Surroundings:
    shapes = houses | others
    return Surroundings(
        ids=np.array(list(shapes)),
        buildings=np.array(list(shapes.values()), dtype=object),
        is_house=np.array([name in houses for name in shapes]),
    )


def yard(key: str, ground: shapely.Polygon, *houses: str, corrected: bool = False) -> PlannedYard:
    return PlannedYard(key=key, houses=houses, ground=ground, corrected=corrected)


WEST, EAST = shapely.box(0, 0, 50, 100), shapely.box(50, 0, 100, 100)


@pytest.fixture
def around() -> Surroundings:
    return surroundings({"w": slab(10, 20, 12, 60), "e": slab(70, 20, 12, 60)})


@pytest.fixture
def yards(around) -> dict[str, PlannedYard]:
    return {
        "west": yard("west", around.open_ground(WEST, ["w"]), "w"),
        "east": yard("east", around.open_ground(EAST, ["e"]), "e"),
    }


def test_a_redrawn_yard_takes_ground_from_its_neighbour(yards, around):
    drawn = Correction(results=(yard("west", shapely.box(0, 0, 60, 100), "w"),))
    applied = apply_correction(drawn, yards, around)
    assert {y.key for y in applied.before} == {"west", "east"}
    west, east = applied.yards["west"], applied.yards["east"]
    assert (west.corrected, east.corrected) == (True, False)
    assert west.ground.bounds == (0, 0, 60, 100)
    assert east.ground.bounds == (60, 0, 100, 100)
    assert west.ground.intersection(around.houses["w"]).area == 0


def test_merged_yards_have_all_houses_and_one_is_gone(yards, around):
    drawn = Correction(results=(yard("east", shapely.box(0, 0, 100, 100), "e", "w"),))
    applied = apply_correction(drawn, yards, around)
    assert list(applied.yards) == ["east"]
    assert applied.yards["east"].houses == ("e", "w")


def test_a_house_that_is_gone_is_left_out_and_noted(yards, around):
    drawn = Correction(results=(yard("west", WEST, "gone", "w"),))
    applied = apply_correction(drawn, yards, around)
    assert applied.yards["west"].houses == ("w",)
    assert applied.notes == (Note(code=NoteCode.HOUSE_GONE, houses=("gone",)),)


def test_a_correction_without_any_of_its_houses_lapses(yards, around):
    drawn = Correction(results=(yard("west", WEST, "gone"),))
    applied = apply_correction(drawn, yards, around)
    assert applied.yards == yards
    assert applied.before == ()
    assert [note.code for note in applied.notes] == [NoteCode.HOUSE_GONE, NoteCode.LAPSED]


def test_ground_that_is_built_over_changes_nothing_and_is_noted(yards):
    around = surroundings(
        {"w": slab(10, 20, 12, 60), "e": slab(70, 20, 12, 60)}, hall=shapely.box(-5, -5, 45, 105)
    )
    drawn = Correction(results=(yard("west", shapely.box(0, 0, 40, 100), "w"),))
    applied = apply_correction(drawn, yards, around)
    assert applied.yards == yards
    assert applied.notes == (Note(code=NoteCode.NO_GROUND, houses=("w",)),)


def test_a_new_house_inside_the_drawn_outline_joins_that_yard(around):
    """Built after the correction: the derived yard that had it has no ground left."""
    houses = dict(around.houses) | {"new": slab(30, 30, 10, 10)}
    around = surroundings(houses)
    yards = {"a": yard("a", around.open_ground(WEST, ["new", "w"]), "new", "w")}
    drawn = Correction(results=(yard("west", WEST, "w"),))
    applied = apply_correction(drawn, yards, around)
    assert applied.yards["west"].houses == ("new", "w")
    assert applied.notes == (Note(code=NoteCode.HOUSE_JOINED, houses=("new",)),)


def test_a_rest_whose_key_is_taken_gets_another(yards, around):
    """West is drawn with the house of east alone: the rest of west needs a name of its own."""
    drawn = Correction(results=(yard("west", EAST, "e"),))
    applied = apply_correction(drawn, yards, around)
    assert {key: y.houses for key, y in applied.yards.items()} == {"west": ("e",), "west-2": ("w",)}


def test_yards_survive_json(yards):
    assert yards_from_json(yards_as_json(yards.values())) == [yards["east"], yards["west"]]


@settings(max_examples=60, deadline=None)
@given(towns(), st.data())
def test_any_correction_of_any_town_keeps_the_yards_sound(town: Town, data):
    """Every house stays in exactly one yard, yards overlap neither each other nor buildings,
    and applying the correction to its own result changes no house's yard."""
    city = town.ground()
    derivation = derive(city)
    around = Surroundings(
        ids=city.building_ids, buildings=city.buildings, is_house=city.building_is_house
    )
    yards = {f"y{n}": yard(f"y{n}", y.ground, *y.houses) for n, y in enumerate(derivation.yards)}
    if not yards:
        return
    chosen = yards[data.draw(st.sampled_from(sorted(yards)))]
    grown = shapely.buffer(chosen.ground, data.draw(st.integers(-4, 30)))
    outline = max(shapely.get_parts(grown), key=shapely.area, default=shapely.Polygon())
    if outline.is_empty:
        return
    drawn = Correction(results=(yard(chosen.key, outline, *chosen.houses),))
    applied = apply_correction(drawn, yards, around)
    members = sorted(house for y in applied.yards.values() for house in y.houses)
    assert members == sorted(house for y in yards.values() for house in y.houses)
    grounds = np.array([y.ground for y in applied.yards.values()], dtype=object)
    assert all(g.is_valid and g.geom_type == "Polygon" for g in grounds)
    tree = shapely.STRtree(grounds)
    a, b = tree.query(grounds, predicate="intersects")
    overlap = shapely.area(shapely.intersection(grounds[a[a < b]], grounds[b[a < b]]))
    assert (overlap <= 1.0).all()
    building, ground = tree.query(city.buildings, predicate="intersects")
    inside = shapely.area(shapely.intersection(city.buildings[building], grounds[ground]))
    assert (inside == 0).all()
    again = apply_correction(drawn, applied.yards, around)
    assert {k: y.houses for k, y in again.yards.items()} == {
        k: y.houses for k, y in applied.yards.items()
    }
