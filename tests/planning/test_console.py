"""Planners' pages: what they show, what they refuse, and to whom they are closed."""

import io

import pytest
from django.utils import timezone
from PIL import Image

from citymap.accounts.choices import Role
from planning.choices import Theme
from planning.console.forms import PolicyForm
from planning.models import (
    HotspotRun,
    Programme,
    ProgrammeVersion,
    QueuePolicy,
    Scenario,
    YardHold,
)
from planning.queue.scoring import Policy
from planning.services.queue import FIRST_POLICY, hold_yard, set_policy, take_snapshot
from tests.planning.town import TODAY, make_event, make_prices, make_user, make_yard, survey

pytestmark = pytest.mark.django_db
EN = {"accept-language": "en"}
PERIOD = "theme=yards&since=2025-12-01&until=2026-06-30&radius_m=300"


@pytest.fixture
def desk(client, planner):
    client.force_login(planner)
    return client


@pytest.fixture
def yards():
    found = [make_yard(n, apartments=300 - 50 * n) for n in range(4)]
    for yard in found:
        survey(yard)
    return found


def text_of(client, address):
    response = client.get(address, headers=EN)
    assert response.status_code == 200, response.content[:500]
    return response.content.decode()


def post(client, address, **data):
    """What a form answers, after its redirect, as text."""
    response = client.post(address, data, follow=True, headers=EN)
    assert response.status_code == 200
    return response.content.decode()


def policy_data(prefix, policy, **more):
    return {
        f"{prefix}-{name}": value
        for name, value in {**PolicyForm.values_of(policy), **more}.items()
    }


# --- heatmap ------------------------------------------------------------------------------


def test_heatmap_has_a_legend_in_units_and_months(desk, yards):
    for number in range(12):
        make_event(number, yard=0, dx=10 * number)
    page = text_of(desk, f"/plan/?{PERIOD}")
    assert "Events per km² and year" in page
    assert "data:image/png;base64," in page
    assert "June 2026: 12" in page
    assert len(page.encode()) < 300_000


def test_heatmap_of_nothing(desk):
    assert "no events of this theme" in text_of(desk, f"/plan/?{PERIOD}")


def test_heatmap_as_a_picture(desk, yards):
    make_event(1)
    response = desk.get(f"/plan/heatmap.png?{PERIOD}")
    with Image.open(io.BytesIO(response.content)) as picture:
        assert picture.mode == "RGBA"
        assert picture.getextrema()[3] == (0, 210)


@pytest.mark.parametrize(
    "query",
    [
        "theme=aliens", "since=x", "since=2026-05-01&until=2026-01-01", "radius_m=1",
        "radius_m=9999999999999", "since=0001-01-01&until=0001-02-01", "since=%00",
    ],
)  # fmt: skip
def test_heatmap_survives_nonsense(desk, query):
    assert desk.get(f"/plan/?{query}").status_code == 200
    assert desk.get(f"/plan/heatmap.png?{query}").status_code == 400


def test_search(desk, yards):
    for number in range(8):
        make_event(number, dx=2 * number)
    page = post(desk, "/plan/search/", theme="yards", since="2025-12-01", until="2026-06-30",
                radius_m=300)  # fmt: skip
    assert "Searched: events 8" in page
    assert "clusters: 1" in page
    assert HotspotRun.objects.get().made_by.username == "planner"
    assert "Radius" in post(desk, "/plan/search/", theme=Theme.SNOW, radius_m="x")
    assert HotspotRun.objects.count() == 1


# --- policy and scenarios -----------------------------------------------------------------


def test_the_head_sets_the_policy_with_a_reason(client, head, yards):
    client.force_login(head)
    other = Policy({"apartments": 20, "complaints": 60, "area_m2": 20}, FIRST_POLICY.goalposts)
    page = post(client, "/plan/queue/policy/", **policy_data("policy", other, reason="The council"))
    assert "is in force" in page
    assert "The council" in text_of(client, f"/yards/{yards[0].pk}/")
    assert QueuePolicy.objects.get().made_by == head


