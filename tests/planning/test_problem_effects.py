"""Whether measures helped, and who is told that they were not done: what counts, and what not."""

import datetime as dt

import pytest
from django.utils import timezone

from appeals.models import Appeal
from citymap.accounts.choices import OrganizationKind, Role
from citymap.accounts.models import Organization
from citymap.notices.models import Notice
from planning.choices import ProblemKind, Theme
from planning.jobs import tell_of_measures
from planning.models import ClusterEvent, Event, Measure, Problem
from planning.querysets import VOICES
from planning.services import problems
from planning.services.effects import effect_of_problem, effects_of_problems
from planning.services.errors import PlanningRefusedError
from planning.services.hotspots import find_hotspots
from tests.appeals.world import World
from tests.planning.test_problems import square, zone
from tests.planning.town import ALMATY, TODAY, make_event, make_user

pytestmark = pytest.mark.django_db
DAY = dt.timedelta(1)
DONE = dt.date(2026, 3, 1)


def leak(**changes) -> Problem:
    values = {"kind": ProblemKind.PROBLEM, "title": "Leaks", "theme": Theme.WATER}
    return zone(**{**values, "today": dt.date(2025, 9, 1), **changes})


def happened(first: int, count: int, day: dt.date, *, dx=50.0, theme=Theme.WATER) -> None:
    for number in range(first, first + count):
        make_event(number, dx=dx, dy=50.0, day=day, theme=theme)


def finished(problem: Problem, done_on: dt.date) -> Measure:
    measure = problems.add_measure(problem=problem, what="Pipe", due_on=done_on, user=None)
    return problems.finish_measure(
        measure=measure, done_on=done_on, today=dt.date(2030, 1, 1), user=None
    )


# --- effect -------------------------------------------------------------------------------------


def test_the_whole_year_counts_of_what_is_no_flood_zone():
    problem = leak()
    happened(0, 20, DONE - 60 * DAY)
    happened(100, 2, DONE + 60 * DAY)
    for first, day in ((200, DONE - 60 * DAY), (300, DONE + 60 * DAY)):
        happened(first, 20, day, dx=1500.0)
    finished(problem, DONE)
    found = effect_of_problem(problem, today=DONE + 90 * DAY)
    assert (found.before, found.after) == (20, 2)
    assert (found.control_before, found.control_after) == (20, 20)
    assert found.helped
    # Periods are of equal length: what came earlier than 90 days before is not set against them.
    assert effect_of_problem(problem, today=DONE + 40 * DAY).before == 0


def test_only_the_theme_counts_and_each_fact_once():
    problem = leak()
    happened(0, 3, DONE - DAY)
    happened(10, 5, DONE - DAY, theme=Theme.ROADS)
    happened(20, 4, DONE - DAY)
    Event.objects.filter(source_id__in=["20", "21", "22", "23"]).update(source=VOICES)
    finished(problem, DONE)
    assert effect_of_problem(problem, today=DONE + 60 * DAY).before == 3


def test_before_the_first_measure_and_after_the_last_one():
    problem = leak()
    finished(problem, DONE)
    finished(problem, DONE + 100 * DAY)
    happened(0, 4, DONE - 10 * DAY)
    happened(10, 9, DONE + 50 * DAY)
    happened(30, 1, DONE + 110 * DAY)
    found = effect_of_problem(problem, today=DONE + 150 * DAY)
    assert (found.before, found.after) == (4, 1)


def test_it_is_measured_when_all_is_done_and_thirty_days_have_passed():
    problem = leak()
    assert effect_of_problem(problem, today=DONE) is None
    finished(problem, DONE)
    assert effect_of_problem(problem, today=DONE + 29 * DAY) is None
    assert effect_of_problem(problem, today=DONE + 30 * DAY) is not None
    open_one = problems.add_measure(problem=problem, what="Valve", due_on=DONE, user=None)
    assert effect_of_problem(problem, today=DONE + 90 * DAY) is None
    problems.finish_measure(measure=open_one, done_on=DONE, today=DONE + DAY, user=None)
    assert effect_of_problem(problem, today=DONE + 90 * DAY) is not None


def test_two_years_at_most_are_compared():
    problem = leak(today=dt.date(2022, 1, 1))
    done = dt.date(2023, 1, 1)
    finished(problem, done)
    happened(0, 2, done - 700 * DAY)
    happened(10, 7, done - 800 * DAY)
    happened(20, 3, done + 700 * DAY)
    happened(30, 8, done + 800 * DAY)
    found = effect_of_problem(problem, today=done + 1000 * DAY)
    assert (found.before, found.after) == (2, 3)


