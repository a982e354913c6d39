"""What measures brought: events of a problem's place before and after, beside control cells."""

import datetime as dt

import numpy as np
import shapely
from django.contrib.gis.db.models.functions import AsWKB
from django.db.models.functions import ExtractMonth
from django.utils import timezone

from planning.choices import ProblemKind
from planning.hotspots.effects import Effect, effect_of
from planning.hotspots.grid import HexGrid
from planning.hotspots.seasons import SPRING
from planning.models import Event, Problem

LEAST_DAYS, MOST_DAYS = 30, 730
_YEAR = 365
_GRID = HexGrid(200.0)


def effect_of_problem(problem: Problem, *, today: dt.date) -> Effect | None:
    """Before the first measure against after the last one, in periods of equal length.

    Of a flood zone only springs count, and whole years are compared. Control: cells of 200 m that
    touch no problem of the theme. None while nothing is done, or too little time has passed.
    """
    done = sorted(day for day in problem.measures.values_list("done_on", flat=True) if day)
    if not done or problem.measures.filter(done_on__isnull=True).exists():
        return None
    days = min((today - done[-1]).days, MOST_DAYS)
    if problem.kind == ProblemKind.FLOOD_ZONE:
        days = days // _YEAR * _YEAR
    if days < LEAST_DAYS:
        return None
    length = dt.timedelta(days)
    before = _places(problem, done[0] - length, done[0])
    after = _places(problem, done[-1], done[-1] + length)
    shape = shapely.from_wkb(bytes(problem.geom.wkb))
    others = [
        shapely.from_wkb(bytes(wkb))
        for wkb in Problem.objects.filter(theme=problem.theme)
        .annotate(wkb=AsWKB("geom"))
        .values_list("wkb", flat=True)
    ]
    return effect_of(
        int(shapely.intersects_xy(shape, *before.T).sum()),
        int(shapely.intersects_xy(shape, *after.T).sum()),
        control_before=_controls(before, others),
        control_after=_controls(after, others),
    )


def _places(problem: Problem, since: dt.date, until: dt.date) -> np.ndarray:
    """Where events of the problem's theme were, (n, 2)."""
    rows = Event.objects.happened().about(problem.theme).between(since, until)
    if problem.kind == ProblemKind.FLOOD_ZONE:
        zone = timezone.get_default_timezone()
        rows = rows.annotate(month=ExtractMonth("occurred_at", tzinfo=zone)).filter(
            month__in=SPRING
        )
    wkb = rows.annotate(wkb=AsWKB("geom")).order_by("id").values_list("wkb", flat=True)
    points = shapely.from_wkb(np.array([bytes(one) for one in wkb], dtype=object))
    return shapely.get_coordinates(points).reshape(-1, 2)


def _controls(xy: np.ndarray, problems: list[shapely.Geometry]) -> int:
    """Events in cells that touch none of the problems."""
    cells, member = np.unique(_GRID.cells_of(xy), return_inverse=True)
    touched = shapely.intersects(_GRID.outlines(cells), shapely.union_all(problems))
    return int((~touched)[member].sum()) if len(cells) else 0
