"""The demo city: Petropavl's proportions, a sound geometry, both languages, known faults."""

import csv
import datetime as dt
import io
import json
import zipfile
from collections import Counter

import numpy as np
import pytest
import shapely

from layers.demo import faults
from layers.demo.files import HOME_BOX

# What the real extract has, counted from it (docs/adr/0701), and how far the demo may be off.
REAL_BUILDINGS, REAL_ADDRESSES, REAL_ROADS_KM = 42_798, 30_496, 2_009
MAIN_CLASSES = {"trunk", "primary", "secondary", "tertiary", "unclassified", "residential"}


def near(value: float, real: float, tolerance: float) -> bool:
    return abs(value - real) <= tolerance * real


def road_km(drawn) -> Counter:
    km: Counter = Counter()
    for length, tags in zip(shapely.length(drawn.roads), drawn.road_tags, strict=True):
        km[tags["highway"]] += length / 1000
    return km


def test_size_is_that_of_the_real_city(drawn):
    assert near(len(drawn.buildings), REAL_BUILDINGS, 0.08)
    addressed = [tags for tags in drawn.building_tags if "addr:housenumber" in tags]
    assert near(len(addressed), REAL_ADDRESSES, 0.12)
    assert all(tags["addr:street"] for tags in addressed)
    assert near(sum(road_km(drawn).values()), REAL_ROADS_KM, 0.15)
    assert near(road_km(drawn)["residential"], 441, 0.2)


def test_apartment_houses_and_what_is_known_of_them(drawn):
    kinds = drawn.buildings_by("building")
    assert 550 <= kinds["apartments"] <= 900
    assert kinds["yes"] > 0.9 * len(drawn.buildings)
    levels = drawn.buildings_by("building:levels")
    assert sum(levels.values()) >= 1000
    assert levels["5"] > 3 * levels["9"] > 0
    assert 400 <= sum(drawn.buildings_by("building:flats").values()) <= 900
    assert sum(drawn.buildings_by("ref:KZ:RCA").values()) > 100
    apartments = [
        house.area
        for house, tags in zip(drawn.buildings, drawn.building_tags, strict=True)
        if tags["building"] == "apartments"
    ]
    assert 700 <= np.median(apartments) <= 1150


def test_public_places_and_industry(drawn):
    kinds = drawn.buildings_by("building")
    assert kinds["school"] >= 12
    assert kinds["kindergarten"] >= 12
    assert kinds["hospital"] >= 3
    assert kinds["industrial"] >= 40
    assert kinds["garages"] >= 20
    for key, value, least in (
        ("landuse", "allotments", 60),
        ("landuse", "industrial", 40),
        ("leisure", "park", 6),
        ("natural", "wood", 100),
        ("leisure", "playground", 100),
        ("leisure", "pitch", 40),
        ("amenity", "waste_disposal", 80),
        ("place", "village", 5),
    ):
        assert drawn.count(key, value) >= least, (key, value)


def test_things_along_streets(drawn):
    assert 4_000 <= drawn.count("highway", "street_lamp") <= 9_000
    assert 5_000 <= drawn.count("man_made", "manhole") <= 12_000
    assert drawn.count("man_made", "surveillance") == 300
    assert 150 <= drawn.count("highway", "bus_stop") <= 320
    substances = Counter(t["substance"] for t in drawn.lines if t.get("man_made") == "pipeline")
    assert set(substances) == {"hot_water", "water", "sewage", "rainwater", "gas"}
    assert min(substances.values()) > 30
    assert {t.get("location") for t in drawn.lines if "substance" in t} >= {
        "underground",
        "overground",
    }
    assert drawn.count("power", "cable") > 50
    assert drawn.count("communication", "cable") > 50
    manholes = [tags for tags in drawn.points if tags.get("man_made") == "manhole"]
    assert {tags["manhole"] for tags in manholes} == {
        "heat", "water", "sewer", "drain", "gas", "power", "telecom",
    }  # fmt: skip
    states = Counter(tags.get("condition") for tags in manholes)
    assert states["open"] < states["damaged"] + states["sunken"] < states["ok"]
    assert all(tags["operator"] for tags in manholes)


def test_everything_lies_in_the_default_box(drawn):
    west, south, east, north = drawn.box
    assert HOME_BOX.contains(west, south)
    assert HOME_BOX.contains(east, north)


def test_houses_do_not_stand_in_each_other_or_on_streets(drawn):
    sound = shapely.is_valid(drawn.buildings)
    assert (~sound).sum() <= 2
    houses = drawn.buildings[sound]
    tree = shapely.STRtree(houses)
    left, right = tree.query(houses, "intersects")
    once = left < right
    overlap = shapely.area(shapely.intersection(houses[left[once]], houses[right[once]]))
    assert (overlap > 1.0).sum() == 0
    named = np.array([tags["highway"] in MAIN_CLASSES for tags in drawn.road_tags])
    assert not len(tree.query(drawn.roads[named], "intersects")[0])
    others = tree.query(drawn.roads[~named], "intersects")[0]
    assert len(others) < 0.001 * len(houses)


