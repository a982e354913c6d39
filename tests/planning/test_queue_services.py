"""The queue from the tables: people count, states are kept, policy and holds have reasons."""

import datetime as dt

import numpy as np
import pandas as pd
import pytest
from django.db import IntegrityError, InternalError, transaction

from layers.choices import Condition
from planning.models import QueuePolicy, QueueRow, QueueSnapshot, YardHold, YardSurvey
from planning.queue.eligibility import Obstacle
from planning.queue.scoring import Policy, PolicyError
from planning.queueinputs import read_standing, read_yards
from planning.services.errors import NotPossibleNowError, PlanningRefusedError
from planning.services.queue import (
    FIRST_POLICY,
    Findings,
    compare,
    hold_yard,
    policy_in_force,
    record_survey,
    release_yard,
    save_scenario,
    set_policy,
    take_snapshot,
)
from tests.planning.town import TODAY, make_event, make_yard, survey

pytestmark = pytest.mark.django_db
OTHER = Policy({"apartments": 10, "complaints": 80, "area_m2": 10}, FIRST_POLICY.goalposts)


def complaints_of(*yards):
    found = read_yards(as_of=TODAY)
    return dict(zip(found.ids.tolist(), found.values["complaints"].tolist(), strict=True))


def test_complaints_come_from_people_near_the_yard():
    first, second = make_yard(0), make_yard(1)
    make_event(1, yard=0, person=1)
    make_event(2, yard=0, dx=110, person=2, day=TODAY - dt.timedelta(365))  # a house beside it
    make_event(3, yard=0, dx=200, person=3)  # too far from any yard
    make_event(4, yard=1)  # nobody complained
    make_event(5, yard=1, person=4, theme="snow")
    found = complaints_of()
    assert found[first.pk] == 1.5
    assert found[second.pk] == 0


def test_fifty_messages_of_one_person_are_one_complaint():
    """Also when they are strewn over the yard and its neighbour."""
    first, second = make_yard(0, side_m=280), make_yard(1, side_m=280)
    make_event(0, yard=0, dx=270, person=1)
    make_event(1, yard=1, dx=5, person=2)
    make_event(2, yard=0, dx=260, person=9)
    before = complaints_of()
    for number in range(50):
        make_event(
            100 + number, yard=number % 2, dx=5 * number, dy=2 * number, person=9,
            day=TODAY,
        )  # fmt: skip
    assert complaints_of() == before
    # The three places are one cluster of three people, two thirds of it in the first yard.
    assert before == {first.pk: 2.0, second.pk: 1.0}


def test_a_message_after_ninety_days_counts_again():
    yard = make_yard(0)
    make_event(1, person=1, day=TODAY - dt.timedelta(90))
    make_event(2, person=1, day=TODAY - dt.timedelta(1))
    make_event(3, person=1, day=TODAY)
    assert complaints_of()[yard.pk] == 1.8


def test_the_queue_equals_an_independent_computation():
    """From the same tables, by pandas, with the rules written down anew."""
    rng = np.random.default_rng(1)
    yards = [make_yard(n, side_m=float(rng.integers(60, 200)), apartments=int(a))
             for n, a in enumerate(rng.integers(10, 700, 12))]  # fmt: skip
    rows = []
    for number in range(150):
        rows.append((number, int(rng.integers(0, 12)), int(rng.integers(1, 40)),
                     TODAY - dt.timedelta(int(rng.integers(0, 700)))))  # fmt: skip
    for number, yard, person, day in rows:
        # All in one spot of the yard: one cluster a yard.
        make_event(number, yard=yard, person=person, day=day)
    snapshot = take_snapshot(as_of=TODAY)

    last, heard = {}, dict.fromkeys(range(12), 0.0)
    for _number, yard, person, day in sorted(rows, key=lambda row: (row[2], row[3], row[0])):
        if person not in last or (day - last[person]).days >= 90:
            last[person] = day
            heard[yard] += 0.5 ** ((TODAY - day).days / 365.25)
    frame = pd.DataFrame(
        {
            "yard": [yard.pk for yard in yards],
            "apartments": [yard.apartments for yard in yards],
            "complaints": [round(heard[n], 1) for n in range(12)],
            "area_m2": [round(yard.geom.area) for yard in yards],
        }
    )
    posts = {"apartments": (20, 600, 40), "complaints": (0, 30, 40), "area_m2": (500, 20_000, 20)}
    frame["score"] = sum(
        ((frame[name] - low) / (high - low)).clip(0, 1) * weight
        for name, (low, high, weight) in posts.items()
    )
    found = pd.DataFrame(
        QueueRow.objects.filter(snapshot=snapshot).values("yard_id", "complaints", "score")
    ).set_index("yard_id")
    for row in frame.itertuples():
        assert found.loc[row.yard, "complaints"] == pytest.approx(row.complaints, abs=0.1001)
        assert found.loc[row.yard, "score"] / 10_000 == pytest.approx(row.score, abs=0.14)
    order = QueueRow.objects.in_force().values_list("yard_id", flat=True)
    expected = frame.sort_values(["score", "apartments"], ascending=False)["yard"]
    assert list(order) == expected.tolist()


