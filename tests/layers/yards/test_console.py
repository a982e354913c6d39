"""The yard editor's pages and `/api/plan/yards/`: rights, answers, bad input."""

import json

import pytest
import shapely
from django.urls import reverse

from citymap.accounts.models import User
from layers.console.payload import as_geojson
from layers.models import Quarter, Yard, YardCorrection
from layers.yards.quarters import group_yards
from tests.layers.yards.conftest import wider_west, yard_of

pytestmark = pytest.mark.django_db
API = "/api/plan/yards/"
BOX = "69.0,54.8,69.3,55.0"


@pytest.fixture
def city(close_city):
    return close_city


@pytest.fixture
def planner_client(client, planner):
    client.force_login(planner)
    client.cookies["django_language"] = "en"
    return client


def post(client, path: str, data):
    body = data if isinstance(data, str) else json.dumps(data)
    return client.post(f"{API}{path}", body, content_type="application/json")


def outline(city) -> dict:
    return as_geojson(wider_west(city))


PAGES = ["/plan/yards/", "/plan/yards/corrections/", "/plan/yards/quarters/", f"{API}?bbox={BOX}"]
POSTS = ["redraw/", "merge/", "split/", "quarter/", "undo/"]


@pytest.mark.parametrize("roles", [None, ["operator"], ["executor"], ["head"]])
def test_only_planners_and_administrators_come_in(city, client, roles):
    if roles is not None:
        client.force_login(User.objects.create_user("somebody", roles=roles))
    for path in PAGES:
        assert client.get(path).status_code == 403
    for path in POSTS:
        answer = post(client, path, {})
        assert answer.status_code == 403
        assert answer["Content-Type"] == "application/problem+json"
    assert client.post("/plan/yards/corrections/1/undo/").status_code == 403
    assert client.post("/plan/yards/quarters/1/rename/").status_code == 403


@pytest.mark.parametrize("role", ["planner", "admin"])
def test_planners_and_administrators_see_the_pages(city, client, role):
    client.force_login(User.objects.create_user("somebody", roles=[role]))
    for path in PAGES:
        assert client.get(path).status_code == 200


def test_yards_are_listed_by_box_and_by_address(city, planner_client):
    listed = planner_client.get(API, {"bbox": BOX}).json()
    assert len(listed["features"]) == 2
    assert listed["complete"] is True
    west = yard_of("w1")
    found = planner_client.get(API, {"q": "мира 2"}).json()["features"]
    assert [feature["id"] for feature in found] == [west.pk]
    properties = found[0]["properties"]
    assert properties["label"] == "ул. Мира 1, 2"
    assert (properties["houses"], properties["apartments"]) == (2, 30)
    lon, lat = found[0]["geometry"]["coordinates"][0][0]
    assert (round(lon, 1), round(lat, 1)) == (69.1, 54.9)


def test_one_yard_comes_with_an_outline_that_can_be_dragged(city, planner_client):
    answer = planner_client.get(f"{API}{yard_of('w1').pk}/").json()
    assert answer["geometry"]["type"] == "Polygon"
    assert len(answer["geometry"]["coordinates"]) == 1, "houses are no holes of the outline"
    assert len(answer["properties"]["split_line"]) == 2
    assert planner_client.get(f"{API}999999/").status_code == 404


def test_a_yard_is_redrawn_and_the_correction_undone(city, planner_client, planner):
    west = yard_of("w1")
    seen = planner_client.get(f"{API}{west.pk}/").json()["properties"]["version"]
    data = {"yard": west.pk, "outline": outline(city), "reason": "Drive",
            "versions": {str(west.pk): seen}}  # fmt: skip
    answer = post(planner_client, "redraw/", data)
    assert answer.status_code == 201, answer.content
    assert answer.json()["yards"] == [west.pk]
    stale = post(planner_client, "redraw/", data)
    assert stale.status_code == 409
    page = planner_client.get("/plan/yards/corrections/").content.decode()
    assert "Drive" in page
    assert "ул. Мира 1, 2" in page
    correction = answer.json()["correction"]
    assert post(planner_client, "undo/", {"correction": correction}).status_code == 200
    assert post(planner_client, "undo/", {"correction": correction}).status_code == 409
    assert YardCorrection.objects.get().undone_by == planner


def test_merge_split_and_quarter(city, planner_client):
    west, east = yard_of("w1"), yard_of("e1")
    line = as_geojson(city.placed(shapely.LineString([(51, 15), (51, 105)])))
    split = post(planner_client, "split/", {"yard": west.pk, "line": line, "reason": "Fence"})
    assert split.status_code == 201, split.content
    assert len(split.json()["yards"]) == 2
    yards = [yard_of("w1").pk, yard_of("w2").pk]
    merged = post(planner_client, "merge/", {"yards": yards, "reason": "No fence"})
    assert merged.status_code == 201, merged.content
    grouped = post(planner_client, "quarter/", {"yards": [east.pk], "name": "East"})
    assert grouped.json()["name"] == "East"
    assert yard_of("e1").quarter_id == grouped.json()["quarter"]
    assert post(planner_client, "quarter/", {"yards": [east.pk]}).json()["quarter"] is None
    assert yard_of("e1").quarter is None


