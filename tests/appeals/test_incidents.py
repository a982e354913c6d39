"""Incidents: what they cover, who is asked to call back."""

import datetime as dt

import pytest
from django.contrib.gis.geos import LineString

from appeals import services
from appeals.choices import CallResult, State
from appeals.errors import ConflictError, InvalidError, NotPermittedError, WrongStateError
from appeals.models import Incident
from citymap.geo import city_srid
from layers.choices import NetworkKind
from layers.models import NetworkSegment
from tests.appeals.world import HOUR, MONDAY

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
