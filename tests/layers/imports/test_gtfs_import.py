"""`import_gtfs`: feeds whole, broken and real."""

import zipfile

import pytest
from django.conf import settings

from citymap.accounts.models import Organization
from citymap.geo import city_point
from layers.models import BusRoute, BusRouteStop, BusStop
from tests.layers.imports.feeds import FEED, changed, write_feed

pytestmark = pytest.mark.django_db
CAIRNS = settings.CITYMAP_REAL_DATA / "gtfs_cairns.zip"
REDDING = settings.CITYMAP_REAL_DATA / "gtfs_redding.zip"
real = pytest.mark.skipif(not CAIRNS.exists(), reason="CITYMAP_REAL_DATA has no GTFS feeds")


def counts(report: dict, layer: str) -> dict:
    return {name: count for name, count in report["layers"][layer].items() if count}


def course(route_id: str) -> list[str]:
    return list(
        BusRouteStop.objects.filter(route__source_id=route_id)
        .order_by("sequence")
        .values_list("stop__source_id", flat=True)
    )


def test_a_feed_becomes_stops_and_routes(run, tmp_path):
    report = run("import_gtfs", write_feed(tmp_path))

    assert counts(report, "bus_stop") == {"read": 5, "created": 4, "skipped": 1}
    assert counts(report, "bus_route") == {"read": 3, "created": 3}
    assert counts(report, "bus_route_stop") == {"read": 8, "created": 8}
    out = BusRoute.objects.get(source_id="r1/0")
    assert (out.number, out.name, out.headsign, out.route_type) == (
        "1",
        "Вокзал - Рынок",
        "Рынок",
        3,
    )
    assert (out.color, out.source) == ("#7bc142", "gtfs:petropavl")
    assert out.carrier == Organization.objects.get(name="Автопарк")
    assert out.carrier.kind == "carrier"
    assert course("r1/0") == ["a", "b", "c"]
    assert course("r1/1") == ["c", "b", "a"]
    assert out.geom.num_points == 4
    stop = BusStop.objects.get(source_id="a")
    assert (stop.name, stop.name_kk, stop.code) == ("Вокзал", "Вокзал аялдамасы", "101")
    assert stop.geom.distance(city_point(69.15, 54.87)) < 0.01


def test_types_other_than_bus_are_kept_as_they_are(run, tmp_path):
    run("import_gtfs", write_feed(tmp_path))

    night = BusRoute.objects.get(source_id="t/0")
    assert (night.route_type, night.number) == (705, "Н1")
    assert night.geom.num_points == 2, "without a shape the course goes from stop to stop"
    assert night.headsign == "Школа", "without a headsign: the last stop"


def test_the_same_feed_again_writes_nothing(run, tmp_path):
    path = write_feed(tmp_path)
    run("import_gtfs", path)

    report = run("import_gtfs", path)

    assert counts(report, "bus_stop") == {"read": 5, "unchanged": 4, "skipped": 1}
    assert counts(report, "bus_route") == {"read": 3, "unchanged": 3}
    assert counts(report, "bus_route_stop") == {"read": 8, "unchanged": 8}
    assert Organization.objects.count() == 1


def test_a_new_edition_updates(run, tmp_path):
    run("import_gtfs", write_feed(tmp_path))
    edition = changed("stops", "a,101,Вокзал,54.87,69.15", "a,101,Новый вокзал,54.87,69.15")
    edition = changed("stop_times", "t1,c,3\nt2,a,1\n", "t1,d,3\nt2,a,1\n", feed=edition)
    edition = changed("stop_times", "t2,c,3", "t2,d,3", feed=edition)

    report = run("import_gtfs", write_feed(tmp_path, edition))

    assert counts(report, "bus_stop") == {"read": 5, "updated": 1, "unchanged": 3, "skipped": 1}
    assert counts(report, "bus_route_stop") == {"read": 8, "updated": 1, "unchanged": 7}
    assert course("r1/0") == ["a", "b", "d"]