def test_places_of_other_problems_are_no_controls():
    """There something is done as well; of other themes' problems the cells stay controls."""
    problem = leak()
    leak(geom=square(x=3000.0), title="Leaks elsewhere")
    leak(geom=square(x=6000.0), title="Holes", theme=Theme.ROADS)
    for first, dx in ((0, 50.0), (20, 3050.0), (40, 6050.0), (60, 9050.0)):
        happened(first, 5, DONE - DAY, dx=dx)
    finished(problem, DONE)
    found = effect_of_problem(problem, today=DONE + 60 * DAY)
    assert (found.before, found.control_before) == (5, 10)


# --- alerts -------------------------------------------------------------------------------------


@pytest.fixture
def due() -> Measure:
    """Of a flood zone: due on the first of April, of a body."""
    body = Organization.objects.create(kind=OrganizationKind.UTILITY, name="Water works")
    return problems.add_measure(
        problem=zone(), what="Ditch", due_on=dt.date(2027, 4, 1), body=body, user=None
    )


def sweep(day: int) -> str:
    return tell_of_measures(dt.datetime(2027, 4, day, 0, 5, tzinfo=ALMATY))


def told() -> set[str]:
    rows = Notice.objects.filter(kind="measure_overdue").select_related("user", "organization")
    return {str(row.user or row.organization) for row in rows}


def test_planners_analysts_heads_and_the_body_are_told_and_nobody_else(due):
    everybody = {role: make_user(role, name=str(role)) for role in Role}
    asleep = make_user(Role.PLANNER, name="left")
    asleep.is_active = False
    asleep.save()
    assert sweep(1) == "overdue measures: 0"
    assert told() == set()
    # Five minutes into the second of April, local time: in Greenwich it is the first.
    assert sweep(2) == "overdue measures: 1"
    readers = [everybody[role] for role in (Role.PLANNER, Role.ANALYST, Role.HEAD)]
    assert told() == {str(user) for user in readers} | {"Water works"}
    count = Notice.objects.count()
    for day in (2, 3, 20):
        sweep(day)
    assert Notice.objects.count() == count


def test_each_measure_is_told_of_by_itself_and_without_a_body_too(due, planner):
    second = problems.add_measure(
        problem=due.problem, what="Pipe", due_on=dt.date(2027, 4, 3), user=None
    )
    sweep(2)
    assert Notice.objects.filter(kind="measure_overdue").count() == 2
    assert sweep(4) == "overdue measures: 2"
    notices = Notice.objects.filter(kind="measure_overdue")
    assert notices.count() == 3
    assert notices.latest("id").source_id == str(second.pk)
    assert notices.latest("id").context == {"due_on": "2027-04-03"}


@pytest.mark.parametrize("how", ["done", "solved", "dropped"])
def test_nobody_is_told_of_what_is_done_or_has_ended(due, planner, how):
    march = dt.date(2027, 3, 1)
    if how == "done":
        problems.finish_measure(measure=due, done_on=march, today=march, user=None)
    else:
        problems.end_problem(
            problem=due.problem, solved=how == "solved", reason="so", today=march, user=None
        )
    assert sweep(2) == "overdue measures: 0"
    assert told() == set()


# --- proposals ----------------------------------------------------------------------------------


def search(theme: Theme):
    return find_hotspots(theme=theme, since=TODAY - 365 * DAY, until=TODAY + DAY)


def proposed() -> list[tuple[str, int, int]]:
    return [
        (one.cluster.theme, one.cluster.events, one.recurrences) for one in problems.proposals()
    ]


def test_ten_events_are_proposed_and_nine_are_not():
    happened(0, 9, TODAY)
    search(Theme.WATER)
    assert proposed() == []
    happened(9, 1, TODAY)
    search(Theme.WATER)
    assert proposed() == [("water", 10, 0)]


def test_few_events_that_came_back_are_proposed():
    world = World()
    happened(0, 6, TODAY)
    first, *back = [world.register() for _ in range(3)]
    for number, appeal in enumerate(back):
        Event.objects.filter(source_id=str(number)).update(
            source="appeals", source_id=f"{appeal.pk}"
        )
    search(Theme.WATER)
    assert proposed() == []
    Appeal.objects.filter(pk=back[0].pk).update(recurrence_of=first)
    assert proposed() == []
    Appeal.objects.filter(pk=back[1].pk).update(recurrence_of=first)
    assert proposed() == [("water", 6, 2)]
    assert ClusterEvent.objects.count() == 6


