"""State and year of yards: on the map's tiles, in the legend, on the place card."""

import datetime as dt

import pytest
from django.db import connection
from django.utils import timezone

from citymap.geo import lon_lat
from citymap.tiles.models import DirtyTile
from citymap.tiles.registry import layers
from citymap.tiles.triggers import tables_read
from planning.choices import ChosenBy, Stage, YardState
from planning.models import YardStage
from planning.services.programmes import fill_draft, publish_version, put_yard, start_programme
from planning.services.queue import hold_yard, release_yard, take_snapshot
from planning.yardstates import yards_with_state
from tests.planning.town import TODAY, make_prices, make_yard, survey

pytestmark = pytest.mark.django_db


def states() -> dict[int, tuple]:
    return {row.pk: (row.state, row.year, row.place) for row in yards_with_state()}


def publish(yards, years, planner, name="Yards"):
    version = start_programme(
        name=name, first_year=min(years), budgets=[10**9] * (max(years) - min(years) + 1),
        reason="Budget", user=planner,
    )  # fmt: skip
    for yard, year in zip(yards, years, strict=True):
        put_yard(version=version, yard=yard, year=year, reason="Agreed", user=planner)
    return publish_version(version=version, user=planner)


def finish(version, yard, planner, day):
    YardStage.objects.create(
        programme=version.programme, yard=yard, stage=Stage.ACCEPTANCE, reached_on=day,
        made_by=planner,
    )  # fmt: skip


def test_a_state_for_every_case(planner):
    make_prices()
    this_year = timezone.localdate().year
    yards = [make_yard(n, apartments=300 - n) for n in range(9)]
    for yard in yards[:6]:
        survey(yard)
    survey(yards[6], needs_work=False)
    survey(yards[7], land_ready=False)
    take_snapshot(as_of=TODAY)
    version = publish(yards[:4], [this_year - 1, this_year - 1, this_year, this_year + 1], planner)
    finish(version, yards[0], planner, dt.date(this_year - 1, 9, 1))
    hold_yard(yard=yards[4], reason="Heat main first", user=planner)
    assert [states()[yard.pk] for yard in yards] == [
        (YardState.DONE, this_year - 1, 1),
        (YardState.THIS_YEAR, this_year - 1, 2),  # late is not done
        (YardState.THIS_YEAR, this_year, 3),
        (YardState.PLANNED, this_year + 1, 4),
        (YardState.HELD, None, 5),
        (YardState.QUEUED, None, 6),
        (YardState.NOT_NEEDED, None, 7),
        (YardState.HELD, None, 8),
        (YardState.QUEUED, None, 9),  # nobody has looked yet: its place is all that is known
    ]


def test_done_once_and_planned_anew(planner):
    make_prices()
    yard = make_yard(0)
    survey(yard)
    take_snapshot(as_of=TODAY)
    old = publish([yard], [2021], planner, name="Old")
    finish(old, yard, planner, dt.date(2021, 9, 1))
    assert states()[yard.pk][:2] == (YardState.DONE, 2021)
    publish([yard], [timezone.localdate().year + 1], planner, name="New")
    assert states()[yard.pk][0] == YardState.PLANNED


def test_drafts_show_nowhere(planner):
    make_prices()
    yard = make_yard(0)
    survey(yard)
    take_snapshot(as_of=TODAY)
    version = start_programme(
        name="Secret", first_year=2027, budgets=[10**9], reason="Budget", user=planner
    )
    fill_draft(version=version, method=ChosenBy.EXACT, user=planner)
    assert states()[yard.pk][0] == YardState.QUEUED


def test_the_layer_is_public_with_a_legend_for_every_state(client):
    tree = client.get("/styles/light.json").json()["metadata"]["citymap:layers"]
    (entry,) = [one for one in tree if one["name"] == "yard_state"]
    assert entry["visible"]
    assert len(entry["legend"]) == len(YardState)
    assert len({one["color"] for one in entry["legend"]}) == len(YardState)
    assert [one["shape"] for one in entry["legend"]].count("hatch") == 1
    assert client.get("/tiles/yards.json").json()["vector_layers"][0]["id"] == "yard_state"


def test_whatever_makes_a_state_redraws_the_tiles(planner):
    with connection.cursor() as cursor:
        read = tables_read(cursor, layers.get("yard_state"))
    assert {
        "layers_yard", "planning_programmeyard", "planning_programmeversion", "planning_yardstage",
        "planning_yardhold", "planning_yardsurvey", "planning_queuerow",
        "planning_queuesnapshot",
    } <= read  # fmt: skip
    yard = make_yard(0)
    DirtyTile.objects.all().delete()
    hold_yard(yard=yard, reason="Heat main first", user=planner)
    assert DirtyTile.objects.filter(source="yards").exists()
    DirtyTile.objects.all().delete()
    release_yard(yard=yard, reason="Laid", user=planner)
    assert DirtyTile.objects.filter(source="yards").exists()


def test_the_place_card_says_it_and_leads_to_why(client):
    yard = make_yard(0)
    survey(yard)
    take_snapshot(as_of=TODAY)
    lon, lat = lon_lat(yard.geom.centroid)
    answer = client.get(f"/api/place/?lon={lon}&lat={lat}", headers={"accept-language": "en"})
    (section,) = [one for one in answer.json()["sections"] if one["name"] == "yard_plan"]
    (item,) = section["items"]
    assert item["url"] == f"/yards/{yard.pk}/"
    assert item["facts"] == [{"label": "Place in the queue", "value": "1"}]
