"""`import_tracks`: from a CSV file to rows of the table, and again."""

import datetime as dt
import time

import numpy as np
import pandas as pd
import pytest
from django.conf import settings

from layers.models import SnowplowTrack

pytestmark = pytest.mark.django_db
REAL = settings.CITYMAP_REAL_DATA / "snowplow_fixes_chicago.csv"


def rows(*minutes: int, vehicle: str = "K1", east: float = 0.0) -> str:
    """One fix a minute, a hundred metres apart."""
    return "".join(
        f"{vehicle},2024-12-10T{3 + m // 60:02d}:{m % 60:02d}:00Z,{69.1 + east + m * 0.0016:.5f},54.87,КДМ\n"  # noqa: E501
        for m in minutes
    )


@pytest.fixture
def fixes_file(tmp_path):
    def write(text: str):
        path = tmp_path / "fixes.csv"
        path.write_text("vehicle,time,lon,lat,kind\n" + text, encoding="utf-8")
        return path

    return write


def test_fixes_become_tracks(run, fixes_file):
    report = run("import_tracks", fixes_file(rows(0, 1, 2, 20, 21) + rows(0, 1, vehicle="K2")))

    assert report["layers"]["snowplow_track"]["created"] == 3
    assert report["layers"]["gps_fix"] | {"read": 7, "merged": 7} == report["layers"]["gps_fix"]
    first = SnowplowTrack.objects.order_by("vehicle", "started_at").first()
    assert (first.vehicle, first.vehicle_kind, first.fixes) == ("K1", "КДМ", 3)
    assert first.started_at == dt.datetime(2024, 12, 10, 3, 0, tzinfo=dt.UTC)
    assert first.ended_at - first.started_at == dt.timedelta(minutes=2)
    assert first.length_m == pytest.approx(first.geom.length, rel=0.001)
    assert first.length_m == pytest.approx(205, abs=3)


def test_the_same_file_again_writes_nothing(run, fixes_file):
    path = fixes_file(rows(0, 1, 2, 20, 21))
    run("import_tracks", path)

    counts = run("import_tracks", path)["layers"]["snowplow_track"]

    assert (counts["unchanged"], counts["created"], counts["updated"]) == (2, 0, 0)


def test_a_longer_file_lengthens_the_last_track(run, fixes_file):
    run("import_tracks", fixes_file(rows(0, 1, 2)))

    counts = run("import_tracks", fixes_file(rows(0, 1, 2, 3, 4, 30, 31)))["layers"]

    assert counts["snowplow_track"]["updated"] == 1
    assert counts["snowplow_track"]["created"] == 1
    assert SnowplowTrack.objects.count() == 2


def test_what_is_left_out_is_counted_and_named(run, fixes_file):
    report = run("import_tracks", fixes_file(rows(0, 1) + "K1,soon,69.1,54.8,\n" + rows(1, 50)))

    assert report["layers"]["gps_fix"]["skipped"] == 3
    assert {item["reason"].split(":")[0] for item in report["skipped"]} == {
        "the time cannot be read",
        "same vehicle and moment as another fix",
        "no second position of the vehicle near it in time",
    }


def test_gap_and_speed_are_options(run, fixes_file):
    path = fixes_file(rows(0, 1, 20, 21))

    assert run("import_tracks", path, "--max-gap", "3600")["layers"]["snowplow_track"]["read"] == 1


def test_dry_run_writes_nothing(run, fixes_file):
    run("import_tracks", fixes_file(rows(0, 1)), "--dry-run")

    assert not SnowplowTrack.objects.exists()


@pytest.mark.parametrize(
    "text, options, words",
    [
        (rows(0), [], "two fixes in two places"),
        (rows(0, 1, east=10), [], "outside the city"),
        (rows(0, 1), ["--max-gap", "0"], "above zero"),
        (rows(0, 1), ["--map", "lon"], "field=value pairs"),
        (rows(0, 1), ["--map", "speed=lon"], "no field 'speed'"),
        (rows(0, 1), ["--encoding", "klingon"], "no encoding 'klingon'"),
        (rows(0, 1), ["--bbox", "1,2,3"], "four numbers"),
    ],
)
def test_bad_input_changes_nothing(refused, fixes_file, text, options, words):
    assert words in refused("import_tracks", fixes_file(text), *options)
    assert not SnowplowTrack.objects.exists()


def test_a_file_that_is_not_there(refused, tmp_path):
    assert "there is no file" in refused("import_tracks", tmp_path / "no.csv")


@pytest.mark.realdata
@pytest.mark.skipif(not REAL.exists(), reason="CITYMAP_REAL_DATA has no snowplow fixes")
def test_real_snowplows_of_another_city(run, refused):
    assert "--anywhere" in refused("import_tracks", REAL)

    report = run("import_tracks", REAL, "--anywhere")

    assert report["layers"]["gps_fix"]["read"] == 1708
    assert report["layers"]["snowplow_track"]["created"] == 109
    lengths = np.array(SnowplowTrack.objects.values_list("length_m", flat=True))
    assert np.isfinite(lengths).all()
    assert 1000 < np.median(lengths) < 20_000
    assert run("import_tracks", REAL, "--anywhere")["layers"]["snowplow_track"]["unchanged"] == 109


@pytest.mark.slow
def test_a_winter_of_fixes_takes_less_than_a_minute(run, tmp_path):
    """A million fixes of sixty vehicles, out of order, with local times.

    Measured as time of the processor, so that other tests beside it do not count.
    """
    random = np.random.default_rng(109)
    per_vehicle, vehicles = 16_667, 60
    seconds = np.cumsum(np.where(random.random((vehicles, per_vehicle)) < 0.01, 7200, 30), axis=1)
    east = 69.06 + np.abs(np.cumsum(random.normal(0, 2e-4, seconds.shape), axis=1)) % 0.2
    table = pd.DataFrame(
        {
            "vehicle": np.repeat([f"{n:03d} KMV 15" for n in range(vehicles)], per_vehicle),
            "time": (pd.Timestamp("2023-11-15") + pd.to_timedelta(seconds.ravel(), unit="s")),
            "lon": east.ravel().round(6),
            "lat": (54.85 + random.random(seconds.size) * 0.0004).round(6),
        }
    )
    path = tmp_path / "winter.csv"
    table.sample(frac=1, random_state=1).to_csv(path, index=False)
    started = time.process_time()

    report = run("import_tracks", path)

    assert time.process_time() - started < 30
    assert report["layers"]["gps_fix"]["read"] == len(table)
    assert report["layers"]["snowplow_track"]["created"] > 9000
