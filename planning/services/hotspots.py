"""The search for hotspots: cells, classes over time, clusters with lasting numbers."""

import datetime as dt
from dataclasses import dataclass

import numpy as np
import shapely
from django.contrib.gis.db.models.functions import AsWKB
from django.contrib.gis.geos import GEOSGeometry
from django.db import connection, transaction
from django.db.models import Max
from django.db.models.functions import TruncMonth
from django.utils import timezone
from django.utils.translation import gettext as _

from citymap.accounts.models import User
from citymap.geo import city_bbox, city_srid, transformer
from citymap.sqlfiles import load_sql
from layers.choices import TerritoryKind
from layers.models import Building, Territory
from planning import clustering
from planning.choices import Theme
from planning.clustering import cluster_events, members
from planning.hotspots.gistar import discoveries, local_g
from planning.hotspots.grid import HexGrid
from planning.hotspots.identity import continued
from planning.hotspots.seasons import MONTHS, SPRING, month_number
from planning.hotspots.shares import local_shares
from planning.hotspots.trends import SpaceTime, emerging_hotspots
from planning.models import Cluster, ClusterEvent, Event, HotspotCell, HotspotRun
from planning.services.errors import PlanningRefusedError

# Fewer months say nothing about what a place does over time.
LEAST_MONTHS = 6
MAX_DAYS = 3660
_BATCH = 2000
_SQL_BESIDE = clustering.__file__


@dataclass(frozen=True, slots=True, kw_only=True)
class SearchSettings:
    """How a search is made; lengths in metres."""

    edge_m: float = 200.0
    rings: int = 1
    level: float = 0.05
    reach_m: float = 60.0
    least_events: int = 5
    # Compared with the events of all themes there, and not with other places.
    against_all: bool = False
    # Clusters of the springs of all years from this day on, instead of the period's.
    springs_since: dt.date | None = None

    def __post_init__(self) -> None:
        if not (50 <= self.edge_m <= 5000 and 1 <= self.reach_m <= 1000):
            raise PlanningRefusedError(_("Cells are 50 to 5000 m, clusters reach 1 to 1000 m."))
        if not (0 < self.level <= 0.2 and 1 <= self.least_events <= 1000 and 0 <= self.rings <= 5):
            raise PlanningRefusedError(_("The settings of the search make no sense."))


@transaction.atomic
def find_hotspots(
    *,
    theme: Theme,
    since: dt.date,
    until: dt.date,
    settings: SearchSettings | None = None,
    user: User | None = None,
) -> HotspotRun:
    """Search a theme's events from `since` up to `until` (local days, not in it).

    Raises PlanningRefusedError for a period or settings that make no sense.
    """
    settings = settings or SearchSettings()
    if not dt.timedelta(1) <= until - since <= dt.timedelta(MAX_DAYS):
        raise PlanningRefusedError(_("A period lasts from one day to ten years."))
    # Two searches of one theme at once would give one number twice.
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext(%s))", [f"hotspots {theme}"])
    events = Event.objects.happened().about(theme).between(since, until)
    before = HotspotRun.objects.latest_of(theme)
    run = HotspotRun.objects.create(
        theme=theme,
        since=since,
        until=until,
        edge_m=settings.edge_m,
        reach_m=settings.reach_m,
        least_events=settings.least_events,
        level=settings.level,
        against_all=settings.against_all,
        springs_since=settings.springs_since,
        events=events.count(),
        made_by=user,
    )
    _write_cells(run, events, settings)
    _write_clusters(run, before)
    return run


# --- cells --------------------------------------------------------------------------------


def _write_cells(run: HotspotRun, events, settings: SearchSettings) -> None:
    grid = HexGrid(run.edge_m)
    months, xy = _months_and_places(events, run.since)
    cells = grid.cells_of(xy)
    ids = np.union1d(_where_it_can_happen(grid), cells)
    everything = _cells_of_all(grid, run) if run.against_all else None
    if everything is not None:
        ids = np.union1d(ids, everything)
    index = np.searchsorted(ids, cells)
    counts = np.bincount(index, minlength=len(ids))
    if everything is None:
        found = local_g(ids, counts, rings=settings.rings)
    else:
        of_all = np.bincount(np.searchsorted(ids, everything), minlength=len(ids))
        found = local_shares(ids, counts, of_all, rings=settings.rings)
    hot = discoveries(found.p, level=run.level) & (found.z > 0)
    over_time = _over_time(run, ids, index, months, settings)
    classes = over_time.classes if over_time else np.full(len(ids), "none", dtype=object)
    worth = np.flatnonzero((counts > 0) | hot | (classes != "none"))
    HotspotCell.objects.bulk_create(
        (
            HotspotCell(
                run=run,
                cell=int(ids[i]),
                events=int(counts[i]),
                z=float(found.z[i]),
                p=float(found.p[i]),
                hot=bool(hot[i]),
                emerging=classes[i],
                geom=GEOSGeometry(memoryview(shapely.to_wkb(outline)), srid=city_srid()),
            )
            for i, outline in zip(worth, grid.outlines(ids[worth]), strict=True)
        ),
        batch_size=_BATCH,
    )