@pytest.mark.parametrize(
    "change",
    [
        {"reason": ""}, {"reason": "x" * 501}, {"weight_apartments": 90}, {"weight_apartments": ""},
        {"low_area_m2": 99_999}, {"low_area_m2": "nan"}, {"high_complaints": "inf"},
    ],
)  # fmt: skip
def test_policies_that_are_none(client, head, change):
    client.force_login(head)
    data = policy_data("policy", FIRST_POLICY, **{"reason": "ok", **change})
    assert "message error" in post(client, "/plan/queue/policy/", **data)
    assert not QueuePolicy.objects.exists()


def test_a_scenario_is_compared(desk, yards):
    for person in range(20):
        make_event(person, yard=3, person=person, day=timezone.localdate())
    take_snapshot(as_of=timezone.localdate())
    other = Policy({"apartments": 0, "complaints": 100, "area_m2": 0}, FIRST_POLICY.goalposts)
    set_policy(
        policy=Policy({"apartments": 100, "complaints": 0, "area_m2": 0}, FIRST_POLICY.goalposts),
        reason="x", user=None,
    )  # fmt: skip
    page = post(desk, "/plan/queue/scenarios/", **policy_data("scenario", other, name="Voices"))
    assert "Voices" in page
    assert "4 of 4 yards move" in page
    assert text_of(desk, f"/yards/{yards[3].pk}/")
    assert Scenario.objects.get().made_by.username == "planner"


def test_what_was_typed_is_not_lost(desk, yards):
    wrong = policy_data("scenario", FIRST_POLICY, name="Typed for an hour", weight_apartments=90)
    page = post(desk, "/plan/queue/scenarios/", **wrong)
    assert "message error" in page
    assert 'value="Typed for an hour"' in page
    assert '<details class="panel" open>' in page
    assert not Scenario.objects.exists()


def test_planners_do_not_set_the_policy(desk):
    assert desk.post("/plan/queue/policy/", {}).status_code == 403


# --- holds --------------------------------------------------------------------------------


def test_hold_and_release(desk, yards):
    page = post(desk, "/plan/holds/", yard=yards[0].pk, reason="Heat main first")
    assert "Heat main first" in page
    assert "on hold already" in post(desk, "/plan/holds/", yard=yards[0].pk, reason="again")
    assert "reason" in post(desk, f"/plan/holds/release/{yards[0].pk}/", reason=" ")
    assert YardHold.objects.active().count() == 1
    post(desk, f"/plan/holds/release/{yards[0].pk}/", reason="Renewed")
    assert not YardHold.objects.active().exists()


def test_a_second_hold_is_refused_with_what_was_typed(desk, yards):
    for _time in range(2):
        page = post(desk, "/plan/holds/", yard=yards[0].pk, reason="Heat main first")
    assert "This yard is on hold already" in page
    assert 'value="Heat main first"' in page
    assert YardHold.objects.count() == 1


@pytest.mark.parametrize("yard", ["", "x", "0", "99999999", "9" * 30])
def test_holds_of_no_yard(desk, yard):
    assert "message error" in post(desk, "/plan/holds/", yard=yard, reason="x")


# --- programmes ---------------------------------------------------------------------------


def start(desk, **change):
    return post(desk, "/plan/programmes/", **{
        "name": "Yards of 2027", "first_year": 2027, "budgets": "2500000 1,000,000",
        "reason": "Budget of the city", **change,
    })  # fmt: skip


def test_from_a_draft_to_a_revision(desk, yards):
    make_prices()
    take_snapshot(as_of=TODAY)
    assert "Draft" in start(desk)
    version = ProgrammeVersion.objects.get()
    assert version.budgets == [2_500_000, 1_000_000]
    at = f"/plan/programmes/{version.pk}/"
    assert "Proved to be the best" in post(desk, f"{at}choose/", method="exact")
    assert version.rows.count() == 3
    page = post(desk, f"{at}put/", yard=yards[3].pk, year=2028, reason="A school")
    assert "more than the budget" in page
    post(desk, f"{at}take-out/", yard=yards[2].pk, reason="Not now")
    page = post(desk, f"{at}put/", yard=yards[3].pk, year=2028, reason="A school")
    assert "A school" in page
    assert "Published on" in post(desk, f"{at}publish/")
    assert "frozen" in post(desk, f"{at}choose/", method="exact")
    page = post(desk, f"{at}revise/", budgets="2500000 2000000", reason="Refined")
    assert "version 2" in page
    second = ProgrammeVersion.objects.get(number=2)
    page = post(
        desk, f"/plan/programmes/{second.pk}/put/", yard=yards[2].pk, year=2028, reason="Back"
    )
    assert "What differs from version 1" in page
    assert "timeline-entry timeline-insert" in page
    lines = desk.get(f"/plan/programmes/{second.pk}.csv").content.decode("utf-8-sig").splitlines()
    assert len(lines) == 5
    assert lines[1].startswith("2027,1,")


