"""What fewer than three people wrote is in nothing that everybody may read.

Two people write other words on other days, or are other people: then every public answer stays
what it was, byte by byte: tiles, lists, open data, feed, place card, programme. (The yard's own
page has tests in test_portal.py.) What planners read of single messages is closed to the public.
"""

import datetime as dt
import re

import pytest
from django.utils import timezone

from citymap.geo import lon_lat
from citymap.tiles.grid import tile_at
from citymap.tiles.mvt import render
from citymap.tiles.registry import layers_of, sources
from planning.choices import ReportKind, Theme
from planning.models import Event, QueueSnapshot
from planning.portal.said import LEAST_PEOPLE
from planning.services.programmes import publish_version, put_yard, start_programme
from planning.services.queue import take_snapshot
from planning.services.reports import make_report
from tests.planning.town import TODAY, make_event, make_prices, make_yard, survey
from tests.support.tiles import decode_tile

pytestmark = pytest.mark.django_db
# Zooms at which the layer of yards has its few, more and all fields.
ZOOMS = (12, 14, 16)
# What differs in a page from one look to the next whatever it says.
_OF_THE_LOOK = re.compile(rb'(nonce|name="csrfmiddlewaretoken" value)="[^"]*"')
# Everything that a yard on the public map says of itself.
SAID_BY_TILES = {"state", "year", "place", "label", "year_sign", "place_sign"}


@pytest.fixture
def programme(planner):
    """Two yards, one of them in a published programme: so feed and programme have something."""
    make_prices()
    yards = [make_yard(number) for number in range(2)]
    for yard in yards:
        survey(yard)
    take_snapshot(as_of=TODAY)
    version = start_programme(
        name="Yards", first_year=2026, budgets=[10**9], reason="Budget", user=planner
    )
    put_yard(version=version, yard=yards[0], year=2026, reason="Agreed", user=planner)
    return publish_version(version=version, user=planner)


def public_answers(client, version) -> dict[str, bytes]:
    """All that strangers read of a yard, by address, but its page."""
    yard = version.rows.get().yard
    lon, lat = lon_lat(yard.geom.point_on_surface)
    addresses = [
        "/yards/", "/yards.csv", "/yards.geojson", "/api/yards/queue/",
        f"/yards/{yard.pk}.geojson", f"/yards/{yard.pk}.atom", f"/api/place/?lon={lon}&lat={lat}",
        "/yards/programmes/", *(
            f"/yards/programmes/{version.programme_id}{end}" for end in ("/", ".csv", ".geojson")
        ),
    ]  # fmt: skip
    said = {}
    for address in addresses:
        answer = client.get(address, headers={"accept-language": "en"})
        assert answer.status_code == 200, address
        said[address] = _OF_THE_LOOK.sub(b"", b"".join(answer))
    for zoom in ZOOMS:
        tile = tile_at(lon, lat, zoom)
        drawn = render(layers_of("yards"), tile).data
        said[f"tile {zoom}"] = drawn
        features = decode_tile(drawn, tile)["yard_state"].features
        assert features
        assert set().union(*(one.properties for one in features)) <= SAID_BY_TILES
    return said


def test_details_of_two_people_are_in_no_public_answer(client, programme):
    """First nobody, then two people write of lighting or of water, today or a month ago."""
    assert LEAST_PEOPLE == 3
    today = timezone.localdate()
    nobody = public_answers(client, programme)
    for theme, day, people in (
        (Theme.LIGHTING, today, (1, 2)),
        (Theme.WATER, today - dt.timedelta(30), (3, 4)),
    ):
        Event.objects.all().delete()
        for person in people:
            make_event(person, theme=theme, person=person, day=day)
        take_snapshot(as_of=TODAY)
        for what, said in public_answers(client, programme).items():
            assert said == nobody[what], what


def test_two_complaints_tell_neither_who_nor_when(client, programme):
    """Of complaints about the yard itself their number is public, and nothing else."""
    told = []
    for people, days in (((1, 2), 1), ((8, 9), 8)):
        Event.objects.all().delete()
        QueueSnapshot.objects.exclude(pk=programme.queue_id).delete()
        for person in people:
            make_event(person, person=person, dx=40 + days, day=TODAY - dt.timedelta(days))
        take_snapshot(as_of=TODAY)
        told.append(public_answers(client, programme))
    assert b'"complaints": 2.0' in told[0]["/api/yards/queue/"]
    assert told[0] == told[1]


def test_fifty_messages_of_one_person_are_one_in_every_public_answer(client, programme):
    told = []
    for messages in (1, 50):
        Event.objects.all().delete()
        QueueSnapshot.objects.exclude(pk=programme.queue_id).delete()
        for number in range(messages):
            make_event(number, person=7, dx=50 + number % 3)
        take_snapshot(as_of=TODAY)
        told.append(public_answers(client, programme))
    assert told[0] == told[1]


def test_what_shows_single_messages_is_closed_to_the_public(client, db):
    """Maps of appeals and hotspots, and the pages and PDFs of reports with their places."""
    assert {name for name in ("hotspots", "appeals") if not sources.get(name).public} == {
        "hotspots", "appeals",
    }  # fmt: skip
    for name in ("hotspots", "appeals"):
        assert client.get(f"/tiles/{name}/14/11340/5193.mvt").status_code == 403
    report = make_report(
        kind=ReportKind.QUARTER, since=dt.date(2026, 1, 1), until=dt.date(2026, 4, 1),
        as_of=timezone.now(), user=None,
    )  # fmt: skip
    for address in (f"/plan/reports/{report.pk}/", f"/plan/reports/{report.pk}.pdf",
                    "/plan/events/", "/plan/chronicle/"):  # fmt: skip
        answer = client.get(address)
        assert answer.status_code == 302
        assert answer.url.startswith("/accounts/login/")
