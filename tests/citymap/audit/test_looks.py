"""Looks at personal data, page by page."""

import pytest
from django.db import connection
from django.utils import timezone

from citymap.audit.looks import LookPlace, all_looks, looks_page
from citymap.personal.models import PersonalEvent
from citymap.personal.services import reveal, save_person

pytestmark = pytest.mark.django_db


@pytest.fixture
def looks(operator):
    person = save_person(name="Somebody")
    for number in range(9):
        reveal(person=person, fields=["name"], user=operator, why=f"reason {number}")
    return PersonalEvent.objects.filter(person=person)


@pytest.mark.parametrize("oldest_first", [False, True])
@pytest.mark.parametrize("size", [1, 3, 100])
def test_pages_join(looks, oldest_first, size):
    found, after = [], None
    for _turn in range(20):
        page = looks_page(looks, after=after, oldest_first=oldest_first, size=size)
        found += [row.pk for row in page.rows]
        after = page.next
        if after is None:
            break
    assert found == sorted(found, reverse=not oldest_first)
    assert len(found) == 10
    assert [one.pk for one in all_looks(looks, oldest_first=oldest_first, most=99)] == found
    assert len(list(all_looks(looks, oldest_first=oldest_first, most=4))) == 4


def test_places():
    place = LookPlace(when=timezone.now(), id=3)
    assert LookPlace.parse(str(place)) == place
    for wrong in ("", "~", "2026-01-01~1", "x~1", "2026-01-01T00:00:00Z~x", f"{place}9" * 9):
        assert LookPlace.parse(wrong) is None


def test_a_deep_page_is_entered_by_the_index(looks):
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO personal_personalevent (person_id, kind, fields, why, request_id, at)"
            " SELECT person_id, 'looked', '{name}', 'many', '', timestamptz '2025-01-01'"
            " + i * interval '1 minute' FROM generate_series(1, 20000) AS i,"
            " (SELECT person_id FROM personal_personalevent LIMIT 1) AS p"
        )
        cursor.execute("ANALYZE personal_personalevent")
    place = LookPlace(
        when=timezone.datetime(2025, 1, 8, tzinfo=timezone.get_fixed_timezone(0)), id=1
    )
    with connection.execute_wrapper(asked := Statements()):
        looks_page(PersonalEvent.objects.all(), after=place)
    (statement, params) = asked.found[0]
    with connection.cursor() as cursor:
        cursor.execute(f"EXPLAIN {statement}", params)
        plan = "\n".join(line for (line,) in cursor.fetchall())
    assert "personal_event_at" in plan
    assert "Seq Scan on personal_personalevent" not in plan


class Statements:
    def __init__(self) -> None:
        self.found: list[tuple] = []

    def __call__(self, execute, sql, params, many, context):
        self.found.append((sql, params))
        return execute(sql, params, many, context)
