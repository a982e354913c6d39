"""One new message: what is updated is what would be computed anew."""

import datetime as dt

import numpy as np
import pytest
from django.utils import timezone
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from planning import queuelocal
from planning.models import Event, QueueRow, QueueSnapshot
from planning.queue.scoring import Policy
from planning.queueinputs import read_complaints
from planning.queuelocal import complaints_near
from planning.services import queue as queue_services
from planning.services import queueupdate
from planning.services.programmes import start_programme
from planning.services.queue import FIRST_POLICY, digest_of, set_policy, take_snapshot
from planning.services.queueupdate import follow_events, update_snapshot
from tests.planning.town import TODAY, make_event, make_yard

pytestmark = pytest.mark.django_db
FIELDS = [field.name for field in QueueRow._meta.fields if field.name not in ("id", "snapshot")]


def rows() -> list[tuple]:
    return list(QueueRow.objects.in_force().order_by("yard").values_list(*FIELDS))


def assert_same_as_anew() -> None:
    """The state in force, and the one computed anew from nothing, row by row."""
    state, digest = rows(), QueueSnapshot.objects.first().digest
    QueueSnapshot.objects.all().delete()
    anew = take_snapshot(as_of=TODAY)
    assert rows() == state
    assert anew.digest == digest


def test_one_message_moves_places():
    for number in range(6):
        make_yard(number, apartments=100)
    for number in range(3):
        make_event(number, yard=number, person=number, day=TODAY - dt.timedelta(200))
    first = take_snapshot(as_of=TODAY)
    new = [make_event(10 + n, yard=5, person=20 + n) for n in range(3)]
    assert update_snapshot(events=[event.pk for event in new], as_of=TODAY) == first
    assert QueueRow.objects.in_force().first().yard.label == "Yard 5"
    assert_same_as_anew()


def test_a_person_s_further_message_moves_nothing():
    make_yard(0)
    make_event(0, person=1, day=TODAY - dt.timedelta(10))
    take_snapshot(as_of=TODAY)
    before = rows()
    update_snapshot(events=[make_event(1, person=1).pk], as_of=TODAY)
    assert rows() == before
    assert_same_as_anew()


def test_a_message_far_from_every_yard_changes_nothing():
    make_yard(0)
    make_event(0, person=1, day=TODAY - dt.timedelta(10))
    take_snapshot(as_of=TODAY)
    before = rows()
    update_snapshot(events=[make_event(1, person=2, dx=-5000).pk], as_of=TODAY)
    assert rows() == before
    assert_same_as_anew()


EVENTS = st.tuples(
    st.integers(0, 5), st.floats(-40, 140), st.floats(-40, 140), st.integers(0, 6),
    st.integers(0, 700),
)  # fmt: skip


@settings(
    max_examples=25, deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)  # fmt: skip
@given(old=st.lists(EVENTS, max_size=25), new=st.lists(EVENTS, min_size=1, max_size=4))
def test_equals_the_whole(db, old, new):
    Event.objects.all().delete()
    QueueSnapshot.objects.all().delete()
    for number in range(6):
        make_yard(number, side_m=280 if number % 2 else 100) if not _there(number) else None
    _make(0, old)
    take_snapshot(as_of=TODAY)
    made = _make(1000, new)
    ids, near = complaints_near(made, as_of=TODAY)
    whole = read_complaints(ids, as_of=TODAY)
    assert np.array_equal(near.value, whole.value)
    assert np.array_equal(near.first_day, whole.first_day)
    update_snapshot(events=made, as_of=TODAY)
    assert_same_as_anew()


@settings(
    max_examples=12, deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)  # fmt: skip
@given(
    steps=st.lists(st.floats(14, 27), min_size=25, max_size=25),
    days=st.lists(st.integers(0, 700), min_size=25, max_size=25),
    gap=st.integers(0, 24),
)
@example(steps=[24.5] * 25, days=[600] * 12 + [0] * 13, gap=3)
@example(steps=[22.0] * 25, days=[0] * 20 + [650] * 5, gap=0)
def test_chains_across_yards_are_walked_to_their_ends(db, steps, days, gap):
    """Complaints of different age in a row over all yards; a new one may join what was apart."""
    Event.objects.all().delete()
    QueueSnapshot.objects.all().delete()
    for number in range(6):
        make_yard(number) if not _there(number) else None
    places = np.cumsum(steps)
    row = [(0, float(x), 50.0, person, day)
           for person, (x, day) in enumerate(zip(places, days, strict=True))]  # fmt: skip
    (new,) = [row.pop(gap)]
    _make(0, row)
    take_snapshot(as_of=TODAY)
    update_snapshot(events=_make(1000, [(*new[:4], 0)]), as_of=TODAY)
    assert_same_as_anew()