def test_every_court_can_be_reached(drawn):
    """Each apartment house has a drive, path or street within 60 m."""
    homes = np.array(
        [
            house
            for house, tags in zip(drawn.buildings, drawn.building_tags, strict=True)
            if tags["building"] in ("apartments", "dormitory")
        ]
    )
    _, distance = shapely.STRtree(drawn.roads).query_nearest(
        homes, return_distance=True, all_matches=False
    )
    assert len(distance) == len(homes)
    assert distance.max() < 60


def test_streets_form_one_network(drawn):
    """Nodes are shared at crossings: nearly all street length hangs together."""
    main = [road for road, tags in zip(drawn.roads, drawn.road_tags, strict=True)
            if tags["highway"] in MAIN_CLASSES]  # fmt: skip
    ends: dict[tuple[float, float], int] = {}
    parent = list(range(len(main)))

    def root(index: int) -> int:
        while parent[index] != index:
            parent[index] = parent[parent[index]]
            index = parent[index]
        return index

    for index, road in enumerate(main):
        for x, y in np.round(np.asarray(road.coords), 2).tolist():
            other = ends.setdefault((x, y), index)
            parent[root(index)] = root(other)
    length: Counter = Counter()
    for index, road in enumerate(main):
        length[root(index)] += road.length
    assert length.most_common(1)[0][1] > 0.85 * sum(length.values())


def test_names_in_both_languages(drawn):
    named = [t for t in drawn.road_tags if t["highway"] in MAIN_CLASSES and "name" in t]
    assert len({tags["name:ru"] for tags in named}) > 250
    assert all(tags["name:ru"] and tags["name:kk"] for tags in named)
    assert any(tags["name"] == tags["name:kk"] for tags in named)
    assert any("old_name" in tags for tags in named)
    stops = [tags for tags in drawn.points if tags.get("highway") == "bus_stop"]
    assert all(tags["name:ru"] and tags["name:kk"] for tags in stops)
    streets = {tags["addr:street"] for tags in drawn.building_tags if "addr:street" in tags}
    assert sum(name.endswith((" СТ", " ДО", ")")) for name in streets) > 30
    letters = "".join(tags["name:kk"] for tags in named)
    assert set("әғқңөұүі") <= set(letters.casefold())


def test_boundaries(drawn):
    boundaries = [tags for tags in drawn.relations if tags.get("boundary") == "administrative"]
    assert Counter(tags["admin_level"] for tags in boundaries) == {"4": 1, "6": 3}
    assert sum(tags.get("place") == "city" for tags in boundaries) == 1


def test_deliberate_faults_are_there(drawn):
    assert drawn.incomplete == faults.MISSING_WAYS
    assert set(faults.ODD_LEVELS) <= set(drawn.buildings_by("building:levels"))
    dates = {tags.get("start_date") for tags in drawn.building_tags}
    assert set(faults.ODD_DATES) <= dates
    assert (~shapely.is_valid(drawn.buildings)).sum() >= 1


def test_ids_are_positions_in_order(drawn):
    assert drawn.node_ids == sorted(set(drawn.node_ids))
    assert len(set(drawn.building_ids)) == len(drawn.building_ids)


@pytest.fixture(scope="module")
def feed(demo_files) -> dict[str, list[dict[str, str]]]:
    with zipfile.ZipFile(demo_files.gtfs) as archive:
        return {
            name.removesuffix(".txt"): list(
                csv.DictReader(io.StringIO(archive.read(name).decode("utf-8")))
            )
            for name in archive.namelist()
        }


def test_ten_routes_both_ways(feed):
    assert len(feed["routes"]) == 10
    directions = {(trip["route_id"], trip["direction_id"]) for trip in feed["trips"]}
    assert len(directions) == 20
    assert {row["agency_id"] for row in feed["routes"]} == {"bus1", "bus2"}
    per_trip = Counter(row["trip_id"] for row in feed["stop_times"])
    assert min(per_trip.values()) >= 8


def test_stops_of_the_feed_are_those_of_the_map(feed, drawn):
    on_map = {t["ref"]: t["name"] for t in drawn.points if t.get("highway") == "bus_stop"}
    assert {stop["stop_id"]: stop["stop_name"] for stop in feed["stops"]} == on_map
    called = {row["stop_id"] for row in feed["stop_times"]}
    assert called == set(on_map)


def test_times_grow_along_a_trip(feed):
    trip = feed["stop_times"][0]["trip_id"]
    times = [row["arrival_time"] for row in feed["stop_times"] if row["trip_id"] == trip]
    assert times == sorted(times)
    assert len(set(times)) == len(times)


def test_snow_clearing(demo_files):
    rounds = json.loads(demo_files.rounds.read_text(encoding="utf-8"))["features"]
    classes = {item["properties"]["street_class"] for item in rounds}
    assert classes == {"trunk", "primary", "secondary", "tertiary", "residential"}
    assert len({item["properties"]["id"] for item in rounds}) == len(rounds)
    with demo_files.tracks.open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    assert len(rows) > 20_000
    days = {dt.datetime.fromisoformat(row["time"]).date() for row in rows}
    assert len(days) > 10
    assert min(days) >= dt.date(2025, 11, 1)
    assert max(days) <= dt.date(2026, 4, 1)
    assert len({row["vehicle"] for row in rows}) > 10
    lon = np.array([float(row["lon"]) for row in rows])
    lat = np.array([float(row["lat"]) for row in rows])
    assert 69.0 < lon.min() < lon.max() < 69.3
    assert 54.8 < lat.min() < lat.max() < 55.0
