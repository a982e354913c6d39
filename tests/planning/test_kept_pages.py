"""Public pages of yards are kept while nothing changes, and are right at the next look."""

import datetime as dt
import re
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.contrib.auth.models import AnonymousUser
from django.db import connection
from django.test import RequestFactory
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from citymap.accounts.choices import Role
from planning.choices import ChosenBy
from planning.models import PublicChange
from planning.portal import kept as keeping
from planning.services.programmes import fill_draft, publish_version, start_programme
from planning.services.publicchanges import KEPT_FOR, forget_changes
from planning.services.queue import hold_yard, take_snapshot
from tests.planning.town import TODAY, make_prices, make_user, make_yard, survey

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def _nothing_kept():
    keeping._kept.clear()


def text_of(client, address, language="en"):
    answer = client.get(address, headers={"accept-language": language})
    assert answer.status_code == 200
    return b"".join(answer).decode()


@pytest.fixture
def town():
    """Two yards, a published programme."""
    planner = make_user(Role.PLANNER, name="planner")
    yards = [make_yard(number) for number in range(2)]
    survey(yards[0])
    make_prices()
    take_snapshot(as_of=TODAY)
    version = start_programme(
        name="Yards of 2027", first_year=2027, budgets=[10_000_000], reason="Budget", user=planner
    )
    fill_draft(version=version, method=ChosenBy.EXACT, user=planner)
    publish_version(version=version, user=planner)
    return yards


def addresses_of(town):
    """Those of the queue and of the yard that is in no programme, then those of the programme."""
    programme, yard = town[0].programme_rows.get().version.programme_id, town[1]
    return (
        "/yards/", "/yards.csv", "/yards.geojson", "/api/yards/queue/", f"/yards/{yard.pk}/",
        f"/yards/{yard.pk}.atom", f"/yards/programmes/{programme}/",
        f"/yards/programmes/{programme}.csv", f"/yards/programmes/{programme}.geojson",
    )  # fmt: skip


def test_kept_until_something_changes(client, town, django_assert_max_num_queries):
    addresses = addresses_of(town)
    first = {address: text_of(client, address) for address in addresses}
    make_user(Role.OPERATOR, name="of no public page")
    for address in addresses:
        # Whether something has changed, and nothing else.
        with django_assert_max_num_queries(1):
            again = text_of(client, address)
        if not address.endswith("/") or address.startswith("/api/"):
            assert again == first[address]
    hold_yard(yard=town[1], reason="Heat main first", user=make_user(Role.PLANNER, name="other"))
    for address in addresses[:6]:
        assert "Heat main first" in text_of(client, address), address
    with connection.cursor() as cursor:
        cursor.execute("UPDATE planning_programme SET name = 'Renamed'")
    assert "Renamed" in text_of(client, addresses[6])


def test_every_table_that_is_read_notes_its_changes(client, town):
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT tgrelid::regclass::text FROM pg_trigger WHERE tgname = 'planning_public'"
        )
        watched = {name for (name,) in cursor.fetchall()}
    read = set()
    for address in (*addresses_of(town), "/yards/?q=Zhumabaev+5&show=free", "/yards/?show=held"):
        with CaptureQueriesContext(connection) as queries:
            text_of(client, address)
        for query in queries:
            read |= set(re.findall(r'\b(?:from|join)\s+"?([a-z]+_\w+)', query["sql"].lower()))
    # By a function of the search.
    assert "places_similar_words" in read
    read = (read | {"places_searchword"}) & set(connection.introspection.table_names())
    assert read - watched == {"planning_publicchange"}
    assert len(read & watched) > 15


def test_a_change_counts_when_it_is_committed_not_when_it_began(client, town):
    page = f"/yards/{town[0].pk}/"
    slow = connection.copy()
    try:
        slow.set_autocommit(False)
        with slow.cursor() as cursor:
            cursor.execute("UPDATE layers_yard SET label = 'Late' WHERE id = %s", [town[0].pk])
        # One that began later ends first.
        hold_yard(yard=town[1], reason="Later", user=make_user(Role.PLANNER, name="other"))
        for _again in range(2):
            assert "Yard 0" in text_of(client, page)
        slow.commit()
        assert "Late" in text_of(client, page)
    finally:
        slow.close()


def test_what_nobody_asked_about_for_long_is_made_anew(client, town, django_assert_max_num_queries):
    text_of(client, "/yards/")
    PublicChange.objects.all().delete()
    (entry,) = keeping._kept.values()
    entry.looked_at -= KEPT_FOR.total_seconds() + 1
    with CaptureQueriesContext(connection) as queries:
        text_of(client, "/yards/")
    assert len(queries) > 5
    with django_assert_max_num_queries(1):
        text_of(client, "/yards/")


def test_changes_are_forgotten_long_after_nobody_can_ask(town):
    assert PublicChange.objects.exists()
    assert forget_changes(now=timezone.now() + 24 * KEPT_FOR) == 0
    assert forget_changes(now=timezone.now() + dt.timedelta(days=3)) > 0
    assert not PublicChange.objects.exists()


def test_of_many_who_ask_at_once_one_makes_the_answer():
    together, made = threading.Barrier(4, timeout=30), []

    def make():
        made.append(threading.get_ident())
        return ("said",)

    def ask(_number):
        request = RequestFactory().get("/yards/")
        request.user = AnonymousUser()
        together.wait()
        try:
            return keeping.kept(request, make)
        finally:
            connection.close()

    with ThreadPoolExecutor(4) as people:
        assert list(people.map(ask, range(4))) == [("said",)] * 4
    assert len(made) == 1


def test_an_answer_that_failed_is_made_by_the_next_one(rf):
    request = rf.get("/yards/")
    request.user = AnonymousUser()

    def fail():
        raise ValueError

    for _again in range(2):
        with pytest.raises(ValueError, match="^$"):
            keeping.kept(request, fail)
    assert keeping.kept(request, lambda: ("said",)) == ("said",)


def test_languages_and_questions_are_apart(client):
    yard = make_yard(0)
    take_snapshot(as_of=TODAY)
    for _again in range(2):
        assert "Yard 0" in text_of(client, f"/yards/{yard.pk}/")
        assert "Аула 0" in text_of(client, f"/yards/{yard.pk}/", language="kk")
        assert "Yard 0" in text_of(client, "/yards/")
        assert "Yard 0" not in text_of(client, "/yards/?show=held")
        assert client.get(f"/yards/{yard.pk + 1}/").status_code == 404


def test_signed_in_people_get_answers_of_their_own(client):
    make_yard(0)
    take_snapshot(as_of=TODAY)
    client.force_login(make_user(Role.PLANNER))
    text_of(client, "/yards/")
    assert not keeping._kept
    client.logout()
    text_of(client, "/yards/")
    assert len(keeping._kept) == 1


def test_no_more_is_kept_than_there_is_room_for(client, monkeypatch):
    make_yard(0)
    take_snapshot(as_of=TODAY)
    size = len(text_of(client, "/yards.csv"))
    monkeypatch.setattr(keeping, "MOST", 3 * (size + 1000))
    for number in range(10):
        text_of(client, f"/yards.csv?{number}")
    assert [key[1] for key in keeping._kept] == [f"/yards.csv?{n}" for n in (7, 8, 9)]
