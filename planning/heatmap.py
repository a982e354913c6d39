"""The heatmap of a theme and a period: density, its picture, and what lies on it."""

import base64
import datetime as dt
from dataclasses import dataclass

import numpy as np
import shapely
from django.contrib.gis.db.models.functions import AsWKB
from django.db.models import Count
from django.db.models.functions import TruncMonth
from django.utils import timezone

from planning.hotspots.density import Lattice, kernel_density
from planning.hotspots.seasons import MonthSeries, month_number, month_start
from planning.models import Event, HotspotRun
from planning.png import RAMP, classes, coloured, encode
from planning.services.hotspots import study_area

_DAYS_A_YEAR = 365.25
# Points of the lattice along the longer side of the city.
_POINTS = 220
_MIN_STEP_M = 20.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Heatmap:
    """bounds: lower bound of each class of the legend, events per km2 and year."""

    lattice: Lattice
    density: np.ndarray
    bounds: list[float]
    area: shapely.Geometry
    events: int

    @property
    def png(self) -> bytes:
        """The picture, north up."""
        return encode(coloured(self.density[::-1], self.bounds))

    @property
    def data_uri(self) -> str:
        return "data:image/png;base64," + base64.b64encode(self.png).decode()

    @property
    def legend(self) -> list[tuple[str, float]]:
        """Colour and lower bound of each class."""
        return list(zip(RAMP, self.bounds, strict=False))

    # --- the picture's own coordinates: metres from its upper left corner -----------------
    @property
    def width_m(self) -> float:
        return self.lattice.width * self.lattice.step_m

    @property
    def height_m(self) -> float:
        return self.lattice.height * self.lattice.step_m

    def path(self, shape: shapely.Geometry) -> str:
        """An SVG path of a polygon of the city CRS, whole metres."""
        west = (self.lattice.west - 0.5) * self.lattice.step_m
        north = (self.lattice.south + self.lattice.height - 0.5) * self.lattice.step_m
        rings = [
            ring
            for polygon in shapely.get_parts(shape)
            for ring in (polygon.exterior, *polygon.interiors)
        ]
        return " ".join(
            "M" + "L".join(f"{x - west:.0f} {north - y:.0f}" for x, y in ring.coords[:-1]) + "Z"
            for ring in rings
        )

    @property
    def border(self) -> str:
        return self.path(shapely.simplify(self.area, self.lattice.step_m / 2))


def draw(*, theme: str, since: dt.date, until: dt.date, radius_m: float) -> Heatmap:
    """The density of a theme's events from `since` up to `until` (local days, not in it)."""
    events = Event.objects.about(theme).between(since, until)
    rows = list(events.annotate(wkb=AsWKB("geom")).order_by("id").values_list("wkb", "weight"))
    points = shapely.from_wkb(np.array([bytes(wkb) for wkb, _ in rows], dtype=object))
    area = study_area()
    xy = shapely.get_coordinates(points)
    west, south, east, north = bounds = _frame(xy, area, radius_m)
    step = max(_MIN_STEP_M, np.ceil(max(east - west, north - south) / _POINTS))
    lattice = Lattice.over(bounds, step_m=float(step))
    density = kernel_density(
        xy,
        lattice=lattice,
        radius_m=radius_m,
        years=(until - since).days / _DAYS_A_YEAR,
        weights=np.array([weight for _, weight in rows]),
    )
    return Heatmap(
        lattice=lattice, density=density, bounds=classes(density), area=area, events=len(rows)
    )


def _frame(
    xy: np.ndarray, area: shapely.Geometry, radius_m: float
) -> tuple[float, float, float, float]:
    """What the picture shows: the city's part in which there are events, else all of it."""
    west, south, east, north = area.bounds
    inside = xy[(xy >= [west, south]).all(axis=1) & (xy <= [east, north]).all(axis=1)]
    if not len(inside):
        return west, south, east, north
    low, high = inside.min(axis=0) - 2 * radius_m, inside.max(axis=0) + 2 * radius_m
    return (
        max(west, float(low[0])), max(south, float(low[1])),
        min(east, float(high[0])), min(north, float(high[1])),
    )  # fmt: skip


def outlines(run: HotspotRun | None, picture: Heatmap) -> tuple[list[str], list[str]]:
    """SVG paths of a search's hot cells and of its clusters."""
    if run is None:
        return [], []
    hot = run.cells.filter(hot=True).annotate(wkb=AsWKB("geom")).order_by("cell")
    groups = run.clusters.annotate(wkb=AsWKB("geom")).order_by("number")
    return tuple(
        [picture.path(shapely.from_wkb(bytes(wkb))) for wkb in rows.values_list("wkb", flat=True)]
        for rows in (hot, groups)
    )


def months(*, theme: str, since: dt.date, until: dt.date) -> MonthSeries:
    """Events by month over a period, months without events included."""
    zone = timezone.get_default_timezone()
    rows = (
        Event.objects.about(theme)
        .between(since, until)
        .annotate(month=TruncMonth("occurred_at", tzinfo=zone))
        .values("month")
        .annotate(count=Count("id"))
        .order_by("month")
    )
    first, last = month_number(since), month_number(until - dt.timedelta(1))
    counts = np.zeros(last - first + 1, dtype=np.int64)
    for row in rows:
        counts[month_number(row["month"]) - first] = row["count"]
    return MonthSeries(month_start(first), counts)
