"""Appeals go their way: each operation, its conditions, what it leaves behind."""

import datetime as dt
import uuid

import pytest

from appeals import services
from appeals.choices import (
    CallResult,
    CheckResult,
    CostClass,
    Evidence,
    Outcome,
    PauseReason,
    PromiseState,
    Regime,
    ReopenReason,
    State,
)
from appeals.errors import (
    ConflictError,
    GuardError,
    InvalidError,
    NotPermittedError,
    WrongStateError,
)
from appeals.guards import GUARDS
from appeals.models import Appeal, CoExecutor, Promise, Remark
from appeals.where import place_of
from appeals.workflow import OPERATIONS
from citymap.geo import city_point
from citymap.notices.models import Notice
from citymap.personal.services import erase
from tests.appeals.world import ALMATY, DAY, HOUR, MONDAY, add_after_photo

pytestmark = pytest.mark.django_db


def refused(guard: str):
    """Expect the refusal of one guard."""
    return pytest.raises(GuardError, check=lambda error: error.guard == guard)


# --- the table ----------------------------------------------------------------------------
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


# --- registration -------------------------------------------------------------------------
@pytest.mark.parametrize(
    "values, field",
    [
        ({"text": ""}, "text"),
        ({"text": "\x00 "}, "text"),
        ({"text": "а" * 1_000_000}, "text"),
        ({"language": "de"}, "language"),
        ({"channel": "pigeon"}, "channel"),
        ({"regime": "martial"}, "regime"),
        ({"received_at": MONDAY + DAY}, "received_at"),
        ({"received_at": dt.datetime(1926, 1, 1, tzinfo=dt.UTC)}, "received_at"),
    ],
)
def test_what_cannot_be_is_refused_and_nothing_is_kept(world, values, field):
    with pytest.raises(InvalidError, check=lambda error: error.field == field):
        world.register(**values)
    assert not Appeal.objects.exists()


def test_a_group_of_categories_is_no_category(world):
    with pytest.raises(InvalidError, check=lambda error: error.field == "category"):
        world.register(category=world.category("HEAT"))


@pytest.mark.parametrize("lon, lat", [(0.0, 0.0), (69.15, 50.0), (80.0, 54.87)])
def test_a_place_outside_the_city_is_refused(world, lon, lat):
    with pytest.raises(InvalidError, check=lambda error: error.field == "place"):
        place_of(geom=city_point(lon, lat))


def test_no_place_is_refused(db):
    with pytest.raises(InvalidError, check=lambda error: error.field == "place"):
        place_of()


def test_only_the_desk_registers(world):
    with pytest.raises(NotPermittedError):
        world.register(user=world.executor)


def test_a_form_sent_twice_is_one_appeal(world):
    key = uuid.uuid4()
    assert world.register(key=key) == world.register(key=key)
    assert Appeal.objects.count() == 1


def test_a_house_is_known_by_the_point_in_it(world):
    house = world.house()
    appeal = world.register(where=place_of(geom=world.at(5, 5)))
    assert appeal.building == house


def test_chosen_objects_are_the_place(world):
    houses = [world.house(), world.house(100, 0)]
    appeal = world.register(where=place_of(objects=houses))
    assert {row.target for row in appeal.objects_meant.all()} == set(houses)
    assert appeal.geom.geom_type == "MultiPolygon"


def test_a_contact_ends_as_what_it_was(world):
    contact = services.register_contact(
        user=world.operator, channel="phone", language="ru", now=MONDAY, call_id="7"
    )
    again = services.register_contact(
        user=world.operator, channel="phone", language="ru", now=MONDAY, call_id="7"
    )
    assert again == contact
    appeal = world.register(contact=contact)
    contact.refresh_from_db()
    assert (contact.kind, contact.appeal) == ("appeal", appeal)
    with pytest.raises(WrongStateError):
        services.drop(contact=contact, user=world.operator)


def test_a_consultation_needs_an_article_or_a_note(world):
    contact = services.register_contact(user=world.operator, channel="phone", language="kk")
    with pytest.raises(InvalidError):
        services.consult(contact=contact, user=world.operator)
    done = services.consult(contact=contact, user=world.operator, note="режим работы")
    assert done.kind == "consultation"


def test_a_transfer_records_who_took_it(world):
    contact = services.register_contact(user=world.operator, channel="phone", language="ru")
    with pytest.raises(InvalidError):
        services.transfer(contact=contact, user=world.operator, service="104", dispatcher=" ")
    services.transfer(
        contact=contact, user=world.operator, service="104", dispatcher="Диспетчер", log_number="12"
    )
    contact.refresh_from_db()
    assert (contact.kind, contact.transferred_to, contact.log_number) == ("transfer", "104", "12")


def test_a_problem_that_comes_back_is_linked(world):
    world.house()
    first = world.closed(where=place_of(geom=world.at(5, 5)))
    again = world.register(where=place_of(geom=world.at(6, 6)), now=MONDAY + 30 * DAY)
    late = world.register(where=place_of(geom=world.at(6, 6)), now=MONDAY + 200 * DAY)
    assert (again.recurrence_of, late.recurrence_of) == (first, None)


# --- bodies -------------------------------------------------------------------------------
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


# --- verification -------------------------------------------------------------------------
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


# --- telling and ending -------------------------------------------------------------------
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


# --- conflicts ----------------------------------------------------------------------------
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
