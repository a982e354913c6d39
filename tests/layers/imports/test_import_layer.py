"""`import_layer`: what becomes of rows, over two imports and more."""

import datetime as dt

import pytest
import shapely
from django.core.management import call_command

from citymap.accounts.choices import OrganizationKind
from citymap.accounts.models import Organization
from citymap.geo import city_point
from citymap.places.models import SearchEntry
from layers.imports.registry import importable_layers
from layers.models import (
    Address,
    Building,
    Manhole,
    NetworkSegment,
    Playground,
    Road,
    SnowplowRoute,
    Street,
)

pytestmark = pytest.mark.django_db


def counts(report: dict, layer: str) -> dict:
    """The counts that are not zero."""
    return {name: count for name, count in report["layers"][layer].items() if count}


def test_every_layer_of_the_contract_is_importable():
    contract = (
        "building address street yard playground sports_ground manhole network_segment camera"
        " street_lamp waste_site bus_stop territory road water land_use railway place"
        " bus_route snowplow_route snowplow_track"
    )

    assert set(contract.split()) == set(importable_layers())


def test_an_office_file_in_russian(run, save, points):
    Organization.objects.create(
        kind=OrganizationKind.UTILITY, name="North Heat LLP", name_ru="ТОО «Северное тепло»"
    )
    path = save(
        "manholes.gpkg",
        points,
        {
            "Вид сети": ["Теплосеть", "вода", None],
            "Состояние": ["открыт", "", "исправен"],
            "Балансодержатель": ["тоо северное тепло", "ГКП Водоканал", None],
            "Номер": ["К-1", "12", None],
            "Прочее": ["x", "y", "z"],
        },
    )

    report = run("import_layer", "manhole", path)

    assert counts(report, "manhole") == {"read": 3, "created": 3}
    heat, water, unknown = Manhole.objects.order_by("id")
    assert (heat.network_kind, heat.state, heat.number) == ("heat", "open", "К-1")
    assert heat.owner.name == "North Heat LLP"
    assert heat.owner_name == "тоо северное тепло"
    assert (water.network_kind, water.state, water.number) == ("water", "unknown", "12")
    assert (water.owner, water.owner_name) == (None, "ГКП Водоканал")
    assert (unknown.network_kind, unknown.owner_name) == ("unknown", "")
    assert heat.source == "city"
    assert heat.geom.distance(city_point(points[0].x, points[0].y)) < 0.001
    assert any("not used: Прочее" in note for note in report["notes"])
    assert any("ГКП Водоканал" in note for note in report["notes"])


def test_the_same_file_again_writes_nothing(run, save, points):
    path = save("manholes.gpkg", points, {"kind": ["heat", "water", "gas"]})
    run("import_layer", "manhole", path)
    written = list(Manhole.objects.values_list("pk", "source_id").order_by("pk"))

    report = run("import_layer", "manhole", path)

    assert counts(report, "manhole") == {"read": 3, "unchanged": 3}
    assert list(Manhole.objects.values_list("pk", "source_id").order_by("pk")) == written


def test_a_corrected_attribute_updates_the_object_in_its_place(run, save, points):
    run("import_layer", "manhole", save("a.gpkg", points, {"state": ["ok", "ok", "ok"]}))

    report = run("import_layer", "manhole", save("b.gpkg", points, {"state": ["ok", "open", "ok"]}))

    assert counts(report, "manhole") == {"read": 3, "updated": 1, "unchanged": 2}


def test_with_an_id_column_an_object_may_move(run, save, points):
    columns = {"nr": ["a", "b", "c"]}
    run("import_layer", "manhole", save("a.gpkg", points, columns), "--id-column", "nr")
    moved = [shapely.affinity.translate(points[0], 0.0005), *points[1:]]

    report = run("import_layer", "manhole", save("b.gpkg", moved, columns), "--id-column", "nr")

    assert counts(report, "manhole") == {"read": 3, "updated": 1, "unchanged": 2}
    assert set(Manhole.objects.values_list("source_id", flat=True)) == {"a", "b", "c"}


def test_an_id_twice_or_missing(run, save, points):
    path = save("a.geojson", points, {"id": ["a", "a", None]})

    report = run("import_layer", "manhole", path)

    assert counts(report, "manhole") == {"read": 3, "created": 1, "skipped": 2}
    assert {item["id"]: item["reason"] for item in report["skipped"]} == {
        "row 2": "its id a is that of row 1",
        "row 3": "has no id",
    }


def test_rows_that_repeat_another_are_merged(run, save, points):
    path = save("a.gpkg", [points[0], points[0], points[1]], {"kind": ["heat"] * 3})

    report = run("import_layer", "manhole", path)

    assert counts(report, "manhole") == {"read": 3, "created": 2, "merged": 1}
    assert report["merged"][0]["id"] == "row 2"


