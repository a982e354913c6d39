"""The generator's parts on small ground: chance, lots, shapes, ids, plan, region."""

import json

import numpy as np
import osmium
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from citymap.accounts.demo import LOGINS
from citymap.demo import DEMO_LOGINS
from layers.demo import chance, osmfile, snow
from layers.demo.files import HOME_BOX, cells, organizations, region_box
from layers.demo.lots import STYLES, build_lots
from layers.demo.managers import LAST_DAY_OF_COOPERATIVES, plan_terms
from layers.demo.plan import PLAN_FOLDER, PlanError, placed, read_plan
from layers.demo.shapes import rectangles, split_polygon, without_conflicts
from layers.demo.sheet import Sheet

ORIGIN = np.array([509_000.0, 6_083_000.0])


# --- chance -------------------------------------------------------------------------------
def test_chance_is_the_same_on_every_machine():
    keys = np.array([chance.word("a"), chance.word("b", 2)])
    assert keys.tolist() == [int(chance.word("a")), int(chance.word("b", 2))]
    assert chance.mix(np.array([0], dtype=np.uint64))[0] == 0xE220A8397B1DCDAF


def test_chance_is_even():
    keys = chance.spots(1, "test", np.arange(50_000.0), np.zeros(50_000))
    found = chance.uniform(keys, "x")
    assert found.min() >= 0
    assert found.max() < 1
    counts, _ = np.histogram(found, bins=20, range=(0, 1))
    assert abs(counts - 2500).max() < 250
    assert abs(np.corrcoef(found, chance.uniform(keys, "y"))[0, 1]) < 0.02


def test_places_in_one_cell_share_a_key():
    x = np.array([100.2, 99.8, 104.0])
    keys = chance.spots(1, "test", x, np.zeros(3), cell_m=4.0)
    assert keys[0] == keys[1] != keys[2]


def test_pick_follows_the_shares():
    keys = chance.spots(3, "pick", np.arange(20_000.0), np.zeros(20_000))
    picked = chance.pick(keys, "kind", {"a": 3, "b": 1})
    assert 0.73 < (picked == "a").mean() < 0.77


# --- shapes -------------------------------------------------------------------------------
boxes = st.lists(
    st.tuples(
        st.floats(0, 120), st.floats(0, 120), st.floats(3, 30), st.floats(3, 30),
        st.floats(0, 2 * np.pi),
    ),
    min_size=1,
    max_size=40,
)  # fmt: skip


@settings(max_examples=60, deadline=None)
@given(boxes, st.floats(0, 8))
def test_what_is_kept_keeps_its_distance(drawn_boxes, gap):
    x, y, length, depth, turn = np.array(drawn_boxes).T
    shapes = rectangles(
        np.column_stack([x, y]), np.column_stack([np.cos(turn), np.sin(turn)]), length, depth
    )
    keep = without_conflicts(shapes, gap)
    kept = shapes[keep]
    for index, one in enumerate(kept):
        others = np.delete(kept, index)
        assert not len(others) or shapely.distance(one, others).min() >= gap
    for dropped in shapes[~keep]:
        assert shapely.distance(dropped, kept).min() <= gap + 1e-9


@settings(max_examples=40, deadline=None)
@given(st.floats(0, np.pi), st.floats(-40, 40))
def test_split_loses_no_ground(turn, shift):
    ground = shapely.box(0, 0, 100, 60)
    point = np.array([50.0 + shift, 30.0])
    parts = split_polygon(ground, point, np.array([np.cos(turn), np.sin(turn)]))
    assert sum(part.area for part in parts) == pytest.approx(6000, abs=2)


# --- lots ---------------------------------------------------------------------------------
@settings(max_examples=25, deadline=None)
@given(
    st.sampled_from(sorted(STYLES)), st.floats(60, 240), st.floats(40, 110), st.floats(-0.4, 0.4),
    st.floats(0, 3.1),
)  # fmt: skip
def test_houses_stay_on_their_ground_and_apart(style, length, width, lean, turn):
    corners = np.array([[0, 0], [length, 0], [length + lean * width, width], [lean * width, width]])
    rotation = np.array([[np.cos(turn), -np.sin(turn)], [np.sin(turn), np.cos(turn)]])
    block = shapely.Polygon(corners @ rotation.T + ORIGIN)
    sheet = Sheet()
    build_lots(sheet, np.array([block], dtype=object), STYLES[style], seed=5)
    houses = np.array([house.geom for house in sheet.houses], dtype=object)
    assert all(block.contains(house) for house in houses)
    for index, house in enumerate(houses):
        others = np.delete(houses, index)
        assert not len(others) or shapely.distance(house, others).min() >= STYLES[style].gap - 1e-9


