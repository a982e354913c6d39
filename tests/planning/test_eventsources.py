"""The rooms' facts as events: brought once, kept current by what changed and nothing else."""

import datetime as dt

import pytest
from django.db import connection
from django.utils import timezone

from appeals import services
from earthworks.first_rows import fill_empty_tables
from earthworks.models import Order, RepairWork
from earthworks.services import repairs, works
from planning.choices import Theme
from planning.jobs import bring_events
from planning.models import Event, EventChange
from planning.themes import theme_of_category
from tests.appeals.world import MONDAY, World
from tests.earthworks.world import JUNE_1, JUNE_20, body, dig, draft, issued, local, official

pytestmark = [pytest.mark.django_db]


@pytest.fixture
def world(db) -> World:
    return World()


@pytest.fixture
def rules(db):
    fill_empty_tables(sender=None)


def events(source):
    return list(
        Event.objects.filter(source=source).order_by("source_id").values_list("source_id", "theme")
    )


def sweep() -> int:
    return int(bring_events(timezone.now()).rsplit(" ", 1)[1])


def test_appeals_come_go_and_come_back(world):
    appeal = world.register(category=world.category("WATER-BURST"))
    other = world.register()
    sweep()
    assert events("appeals") == [(str(appeal.pk), Theme.WATER), (str(other.pk), Theme.HEAT)]
    event = Event.objects.get(source_id=str(appeal.pk))
    assert event.occurred_at == appeal.received_at
    assert event.person == appeal.applicants.get().person_id
    assert event.geom.equals_exact(appeal.geom, 0.001)
    # Nothing changed: nothing is read again.
    sweep()
    assert sweep() == 0
    services.withdraw(appeal=appeal, user=world.operator, reason="решено", now=MONDAY)
    sweep()
    assert events("appeals") == [(str(other.pk), Theme.HEAT)]


def test_only_what_changed_is_read_again(world):
    appeals = [world.register() for _ in range(5)]
    sweep()
    sweep()
    services.assign(appeal=appeals[3], body=world.body, user=world.operator, now=MONDAY)
    assert set(EventChange.objects.values_list("object_id", flat=True)) == {appeals[3].pk}
    # One appeal, looked at by the source of appeals; the source of voices has nothing to say.
    assert sweep() == 1
    assert not EventChange.objects.exists()


def test_a_joined_appeal_is_a_voice_and_no_event_of_its_own(world):
    first, second = world.register(), world.register()
    sweep()
    services.join(appeal=second, into=first, user=world.operator, now=MONDAY)
    sweep()
    assert events("appeals") == [(str(first.pk), Theme.HEAT)]
    voice = Event.objects.get(source="voices")
    assert voice.person == second.applicants.get().person_id
    assert Event.objects.happened().count() == 1
    services.split(appeal=World.fresh(second), user=world.operator, reason="другое", now=MONDAY)
    sweep()
    assert not Event.objects.filter(source="voices").exists()
    assert Event.objects.happened().count() == 2


def test_everybody_of_a_collective_letter_has_a_voice(world):
    people = [world.person() for _ in range(3)]
    appeal = world.register(applicants=people)
    sweep()
    assert Event.objects.filter(source="voices").count() == 2
    assert set(Event.objects.values_list("person", flat=True)) == {one.pk for one in people}
    assert Event.objects.happened().get().source_id == str(appeal.pk)


@pytest.mark.usefixtures("rules")
def test_orders_count_when_ground_is_opened_and_emergencies_are_breakages():
    draft()
    planned = issued()
    broken = draft(dug_at=local("2026-05-20 03:00"))
    sweep()
    assert events("orders") == [(str(planned.pk), Theme.WATER)]
    assert events("breakages") == [(str(broken.pk), Theme.WATER)]
    assert Event.objects.get(source="breakages").occurred_at == local("2026-05-20 03:00")
    works.cancel(
        order=Order.objects.get(pk=planned.pk), reason="no need", user=official(),
        now=local("2026-05-21 10:00"),
    )  # fmt: skip
    sweep()
    assert events("orders") == []


@pytest.mark.usefixtures("rules")
def test_repairs_count_from_their_first_day():
    repair = repairs.plan_repair(
        geom=dig(), begins_on=JUNE_1, ends_on=JUNE_20, user=None,
        values={"kind": "road", "title": "Paving", "organization": body("roads")},
    )  # fmt: skip
    sweep()
    assert events("repairs") == []
    repairs.start_repair(
        repair=RepairWork.objects.get(pk=repair.pk), on=dt.date(2026, 6, 2), user=None
    )
    sweep()
    assert events("repairs") == [(str(repair.pk), Theme.ROADS)]


def test_a_change_in_plain_sql_is_seen(world):
    appeal = world.register()
    sweep()
    sweep()
    with connection.cursor() as cursor:
        cursor.execute("UPDATE appeals_appeal SET practice = true WHERE id = %s", [appeal.pk])
    sweep()
    assert events("appeals") == []


@pytest.mark.usefixtures("runtime_role")
def test_the_serving_role_may_bring_events():
    assert bring_events(timezone.now()) == "events written: 0"


@pytest.mark.parametrize(
    "code, theme",
    [
        ("FLOOD-STREET", Theme.FLOODING), ("SEWER-SPILL", Theme.SEWER), ("GAS-SMELL", Theme.GAS),
        ("MANHOLE-OPEN", Theme.MANHOLES), ("DIG-UNFENCED", Theme.ROADS), ("PEST", Theme.OTHER),
    ],
)  # fmt: skip
def test_themes_of_categories(code, theme):
    assert theme_of_category(code) == theme
