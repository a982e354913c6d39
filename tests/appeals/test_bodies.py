"""What bodies do with appeals: return, pause, extend, report."""

import datetime as dt

import pytest

from appeals import services
from appeals.choices import (
    CostClass,
    Outcome,
    PauseReason,
    PromiseState,
    Regime,
    State,
)
from appeals.errors import (
    NotPermittedError,
)
from appeals.models import Appeal, CoExecutor, Promise, Remark
from citymap.notices.models import Notice
from tests.appeals.world import ALMATY, DAY, HOUR, MONDAY, refused

pytestmark = pytest.mark.django_db


def test_another_body_may_do_nothing(world):
    appeal = world.assigned()
    with pytest.raises(NotPermittedError):
        services.accept(appeal=appeal, user=world.stranger, now=MONDAY)


def test_a_co_executor_reads_but_does_not_answer(world):
    appeal = services.add_co_executor(
        appeal=world.accepted(), user=world.executor, body=world.other_body, now=MONDAY + HOUR
    )
    with refused("main_body"):
        services.start(appeal=appeal, user=world.stranger, now=MONDAY + HOUR)
    assert CoExecutor.objects.get(appeal=appeal).body == world.other_body


def test_the_news_go_to_the_body_once(world):
    appeal = world.assigned()
    assert Notice.objects.get(source_id=str(appeal.pk)).organization == world.body


def test_practice_tells_nobody(world):
    world.assigned(practice=True)
    assert not Notice.objects.exists()


def test_returning_is_quick_and_counted(world):
    appeal = world.assigned()
    with refused("reason"):
        services.return_(appeal=appeal, user=world.executor, reason=" ", now=MONDAY + HOUR)
    with refused("soon_enough_to_return"):
        services.return_(appeal=appeal, user=world.executor, reason="нет", now=MONDAY + 3 * DAY)
    back = services.return_(
        appeal=appeal, user=world.executor, reason="не наша сеть", now=MONDAY + HOUR
    )
    assert (back.state, back.hops, back.executor) == (State.RETURNED, 1, None)
    assert Remark.objects.get(appeal=back).text == "не наша сеть"
    assert back in Appeal.objects.tray()


def test_a_pause_moves_the_deadline_and_not_the_first_one(world):
    appeal = world.in_progress()
    first = appeal.first_due_at
    appeal = services.ask(
        appeal=appeal, user=world.executor, question="когда вы дома?", now=MONDAY + 2 * HOUR
    )
    with refused("not_paused"):
        services.report(
            appeal=appeal, user=world.executor, outcome="done", text="сделано",
            now=MONDAY + 3 * HOUR,
        )  # fmt: skip
    appeal = services.resume(appeal=appeal, user=world.executor, now=MONDAY + 5 * HOUR)
    assert (appeal.first_due_at, appeal.due_at) == (first, first + 3 * HOUR)
    assert appeal.paused_at is None


def test_nothing_is_paused_when_it_is_late(world):
    with refused("not_overdue"):
        services.pause(
            appeal=world.in_progress(), user=world.executor, kind=PauseReason.ACCESS,
            reason="нет доступа", now=MONDAY + 2 * DAY,
        )  # fmt: skip


def test_a_body_extends_once_and_a_coordinator_again(world):
    appeal = world.in_progress()
    due = appeal.due_at
    values = {"appeal": appeal, "reason": "ждём деталь", "now": MONDAY + 2 * HOUR}
    with refused("later_deadline"):
        services.extend(user=world.executor, until=due, **values)
    appeal = services.extend(user=world.executor, until=due + DAY, **values)
    with refused("body_extends_once"):
        services.extend(user=world.executor, until=due + 2 * DAY, **values)
    appeal = services.extend(user=world.coordinator, until=due + 2 * DAY, **values)
    assert (appeal.first_due_at, appeal.due_at) == (due, due + 2 * DAY)
    assert appeal.extensions_count == 2
    assert Notice.objects.filter(kind="appeal_for_applicant").count() == 2


def test_a_statutory_appeal_is_bound(world):
    appeal = world.in_progress(category=world.category("STAFF-COMPLAINT"), regime=Regime.STATUTORY)
    assert appeal.first_due_at == dt.datetime(2026, 12, 14, 18, 30, tzinfo=ALMATY)
    values = {"appeal": appeal, "user": world.coordinator, "reason": "запрос в архив"}
    with refused("statutory_limit"):
        services.extend(until=dt.datetime(2027, 2, 20, tzinfo=ALMATY), now=MONDAY + DAY, **values)
    appeal = services.extend(
        until=dt.datetime(2027, 2, 10, tzinfo=ALMATY), now=MONDAY + DAY, **values
    )
    assert appeal.extensions.get().tell_by == dt.datetime(2026, 11, 27, 18, 30, tzinfo=ALMATY)


@pytest.mark.parametrize(
    "values",
    [
        {"outcome": Outcome.PLANNED},
        {"outcome": Outcome.PLANNED, "planned_on": dt.date(2020, 1, 1)},
        {"outcome": Outcome.PLANNED, "planned_on": dt.date(2046, 1, 1)},
        {"outcome": Outcome.DONE, "planned_on": dt.date(2027, 1, 1)},
        {"outcome": Outcome.NEEDS_FUNDING},
        {"outcome": Outcome.REFUSED, "legal_ground": " "},
        {"outcome": Outcome.DONE, "text": "  "},
    ],
)
def test_a_report_says_all_that_its_outcome_needs(world, values):
    with refused("outcome_complete"):
        services.report(
            appeal=world.in_progress(), user=world.executor, now=MONDAY + HOUR,
            **({"text": "Работы выполнены"} | values),
        )  # fmt: skip


def test_a_planned_result_is_a_promise_and_not_done(world):
    appeal = world.reported(outcome=Outcome.PLANNED, report={"planned_on": dt.date(2027, 5, 15)})
    promise = Promise.objects.get(appeal=appeal)
    assert (promise.due_on, promise.state) == (dt.date(2027, 5, 15), PromiseState.OPEN)
    services.reject(appeal=appeal, user=world.coordinator, reason="срок?", now=MONDAY + 3 * HOUR)
    promise.refresh_from_db()
    assert promise.state == PromiseState.CANCELLED


def test_a_result_that_needs_funding_names_its_cost(world):
    appeal = world.reported(outcome=Outcome.NEEDS_FUNDING, report={"cost_class": CostClass.LARGE})
    assert appeal.reports.get().cost_class == CostClass.LARGE
