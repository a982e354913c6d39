"""`import_tracks`: GPS fixes of snowplows into recorded passes."""

import datetime as dt
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from zoneinfo import ZoneInfo

import numpy as np
import shapely
from django.conf import settings
from django.utils import timezone

from citymap.geo import WGS84_SRID, BBox, city_bbox, city_srid, transformer
from layers.imports.crs import in_box
from layers.imports.errors import ImportRefusedError
from layers.imports.files import MAX_FILE_MB
from layers.imports.track_file import TrackFile, read_track_file
from layers.imports.tracks import MAX_GAP_S, MAX_SPEED_MPS, Tracks, cut_tracks
from layers.imports.writing import all_or_nothing
from layers.models import SnowplowTrack
from layers.report import ImportReport
from layers.services import Batch, upsert

LAYER, FIXES = "snowplow_track", "gps_fix"
SHOWN_ROWS = 20


@dataclass(frozen=True, kw_only=True, slots=True)
class TrackImport:
    """What the command line asks for; `mapping`: vehicle, time, lon, lat, kind -> column."""

    path: Path
    source: str = "gps"
    mapping: Mapping[str, str] = field(default_factory=dict)
    encoding: str | None = None
    box: BBox | None = field(default_factory=city_bbox)
    max_gap_s: float = MAX_GAP_S
    max_speed_kmh: float = MAX_SPEED_MPS * 3.6
    dry_run: bool = False
    max_mb: int = MAX_FILE_MB


def import_tracks(request: TrackImport) -> ImportReport:
    """Read, cut and store; returns the report. Raises ImportRefusedError: nothing changed.

    A track is known by its vehicle and the moment of its first fix: a longer file of the same
    days lengthens the last track and leaves the others alone.
    """
    started = time.perf_counter()
    if request.max_gap_s <= 0 or request.max_speed_kmh <= 0:
        raise ImportRefusedError("--max-gap and --max-speed must be above zero")
    file = read_track_file(
        request.path, mapping=request.mapping, zone=ZoneInfo(settings.TIME_ZONE),
        max_mb=request.max_mb, encoding=request.encoding,
    )  # fmt: skip
    tracks = cut_tracks(
        file.fixes, max_gap_s=request.max_gap_s, max_speed_mps=request.max_speed_kmh / 3.6
    )
    report = ImportReport(notes=list(file.notes))
    _account_for_fixes(file, tracks, report)
    if not len(tracks):
        raise ImportRefusedError(
            f"{request.path.name}: no vehicle has two fixes in two places within"
            f" {request.max_gap_s:.0f} s"
        )
    batch = _batch(file, tracks, request, report)
    with all_or_nothing(dry_run=request.dry_run, report=report):
        upsert(
            model=SnowplowTrack, source=request.source, batches=[batch],
            when=timezone.localdate(), report=report, layer=LAYER,
        )  # fmt: skip
    report.seconds = time.perf_counter() - started
    report.check()
    return report


def _batch(file: TrackFile, tracks: Tracks, request: TrackImport, report: ImportReport) -> Batch:
    """The tracks that meet the city's box, as columns for the upsert engine."""
    to_city = transformer(WGS84_SRID, city_srid())
    lines = shapely.transform(
        tracks.lines,
        lambda points: np.column_stack(to_city.transform(points[:, 0], points[:, 1])),
    )
    finite = np.isfinite(shapely.bounds(lines)).all(axis=1)
    inside = finite.copy()
    inside[finite] = in_box(lines[finite], request.box, srid=city_srid())
    names = file.vehicles[tracks.vehicle]
    starts = tracks.started_us.astype("datetime64[us]")
    ids = np.array(
        [
            f"{name}/{start}Z"
            for name, start in zip(names, starts.astype("datetime64[s]"), strict=True)
        ],
        dtype=object,
    )
    counts = report.layer(LAYER)
    for source_id in ids[~inside]:
        counts.read += 1
        report.skip(id=source_id, layer=LAYER, reason="lies outside the city (--anywhere takes it)")
    if not inside.any():
        raise ImportRefusedError(
            f"all {len(tracks)} tracks lie outside the city: swapped --map lon= and lat=?"
            " --anywhere imports them nevertheless"
        )
    return Batch(
        source_ids=ids[inside].tolist(),
        columns={
            "vehicle": names[inside].tolist(),
            "vehicle_kind": file.kinds[tracks.vehicle[inside]].tolist(),
            "started_at": _aware(tracks.started_us[inside]),
            "ended_at": _aware(tracks.ended_us[inside]),
            "fixes": tracks.fixes[inside].tolist(),
            "length_m": np.round(tracks.length_m[inside], 2).tolist(),
        },
        geometries=lines[inside],
    )


def _aware(moments_us: np.ndarray) -> list[dt.datetime]:
    """Microseconds since 1970 as datetimes in UTC."""
    return [
        moment.replace(tzinfo=dt.UTC) for moment in moments_us.astype("datetime64[us]").tolist()
    ]


def _account_for_fixes(file: TrackFile, tracks: Tracks, report: ImportReport) -> None:
    """Every row of the file: merged into a track, or skipped with the reason."""
    counts = report.layer(FIXES)
    counts.read = file.read
    counts.merged = int(tracks.fixes.sum())
    for reason, rows in file.refused.items():
        shown = ", ".join(str(row) for row in rows[:SHOWN_ROWS])
        more = f" and {len(rows) - SHOWN_ROWS} more" if len(rows) > SHOWN_ROWS else ""
        _skip_fixes(report, len(rows), f"rows {shown}{more}", reason)
    _skip_fixes(report, tracks.repeated, "", "same vehicle and moment as another fix")
    _skip_fixes(report, tracks.spikes, "", "thrown aside: no vehicle drives there and back so fast")
    _skip_fixes(report, tracks.alone, "", "no second position of the vehicle near it in time")


def _skip_fixes(report: ImportReport, count: int, rows: str, reason: str) -> None:
    """One entry for all fixes left out for one reason: a winter has too many to list."""
    if count:
        report.skip(id=rows or f"{count} fixes", layer=FIXES, reason=reason)
        report.layer(FIXES).skipped += count - 1
