"""Yards in a published programme are a reason not to dig."""

import datetime as dt

import pytest
from django.contrib.gis.geos import LineString

from citymap.geo import city_srid
from earthworks.conflict_registry import Dig
from earthworks.shapes import trench
from planning.conflicts import yards_in_programmes
from planning.services.programmes import publish_version, put_yard, start_programme
from planning.services.queue import take_snapshot
from tests.planning.town import TODAY, X, Y, make_prices, make_yard, survey

pytestmark = pytest.mark.django_db


def dig(year: int, east_m: float = 40.0) -> Dig:
    line = LineString((X + east_m, Y + 50), (X + east_m + 20, Y + 50), srid=city_srid())
    day = dt.date(year, 6, 1)
    return Dig(geom=trench(line, 1.5), begins_on=day, ends_on=day)


def test_dig_first_and_pave_after(planner, head):
    make_prices()
    yard = make_yard(0)
    survey(yard, asphalt=100)
    take_snapshot(as_of=TODAY)
    version = start_programme(
        name="Yards", first_year=2027, budgets=(5_000_000,), reason="budget", user=planner
    )
    put_yard(version=version, yard=yard, year=2027, reason="first", user=planner)
    assert yards_in_programmes(dig(2027)) == []
    publish_version(version=version, user=head)
    (found,) = yards_in_programmes(dig(2027))
    assert (found.needs_reason, found.overlap_m2) == (True, 30.0)
    assert "2027" in found.title
    (early,) = yards_in_programmes(dig(2026))
    assert not early.needs_reason
    assert yards_in_programmes(dig(2028)) == []
    assert yards_in_programmes(dig(2027, east_m=200.0)) == []
