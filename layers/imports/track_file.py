"""Reading GPS fixes from CSV: columns, moments in UTC, positions."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from zoneinfo import ZoneInfo

import numpy as np
import pandas as pd

from layers.imports.csvfile import read_csv
from layers.imports.errors import ImportRefusedError
from layers.imports.files import check_file
from layers.imports.matching import match_columns
from layers.imports.tracks import Fixes

COLUMN_NAMES: Mapping[str, tuple[str, ...]] = {
    "vehicle": ("vehicle", "vehicle_id", "asset", "assetname", "device", "imei", "unit", "id",
                "госномер", "гос номер", "номер", "машина", "техника", "борт"),
    "time": ("time", "t", "timestamp", "datetime", "date_time", "gps_time", "ts",
             "время", "дата", "дата время", "дата и время"),
    "lon": ("lon", "longitude", "lng", "long", "x", "долгота"),
    "lat": ("lat", "latitude", "y", "широта"),
    "kind": ("kind", "type", "assettype", "vehicle_type", "тип", "вид", "вид техники"),
}  # fmt: skip
REQUIRED = ("vehicle", "time", "lon", "lat")
LOCAL_FORMATS = ("%d.%m.%Y %H:%M:%S", "%d.%m.%Y %H:%M", "%d/%m/%Y %H:%M:%S", "%d/%m/%Y %H:%M")
# A second pass through the repeated hour is known by time that jumps back by this much.
TURNED_BACK = np.timedelta64(30, "m")
VEHICLE_LENGTH, KIND_LENGTH = 60, 100
FIRST_YEAR, LAST_YEAR = 1990, 2200


@dataclass(frozen=True, slots=True)
class TrackFile:
    """Usable fixes, the words behind the vehicle codes, and the rows left out by reason."""

    fixes: Fixes
    vehicles: np.ndarray
    kinds: np.ndarray
    read: int
    refused: dict[str, list[int]]
    notes: list[str]


def read_track_file(
    path: Path, *, mapping: Mapping[str, str], zone: ZoneInfo, max_mb: int, encoding: str | None
) -> TrackFile:
    """Read fixes; rows that cannot be used are listed by reason, counted from 1.

    Moments without an offset are local time in `zone`. Raises ImportRefusedError when the file
    has no usable row or lacks a column.
    """
    check_file(path, max_mb=max_mb)
    table = read_csv(path, name=path.name, encoding=encoding)
    columns = match_columns(list(table.columns), COLUMN_NAMES, chosen=mapping)
    if missing := [name for name in REQUIRED if name not in columns]:
        raise ImportRefusedError(
            f"{path.name} has no column for {', '.join(missing)}: name it with"
            f" --map {missing[0]}=COLUMN (columns: {', '.join(table.columns)})"
        )
    if table.empty:
        raise ImportRefusedError(f"{path.name} has no rows")
    codes, vehicles = _factorized(table[columns["vehicle"]], max_length=VEHICLE_LENGTH)
    moments, notes = utc_moments(table[columns["time"]], vehicle=codes, zone=zone)
    lon, lat = (_numbers(table[columns[name]]) for name in ("lon", "lat"))
    refused = _refused(
        {
            "no vehicle": vehicles[codes] == "",
            "the time cannot be read": np.isnat(moments),
            "a coordinate is not a finite number": ~(np.isfinite(lon) & np.isfinite(lat)),
            "not a position on the earth": (np.abs(lon) > 180) | (np.abs(lat) > 90),
            "position 0, 0: the receiver had no signal": (lon == 0) & (lat == 0),
        }
    )
    good = np.ones(len(table), dtype=bool)
    good[[row - 1 for rows in refused.values() for row in rows]] = False
    if not good.any():
        reasons = "; ".join(f"{reason} ({len(rows)})" for reason, rows in refused.items())
        raise ImportRefusedError(f"{path.name} has no usable fix: {reasons}")
    return TrackFile(
        fixes=Fixes(codes, moments.astype(np.int64), lon, lat).take(good),
        vehicles=vehicles,
        kinds=_kinds(table[columns["kind"]] if "kind" in columns else None, codes, len(vehicles)),
        read=len(table),
        refused=refused,
        notes=notes,
    )


def utc_moments(
    texts: pd.Series, *, vehicle: np.ndarray, zone: ZoneInfo
) -> tuple[np.ndarray, list[str]]:
    """`datetime64[us]` `(n,)` in UTC (NaT where a text is no moment), and notes.

    Understood: ISO 8601 with or without offset, dd.mm.yyyy hh:mm[:ss], seconds or milliseconds
    since 1970. Local times that happen twice (clocks set back) are the first time round, unless
    the vehicle's earlier rows show that the clock has already been turned back; those that never
    happen (clocks set forward) are moved on by the gap.
    """
    texts = texts.str.strip()
    moments = np.full(len(texts), np.datetime64("NaT"), dtype="datetime64[us]")
    epoch = texts.str.fullmatch(r"\d{10}(?:\d{3})?(?:\.\d+)?").to_numpy(dtype=bool)
    # The colon before tells an offset from the end of 2019-05-20.
    aware = ~epoch & texts.str.contains(r":.*(?:Z|[+-]\d\d:?(?:\d\d)?)$").to_numpy(dtype=bool)
    if epoch.any():
        seconds = texts[epoch].astype(float).to_numpy()
        seconds = np.where(seconds > 1e11, seconds / 1000, seconds)
        moments[epoch] = (seconds * 1e6).astype("datetime64[us]")
    if aware.any():
        parsed = pd.to_datetime(texts[aware], format="ISO8601", utc=True, errors="coerce")
        moments[aware] = parsed.dt.tz_localize(None).to_numpy(dtype="datetime64[us]")
    plain = ~(epoch | aware)
    notes = []
    if plain.any():
        moments[plain], repeated = _from_local(_naive(texts[plain]), vehicle[plain], zone)
        if repeated:
            notes.append(
                f"{repeated} times lie in an hour that happened twice when the clocks were set"
                " back; they count as the first unless the order of rows shows the second"
            )
    years = moments.astype("datetime64[Y]").astype(int) + 1970
    moments[~np.isnat(moments) & ((years < FIRST_YEAR) | (years > LAST_YEAR))] = "NaT"
    return moments, notes


def _naive(texts: pd.Series) -> np.ndarray:
    """Texts without offset as they stand."""
    parsed = pd.to_datetime(texts, format="ISO8601", errors="coerce")
    for form in LOCAL_FORMATS:
        open_ = parsed.isna()
        if not open_.any():
            break
        parsed[open_] = pd.to_datetime(texts[open_], format=form, errors="coerce")
    return parsed.to_numpy(dtype="datetime64[us]")


def _from_local(local: np.ndarray, vehicle: np.ndarray, zone: ZoneInfo) -> tuple[np.ndarray, int]:
    """Local times to UTC, and how many of them happened twice."""
    index = pd.DatetimeIndex(local)
    first, second = (
        index.tz_localize(zone, ambiguous=np.full(len(index), early), nonexistent="shift_forward")
        .tz_convert("UTC").tz_localize(None).to_numpy(dtype="datetime64[us]")
        for early in (True, False)
    )  # fmt: skip
    # pandas calls the earlier of two "DST": with a change of standard time it may name the later.
    first, second = np.minimum(first, second), np.maximum(first, second)
    twice = (first != second) & ~np.isnat(local)
    if not twice.any():
        return first, 0
    return np.where(_turned_back(local, twice, vehicle), second, first), int(twice.sum())


def _turned_back(local: np.ndarray, twice: np.ndarray, vehicle: np.ndarray) -> np.ndarray:
    """Mask `(n,)`: the vehicle's clock had jumped back within the repeated hour by that row."""
    order = np.argsort(vehicle, kind="stable")
    same = np.diff(vehicle[order]) == 0
    back = np.zeros(len(local), dtype=np.int64)
    steps = np.diff(local[order])
    back[1:] = same & (steps < -TURNED_BACK) & twice[order][1:] & twice[order][:-1]
    total = np.cumsum(back)
    begins = np.flatnonzero(np.append(True, ~same))
    before = np.repeat(total[begins] - back[begins], np.diff(np.append(begins, len(local))))
    turned = np.empty(len(local), dtype=bool)
    turned[order] = total > before
    return turned & twice