def test_columns_that_a_file_lacks_are_left_as_they_are(run, save, points):
    columns = {"id": ["a", "b", "c"]}
    run("import_layer", "manhole", save("a.gpkg", points, {**columns, "state": ["open"] * 3}))
    run("import_layer", "manhole", save("b.gpkg", points, {**columns, "kind": ["gas"] * 3}))

    assert set(Manhole.objects.values_list("network_kind", "state")) == {("gas", "open")}


def test_bad_cells_skip_their_row_only(run, save, points):
    lines = [shapely.LineString([p, shapely.affinity.translate(p, 0.001)]) for p in points]
    path = save(
        "nets.gpkg",
        lines,
        {"вид": ["газ", "метро", "вода"], "ду": ["100", "100", "сто"], "год": ["1987"] * 3},
    )

    report = run("import_layer", "network_segment", path)

    assert counts(report, "network_segment") == {"read": 3, "created": 1, "skipped": 2}
    assert [item["id"] for item in report["skipped"]] == ["row 2", "row 3"]
    assert "'метро' is none of heat" in report["skipped"][0]["reason"]
    assert report["skipped"][1]["reason"] == "diameter_mm 'сто' is not a number"
    segment = NetworkSegment.objects.get()
    assert (segment.kind, segment.diameter_mm, segment.laid_year) == ("gas", 100, 1987)


def test_rules_of_the_table_skip_too(run, save, points):
    lines = [shapely.LineString([p, shapely.affinity.translate(p, 0.001)]) for p in points[:2]]
    path = save("nets.gpkg", lines, {"kind": ["gas", "gas"], "laid_year": [1987, 87]})

    report = run("import_layer", "network_segment", path)

    assert counts(report, "network_segment") == {"read": 2, "created": 1, "skipped": 1}


def test_map_and_set(run, save, points):
    lines = [shapely.LineString([p, shapely.affinity.translate(p, 0.001)]) for p in points]
    path = save("heat.gpkg", lines, {"D": [100, 200, 300], "kind": ["?", "?", "?"]})

    run(
        "import_layer", "network_segment", path,
        "--map", "diameter_mm=D", "--set", "kind=теплосеть", "above_ground=нет",
    )  # fmt: skip

    assert set(NetworkSegment.objects.values_list("kind", "diameter_mm", "above_ground")) == {
        ("heat", 100, False), ("heat", 200, False), ("heat", 300, False),
    }  # fmt: skip


def test_lines_in_parts_become_segments_of_their_own(run, save):
    parts = shapely.MultiLineString(
        [[(69.15, 54.87), (69.151, 54.87)], [(69.16, 54.87), (69.161, 54.87)]]
    )
    path = save("nets.gpkg", [parts], {"id": ["7"], "kind": ["gas"]})

    report = run("import_layer", "network_segment", path)

    assert counts(report, "network_segment") == {"read": 2, "created": 2}
    assert set(NetworkSegment.objects.values_list("source_id", flat=True)) == {"7", "7/2"}


def test_an_invalid_outline_is_repaired_and_counted(run, save):
    bow_tie = shapely.Polygon([(69.15, 54.87), (69.151, 54.871), (69.151, 54.87), (69.15, 54.871)])
    path = save("buildings.geojson", [bow_tie], {"levels": [5], "flats": [60]})

    report = run("import_layer", "building", path)

    assert counts(report, "building") == {"read": 1, "created": 1, "repaired": 1}
    building = Building.objects.get()
    assert (building.apartments, building.apartments_basis) == (60, "stated")


def test_installation_dates_keep_their_precision(run, save, points):
    path = save(
        "playgrounds.geojson",
        points,
        {"Дата установки": ["2019", "05.2020", "20.05.2021"], "покрытие": ["резина", "песок", ""]},
    )

    run("import_layer", "playground", path)

    assert list(
        Playground.objects.order_by("installed_on").values_list(
            "installed_on", "installed_on_precision", "surface"
        )
    ) == [
        (dt.date(2019, 1, 1), "year", "rubber"),
        (dt.date(2020, 5, 1), "month", "sand"),
        (dt.date(2021, 5, 20), "day", "unknown"),
    ]


def test_points_outside_the_city_are_skipped_unless_wanted(run, save, points):
    path = save("a.gpkg", [*points, shapely.Point(71.4, 51.1)])

    report = run("import_layer", "manhole", path)

    assert counts(report, "manhole") == {"read": 4, "created": 3, "skipped": 1}
    assert "outside the city" in report["skipped"][0]["reason"]
    assert counts(run("import_layer", "manhole", path, "--anywhere"), "manhole")["created"] == 1


def test_snowplow_routes(run, save):
    path = save(
        "routes.geojson",
        [shapely.LineString([(69.15, 54.87), (69.16, 54.87)])],
        {"name": ["Маршрут 1"], "street_class": ["primary"], "priority": [1]},
    )

    run("import_layer", "snowplow_route", path)

    assert SnowplowRoute.objects.get().geom.geom_type == "MultiLineString"


