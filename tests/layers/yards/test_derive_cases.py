"""Worked cases of the derivation, each a small drawing that a planner would judge by eye."""

import pytest
import shapely
from shapely import affinity

from layers.choices import CARRIAGEWAY_CLASSES
from layers.yards.derive import derive
from layers.yards.inputs import DEFAULT_RULE, HALF_WIDTH_M, CityGround, YardRule
from tests.layers.yards.towns import STREET_HALF_WIDTH_M, Town, slab, street_grid


def yards_of(town: Town, **rule) -> dict[tuple[str, ...], shapely.Polygon]:
    """Yards by houses, moved back to the town's local metres."""
    derivation = derive(town.ground(), rule=YardRule(**rule))
    assert derivation.without_yard == ()
    return {yard.houses: affinity.translate(yard.ground, -508_000, -6_080_000)
            for yard in derivation.yards}  # fmt: skip


def block(width: float = 200, height: float = 160) -> Town:
    return Town(streets=street_grid(1, 1, width, height))


def courtyard() -> Town:
    """Four slabs around a court of 100 x 80 m, open at the corners."""
    town = block()
    town.houses = {
        "north": slab(50, 125, 100),
        "south": slab(50, 20, 100),
        "west": slab(27, 47, 12, 65),
        "east": slab(161, 47, 12, 65),
    }
    return town


def test_a_courtyard_is_one_yard_and_whole():
    yards = yards_of(courtyard())
    assert list(yards) == [("east", "north", "south", "west")]
    (ground,) = yards.values()
    assert len(ground.interiors) == 4  # its houses and nothing else
    assert ground.covers(shapely.box(60, 50, 140, 110))


def test_a_wide_court_is_not_hollowed_out():
    """110 m between the slabs: the middle is farther from any wall than the margin."""
    town = block(150, 190)
    town.houses = {"a": slab(25, 20, 100), "b": slab(25, 142, 100)}
    yards = yards_of(town)
    assert list(yards) == [("a", "b")]
    assert yards["a", "b"].covers(shapely.Point(75, 87).buffer(10))


def test_a_row_of_slabs_becomes_courts_of_two():
    """Each slab has one court side: six in a row are three yards, not one."""
    town = block(260, 160)
    town.houses = {f"{n}": slab(20 + 38 * n, 40, 12, 80) for n in range(6)}
    yards = yards_of(town)
    assert sorted(len(houses) for houses in yards) == [2, 2, 2]
    for first, second in yards:
        assert int(second) - int(first) == 1


def test_houses_across_a_street_do_not_share_a_yard():
    town = Town(streets=street_grid(2, 1, 60, 120))
    town.houses = {"left": slab(40, 20, 12, 80), "right": slab(68, 20, 12, 80)}
    assert set(yards_of(town)) == {("left",), ("right",)}


def test_a_dead_end_street_divides_but_belongs_to_no_yard():
    town = block(200, 160)
    town.streets.append(shapely.LineString([(0, 80), (200, 80)]))
    town.houses = {"above": slab(50, 100, 100), "below": slab(50, 48, 100)}
    yards = yards_of(town)
    assert set(yards) == {("above",), ("below",)}
    for ground in yards.values():
        assert ground.distance(town.streets[-1]) == pytest.approx(STREET_HALF_WIDTH_M, abs=0.05)


def test_a_school_ground_is_cut_out():
    town = courtyard()
    school = shapely.box(80, 60, 130, 100)
    town.closed = [school]
    town.others["school"] = (slab(90, 70, 30), 30.0)
    for ground in yards_of(town).values():
        assert ground.intersection(school).area < 0.5


def test_a_pitch_between_two_courts_belongs_to_one_of_them_whole():
    """Four slabs in a row are two courts; the border of the courts runs over the pitch."""
    town = block(260, 160)
    town.houses = {f"{n}": slab(20 + 38 * n, 40, 12, 80) for n in range(4)}
    before = yards_of(town)
    pitch = shapely.box(65, 122, 120, 142)
    cut = [ground.intersection(pitch).area for ground in before.values()]
    assert min(cut) > 50
    town.pitches = [pitch]
    after = yards_of(town)
    assert set(after) == set(before)
    shares = sorted(ground.intersection(pitch).area for ground in after.values())
    assert shares == pytest.approx([0, sum(cut)], abs=1)
    larger = max(before, key=lambda houses: before[houses].intersection(pitch).area)
    assert after[larger].intersection(pitch).area == pytest.approx(sum(cut), abs=1)