@pytest.mark.parametrize(
    "path, data",
    [
        ("redraw/", ""),
        ("redraw/", "[]"),
        ("redraw/", "not json"),
        ("redraw/", '{"yard": NaN}'),
        ("redraw/", "[" * 100_000),
        ("redraw/", {"yard": "1"}),
        ("redraw/", {"yard": True}),
        ("redraw/", {"yard": 10**30}),
        ("redraw/", {"yard": 1, "outline": {"type": "Point", "coordinates": [69, 54]}}),
        ("redraw/", {"yard": 1, "outline": {"type": "Polygon", "coordinates": "x"}}),
        ("redraw/", {"yard": 1, "outline": {"type": "Polygon", "coordinates": []}}),
        ("redraw/", {"yard": 1, "outline": {"type": "Polygon", "coordinates": [[[69, 54]]]}}),
        ("redraw/", {"yard": 1, "outline": {"type": "Polygon", "coordinates": [
            [[500, 54], [501, 54], [501, 55], [500, 54]]]}}),
        ("redraw/", {"yard": 1, "outline": {"type": "Polygon", "coordinates": [
            [[1e308, 54], [1e309, 54], [69, 55], [1e308, 54]]]}}),
        ("split/", {"yard": 1, "line": {"type": "LineString", "coordinates": [[69, 54]]}}),
        ("split/", {"yard": 1, "line": None}),
        ("merge/", {"yards": []}),
        ("merge/", {"yards": [1] * 1000}),
        ("merge/", {"yards": [1, 2], "reason": 5}),
        ("merge/", {"yards": [1, 2], "reason": "a\0b"}),
        ("merge/", {"yards": [1, 2], "versions": [1]}),
        ("quarter/", {"yards": [1], "quarter": "x"}),
        ("undo/", {"correction": -1}),
    ],
)  # fmt: skip
def test_malformed_input_is_a_problem_of_400(city, planner_client, path, data):
    answer = post(planner_client, path, data)
    assert answer.status_code == 400, answer.content
    assert answer["Content-Type"] == "application/problem+json"
    assert not YardCorrection.objects.exists()


@pytest.mark.parametrize(
    "query", [{}, {"bbox": "1,2,3"}, {"bbox": "nan,1,2,3"}, {"q": " "}, {"q": "\0"}]
)
def test_malformed_questions_are_a_problem_of_400(city, planner_client, query):
    assert planner_client.get(API, query).status_code == 400


def test_what_cannot_be_done_is_said_in_words(city, planner_client):
    west = yard_of("w1")
    tiny = as_geojson(city.placed(shapely.box(20, 20, 23, 23)))
    for data, words in (
        ({"yard": west.pk, "outline": tiny, "reason": "?"}, "too small"),
        ({"yard": west.pk, "outline": outline(city), "reason": ""}, "reason"),
    ):
        answer = post(planner_client, "redraw/", data)
        assert answer.status_code == 422
        assert words in answer.json()["detail"]
    gone = post(planner_client, "merge/", {"yards": [west.pk, 10**9], "reason": "?"})
    assert gone.status_code == 404
    assert post(planner_client, "undo/", {"correction": 10**9}).status_code == 404
    unnamed = post(planner_client, "quarter/", {"yards": [west.pk], "name": "x" * 201})
    assert unnamed.status_code == 422


def test_conflicts_are_shown_in_the_list(city, planner_client):
    west = yard_of("w1")
    post(planner_client, "redraw/", {"yard": west.pk, "outline": outline(city), "reason": "Drive"})
    for notes, words in (
        ([{"code": "house_gone", "houses": ["osm:w1"]}], "not on the map any more: ул. Мира 1"),
        ([{"code": "house_joined", "houses": ["osm:w1", "osm:w2"]}], "New houses joined"),
        ([{"code": "no_ground", "houses": ["osm:w1"]}], "Buildings now cover the outline"),
        ([{"code": "lapsed", "houses": ["osm:x"]}], "None of its houses"),
    ):
        YardCorrection.objects.update(notes=notes)
        assert words in planner_client.get("/plan/yards/corrections/").content.decode()


def test_the_list_undoes_and_says_why_it_cannot(city, planner_client):
    west = yard_of("w1")
    made = post(
        planner_client, "redraw/", {"yard": west.pk, "outline": outline(city), "reason": "Drive"}
    ).json()["correction"]
    url = reverse("yard_console:undo", args=[made])
    assert "is undone" in planner_client.post(url, follow=True).content.decode()
    assert "undone already" in planner_client.post(url, follow=True).content.decode()
    missing = reverse("yard_console:undo", args=[10**9])
    assert planner_client.post(missing).status_code == 404
    assert planner_client.get(url).status_code == 405


def test_quarters_are_listed_with_their_size_and_renamed(city, planner_client):
    quarter = group_yards(yards=[yard_of("w1").pk, yard_of("e1").pk], name="Centre")
    page = planner_client.get("/plan/yards/quarters/").content.decode()
    assert "Centre" in page
    assert ">100<" in page, "apartments of both yards"
    url = reverse("yard_console:rename", args=[quarter.pk])
    planner_client.post(url, {"name": "Old town"})
    assert Quarter.objects.get().name == "Old town"
    assert "at most" in planner_client.post(url, {"name": ""}, follow=True).content.decode()


def test_the_number_of_queries_does_not_grow_with_the_yards(
    city, planner_client, django_assert_max_num_queries
):
    Yard.objects.update(quarter=group_yards(yards=[yard_of("w1").pk], name="Q"))
    with django_assert_max_num_queries(8):
        planner_client.get(API, {"bbox": BOX})
