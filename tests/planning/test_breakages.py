"""Breakage rates of the network's segments: what is counted, over how long, beside which class."""

import datetime as dt

import pytest
from django.contrib.gis.geos import LineString

from layers.models import NetworkSegment
from planning.models import Event, SegmentRate
from planning.services.breakages import refresh_rates
from tests.planning.town import APART, TODAY, X, Y, make_event

pytestmark = pytest.mark.django_db
YEAR = dt.timedelta(365)


def pipe(number: int, *, material="steel", laid=1975, kind="heat") -> NetworkSegment:
    """100 m of pipe, 300 m from the next one."""
    west = X + number * APART
    return NetworkSegment.objects.create(
        source="manual", source_id=f"p{number}", valid_from=dt.date(2020, 1, 1), kind=kind,
        material=material, laid_year=laid, geom=LineString((west, Y), (west + 100, Y)),
    )  # fmt: skip


def break_at(number: int, *, key: int, dy=5.0, day=TODAY - YEAR, theme="heat", source="breakages"):
    event = make_event(key, yard=number, dx=50, dy=dy, day=day, theme=theme)
    Event.objects.filter(pk=event.pk).update(source=source)


def rate(segment: NetworkSegment) -> SegmentRate:
    return SegmentRate.objects.get(segment=segment)


def test_breakages_of_the_network_within_30_m_are_counted():
    pipes = [pipe(number) for number in range(12)]
    for key in range(3):
        break_at(0, key=key)
    break_at(1, key=10, source="incidents")
    break_at(2, key=11, source="appeals")
    break_at(3, key=12, theme="water")
    break_at(4, key=13, dy=31.0)
    break_at(5, key=14, day=TODAY + dt.timedelta(1))
    break_at(6, key=15, day=TODAY)
    assert refresh_rates(today=TODAY) == 12
    assert [rate(one).breaks for one in pipes[:8]] == [3, 1, 0, 0, 0, 0, 1, 0]
    # A year and a day since the first breakage known; 100 m of pipe.
    assert rate(pipes[0]).years == pytest.approx(366 / 365.25)
    assert rate(pipes[0]).raw == pytest.approx(3 / 0.1 / (366 / 365.25))
    # Asked again nothing doubles; a pipe that was taken out goes.
    pipes[0].valid_to = TODAY
    pipes[0].save()
    assert refresh_rates(today=TODAY) == 11
    assert SegmentRate.objects.count() == 11


def test_no_more_than_five_years_count():
    pipes = [pipe(0), pipe(1)]
    break_at(0, key=1, day=TODAY - 6 * YEAR)
    break_at(1, key=2, day=TODAY - 4 * YEAR)
    refresh_rates(today=TODAY)
    assert [rate(one).breaks for one in pipes] == [0, 1]
    assert rate(pipes[0]).years == pytest.approx(5, abs=0.01)


def test_few_days_are_no_year():
    """One breakage yesterday is not 365 a year."""
    found = pipe(0)
    break_at(0, key=1, day=TODAY - dt.timedelta(1))
    refresh_rates(today=TODAY)
    assert rate(found).years == 0.5


def test_a_breakage_is_that_of_the_nearest_pipe():
    near = pipe(0)
    far = NetworkSegment.objects.create(
        source="manual", source_id="far", valid_from=dt.date(2020, 1, 1), kind="heat",
        geom=LineString((X, Y + 20), (X + 100, Y + 20)),
    )  # fmt: skip
    NetworkSegment.objects.create(
        source="manual", source_id="gone", valid_from=dt.date(2020, 1, 1), valid_to=TODAY,
        kind="heat", geom=LineString((X, Y + 8), (X + 100, Y + 8)),
    )  # fmt: skip
    break_at(0, key=1, dy=8.0)
    break_at(0, key=2, dy=15.0)
    refresh_rates(today=TODAY)
    assert (rate(near).breaks, rate(far).breaks) == (1, 1)


@pytest.mark.parametrize("other", [{"material": "plastic"}, {"laid": 2015}, {"kind": "water"}])
def test_a_class_is_of_one_network_material_and_decade(other):
    """Where nothing of a class ever broke, none of it is expected to."""
    old = [pipe(number) for number in range(12)]
    new = [pipe(number, **other) for number in range(12, 24)]
    for number in range(12):
        for again in range(9 if number % 2 else 1):
            break_at(number, key=10 * number + again)
    refresh_rates(today=TODAY)
    assert [rate(one).shrunk for one in new] == [0.0] * 12
    shrunk = [rate(one).shrunk for one in old]
    assert min(shrunk) > 0
    # A class's best and worst are drawn towards its middle.
    raw = [rate(one).raw for one in old]
    assert min(raw) < min(shrunk) < max(shrunk) < max(raw)
