"""The map as lists: all that a layer holds, found, sorted and paged, and nothing secret."""

import datetime as dt
import re

import pytest
from django.contrib.gis.geos import Point, Polygon
from django.utils import translation

from citymap.accounts.choices import Role
from citymap.accounts.models import Organization, User
from citymap.geo import city_point
from citymap.shell import listing
from citymap.tiles.registry import layers
from layers.models import (
    Address,
    BusStop,
    Camera,
    Manhole,
    NetworkSegment,
    Playground,
    Street,
    Yard,
)

pytestmark = pytest.mark.django_db
CENTER = city_point(69.14, 54.87)
COMMON = {"source": "test", "valid_from": dt.date(2020, 1, 1)}


def square(x: float, y: float, side: float = 10) -> Polygon:
    shape = Polygon.from_bbox((x, y, x + side, y + side))
    shape.srid = CENTER.srid
    return shape


@pytest.fixture
def playgrounds():
    grounds = [("Солнышко", "poor"), ("Ручеёк", "good"), ("Теремок", "good")]
    return [
        Playground.objects.create(
            source_id=str(number), name=name, condition=condition,
            geom=square(CENTER.x + 1000 * number, CENTER.y), **COMMON,
        )
        for number, (name, condition) in enumerate(grounds)
    ]  # fmt: skip


@pytest.fixture
def stops():
    return BusStop.objects.bulk_create(
        BusStop(
            source_id=str(number), name=f"Остановка {number:03}",
            geom=Point(CENTER.x + number, CENTER.y, srid=CENTER.srid), **COMMON,
        )
        for number in range(listing.PAGE_SIZE * 2 + 5)
    )  # fmt: skip


def titles(client, url: str) -> list[str]:
    page = client.get(url, headers={"accept-language": "en"}).content.decode()
    return re.findall(r'<th scope="row">(.*?)</th>', page)


def test_counts_are_of_what_is_there(client, playgrounds):
    playgrounds[0].valid_to = dt.date(2025, 1, 1)
    playgrounds[0].save()
    page = client.get("/list/", headers={"accept-language": "en"}).content.decode()
    row = re.search(r'<a href="/list/playground/">.*?</tr>', page, re.S).group()
    assert '<td class="number">2</td>' in row


def test_citizens_see_no_staff_layer(client):
    Camera.objects.create(source_id="1", geom=CENTER, **COMMON)
    assert "/list/camera/" not in client.get("/list/").content.decode()
    assert client.get("/list/camera/").status_code == 404


def test_staff_see_staff_layers(client):
    Camera.objects.create(source_id="1", geom=CENTER, **COMMON)
    client.force_login(User.objects.create_user("o", roles=[Role.OPERATOR]))
    assert "/list/camera/" in client.get("/list/").content.decode()
    assert len(titles(client, "/list/camera/")) == 1


@pytest.mark.parametrize("name", [layer.name for layer in layers])
def test_every_layer_has_a_table(admin_client, name):
    assert admin_client.get(f"/list/{name}/").status_code == 200


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("теремок", ["Теремок"]),
        ("РУЧ", ["Ручеёк"]),
        ("Good", ["Ручеёк", "Теремок"]),  # the label of a choice, as it is shown
        ("нет такого", []),
        ("", ["Солнышко", "Ручеёк", "Теремок"]),
        ("%", []),
    ],
)
def test_search(client, playgrounds, query, expected):
    assert titles(client, f"/list/playground/?q={query}") == expected


def test_what_has_no_name_is_called_by_kind_and_number(client):
    ground = Playground.objects.create(
        source_id="w99", geom=square(CENTER.x, CENTER.y), **COMMON
    )  # fmt: skip
    Manhole.objects.create(source_id="n1", number="К-17", geom=CENTER, **COMMON)
    assert titles(client, "/list/playground/") == [f"Playground {ground.pk}"]
    assert titles(client, "/list/manhole/") == ["Manhole К-17"]


def test_numbers_are_searched_as_numbers(client):
    for number, diameter in enumerate((100, 200)):
        NetworkSegment.objects.create(
            source_id=str(number), kind="heat", diameter_mm=diameter,
            geom=f"SRID={CENTER.srid};LINESTRING({CENTER.x} {CENTER.y},{CENTER.x + 9} {CENTER.y})",
            **COMMON,
        )  # fmt: skip
    assert len(titles(client, "/list/network_heat/?q=200")) == 1
    assert titles(client, "/list/network_heat/?q=99999999999999999999") == []


def test_sorting_by_a_column_and_back(client, playgrounds):
    assert titles(client, "/list/playground/?sort=name") == ["Ручеёк", "Солнышко", "Теремок"]
    assert titles(client, "/list/playground/?sort=-name") == ["Теремок", "Солнышко", "Ручеёк"]
    page = client.get("/list/playground/?sort=-name").content.decode()
    assert 'aria-sort="descending"' in page


