"""People are recorded, changed, found."""

import pytest
from django.db import IntegrityError, connection, transaction

from citymap.personal.choices import EventKind, PersonState
from citymap.personal.errors import GoneError, InvalidValueError, UnreadableError
from citymap.personal.models import Person, PersonalEvent
from citymap.personal.services import erase, find_people, reveal, save_person

pytestmark = pytest.mark.django_db


def shown(person, *fields):
    return reveal(person=person, fields=fields, user=None, why="a test of values")


def test_all_values_come_back_written_one_way(saule):
    assert shown(saule, "name", "phones", "emails", "iin", "address", "notes") == {
        "name": "Омарова Сауле Ерболовна",
        "phones": ["+77011234512", "+77055556677"],
        "emails": ["saule@example.kz"],
        "iin": "850101300015",
        "address": "ул. Абая, 12, кв. 4",
        "notes": "Просит звонить вечером",
    }
    assert saule.language == "kk"


def test_nothing_plain_is_in_the_row(saule):
    with connection.cursor() as cursor:
        cursor.execute("SELECT p::text FROM personal_person AS p WHERE id = %s", [saule.pk])
        (row,) = cursor.fetchone()
    for secret in ("Омарова", "7011234512", "saule@", "850101300015", "Абая", "вечером"):
        assert secret not in row
    assert "Сауле" not in f"{saule} {saule!r} {saule.__dict__} {[saule]}"


def test_a_change_leaves_the_other_values_and_is_recorded_by_field(saule, operator):
    save_person(person=saule, phones=["87770001122"], language="ru", user=operator)
    assert shown(saule, "name", "phones") == {
        "name": "Омарова Сауле Ерболовна",
        "phones": ["+77770001122"],
    }
    event = saule.events.get(kind=EventKind.CHANGED)
    assert (event.fields, event.user) == (["phones"], operator)
    assert not find_people(phone="8 701 123 45 12").exists()


def test_the_same_again_changes_nothing(saule):
    before = Person.objects.get(pk=saule.pk)
    save_person(
        person=saule, name=" Омарова  Сауле Ерболовна", phones=["87011234512", "87055556677"]
    )
    after = Person.objects.get(pk=saule.pk)
    assert after.name == before.name
    assert not saule.events.filter(kind=EventKind.CHANGED).exists()


@pytest.mark.parametrize(
    "value",
    [
        {"phones": ["12"]}, {"emails": ["no"]}, {"iin": "1"}, {"name": "x" * 201},
        {"address": "x" * 501}, {"notes": "x" * 4001}, {"language": "de"}, {"name": "a\0"},
        {"phones": [f"870100000{i:02d}" for i in range(6)]},
    ],
)  # fmt: skip
def test_wrong_values_change_nothing(saule, value):
    before = Person.objects.filter(pk=saule.pk).values().get()
    with pytest.raises(InvalidValueError):
        save_person(person=saule, **value)
    with pytest.raises(InvalidValueError):
        save_person(**value)
    assert Person.objects.filter(pk=saule.pk).values().get() == before
    assert Person.objects.count() == 1


@pytest.mark.parametrize(
    "wanted, found",
    [
        ({"phone": "+77011234512"}, True),
        ({"phone": "8 705 5556677"}, True),
        ({"email": "SAULE@example.kz"}, True),
        ({"iin": "850101 300015"}, True),
        ({"phone": "87011234512", "iin": "850101300015"}, True),
        ({"phone": "87011234512", "email": "other@example.kz"}, False),
        ({"phone": "87011234513"}, False),
        ({}, False),
    ],
)
def test_exact_look_up(saule, wanted, found):
    assert find_people(**wanted).exists() is found


CROWD = """
INSERT INTO personal_person
    (number, state, name, phones, emails, iin, address, notes, language, phone_keys, email_keys,
     iin_key, key_id)
SELECT 'T' || lpad(i::text, 9, '0'), 'active', '', '', '', '', '', '', 'ru', ARRAY[md5('p' || i)],
       ARRAY[md5('e' || i)], md5('i' || i), 'test'
FROM generate_series(1, 5000) AS i
"""


def test_look_up_uses_the_indexes(saule):
    with connection.cursor() as cursor:
        cursor.execute(CROWD)
        cursor.execute("ANALYZE personal_person")
    for wanted, index in (
        ({"phone": "87011234512"}, "person_phone_keys"),
        ({"email": "a@b.kz"}, "person_email_keys"),
        ({"iin": "850101300015"}, "person_iin_key"),
    ):
        assert index in find_people(**wanted).explain()


def test_an_unreadable_person_is_not_written_over(saule, settings, new_key):
    """The row's key is there, one value is damaged: the change is refused, nothing is lost."""
    damaged = "gAAAA" + "x" * 120
    with connection.cursor() as cursor:
        cursor.execute("UPDATE personal_person SET notes = %s WHERE id = %s", [damaged, saule.pk])
    with pytest.raises(UnreadableError) as failed:
        save_person(person=saule, name="Другая")
    assert failed.value.field == "notes"
    assert shown_name(saule) == "Омарова Сауле Ерболовна"


def shown_name(person):
    with connection.cursor() as cursor:
        cursor.execute("UPDATE personal_person SET notes = '' WHERE id = %s", [person.pk])
    return shown(person, "name")["name"]


def test_erased_people_are_not_found_nor_changed(saule):
    erase(person=saule, why="a test of it")
    assert not find_people(phone="87011234512").exists()
    with pytest.raises(GoneError):
        save_person(person=saule, name="Again")


def test_a_tombstone_with_a_value_is_impossible(saule):
    with pytest.raises(IntegrityError), transaction.atomic():
        Person.objects.filter(pk=saule.pk).update(
            state=PersonState.ERASED, erased_at="2026-01-01T00:00Z"
        )


def test_recording_is_recorded(saule):
    event = PersonalEvent.objects.get(person=saule)
    assert event.kind == EventKind.CREATED
    assert event.fields == ["address", "emails", "iin", "name", "notes", "phones"]
