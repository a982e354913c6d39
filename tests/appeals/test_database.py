"""Invariants hold in the database itself: raw SQL, bulk updates and imports meet them too."""

import itertools

import pytest
from django.apps import apps
from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from appeals.choices import State
from appeals.models import Appeal, AppealObject, Category, DeadlinePolicy, PolicyTerm
from appeals.workflow import ENDED, OPEN, TRANSITIONS, WITH_BODY, operations_in
from citymap.history.tracking import trackings
from tests.appeals.world import MONDAY

pytestmark = pytest.mark.django_db


def force(appeal: Appeal, state: State, **changes) -> None:
    """What raw SQL would do, with all that other constraints want."""
    values = {
        "state": state,
        "version": appeal.version + 1,
        "ended_at": MONDAY if state in ENDED else None,
        "state_before": appeal.state if state == State.MEDIATION else "",
        "outcome": "done",
        "reported_at": MONDAY,
    } | changes
    Appeal.objects.filter(pk=appeal.pk).update(**values)


def imported(world, state: State) -> Appeal:
    """An appeal that came in with a state of its own."""
    template = world.register()
    row = Appeal.objects.get(pk=template.pk)
    row.pk, row.serial, row.source, row.source_id = None, 900_000 + template.serial, "old", "1"
    row.number = f"109-{row.year}-{row.serial}"
    row.state, row.executor = state, None if state == State.RETURNED else world.body
    row.ended_at = MONDAY if state in ENDED else None
    row.state_before = State.ASSIGNED if state == State.MEDIATION else ""
    row.joined_into = template if state == State.JOINED else None
    row.form_key = None
    row.save(force_insert=True)
    return row


@pytest.mark.parametrize("before", list(State))
def test_only_the_transitions_of_the_table_pass(world, before):
    appeal = imported(world, before)
    other = world.register()
    for after in set(State) - {before}:
        allowed = (before, after) in TRANSITIONS
        if before == State.MEDIATION:
            allowed = after == State.ASSIGNED
        values = {
            "executor": None if after == State.RETURNED else world.body,
            "joined_into": other if after == State.JOINED else None,
        }
        with transaction.atomic():
            passed = True
            try:
                with transaction.atomic():
                    force(appeal, after, **values)
            except IntegrityError:
                passed = False
            transaction.set_rollback(True)
        assert passed == allowed, (before, after)


def test_an_appeal_is_born_registered(world):
    appeal = world.register()
    appeal.pk, appeal.state, appeal.executor = None, State.ASSIGNED, world.body
    appeal.serial, appeal.number = 800_000, f"109-{appeal.year}-800000"
    with pytest.raises(IntegrityError, match="begins as registered"):
        appeal.save(force_insert=True)


@pytest.mark.parametrize(
    "changes",
    [
        {"first_due_at": MONDAY},
        {"number": "109-2026-999999", "serial": 999_999},
        {"received_at": MONDAY.replace(year=2025)},
        {"source": "elsewhere"},
        {"version": 0},
        {"due_at": MONDAY.replace(year=2020)},
        {"state": State.ASSIGNED, "version": 99},
        {"state": State.WITHDRAWN, "version": 99},
        {"state": State.JOINED, "version": 99, "ended_at": MONDAY},
        {"state": State.WITHDRAWN, "ended_at": MONDAY},
        {"paused_at": MONDAY},
        {"text": ""},
        {"text": "а" * 10_001},
        {"urgency": "panic"},
        {"state_before": "assigned"},
    ],
)
def test_raw_changes_that_make_no_sense_are_refused(world, changes):
    appeal = world.register()
    with pytest.raises(IntegrityError):
        Appeal.objects.filter(pk=appeal.pk).update(**changes)


def test_the_trigger_cannot_be_switched_off_by_a_setting(world, runtime_role):
    appeal = world.register()
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL pgtrigger.ignore = '{appeals_appeal:appeals_workflow}'")
        with pytest.raises(IntegrityError):
            cursor.execute(
                "UPDATE appeals_appeal SET state = 'closed', ended_at = now(), version = 99"
                " WHERE id = %s",
                [appeal.pk],
            )


def test_an_object_row_means_exactly_one(world):
    with pytest.raises(IntegrityError):
        AppealObject.objects.create(appeal=world.register())


def test_policies_do_not_overlap(db):
    row = DeadlinePolicy.objects.first()
    row.pk = None
    with pytest.raises(IntegrityError):
        row.save(force_insert=True)


def test_the_tree_is_whole_and_unverified(db):
    assert Category.objects.groups().count() == 14
    assert Category.objects.leaves().count() == 90
    assert not DeadlinePolicy.objects.filter(verified=True).exists()
    assert not PolicyTerm.objects.filter(verified=True).exists()
    assert DeadlinePolicy.objects.in_force_on(timezone.localdate()).count() == 90


def test_the_table_covers_every_state():
    reached = {State.REGISTERED} | {after for _before, after in TRANSITIONS}
    assert reached == set(State)
    left = {before for before, _after in TRANSITIONS}
    assert set(State) - left == {State.WITHDRAWN}
    assert set(State) == OPEN | ENDED
    assert not OPEN & ENDED
    assert WITH_BODY <= OPEN
    assert all(operations_in(state) for state in OPEN)
    # Nothing leads to the end but through verification, joining or withdrawal.
    assert {before for before, after in TRANSITIONS if after == State.CLOSED} == {State.VERIFIED}


def test_history_keeps_no_text(world):
    appeal = world.register(text="Совершенно особенные слова")
    columns = {field.name for field in appeal.history_events.model._meta.concrete_fields}
    assert "text" not in columns
    assert "text_key" not in columns
    assert "text_digest" in columns
    rows = itertools.chain.from_iterable(appeal.history_events.values_list())
    assert not any("особенн" in str(value) for value in rows)


# Counters, and practice that is counted nowhere.
NOT_IN_HISTORY = {"AppealCounter", "RateCount", "PracticeCall"}
# Tables of rules: under history, nobody's case.
NOT_IN_THE_CHAIN = {
    "Category", "DeadlinePolicy", "PolicyTerm", "KnowledgeArticle", "KnowledgeVersion",
    "RoutingRule",
}  # fmt: skip


def test_everything_that_happens_to_an_appeal_is_in_history_and_chain():
    known = trackings()
    events = {one.event_model for one in known}
    rooms = set(apps.get_app_config("appeals").get_models()) - events
    tracked = {one.model for one in known} & rooms
    assert {model.__name__ for model in rooms - tracked} == NOT_IN_HISTORY
    loose = {one.model.__name__ for one in known if one.model in rooms and not one.chain}
    assert loose == NOT_IN_THE_CHAIN
