"""What falls due is told once, whatever the worker did."""

import datetime as dt

import pytest

from appeals import services, sweeps
from appeals.choices import CallResult, Outcome, PromiseState, State
from appeals.jobs import register_sweep  # noqa: F401 (the room's sweeps are registered)
from appeals.models import Promise
from citymap.accounts.choices import Role
from citymap.jobs.registry import sweeps as registered
from citymap.notices.choices import State as NoticeState
from citymap.notices.models import Notice
from citymap.personal.retention import FOREVER, needs
from tests.appeals.world import DAY, HOUR, MONDAY

pytestmark = pytest.mark.django_db


def told(*, what: str) -> list[Notice]:
    return [one for one in Notice.objects.order_by("pk") if one.context.get("what") == what]


def test_the_rooms_sweeps_are_registered():
    assert {one.name for one in registered} >= {
        "appeals.deadlines", "appeals.promises", "appeals.promise-reminders", "appeals.call-backs",
    }  # fmt: skip


def test_warning_breach_and_escalation_are_told_once_each(world):
    appeal = world.in_progress()  # 24 hours
    sweeps.tell_deadlines(MONDAY + 17 * HOUR)
    assert not told(what="warning")
    for _ in range(2):
        sweeps.tell_deadlines(MONDAY + 19 * HOUR)
    assert [one.organization for one in told(what="warning")] == [world.body]
    for _ in range(2):
        sweeps.tell_deadlines(MONDAY + 25 * HOUR)
    breach = told(what="breach")
    assert {(one.organization, one.user) for one in breach} == {
        (world.body, None), (None, world.coordinator),
    }  # fmt: skip
    assert not told(what="escalation")
    sweeps.tell_deadlines(MONDAY + 3 * DAY)
    assert [one.user for one in told(what="escalation")] == [world.users[Role.HEAD]]
    assert {str(appeal.pk)} == {one.source_id for one in breach}


def test_three_days_off_are_caught_up_in_one_run(world):
    world.in_progress()
    sweeps.tell_deadlines(MONDAY + 3 * DAY)
    assert [len(told(what=what)) for what in ("warning", "breach", "escalation")] == [0, 2, 1]


def test_a_breach_takes_back_the_warning_that_is_not_out(world):
    one, other = world.in_progress(), world.in_progress()
    sweeps.tell_deadlines(MONDAY + 19 * HOUR)
    sent = told(what="warning")[1]
    Notice.objects.filter(pk=sent.pk).update(
        state=NoticeState.SENT, next_attempt_at=None, sent_at=MONDAY + 19 * HOUR
    )
    for _ in range(2):
        sweeps.tell_deadlines(MONDAY + 25 * HOUR)
    warnings = {row.source_id: row.state for row in told(what="warning")}
    assert warnings == {str(one.pk): NoticeState.CANCELLED, str(other.pk): NoticeState.SENT}
    (line,) = told(what="warning")[0].log.all()
    assert (line.outcome, line.answer) == ("cancelled", "the deadline has passed")
    # What waits of an appeal that is not late yet goes on waiting.
    at = MONDAY + 10 * HOUR
    later = services.assign(
        appeal=world.register(now=at), body=world.body, user=world.operator, now=at
    )
    sweeps.tell_deadlines(MONDAY + 30 * HOUR)
    assert told(what="warning")[-1].source_id == str(later.pk)
    assert told(what="warning")[-1].state == NoticeState.QUEUED


def test_what_was_told_is_not_owed_anew(world, django_assert_max_num_queries):
    late = [world.in_progress() for _ in range(5)]
    waiting = [world.verified() for _ in range(5)]
    sweeps.tell_deadlines(MONDAY + 3 * DAY)
    sweeps.remind_to_call(MONDAY + 3 * DAY)
    known = Notice.objects.count()
    # As many for five as for fifty.
    with django_assert_max_num_queries(5):
        assert sweeps.tell_deadlines(MONDAY + 3 * DAY) == "warning: 0, breach: 0, escalation: 0"
    with django_assert_max_num_queries(2):
        assert sweeps.remind_to_call(MONDAY + 3 * DAY) == "to call: 0"
    assert Notice.objects.count() == known
    assert len(told(what="breach")) == 2 * len(late)
    assert len(told(what="call_back")) == len(waiting)


