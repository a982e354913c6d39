"""Programmes: chosen, adjusted, frozen by the database, revised, compared."""

import pytest
from django.db import DatabaseError, IntegrityError, InternalError, connection, transaction

from layers.models import Quarter, Territory
from planning.choices import ChosenBy, Stage
from planning.models import ProgrammeVersion, ProgrammeYard, YardStage
from planning.programme.greedy import choose_greedily
from planning.programme.problem import Choice
from planning.programmelists import explained
from planning.services.candidates import districts_of, problem_of
from planning.services.errors import NotPossibleNowError, PlanningRefusedError
from planning.services.programmes import (
    costs_of,
    differences,
    fault_words,
    fill_draft,
    propose,
    publish_version,
    put_yard,
    revise_programme,
    spending,
    start_programme,
    take_out_yard,
)
from planning.services.queue import hold_yard, take_snapshot
from tests.planning.town import TODAY, make_district, make_prices, make_yard, survey

pytestmark = pytest.mark.django_db
FROZEN = (IntegrityError, InternalError)


@pytest.fixture
def yards(planner):
    """Six yards in two districts, each a million tenge; larger numbers have more apartments."""
    make_prices()
    found = [make_yard(n, apartments=100 + 20 * n) for n in range(6)]
    for yard in found:
        survey(yard, asphalt=100)
    make_district("west", first=0, last=2)
    make_district("east", first=3, last=5)
    take_snapshot(as_of=TODAY)
    return found


def start(planner, budgets=(2_500_000,), **more):
    return start_programme(
        name="Yards", first_year=2027, budgets=budgets, reason="The budget of 2027", user=planner,
        **more,
    )  # fmt: skip


def taken(version):
    return dict(version.rows.values_list("yard_id", "year"))


def test_the_best_yards_within_the_budget(yards, planner):
    version = start(planner)
    fill_draft(version=version, method=ChosenBy.EXACT, user=planner)
    assert taken(version) == {yards[5].pk: 2027, yards[4].pk: 2027}
    assert spending(version) == {2027: (2_000_000, 2_500_000)}
    version.refresh_from_db()
    assert version.gap == 0.0
    row = version.rows.get(yard=yards[5])
    assert (row.position, row.cost, row.chosen_by) == (1, 1_000_000, ChosenBy.EXACT)


def test_both_choices_stand_side_by_side(yards, planner):
    choices = propose(version=start(planner))
    assert choices.greedy.worth == choices.exact.worth
    assert choices.gap == 0.0


def test_several_years(yards, planner):
    version = start(planner, budgets=(1_000_000, 2_000_000))
    fill_draft(version=version, method=ChosenBy.GREEDY, user=planner)
    assert taken(version) == {yards[5].pk: 2027, yards[4].pk: 2028, yards[3].pk: 2028}


def test_a_district_gets_its_share(yards, planner):
    west = Territory.objects.get(name="west")
    version = start(planner, least_shares={west.pk: 50})
    fill_draft(version=version, method=ChosenBy.EXACT, user=planner)
    assert taken(version) == {yards[5].pk: 2027, yards[2].pk: 2027}


def test_what_stands_in_the_way_is_said_in_words(yards, planner):
    west = Territory.objects.get(name="west")
    version = start(planner, budgets=(1_000_000,), least_shares={west.pk: 100})
    put_yard(version=version, yard=yards[5], year=2027, reason="A school there", user=planner)
    with pytest.raises(PlanningRefusedError, match="leaves no room for the districts"):
        fill_draft(version=version, method=ChosenBy.EXACT, user=planner)
    problem = problem_of(version)
    choice = Choice(problem=problem, years={one.key: 0 for one in problem.candidates[4:]})
    assert fault_words(choice.faults(), version) == [
        "2027 is over its budget", "west gets less than its share",
    ]  # fmt: skip
    held = Choice(problem=problem, years={})
    assert fault_words(held.faults(), version) == [
        "a yard that was put in by hand is in another year"
    ]


def test_a_share_is_of_all_that_is_spent(yards, planner):
    """Half of four yards' money: two of the west, which has the worse ones."""
    west = Territory.objects.get(name="west")
    for share, expected in ((50, {1, 2, 4, 5}), (25, {2, 3, 4, 5}), (0, {2, 3, 4, 5})):
        version = start(planner, budgets=(4_000_000,), least_shares={west.pk: share})
        fill_draft(version=version, method=ChosenBy.EXACT, user=planner)
        assert set(taken(version)) == {yards[number].pk for number in expected}, share


