"""The heatmap of a theme: density of one or two periods, its pictures, and what lies on it."""

import base64
import datetime as dt
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
import shapely
from django.contrib.gis.db.models.functions import AsWKB
from django.db.models import QuerySet
from django.db.models.functions import ExtractMonth, TruncMonth
from django.utils import timezone

from citymap.geo import city_srid, transformer
from layers.models import Territory
from planning.hotspots.density import Lattice, kernel_density
from planning.hotspots.seasons import MONTHS, MonthSeries, month_number, month_start
from planning.models import Event, HotspotRun
from planning.png import (
    CHANGES,
    RAMP,
    change_classes,
    coloured,
    coloured_changes,
    encode,
    growing_classes,
)
from planning.services.hotspots import study_area

_DAYS_A_YEAR = 365.25
# Points of the lattice along the longer side of the picture.
_POINTS = 220
_MIN_STEP_M = 20.0
SEASONS = {
    "winter": (12, 1, 2),
    "spring": (3, 4, 5),
    "summer": (6, 7, 8),
    "autumn": (9, 10, 11),
    "heating": (10, 11, 12, 1, 2, 3, 4),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """What is asked: local days from `since` up to `until`, not in it; a second period or none.

    season: a key of SEASONS, "" for the whole year. territory: key of one, None for the city.
    """

    theme: str
    since: dt.date
    until: dt.date
    radius_m: float
    season: str = ""
    territory: int | None = None
    since2: dt.date | None = None
    until2: dt.date | None = None

    @property
    def second(self) -> "Question | None":
        """The same of the second period."""
        if self.since2 is None or self.until2 is None:
            return None
        return replace(self, since=self.since2, until=self.until2, since2=None, until2=None)

    @property
    def last_day(self) -> dt.date:
        """The last day that counts."""
        return self.until - dt.timedelta(1)

    @property
    def months(self) -> tuple[int, ...]:
        return SEASONS.get(self.season, tuple(range(1, MONTHS + 1)))

    @property
    def years(self) -> float:
        """Length of the period in years; of its days in the season only."""
        days = np.arange(self.since, self.until, dtype="datetime64[D]")
        month = days.astype("datetime64[M]").astype(int) % MONTHS + 1
        return float(np.isin(month, self.months).sum()) / _DAYS_A_YEAR

    def events(self) -> QuerySet[Event]:
        """Each fact once, in the period, the season and the territory (by index)."""
        found = Event.objects.happened().about(self.theme).between(self.since, self.until)
        if self.season:
            zone = timezone.get_default_timezone()
            found = found.annotate(calendar=ExtractMonth("occurred_at", tzinfo=zone)).filter(
                calendar__in=self.months
            )
        return found

    def whole_months(self) -> list[dt.date]:
        """First days of the months that the animation shows, in order."""
        first, last = month_number(self.since), month_number(self.until - dt.timedelta(1))
        return [
            month_start(number)
            for number in range(first, last + 1)
            if number % MONTHS + 1 in self.months
        ]


@dataclass(frozen=True, slots=True)
class Points:
    """Events as arrays: place (n, 2), weight, months since the year 0."""

    xy: np.ndarray
    weight: np.ndarray
    month: np.ndarray

    @classmethod
    def of(cls, question: Question) -> "Points":
        zone = timezone.get_default_timezone()
        rows = list(
            question.events()
            .annotate(wkb=AsWKB("geom"), month=TruncMonth("occurred_at", tzinfo=zone))
            .order_by("id")
            .values_list("wkb", "weight", "month")
        )
        shapes = shapely.from_wkb(np.array([bytes(row[0]) for row in rows], dtype=object))
        return cls(
            shapely.get_coordinates(shapes).reshape(-1, 2),
            np.array([row[1] for row in rows], dtype=float),
            np.array([month_number(row[2]) for row in rows], dtype=np.int64),
        )


class Heatmap:
    """The answer to a question, on one lattice whatever is drawn of it."""

    def __init__(self, question: Question) -> None:
        self.question = question
        self.area = area_of(question.territory)
        self.points = Points.of(question)
        self.second_points = Points.of(question.second) if question.second else None
        both = [self.points.xy, *([self.second_points.xy] if self.second_points else [])]
        bounds = self._frame(np.concatenate(both))
        longer = max(bounds[2] - bounds[0], bounds[3] - bounds[1])
        step = max(_MIN_STEP_M, float(np.ceil(longer / _POINTS)))
        self.lattice = Lattice.over(bounds, step_m=step)

    @property
    def events(self) -> int:
        """Events inside of the area."""
        return self._inside(self.points)

    @property
    def second_events(self) -> int:
        """Events of the second period inside of the area."""
        return self._inside(self.second_points) if self.second_points else 0

    def _inside(self, points: Points) -> int:
        return int(shapely.intersects_xy(self.area, *points.xy.T).sum())

    # --- figures --------------------------------------------------------------------------
    @cached_property
    def density(self) -> np.ndarray:
        """Events per km2 and year, (height, width), south first."""
        return self._density(self.points, self.question.years)

    @cached_property
    def second_density(self) -> np.ndarray | None:
        if self.second_points is None:
            return None
        return self._density(self.second_points, self.question.second.years)

    @cached_property
    def change(self) -> np.ndarray | None:
        """The first period less the second one."""
        return None if self.second_density is None else self.density - self.second_density

    def month_density(self, month: dt.date, which: str = "first") -> np.ndarray:
        """Of one month of a period, as if it were all the year like that."""
        points = self.points
        if which == "second" and self.second_points is not None:
            points = self.second_points
        there = points.month == month_number(month)
        part = Points(points.xy[there], points.weight[there], points.month[there])
        return self._density(part, 1.0 / MONTHS)

    def month_bounds(self) -> list[float]:
        """Classes that all months of both periods share, so that they can be compared."""
        second = self.question.second
        shown = [("first", one) for one in self.question.whole_months()]
        shown += [("second", one) for one in (second.whole_months() if second else [])]
        top = max(
            (float(self.month_density(one, which).max()) for which, one in shown), default=0.0
        )
        return growing_classes(top)

    @cached_property
    def bounds(self) -> list[float]:
        """Classes of both periods together."""
        second = 0.0 if self.second_density is None else float(self.second_density.max())
        return growing_classes(max(float(self.density.max()), second))

    def _density(self, points: Points, years: float) -> np.ndarray:
        if not years:
            return np.zeros((self.lattice.height, self.lattice.width))
        density = kernel_density(
            points.xy,
            lattice=self.lattice,
            radius_m=self.question.radius_m,
            years=years,
            weights=points.weight,
        )
        if self.question.territory is not None:
            x, y = np.meshgrid(self.lattice.x, self.lattice.y)
            density = np.where(shapely.intersects_xy(self.area, x, y), density, 0.0)
        return density

    def _frame(self, xy: np.ndarray) -> tuple[float, float, float, float]:
        """What is shown: the territory; of the city the part in which there are events."""
        west, south, east, north = self.area.bounds
        inside = xy[(xy >= [west, south]).all(axis=1) & (xy <= [east, north]).all(axis=1)]
        if self.question.territory is not None or not len(inside):
            return west, south, east, north
        reach = 2 * self.question.radius_m
        low, high = inside.min(axis=0) - reach, inside.max(axis=0) + reach
        return (
            max(west, float(low[0])), max(south, float(low[1])),
            min(east, float(high[0])), min(north, float(high[1])),
        )  # fmt: skip

    # --- pictures -------------------------------------------------------------------------
    def picture(self, which: str = "first", month: dt.date | None = None) -> bytes:
        """PNG, north up: `first`, `second`, `change`, or one month of a period."""
        return encode(self.pixels(which, month)[::-1])

    def pixels(self, which: str = "first", month: dt.date | None = None) -> np.ndarray:
        """RGBA of the lattice, south first."""
        if month is not None:
            return coloured(self.month_density(month, which), self.month_bounds())
        if which == "change" and self.change is not None:
            return coloured_changes(self.change, self.change_bounds)
        values = self.second_density if which == "second" else self.density
        return coloured(self.density if values is None else values, self.bounds)

    @cached_property
    def change_bounds(self) -> list[float]:
        return [] if self.change is None else change_classes(self.change)

    def legend(self, which: str = "first", *, months: bool = False) -> list[tuple[str, float]]:
        """Colour and lower bound of each class; of changes from the largest loss upwards."""
        if which == "change":
            return list(zip(CHANGES, self.change_bounds, strict=False))
        return list(zip(RAMP, self.month_bounds() if months else self.bounds, strict=False))

    @property
    def data_uri(self) -> str:
        return "data:image/png;base64," + base64.b64encode(self.picture()).decode()

    # --- where the picture lies -----------------------------------------------------------
    @property
    def box(self) -> tuple[float, float, float, float]:
        """West, south, east, north of the picture, metres of the city CRS."""
        lattice = self.lattice
        west = (lattice.west - 0.5) * lattice.step_m
        south = (lattice.south - 0.5) * lattice.step_m
        return west, south, west + self.width_m, south + self.height_m

    @property
    def corners(self) -> list[list[float]]:
        """Longitude and latitude of the picture's corners: NW, NE, SE, SW."""
        west, south, east, north = self.box
        to_degrees = transformer(city_srid(), 4326)
        lon, lat = to_degrees.transform([west, east, east, west], [north, north, south, south])
        return [[round(x, 7), round(y, 7)] for x, y in zip(lon, lat, strict=True)]

    @property
    def width_m(self) -> float:
        return self.lattice.width * self.lattice.step_m

    @property
    def height_m(self) -> float:
        return self.lattice.height * self.lattice.step_m

    def path(self, shape: shapely.Geometry) -> str:
        """An SVG path of a polygon of the city CRS, whole metres from the upper left corner."""
        west, _south, _east, north = self.box
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


def area_of(territory: int | None) -> shapely.Geometry:
    """The outline of a territory, or of the city."""
    found = Territory.objects.current().filter(pk=territory).first() if territory else None
    return study_area() if found is None else shapely.from_wkb(bytes(found.geom.wkb))


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


def months(picture: Heatmap) -> MonthSeries:
    """Events by month over the period, months without events included."""
    asked = picture.question
    first, last = month_number(asked.since), month_number(asked.until - dt.timedelta(1))
    counts = np.bincount(picture.points.month - first, minlength=last - first + 1)
    return MonthSeries(month_start(first), counts)