def test_a_body_that_comes_later_is_told_too(world):
    appeal = world.in_progress()
    for _ in range(2):
        sweeps.tell_deadlines(MONDAY + 3 * DAY)
    other = world.other_body
    type(appeal).objects.filter(pk=appeal.pk).update(executor=other)
    for _ in range(2):
        sweeps.tell_deadlines(MONDAY + 3 * DAY)
    bodies = [one.organization for one in told(what="breach") if one.organization]
    assert bodies == [world.body, other]
    assert len(told(what="escalation")) == 1


def test_nothing_is_told_while_the_clock_stands(world):
    services.ask(appeal=world.in_progress(), user=world.executor, question="?", now=MONDAY + HOUR)
    sweeps.tell_deadlines(MONDAY + 10 * DAY)
    assert not told(what="warning")


def test_an_extended_deadline_is_another_one(world):
    appeal = world.in_progress()
    sweeps.tell_deadlines(MONDAY + 20 * HOUR)
    services.extend(
        appeal=appeal, user=world.executor, until=appeal.due_at + 5 * DAY, reason="деталь",
        now=MONDAY + 21 * HOUR,
    )  # fmt: skip
    sweeps.tell_deadlines(MONDAY + 22 * HOUR)
    assert len(told(what="warning")) == 1
    sweeps.tell_deadlines(MONDAY + 6 * DAY)
    assert len(told(what="warning")) == 2


@pytest.fixture
def promised(world):
    """A closed appeal with a promise for 1 December."""
    appeal = world.closed(outcome=Outcome.PLANNED, report={"planned_on": dt.date(2026, 12, 1)})
    return appeal, Promise.objects.get(appeal=appeal)


def test_a_promise_that_is_not_kept_reopens(world, promised):
    appeal, promise = promised
    sweeps.decide_promises(dt.datetime(2026, 12, 1, 15, tzinfo=dt.UTC))
    assert world.fresh(appeal).state == State.CLOSED
    for _ in range(2):
        sweeps.decide_promises(dt.datetime(2026, 12, 2, 5, tzinfo=dt.UTC))
    promise.refresh_from_db()
    again = world.fresh(appeal)
    assert (promise.state, again.state) == (PromiseState.BROKEN, State.REOPENED)
    assert again.remarks.last().made_by is None
    assert [one.user for one in told(what="reopened")] == [world.coordinator]


def test_a_promise_that_is_kept_stays_closed(world, promised):
    appeal, promise = promised
    services.decide_promise(promise=promise, kept=True, user=world.coordinator, now=MONDAY + DAY)
    sweeps.decide_promises(MONDAY + 60 * DAY)
    assert world.fresh(appeal).state == State.CLOSED


def test_a_body_is_reminded_the_day_before(world, promised):
    for _ in range(2):
        sweeps.remind_promises(dt.datetime(2026, 11, 30, 8, tzinfo=dt.UTC))
    assert len(told(what="promise")) == 1


def test_calls_back_come_to_mind(world):
    appeal = world.verified()
    sweeps.remind_to_call(MONDAY + 5 * HOUR)
    assert not told(what="call_back")
    sweeps.remind_to_call(MONDAY + 8 * HOUR)
    assert [one.user for one in told(what="call_back")] == [world.operator]
    services.call_back(
        appeal=appeal, user=world.operator, applicant=appeal.applicants.get(),
        result=CallResult.NO_ANSWER, next_try_at=MONDAY + DAY, now=MONDAY + 9 * HOUR,
    )  # fmt: skip
    sweeps.remind_to_call(MONDAY + 10 * HOUR)
    assert len(told(what="call_back")) == 1
    sweeps.remind_to_call(MONDAY + DAY)
    assert len(told(what="call_back")) == 2


def test_applicants_are_kept_while_they_are_needed(world):
    open_one, closed = world.person(), world.person()
    world.register(applicants=[open_one])
    appeal = world.closed(applicants=[closed])
    found = needs([open_one.pk, closed.pk], today=MONDAY.date())
    assert [need.until for need in found[open_one.pk]] == [FOREVER]
    assert found[closed.pk][0].until == appeal.ended_at.date().replace(year=2031)