def test_a_yard_counts_in_the_smallest_district_around_it(yards):
    inner = make_district("inner", first=1, last=1)
    west, east = (Territory.objects.get(name=name).pk for name in ("west", "east"))
    found = districts_of([yard.pk for yard in yards])
    assert [found[yard.pk] for yard in yards] == [west, inner.pk, west, east, east, east]


def test_the_greedy_choice_is_refused_where_it_breaks_a_rule(yards, planner):
    west = Territory.objects.get(name="west")
    version = start(planner, budgets=(1_000_000,), least_shares={west.pk: 100})
    put_yard(version=version, yard=yards[5], year=2027, reason="A school there", user=planner)
    greedy = choose_greedily(problem_of(version))
    assert greedy.faults()
    with pytest.raises(PlanningRefusedError):
        fill_draft(version=version, method=ChosenBy.GREEDY, user=planner)
    assert set(taken(version)) == {yards[5].pk}


@pytest.mark.parametrize(
    "finding",
    [{"land_ready": False}, {"demolition": True}, {"network_renewal_due": True},
     {"project_ready": False}, {"needs_work": False}],
)  # fmt: skip
def test_what_stands_in_the_way_of_a_yard_keeps_it_out(yards, planner, finding):
    survey(yards[5], **finding)
    version = start(planner)
    fill_draft(version=version, method=ChosenBy.EXACT, user=planner)
    assert set(taken(version)) == {yards[4].pk, yards[3].pk}


def test_nobody_has_looked_at_it_and_it_is_not_taken(yards, planner):
    make_yard(9, apartments=900)
    take_snapshot(as_of=TODAY)
    version = start(planner)
    fill_draft(version=version, method=ChosenBy.EXACT, user=planner)
    assert set(taken(version)) == {yards[5].pk, yards[4].pk}


def test_a_revision_begins_as_the_version_in_force_with_all_that_was_said(yards, planner):
    west = Territory.objects.get(name="west")
    first = start(planner, budgets=(3_000_000,), least_shares={west.pk: 30}, by_quarter=True,
                  budget_source="City budget")  # fmt: skip
    put_yard(version=first, yard=yards[1], year=2027, reason="A school there", user=planner)
    fill_draft(version=first, method=ChosenBy.EXACT, user=planner)
    publish_version(version=first, user=planner)
    second = revise_programme(
        programme=first.programme, budgets=[500_000], reason="Cut", user=planner
    )
    for field in ("least_shares", "by_quarter", "budget_source"):
        assert getattr(second, field) == getattr(first, field), field
    fields = ("yard", "year", "cost", "score", "position", "chosen_by", "reason")
    copied = set(second.rows.values_list(*fields))
    assert copied == set(first.rows.values_list(*fields))
    # It begins over its smaller budget, and so it cannot be published.
    with pytest.raises(PlanningRefusedError, match="more than the budget"):
        publish_version(version=second, user=planner)
    second.refresh_from_db()
    assert second.published_at is None


def test_a_price_that_changed_is_a_difference_with_its_words(yards, planner):
    first = start(planner)
    fill_draft(version=first, method=ChosenBy.EXACT, user=planner)
    publish_version(version=first, user=planner)
    second = revise_programme(
        programme=first.programme, budgets=[2_500_000], reason="New survey", user=planner
    )
    assert differences(before=first, after=second) == []
    survey(yards[5], asphalt=120)
    hold_yard(yard=yards[4], reason="Heat main first", user=planner)
    fill_draft(version=second, method=ChosenBy.EXACT, user=planner)
    found = {one.yard: one for one in explained(first, second)}
    assert {one.yard: one.kind for one in differences(before=first, after=second)} == {
        yards[3].pk: "added", yards[4].pk: "removed", yards[5].pk: "repriced",
    }  # fmt: skip
    assert found[yards[5].pk].words == "cost 1,000,000 → 1,200,000 tenge"
    assert found[yards[5].pk].reason == "new survey or new unit prices"
    assert found[yards[4].pk].words == "taken out of 2027"
    assert found[yards[4].pk].reason == "Heat main first"
    assert found[yards[3].pk].words == "added for 2027"
    assert "place 3 in the queue" in found[yards[3].pk].reason
    put_yard(version=second, yard=yards[3], year=2027, reason="A clinic", user=planner)
    found = {one.yard: one for one in explained(first, second)}
    assert found[yards[3].pk].reason == "A clinic"


