"""Several at once: nothing is lost, nobody waits for ever."""

import threading
from collections.abc import Callable

import pytest
from django.db import connection

from citymap.personal.choices import PersonState
from citymap.personal.errors import GoneError
from citymap.personal.models import KeyCanary, Person
from citymap.personal.services import ask_erasure, merge_people, reveal, rotate_keys, save_person

pytestmark = pytest.mark.django_db(transaction=True)


def at_once(*acts: Callable[[], object]) -> list[object]:
    """Run all acts at the same time; what each gave back, or its error."""
    barrier, results = threading.Barrier(len(acts)), [None] * len(acts)

    def run(place: int) -> None:
        try:
            barrier.wait()
            results[place] = acts[place]()
        except Exception as error:
            results[place] = error
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=[place]) for place in range(len(acts))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
        assert not thread.is_alive(), "a deadlock, or a wait without end"
    return results


@pytest.mark.parametrize("turn", range(5))
def test_merged_in_both_directions_once(turn):
    one, other = save_person(name="One", phones=["87011234512"]), save_person(name="Other")
    results = at_once(
        lambda: merge_people(keep=one, duplicate=other, why="the same caller"),
        lambda: merge_people(keep=other, duplicate=one, why="the same caller"),
    )
    assert sum(isinstance(result, GoneError) for result in results) == 1
    assert sum(isinstance(result, Person) for result in results) == 1
    (kept,) = Person.objects.kept()
    shown = reveal(person=kept, fields=["phones"], user=None, why="a test of it")
    assert shown == {"phones": ["+77011234512"]}


@pytest.mark.parametrize("turn", range(5))
def test_changed_while_it_is_erased(turn):
    person = save_person(name="One")
    saved, erased = at_once(
        lambda: save_person(person=person, name="Two"),
        lambda: ask_erasure(person=person, why="asked by letter"),
    )
    assert erased.done
    assert isinstance(saved, Person | GoneError)
    row = Person.objects.get(pk=person.pk)
    assert row.state == PersonState.ERASED
    assert not row.name


def test_two_changes_of_different_fields_are_both_kept():
    person = save_person(name="One")
    at_once(
        lambda: save_person(person=person, notes="a note"),
        lambda: save_person(person=person, address="an address"),
    )
    shown = reveal(person=person, fields=["notes", "address"], user=None, why="a test of it")
    assert shown == {"notes": "a note", "address": "an address"}


def test_first_people_of_a_new_key_meet_at_the_canary(settings, new_key):
    settings.CITYMAP_PERSONAL_KEYS = [new_key]
    results = at_once(*[lambda: save_person(name="Somebody")] * 4)
    assert all(isinstance(result, Person) for result in results)
    assert KeyCanary.objects.count() == 1


def test_keys_are_changed_while_people_are_changed(settings, new_key):
    people = [save_person(name=f"Person {number}") for number in range(10)]
    settings.CITYMAP_PERSONAL_KEYS = [new_key, *settings.CITYMAP_PERSONAL_KEYS]
    results = at_once(
        rotate_keys,
        lambda: [save_person(person=one, notes="changed") for one in people],
    )
    assert not any(isinstance(result, Exception) for result in results), results
    rotate_keys()
    settings.CITYMAP_PERSONAL_KEYS = [new_key]
    for number, person in enumerate(people):
        shown = reveal(person=person, fields=["name", "notes"], user=None, why="a test of it")
        assert shown == {"name": f"Person {number}", "notes": "changed"}
