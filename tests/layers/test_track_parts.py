"""Parts of snowplow tracks follow their tracks, whoever writes them."""

import datetime as dt

import pytest
from django.contrib.gis.db.models import Union
from django.contrib.gis.geos import LineString
from django.db import connection

from citymap.geo import city_srid
from layers.models import SnowplowTrack, SnowplowTrackPart

pytestmark = pytest.mark.django_db
START = dt.datetime(2026, 1, 10, 6, tzinfo=dt.UTC)


def _line(fixes, north=0.0):
    return LineString([(20.0 * i, north + i % 2) for i in range(fixes)], srid=city_srid())


def _track(name, line):
    return SnowplowTrack.objects.create(
        source="test", source_id=name, valid_from=START.date(), vehicle=name, started_at=START,
        ended_at=START, fixes=len(line), length_m=line.length, geom=line,
    )  # fmt: skip


@pytest.mark.parametrize("fixes, parts", [(2, 1), (16, 1), (17, 1), (18, 2), (33, 2), (34, 3)])
def test_a_track_is_cut_into_parts_that_make_it_up(fixes, parts):
    track = _track("plow", _line(fixes))
    assert track.parts.count() == parts
    assert all(len(part.geom) <= 17 for part in track.parts.all())
    whole = track.parts.aggregate(whole=Union("geom"))["whole"]
    assert whole.length == pytest.approx(track.geom.length)


def test_parts_follow_a_changed_track_and_leave_others_alone():
    track, other = _track("plow", _line(40)), _track("other", _line(20, north=500))
    before = set(other.parts.values_list("pk", flat=True))
    track.geom = _line(20, north=900)
    track.save()
    assert track.parts.count() == 2
    assert min(part.geom.extent[1] for part in track.parts.all()) == 900
    assert set(other.parts.values_list("pk", flat=True)) == before


def test_a_change_of_other_columns_leaves_the_parts():
    track = _track("plow", _line(40))
    before = set(track.parts.values_list("pk", flat=True))
    SnowplowTrack.objects.update(vehicle_kind="КамАЗ")
    assert set(track.parts.values_list("pk", flat=True)) == before


def test_parts_go_with_their_track_also_in_plain_sql():
    _track("plow", _line(40))
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM layers_snowplowtrack")
    assert not SnowplowTrackPart.objects.exists()


@pytest.mark.usefixtures("runtime_role")
def test_the_runtime_role_writes_parts_too():
    assert _track("plow", _line(40)).parts.count() == 3
