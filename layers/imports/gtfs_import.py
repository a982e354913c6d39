"""`import_gtfs`: stops and routes of a GTFS feed into the city's layers."""

import datetime as dt
import re
import time
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pandas as pd
import shapely
from django.db.models import F
from django.db.models.functions import Greatest
from django.utils import timezone

from citymap.accounts.choices import OrganizationKind
from citymap.accounts.models import Organization
from citymap.geo import WGS84_SRID, BBox, city_bbox, city_srid, transformer
from layers.imports.errors import ImportRefusedError
from layers.imports.files import MAX_FILE_MB
from layers.imports.gtfs_feed import Feed, read_feed, source_name
from layers.imports.gtfs_patterns import (
    Pattern,
    line_through,
    shape_lines,
    trip_stops,
    usual_patterns,
)
from layers.imports.gtfs_stops import LAYER as STOP_LAYER
from layers.imports.gtfs_stops import FeedStops, match_known_stops, read_stops
from layers.imports.matching import normalised
from layers.imports.refresh import refresh_city
from layers.imports.writing import all_or_nothing, retire_scope
from layers.models import BusRoute, BusRouteStop, BusStop
from layers.report import ImportReport
from layers.services import Batch, RetireScope, upsert

ROUTE_LAYER, ROUTE_STOP_LAYER = "bus_route", "bus_route_stop"
# Basic types 0-12 and the extended ones up to 1702 (Google's extension of GTFS).
ROUTE_TYPES = frozenset(range(13)) | frozenset(range(100, 1703))
COLOR = re.compile(r"[0-9A-Fa-f]{6}")


@dataclass(frozen=True, kw_only=True, slots=True)
class GtfsImport:
    """What the command line asks for; without `source` the feed names itself."""

    path: Path
    source: str | None = None
    box: BBox | None = field(default_factory=city_bbox)
    force: bool = False
    dry_run: bool = False
    max_mb: int = MAX_FILE_MB
    when: dt.date | None = None


def import_gtfs(request: GtfsImport) -> ImportReport:
    """Import a feed; returns the report. Raises ImportRefusedError: nothing was changed.

    A feed is all that its source has: stops and routes that it no longer holds are retired,
    unless that were more than a fifth of them (`force` does it nevertheless).
    """
    started = time.perf_counter()
    feed = read_feed(request.path, max_mb=request.max_mb)
    source = request.source or source_name(feed)
    report = ImportReport(notes=[f"source {source}"])
    stops = read_stops(feed, box=request.box, report=report)
    routes = _read_routes(feed, stops, report)
    scope = retire_scope(keep=set(), force=request.force)
    when = request.when or timezone.localdate()
    with all_or_nothing(dry_run=request.dry_run, report=report):
        stop_keys = _store_stops(stops, source, when, scope, report)
        carriers = _carriers(feed, source)
        _store_routes(feed, routes, stops, carriers, source, when, scope, report)
        _store_route_stops(routes, stop_keys, source, report)
        if not request.dry_run:
            refresh_city(layer=STOP_LAYER, report=report, when=when)
    report.seconds = time.perf_counter() - started
    report.check()
    return report


@dataclass(frozen=True, slots=True)
class _Route:
    """One direction of a route: its pattern, row of routes.txt, id and course (city CRS)."""

    source_id: str
    row: int
    pattern: Pattern
    line: shapely.LineString


