"""The search reads its tables by their indexes, whatever their size."""

import json

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from citymap.geo import city_point
from citymap.places.search import search
from citymap.places.services import EntryRow, analyze_index, replace_entries

pytestmark = pytest.mark.django_db
SYLLABLES = ("ба", "ве", "ги", "до", "жу", "за", "ки", "ло", "ма", "ни", "пе", "ро", "су", "та")


def _name(number):
    """A name of its own for each number."""
    word = ""
    for _ in range(4):
        number, place = divmod(number, len(SYLLABLES))
        word += SYLLABLES[place]
    return word.capitalize()


@pytest.fixture
def many_streets():
    point = city_point(69.14, 54.87)
    replace_entries(
        entries=(
            EntryRow(
                kind="street", object_id=number, labels={"": _name(number)},
                names=[_name(number)], point=point, has_houses=True,
            )
            for number in range(3000)
        )
    )  # fmt: skip
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO places_searchhouse (address_id, street_id, number, key, ordinal, point)"
            " SELECT street * 20 + house, street, house, house, house, ST_SetSRID(%s::geometry, %s)"
            " FROM generate_series(0, 999) street, generate_series(1, 19) house",
            [point.hexewkb.decode("ascii"), point.srid],
        )
    analyze_index()


def _nodes(root):
    yield root
    for child in root.get("Plans", ()):
        yield from _nodes(child)


def test_no_table_of_the_index_is_read_whole(many_streets):
    with CaptureQueriesContext(connection) as queries:
        assert search(question=f"{_name(77)} 5")[0]["label"] == f"{_name(77)}, 5"
    for query in queries:
        with connection.cursor() as cursor:
            cursor.cursor.execute(f"EXPLAIN (FORMAT JSON) {query['sql']}")
            found = cursor.fetchone()[0]
        plan = (json.loads(found) if isinstance(found, str) else found)[0]["Plan"]
        for node in _nodes(plan):
            assert node["Node Type"] != "Seq Scan", query["sql"]


@pytest.mark.parametrize(
    "condition, index",
    [
        ("word % 'bavegi'", "searchword_trigrams"),
        ("word >= 'bave' AND word < 'bave~'", "places_searchword"),
    ],
)
def test_words_are_looked_up_by_index(many_streets, condition, index):
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
        cursor.cursor.execute(f"EXPLAIN SELECT word FROM places_searchword WHERE {condition}")
        assert index in "\n".join(row[0] for row in cursor.fetchall())