def test_the_same_queue_is_not_written_twice():
    make_yard(0)
    first = take_snapshot(as_of=TODAY)
    assert take_snapshot(as_of=TODAY) == first
    make_event(1, person=1)
    second = take_snapshot(as_of=TODAY)
    assert second != first
    assert QueueRow.objects.in_force().get().snapshot == second


def test_rows_explain_themselves():
    make_yard(0, apartments=310, side_m=145)
    make_yard(1, apartments=300, side_m=100)
    make_event(1, yard=0, person=1)
    take_snapshot(as_of=TODAY)
    first, second = QueueRow.objects.in_force()
    assert sum(first.points) == first.score
    assert first.first_complaint == TODAY
    assert second.first_complaint is None
    assert first.moves == []
    # More area alone would not do: the yard ahead has all points that area gives.
    assert {name for name, _ in second.moves} == {"apartments", "complaints"}
    assert first.stability == second.stability == 1.0


def test_a_retired_yard_leaves_the_queue_and_nobody_else_moves():
    yards = [make_yard(n, apartments=100 + n) for n in range(4)]
    take_snapshot(as_of=TODAY)
    yards[2].valid_to = TODAY
    yards[2].save()
    take_snapshot(as_of=TODAY)
    order = [row.yard_id for row in QueueRow.objects.in_force()]
    assert order == [yards[3].pk, yards[1].pk, yards[0].pk]


def test_a_policy_is_a_new_version_with_a_reason(head):
    make_yard(0)
    assert policy_in_force().number == 1
    before = take_snapshot(as_of=TODAY)
    made = set_policy(policy=OTHER, reason=" The council said so ", user=head)
    assert (made.number, made.reason, made.made_by) == (2, "The council said so", head)
    assert policy_in_force() == made
    assert take_snapshot(as_of=TODAY).policy != before.policy
    assert made.history_events.get().pgh_context["reason"] == "The council said so"


@pytest.mark.parametrize("reason", ["", "   ", "x" * 501])
def test_no_policy_without_a_reason(reason, head):
    with pytest.raises(PlanningRefusedError):
        set_policy(policy=OTHER, reason=reason, user=head)


def test_weights_have_two_decimals(head):
    third = Policy(
        {"apartments": 33.333, "complaints": 33.333, "area_m2": 33.334}, FIRST_POLICY.goalposts
    )
    with pytest.raises(PolicyError):
        set_policy(policy=third, reason="x", user=head)


@pytest.mark.parametrize("operation", ["update", "delete"])
def test_the_database_keeps_versions_of_the_policy(operation):
    rows = QueuePolicy.objects.filter(pk=policy_in_force().pk)
    change = {"update": lambda: rows.update(reason="another"), "delete": rows.delete}[operation]
    with pytest.raises((IntegrityError, InternalError)), transaction.atomic():
        change()


@pytest.mark.parametrize(
    "change", [{"weight_area": 30}, {"apartments_low": 700}, {"reason": ""}, {"number": 1}]
)
def test_the_database_refuses_policies_that_are_none(change):
    good = policy_in_force()
    fields = {f.name: getattr(good, f.name) for f in QueuePolicy._meta.concrete_fields}
    fields.pop("id")
    with pytest.raises(IntegrityError), transaction.atomic():
        QueuePolicy.objects.create(**{**fields, "number": 2, **change})