def _read_routes(feed: Feed, stops: FeedStops, report: ImportReport) -> list[_Route]:
    """Routes that can be drawn; others are skipped by id with the reason."""
    counts = report.layer(ROUTE_LAYER)
    trips = pd.DataFrame(
        {
            name: feed.column("trips", name)
            for name in ("route_id", "trip_id", "direction_id", "shape_id", "trip_headsign")
        }
    )
    positions = dict(zip(stops.ids, map(tuple, shapely.get_coordinates(stops.points)), strict=True))
    _note_unknown_stops(feed, set(feed.column("stops", "stop_id")), report)
    patterns = usual_patterns(trips, trip_stops(feed["stop_times"], set(positions)), positions)
    lines = shape_lines(feed["shapes"], {pattern.shape_id for pattern in patterns})
    to_city = transformer(WGS84_SRID, city_srid())
    by_route: dict[str, list[Pattern]] = {}
    for pattern in patterns:
        by_route.setdefault(pattern.route_id, []).append(pattern)
    routes, seen = [], set()
    types = pd.to_numeric(feed.column("routes", "route_type"), errors="coerce")
    for row, route_id in enumerate(feed.column("routes", "route_id")):
        reason = ""
        if not route_id or route_id in seen:
            reason = "no route_id" if not route_id else "its route_id is used twice"
        elif types.iloc[row] not in ROUTE_TYPES:
            reason = f"unknown route_type {feed.column('routes', 'route_type').iloc[row]!r}"
        elif route_id not in by_route:
            reason = "no trip that calls at two stops in the city"
        seen.add(route_id)
        for pattern in [] if reason else by_route[route_id]:
            course = lines.get(pattern.shape_id)
            if course is not None:
                line = shapely.transform(
                    course, lambda p: np.column_stack(to_city.transform(p[:, 0], p[:, 1]))
                )
            else:
                line = line_through(np.array([positions[stop] for stop in pattern.stops]))
            if line is None or not np.isfinite(line.bounds).all():
                reason = "its stops all lie in one place"
                continue
            routes.append(_Route(f"{route_id}/{pattern.direction}", row, pattern, line))
        if reason:
            counts.read += 1
            report.skip(id=route_id or f"row {row + 1}", layer=ROUTE_LAYER, reason=reason)
    if not routes:
        raise ImportRefusedError(
            f"{feed.name} has no route with two stops in the city: do trips.txt, stop_times.txt"
            " and stops.txt belong together?"
        )
    return routes


def _note_unknown_stops(feed: Feed, known: set[str], report: ImportReport) -> None:
    unknown = set(feed.column("stop_times", "stop_id")) - known
    if unknown:
        shown = ", ".join(sorted(unknown)[:10])
        report.notes.append(
            f"stop_times.txt names {len(unknown)} stops that stops.txt lacks, left out: {shown}"
        )


def _store_stops(
    stops: FeedStops, source: str, when: dt.date, scope: RetireScope, report: ImportReport
) -> dict[str, int]:
    """Store the feed's own stops; returns its stop ids -> primary keys, joined ones included."""
    joined = match_known_stops(stops, source=source)
    counts = report.layer(STOP_LAYER)
    counts.read += len(joined)
    names = BusStop.objects.in_bulk(joined.values())
    for stop_id, key in joined.items():
        known = names[key]
        report.merge(
            id=stop_id, layer=STOP_LAYER, reason=f"is {known.source} {known.source_id} ({known})"
        )
    # Not gone but joined: they do not count against the limit on retiring.
    replaced = BusStop.objects.current().filter(source=source, source_id__in=list(joined))
    counts.retired += replaced.update(valid_to=Greatest(when, F("valid_from")))
    own = [index for index, stop_id in enumerate(stops.ids) if stop_id not in joined]
    columns = {
        "name": stops.names, "name_ru": stops.names_ru, "name_kk": stops.names_kk,
        "code": stops.codes,
    }  # fmt: skip
    batch = Batch(
        source_ids=[stops.ids[i] for i in own],
        columns={name: [values[i] for i in own] for name, values in columns.items()},
        geometries=stops.points[own],
    )
    upsert(
        model=BusStop, source=source, batches=[batch], when=when, report=report,
        layer=STOP_LAYER, retire=scope,
    )  # fmt: skip
    stored = BusStop.objects.current().filter(source=source).values_list("source_id", "pk")
    return dict(stored) | joined


