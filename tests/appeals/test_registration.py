"""Registered whole or not at all; contacts end as what they were."""

import datetime as dt
import uuid

import pytest

from appeals import services
from appeals.errors import (
    InvalidError,
    NotPermittedError,
    WrongStateError,
)
from appeals.models import Appeal
from appeals.where import place_of
from citymap.geo import city_point
from tests.appeals.world import DAY, MONDAY

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    "values, field",
    [
        ({"text": ""}, "text"),
        ({"text": "\x00 "}, "text"),
        ({"text": "а" * 1_000_000}, "text"),
        ({"language": "de"}, "language"),
        ({"channel": "pigeon"}, "channel"),
        ({"regime": "martial"}, "regime"),
        ({"received_at": MONDAY + DAY}, "received_at"),
        ({"received_at": dt.datetime(1926, 1, 1, tzinfo=dt.UTC)}, "received_at"),
    ],
)
def test_what_cannot_be_is_refused_and_nothing_is_kept(world, values, field):
    with pytest.raises(InvalidError, check=lambda error: error.field == field):
        world.register(**values)
    assert not Appeal.objects.exists()


def test_a_group_of_categories_is_no_category(world):
    with pytest.raises(InvalidError, check=lambda error: error.field == "category"):
        world.register(category=world.category("HEAT"))


@pytest.mark.parametrize("lon, lat", [(0.0, 0.0), (69.15, 50.0), (80.0, 54.87)])
def test_a_place_outside_the_city_is_refused(world, lon, lat):
    with pytest.raises(InvalidError, check=lambda error: error.field == "place"):
        place_of(geom=city_point(lon, lat))


def test_no_place_is_refused(db):
    with pytest.raises(InvalidError, check=lambda error: error.field == "place"):
        place_of()


def test_only_the_desk_registers(world):
    with pytest.raises(NotPermittedError):
        world.register(user=world.executor)


def test_a_form_sent_twice_is_one_appeal(world):
    key = uuid.uuid4()
    assert world.register(key=key) == world.register(key=key)
    assert Appeal.objects.count() == 1


def test_a_house_is_known_by_the_point_in_it(world):
    house = world.house()
    appeal = world.register(where=place_of(geom=world.at(5, 5)))
    assert appeal.building == house


def test_chosen_objects_are_the_place(world):
    houses = [world.house(), world.house(100, 0)]
    appeal = world.register(where=place_of(objects=houses))
    assert {row.target for row in appeal.objects_meant.all()} == set(houses)
    assert appeal.geom.geom_type == "MultiPolygon"


def test_a_contact_ends_as_what_it_was(world):
    contact = services.register_contact(
        user=world.operator, channel="phone", language="ru", now=MONDAY, call_id="7"
    )
    again = services.register_contact(
        user=world.operator, channel="phone", language="ru", now=MONDAY, call_id="7"
    )
    assert again == contact
    appeal = world.register(contact=contact)
    contact.refresh_from_db()
    assert (contact.kind, contact.appeal) == ("appeal", appeal)
    with pytest.raises(WrongStateError):
        services.drop(contact=contact, user=world.operator)


def test_a_consultation_needs_an_article_or_a_note(world):
    contact = services.register_contact(user=world.operator, channel="phone", language="kk")
    with pytest.raises(InvalidError):
        services.consult(contact=contact, user=world.operator)
    done = services.consult(contact=contact, user=world.operator, note="режим работы")
    assert done.kind == "consultation"


def test_a_transfer_records_who_took_it(world):
    contact = services.register_contact(user=world.operator, channel="phone", language="ru")
    with pytest.raises(InvalidError):
        services.transfer(contact=contact, user=world.operator, service="104", dispatcher=" ")
    services.transfer(
        contact=contact, user=world.operator, service="104", dispatcher="Диспетчер", log_number="12"
    )
    contact.refresh_from_db()
    assert (contact.kind, contact.transferred_to, contact.log_number) == ("transfer", "104", "12")


def test_a_problem_that_comes_back_is_linked(world):
    world.house()
    first = world.closed(where=place_of(geom=world.at(5, 5)))
    again = world.register(where=place_of(geom=world.at(6, 6)), now=MONDAY + 30 * DAY)
    late = world.register(where=place_of(geom=world.at(6, 6)), now=MONDAY + 200 * DAY)
    assert (again.recurrence_of, late.recurrence_of) == (first, None)