def test_what_the_feed_no_longer_has_is_retired_within_limits(run, refused, tmp_path):
    run("import_gtfs", write_feed(tmp_path))
    shorter = changed("trips", "t,s,t4,,,\n", "")

    assert "--force" in refused("import_gtfs", write_feed(tmp_path, shorter))
    assert BusRoute.objects.current().count() == 3

    report = run("import_gtfs", write_feed(tmp_path, shorter), "--force")
    assert counts(report, "bus_route")["retired"] == 1
    assert set(BusRoute.objects.current().values_list("source_id", flat=True)) == {"r1/0", "r1/1"}


def test_known_stops_are_not_drawn_twice(run, tmp_path):
    known = BusStop.objects.create(
        source="osm", source_id="n1", valid_from="2024-01-01", name="Вокзал",
        geom=city_point(69.1503, 54.87),
    )  # fmt: skip
    BusStop.objects.create(
        source="osm", source_id="n2", valid_from="2024-01-01", name="Больница",
        geom=city_point(69.16, 54.871),
    )  # fmt: skip

    report = run("import_gtfs", write_feed(tmp_path))

    assert counts(report, "bus_stop") == {"read": 5, "created": 3, "merged": 1, "skipped": 1}
    assert report["merged"][0]["id"] == "a"
    assert "osm n1" in report["merged"][0]["reason"]
    assert not BusStop.objects.filter(source_id="a").exists()
    assert known.routes.count() == 2
    assert counts(run("import_gtfs", write_feed(tmp_path)), "bus_stop") == {
        "read": 5, "unchanged": 3, "merged": 1, "skipped": 1,
    }  # fmt: skip


def test_a_stop_that_becomes_known_later_is_replaced(run, tmp_path):
    run("import_gtfs", write_feed(tmp_path))
    BusStop.objects.create(
        source="osm", source_id="n1", valid_from="2024-01-01", name="вокзал",
        geom=city_point(69.1503, 54.87),
    )  # fmt: skip

    report = run("import_gtfs", write_feed(tmp_path))

    assert counts(report, "bus_stop")["retired"] == 1
    assert BusStop.objects.current().filter(name__iexact="вокзал").get().source == "osm"
    assert BusRouteStop.objects.filter(stop__valid_to__isnull=False).count() == 0


def test_dry_run_writes_nothing(run, tmp_path):
    report = run("import_gtfs", write_feed(tmp_path), "--dry-run")

    assert counts(report, "bus_route")["created"] == 3
    assert not BusStop.objects.exists()
    assert not Organization.objects.exists()


def test_a_feed_in_a_folder_with_marks_and_crlf(run, tmp_path):
    path = tmp_path / "feed.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("__MACOSX/feed/stops.txt", "garbage")
        for name, text in FEED.items():
            archive.writestr(f"feed/{name}.txt", ("\ufeff" + text.replace("\n", "\r\n")).encode())

    assert counts(run("import_gtfs", path), "bus_route") == {"read": 3, "created": 3}


def test_a_feed_without_optional_tables(run, tmp_path):
    needed = {name: FEED[name] for name in ("stops", "routes", "trips", "stop_times")}

    report = run("import_gtfs", write_feed(tmp_path, needed), "--source", "buses")

    assert counts(report, "bus_route")["created"] == 3
    assert set(BusRoute.objects.values_list("source", "carrier")) == {("buses", None)}


def test_unusable_stops_and_routes_are_listed(run, tmp_path):
    feed = FEED | {
        "stops": FEED["stops"]
        + "z,,Ноль,0,0,,\ny,,Нет,,,,\nx,,Далеко,51.1,71.4,,\n"
        + "a,,Снова,54.87,69.15,,\nw,,,nan,69,,\n",
        "routes": FEED["routes"] + "r9,p,9,Девятый,3,\nr8,p,8,Восьмой,9999,\nr1,p,1,Снова,3,\n",
    }

    report = run("import_gtfs", write_feed(tmp_path, feed))

    assert {(item["layer"], item["id"]): item["reason"] for item in report["skipped"]} == {
        ("bus_stop", "st"): "a station or entrance, not a stop",
        ("bus_stop", "z"): "no position",
        ("bus_stop", "y"): "no position",
        ("bus_stop", "w"): "no position",
        ("bus_stop", "x"): "lies outside the city (--anywhere takes it)",
        ("bus_stop", "a"): "its stop_id is used twice",
        ("bus_route", "r9"): "no trip that calls at two stops in the city",
        ("bus_route", "r8"): "unknown route_type '9999'",
        ("bus_route", "r1"): "its route_id is used twice",
    }