def _carriers(feed: Feed, source: str) -> dict[str, int]:
    """agency_id -> organisation: one of that name, else a new carrier."""
    known = {
        normalised(name): key
        for key, *names in Organization.objects.order_by("-pk").values_list(
            "pk", "name", "name_ru", "name_kk", "name_en"
        )
        for name in names
        if name
    }
    found = {}
    pairs = zip(
        feed.column("agency", "agency_id"), feed.column("agency", "agency_name"), strict=True
    )
    for agency_id, name in pairs:
        if not name:
            continue
        if normalised(name) not in known:
            created = Organization.objects.create(
                kind=OrganizationKind.CARRIER, name=name[:300], source=source,
                source_id=agency_id[:100],
            )  # fmt: skip
            known[normalised(name)] = created.pk
        found[agency_id] = known[normalised(name)]
    return found


def _store_routes(
    feed: Feed,
    routes: list[_Route],
    stops: FeedStops,
    carriers: dict[str, int],
    source: str,
    when: dt.date,
    scope: RetireScope,
    report: ImportReport,
) -> None:
    rows = [route.row for route in routes]

    def cells(column: str) -> list[str]:
        values = feed.column("routes", column).tolist()
        return [values[row] for row in rows]

    stop_names = dict(zip(stops.ids, stops.names, strict=True))
    only_agency = next(iter(carriers.values())) if len(carriers) == 1 else None
    batch = Batch(
        source_ids=[route.source_id for route in routes],
        columns={
            "number": [
                (short or long or route_id)[:30]
                for short, long, route_id in zip(
                    cells("route_short_name"), cells("route_long_name"), cells("route_id"),
                    strict=True,
                )
            ],
            "name": [name[:300] for name in cells("route_long_name")],
            "direction": [route.pattern.direction for route in routes],
            "headsign": [
                (route.pattern.headsign or stop_names[route.pattern.stops[-1]])[:300]
                for route in routes
            ],
            "route_type": [int(float(kind)) for kind in cells("route_type")],
            "color": [f"#{c.lower()}" if COLOR.fullmatch(c) else "" for c in cells("route_color")],
            "carrier": [carriers.get(agency, only_agency) for agency in cells("agency_id")],
        },
        geometries=np.array([route.line for route in routes], dtype=object),
    )  # fmt: skip
    upsert(
        model=BusRoute, source=source, batches=[batch], when=when, report=report,
        layer=ROUTE_LAYER, retire=scope,
    )  # fmt: skip


def _store_route_stops(
    routes: list[_Route], stop_keys: dict[str, int], source: str, report: ImportReport
) -> None:
    """Make the stops of the feed's routes those of their patterns; same rows are not written."""
    route_keys = dict(
        BusRoute.objects.filter(
            source=source, source_id__in=[route.source_id for route in routes]
        ).values_list("source_id", "pk")
    )
    wanted = {
        (route_keys[route.source_id], sequence): stop_keys[stop]
        for route in routes
        if route.source_id in route_keys
        for sequence, stop in enumerate(route.pattern.stops, start=1)
    }
    present = {
        (row.route_id, row.sequence): row
        for row in BusRouteStop.objects.filter(route__in=route_keys.values())
    }
    changed = [
        row for place, row in present.items() if place in wanted and row.stop_id != wanted[place]
    ]
    for row in changed:
        row.stop_id = wanted[row.route_id, row.sequence]
    gone = [row.pk for place, row in present.items() if place not in wanted]
    new = [
        BusRouteStop(route_id=route, sequence=sequence, stop_id=stop)
        for (route, sequence), stop in wanted.items()
        if (route, sequence) not in present
    ]
    BusRouteStop.objects.filter(pk__in=gone).delete()
    BusRouteStop.objects.bulk_update(changed, ["stop_id"], batch_size=2000)
    BusRouteStop.objects.bulk_create(new, batch_size=5000)
    counts = report.layer(ROUTE_STOP_LAYER)
    counts.read, counts.created, counts.updated = len(wanted), len(new), len(changed)
    counts.unchanged = len(wanted) - len(new) - len(changed)
    counts.retired = len(gone)
