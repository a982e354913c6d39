"""Inspectors: what to look at, in which order; checks that come once, at once or later."""

import datetime as dt
import math
import uuid

import pytest
from django.contrib.gis.geos import MultiPolygon, Polygon
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from appeals import services
from appeals.choices import CheckResult, Evidence, PhotoKind, State
from appeals.field import worklist
from appeals.field.route import length_m, route
from appeals.models import Appeal, Category, OnSiteCheck, Photo
from appeals.where import place_of
from citymap.accounts.models import Area, User
from citymap.geo import city_srid, lon_lat
from tests.appeals.world import DAY, HOUR, MONDAY, photo_file

pytestmark = pytest.mark.django_db
NOON = MONDAY + 3 * HOUR


@pytest.fixture(autouse=True)
def monday(monkeypatch):
    monkeypatch.setattr(timezone, "now", lambda: NOON)
    # Whom the sample falls on is tested elsewhere (test_sampling.py).
    monkeypatch.setattr(worklist, "drawn_for", lambda day, now: [])


@pytest.fixture(autouse=True)
def media(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path


@pytest.fixture
def inspector(world) -> Client:
    return client_of(world.inspector)


def client_of(user) -> Client:
    client = Client(headers={"accept-language": "en"})
    client.force_login(user)
    return client


def onsite(world, **values) -> Appeal:
    category = world.category()
    type(category).objects.filter(pk=category.pk).update(evidence=Evidence.ONSITE)
    return world.reported(**values)


def upload() -> SimpleUploadedFile:
    return SimpleUploadedFile("a.jpg", photo_file().read())


def send(client: Client, appeal: Appeal, *, as_json: bool = True, **values):
    lon, lat = lon_lat(appeal.geom.point_on_surface)
    data = {
        "key": uuid.uuid4(), "report": appeal.reports.last().pk, "result": "confirmed",
        "photos": upload(), "lon": lon, "lat": lat, "accuracy_m": 8, "note": "",
        "checked_at": (NOON - HOUR).isoformat(timespec="milliseconds"),
    } | values  # fmt: skip
    data = {name: value for name, value in data.items() if value is not None}
    headers = {"accept": "application/json"} if as_json else {}
    return client.post(f"/field/{appeal.pk}/check/", data, headers=headers)


# --- the way ------------------------------------------------------------------------------
coordinates = st.floats(min_value=-5000, max_value=5000)
points = st.lists(st.tuples(coordinates, coordinates), max_size=12)


@settings(suppress_health_check=[HealthCheck.too_slow], deadline=None)
@given(points, st.none() | st.tuples(coordinates, coordinates))
def test_a_way_visits_each_place_once_and_is_never_longer_than_the_nearest_next(places, start):
    path = route(places, start=start)
    assert sorted(path) == list(range(len(places)))
    assert path == route(places, start=start)
    if not places:
        return
    left, here, greedy = set(range(len(places))), start, []
    if start is None:
        left, here, greedy = left - {0}, places[0], [0]
    while left:
        place = here
        nearest = min(left, key=lambda index: (math.dist(place, places[index]), index))
        left.remove(nearest)
        greedy.append(nearest)
        here = places[nearest]
    assert length_m(path, places, start=start) <= length_m(greedy, places, start=start) + 1e-3


def test_a_crossing_is_undone():
    # The nearest next would go there and back past the start.
    places = [(0.0, 0.0), (1.0, 0.0), (-1.5, 0.0), (3.5, 0.0)]
    path = route(places, start=(0.0, 0.1))
    assert length_m(path, places, start=(0.0, 0.1)) < 8


# --- worklist -----------------------------------------------------------------------------
def test_what_must_be_seen_and_the_sample_are_listed(world, inspector, monkeypatch):
    must = onsite(world)
    Category.objects.filter(code="HEAT-WEAK").update(evidence=Evidence.PHONE)
    drawn = world.reported(category=world.category("HEAT-WEAK"))
    neither = world.reported(category=world.category("HEAT-WEAK"))
    monkeypatch.setattr(worklist, "drawn_for", lambda day, now: [drawn])
    page = inspector.get("/field/")
    shown = {one["stop"].appeal.pk: one["stop"].drawn for one in page.context["stops"]}
    assert shown == {must.pk: False, drawn.pk: True}
    assert neither.number not in page.content.decode()


def test_ordered_as_a_way_from_where_the_inspector_is(
    world, inspector, django_assert_max_num_queries
):
    appeals = [
        onsite(world, where=place_of(geom=world.at(east_m=east))) for east in (0, 900, 300, 600)
    ]
    lon, lat = lon_lat(world.at(east_m=1000))
    with django_assert_max_num_queries(22):
        page = inspector.get(f"/field/?at={lon},{lat}")
    order = [one["stop"].appeal.pk for one in page.context["stops"]]
    assert order == [appeals[index].pk for index in (1, 3, 2, 0)]
    legs = [round(one["stop"].leg_m) for one in page.context["stops"]]
    assert legs == pytest.approx([100, 300, 300, 300], abs=2)
    for wrong in ("x", "1,2,3", "nan,nan", "999,999", ","):
        assert len(inspector.get(f"/field/?at={wrong}").context["stops"]) == 4


def test_own_ground_and_no_own_work(world):
    appeal = onsite(world)
    far = Area.objects.create(
        name="far", geom=MultiPolygon(Polygon.from_bbox((0, 0, 10, 10)), srid=city_srid())
    )
    other = User.objects.create_user("elsewhere", roles=["inspector"])
    other.areas.set([far])
    assert not client_of(other).get("/field/").context["stops"]
    assert send(client_of(other), appeal).status_code == 404
    own = User.objects.create_user(
        "own", roles=["inspector"], organization=world.body, whole_city=True
    )
    assert not client_of(own).get("/field/").context["stops"]
    assert send(client_of(own), appeal).status_code == 409
    assert client_of(world.operator).get("/field/").status_code == 403


# --- checks -------------------------------------------------------------------------------
def test_confirmed(world, inspector):
    appeal = onsite(world)
    answer = send(inspector, appeal)
    assert answer.status_code == 200
    assert answer.json()["distance_m"] == 0
    check = OnSiteCheck.objects.get()
    assert (check.result, check.inspector, check.accuracy_m) == ("confirmed", world.inspector, 8)
    assert (check.checked_at, check.received_at) == (NOON - HOUR, NOON)
    assert [photo.kind for photo in check.photos.all()] == [PhotoKind.CHECK]
    assert world.fresh(appeal).state == State.REPORTED_DONE
    page = inspector.get("/field/")
    assert page.context["stops"] == []
    assert appeal.number in page.content.decode()


def test_not_confirmed_goes_back(world, inspector):
    appeal = onsite(world)
    assert send(inspector, appeal, result="not_confirmed", note="яма на месте").status_code == 200
    now = world.fresh(appeal)
    assert now.state == State.REJECTED
    assert now.reports.get().sent_back_reason == "яма на месте"
    assert Photo.objects.get().check_row == OnSiteCheck.objects.get()


def test_sent_again_is_one(world, inspector):
    appeal, key = onsite(world), uuid.uuid4()
    for _ in range(3):
        answer = send(inspector, appeal, key=key, result="not_confirmed", note="нет")
        assert answer.status_code == 200
    check = OnSiteCheck.objects.get()
    assert (check.photos.count(), check.device_key) == (1, key)
    assert world.fresh(appeal).state == State.REJECTED


def test_a_key_of_something_else_is_refused(world, inspector):
    one, other, key = onsite(world), onsite(world), uuid.uuid4()
    assert send(inspector, one, key=key).status_code == 200
    assert send(inspector, other, key=key).status_code == 409
    assert OnSiteCheck.objects.count() == 1


def test_hours_later(world, monkeypatch):
    appeal = onsite(world)
    monkeypatch.setattr(timezone, "now", lambda: NOON + 2 * DAY)
    # The session that the check was made in is over by then.
    assert send(client_of(world.inspector), appeal).status_code == 200
    check = OnSiteCheck.objects.get()
    assert (check.checked_at, check.received_at) == (NOON - HOUR, NOON + 2 * DAY)


def test_another_answer_by_then(world, inspector):
    appeal = onsite(world)
    looked_at = appeal.reports.get().pk
    services.reject(appeal=appeal, user=world.coordinator, reason="формально", now=NOON)
    services.start(appeal=appeal, user=world.executor, now=NOON)
    services.report(
        appeal=appeal, user=world.executor, outcome="done", text="Заменили кран.", now=NOON
    )
    answer = send(inspector, appeal, report=looked_at)
    assert answer.status_code == 409
    assert "another answer" in answer.json()["error"]
    assert not OnSiteCheck.objects.exists()
    assert not Photo.objects.exists()


def test_far_away_or_nowhere_needs_words(world, inspector):
    appeal = onsite(world)
    lon, lat = lon_lat(world.at(east_m=400))
    assert send(inspector, appeal, lon=lon, lat=lat).status_code == 400
    assert send(inspector, appeal, lon=None, lat=None).status_code == 400
    answer = send(inspector, appeal, lon=lon, lat=lat, note="вид с моста, внутрь не пускают")
    assert answer.status_code == 200
    assert answer.json()["distance_m"] == pytest.approx(400, abs=2)


@pytest.mark.parametrize(
    "values",
    [
        {"key": ""}, {"key": "x"}, {"key": None}, {"report": "x"}, {"report": "99999999"},
        {"result": ""}, {"result": "perhaps"},
        {"photos": None}, {"photos": "no file"},
        {"result": "not_confirmed", "note": " "}, {"result": "no_access", "note": ""},
        {"note": "я" * 2001},
        {"lon": "nan"}, {"lon": "500"}, {"lat": "x"}, {"lon": "1e400"},
        {"checked_at": "yesterday"}, {"checked_at": "2020-01-01T00:00:00.000+00:00"},
        {"checked_at": "2026-12-23T00:00:00.000+00:00"},
    ],
)  # fmt: skip
def test_bad_input_changes_nothing(world, inspector, values):
    appeal = onsite(world)
    answer = send(inspector, appeal, **values)
    assert answer.status_code in (400, 409), answer.content
    assert answer.json()["error"]
    assert not OnSiteCheck.objects.exists()
    assert not Photo.objects.exists()
    assert world.fresh(appeal).version == appeal.version


def test_what_is_no_photo_is_refused_whole(world, inspector):
    appeal = onsite(world)
    answer = send(inspector, appeal, photos=SimpleUploadedFile("a.jpg", b"<script>"))
    assert answer.status_code == 400
    assert not OnSiteCheck.objects.exists()


def test_without_scripts(world, inspector):
    appeal = onsite(world)
    wrong = send(inspector, appeal, as_json=False, result="not_confirmed")
    assert wrong.status_code == 400
    assert "Say what you saw." in wrong.content.decode()
    right = send(inspector, appeal, as_json=False, checked_at=None)
    assert (right.status_code, right.url) == (302, "/field/")
    assert OnSiteCheck.objects.get().result == CheckResult.CONFIRMED


def test_without_a_token_nothing_is_done(world):
    appeal = onsite(world)
    client = Client(enforce_csrf_checks=True)
    client.force_login(world.inspector)
    assert send(client, appeal).status_code == 403
    assert not OnSiteCheck.objects.exists()


def test_the_worker_is_a_script(inspector):
    answer = inspector.get("/field/sw.js")
    assert answer["Content-Type"].startswith("text/javascript")
    assert b"addEventListener" in answer.content


def test_what_could_not_be_checked_leaves_the_list(world, inspector):
    appeal = onsite(world)
    send(inspector, appeal, result="no_access", note="ворота закрыты")
    assert dt.timedelta() <= OnSiteCheck.objects.get().received_at - NOON < DAY
    assert inspector.get("/field/").context["stops"] == []
