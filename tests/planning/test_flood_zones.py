"""Flood zones come from all past springs; problems and zones are outlined on the map."""

import datetime as dt

import mapbox_vector_tile
import pytest
from django.contrib.gis.db.models.functions import PointOnSurface

from citymap.accounts.choices import Role
from citymap.tiles.grid import WORLD_HALF_M, Tile, tile_width
from citymap.tiles.mvt import render
from citymap.tiles.registry import layers_of
from planning.choices import ProblemKind, Theme
from planning.models import Cluster, HotspotRun, Problem
from planning.services import problems
from planning.services.hotspots import find_hotspots
from planning.services.routine import search_all_themes
from tests.planning.test_problems import EN, zone
from tests.planning.town import TODAY, make_event, make_user

pytestmark = pytest.mark.django_db
YEAR = dt.timedelta(365)


def flooded(day: dt.date, *, yard: int, first: int, count: int = 6) -> None:
    for number in range(count):
        make_event(first + number, yard=yard, dx=4.0 * number, day=day, theme=Theme.FLOODING)


def test_a_place_that_was_flooded_years_ago_is_a_zone_still():
    flooded(dt.date(2023, 4, 10), yard=0, first=0)
    flooded(dt.date(2026, 4, 12), yard=4, first=100)
    # Rain in summer makes no zone.
    flooded(dt.date(2025, 8, 12), yard=8, first=200)
    assert search_all_themes(today=TODAY) == 1
    assert search_all_themes(today=TODAY) == 0
    run = HotspotRun.objects.get()
    assert (run.theme, run.springs_since) == (Theme.FLOODING, dt.date(2023, 1, 1))
    zones = problems.proposals(kind=ProblemKind.FLOOD_ZONE)
    assert sorted(one.cluster.first_at.year for one in zones) == [2023, 2026]


def test_after_a_dry_year_zones_are_proposed_all_the_same():
    flooded(dt.date(2024, 4, 10), yard=0, first=0)
    assert search_all_themes(today=TODAY) == 1
    (proposal,) = problems.proposals(kind=ProblemKind.FLOOD_ZONE)
    assert proposal.cluster.events == 6


def test_a_search_of_one_period_takes_no_zone_away():
    flooded(dt.date(2024, 4, 10), yard=0, first=0)
    search_all_themes(today=TODAY)
    find_hotspots(theme=Theme.FLOODING, since=TODAY - YEAR, until=TODAY)
    assert len(problems.proposals(kind=ProblemKind.FLOOD_ZONE)) == 1


def test_a_zone_keeps_its_number_from_day_to_day_and_is_opened_once():
    flooded(dt.date(2023, 4, 10), yard=0, first=0)
    search_all_themes(today=TODAY)
    cluster = Cluster.objects.get()
    problems.open_problem(
        title="Low bank", theme=Theme.FLOODING, geom=cluster.geom, today=TODAY, user=None,
        kind=ProblemKind.FLOOD_ZONE, cluster=cluster.number,
    )  # fmt: skip
    search_all_themes(today=TODAY + dt.timedelta(1))
    assert problems.proposals(kind=ProblemKind.FLOOD_ZONE) == []


def test_the_zone_s_page_counts_springs(client):
    problem = zone()
    flooded(dt.date(2024, 4, 10), yard=0, first=0, count=3)
    flooded(dt.date(2025, 4, 10), yard=0, first=50, count=2)
    flooded(dt.date(2025, 9, 10), yard=0, first=80, count=4)
    client.force_login(make_user(Role.ANALYST, name="reader"))
    page = client.get(f"/plan/problems/{problem.pk}/", headers=EN)
    assert list(page.context["springs"]) == [(2025, 2), (2024, 3)]
    assert "2025: 2, 2024: 3" in " ".join(page.content.decode().split())
    assert "timeline-entry timeline-insert" in page.content.decode()


# --- on the map -----------------------------------------------------------------------------
def _tiles_around(problem: Problem, z: int) -> list[dict]:
    """The features of the problem's layer in the tile of its anchor and its eight neighbours."""
    rows = Problem.objects.filter(pk=problem.pk).annotate(spot=PointOnSurface("geom_3857"))
    spot, width = rows.get().spot, tile_width(z)
    x, y = int((spot.x + WORLD_HALF_M) // width), int((WORLD_HALF_M - spot.y) // width)
    layer = next(one for one in layers_of("hotspots") if one.name == "problem")
    found = []
    for dx in (-1, 0, 1):
        for dy in (-1, 0, 1):
            drawn = render([layer], Tile(z, x + dx, y + dy)).data
            rows = mapbox_vector_tile.decode(drawn).get("problem", {"features": []})
            found += [one["properties"] for one in rows["features"]]
    return found


def test_open_problems_are_outlined_and_named_once():
    problem = zone()
    found = _tiles_around(problem, 18)
    # At zoom 18 an outline of 200 m lies in several tiles; one of them carries its name.
    assert len(found) > 1
    assert {one["kind"] for one in found} == {"flood_zone"}
    assert [one["sign"] for one in found if "sign" in one] == ["Low bank"]
    problems.end_problem(problem=problem, solved=True, reason="drained", today=TODAY, user=None)
    assert _tiles_around(problem, 18) == []


def test_who_may_see_the_layer(client, planner):
    zone()
    assert client.get("/tiles/hotspots.json").status_code == 403
    client.force_login(planner)
    names = {one["id"] for one in client.get("/tiles/hotspots.json").json()["vector_layers"]}
    assert "problem" in names
