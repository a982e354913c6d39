"""Promises: the body calls one kept, a coordinator decides."""

import datetime as dt

import pytest

from appeals.choices import Outcome, PromiseState
from appeals.models import Promise
from tests.appeals.inbox.acting import client_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def promise(world) -> Promise:
    appeal = world.reported(outcome=Outcome.PLANNED, report={"planned_on": dt.date(2026, 12, 1)})
    return Promise.objects.get(appeal=appeal)


def test_a_body_calls_its_promise_kept_and_a_coordinator_decides(world, body, promise):
    assert promise.appeal.number in body.get("/inbox/promises/").content.decode()
    for what in ("kept", "broken"):
        body.post(f"/inbox/promises/{promise.pk}/{what}/")
        promise.refresh_from_db()
        assert promise.state == PromiseState.OPEN
    body.post(f"/inbox/promises/{promise.pk}/claim/", {"note": "  "})
    promise.refresh_from_db()
    assert promise.claimed_at is None
    body.post(f"/inbox/promises/{promise.pk}/claim/", {"note": "Заменили 20 ноября, Иванов"})
    promise.refresh_from_db()
    assert promise.claim_note == "Заменили 20 ноября, Иванов"
    assert promise not in Promise.objects.fallen_due(dt.date(2027, 1, 1))
    centre = client_of(world.coordinator)
    assert "Иванов" in centre.get("/inbox/promises/?show=claimed").content.decode()
    centre.post(f"/inbox/promises/{promise.pk}/kept/")
    promise.refresh_from_db()
    assert promise.state == PromiseState.KEPT
    page = body.get("/inbox/promises/?show=kept")
    assert page.context["share"] == 1.0
    assert [row["decided"] for row in page.context["bodies"]] == [1]


def test_promises_of_others_are_not_there(world, promise):
    stranger = client_of(world.stranger)
    assert stranger.get("/inbox/promises/").context["page"].paginator.count == 0
    assert stranger.post(f"/inbox/promises/{promise.pk}/claim/", {"note": "x"}).status_code == 404
    centre = client_of(world.coordinator)
    assert centre.post(f"/inbox/promises/{promise.pk}/dance/").status_code == 404