def test_a_scenario_says_who_moves(planner):
    yards = [make_yard(0, apartments=500), make_yard(1, apartments=100), make_yard(2)]
    for person in range(20):
        make_event(person, yard=1, person=person)
    scenario = save_scenario(name="Complaints first", policy=OTHER, user=planner)
    found = compare(scenario=scenario, as_of=TODAY)
    assert found.moved == ((yards[0].pk, 1, 2), (yards[1].pk, 2, 1))
    without = save_scenario(
        name="Without", policy=FIRST_POLICY, user=planner, excluded=(yards[0].pk,)
    )
    assert compare(scenario=without, as_of=TODAY).after.yards.ids.tolist() == [
        yards[1].pk,
        yards[2].pk,
    ]
    assert not QueueSnapshot.objects.exists()
    assert save_scenario(name="Complaints first ", policy=OTHER, user=planner) == scenario
    assert save_scenario(name="Complaints first", policy=FIRST_POLICY, user=planner) != scenario
    with pytest.raises(PlanningRefusedError):
        save_scenario(name=" ", policy=OTHER, user=planner)


def test_a_held_yard_keeps_its_place_and_shows_the_reason(planner):
    yard = make_yard(0)
    survey(yard)
    take_snapshot(as_of=TODAY)
    hold_yard(yard=yard, reason="Heat main to be renewed in 2027", user=planner)
    standing = read_standing([yard.pk])[yard.pk]
    assert standing.obstacles == (Obstacle.HOLD,)
    assert standing.hold_reason == "Heat main to be renewed in 2027"
    assert QueueRow.objects.in_force().get().position == 1
    with pytest.raises(NotPossibleNowError):
        hold_yard(yard=yard, reason="again", user=planner)
    release_yard(yard=yard, reason="Renewed", user=planner)
    assert read_standing([yard.pk])[yard.pk].obstacles == ()
    assert [
        e.pgh_context["reason"] for e in YardHold.objects.get().history_events.order_by("pgh_id")
    ] == [
        "Heat main to be renewed in 2027",
        "Renewed",
    ]
    with pytest.raises(NotPossibleNowError):
        release_yard(yard=yard, reason="again", user=planner)


def test_the_last_survey_counts():
    yard, other = make_yard(0), make_yard(1)
    survey(yard, project_ready=False)
    assert read_standing([yard.pk, other.pk])[yard.pk].obstacles == (Obstacle.NO_PROJECT,)
    record_survey(
        yard=yard,
        surveyed_on=dt.date(2026, 5, 20),
        findings=Findings(condition=Condition.GOOD, needs_work=False),
        user=None,
    )
    standing = read_standing([yard.pk, other.pk])
    assert standing[yard.pk].obstacles == (Obstacle.NOT_NEEDED,)
    assert standing[other.pk].obstacles == (Obstacle.NOT_SURVEYED,)


def test_a_survey_of_the_same_day_is_corrected():
    yard = make_yard(0)
    survey(yard, amounts={"asphalt": "1 200".replace(" ", ""), "kerb": "12,50"})
    survey(yard, amounts={"kerb": 10.0})
    assert YardSurvey.objects.get().amounts == {"kerb": "10"}


@pytest.mark.parametrize(
    "findings",
    [
        {"condition": "splendid"},
        {"amounts": {"gold": 1}},
        {"amounts": {"kerb": "many"}},
        {"amounts": {"kerb": -1}},
        {"amounts": {"kerb": "NaN"}},
        {"amounts": {"kerb": 1e12}},
    ],
)
def test_findings_that_are_none(findings):
    with pytest.raises(PlanningRefusedError):
        survey(make_yard(0), **findings)
    assert not YardSurvey.objects.exists()


def test_surveys_of_tomorrow():
    with pytest.raises(PlanningRefusedError):
        record_survey(
            yard=make_yard(0),
            surveyed_on=dt.date(2100, 1, 1),
            findings=Findings(condition=Condition.GOOD, needs_work=False),
            user=None,
        )