def test_a_private_quarter_is_full_of_houses():
    sheet = Sheet()
    block = shapely.box(*ORIGIN, *(ORIGIN + [220, 90]))
    assert build_lots(sheet, np.array([block], dtype=object), STYLES["private"], seed=5) >= 12
    assert build_lots(Sheet(), np.array([], dtype=object), STYLES["private"], seed=5) == 0


# --- ids ----------------------------------------------------------------------------------
@settings(max_examples=100, deadline=None)
@given(st.integers(0, 2**26), st.integers(0, 2**26), st.integers(0, 2**26), st.integers(0, 2**26))
def test_ids_tell_places_apart(lon, lat, other_lon, other_lat):
    ids = osmfile.node_ids(np.array([lon, other_lon]), np.array([lat, other_lat]))
    assert (ids > 0).all()
    assert (ids[0] == ids[1]) == ((lon, lat) == (other_lon, other_lat))


def test_crossing_streets_share_a_node_and_points_are_their_own():
    sheet = Sheet()
    sheet.line(np.array([[0, 0], [50, 0], [100, 0]]) + ORIGIN, {"highway": "residential"})
    sheet.line(np.array([[50, -50], [50, 0], [50, 50]]) + ORIGIN, {"highway": "residential"})
    for _ in range(3):
        sheet.point(*(ORIGIN + [50, 0]), {"highway": "street_lamp"})
    encoded = osmfile.encode(sheet)
    assert len(encoded.node_id) == 5 + 3
    shared = set(encoded.ways[0][1]) & set(encoded.ways[1][1])
    assert len(shared) == 1
    assert len(encoded.node_tags) == 3
    assert not shared & set(encoded.node_tags)


def test_a_house_with_a_court_becomes_a_relation():
    sheet = Sheet()
    outer = shapely.box(*ORIGIN, *(ORIGIN + 60))
    sheet.area(outer.difference(outer.buffer(-14)), {"building": "apartments"})
    encoded = osmfile.encode(sheet)
    ((number, members, tags),) = encoded.relations
    assert tags == {"type": "multipolygon", "building": "apartments"}
    assert [role for _, _, role in members] == ["outer", "inner"]
    assert {ref for _, ref, _ in members} == {way[0] for way in encoded.ways}
    assert all(way[2] == {} for way in encoded.ways)


# --- plan ---------------------------------------------------------------------------------
def test_the_plan_is_small_and_lies_in_its_box():
    path = PLAN_FOLDER / "plan.geojson"
    assert path.stat().st_size < 100_000
    data = json.loads(path.read_text(encoding="utf-8"))
    for feature in data["features"]:
        degrees = shapely.get_coordinates(shapely.from_geojson(json.dumps(feature["geometry"])))
        assert all(HOME_BOX.contains(lon, lat) for lon, lat in degrees), feature["properties"]


def test_names_are_complete_and_unlike():
    plan = read_plan()
    assert len(plan.streets) > 350
    assert len({ru for ru, _ in plan.streets}) == len(plan.streets)
    assert all(ru.strip() and kk.strip() for ru, kk in plan.streets)
    for kind in ("street", "zone", "village"):
        for item in plan.of(kind):
            assert bool(item.name_ru) == bool(item.name_kk), (kind, item.props)


@pytest.mark.parametrize(
    "feature, message",
    [
        ({"type": "Feature", "properties": {"kind": "volcano"},
          "geometry": {"type": "Point", "coordinates": [69.1, 54.9]}}, "feature 1: kind 'volcano'"),
        ({"type": "Feature", "properties": None,
          "geometry": {"type": "Point", "coordinates": [69.1, 54.9]}}, "feature 1: kind None"),
        ({"type": "Feature", "properties": {"kind": "urban"},
          "geometry": {"type": "Polygon", "coordinates": [[[69.1, 54.9], [69.2, 54.95],
                       [69.2, 54.9], [69.1, 54.95], [69.1, 54.9]]]}}, "(urban)"),
    ],
)  # fmt: skip
def test_a_wrong_plan_is_refused_by_feature(tmp_path, feature, message):
    (tmp_path / "names.json").write_text((PLAN_FOLDER / "names.json").read_text())
    (tmp_path / "plan.geojson").write_text(
        json.dumps({"type": "FeatureCollection", "features": [feature]})
    )
    with pytest.raises(PlanError) as caught:
        read_plan(tmp_path)
    assert message in str(caught.value)


