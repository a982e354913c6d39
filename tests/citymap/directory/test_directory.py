"""The public directory: what is shown, found, and hidden."""

import datetime as dt
import json

import pytest
from django.contrib.gis.geos import Point
from django.utils import timezone

from citymap.accounts.choices import ContactKind
from citymap.accounts.models import Contact, Organization
from citymap.calendars.models import WorkSchedule
from citymap.geo import city_srid

pytestmark = pytest.mark.django_db
LIST, API = "/organizations/", "/api/organizations/"
ENGLISH = {"accept-language": "en"}


@pytest.fixture
def heat():
    body = Organization.objects.create(
        kind="utility", name="Жылу", name_ru="Теплосеть", name_kk="Жылу", name_en="Heat Works",
        phone="+7 700 109-02-01", address="Абая, 1", bin="123456789013",
        geom=Point(509_600, 6_080_500, srid=city_srid()),
        schedule=WorkSchedule.objects.get(code="five-day"),
    )  # fmt: skip
    Contact.objects.create(
        organization=body, kind=ContactKind.EMAIL, value="heat@city.example", is_public=True
    )
    Contact.objects.create(organization=body, kind=ContactKind.PHONE, value="+7 777 secret")
    return body


@pytest.fixture
def at(monkeypatch):
    def set_time(text: str) -> None:
        moment = dt.datetime.fromisoformat(text)
        monkeypatch.setattr(timezone, "now", lambda: moment)

    return set_time


def page(client, url: str, language: str = "en") -> str:
    answer = client.get(url, headers={"accept-language": language})
    assert answer.status_code == 200
    return answer.content.decode()


def test_everybody_reads_the_list(client, heat):
    text = page(client, LIST)
    assert "Heat Works" in text
    assert 'href="tel:+77001090201"' in text
    assert "Теплосеть" in page(client, LIST, "ru")
    assert "Жылу" in page(client, LIST, "kk")


@pytest.mark.parametrize(
    "query, found",
    [
        ("?q=teploset", True), ("?q=жылу", True), ("?q=1090201", True), ("?q=water", False),
        ("?q=типлосеть", True), ("?q=ntgkjctnm", True), ("?q=;ske", True), ("?q=cnhjqrf", False),
        ("?q=heat+wroks", True), ("?q=%D1%8A", False), ("?q=...", False),
        ("?kind=utility", True), ("?kind=police", False), ("?kind=nonsense", True),
        ("?q=heat&kind=utility&page=99", True), ("?page=x", True), ("?q=%00", True),
        ("?q=" + "x" * 3000, False), ("?page=-1", True),
    ],
)  # fmt: skip
def test_the_list_is_searched(client, heat, query, found):
    assert ("Heat Works" in page(client, LIST + query)) is found


def test_the_bodies_of_a_page_are_on_its_map(client, heat):
    Organization.objects.create(kind="other", name="Nowhere yet")
    text = page(client, LIST)
    config = json.loads(text.partition('type="application/json">')[2].partition("</script>")[0])
    (place,) = config["places"]
    assert (place["title"], place["url"]) == ("Heat Works", f"{LIST}{heat.pk}/")
    assert 69 < place["lon"] < 70
    assert 54 < place["lat"] < 55
    assert 'id="map"' not in page(client, f"{LIST}?q=nowhere")


def test_hours_in_words(client, heat, at):
    at("2026-11-18T10:00:00+05:00")
    assert "Open until 13:00" in page(client, LIST)
    at("2026-11-21T12:00:00+05:00")  # a Saturday
    text = page(client, f"{LIST}{heat.pk}/")
    assert "Closed, opens on 23 November at 09:00" in text
    assert "day off" in text
    assert "14:30–18:30" in text


def test_one_body(client, heat):
    part = Organization.objects.create(kind="utility", name="Цех", parent=heat)
    text = page(client, f"{LIST}{heat.pk}/")
    for shown in (
        "heat@city.example",
        "mailto:heat@city.example",
        "Абая, 1",
        "123456789013",
        "Цех",
    ):
        assert shown in text
    assert "secret" not in text
    assert 'id="map"' in text
    assert f"{LIST}{heat.pk}/" in page(client, f"{LIST}{part.pk}/")
    assert 'id="map"' not in page(client, f"{LIST}{part.pk}/")


@pytest.mark.parametrize("key", ["0", "99999999999999999999999999"])
def test_bodies_that_are_not_there(client, heat, key):
    assert client.get(f"{LIST}{key}/").status_code == 404


def test_retired_bodies_are_gone(client, heat):
    Organization.objects.update(valid_to=timezone.localdate())
    assert client.get(f"{LIST}{heat.pk}/").status_code == 404
    assert "Heat Works" not in page(client, LIST)
    assert client.get(API).json()["count"] == 0


def test_the_api_gives_public_fields_only(client, heat):
    answer = client.get(f"{API}?q=жылу&lang=kk").json()
    assert (answer["count"], answer["page"], answer["pages"]) == (1, 1, 1)
    (body,) = answer["results"]
    assert body["name"] == "Жылу"
    assert body["contacts"] == [
        {"kind": "email", "label": body["contacts"][0]["label"], "value": "heat@city.example"}
    ]
    assert 69 < body["lon"] < 70
    assert body["url"].endswith(f"{LIST}{heat.pk}/")
    assert "secret" not in str(answer)
    assert set(body) == {
        "id", "kind", "name", "name_ru", "name_kk", "name_en", "short_name", "bin", "phone",
        "address", "lon", "lat", "languages", "is_open", "opening", "contacts", "url",
    }  # fmt: skip


@pytest.mark.parametrize(
    "query",
    ["?kind=x", "?limit=0", "?limit=51", "?limit=x", "?page=0", "?page=-1", "?page=1e9", "?q=%00",
     "?q=" + "x" * 201, "?lang=de"],
)  # fmt: skip
def test_the_api_says_what_is_wrong(client, heat, query):
    answer = client.get(API + query)
    assert answer.status_code == 400
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert answer.json()["parameter"]


def test_the_api_pages(client):
    Organization.objects.bulk_create(
        Organization(kind="other", name=f"Body {number:02}") for number in range(25)
    )
    names = [
        body["name"]
        for number in (1, 2, 3, 4)
        for body in client.get(f"{API}?page={number}").json()["results"]
    ]
    assert names == [f"Body {number:02}" for number in range(25)]


@pytest.mark.parametrize("url, most", [(LIST, 6), (f"{LIST}?q=body", 6), (API, 6)])
def test_as_many_queries_for_many(client, heat, django_assert_max_num_queries, url, most):
    Organization.objects.bulk_create(
        Organization(kind="other", name=f"Body {number}", schedule=heat.schedule)
        for number in range(60)
    )
    client.get(url)
    with django_assert_max_num_queries(most):
        client.get(url)


def test_only_reading(client, heat):
    assert client.post(LIST).status_code == 405
    assert client.post(API).status_code == 405