def test_kazakh_letters_sort_in_their_own_order(client):
    for number, name in enumerate(["Өрнек", "Орман", "Пана", "Қайың", "Лала", "Кеме"]):
        Playground.objects.create(
            source_id=str(number), name=name, geom=square(CENTER.x, CENTER.y), **COMMON
        )
    client.cookies["django_language"] = "kk"
    assert titles(client, "/list/playground/?sort=name") == [
        "Кеме", "Қайың", "Лала", "Орман", "Өрнек", "Пана",
    ]  # fmt: skip


def test_unknown_columns_do_not_sort(client, playgrounds):
    assert titles(client, "/list/playground/?sort=owner__phone") == [
        "Солнышко", "Ручеёк", "Теремок",
    ]  # fmt: skip


def test_pages_cover_everything_once(client, stops):
    shown = [
        title for number in (1, 2, 3) for title in titles(client, f"/list/bus_stop/?page={number}")
    ]
    assert shown == [stop.name for stop in stops]


@pytest.mark.parametrize("number", ["0", "-1", "99", "x", ""])
def test_a_page_out_of_range_is_the_nearest(client, stops, number):
    assert client.get(f"/list/bus_stop/?page={number}").status_code == 200


def test_links_of_sorting_and_paging_keep_the_search(client, stops):
    page = client.get("/list/bus_stop/?q=0&sort=name").content.decode()
    assert re.search(r'rel="next" href="\?q=0&amp;sort=name&amp;page=2"', page)
    assert 'href="?q=0&amp;sort=-name"' in page


def test_search_text_is_never_markup(client):
    page = client.get("/list/playground/?q=<script>alert(1)</script>").content.decode()
    assert "<script>alert" not in page


def test_the_nearest_address_stands_beside_an_object(client, playgrounds):
    street = Street.objects.create(
        source_id="7", kind="street", name="Жабаева", name_kk="Жабаев көшесі", name_key="жабаев",
        **COMMON,
    )  # fmt: skip
    for number, dx in (("21", 30), ("19", 120), ("1", 990)):
        Address.objects.create(
            source_id=number, street=street, house_number=number,
            geom=Point(CENTER.x + dx, CENTER.y, srid=CENTER.srid), **COMMON,
        )  # fmt: skip
    page = client.get("/list/playground/", headers={"accept-language": "kk"}).content.decode()
    assert re.findall(r"<td>(Жабаев көшесі, \d+|–)</td>\s*<td><a", page) == [
        "Жабаев көшесі, 21", "Жабаев көшесі, 1", "–",
    ]  # fmt: skip


def test_links_to_the_map_lead_to_the_object(client, playgrounds):
    page = client.get("/list/playground/?q=Солнышко").content.decode()
    lon, lat = map(float, re.search(r"place=point:([\d.]+),([\d.]+)", page).groups())
    point = city_point(lon, lat)
    assert point.distance(playgrounds[0].geom.centroid) < 1.0


@pytest.mark.parametrize(
    ("precision", "shown"),
    [("day", "2024 жылғы 20 мамыр"), ("month", "2024 жылғы мамыр"), ("year", "2024")],
)
def test_dates_say_no_more_than_is_known(client, precision, shown):
    Playground.objects.create(
        source_id="1", geom=square(CENTER.x, CENTER.y), installed_on=dt.date(2024, 5, 20),
        installed_on_precision=precision, **COMMON,
    )  # fmt: skip
    page = client.get("/list/playground/", headers={"accept-language": "kk"}).content.decode()
    assert f"<td>{shown}</td>" in page


def test_columns_that_nothing_fills_are_left_out(client, playgrounds):
    def headings() -> list[str]:
        page = client.get("/list/playground/", headers={"accept-language": "en"})
        return re.findall(r'sort=(\w+)">', page.content.decode())

    assert headings() == ["name", "condition", "surface"]
    playgrounds[0].owner = Organization.objects.create(kind="utility", name="Akimat")
    playgrounds[0].save()
    assert headings() == ["name", "condition", "surface", "owner__name"]


def test_a_column_of_another_table_is_called_after_the_relation(client):
    layer = next(layer for layer in layers if layer.name == "manhole")
    with translation.override("en"):
        assert listing.title_of(layer.queryset().model, "owner__name") == "Owner"


def test_areas_are_numbers_with_a_unit(client):
    Yard.objects.create(source_id="1", label="A", geom=square(CENTER.x, CENTER.y, 100), **COMMON)
    page = client.get("/list/yard/", headers={"accept-language": "en"}).content.decode()
    assert "Area, m²" in page
    assert '<td class="number">10,000' in page


def test_the_number_of_queries_does_not_grow_with_the_rows(
    client, stops, django_assert_max_num_queries
):
    with django_assert_max_num_queries(6):
        client.get("/list/bus_stop/")
