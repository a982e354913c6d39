"""Surveys and stages that planners enter."""

import datetime as dt

import pytest
from django.utils import timezone

from citymap.accounts.models import Organization
from planning.choices import Stage
from planning.models import YardStage, YardSurvey
from planning.services.errors import NotPossibleNowError, PlanningRefusedError
from planning.services.programmes import publish_version, put_yard, start_programme
from planning.services.queue import take_snapshot
from planning.services.stages import record_stage
from tests.planning.town import TODAY, make_prices, make_yard

pytestmark = pytest.mark.django_db
MAY = dt.date(2026, 5, 1)


@pytest.fixture
def yard():
    return make_yard(0)


@pytest.fixture
def programme(yard, planner):
    make_prices()
    take_snapshot(as_of=TODAY)
    version = start_programme(
        name="Yards", first_year=2026, budgets=[10**9], reason="x", user=planner
    )
    put_yard(version=version, yard=yard, year=2026, reason="x", user=planner)
    return publish_version(version=version, user=planner).programme


@pytest.fixture
def builder():
    return Organization.objects.create(kind="contractor", name="Builder", bin="080440010873")


def reach(programme, yard, planner, stage, day=MAY, **more):
    return record_stage(
        programme=programme, yard=yard, stage=stage, reached_on=day, user=planner, **more
    )


def test_a_draft_has_no_stages(yard, planner):
    make_prices()
    take_snapshot(as_of=TODAY)
    version = start_programme(
        name="Yards", first_year=2026, budgets=[10**9], reason="x", user=planner
    )
    put_yard(version=version, yard=yard, year=2026, reason="x", user=planner)
    with pytest.raises(PlanningRefusedError, match="no published version"):
        reach(version.programme, yard, planner, Stage.DESIGN)
    assert not YardStage.objects.exists()


def test_stages_make_the_passport(programme, yard, planner, builder, client):
    reach(programme, yard, planner, Stage.DESIGN)
    reach(programme, yard, planner, Stage.CONTRACT, contractor=builder, contract_number="17",
          cost=5_000_000)  # fmt: skip
    reach(programme, yard, planner, Stage.GUARANTEE, guarantee_until=dt.date(2031, 5, 1))
    page = client.get(f"/yards/{yard.pk}/", headers={"accept-language": "en"}).content.decode()
    for words in ("Builder", "17", "5,000,000", "Guarantee until"):
        assert words in page


@pytest.mark.parametrize(
    "stage, more",
    [
        (Stage.CONTRACT, {}),
        (Stage.CONTRACT, {"contract_number": "17", "cost": 1}),
        (Stage.GUARANTEE, {}),
        (Stage.GUARANTEE, {"guarantee_until": MAY}),
        (Stage.DESIGN, {"day": dt.date(2100, 1, 1)}),
    ],
)
def test_stages_that_are_none(programme, yard, planner, stage, more):
    with pytest.raises(PlanningRefusedError):
        reach(programme, yard, planner, stage, **more)


def test_stages_come_once_and_in_order(programme, yard, planner):
    reach(programme, yard, planner, Stage.WORKS)
    with pytest.raises(NotPossibleNowError):
        reach(programme, yard, planner, Stage.WORKS)
    with pytest.raises(PlanningRefusedError, match="order"):
        reach(programme, yard, planner, Stage.DESIGN, day=MAY + dt.timedelta(1))
    with pytest.raises(PlanningRefusedError, match="order"):
        reach(programme, yard, planner, Stage.ACCEPTANCE, day=MAY - dt.timedelta(1))
    with pytest.raises(PlanningRefusedError, match="published"):
        reach(programme, make_yard(1), planner, Stage.DESIGN)


def test_pages(programme, yard, planner, builder, client):
    client.force_login(planner)
    today = timezone.localdate().isoformat()
    data = {"programme": programme.pk, "yard": yard.pk, "stage": "contract", "reached_on": today}
    client.post("/plan/stages/", data)
    client.post("/plan/stages/", {**data, "contractor_bin": "123"})
    assert not YardStage.objects.exists()
    data |= {"contractor_bin": builder.bin, "contract_number": "17", "cost": 5}
    assert client.post("/plan/stages/", data).status_code == 302
    assert YardStage.objects.get().contractor == builder
    survey = {"yard": yard.pk, "surveyed_on": today, "condition": "poor", "needs_work": "1",
              "land_ready": "true", "asphalt": "120.5"}  # fmt: skip
    assert client.post("/plan/surveys/", survey).status_code == 302
    found = YardSurvey.objects.get()
    assert (found.amounts, found.land_ready) == ({"asphalt": "120.5"}, True)
    assert found.demolition is None
    for change in (
        {"yard": "x"},
        {"surveyed_on": "2100-01-01"},
        {"asphalt": "-1"},
        {"needs_work": "z"},
    ):
        response = client.post("/plan/surveys/", {**survey, **change})
        assert response.status_code == 200
        assert b"message error" in response.content
    assert YardSurvey.objects.count() == 1
    for address in ("/plan/surveys/", "/plan/stages/"):
        assert client.get(address).status_code == 200
