"""Incidents: what they cover, who is asked to call back."""

import datetime as dt

import pytest
from django.contrib.gis.geos import LineString

from appeals import services, sweeps
from appeals.callbacks import lines_of, owed_calls
from appeals.choices import CallResult, Evidence, Outcome, State
from appeals.errors import (
    ConflictError,
    GuardError,
    InvalidError,
    NotPermittedError,
    WrongStateError,
)
from appeals.models import Appeal, Incident
from appeals.story import story_of
from appeals.telling import OUTAGE_OVER
from citymap.geo import city_srid
from citymap.notices.models import Notice
from citymap.notices.rendering import written
from layers.choices import NetworkKind
from layers.models import NetworkSegment
from tests.appeals.world import HOUR, MONDAY, REPLY

pytestmark = pytest.mark.django_db


def opened(world, **values) -> Incident:
    return services.open_incident(
        **{
            "user": world.operator, "title": "Порыв теплотрассы", "category": world.category(),
            "script_ru": "Восстановят к 18:00", "script_kk": "18:00-ге дейін қалпына келеді",
            "now": MONDAY,
        } | values
    )  # fmt: skip


def test_a_drawn_area_covers_its_houses(world):
    inside, outside = world.house(), world.house(500)
    incident = opened(world, area=world.at().buffer(100))
    assert [row.building for row in incident.served.all()] == [inside]
    assert list(Incident.objects.lasting().at_place(world.at(5, 5))) == [incident]
    assert not Incident.objects.at_place(outside.geom, outside.pk).exists()


def test_a_segment_covers_the_houses_beside_it(world):
    near, _far = world.house(0, 20), world.house(0, 400)
    segment = NetworkSegment.objects.create(
        source="manual", source_id="s", valid_from=dt.date(2020, 1, 1), kind=NetworkKind.HEAT,
        owner=world.body,
        geom=LineString(world.at(-50).coords, world.at(50).coords, srid=city_srid()),
    )  # fmt: skip
    incident = opened(world, segment=segment)
    assert [row.building for row in incident.served.all()] == [near]
    assert incident.body == world.body


@pytest.mark.parametrize(
    "values, field",
    [
        ({}, "area"),
        ({"title": " "}, "title"),
        ({"script_kk": ""}, "title"),
        ({"expected_end_at": MONDAY - HOUR}, "expected_end_at"),
    ],
)
def test_what_cannot_be_is_refused(world, values, field):
    if values:
        values = {"area": world.at().buffer(50)} | values
    with pytest.raises(InvalidError, check=lambda error: error.field == field):
        opened(world, **values)
    assert not Incident.objects.exists()


def test_a_point_is_no_incident_and_executors_open_none(world):
    with pytest.raises(InvalidError):
        opened(world, area=world.at())
    with pytest.raises(NotPermittedError):
        opened(world, user=world.executor, area=world.at().buffer(50))


def test_the_end_brings_the_calls_back_and_a_message_is_enough(world):
    incident = opened(world, area=world.at().buffer(100))
    appeal = world.verified(incident=incident)
    waiting = services.end_incident(incident=incident, user=world.operator, now=MONDAY + HOUR)
    assert waiting == [appeal]
    services.call_back(
        appeal=appeal, user=world.operator, applicant=appeal.applicants.get(),
        result=CallResult.MESSAGE, now=MONDAY + 4 * HOUR,
    )  # fmt: skip
    closed = services.close(appeal=appeal, user=world.operator, now=MONDAY + 4 * HOUR)
    assert closed.state == State.CLOSED


def test_it_ends_once(world):
    incident = opened(world, area=world.at().buffer(100))
    with pytest.raises(ConflictError):
        services.end_incident(incident=incident, user=world.operator, version=7)
    services.end_incident(incident=incident, user=world.operator, now=MONDAY + HOUR)
    with pytest.raises(WrongStateError):
        services.end_incident(incident=incident, user=world.operator, now=MONDAY + HOUR)


# --- the end is told ------------------------------------------------------------------------
def messages() -> list[Notice]:
    return list(Notice.objects.filter(stage=OUTAGE_OVER).order_by("pk"))


