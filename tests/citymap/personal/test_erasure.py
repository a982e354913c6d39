"""Erased on request and by retention rules; what is needed stays."""

import datetime as dt

import pytest
from django.core.exceptions import PermissionDenied
from django.db import connection
from django.utils import timezone

from citymap.accounts.choices import Role
from citymap.jobs.registry import sweeps
from citymap.personal.choices import EventKind, PersonState
from citymap.personal.errors import ReasonError
from citymap.personal.models import Person, PersonalEvent, RetentionRule
from citymap.personal.retention import (
    FOREVER,
    Keeper,
    NoRetentionRuleError,
    keep_until,
    keepers,
    months_after,
    register_keeper,
)
from citymap.personal.services import ask_erasure, erase, save_person, sweep_retention

pytestmark = pytest.mark.django_db
TODAY = timezone.localdate()
DAY = dt.timedelta(days=1)


@pytest.fixture
def needed():
    """A room that needs the people of this dictionary until a day."""
    until: dict[int, dt.date] = {}
    register_keeper(
        Keeper(
            name="test",
            title="Tests",
            needed_until=lambda ids: {one: until[one] for one in ids if one in until},
        )
    )
    yield until
    keepers.unregister("test")


def assert_tombstone(person):
    row = Person.objects.get(pk=person.pk)
    assert row.state == PersonState.ERASED
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT name || phones || emails || iin || address || notes || language || iin_key"
            " || key_id || array_to_string(phone_keys || email_keys, '')"
            " FROM personal_person WHERE id = %s",
            [person.pk],
        )
        assert cursor.fetchone() == ("",)


def age(person, days):
    Person.objects.filter(pk=person.pk).update(changed_at=timezone.now() - days * DAY)


def test_erased_at_once_when_nothing_needs_the_record(saule, lawyer, needed):
    assert ask_erasure(person=saule, why="asked by letter", user=lawyer).done
    assert_tombstone(saule)
    event = saule.events.get(kind=EventKind.ERASED)
    assert (event.user, event.why) == (lawyer, "asked by letter")
    assert event.fields == ["address", "emails", "iin", "name", "notes", "phones"]


def test_what_is_needed_waits_and_goes_on_the_first_day_it_is_not(saule, needed, idle_rule):
    needed[saule.pk] = TODAY + 3 * DAY
    answer = ask_erasure(person=saule, why="asked by letter")
    assert (answer.done, answer.until) == (False, TODAY + 3 * DAY)
    at = timezone.now()
    assert sweep_retention(at + 3 * DAY) == "0 people erased, 1 still needed"
    assert sweep_retention(at + 4 * DAY) == "1 people erased, 0 still needed"
    assert_tombstone(saule)
    assert sweep_retention(at + 4 * DAY) == "0 people erased, 0 still needed"
    kinds = list(saule.events.order_by("pk").values_list("kind", flat=True))
    assert kinds == ["created", "erasure_asked", "erased"]


def test_an_open_matter_keeps_for_ever(saule, needed, idle_rule):
    needed[saule.pk] = FOREVER
    assert ask_erasure(person=saule, why="asked by letter").until == FOREVER
    assert "1 still needed" in sweep_retention(timezone.now() + 9000 * DAY)


def test_an_order_erases_whatever_needs_it(saule, needed, lawyer):
    needed[saule.pk] = FOREVER
    assert erase(person=saule, why="order of the court", user=lawyer).done
    assert_tombstone(saule)
    assert erase(person=saule, why="order of the court", user=lawyer).done
    assert saule.events.filter(kind=EventKind.ERASED).count() == 1


@pytest.mark.parametrize("act", [erase, ask_erasure])
def test_who_may_and_why(saule, act, operator, lawyer):
    with pytest.raises(PermissionDenied):
        act(person=saule, why="asked by letter", user=operator)
    for why in ("", "по просьбе Омаровой Сауле"):
        with pytest.raises(ReasonError):
            act(person=saule, why=why, user=lawyer)
    assert Person.objects.get().state == PersonState.ACTIVE


def test_unreadable_values_can_be_erased(saule, settings, new_key, lawyer):
    settings.CITYMAP_PERSONAL_KEYS = [new_key]
    assert erase(person=saule, why="the key is lost", user=lawyer).done
    assert_tombstone(saule)


def test_the_sweep_keeps_to_the_rule(saule, idle_rule):
    fresh = save_person(name="Fresh")
    age(saule, 1900)
    assert sweep_retention(timezone.now()) == "1 people erased, 0 still needed"
    assert_tombstone(saule)
    assert Person.objects.get(pk=fresh.pk).state == PersonState.ACTIVE


def test_the_rule_of_the_day_counts(saule, idle_rule):
    age(saule, 100)
    RetentionRule.objects.create(
        code="idle", valid_from=TODAY + DAY, keep_months=1, citation="a new act"
    )
    assert sweep_retention(timezone.now()).startswith("0 people")
    assert sweep_retention(timezone.now() + 2 * DAY).startswith("1 people")


def test_without_a_rule_nobody_is_erased(saule):
    RetentionRule.objects.all().delete()
    age(saule, 9000)
    with pytest.raises(NoRetentionRuleError):
        sweep_retention(timezone.now())
    assert Person.objects.get().state == PersonState.ACTIVE


def test_a_room_that_fails_stops_the_sweep_and_nobody_is_erased(saule, idle_rule):
    age(saule, 9000)
    register_keeper(Keeper(name="test", title="", needed_until=lambda ids: 1 / 0))
    try:
        with pytest.raises(ZeroDivisionError):
            sweep_retention(timezone.now())
    finally:
        keepers.unregister("test")
    assert Person.objects.get().state == PersonState.ACTIVE


def test_more_people_than_a_batch(idle_rule, django_assert_max_num_queries):
    rows = [Person(language="ru") for _one in range(450)]
    Person.objects.bulk_create(rows)
    Person.objects.update(changed_at=timezone.now() - 4000 * DAY)
    assert sweep_retention(timezone.now()) == "450 people erased, 0 still needed"
    assert PersonalEvent.objects.filter(kind=EventKind.ERASED).count() == 450


def test_the_sweep_is_on_the_schedule_and_runs_as_the_serving_role(saule, idle_rule, runtime_role):
    assert sweeps.get("personal.retention").run(timezone.now()).startswith("0 people")


@pytest.mark.parametrize(
    "day, months, after",
    [
        ("2024-01-31", 1, "2024-02-29"),
        ("2024-02-29", 12, "2025-02-28"),
        ("2026-11-21", -60, "2021-11-21"),
        ("2026-03-31", -1, "2026-02-28"),
        ("2026-12-01", 1, "2027-01-01"),
        ("9999-01-01", 60, "9999-12-31"),
    ],
)
def test_months(day, months, after):
    assert months_after(dt.date.fromisoformat(day), months).isoformat() == after


def test_rooms_ask_for_their_terms():
    RetentionRule.objects.create(
        code="tests.closed", valid_from=dt.date(2020, 1, 1), keep_months=12, citation="an act"
    )
    assert keep_until("tests.closed", dt.date(2026, 1, 31)) == dt.date(2027, 1, 31)
    with pytest.raises(NoRetentionRuleError):
        keep_until("unknown", dt.date(2026, 1, 31))


@pytest.mark.parametrize("role", [Role.ADMIN, Role.AUDITOR, Role.EXECUTOR])
def test_roles_that_do_not_erase(saule, make_user, role):
    with pytest.raises(PermissionDenied):
        erase(person=saule, why="a test of it", user=make_user(role))
