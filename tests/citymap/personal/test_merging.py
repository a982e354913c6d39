"""Two records of one person become one."""

import pytest
from django.core.exceptions import PermissionDenied
from django.utils.translation import override

from citymap.personal.choices import EventKind, PersonState
from citymap.personal.errors import GoneError, MergeRefusedError, ReasonError
from citymap.personal.models import Person
from citymap.personal.services import ask_erasure, find_people, merge_people, reveal, save_person
from citymap.personal.signals import people_merged

pytestmark = pytest.mark.django_db


@pytest.fixture
def twin(db):
    return save_person(
        name="Омарова С. Е.", phones=["8 705 555 66 77", "8 777 000 11 22"], notes="Второй этаж"
    )


def test_values_are_joined_and_nothing_is_overwritten(saule, twin, lawyer):
    merge_people(keep=saule, duplicate=twin, why="the same caller", user=lawyer)
    values = reveal(
        person=saule, fields=["name", "phones", "notes", "iin"], user=None, why="a test of it"
    )
    assert values == {
        "name": "Омарова Сауле Ерболовна",
        "phones": ["+77011234512", "+77055556677", "+77770001122"],
        "notes": "Просит звонить вечером\nВторой этаж",
        "iin": "850101300015",
    }
    gone = Person.objects.get(pk=twin.pk)
    assert (gone.state, gone.merged_into, gone.phone_keys) == (PersonState.MERGED, saule, [])
    assert list(find_people(phone="87770001122")) == [saule]
    assert saule.events.filter(kind=EventKind.MERGED, user=lawyer).count() == 1
    assert gone.events.filter(kind=EventKind.MERGED, user=lawyer).count() == 1


def test_chains_of_merges_point_at_the_last(saule, twin):
    third = save_person(name="Омарова")
    merge_people(keep=twin, duplicate=third, why="the same caller")
    merge_people(keep=saule, duplicate=twin, why="the same caller")
    assert Person.objects.get(pk=third.pk).merged_into == saule


def test_a_wish_to_be_erased_is_not_lost(saule, twin):
    Person.objects.filter(pk=twin.pk).update(erasure_asked_at="2026-01-01T00:00Z")
    merge_people(keep=saule, duplicate=twin, why="the same caller")
    assert Person.objects.get(pk=saule.pk).erasure_asked_at is not None


def test_other_rooms_hear_of_it(saule, twin):
    heard = []

    def hear(sender, kept, duplicate, **kwargs):
        heard.append((kept.pk, duplicate.pk))

    people_merged.connect(hear)
    try:
        merge_people(keep=saule, duplicate=twin, why="the same caller")
    finally:
        people_merged.disconnect(hear)
    assert heard == [(saule.pk, twin.pk)]


@override("en")
def test_refusals_change_nothing(saule, twin, lawyer, operator):
    other = save_person(name="Another", iin="850101300025")
    with pytest.raises(MergeRefusedError, match="itself"):
        merge_people(keep=saule, duplicate=saule, why="the same caller", user=lawyer)
    with pytest.raises(MergeRefusedError, match="IIN"):
        merge_people(keep=saule, duplicate=other, why="the same caller", user=lawyer)
    with pytest.raises(PermissionDenied):
        merge_people(keep=saule, duplicate=twin, why="the same caller", user=operator)
    with pytest.raises(ReasonError):
        merge_people(keep=saule, duplicate=twin, why="обе — Омарова", user=lawyer)
    many = save_person(phones=[f"8700000000{i}" for i in range(5)])
    with pytest.raises(MergeRefusedError):
        merge_people(keep=saule, duplicate=many, why="the same caller", user=lawyer)
    assert set(Person.objects.values_list("state", flat=True)) == {"active"}


def test_what_is_gone_cannot_be_merged(saule, twin):
    ask_erasure(person=twin, why="asked by letter")
    for keep, duplicate in ((saule, twin), (twin, saule)):
        with pytest.raises(GoneError):
            merge_people(keep=keep, duplicate=duplicate, why="the same caller")
