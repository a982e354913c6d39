"""What planners draw becomes corrections, or is refused with a reason."""

import pytest
import shapely

from layers.yards.corrections import PlannedYard, Surroundings, apply_correction
from layers.yards.drawing import DrawingRefusedError, merge, redraw, split, suggested_line
from tests.layers.yards.test_corrections import surroundings, yard
from tests.layers.yards.towns import slab

CITY = shapely.box(-1_000, -1_000, 1_000, 1_000)
pytestmark = pytest.mark.usefixtures("_english")


@pytest.fixture
def _english(settings):
    settings.LANGUAGE_CODE = "en"


@pytest.fixture
def around() -> Surroundings:
    return surroundings(
        {
            "w1": slab(10, 20, 12, 60),
            "w2": slab(32, 20, 12, 60),
            "e": slab(70, 20, 12, 60),
            "far": slab(200, 20, 12, 60),
        }
    )


@pytest.fixture
def yards(around) -> dict[str, PlannedYard]:
    def made(key: str, box: shapely.Polygon, *houses: str) -> PlannedYard:
        return yard(key, around.open_ground(box, houses), *houses)

    return {
        "west": made("west", shapely.box(0, 0, 50, 100), "w1", "w2"),
        "east": made("east", shapely.box(50, 0, 100, 100), "e"),
        "far": made("far", shapely.box(190, 0, 250, 100), "far"),
    }


def redrawn(yards, around, outline, key="west"):
    return redraw(
        yards[key], outline, yards=yards, around=around, labels={"east": "Мира 3"}, city=CITY
    )


def test_a_redrawn_yard_brings_along_the_houses_it_encloses(yards, around):
    drawn = redraw(
        yards["east"],
        shapely.box(27, 0, 100, 100),
        yards={key: yards[key] for key in ("west", "east")},
        around=around, labels={}, city=CITY,
    )  # fmt: skip
    assert drawn.results[0].houses == ("e", "w2")
    applied = apply_correction(drawn, {k: yards[k] for k in ("west", "east")}, around)
    assert applied.yards["west"].houses == ("w1",)
    assert applied.yards["east"].houses == ("e", "w2")


@pytest.mark.parametrize(
    "outline, message",
    [
        (shapely.MultiPolygon([shapely.box(0, 0, 1, 1)]), "one polygon"),
        (shapely.Polygon(), "one polygon"),
        (shapely.Polygon([(0, 0), (60, 100), (60, 0), (0, 100)]), "crosses itself"),
        (shapely.box(-5_000, 0, 60, 100), "leaves the city"),
        (shapely.box(20, 20, 25, 25), "too small"),
        (shapely.box(0, 0, 20, 100), "left without a yard: w2"),
        (shapely.box(0, 0, 100, 100), "left of the yard Мира 3: merge"),
    ],
)
def test_outlines_that_cannot_be_a_yard_are_refused(yards, around, outline, message):
    with pytest.raises(DrawingRefusedError, match=message):
        redrawn(yards, around, outline)


def test_neighbours_merge(yards, around):
    drawn = merge([yards["west"], yards["east"]], key="west", around=around)
    applied = apply_correction(drawn, yards, around)
    assert applied.yards["west"].houses == ("e", "w1", "w2")
    both = yards["west"].ground.area + yards["east"].ground.area
    assert applied.yards["west"].ground.area == pytest.approx(both, rel=0.02)


@pytest.mark.parametrize(
    "keys, message", [(["west", "far"], "do not meet"), (["west"], "two or more")]
)
def test_merges_that_cannot_be_are_refused(yards, around, keys, message):
    with pytest.raises(DrawingRefusedError, match=message):
        merge([yards[key] for key in keys], key=keys[0], around=around)


def test_a_line_divides_a_yard(yards, around):
    drawn = split(yards["west"], shapely.LineString([(27, 5), (27, 95)]), around=around)
    assert [result.houses for result in drawn.results] == [("w1",), ("w2",)]
    first, second = drawn.results
    assert first.key == "west"
    assert second.key.startswith("y")
    whole = yards["west"].ground.area
    assert first.ground.area + second.ground.area == pytest.approx(whole, rel=0.01)


@pytest.mark.parametrize(
    "line, message",
    [
        (shapely.LineString([(-50, 0), (-50, 100)]), "does not divide"),
        (shapely.LineString([(0, 10), (50, 10)]), "at least one house"),
        (shapely.LineString([(27, 0), (27, 0.2)]), "Draw a line"),
        (shapely.LineString([(0, 50), (40, 50), (30, 0), (30, 100)]), "crosses itself"),
    ],
)
def test_lines_that_make_no_yards_are_refused(yards, around, line, message):
    with pytest.raises(DrawingRefusedError, match=message):
        split(yards["west"], line, around=around)


def test_the_suggested_line_splits_a_yard_of_two_houses(yards, around):
    line = suggested_line(yards["west"], around)
    drawn = split(yards["west"], line, around=around)
    assert sorted(result.houses for result in drawn.results) == [("w1",), ("w2",)]


def test_a_line_is_suggested_for_one_house_too(yards, around):
    assert suggested_line(yards["east"], around).length > 40