def test_held_yards_are_not_taken(yards, planner):
    hold_yard(yard=yards[5], reason="Heat main first", user=planner)
    version = start(planner)
    fill_draft(version=version, method=ChosenBy.EXACT, user=planner)
    assert set(taken(version)) == {yards[4].pk, yards[3].pk}


def test_quarters_are_done_together(yards, planner):
    quarter = Quarter.objects.create(
        source="manual", source_id="q", valid_from=TODAY, name="First quarter"
    )
    for yard in (yards[5], yards[0]):
        yard.quarter = quarter
        yard.save()
    version = start(planner, by_quarter=True)
    fill_draft(version=version, method=ChosenBy.EXACT, user=planner)
    assert set(taken(version)) in ({yards[5].pk, yards[0].pk}, {yards[4].pk, yards[3].pk})


def test_what_was_put_in_by_hand_stays(yards, planner):
    version = start(planner)
    put_yard(version=version, yard=yards[0], year=2027, reason="A school there", user=planner)
    fill_draft(version=version, method=ChosenBy.EXACT, user=planner)
    assert set(taken(version)) == {yards[0].pk, yards[5].pk}
    version.refresh_from_db()
    assert version.gap == 0.0
    take_out_yard(version=version, yard=yards[0], reason="The school closed", user=planner)
    version.refresh_from_db()
    assert version.gap is None
    with pytest.raises(NotPossibleNowError):
        take_out_yard(version=version, yard=yards[0], reason="again", user=planner)


def test_never_over_the_budget_by_hand(yards, planner):
    version = start(planner, budgets=(1_500_000,))
    put_yard(version=version, yard=yards[0], year=2027, reason="x", user=planner)
    with pytest.raises(PlanningRefusedError, match="budget"):
        put_yard(version=version, yard=yards[1], year=2027, reason="x", user=planner)
    assert set(taken(version)) == {yards[0].pk}
    with pytest.raises(PlanningRefusedError, match="year"):
        put_yard(version=version, yard=yards[1], year=2028, reason="x", user=planner)


def test_a_published_version_is_frozen_in_the_database(yards, planner):
    version = start(planner)
    fill_draft(version=version, method=ChosenBy.EXACT, user=planner)
    version = publish_version(version=version, user=planner)
    row = version.rows.first()
    attempts = [
        lambda: ProgrammeYard.objects.filter(pk=row.pk).update(cost=1),
        lambda: ProgrammeYard.objects.filter(pk=row.pk).delete(),
        lambda: ProgrammeYard.objects.create(
            version=version, yard=yards[0], year=2027, cost=1, score=1, position=1,
            chosen_by=ChosenBy.EXACT,
        ),
        lambda: ProgrammeVersion.objects.filter(pk=version.pk).update(budgets=[1]),
        lambda: ProgrammeVersion.objects.filter(pk=version.pk).update(
            published_at=None, published_by=None
        ),
        lambda: ProgrammeVersion.objects.filter(pk=version.pk).delete(),
        lambda: connection.cursor().execute("UPDATE planning_programmeyard SET year = 2030"),
    ]  # fmt: skip
    for attempt in attempts:
        with pytest.raises(FROZEN), transaction.atomic():
            attempt()
    for change in (
        lambda: put_yard(version=version, yard=yards[0], year=2027, reason="x", user=planner),
        lambda: fill_draft(version=version, method=ChosenBy.EXACT, user=planner),
        lambda: publish_version(version=version, user=planner),
    ):
        with pytest.raises(NotPossibleNowError):
            change()


@pytest.mark.parametrize(
    "statement",
    [
        "TRUNCATE planning_programmeyard CASCADE",
        "TRUNCATE planning_programmeversion CASCADE",
        "ALTER TABLE planning_programmeyard DISABLE TRIGGER ALL",
        "SET session_replication_role = replica",
        "SELECT set_config('pgtrigger.ignore', (SELECT array_agg(tgname)::text FROM pg_trigger),"
        " true); UPDATE planning_programmeyard SET year = 2030",
        "DELETE FROM planning_programmeversion",
    ],
)
def test_the_serving_role_has_no_way_around_it(statement, yards, planner, runtime_role):
    version = start(planner)
    fill_draft(version=version, method=ChosenBy.EXACT, user=planner)
    publish_version(version=version, user=planner)
    before = list(version.rows.order_by("pk").values())
    with pytest.raises(DatabaseError), transaction.atomic():
        connection.cursor().execute(statement)
    assert before
    assert list(version.rows.order_by("pk").values()) == before