def _numbers(texts: pd.Series) -> np.ndarray:
    """Floats `(n,)`, NaN where a text is no number; a decimal comma counts."""
    numbers = pd.to_numeric(texts, errors="coerce")
    failed = numbers.isna()
    if failed.any():
        numbers[failed] = pd.to_numeric(texts[failed].str.replace(",", "."), errors="coerce")
    return numbers.to_numpy(dtype=float)


def _refused(reasons: Mapping[str, np.ndarray]) -> dict[str, list[int]]:
    """Reason -> row numbers; a row is listed under the first reason that holds."""
    found: dict[str, list[int]] = defaultdict(list)
    open_ = None
    for reason, mask in reasons.items():
        open_ = np.ones(len(mask), dtype=bool) if open_ is None else open_
        if (mask & open_).any():
            found[reason] = (np.flatnonzero(mask & open_) + 1).tolist()
        open_ &= ~mask
    return dict(found)


def _factorized(texts: pd.Series, *, max_length: int) -> tuple[np.ndarray, np.ndarray]:
    """Codes `(n,)` and the few distinct words behind them, stripped and cut to length."""
    raw_codes, raw = pd.factorize(texts)
    codes, words = pd.factorize(pd.Series(raw).str.strip().str.slice(0, max_length))
    return codes[raw_codes], np.asarray(words, dtype=object)


def _kinds(texts: pd.Series | None, vehicle: np.ndarray, count: int) -> np.ndarray:
    """The kind of each vehicle `(count,)`: the first that its rows state."""
    kinds = np.full(count, "", dtype=object)
    if texts is None:
        return kinds
    codes, words = _factorized(texts, max_length=KIND_LENGTH)
    stated = np.flatnonzero((words != "")[codes])
    first_vehicles, first_rows = np.unique(vehicle[stated], return_index=True)
    kinds[first_vehicles] = words[codes[stated[first_rows]]]
    return kinds
