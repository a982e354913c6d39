"""The table of operations, the whole way, conflicts."""

import pytest

from appeals import services
from appeals.choices import (
    Outcome,
    State,
)
from appeals.errors import (
    ConflictError,
    InvalidError,
    WrongStateError,
)
from appeals.guards import GUARDS
from appeals.workflow import OPERATIONS
from citymap.personal.services import erase
from tests.appeals.world import HOUR, MONDAY

pytestmark = pytest.mark.django_db


def test_every_guard_that_is_named_is_there_and_every_one_is_named():
    named = {name for operation in OPERATIONS.values() for name in operation.guards}
    assert named == set(GUARDS)


def test_numbers_have_no_gaps_also_after_a_refusal(world):
    first = world.register()
    with pytest.raises(InvalidError):
        world.register(text=" ")
    second = world.register()
    assert (first.number, first.serial + 1) == (f"109-2026-{first.serial:06d}", second.serial)


def test_an_appeal_goes_all_the_way(world):
    appeal = world.closed()
    assert (appeal.state, appeal.outcome) == (State.CLOSED, Outcome.DONE)
    assert appeal.ended_at == MONDAY + 5 * HOUR
    states = list(appeal.history_events.order_by("pgh_id").values_list("state", flat=True))
    assert [state for n, state in enumerate(states) if n == 0 or states[n - 1] != state] == [
        "registered", "assigned", "accepted", "in_progress", "reported_done", "verified", "closed",
    ]  # fmt: skip
    assert appeal.history_events.last().pgh_context["user"] == world.operator.pk


def test_who_saw_an_older_version_is_told(world):
    appeal = world.assigned()
    services.accept(appeal=appeal, user=world.executor, version=appeal.version, now=MONDAY)
    with pytest.raises(ConflictError) as caught:
        services.accept(appeal=appeal, user=world.executor, version=appeal.version, now=MONDAY)
    assert caught.value.current.state == State.ACCEPTED


def test_the_same_step_twice_is_refused(world):
    appeal = world.accepted()
    with pytest.raises(WrongStateError):
        services.accept(appeal=appeal, user=world.executor, now=MONDAY + HOUR)


def test_erasing_an_applicant_leaves_the_appeal(world):
    person = world.person()
    appeal = world.closed(applicants=[person])
    erase(person=person, why="asked")
    assert world.fresh(appeal).applicants.count() == 1