def test_organisations_of_all_kinds_in_three_languages():
    listed = organizations()
    assert len(listed) >= 25
    assert len({item["id"] for item in listed}) == len(listed)
    assert all(item[name] for item in listed for name in ("ru", "kk", "en", "short", "kind"))
    assert {item["kind"] for item in listed} >= {
        "state_body", "utility", "contractor", "house_manager", "police", "carrier",
    }  # fmt: skip
    assert set(LOGINS) == set(DEMO_LOGINS)


# --- region -------------------------------------------------------------------------------
def test_a_region_keeps_the_home_city_where_it_is():
    assert cells(1) == [(0, 0)]
    assert len(set(cells(10))) == 10
    assert cells(10)[0] == (0, 0)
    assert region_box(1) == HOME_BOX
    wide = region_box(10)
    assert wide.contains(HOME_BOX.west, HOME_BOX.south)
    assert wide.contains(HOME_BOX.east, HOME_BOX.north)


@pytest.mark.parametrize("other", [(1, 0), (0, 1), (-1, 0), (0, -1)])
def test_roads_and_rails_go_on_in_the_next_city(other):
    plan = read_plan()
    here = placed(plan, number=0, column=0, row=0, names={})
    there = placed(plan, number=1, column=other[0], row=other[1], names={})
    border = here.cell.intersection(there.cell)
    assert border.length > 1000

    def crossings(one) -> set[tuple[float, ...]]:
        lines = [item.geom for kind in ("rail", "street", "river") for item in one.of(kind)]
        ends = [np.asarray(line.coords)[i] for line in lines for i in (0, -1)]
        return {
            tuple(np.round(end, 1)) for end in ends if border.distance(shapely.Point(end)) < 0.01
        }

    assert crossings(here) == crossings(there) != set()


# --- snow, managers -----------------------------------------------------------------------
def test_years_add_winters_before():
    one, three = snow.snowfalls(109, 1), snow.snowfalls(109, 3)
    assert one == three[-len(one) :]
    assert {day.year for day in three} == {2023, 2024, 2025, 2026}


def test_managers_follow_one_another():
    houses = [(f"w{number}", f"Абая, {number}") for number in range(400)]
    terms, names = plan_terms(houses, 109)
    by_house: dict[str, list] = {}
    for term in terms:
        by_house.setdefault(term.house, []).append(term)
    assert {term.form for term in terms} == {"osi", "nsu", "ksk"}
    for found in by_house.values():
        found.sort(key=lambda term: term.since)
        for earlier, later in zip(found[:-1], found[1:], strict=True):
            assert earlier.until == later.since
    for term in terms:
        if term.form == "ksk":
            assert term.until <= LAST_DAY_OF_COOPERATIVES
        else:
            assert names[term.body] == dict(houses)[term.house]
    assert plan_terms(houses, 109) == (terms, names)
    assert plan_terms(houses[:10], 109)[0] == [t for t in terms if t.house in dict(houses[:10])]


def test_no_id_is_given_twice(tmp_path):
    """Relations of neighbouring cities may be named after the same way."""
    spools = []
    for city in range(3):
        encoded = osmfile.Encoded(
            node_id=np.array([city * 2 + 1, city * 2 + 2]),
            node_lon=np.array([0, 100]) + city,
            node_lat=np.array([0, 100]),
            node_tags={},
            ways=[(city + 1, [city * 2 + 1, city * 2 + 2], {"highway": "service"})],
            relations=[(7, [("w", city + 1, "outer")], {"name": str(city)})],
        )
        spools.append(tmp_path / f"{city}.spool")
        osmfile.spool(encoded, spools[-1])
    osmfile.write_osm(tmp_path / "city.osm.pbf", spools)
    objects = osmium.FileProcessor(str(tmp_path / "city.osm.pbf"), osmium.osm.RELATION)
    assert [(one.id, one.tags["name"]) for one in objects] == [(7, "0"), (8, "1"), (9, "2")]