def test_a_row_cannot_move_into_a_frozen_version(yards, planner):
    version = start(planner)
    fill_draft(version=version, method=ChosenBy.EXACT, user=planner)
    publish_version(version=version, user=planner)
    draft = revise_programme(
        programme=version.programme, budgets=[2_000_000, 5_000_000], reason="More", user=planner
    )
    put_yard(version=draft, yard=yards[0], year=2028, reason="x", user=planner)
    with pytest.raises(FROZEN), transaction.atomic():
        draft.rows.filter(yard=yards[0]).update(version=version)


def test_a_revision_is_a_new_version_and_says_what_changed(yards, planner):
    first = start(planner)
    fill_draft(version=first, method=ChosenBy.EXACT, user=planner)
    publish_version(version=first, user=planner)
    second = revise_programme(
        programme=first.programme, budgets=[3_000_000, 1_000_000], reason="Refined budget",
        user=planner,
    )  # fmt: skip
    assert second.number == 2
    assert taken(second) == taken(first)
    with pytest.raises(NotPossibleNowError):
        revise_programme(programme=first.programme, budgets=[1], reason="x", user=planner)
    put_yard(version=second, yard=yards[5], year=2028, reason="Networks first", user=planner)
    put_yard(version=second, yard=yards[1], year=2027, reason="A clinic", user=planner)
    take_out_yard(version=second, yard=yards[4], reason="Demolished", user=planner)
    found = {one.yard: one.kind for one in differences(before=first, after=second)}
    assert found == {yards[1].pk: "added", yards[4].pk: "removed", yards[5].pk: "moved"}
    publish_version(version=second, user=planner)
    assert ProgrammeVersion.objects.in_force().get() == second


def test_drafts_are_not_published_empty(yards, planner):
    with pytest.raises(PlanningRefusedError, match="no yard"):
        publish_version(version=start(planner), user=planner)


def test_a_revision_needs_something_published(yards, planner):
    version = start(planner)
    with pytest.raises(NotPossibleNowError, match="draft"):
        revise_programme(programme=version.programme, budgets=[1], reason="x", user=planner)


def test_costs_are_surveyed_or_estimated(yards):
    unknown = make_yard(9)
    costs = costs_of([yards[0].pk, unknown.pk])
    assert [(line.work, line.cost) for line in costs[yards[0].pk]] == [("asphalt", 1_000_000)]
    assert sum(line.cost for line in costs[unknown.pk]) > 1_000_000


def test_no_programme_without_prices(planner):
    survey(make_yard(0))
    take_snapshot(as_of=TODAY)
    version = start(planner)
    with pytest.raises(PlanningRefusedError, match="unit price"):
        fill_draft(version=version, method=ChosenBy.EXACT, user=planner)


@pytest.mark.parametrize(
    "change",
    [{"budgets": ()}, {"budgets": (-1,)}, {"budgets": (1,) * 11}, {"budgets": (10**14,)}],
)
def test_budgets_that_are_none(change, planner):
    with pytest.raises(PlanningRefusedError):
        start(planner, **change)


def test_stages_are_facts(yards, planner):
    programme = start(planner).programme
    stage = YardStage.objects.create(
        programme=programme, yard=yards[0], stage=Stage.DESIGN, reached_on=TODAY, made_by=planner
    )
    with pytest.raises(FROZEN), transaction.atomic():
        YardStage.objects.filter(pk=stage.pk).update(stage=Stage.WORKS)
    for fields in ({"stage": Stage.CONTRACT}, {"stage": Stage.GUARANTEE}, {"stage": Stage.DESIGN}):
        with pytest.raises(IntegrityError), transaction.atomic():
            YardStage.objects.create(
                programme=programme, yard=yards[0], reached_on=TODAY, made_by=planner, **fields
            )


def test_history_knows_who_and_why(yards, planner):
    version = start(planner)
    put_yard(version=version, yard=yards[0], year=2027, reason="A school there", user=planner)
    event = version.rows.get().history_events.get()
    assert event.pgh_context["reason"] == "A school there"
    assert event.pgh_context["user"] == planner.pk
