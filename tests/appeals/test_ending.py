"""Told, closed, reopened, joined, withdrawn."""

import pytest

from appeals import services
from appeals.choices import (
    CallResult,
    ReopenReason,
    State,
)
from tests.appeals.world import DAY, HOUR, MONDAY, refused

pytestmark = pytest.mark.django_db


def test_closing_needs_everybody_told(world):
    appeal = world.verified(applicants=[world.person(), world.person()])
    first, second = appeal.applicants.all()
    values = {"appeal": appeal, "user": world.operator, "now": MONDAY + 4 * HOUR}
    services.call_back(applicant=first, result=CallResult.TOLD, **values)
    with refused("everybody_told"):
        services.close(**values)
    services.call_back(applicant=second, result=CallResult.MESSAGE, **values)
    assert services.close(**values).state == State.CLOSED


def test_a_message_is_not_enough_for_one(world):
    appeal = world.verified()
    values = {"appeal": appeal, "user": world.operator, "now": MONDAY + 4 * HOUR}
    services.call_back(applicant=appeal.applicants.get(), result=CallResult.MESSAGE, **values)
    with refused("everybody_told"):
        services.close(**values)


def test_unreachable_after_three_tries_on_two_days(world):
    appeal = world.verified()
    who = {"appeal": appeal, "user": world.operator}
    for hours in (4, 5, 6):
        services.call_back(
            applicant=appeal.applicants.get(), result=CallResult.NO_ANSWER,
            now=MONDAY + hours * HOUR, **who,
        )  # fmt: skip
    with refused("everybody_told"):
        services.close(now=MONDAY + 7 * HOUR, **who)
    services.call_back(
        applicant=appeal.applicants.get(), result=CallResult.NO_ANSWER, now=MONDAY + DAY, **who
    )
    assert services.close(now=MONDAY + DAY, **who).state == State.CLOSED


def test_nobody_is_called_at_night(world):
    appeal = world.verified()
    with refused("loud_hours"):
        services.call_back(
            appeal=appeal, user=world.operator, applicant=appeal.applicants.get(),
            result=CallResult.TOLD, now=MONDAY + 12 * HOUR,
        )  # fmt: skip


def test_the_anonymous_are_not_called(world):
    appeal = world.verified(applicants=[])
    assert services.close(appeal=appeal, user=world.operator, now=MONDAY + 4 * HOUR)


def test_reopening_has_a_term_and_a_ground(world):
    appeal = world.closed()
    first = appeal.first_due_at
    values = {"appeal": appeal, "user": world.operator, "reason": "снова холодно"}
    with refused("ground_to_reopen"):
        services.reopen(why=ReopenReason.DISPUTED, now=MONDAY + 40 * DAY, **values)
    with refused("ground_to_reopen"):
        services.reopen(why=ReopenReason.PROMISE_BROKEN, now=MONDAY + 4 * DAY, **values)
    back = services.reopen(why=ReopenReason.DISPUTED, now=MONDAY + 4 * DAY, **values)
    assert (back.state, back.outcome, back.ended_at) == (State.REOPENED, "", None)
    assert (back.first_due_at, back.due_at) == (first, MONDAY + 5 * DAY)
    again = services.assign(appeal=back, body=world.body, user=world.operator, now=MONDAY + 4 * DAY)
    assert (again.state, again.extensions_count) == (State.ASSIGNED, 0)


def test_a_duplicate_is_joined_told_and_split(world):
    one, two = world.verified(), world.register()
    joined = services.join(appeal=two, into=one, user=world.operator, now=MONDAY + 3 * HOUR)
    assert (joined.state, joined.joined_into) == (State.JOINED, one)
    values = {"appeal": one, "user": world.operator, "now": MONDAY + 4 * HOUR}
    services.call_back(applicant=one.applicants.get(), result=CallResult.TOLD, **values)
    with refused("everybody_told"):
        services.close(**values)
    split = services.split(
        appeal=joined, user=world.operator, reason="другой дом", now=MONDAY + 4 * HOUR
    )
    assert (split.state, split.joined_into) == (State.REGISTERED, None)
    assert services.close(**values).state == State.CLOSED
    assert two.joinings.get().undone_reason == "другой дом"


def test_joining_while_registering(world):
    one = world.assigned()
    two = world.register(join_into=one)
    assert (two.state, two.joined_into) == (State.JOINED, one)


def test_what_ended_takes_no_duplicates(world):
    one, two = world.closed(), world.register()
    with refused("joins_another"):
        services.join(appeal=two, into=one, user=world.operator, now=MONDAY + DAY)
    with refused("joins_another"):
        services.join(appeal=two, into=two, user=world.operator, now=MONDAY + DAY)


def test_mediation_leads_back_and_stops_the_clock(world):
    appeal = world.in_progress()
    due = appeal.due_at
    away = services.to_mediation(
        appeal=appeal, user=world.lawyer, reason="спор с КСК", now=MONDAY + 2 * HOUR
    )
    assert (away.state, away.state_before) == (State.MEDIATION, State.IN_PROGRESS)
    back = services.from_mediation(
        appeal=away, user=world.lawyer, reason="договорились", now=MONDAY + 6 * HOUR
    )
    assert (back.state, back.state_before, back.due_at) == ("in_progress", "", due + 4 * HOUR)


def test_withdrawing_says_why(world):
    gone = services.withdraw(
        appeal=world.assigned(), user=world.operator, reason="починили сами", now=MONDAY + HOUR
    )
    assert (gone.state, gone.ended_at) == (State.WITHDRAWN, MONDAY + HOUR)
    assert gone.remarks.get().text == "починили сами"
