"""What a state of the queue stands on: programmes that it serves, older states, periods."""

import datetime as dt

import pytest

from planning.models import QueueRow, QueueSnapshot
from planning.queue.scoring import stability
from planning.services import queue as queue_services
from planning.services.programmes import publish_version, put_yard, start_programme
from planning.services.queue import (
    FIRST_POLICY,
    USUAL_TOP,
    compare,
    compute_queue,
    save_scenario,
    take_snapshot,
)
from tests.planning.town import TODAY, make_event, make_prices, make_yard, survey

pytestmark = pytest.mark.django_db


def programme(name, yards, planner, *, publish=True):
    """Yards in the year given with each."""
    version = start_programme(
        name=name, first_year=2027, budgets=[10**9, 10**9], reason="Budget", user=planner
    )
    for yard, year in yards:
        put_yard(version=version, yard=yard, year=year, reason="Agreed", user=planner)
    return publish_version(version=version, user=planner) if publish else version


def test_the_badge_is_about_the_first_year_of_the_programme_in_force(planner):
    """Not of later years, nor of a draft, nor of the programme before."""
    make_prices()
    yards = [make_yard(n, apartments=300 - 20 * n) for n in range(6)]
    for number, yard in enumerate(yards):
        survey(yard)
        for person in range(number * 2):
            make_event(100 * number + person, yard=number, person=100 * number + person)
    assert take_snapshot(as_of=TODAY).top == USUAL_TOP
    programme("Old", [(yards[0], 2027)], planner)
    programme("New", [(yards[1], 2027), (yards[2], 2027), (yards[3], 2028)], planner)
    programme("Draft", [(one, 2027) for one in yards], planner, publish=False)
    make_event(999, yard=0, person=999)
    snapshot = take_snapshot(as_of=TODAY)
    assert snapshot.top == 2
    queue = compute_queue(policy=FIRST_POLICY, as_of=TODAY)
    shown = dict(snapshot.rows.values_list("yard", "stability"))
    expected = dict(zip(queue.yards.ids.tolist(), stability(queue, top=2).tolist(), strict=True))
    assert shown == pytest.approx(expected)
    assert len(set(shown.values())) > 1


def test_old_states_are_forgotten_but_those_of_programmes(planner, monkeypatch):
    monkeypatch.setattr(queue_services, "KEPT_SNAPSHOTS", 2)
    yard = make_yard(0)
    kept = take_snapshot(as_of=TODAY)
    start_programme(name="x", first_year=2027, budgets=[1], reason="x", user=planner)
    made = []
    for number in range(4):
        make_event(number, person=number)
        made.append(take_snapshot(as_of=TODAY))
    assert set(QueueSnapshot.objects.all()) == {kept, *made[-2:]}
    assert QueueRow.objects.filter(snapshot=kept, yard=yard).exists()


def test_a_scenario_looks_at_its_own_period(planner):
    """Complaints before it begins or after it ends do not count; in force they do."""
    make_yard(0)
    for number, days in enumerate((400, 200, 0)):
        make_event(number, person=number, day=TODAY - dt.timedelta(days))
    found = {}
    for name, since, as_of in (
        ("all", None, None), ("late", 300, None), ("early", None, 100), ("middle", 300, 100),
    ):  # fmt: skip
        days = {
            "since": since and TODAY - dt.timedelta(since),
            "as_of": as_of and TODAY - dt.timedelta(as_of),
        }
        scenario = save_scenario(name=name, policy=FIRST_POLICY, user=planner, **days)
        after = compare(scenario=scenario, as_of=TODAY).after
        found[name] = float(after.yards.values["complaints"][0])
    halved = {days: 0.5 ** (days / 365.25) for days in (400, 300, 200, 100)}
    assert found == pytest.approx(
        {
            "all": 1 + halved[200] + halved[400], "late": 1 + halved[200],
            "early": halved[100] + halved[300], "middle": halved[100],
        },
        abs=0.051,
    )  # fmt: skip
