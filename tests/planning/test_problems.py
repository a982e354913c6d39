"""Problems and the flood plan: proposed, opened, followed, told of, measured, ended."""

import datetime as dt

import pytest
from django.contrib.gis.geos import Polygon
from django.db import DatabaseError, transaction

from citymap.accounts.bin import checksum
from citymap.accounts.choices import OrganizationKind, Role
from citymap.accounts.models import Organization
from citymap.geo import city_srid
from citymap.history.tracking import tracking_of
from citymap.notices.models import Notice
from layers.models import Address
from planning.choices import ProblemKind, ProblemState, Theme
from planning.jobs import tell_of_measures
from planning.models import Cluster, Measure, Problem
from planning.services import problems
from planning.services.effects import effect_of_problem
from planning.services.errors import PlanningRefusedError
from planning.services.hotspots import find_hotspots
from tests.planning.town import ALMATY, TODAY, X, Y, make_event, make_user

pytestmark = pytest.mark.django_db
EN = {"accept-language": "en"}
YEAR = dt.timedelta(365)


@pytest.fixture
def analyst(db):
    return make_user(Role.ANALYST, name="analyst")


@pytest.fixture
def body(db) -> Organization:
    return Organization.objects.create(kind=OrganizationKind.UTILITY, name="Water works")


def square(x=0.0, y=0.0, side=200.0) -> Polygon:
    box = Polygon.from_bbox((X + x, Y + y, X + x + side, Y + y + side))
    box.srid = city_srid()
    return box


def zone(**changes) -> Problem:
    values = {
        "kind": ProblemKind.FLOOD_ZONE, "title": "Low bank", "theme": Theme.FLOODING,
        "geom": square(), "today": TODAY, "user": None,
    }  # fmt: skip
    return problems.open_problem(**{**values, **changes})


def clustered(theme=Theme.WATER, count=12, first=0):
    for number in range(first, first + count):
        make_event(number, dx=3.0 * (number - first), theme=theme)
    return find_hotspots(theme=theme, since=TODAY - YEAR, until=TODAY + dt.timedelta(1))


def test_a_proposal_says_where_it_is(client, analyst):
    run = clustered()
    clustered(theme=Theme.OTHER, count=40, first=200)
    Address.objects.create(
        source="t", source_id="a", valid_from=TODAY - YEAR, street_name="Abay", house_number="7",
        geom=square(side=20).centroid,
    )  # fmt: skip
    first, last = problems.with_places(problems.proposals(kind=ProblemKind.PROBLEM))
    # Whatever no theme is made for comes last, however many there are.
    assert (first.cluster.run_id, last.cluster.theme) == (run.pk, Theme.OTHER)
    assert "7" in first.place
    client.force_login(analyst)
    page = client.get(f"/plan/problems/proposed/{first.cluster.pk}/", headers=EN)
    assert f"Water: {first.place}" in page.content.decode()
    assert page.context["map_config"]["filters"]["cluster"][2][2] == first.cluster.number


def test_large_clusters_are_proposed_until_a_problem_is_open(analyst):
    run = clustered()
    clustered(theme=Theme.FLOODING, count=6, first=100)
    proposed = problems.proposals(kind=ProblemKind.PROBLEM)
    assert [one.cluster.run_id for one in proposed] == [run.pk]
    assert [one.kind for one in problems.proposals()] == [
        ProblemKind.PROBLEM, ProblemKind.FLOOD_ZONE,
    ]  # fmt: skip
    cluster = proposed[0].cluster
    opened = {
        "title": "Pipe", "theme": Theme.WATER, "geom": cluster.geom, "cluster": cluster.number,
        "today": TODAY, "user": analyst,
    }  # fmt: skip
    problem = problems.open_problem(**opened)
    assert problems.proposals(kind=ProblemKind.PROBLEM) == []
    with pytest.raises(PlanningRefusedError):
        problems.open_problem(**opened)
    problems.end_problem(problem=problem, solved=True, reason="new pipe", today=TODAY, user=analyst)
    # It comes back: it is proposed again.
    assert len(problems.proposals(kind=ProblemKind.PROBLEM)) == 1


