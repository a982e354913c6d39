"""Who and why: carried by every way of writing, and by nothing else."""

import json

import pytest
from django.contrib.auth import get_user_model
from django.db import connection, transaction
from psycopg2 import sql

from citymap.history.context import acting, current, process_context

pytestmark = pytest.mark.django_db


@pytest.fixture
def clerk(db):
    return get_user_model().objects.create(username="клерк")


def context_now() -> dict:
    """What a trigger would read in this transaction."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_setting('pghistory.context_metadata', true)")
        return json.loads(cursor.fetchone()[0] or "{}")


def test_blocks_nest_and_end(clerk):
    with acting(user=clerk, reason="outer"):
        with acting(reason="inner"):
            assert current() == {"user": clerk.pk, "username": "клерк", "reason": "inner"}
        assert current()["reason"] == "outer"
    assert current() == {}


def test_works_as_a_decorator(clerk):
    @acting(user=clerk, reason="by hand")
    def work():
        return current()

    assert work()["reason"] == "by hand"
    assert work()["user"] == clerk.pk


def test_every_way_of_writing_carries_it(ledger, clerk):
    table = sql.Identifier(ledger._meta.db_table)
    with acting(user=clerk, reason="100 % {sure}"):
        one = ledger.objects.create(number="1", state="new")
        ledger.objects.bulk_create([ledger(number=str(n), state="new") for n in (2, 3)])
        ledger.objects.filter(number="2").update(amount=5)
        one.amount = 7
        one.save()
        with connection.cursor() as cursor:
            cursor.execute(f"UPDATE {ledger._meta.db_table} SET amount = 8 WHERE number LIKE '3%'")
            cursor.execute(
                sql.SQL("UPDATE {} SET amount = %s WHERE number = %s").format(table), [9, "3"]
            )
            cursor.executemany(
                f"UPDATE {ledger._meta.db_table} SET amount = %s WHERE number = %s",
                [(10, "1"), (11, "2")],
            )
            cursor.execute(
                sql.SQL("WITH gone AS (DELETE FROM {} WHERE number = '3' RETURNING 1)"
                        " SELECT count(*) FROM gone").format(table)
            )  # fmt: skip
            assert cursor.fetchone() == (1,)
    events = ledger.pgh_event_model.objects.all()
    assert events.count() == 10
    for event in events:
        assert event.pgh_context == {
            "user": clerk.pk, "username": "клерк", "reason": "100 % {sure}",
        }  # fmt: skip


def test_a_block_does_not_answer_for_what_follows_in_the_same_transaction(ledger, clerk):
    with acting(user=clerk):
        ledger.objects.create(number="1", state="new")
    ledger.objects.create(number="2", state="new")
    last = ledger.pgh_event_model.objects.latest("pgh_id")
    assert "user" not in last.pgh_context
    assert last.pgh_context["role"]


def test_survives_a_savepoint_that_is_rolled_back(ledger, clerk):
    with acting(user=clerk):
        with transaction.atomic():
            ledger.objects.create(number="1", state="new")
            transaction.set_rollback(True)
        ledger.objects.create(number="2", state="new")
    assert ledger.pgh_event_model.objects.get().pgh_context["user"] == clerk.pk


@pytest.mark.django_db(transaction=True)
def test_executemany_without_a_transaction(clerk):
    with acting(user=clerk), connection.cursor() as cursor:
        cursor.executemany(
            "UPDATE accounts_user SET first_name = %s WHERE id = %s", [("А", clerk.pk)]
        )
        assert cursor.rowcount == 1
    assert context_now() == {}


def test_reading_is_left_alone(django_assert_num_queries, clerk):
    with acting(user=clerk), django_assert_num_queries(2) as queries:
        list(get_user_model().objects.all())
        with connection.cursor() as cursor:
            cursor.execute("WITH one AS (SELECT 1) SELECT * FROM one")
    assert not any("set_config" in query["sql"] for query in queries.captured_queries)
    for _row in get_user_model().objects.iterator(chunk_size=10):
        pass


@pytest.mark.parametrize("nasty", ["a'b\\c\"d", "%s %(x)s %", "\x00", "\ud800", "Ж" * 5000, "{}"])
def test_hostile_reasons(ledger, nasty):
    with acting(reason=nasty):
        ledger.objects.create(number="1", state="new")
    said = ledger.pgh_event_model.objects.get().pgh_context.get("reason", "")
    assert len(said) <= 1000
    assert "\x00" not in said


def test_request_says_id_method_and_path(rf, ledger, clerk):
    request = rf.post("/works/7/?secret=1")
    request.id, request.user = "abc", clerk
    with acting(request=request):
        ledger.objects.create(number="1", state="new")
    assert ledger.pgh_event_model.objects.get().pgh_context == {
        "user": clerk.pk, "username": "клерк", "request": "abc", "method": "POST",
        "url": "/works/7/",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["/srv/manage.py", "worker"], {"command": "worker"}),
        (["manage.py", "--traceback", "import_layer", "x"], {"command": "import_layer"}),
        (["scripts/import_osm.py", "city.pbf"], {"command": "import_osm"}),
        (["manage.py", "serve"], {}),
        (["manage.py", "shell"], {}),
        (["manage.py"], {}),
        (["-c"], {}),
        ([], {}),
    ],
)
def test_commands_act_for_themselves(monkeypatch, words, said):
    monkeypatch.setattr("sys.argv", words)
    process_context.cache_clear()
    try:
        assert dict(process_context()) == said
    finally:
        process_context.cache_clear()
