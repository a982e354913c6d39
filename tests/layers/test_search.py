"""What of the city the search index holds."""

import datetime as dt

import pytest
from django.contrib.gis.geos import LineString, MultiLineString, MultiPolygon, Point, Polygon
from django.test import Client

from citymap.geo import city_point, city_srid
from citymap.places.models import SearchEntry, SearchHouse
from layers.models import Address, Building, BusStop, LandUse, PlaceName, Street, Territory
from layers.search import refresh_search
from layers.search.things import Thing, join_twins, weight

TODAY = dt.date(2026, 1, 1)


def _thing(kind, name, *, id=1, subkind="", houses=0, at=(0.0, 0.0), extent=None, **names):
    return Thing(
        kind=kind, id=id, subkind=subkind, name=name, name_ru=names.get("ru", ""),
        name_kk=names.get("kk", ""), old_names=[], houses=houses, x=at[0], y=at[1],
        extent_m=extent, around=[],
    )  # fmt: skip


class TestTwins:
    """Things told several times are one; things that only share a name are not."""

    def test_a_garden_society_is_the_street_of_its_addresses_with_all_names(self):
        (kept,) = join_twins(
            [
                _thing("place", "Северяночка", subkind="garden_society", kk="Кіші Солтүстік"),
                _thing("street", "Северяночка СТ", subkind="garden_society", houses=311),
                _thing("land_use", "Северяночка", subkind="allotments"),
            ]
        )
        assert (kept.kind, kept.houses) == ("street", 311)
        assert {"Северяночка СТ", "Северяночка", "Кіші Солтүстік"} <= set(kept.names)
        assert kept.labels == {"": "Северяночка СТ", "kk": "Кіші Солтүстік"}

    def test_a_suburb_stands_for_its_label_and_its_ground(self):
        (kept,) = join_twins(
            [
                _thing("land_use", "Борки", subkind="residential", at=(100, 0)),
                _thing("place", "Борки", subkind="suburb", at=(900, 0)),
                _thing("territory", "Борки", subkind="suburb", extent=(-500, -500, 800, 800)),
            ]
        )
        assert kept.kind == "territory"

    def test_a_garden_society_is_not_the_suburb_of_its_name(self):
        things = [
            _thing("street", "Борки СТ", subkind="garden_society", houses=900),
            _thing("place", "Борки", subkind="suburb"),
        ]
        assert len(join_twins(things)) == 2

    def test_far_from_each_other_they_are_two(self):
        things = [
            _thing("bus_stop", "Борки", id=1),
            _thing("bus_stop", "Борки", id=2, at=(301, 0)),
            _thing("bus_stop", "Борки", id=3, at=(299, 0)),
        ]
        assert [thing.id for thing in join_twins(things)] == [1, 2]

    def test_streets_of_one_name_are_never_joined(self):
        things = [_thing("street", "Абая", id=1, subkind="street"), _thing("street", "Абая", id=2)]
        assert len(join_twins(things)) == 2

    def test_numbers_tell_things_apart(self):
        things = [
            _thing("building", "Школа №2", subkind="education"),
            _thing("building", "Школа №3", subkind="education"),
        ]
        assert len(join_twins(things)) == 2


def test_busy_streets_weigh_more():
    none, few, many, most = (weight(_thing("street", "x", houses=n)) for n in (0, 5, 200, 5000))
    assert 0 < none < few < many < most == 1


def _known(name):
    return {"source": "test", "source_id": name, "valid_from": TODAY}


def _square(lon, lat, metres):
    corner = city_point(lon, lat)
    x, y = corner.coords
    ring = [(x, y), (x + metres, y), (x + metres, y + metres), (x, y + metres), (x, y)]
    return MultiPolygon(Polygon(ring, srid=city_srid()), srid=city_srid())


@pytest.fixture
def city(db):
    corner = city_point(69.14, 54.87)
    Territory.objects.create(
        **_known("t"), kind="city", name="Петропавловск", geom=_square(69.05, 54.82, 12_000)
    )
    course = LineString(corner.coords, (corner.x + 500, corner.y), srid=city_srid())
    street = Street.objects.create(
        **_known("s"), kind="street", name="Сатпаева", name_kk="Қаныш Сәтпаев көшесі",
        old_names=["улица Свердлова"], name_key="сатпаева",
        geom=MultiLineString(course, srid=city_srid()),
    )  # fmt: skip
    society = Street.objects.create(
        **_known("g"), kind="garden_society", name="Борки СТ", name_key="борки ст"
    )
    for name, of, number in (("a1", street, "3 к2"), ("a2", street, "5"), ("a3", society, "7")):
        Address.objects.create(
            **_known(name), street=of, house_number=number,
            geom=Point(corner.x + 10, corner.y + 10, srid=city_srid()),
        )  # fmt: skip
    for name, east in (("stop 1", 0), ("stop 2", 60)):
        BusStop.objects.create(
            **_known(name), name="Рынок", geom=Point(corner.x + east, corner.y, srid=city_srid())
        )
    BusStop.objects.create(**_known("nameless"), name="", geom=corner)
    PlaceName.objects.create(**_known("v"), kind="village", name="Тепличное", geom=corner)
    Building.objects.create(
        **_known("b"), name="Средняя школа №21", use="education", geom=_square(69.141, 54.871, 40)
    )
    LandUse.objects.create(
        **_known("l"), kind="education", name="Средняя школа №21", geom=_square(69.14, 54.87, 120)
    )
    return street


def _first(question, lang="ru"):
    found = Client().get("/api/addresses/", {"q": question, "lang": lang}).json()
    return (found[0]["kind"], found[0]["label"]) if found else None


def test_everything_named_is_found(city):
    report = refresh_search()
    assert report.entries.created == 6  # the city, street, society, stop, village, school
    assert report.houses.created == 3
    assert _first("сатпаева 3 корпус 2") == ("address", "Сатпаева, 3 к2")
    assert _first("Свердлова 5") == ("address", "Сатпаева, 5")
    assert _first("Қаныш Сәтпаев") == ("street", "Сатпаева")
    assert _first("Каныш Сатпаев", lang="kk") == ("street", "Қаныш Сәтпаев көшесі")
    assert _first("борки 7") == ("address", "Борки СТ, 7")
    assert _first("рынок") == ("bus_stop", "Рынок")
    assert _first("школа 21") == ("building", "Средняя школа №21")
    assert _first("тепличное") == ("place", "Тепличное")
    assert _first("петропавловск сатпаева 5") == ("address", "Сатпаева, 5")


def test_a_society_without_an_outline_lies_where_its_addresses_are(city):
    refresh_search()
    entry = SearchEntry.objects.get(labels__contains={"": "Борки СТ"})
    assert entry.garden
    corner = city_point(69.14, 54.87)
    assert entry.point.distance(corner) < 20


def test_a_second_refresh_writes_nothing_and_a_change_is_followed(city):
    refresh_search()
    assert not refresh_search().wrote
    Address.objects.filter(source_id="a2").update(valid_to=TODAY)
    city.name = "Каныша Сатпаева"
    city.save()
    report = refresh_search()
    assert (report.entries.updated, report.houses.deleted) == (1, 1)
    assert SearchHouse.objects.count() == 2
    assert _first("каныша сатпаева 3") == ("address", "Каныша Сатпаева, 3 к2")