def _months_and_places(events, since: dt.date) -> tuple[np.ndarray, np.ndarray]:
    """Of each event by id: months since the first one, and its place."""
    rows = events.annotate(
        month=TruncMonth("occurred_at", tzinfo=timezone.get_default_timezone()), wkb=AsWKB("geom")
    ).order_by("id")
    pairs = list(rows.values_list("month", "wkb"))
    first = month_number(since)
    months = np.array([month_number(month) - first for month, _ in pairs], dtype=np.int64)
    points = shapely.from_wkb(np.array([bytes(wkb) for _, wkb in pairs], dtype=object))
    return months, shapely.get_coordinates(points).reshape(-1, 2)


def _cells_of_all(grid: HexGrid, run: HotspotRun) -> np.ndarray:
    """Cells of the events of every theme in a run's period."""
    rows = Event.objects.happened().between(run.since, run.until)
    wkb = rows.annotate(wkb=AsWKB("geom")).order_by().values_list("wkb", flat=True)
    points = shapely.from_wkb(np.array([bytes(one) for one in wkb.iterator()], dtype=object))
    return grid.cells_of(shapely.get_coordinates(points).reshape(-1, 2))


def _where_it_can_happen(grid: HexGrid) -> np.ndarray:
    """Cells with buildings: against empty fields every street would be a hotspot.

    The whole study area where no buildings are known.
    """
    rows = Building.objects.current().annotate(wkb=AsWKB("point")).order_by()
    points = [bytes(wkb) for wkb in rows.values_list("wkb", flat=True)]
    if not points:
        return grid.covering(study_area())
    xy = shapely.get_coordinates(shapely.from_wkb(np.array(points, dtype=object)))
    return np.unique(grid.cells_of(xy))


def study_area() -> shapely.Geometry:
    """The city's boundary, else the box it may lie in."""
    city = Territory.objects.current().filter(kind=TerritoryKind.CITY).order_by("id").first()
    if city is not None:
        return shapely.from_wkb(bytes(city.geom.wkb))
    to_city = transformer(4326, city_srid())
    return shapely.box(*to_city.transform_bounds(*city_bbox().as_tuple()))


def _over_time(
    run: HotspotRun,
    ids: np.ndarray,
    index: np.ndarray,
    months: np.ndarray,
    settings: SearchSettings,
) -> SpaceTime | None:
    """Classes by months; none where there are too few whole ones."""
    # A month that is looked at in part only would seem quiet.
    first = 0 if run.since.day == 1 else 1
    last = month_number(run.until) - month_number(run.since)
    steps = last - first
    if steps < LEAST_MONTHS:
        return None
    whole = (months >= first) & (months < last)
    counts = np.bincount(index[whole] * steps + months[whole] - first, minlength=len(ids) * steps)
    return emerging_hotspots(
        ids,
        counts.reshape(len(ids), steps),
        rings=settings.rings,
        season=MONTHS if steps >= 2 * MONTHS else 1,
        level=run.level,
    )


# --- clusters -----------------------------------------------------------------------------


def _write_clusters(run: HotspotRun, before: HotspotRun | None) -> None:
    labels = members(
        cluster_events(
            theme=run.theme,
            since=run.springs_since or run.since,
            until=run.until,
            reach_m=run.reach_m,
            least_events=run.least_events,
            months=SPRING if run.springs_since else None,
        )
    )
    numbers = continued(_numbers_of(before), labels, next_id=_next_number(run.theme))
    parameters = {
        "run": run.pk,
        "theme": run.theme,
        "event": list(labels),
        "number": [numbers[label] for label in labels.values()],
    }
    with connection.cursor() as cursor:
        for name in ("clusters.sql", "cluster_events.sql"):
            cursor.execute(load_sql(_SQL_BESIDE, name), parameters)


def _numbers_of(run: HotspotRun | None) -> dict[int, int]:
    """Event -> lasting number in a run."""
    if run is None:
        return {}
    rows = ClusterEvent.objects.filter(cluster__run=run)
    return dict(rows.values_list("event_id", "cluster__number"))


def _next_number(theme: str) -> int:
    highest = Cluster.objects.filter(theme=theme).aggregate(highest=Max("number"))["highest"]
    return (highest or 0) + 1