def test_times_at_stops_that_are_not_there(run, tmp_path):
    feed = changed("stop_times", "t1,b,2", "t1,ghost,2")
    feed = changed("stop_times", "t2,b,2", "t2,ghost,2", feed=feed)

    report = run("import_gtfs", write_feed(tmp_path, feed))

    assert any("lacks, left out: ghost" in note for note in report["notes"])
    assert course("r1/0") == ["a", "c"]


@pytest.mark.parametrize(
    "feed, words",
    [
        ({name: FEED[name] for name in ("stops", "routes", "trips")}, "lacks stop_times.txt"),
        ({}, "lacks stops.txt, routes.txt, trips.txt, stop_times.txt"),
        (FEED | {"stops": "stop_id,stop_name\na,b\n"}, "lacks the column stop_lat, stop_lon"),
        (FEED | {"trips": "route_id,trip_id\n"}, "trips.txt has no rows"),
        (FEED | {"stops": ""}, "stops.txt is empty"),
        (FEED | {"trips": "route_id,trip_id\nr1,other\n"}, "belong together"),
        (FEED | {"stops": "stop_id,stop_lat,stop_lon\na,0,0\n"}, "no stop with a position"),
        (FEED | {"stops": "stop_id,stop_lat,stop_lon\na,-16.9,145.7\n"}, "outside the city"),
        (FEED | {"feed_info": "a\n1\n", "agency": "agency_name\n\n"}, "--source"),
    ],
)  # fmt: skip
def test_broken_feeds_change_nothing(refused, tmp_path, feed, words):
    assert words in refused("import_gtfs", write_feed(tmp_path, feed))
    assert not BusStop.objects.exists()
    assert not BusRoute.objects.exists()


def test_what_is_no_feed_at_all(refused, tmp_path):
    text = tmp_path / "feed.zip"
    text.write_text("not a zip")
    assert "is not a zip file" in refused("import_gtfs", text)
    assert "there is no file" in refused("import_gtfs", tmp_path / "no.zip")

    damaged = write_feed(tmp_path)
    content = bytearray(damaged.read_bytes())
    content[60:120] = b"\xff" * 60
    damaged.write_bytes(content)
    assert "cannot be unpacked" in refused("import_gtfs", damaged)
    damaged.write_bytes(bytes(content[: len(content) // 2]))
    assert "zip file" in refused("import_gtfs", damaged)


def test_a_bomb_is_not_unpacked(refused, tmp_path):
    path = tmp_path / "feed.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in FEED.items():
            archive.writestr(f"{name}.txt", text)
        archive.writestr("shapes.txt.bak", b"0" * 50_000_000)

    assert "zip bomb" in refused("import_gtfs", path)
    assert "more than 20 MB" in refused("import_gtfs", path, "--max-mb", "20")


@real
@pytest.mark.realdata
@pytest.mark.parametrize(
    "path, stops, routes, source",
    [
        (CAIRNS, 416, 40, "gtfs:department-of-transport-an-59a0457c"),
        (REDDING, 375, 23, "gtfs:redding-ca-us"),
    ],
)
def test_real_feeds_of_other_cities(run, refused, path, stops, routes, source):
    assert "--anywhere" in refused("import_gtfs", path)

    report = run("import_gtfs", path, "--anywhere")

    assert counts(report, "bus_stop") == {"read": stops, "created": stops}
    assert counts(report, "bus_route") == {"read": routes, "created": routes}
    assert report["notes"][0] == f"source {source}"
    again = run("import_gtfs", path, "--anywhere")
    assert counts(again, "bus_stop") == {"read": stops, "unchanged": stops}
    assert counts(again, "bus_route") == {"read": routes, "unchanged": routes}


@real
@pytest.mark.realdata
def test_real_feed_by_its_own_box(run):
    assert counts(run("import_gtfs", CAIRNS, "--bbox", "145.6,-17.2,145.9,-16.6"), "bus_stop") == {
        "read": 416,
        "created": 416,
    }
