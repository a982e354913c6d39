"""Public pages of yards are kept while nothing changes, and are right at the next look."""

import time

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from citymap.accounts.choices import Role
from planning.portal import kept as keeping
from planning.services.queue import hold_yard, take_snapshot
from tests.planning.town import TODAY, make_user, make_yard

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def _nothing_kept():
    keeping._kept.clear()


def text_of(client, address, language="en"):
    answer = client.get(address, headers={"accept-language": language})
    assert answer.status_code == 200
    return b"".join(answer).decode()


def kept_text_of(client, address):
    """What is answered from what was kept: the snapshot is read, and nothing else.

    Tests in other databases of the server commit too, and a commit between two looks makes the
    second anew: so some look has to fall between two commits.
    """
    ends = time.monotonic() + 60
    while time.monotonic() < ends:
        with CaptureQueriesContext(connection) as queries:
            text = text_of(client, address)
        if len(queries) == 1:
            return text
    pytest.fail(f"{address} is made anew at each look")


def test_kept_until_something_changes(client):
    yards = [make_yard(number) for number in range(2)]
    take_snapshot(as_of=TODAY)
    page = f"/yards/{yards[0].pk}/"
    feed = f"/yards/{yards[0].pk}.atom"
    addresses = (page, feed, "/yards/", "/yards.csv", "/yards.geojson", "/api/yards/queue/")
    first = {address: text_of(client, address) for address in addresses}
    for address in addresses:
        again = kept_text_of(client, address)
        if address.startswith(("/yards.", "/api/")):
            assert again == first[address]
    hold_yard(yard=yards[0], reason="Heat main first", user=make_user(Role.PLANNER))
    for address in addresses:
        assert "Heat main first" in text_of(client, address), address


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