def test_an_ended_problem_is_left_alone(analyst):
    problem = zone()
    measure = problems.add_measure(problem=problem, what="Ditch", due_on=TODAY, user=analyst)
    problems.end_problem(problem=problem, solved=False, reason="a mistake", today=TODAY, user=None)
    with pytest.raises(PlanningRefusedError):
        problems.add_measure(problem=problem, what="Ditch", due_on=TODAY, user=analyst)
    with pytest.raises(PlanningRefusedError):
        problems.finish_measure(measure=measure, done_on=TODAY, today=TODAY, user=analyst)
    with pytest.raises(PlanningRefusedError):
        problems.end_problem(problem=problem, solved=True, reason="again", today=TODAY, user=None)
    with pytest.raises(DatabaseError), transaction.atomic():
        Problem.objects.filter(pk=problem.pk).update(state=ProblemState.OPEN)


def test_measures_are_done_once_and_not_tomorrow(analyst):
    measure = problems.add_measure(problem=zone(), what="Ditch", due_on=TODAY, user=analyst)
    with pytest.raises(PlanningRefusedError):
        problems.finish_measure(
            measure=measure, done_on=TODAY + dt.timedelta(1), today=TODAY, user=analyst
        )
    problems.finish_measure(measure=measure, done_on=TODAY, today=TODAY, user=analyst)
    with pytest.raises(PlanningRefusedError):
        problems.finish_measure(measure=measure, done_on=TODAY, today=TODAY, user=analyst)


def test_history_knows_who_did_what(analyst):
    problem = zone(user=analyst)
    problems.add_measure(problem=problem, what="Ditch", due_on=TODAY, user=analyst)
    (event,) = tracking_of(Problem).event_model.objects.of_object(problem)
    assert event.pgh_context["user"] == analyst.pk
    assert tracking_of(Measure).event_model.objects.of_object(Measure.objects.get()).count() == 1


def test_nobody_is_told_before_1_april_and_everybody_once_after(analyst, planner, body):
    due = problems.flood_due(dt.date(2027, 2, 1))
    assert due == dt.date(2027, 4, 1)
    assert problems.flood_due(dt.date(2027, 4, 2)) == dt.date(2028, 4, 1)
    measure = problems.add_measure(
        problem=zone(), what="Ditch", due_on=due, body=body, user=analyst
    )
    morning = dt.datetime(2027, 4, 1, 9, tzinfo=ALMATY)
    assert tell_of_measures(morning) == "overdue measures: 0"
    assert not Notice.objects.filter(kind="measure_overdue").exists()
    # The worker was off for three days: what fell due is said once.
    for day in (4, 5):
        tell_of_measures(dt.datetime(2027, 4, day, 9, tzinfo=ALMATY))
    notices = Notice.objects.filter(kind="measure_overdue")
    assert notices.count() == 3
    problems.finish_measure(
        measure=measure, done_on=dt.date(2027, 4, 5), today=dt.date(2027, 4, 5), user=analyst
    )
    assert tell_of_measures(dt.datetime(2027, 4, 6, tzinfo=ALMATY)) == "overdue measures: 0"


def test_the_effect_of_a_flood_zone_is_spring_against_spring(analyst):
    today = dt.date(2027, 6, 1)
    problem = zone(today=dt.date(2025, 9, 1))
    for number, (x, day) in enumerate(
        [(10.0, dt.date(2025, 4, 10))] * 30 + [(1500.0, dt.date(2025, 4, 10))] * 30
        + [(10.0, dt.date(2026, 4, 10))] * 2 + [(1500.0, dt.date(2026, 4, 10))] * 30
        + [(10.0, dt.date(2025, 11, 10))] * 50
    ):  # fmt: skip
        make_event(number, dx=x, dy=10.0, day=day, theme=Theme.FLOODING)
    measure = problems.add_measure(
        problem=problem, what="Drain", due_on=dt.date(2026, 4, 1), user=analyst
    )
    assert effect_of_problem(problem, today=today) is None
    problems.finish_measure(
        measure=measure, done_on=dt.date(2025, 12, 1), today=today, user=analyst
    )
    assert effect_of_problem(problem, today=dt.date(2026, 6, 1)) is None
    found = effect_of_problem(problem, today=today)
    assert (found.before, found.after) == (30, 2)
    assert (found.control_before, found.control_after) == (30, 30)
    assert found.helped


