"""What the centre does with results: evidence, checks, flags."""

import uuid

import pytest

from appeals import services
from appeals.choices import (
    CheckResult,
    Evidence,
    Outcome,
    State,
)
from tests.appeals.world import HOUR, MONDAY, add_after_photo, refused

pytestmark = pytest.mark.django_db


def test_evidence_follows_the_category(world):
    appeal = world.reported(category=world.category("HEAT-BURST"))
    values = {"appeal": appeal, "user": world.coordinator, "now": MONDAY + 3 * HOUR}
    with refused("evidence"):
        services.verify(how=Evidence.PHONE, **values)
    with refused("evidence"):
        services.verify(how=Evidence.PHOTO, **values)
    add_after_photo(world, appeal)
    assert services.verify(how=Evidence.PHOTO, **values).state == State.VERIFIED


def test_a_check_at_the_place_confirms(world):
    appeal = world.reported(category=world.category("HEAT-WEAK"))
    key = uuid.uuid4()
    values = {
        "appeal": appeal, "user": world.inspector, "key": key, "position": world.at(30, 40),
        "result": CheckResult.CONFIRMED, "now": MONDAY + 3 * HOUR,
    }  # fmt: skip
    found = services.check(**values)
    assert services.check(**values) == found
    assert found.distance_m == pytest.approx(50.0)
    done = services.verify(
        appeal=appeal, user=world.inspector, how=Evidence.ONSITE, now=MONDAY + 4 * HOUR
    )
    assert done.state == State.VERIFIED


def test_not_confirmed_goes_back(world):
    appeal = world.reported(category=world.category("HEAT-WEAK"))
    services.check(
        appeal=appeal, user=world.inspector, key=uuid.uuid4(), note="батареи холодные",
        result=CheckResult.NOT_CONFIRMED, now=MONDAY + 3 * HOUR,
    )  # fmt: skip
    appeal = world.fresh(appeal)
    assert (appeal.state, appeal.reported_at) == (State.REJECTED, None)
    assert appeal.reports.get().sent_back_reason == "батареи холодные"
    assert services.start(appeal=appeal, user=world.executor, now=MONDAY + 4 * HOUR)


def test_nobody_verifies_their_own_work(world):
    world.coordinator.organization = world.body
    world.coordinator.save()
    with refused("not_own_work"):
        services.verify(
            appeal=world.reported(), user=world.coordinator, how=Evidence.PHONE,
            now=MONDAY + 3 * HOUR,
        )  # fmt: skip


def test_flags_ask_for_an_answer(world):
    appeal = world.in_progress()
    made = services.report(
        appeal=appeal, user=world.executor, outcome=Outcome.DONE, text="Приняты меры.",
        now=MONDAY + 2 * HOUR,
    )  # fmt: skip
    assert made.flags == ["no_action", "no_person", "no_date"]
    values = {"appeal": appeal, "user": world.coordinator, "how": Evidence.PHONE,
              "now": MONDAY + 3 * HOUR}  # fmt: skip
    with refused("flags_answered"):
        services.verify(**values)
    assert services.verify(flags_note="заявитель подтвердил", **values)