def test_addresses_find_street_and_building(run, save, tmp_path):
    street = save(
        "streets.geojson",
        [shapely.LineString([(69.15, 54.87), (69.16, 54.87)])],
        {"name": ["улица Жамбыла Жабаева"]},
    )
    run("import_layer", "street", street)
    house = save("houses.geojson", [shapely.box(69.15, 54.87, 69.1505, 54.8703)])
    run("import_layer", "building", house)
    path = tmp_path / "addresses.csv"
    path.write_text("улица;дом;lon;lat\nул. Жабаева Жамбыла;21;69,1502;54,8701\nНет;1;69,2;54,9\n")

    report = run("import_layer", "address", path)

    found, unknown = Address.objects.order_by("-house_number")
    assert found.street == Street.objects.get()
    assert found.building == Building.objects.get()
    assert (unknown.street, unknown.street_name, unknown.building) == (None, "Нет", None)
    assert any("Нет" in note for note in report["notes"])


def test_what_is_imported_is_found_by_search(run, save):
    path = save(
        "streets.geojson",
        [shapely.LineString([(69.15, 54.87), (69.16, 54.87)])],
        {"name": ["улица Новая"]},
    )

    run("import_layer", "street", path)

    assert SearchEntry.objects.filter(kind="street").count() == 1


def test_roads_need_a_class_only(run, save):
    path = save(
        "roads.geojson",
        [shapely.LineString([(69.15, 54.87), (69.16, 54.87)])],
        {"класс": ["residential"], "oneway": ["да"]},
    )

    run("import_layer", "road", path)

    assert Road.objects.values_list("road_class", "kind", "oneway").get() == (
        "residential",
        "residential",
        True,
    )


def many(count: int) -> list[shapely.Point]:
    return [shapely.Point(69.1 + 0.001 * n, 54.87) for n in range(count)]


def test_nothing_is_retired_unasked(run, save):
    run("import_layer", "manhole", save("a.gpkg", many(10)))

    run("import_layer", "manhole", save("b.gpkg", many(9)))

    assert Manhole.objects.current().count() == 10


def test_retire_ends_what_a_complete_file_lacks(run, save):
    run("import_layer", "manhole", save("a.gpkg", many(10)))
    run("import_layer", "manhole", save("x.gpkg", many(12)[10:]), "--source", "other")

    report = run("import_layer", "manhole", save("b.gpkg", many(9)), "--retire")

    assert counts(report, "manhole") == {"read": 9, "unchanged": 9, "retired": 1}
    assert Manhole.objects.filter(source="city").count() == 10
    assert Manhole.objects.current().filter(source="city").count() == 9
    assert Manhole.objects.current().filter(source="other").count() == 2


def test_more_than_a_fifth_is_not_retired_unless_forced(run, refused, save):
    run("import_layer", "manhole", save("a.gpkg", many(10)))
    path = save("b.gpkg", many(7))

    assert "--force" in refused("import_layer", "manhole", path, "--retire")
    assert Manhole.objects.current().count() == 10

    report = run("import_layer", "manhole", path, "--retire", "--force")
    assert counts(report, "manhole")["retired"] == 3


def test_rows_that_were_skipped_are_not_retired(run, save):
    columns = {"id": [str(n) for n in range(10)], "state": ["ok"] * 10}
    run("import_layer", "manhole", save("a.gpkg", many(10), columns))
    worse = save("b.gpkg", many(10), {**columns, "state": ["ok"] * 9 + ["?!"]})

    report = run("import_layer", "manhole", worse, "--retire")

    assert counts(report, "manhole") == {"read": 10, "unchanged": 9, "skipped": 1}
    assert Manhole.objects.current().count() == 10


def test_what_comes_back_is_current_again(run, save):
    run("import_layer", "manhole", save("a.gpkg", many(10)))
    run("import_layer", "manhole", save("b.gpkg", many(9)), "--retire")

    run("import_layer", "manhole", save("a.gpkg", many(10)))

    assert Manhole.objects.current().count() == 10


def test_objects_that_another_source_has_too_are_noted(run, save, points):
    run("import_layer", "manhole", save("a.gpkg", points), "--source", "utility")

    report = run(
        "import_layer", "manhole", save("b.gpkg", [*points[1:], shapely.Point(69.2, 54.9)])
    )

    assert any("2 objects lie where the source utility has one" in n for n in report["notes"])


def test_dry_run_counts_and_writes_nothing(run, save, points):
    report = run("import_layer", "manhole", save("a.gpkg", points), "--dry-run")

    assert counts(report, "manhole") == {"read": 3, "created": 3}
    assert not Manhole.objects.exists()


def test_the_report_is_printed(save, points, capsys):
    call_command("import_layer", "manhole", str(save("a.gpkg", [*points, shapely.Point(1, 1)])))

    printed = capsys.readouterr().out
    assert "created" in printed
    assert "skipped manhole: lies outside the city (--anywhere takes it): row 4" in printed