# --- pages --------------------------------------------------------------------------------


def post(client, address, **data):
    response = client.post(address, data, follow=True, headers=EN)
    return response.content.decode()


def test_an_analyst_opens_follows_and_ends(client, analyst, body):
    clustered(theme=Theme.FLOODING)
    client.force_login(analyst)
    cluster = Cluster.objects.get()
    page = client.get("/plan/floods/", headers=EN).content.decode()
    assert f"/plan/problems/proposed/{cluster.pk}/" in page
    assert client.get(f"/plan/problems/proposed/{cluster.pk}/", headers=EN).status_code == 200
    wrong = client.post("/plan/problems/open/", {"cluster": cluster.pk, "title": "Low bank",
                                                 "lead": "Nobody"}, headers=EN)  # fmt: skip
    assert wrong.status_code == 400
    assert "no body of this name" in wrong.content.decode()
    page = post(client, "/plan/problems/open/", cluster=cluster.pk, title="Low bank",
                cause="The ditch is full", lead=body.name)  # fmt: skip
    assert "Low bank" in page
    assert "Water works" in page
    problem = Problem.objects.get()
    assert (problem.kind, problem.cluster) == (ProblemKind.FLOOD_ZONE, cluster.number)
    page = post(client, f"/plan/problems/{problem.pk}/measures/", **{
        "measure-what": "Clean the ditch", "measure-due_on": "2027-04-01",
        "measure-body": body.name, "measure-cost": "250000",
    })  # fmt: skip
    assert "Clean the ditch" in page
    assert "Clean the ditch" in client.get("/plan/floods/", headers=EN).content.decode()
    measure = Measure.objects.get()
    page = post(client, f"/plan/measures/{measure.pk}/done/", done_on="2999-01-01")
    assert "lies ahead" in page
    page = post(client, f"/plan/measures/{measure.pk}/done/", done_on=str(TODAY), note="well")
    assert "done on" in page
    page = post(client, f"/plan/problems/{problem.pk}/describe/", title="Low bank, Abai",
                co_bodies=f"{body.name}; Nobody")  # fmt: skip
    assert "no body of this name: Nobody" in page
    page = post(client, f"/plan/problems/{problem.pk}/end/", **{
        "end-solved": "1", "end-reason": "No water came",
    })  # fmt: skip
    assert "No water came" in page
    assert Problem.objects.get().state == ProblemState.SOLVED


@pytest.mark.parametrize(
    "data", [{}, {"cluster": "x"}, {"cluster": "9" * 30, "title": "a"}, {"title": "\0"}]
)
def test_nonsense_opens_nothing(client, analyst, data):
    client.force_login(analyst)
    assert client.post("/plan/problems/open/", data).status_code in (302, 400)
    assert not Problem.objects.exists()


def test_a_body_is_named_by_its_bin_and_the_page_lists_nobody(client, analyst, body):
    body.bin = "99054000001" + str(checksum("99054000001"))
    body.save()
    Organization.objects.bulk_create(
        Organization(kind=OrganizationKind.CONTRACTOR, name=f"Builder {n}") for n in range(500)
    )
    problem = zone()
    client.force_login(analyst)
    page = client.get(f"/plan/problems/{problem.pk}/", headers=EN)
    assert "Builder 1" not in page.content.decode()
    values = {"title": "Low bank", "cause": "", "co_bodies": ""}
    path = f"/plan/problems/{problem.pk}/describe/"
    assert client.post(path, {**values, "lead": body.bin}).status_code == 302
    problem.refresh_from_db()
    assert problem.lead == body
    client.post(path, {**values, "lead": "\0"})
    problem.refresh_from_db()
    assert problem.lead == body


def test_lists_ask_a_bounded_number_of_questions(client, analyst, django_assert_max_num_queries):
    client.force_login(analyst)
    for number in range(8):
        problem = zone(geom=square(x=300.0 * number))
        problems.add_measure(problem=problem, what="Ditch", due_on=TODAY, user=analyst)
    with django_assert_max_num_queries(16):
        assert client.get("/plan/floods/").status_code == 200