def test_a_private_house_keeps_its_plot_and_a_shed_does_not():
    town = block()
    town.houses = {"slab": slab(50, 80, 100)}
    town.others["private"] = (slab(90, 40, 10, 10), 25.0)
    town.others["shed"] = (slab(90, 110, 6, 4), 0.0)
    (ground,) = yards_of(town).values()
    assert ground.distance(town.others["private"][0]) > 9
    assert ground.distance(town.others["shed"][0]) < 0.1


def test_a_house_outside_any_block_gets_a_yard():
    town = block()
    town.houses = {"inside": slab(50, 80, 100), "far": slab(900, 900, 60)}
    yards = yards_of(town)
    assert set(yards) == {("inside",), ("far",)}
    assert 3_000 < yards["far",].area < 8_000


def test_a_house_without_any_street_gets_a_yard():
    assert set(yards_of(Town(houses={"alone": slab(0, 0, 60)}))) == {("alone",)}


def test_a_house_that_touches_the_street_has_a_yard_behind_it():
    town = block()
    town.houses = {"edge": slab(50, -2, 100)}
    (ground,) = yards_of(town).values()
    assert ground.distance(town.houses["edge"]) < 0.1
    assert ground.distance(town.streets[-2]) >= STREET_HALF_WIDTH_M - 0.05


def test_a_house_in_closed_grounds_keeps_an_apron():
    """A dormitory on a college's ground: what is near it is its yard, the rest is not."""
    town = block()
    town.closed = [shapely.box(10, 10, 190, 150)]
    town.houses = {"dormitory": slab(70, 70, 60)}
    (ground,) = yards_of(town).values()
    apron = town.houses["dormitory"].buffer(DEFAULT_RULE.apron_m + 0.1)
    assert apron.covers(ground)
    assert ground.area > 1_000


def test_a_walled_in_house_joins_the_nearest_yard():
    """A house that others enclose has no ground: it is a member of the yard beside it."""
    town = block()
    ring = shapely.box(60, 60, 120, 120).difference(shapely.box(80, 80, 100, 100))
    town.houses = {"ring": ring, "core": shapely.box(80, 80, 100, 100)}
    assert set(yards_of(town)) == {("core", "ring")}


def test_a_house_drawn_twice_is_counted_twice_in_yards_that_do_not_overlap():
    town = block()
    town.houses = {"a": slab(50, 80, 100), "again": slab(50, 80, 100)}
    yards = yards_of(town)
    assert sorted(house for houses in yards for house in houses) == ["a", "again"]
    assert sum(ground.area for ground in yards.values()) == pytest.approx(
        shapely.union_all(list(yards.values())).area, abs=1
    )


def test_caps_divide_a_large_estate():
    """Thirty houses that all face each other across 30 m: no yard over the caps."""
    town = block(420, 400)
    town.houses = {
        f"{column}{row}": slab(20 + 80 * column, 20 + 60 * row, 60, 14)
        for column in range(5) for row in range(6)
    }  # fmt: skip
    yards = yards_of(town, max_houses=4, max_area_m2=9_000, facing_share=0.1)
    assert max(len(houses) for houses in yards) <= 4
    assert max(ground.area for ground in yards.values()) <= 9_000


def test_one_house_too_large_for_the_cap_has_its_ground_cut_back():
    town = block(500, 300)
    town.houses = {"snake": slab(50, 140, 380, 14)}
    (ground,) = yards_of(town, max_area_m2=12_000).values()
    assert ground.area <= 12_000
    assert ground.distance(town.houses["snake"]) < 0.1


def test_water_and_railway_are_outside():
    town = block()
    town.houses = {"slab": slab(50, 80, 100)}
    town.water = [shapely.box(60, 100, 90, 120)]
    town.railways = [shapely.LineString([(0, 60), (200, 60)])]
    (ground,) = yards_of(town).values()
    assert ground.intersection(town.water[0]).area < 0.5
    assert ground.distance(town.railways[0]) > 5


def test_no_houses_no_yards():
    town = block()
    town.others["shop"] = (slab(50, 80, 30), 10.0)
    assert yards_of(town) == {}
    assert derive(CityGround.nothing()).yards == ()


def test_every_carriageway_class_has_a_width():
    assert set(HALF_WIDTH_M) == set(CARRIAGEWAY_CLASSES)