def test_what_was_typed_is_there_after_a_refusal(desk, yards):
    """Yard, year and reason, whether the form or the service refuses; budgets of a revision too."""
    make_prices()
    take_snapshot(as_of=TODAY)
    start(desk)
    at = f"/plan/programmes/{ProgrammeVersion.objects.get().pk}/"
    for typed, why in (
        ({"yard": "Yard 1", "year": 2099, "reason": "A school there"}, "no such year"),
        ({"yard": "nowhere", "year": 2027, "reason": "A school there"}, "No yard has this address"),
    ):
        page = post(desk, f"{at}put/", **typed)
        assert why in page
        assert "A school there" in page
        assert f'value="{typed["yard"]}"' in page
        assert f'value="{typed["year"]}"' in page
    post(desk, f"{at}choose/", method="greedy")
    post(desk, f"{at}publish/")
    page = post(desk, f"{at}revise/", budgets="many", reason="The maslikhat cut it")
    assert "Write whole tenge" in page
    assert "The maslikhat cut it" in page
    assert ProgrammeVersion.objects.count() == 1


def test_it_is_said_that_choosing_takes_time(desk, yards):
    """What the script shows at once, with the line that screen readers listen to."""
    take_snapshot(as_of=TODAY)
    page = start(desk)
    assert page.count('data-working="') == 2
    assert '<p class="working small" role="status"></p>' in page
    assert "about 8 s at most" in page


@pytest.mark.parametrize(
    "change",
    [
        {"budgets": ""}, {"budgets": "-5"}, {"budgets": "many"}, {"budgets": "1 " * 11},
        {"budgets": "9" * 40}, {"budgets": "²"}, {"first_year": 1900}, {"name": " "},
        {"reason": ""},
    ],
)  # fmt: skip
def test_programmes_that_are_none(desk, change):
    take_snapshot(as_of=TODAY)
    assert "message error" in start(desk, **change)
    assert not Programme.objects.exists()


def test_without_prices_nothing_is_chosen(desk, yards):
    take_snapshot(as_of=TODAY)
    start(desk)
    version = ProgrammeVersion.objects.get()
    page = post(desk, f"/plan/programmes/{version.pk}/choose/", method="exact")
    assert "There is no unit price for" in page
    assert "message error" in post(desk, f"/plan/programmes/{version.pk}/choose/", method="magic")


def test_readers_read_and_change_nothing(client, desk, yards):
    take_snapshot(as_of=TODAY)
    start(desk)
    version = ProgrammeVersion.objects.get()
    client.force_login(make_user(Role.ANALYST, name="analyst"))
    assert "New programme" not in text_of(client, "/plan/programmes/")
    assert "Publish" not in text_of(client, f"/plan/programmes/{version.pk}/")
    client.post("/plan/programmes/", {"name": "x"})
    assert Programme.objects.count() == 1
    for action in ("choose", "put", "take-out", "publish", "revise"):
        assert client.post(f"/plan/programmes/{version.pk}/{action}/").status_code == 403


@pytest.mark.parametrize(
    "address", ["/plan/programmes/9999/", "/plan/programmes/9999.csv", "/plan/queue/scenarios/9/"]
)
def test_what_is_not_there(desk, address):
    assert desk.get(address).status_code == 404


def test_queries_do_not_grow(desk, yards, planner, django_assert_max_num_queries):
    take_snapshot(as_of=TODAY)
    start(desk)
    for yard in yards:
        hold_yard(yard=yard, reason="x", user=planner)
    version = ProgrammeVersion.objects.get()
    for address, limit in (
        ("/plan/", 12), ("/plan/queue/", 9), ("/plan/holds/", 8), ("/plan/programmes/", 8),
        (f"/plan/programmes/{version.pk}/", 11),
    ):  # fmt: skip
        with django_assert_max_num_queries(limit):
            desk.get(address)