def test_the_worst_come_first_and_what_came_back_weighs_more():
    happened(0, 12, TODAY)
    happened(20, 15, TODAY, dx=2000.0)
    search(Theme.WATER)
    assert [events for _theme, events, _back in proposed()] == [15, 12]
    world = World()
    first, appeal = world.register(), world.register()
    Event.objects.filter(source_id="0").update(source="appeals", source_id=str(appeal.pk))
    Appeal.objects.filter(pk=appeal.pk).update(recurrence_of=first)
    assert [events for _theme, events, _back in proposed()] == [12, 15]


def test_a_problem_of_one_theme_hides_no_cluster_of_another():
    happened(0, 12, TODAY)
    happened(20, 11, TODAY, theme=Theme.ROADS)
    water, roads = (search(theme).clusters.get() for theme in (Theme.WATER, Theme.ROADS))
    assert water.number == roads.number
    leak(geom=water.geom, cluster=water.number)
    assert proposed() == [("roads", 11, 0)]


def test_the_lead_body_is_no_co_body():
    body = Organization.objects.create(kind=OrganizationKind.UTILITY, name="Water works")
    with pytest.raises(PlanningRefusedError):
        leak(lead=body, co_bodies=[body])
    problem = leak(lead=body)
    with pytest.raises(PlanningRefusedError):
        problems.describe_problem(
            problem=problem, title="Leaks", cause="", lead=body, co_bodies=[body], user=None
        )
    assert Problem.objects.count() == 1


# --- the list of zones ----------------------------------------------------------------------------


def test_the_list_of_zones_says_what_came_what_is_late_and_whether_it_helped(
    client, django_assert_max_num_queries
):
    """In a year: a place that was mended, one where nothing is done, one beside them both."""
    titles = ("Mended", "Late", "Dry")
    mended, late, dry = (
        zone(title=title, geom=square(x=3000.0 * n), today=dt.date(2024, 9, 1))
        for n, title in enumerate(titles)
    )
    last, this = dt.date(2025, 4, 10), dt.date(2026, 4, 10)
    for first, count, day, dx in (
        (0, 30, last, 50.0), (100, 2, this, 50.0), (200, 4, last, 3050.0),
        (300, 25, last, 9050.0), (400, 25, this, 9050.0), (500, 9, dt.date(2025, 9, 1), 50.0),
    ):  # fmt: skip
        happened(first, count, day, dx=dx, theme=Theme.FLOODING)
    finished(mended, dt.date(2025, 12, 1))
    problems.add_measure(problem=late, what="Ditch", due_on=dt.date(2026, 4, 1), user=None)
    finished(dry, timezone.localdate())
    client.force_login(make_user(Role.ANALYST, name="reader"))
    with django_assert_max_num_queries(18):
        page = client.get("/plan/floods/", headers={"accept-language": "en"})
    rows = {one.title: one for one in page.context["problems"]}
    assert rows["Mended"].springs == [(2026, 2), (2025, 30)]
    assert rows["Late"].springs == [(2025, 4)]
    assert (rows["Dry"].springs, rows["Dry"].effect, rows["Late"].effect) == ([], None, None)
    assert [rows[title].overdue for title in titles] == [False, True, False]
    text = " ".join(page.content.decode().split())
    assert "2026: 2, 2025: 30" in text
    assert "Known after the next spring" in text
    assert "Measures are not done yet" in text


def test_effects_of_many_are_those_of_each():
    found = []
    for n, (before, after) in enumerate([(20, 2), (8, 9), (3, 30)]):
        problem = leak(title=f"Leaks {n}", geom=square(x=3000.0 * n))
        happened(100 * n, before, DONE - 20 * DAY, dx=3000.0 * n + 50)
        happened(100 * n + 50, after, DONE + (20 + n) * DAY, dx=3000.0 * n + 50)
        finished(problem, DONE + n * DAY)
        found.append(problem)
    happened(900, 20, DONE - 20 * DAY, dx=12_050.0)
    happened(950, 20, DONE + 20 * DAY, dx=12_050.0)
    undone = leak(title="Undone", geom=square(x=20_000.0))
    today = DONE + 60 * DAY
    together = effects_of_problems([*found, undone], today=today)
    assert set(together) == {one.pk for one in found}
    assert together == {one.pk: effect_of_problem(one, today=today) for one in found}
    first, second, third = (together[one.pk] for one in found)
    assert first.helped
    assert not second.helped
    assert not second.harmed
    assert third.harmed
    assert (first.control_before, first.control_after) == (20, 20)