def test_who_asked_is_told_once_that_it_is_over(world):
    incident = opened(world, area=world.at().buffer(100))
    kazakh = world.assigned(incident=incident, language="kk")
    joined = world.register(incident=incident, join_into=kazakh)
    nobody_named = world.assigned(incident=incident, applicants=[])
    world.assigned()  # about something else
    sweeps.tell_outages_over(MONDAY + HOUR)
    assert not messages()
    services.end_incident(incident=incident, user=world.operator, now=MONDAY + HOUR)
    world.register(incident=incident, now=MONDAY + 2 * HOUR)  # came after the end
    for _turn in range(2):
        sweeps.tell_outages_over(MONDAY + 3 * HOUR)
    told = messages()
    assert {(one.source, one.person, one.language) for one in told} == {
        (kazakh, kazakh.people.get(), "kk"), (joined, joined.people.get(), "ru"),
    }  # fmt: skip
    assert len(told) == 2
    assert told[0].why == "the outage that was asked about is over"
    assert not nobody_named.people.exists()
    assert any(event.kind == "outage" for event in story_of(world.fresh(kazakh)))


@pytest.mark.parametrize("language, words", [("ru", "устранено"), ("kk", "жойылды")])
def test_the_message_names_the_outage_and_the_hour(world, language, words):
    incident = opened(world, area=world.at().buffer(100))
    appeal = world.assigned(incident=incident, language=language)
    services.end_incident(incident=incident, user=world.operator, now=MONDAY + HOUR)
    sweeps.tell_outages_over(MONDAY + HOUR)
    text = written(messages()[0])
    assert words in text.text
    assert incident.title in text.text
    assert appeal.number in text.sms
    assert "11:00" in text.sms


def test_where_no_message_arrives_somebody_calls(world):
    incident = opened(world, area=world.at().buffer(100))
    appeal = world.in_progress(incident=incident)
    rows = Appeal.objects.real()
    services.end_incident(incident=incident, user=world.operator, now=MONDAY + HOUR)
    sweeps.tell_outages_over(MONDAY + HOUR)
    assert not owed_calls(rows).exists()
    Notice.objects.filter(stage=OUTAGE_OVER).update(state="dead", next_attempt_at=None)
    line = lines_of(owed_calls(rows))[0]
    assert (line.appeal, line.about_outage, line.left) == (appeal, True, 1)
    call = {"appeal": appeal, "user": world.operator, "applicant": appeal.applicants.get()}
    services.call_back(**call, result=CallResult.NO_ANSWER, now=MONDAY + 2 * HOUR)
    assert owed_calls(rows).exists()
    services.call_back(**call, result=CallResult.TOLD, now=MONDAY + 3 * HOUR)
    assert not owed_calls(rows).exists()
    # The result is told by another call: this one does not count for it.
    appeal = world.fresh(appeal)
    assert appeal.state == State.IN_PROGRESS
    services.report(
        appeal=appeal, user=world.executor, outcome=Outcome.DONE, text=REPLY, has_photo=True,
        now=MONDAY + 4 * HOUR,
    )  # fmt: skip
    verified = services.verify(
        appeal=appeal, user=world.coordinator, how=Evidence.PHONE, flags_note="видно",
        now=MONDAY + 5 * HOUR,
    )  # fmt: skip
    line = lines_of(owed_calls(rows))[0]
    assert (line.about_outage, line.left) == (False, 1)
    with pytest.raises(GuardError):
        services.close(appeal=verified, user=world.operator, now=MONDAY + 6 * HOUR)


def test_nobody_is_called_without_a_result_or_the_end_of_an_outage(world):
    incident = opened(world, area=world.at().buffer(100))
    for appeal in (world.assigned(), world.assigned(incident=incident)):
        with pytest.raises(GuardError, check=lambda error: error.guard == "something_to_tell"):
            services.call_back(
                appeal=appeal, user=world.operator, applicant=appeal.applicants.get(),
                result=CallResult.TOLD, now=MONDAY + HOUR,
            )  # fmt: skip
