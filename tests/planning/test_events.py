"""Events: kept current from their sources, once each, in portions, or not at all."""

import datetime as dt
from dataclasses import replace

import pytest
from django.db import IntegrityError, transaction

from planning.choices import Theme
from planning.jobs import bring_events
from planning.models import Event, EventSourceState
from planning.services.errors import PlanningRefusedError
from planning.services.events import put_events, refresh_source
from planning.sources import EventSource, SourceEvent, register_source, sources
from tests.planning.town import ALMATY, X, Y, make_event

pytestmark = pytest.mark.django_db
NOW = dt.datetime(2026, 6, 1, 6, tzinfo=dt.UTC)
ONE = SourceEvent(id="a1", theme=Theme.HEAT, when=NOW, x=X, y=Y, person=7)


def portions(*answers):
    """A source that answers one portion after the other."""

    def changed(mark):
        number = int(mark or 0)
        return (answers[number], str(number + 1)) if number < len(answers) else ((), mark)

    return EventSource(name="portions", title="Portions", changed=changed)


def test_events_are_brought_in_portions_and_the_mark_is_kept():
    source = portions([ONE], [replace(ONE, id="a2"), replace(ONE, weight=2.0)])
    assert refresh_source(source=source, now=NOW) == 3
    assert EventSourceState.objects.get().mark == "2"
    assert Event.objects.order_by("source_id").values_list("source_id", "weight")[0] == ("a1", 2.0)
    assert refresh_source(source=source, now=NOW) == 0
    assert Event.objects.count() == 2


def test_what_is_gone_goes():
    put_events(source="s", events=[ONE])
    put_events(source="other", events=[ONE])
    put_events(source="s", events=[SourceEvent(id="a1", gone=True)])
    assert Event.objects.get().source == "other"


def test_the_sweep_asks_every_source():
    register_source(portions([ONE]))
    try:
        assert bring_events(NOW) == "events written: 1"
    finally:
        sources.unregister("portions")


@pytest.mark.parametrize(
    "change",
    [
        {"when": None},
        {"when": NOW.replace(tzinfo=None)},
        {"x": float("nan")},
        {"weight": 0},
        {"weight": float("inf")},
    ],
)
def test_a_broken_event_stops_its_portion(change):
    with pytest.raises(PlanningRefusedError):
        put_events(source="s", events=[replace(ONE, id="good"), replace(ONE, **change)])
    assert not Event.objects.exists()


def test_a_source_that_fails_is_asked_again_from_its_mark():
    def changed(mark):
        if mark == "1":
            raise RuntimeError("the room is closed")
        return [ONE], "1"

    with pytest.raises(RuntimeError), transaction.atomic():
        refresh_source(source=EventSource(name="s", title="S", changed=changed), now=NOW)
    assert not Event.objects.exists()
    assert not EventSourceState.objects.exists()


def test_periods_are_local_days():
    make_event(1).delete()
    for number, hour in ((1, 0), (2, 23)):
        event = make_event(number)
        event.occurred_at = dt.datetime(2026, 6, 1, hour, 30, tzinfo=ALMATY)
        event.save()
    day = dt.date(2026, 6, 1)
    assert Event.objects.between(day, day + dt.timedelta(1)).count() == 2
    assert Event.objects.between(day - dt.timedelta(1), day).count() == 0


@pytest.mark.parametrize("change", [{"theme": "aliens"}, {"weight": 0}, {"weight": -1}])
def test_the_database_refuses_nonsense(change):
    event = make_event(1)
    with pytest.raises(IntegrityError), transaction.atomic():
        Event.objects.filter(pk=event.pk).update(**change)
