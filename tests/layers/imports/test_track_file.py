"""Reading GPS fixes: columns, spellings of time, the clocks of 2024-03-01."""

from zoneinfo import ZoneInfo

import numpy as np
import pandas as pd
import pytest

from layers.imports.errors import ImportRefusedError
from layers.imports.track_file import read_track_file, utc_moments

ALMATY = ZoneInfo("Asia/Almaty")


def read(path, **changes):
    options = {"mapping": {}, "zone": ALMATY, "max_mb": 10, "encoding": None} | changes
    return read_track_file(path, **options)


def moments(*texts: str, vehicle=None, zone: ZoneInfo = ALMATY) -> list[str]:
    codes = np.zeros(len(texts), dtype=np.int64) if vehicle is None else np.array(vehicle)
    return [str(m) for m in utc_moments(pd.Series(texts), vehicle=codes, zone=zone)[0]]


@pytest.mark.parametrize(
    "text, utc",
    [
        ("2024-02-10 12:00:00", "2024-02-10T06:00:00.000000"),
        ("2024-03-10 12:00:00", "2024-03-10T07:00:00.000000"),
        ("2024-03-10T12:00:00Z", "2024-03-10T12:00:00.000000"),
        ("2024-03-10 12:00:00+05:00", "2024-03-10T07:00:00.000000"),
        ("2024-03-10 12:00:00.250+05", "2024-03-10T07:00:00.250000"),
        ("10.03.2024 12:00:30", "2024-03-10T07:00:30.000000"),
        ("10.03.2024 12:00", "2024-03-10T07:00:00.000000"),
        ("1710054000", "2024-03-10T07:00:00.000000"),
        ("1710054000250", "2024-03-10T07:00:00.250000"),
        ("31.02.2024 12:00", "NaT"),
        ("0001-01-01 00:00:00", "NaT"),
        ("вчера", "NaT"),
        ("", "NaT"),
    ],
)
def test_spellings_of_a_moment(text, utc):
    assert moments(text) == [utc]


def test_a_file_may_mix_spellings():
    assert (
        moments("2024-03-10T07:00:00Z", "10.03.2024 12:00:00", "1710054000")
        == ["2024-03-10T07:00:00.000000"] * 3
    )


def test_the_clock_set_back_on_the_night_to_2024_03_01():
    """23:00 to 24:00 of 29 February happened twice: first at +06, then at +05."""
    night = ["22:59:30", "23:30:00", "23:59:30", "23:00:00", "23:30:00"]
    found = moments(*(f"29.02.2024 {clock}" for clock in night), "01.03.2024 00:00:00")

    assert found == [
        f"2024-02-29T{clock}.000000"
        for clock in ("16:59:30", "17:30:00", "17:59:30", "18:00:00", "18:30:00", "19:00:00")
    ]


def test_each_vehicle_turns_its_own_clock():
    found = moments(
        "2024-02-29 23:50:00", "2024-02-29 23:55:00", "2024-02-29 23:05:00", "2024-02-29 23:56:00",
        vehicle=[0, 1, 0, 1],
    )  # fmt: skip

    assert [moment[11:16] for moment in found] == ["17:50", "17:55", "18:05", "17:56"]


def test_times_that_never_happened_are_moved_on():
    berlin = ZoneInfo("Europe/Berlin")

    assert moments("2024-03-31 02:30:00", zone=berlin) == ["2024-03-31T01:00:00.000000"]


def test_repeated_hours_are_noted():
    notes = utc_moments(
        pd.Series(["29.02.2024 23:30"]), vehicle=np.zeros(1, dtype=int), zone=ALMATY
    )[1]

    assert len(notes) == 1


def test_a_russian_file(tmp_path):
    path = tmp_path / "fixes.csv"
    path.write_bytes(
        "Госномер;Дата и время;Широта;Долгота;Вид техники\r\n"
        "123 ABC 15;10.12.2024 08:00:00;54,87;69,15;КДМ\r\n"
        "123 ABC 15 ;10.12.2024 08:00:30;54,871;69,15;\r\n".encode("cp1251")
    )

    file = read(path)

    assert file.vehicles.tolist() == ["123 ABC 15"]
    assert file.kinds.tolist() == ["КДМ"]
    assert file.fixes.lat.tolist() == [54.87, 54.871]
    assert file.refused == {}


def test_columns_by_name_of_ones_own(tmp_path):
    path = tmp_path / "fixes.csv"
    path.write_text("a,b,c,d\nK1,2024-12-10T03:00:00Z,69.1,54.8\n")

    file = read(path, mapping={"vehicle": "a", "time": "b", "lon": "c", "lat": "d"})

    assert file.fixes.lon.tolist() == [69.1]


def test_unusable_rows_are_listed_by_reason(tmp_path):
    path = tmp_path / "fixes.csv"
    path.write_text(
        "vehicle,time,lon,lat\n"
        "K1,2024-12-10T03:00:00Z,69.1,54.8\n"
        ",2024-12-10T03:00:00Z,69.1,54.8\n"
        "K1,soon,69.1,54.8\n"
        "K1,2024-12-10T03:00:00Z,nan,54.8\n"
        "K1,2024-12-10T03:00:00Z,inf,54.8\n"
        "K1,2024-12-10T03:00:00Z,690,54.8\n"
        "K1,2024-12-10T03:00:00Z,0,0\n"
        "K1,2024-12-10T03:00:00Z,,54.8\n"
    )

    file = read(path)

    assert len(file.fixes) == 1
    assert file.refused == {
        "no vehicle": [2],
        "the time cannot be read": [3],
        "a coordinate is not a finite number": [4, 5, 8],
        "not a position on the earth": [6],
        "position 0, 0: the receiver had no signal": [7],
    }


@pytest.mark.parametrize(
    "text, words",
    [
        ("", "is empty"),
        ("vehicle,time,lon,lat\n", "has no rows"),
        ("vehicle,time,lon\nK1,2024-12-10,69\n", "--map lat=COLUMN"),
        ("vehicle,time,lon,lat\nK1,soon,69.1,54.8\n", "no usable fix"),
    ],
)
def test_files_that_hold_nothing_are_refused(tmp_path, text, words):
    path = tmp_path / "fixes.csv"
    path.write_text(text)

    with pytest.raises(ImportRefusedError, match=words):
        read(path)


def test_a_column_that_is_not_there_is_named(tmp_path):
    path = tmp_path / "fixes.csv"
    path.write_text("vehicle,time,lon,lat\nK1,2024-12-10T03:00:00Z,69.1,54.8\n")

    with pytest.raises(ImportRefusedError, match="no column 'time_utc'; did you mean 'time'"):
        read(path, mapping={"time": "time_utc"})
