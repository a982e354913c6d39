"""A body's list and map: what is there, narrowed and counted; whoever asks."""

import datetime as dt
import json

import pytest
from django.test import Client

from appeals import services
from appeals.choices import State
from appeals.where import place_of
from citymap.accounts.models import Substitution
from citymap.notices.models import Notice
from citymap.notices.rendering import shown
from tests.appeals.inbox.acting import act, client_of, fresh
from tests.appeals.world import HOUR, MONDAY

pytestmark = pytest.mark.django_db


def test_a_body_sees_its_own_and_what_it_helps_with(world, body):
    mine, other = world.assigned(), world.register()
    services.assign(appeal=other, body=world.other_body, user=world.operator, now=MONDAY)
    helped = world.fresh(other)
    page = body.get("/inbox/").content.decode()
    assert mine.number in page
    assert other.number not in page
    services.add_co_executor(appeal=helped, user=world.coordinator, body=world.body, now=MONDAY)
    page = body.get("/inbox/").content.decode()
    assert other.number in page
    assert "co-executor" in page
    assert other.number not in body.get("/inbox/?part=main").content.decode()
    assert mine.number not in body.get("/inbox/?part=helper").content.decode()


def test_headings_count_and_filters_narrow(world, body, django_assert_max_num_queries):
    assigned, paused = world.assigned(), world.in_progress()
    world.reported()
    world.closed()
    services.ask(appeal=paused, user=world.executor, question="?", now=MONDAY + HOUR)
    late = world.in_progress(now=MONDAY - 30 * HOUR)
    with django_assert_max_num_queries(16):
        answer = body.get("/inbox/")
    counts = {name: count for name, _title, count in answer.context["headings"]}
    assert counts == {"todo": 3, "new": 1, "work": 2, "back": 0, "waiting": 1, "sent": 1,
                      "ended": None}  # fmt: skip
    assert numbers(body.get("/inbox/?due=overdue")) == [late.number]
    assert answer.context["overdue"] == 1
    assert numbers(body.get(f"/inbox/?q={assigned.number}")) == [assigned.number]
    assert numbers(body.get("/inbox/?show=waiting")) == [paused.number]
    assert not numbers(body.get("/inbox/?group=ROADS&show=todo&q=никогда"))


def numbers(answer) -> list[str]:
    return [row["appeal"].number for row in answer.context["rows"]]


def test_the_map_holds_what_the_list_holds(world, body):
    appeal, other = world.assigned(), world.register()
    late = world.in_progress(now=MONDAY - 30 * HOUR)
    found = json.loads(body.get("/inbox/places.json").content)
    signs = {one["properties"]["number"]: one["properties"]["standing"] for one in
             found["features"]}  # fmt: skip
    assert signs == {appeal.number: "running", late.number: "overdue"}
    assert other.number not in signs
    lon, lat = found["features"][0]["geometry"]["coordinates"]
    assert (lon, lat) == pytest.approx((69.15, 54.87), abs=1e-5)
    one = json.loads(body.get("/inbox/places.json?due=overdue").content)
    assert [row["properties"]["number"] for row in one["features"]] == [late.number]


@pytest.mark.parametrize(
    "query",
    ["?show=nothing", "?due=yesterday", "?group=x", "?body=x", "?body=99999999", "?sort=;",
     "?page=-1", "?page=x", "?q=%00", "?q=" + "я" * 3000, "?part=all"],
)  # fmt: skip
def test_what_is_not_understood_filters_nothing(world, body, query):
    appeal = world.assigned()
    answer = body.get(f"/inbox/{query}")
    assert answer.status_code == 200
    if not query.startswith("?q=я"):
        assert numbers(answer) == [appeal.number]
    assert body.get(f"/inbox/places.json{query}").status_code == 200


def test_a_substitute_works_for_the_other_body(world):
    appeal = world.assigned()
    stranger = client_of(world.stranger)
    assert stranger.get(f"/inbox/{appeal.pk}/").status_code == 404
    Substitution.objects.create(
        organization=world.body, substitute=world.other_body, reason="отпуск",
        valid_from=MONDAY.date() - dt.timedelta(days=1), valid_to=MONDAY.date() + dt.timedelta(9),
    )  # fmt: skip
    stranger = client_of(world.stranger)
    assert act(stranger, appeal, "accept").status_code == 302
    assert fresh(appeal).state == State.ACCEPTED


def test_places_of_other_shapes_are_drawn(world, body):
    house = world.house(100, 100)
    world.assigned(where=place_of(geom=house.geom))
    found = json.loads(body.get("/inbox/places.json").content)
    assert [one["geometry"]["type"] for one in found["features"]] == ["Point"]


def test_pages_in_three_languages(world):
    appeal = world.in_progress()
    for language, word in (("ru", "Сообщить о результате"), ("kk", "Нәтижесін хабарлау")):
        client = Client(headers={"accept-language": language})
        client.force_login(world.executor)
        assert word in client.get(f"/inbox/{appeal.pk}/").content.decode()


def test_the_letter_to_the_body_holds_the_way(world, settings):
    settings.CITYMAP_URL = "https://109.example"
    appeal = world.assigned()
    (notice,) = Notice.objects.filter(kind="appeal_for_body", source_id=str(appeal.pk))
    for language in ("ru", "kk", "en"):
        words = shown(notice, language)
        assert f"https://109.example/inbox/{appeal.pk}/" in words.text
    settings.CITYMAP_URL = ""
    assert "/inbox/" not in shown(notice, "ru").text


def test_an_appeal_reads_as_a_story(world, body):
    """What happened in words, without what operators were told on the telephone."""
    appeal = world.closed()
    appeal.call_backs.update(note="сказала соседка Айгүл")
    page = body.get(f"/inbox/{appeal.pk}/").content.decode()
    story = page[page.index('class="story"') :]
    words = ("Registered", "Assigned to", "Accepted by the body", "Work has begun", "Reported",
             "Verified", "Call back", "Closed")  # fmt: skip
    assert [word for word in words if word not in story] == []
    assert "Айгүл" not in page
    assert "appeals." not in story
