"""What measures brought: events of a problem's place before and after, beside control cells."""

import datetime as dt
from collections.abc import Collection
from dataclasses import dataclass

import numpy as np
import shapely
from django.contrib.gis.db.models.functions import AsWKB
from django.contrib.gis.geos import Polygon
from django.db.models import Prefetch
from django.utils import timezone

from citymap.geo import city_srid
from planning.choices import ProblemKind
from planning.hotspots.effects import Effect, effect_of
from planning.hotspots.grid import HexGrid
from planning.hotspots.seasons import MONTHS, SPRING
from planning.models import Event, Measure, Problem

LEAST_DAYS, MOST_DAYS = 30, 730
_YEAR = 365
_GRID = HexGrid(200.0)


@dataclass(frozen=True, slots=True)
class _Spans:
    """Local days from each first one up to the second: before the first measure, after the last."""

    before: tuple[dt.date, dt.date]
    after: tuple[dt.date, dt.date]


@dataclass(frozen=True, slots=True)
class _Happened:
    """A theme's events in the order of their ids: where, and on which local day since 1970."""

    xy: np.ndarray
    day: np.ndarray

    def between(self, span: tuple[dt.date, dt.date], *, springs: bool) -> np.ndarray:
        """Places (n, 2) of a span; of its springs only."""
        first, last = (np.datetime64(day, "D") for day in span)
        there = (self.day >= first) & (self.day < last)
        if springs:
            there &= np.isin(_month(self.day), SPRING)
        return self.xy[there]


def _month(days: np.ndarray) -> np.ndarray:
    return days.astype("datetime64[M]").astype(int) % MONTHS + 1


def effect_of_problem(problem: Problem, *, today: dt.date) -> Effect | None:
    """Before the first measure against after the last one, in periods of equal length.

    Of a flood zone only springs count, and whole years are compared. Control: cells of 200 m that
    touch no problem of the theme. None while nothing is done, or too little time has passed.
    """
    return effects_of_problems([problem], today=today).get(problem.pk)


def effects_of_problems(problems: Collection[Problem], *, today: dt.date) -> dict[int, Effect]:
    """By problem the effect of those that have one; each theme's events are read once."""
    rows = Problem.objects.filter(pk__in=[one.pk for one in problems]).prefetch_related(
        Prefetch("measures", Measure.objects.only("problem", "done_on"))
    )
    spans = {one: found for one in rows if (found := _spans(one, today))}
    effects = {}
    for theme in sorted({one.theme for one in spans}):
        mine = {one: found for one, found in spans.items() if one.theme == theme}
        days = [day for one in mine.values() for span in (one.before, one.after) for day in span]
        events = _read(theme, min(days), max(days))
        outlines = {
            pk: shapely.from_wkb(bytes(wkb))
            for pk, wkb in Problem.objects.filter(theme=theme)
            .annotate(wkb=AsWKB("geom"))
            .values_list("pk", "wkb")
        }
        taken = shapely.union_all(list(outlines.values()))
        for one, span in mine.items():
            effects[one.pk] = _effect(one, span, events, outlines[one.pk], taken)
    return effects


def _spans(problem: Problem, today: dt.date) -> _Spans | None:
    """What is compared; None while something is to be done, or too little time has passed."""
    done = [measure.done_on for measure in problem.measures.all()]
    if not done or None in done:
        return None
    days = min((today - max(done)).days, MOST_DAYS)
    if problem.kind == ProblemKind.FLOOD_ZONE:
        days = days // _YEAR * _YEAR
    if days < LEAST_DAYS:
        return None
    length = dt.timedelta(days)
    return _Spans((min(done) - length, min(done)), (max(done), max(done) + length))


def _read(theme: str, since: dt.date, until: dt.date) -> _Happened:
    rows = list(
        Event.objects.happened()
        .about(theme)
        .between(since, until)
        .annotate(wkb=AsWKB("geom"))
        .order_by("id")
        .values_list("wkb", "occurred_at")
    )
    points = shapely.from_wkb(np.array([bytes(wkb) for wkb, _when in rows], dtype=object))
    days = [timezone.localdate(when) for _wkb, when in rows]
    return _Happened(
        shapely.get_coordinates(points).reshape(-1, 2), np.array(days, dtype="datetime64[D]")
    )


def _effect(
    problem: Problem, spans: _Spans, events: _Happened, shape: shapely.Geometry,
    taken: shapely.Geometry,
) -> Effect:  # fmt: skip
    springs = problem.kind == ProblemKind.FLOOD_ZONE
    before = events.between(spans.before, springs=springs)
    after = events.between(spans.after, springs=springs)
    return effect_of(
        int(shapely.intersects_xy(shape, *before.T).sum()),
        int(shapely.intersects_xy(shape, *after.T).sum()),
        control_before=_controls(before, taken),
        control_after=_controls(after, taken),
    )


def _controls(xy: np.ndarray, taken: shapely.Geometry) -> int:
    """Events in cells that touch none of the problems."""
    cells, member = np.unique(_GRID.cells_of(xy), return_inverse=True)
    touched = shapely.intersects(_GRID.outlines(cells), taken)
    return int((~touched)[member].sum()) if len(cells) else 0


def events_by_spring(problems: Collection[Problem]) -> dict[int, dict[int, int]]:
    """By flood zone how many events each spring had there: year -> events, the newest first."""
    if not problems:
        return {}
    shapes = {one.pk: shapely.from_wkb(bytes(one.geom.wkb)) for one in problems}
    box = Polygon.from_bbox(shapely.total_bounds(list(shapes.values())).tolist())
    box.srid = city_srid()
    rows = list(
        Event.objects.happened()
        .filter(theme__in={one.theme for one in problems}, geom__intersects=box)
        .annotate(wkb=AsWKB("geom"))
        .order_by("id")
        .values_list("wkb", "occurred_at")
    )
    xy = shapely.get_coordinates(
        shapely.from_wkb(np.array([bytes(wkb) for wkb, _when in rows], dtype=object))
    ).reshape(-1, 2)
    days = [timezone.localdate(when) for _wkb, when in rows]
    year = np.array([day.year for day in days], dtype=np.int64)
    spring = np.isin([day.month for day in days], SPRING)
    found = {}
    for one in problems:
        there = spring & shapely.intersects_xy(shapes[one.pk], *xy.T)
        years, counts = np.unique(year[there], return_counts=True)
        found[one.pk] = dict(zip(years[::-1].tolist(), counts[::-1].tolist(), strict=True))
    return found