def _there(number: int) -> bool:
    return (
        QueueRow._meta.get_field("yard")
        .related_model.objects.filter(source_id=f"y{number}")
        .exists()
    )


def _make(first: int, events) -> list[int]:
    return [
        make_event(
            first + number, yard=yard, dx=dx, dy=dy, person=person,
            day=TODAY - dt.timedelta(days),
        ).pk
        for number, (yard, dx, dy, person, days) in enumerate(events)
    ]  # fmt: skip


def test_a_state_that_a_programme_was_made_from_stays(planner):
    make_yard(0)
    first = take_snapshot(as_of=TODAY)
    start_programme(name="x", first_year=2027, budgets=[1], reason="x", user=planner)
    second = update_snapshot(events=[make_event(0, person=1).pk], as_of=TODAY)
    assert second != first
    assert first.rows.get().complaints == 0


def test_a_badge_may_change_where_nothing_else_does(monkeypatch):
    """One more complaint about the fourth yard makes the second less firm: no place changes."""
    monkeypatch.setattr(queue_services, "USUAL_TOP", 2)
    number = 0
    for yard, (apartments, complaints, side_m) in enumerate(
        [(200, 7, 280), (480, 0, 100), (140, 2, 100), (240, 5, 280)]
    ):
        make_yard(yard, apartments=apartments, side_m=side_m)
        for _time in range(complaints):
            make_event(number, yard=yard, person=number)
            number += 1
    take_snapshot(as_of=TODAY)
    of_second = QueueRow.objects.in_force().filter(yard__label="Yard 1")
    before = of_second.values("position", "score", "moves").get(), of_second.get().stability
    update_snapshot(events=[make_event(900, yard=3, person=900).pk], as_of=TODAY)
    assert of_second.values("position", "score", "moves").get() == before[0]
    assert of_second.get().stability < before[1]
    assert_same_as_anew()


def test_another_policy_makes_the_whole_anew(head):
    for yard in range(2):
        make_yard(yard, apartments=100 + 300 * yard)
    first = take_snapshot(as_of=TODAY)
    other = Policy({"apartments": 0, "complaints": 100, "area_m2": 0}, FIRST_POLICY.goalposts)
    made = set_policy(policy=other, reason="The council", user=head)
    second = update_snapshot(events=[make_event(0, yard=0, person=1).pk], as_of=TODAY)
    assert (second == first, second.policy) == (False, made)
    assert second.rows.get(position=1).yard.label == "Yard 0"
    assert_same_as_anew()


@pytest.mark.parametrize("where, name", [(queuelocal, "MOST"), (queueupdate, "MOST_NEW")])
def test_too_much_at_once_makes_the_whole_anew(where, name, monkeypatch):
    for yard in range(3):
        make_yard(yard)
    first = take_snapshot(as_of=TODAY)
    monkeypatch.setattr(where, name, 2)
    for number in range(5):
        make_event(number, yard=number % 3, person=number)
    noon = timezone.make_aware(dt.datetime.combine(TODAY, dt.time(12)))
    second = follow_events(now=noon)
    assert second != first
    assert sum(second.rows.values_list("complaints", flat=True)) == 5
    assert_same_as_anew()


def test_the_sweep_follows_events_and_days():
    make_yard(0)
    noon = timezone.make_aware(dt.datetime.combine(TODAY, dt.time(12)))
    first = follow_events(now=noon)
    assert follow_events(now=noon) == first
    event = make_event(0, person=1, day=TODAY)
    assert follow_events(now=noon).seen_event == event.pk
    assert rows()[0][FIELDS.index("complaints")] == 1
    make_event(1, person=2, day=TODAY)
    assert follow_events(now=noon + dt.timedelta(1)) != first


def test_few_queries(django_assert_max_num_queries):
    for number in range(4):
        make_yard(number)
    for number in range(12):
        make_event(number, yard=number % 4, person=number, dx=10 + number)
    take_snapshot(as_of=TODAY)
    event = make_event(50, yard=1, person=99)
    with django_assert_max_num_queries(40):
        snapshot = update_snapshot(events=[event.pk], as_of=TODAY)
    assert snapshot.digest
    assert digest_of
