"""The heatmap in numbers: how many events, in which territories, and since when they are known."""

import datetime as dt
from dataclasses import dataclass

import numpy as np
import shapely
from django.contrib.gis.db.models.functions import AsWKB
from django.db.models import Min
from django.utils import timezone
from django.utils.translation import get_language

from layers.choices import TerritoryKind
from layers.models import Territory
from planning.heatmap import Heatmap, Question
from planning.hotspots.seasons import MONTHS
from planning.models import Event

MOST_TERRITORIES = 12
ASKED_KINDS = (TerritoryKind.DISTRICT, TerritoryKind.MICRODISTRICT, TerritoryKind.SUBURB)
# A period that begins so long before the first event known is seen in part only.
_LATE = dt.timedelta(31)
# A change of fewer events, or of so many times, is not told in per cent.
_LEAST, _MOST_PERCENT = 10, 300


@dataclass(frozen=True, slots=True)
class Totals:
    """Events of the period and of the one it is compared with; a month of it on average."""

    events: int
    monthly: float
    before: int | None = None
    before_monthly: float | None = None

    @property
    def change(self) -> int | None:
        """Per cent more or fewer a month than before; None where few events say nothing in per
        cent, or the figures side by side say it better."""
        if not self.before_monthly or (self.before or 0) < _LEAST:
            return None
        percent = round(100 * (self.monthly / self.before_monthly - 1))
        return percent if percent <= _MOST_PERCENT else None

    @property
    def fewer(self) -> int:
        """The change of a decrease, without its sign."""
        return -(self.change or 0)


@dataclass(frozen=True, slots=True)
class InTerritory:
    """A territory's share of the events; density: per km2 and year."""

    pk: int
    name: str
    events: int
    density: float
    before: int | None


def territory_name(territory: Territory) -> str:
    """In the reader's language where it is known."""
    named = {"ru": territory.name_ru, "kk": territory.name_kk}
    return named.get((get_language() or "")[:2]) or territory.name


def totals(picture: Heatmap) -> Totals:
    """How many events there are in the area that is asked about."""
    second = picture.question.second
    events = picture.events
    if second is None:
        return Totals(events, _a_month(events, picture.question))
    before = picture.second_events
    return Totals(events, _a_month(events, picture.question), before, _a_month(before, second))


def _a_month(events: int, question: Question) -> float:
    return events / (question.years * MONTHS) if question.years else 0.0


def by_territory(picture: Heatmap) -> list[InTerritory]:
    """Parts of the city by events, the most first; none within a territory.

    Microdistricts and suburbs where there are any, else districts: a whole and its parts are not
    counted side by side.
    """
    if picture.question.territory is not None:
        return []
    rows = list(
        Territory.objects.current().filter(kind__in=ASKED_KINDS).annotate(wkb=AsWKB("geom"))
    )
    small = [row for row in rows if row.kind != TerritoryKind.DISTRICT]
    years = picture.question.years
    found = []
    for row in small or rows:
        shape = shapely.from_wkb(bytes(row.wkb))
        events = _within(shape, picture.points.xy)
        before = None
        if picture.second_points is not None:
            before = _within(shape, picture.second_points.xy)
        if events or before:
            density = events / (shape.area / 1e6) / years if years else 0.0
            found.append(InTerritory(row.pk, territory_name(row), events, density, before))
    return sorted(found, key=lambda one: (-one.events, one.name, one.pk))[:MOST_TERRITORIES]


def _within(shape: shapely.Geometry, xy: np.ndarray) -> int:
    shapely.prepare(shape)
    return int(shapely.intersects_xy(shape, *xy.T).sum())


def known_since(question: Question) -> dt.date | None:
    """The day of the theme's first event, when a period begins well before it; else None."""
    first = Event.objects.about(question.theme).aggregate(first=Min("occurred_at"))["first"]
    if first is None:
        return None
    day = timezone.localdate(first)
    begins = min(question.since, question.since2 or question.since)
    return day if day - begins > _LATE else None
