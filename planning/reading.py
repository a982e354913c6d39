"""The queue as people read it: rows with their yard, what stands in the way, what is planned."""

import math
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from django.contrib.gis.db.models.functions import PointOnSurface, Transform
from django.db.models import Count, Exists, Q, QuerySet
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from citymap.geo import WGS84_SRID
from citymap.places.search import search
from citymap.places.words import MAX_QUERY_LENGTH
from layers.choices import TerritoryKind
from layers.models import Address, Territory, Yard
from planning.choices import UNITS, Work, YardObstacle, YardState
from planning.models import (
    ProgrammeVersion,
    ProgrammeYard,
    QueuePolicy,
    QueueRow,
    WorkPrice,
    YardSurvey,
)
from planning.programme.costs import CostLine, cost_lines
from planning.queue.scoring import CRITERIA, POINT
from planning.queueinputs import Standing, read_standing
from planning.yardstates import yards_with_state

CRITERION_NAMES = {
    "apartments": _("Apartments"),
    "complaints": _("People who complained"),
    "area_m2": _("Area, m²"),
}
# Values are counted in these steps.
_STEPS = {"apartments": 1, "complaints": 0.1, "area_m2": 1}
MAX_WORDS = 8
# So many of the best answers of the address search.
FOUND = 3
MAP_ZOOM = 17


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """One criterion of one yard, explained."""

    criterion: str
    value: float
    scaled: float
    weight: float
    points: float

    @property
    def title(self) -> str:
        return str(CRITERION_NAMES[self.criterion])

    @property
    def percent(self) -> int:
        """How far the value is between the goalposts."""
        return round(100 * self.scaled)


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """A yard in the queue; `planned` is its row in a programme in force."""

    row: QueueRow
    standing: Standing
    policy: QueuePolicy
    planned: ProgrammeYard | None
    state: YardState
    year: int | None
    lon: float
    lat: float

    @property
    def yard(self) -> Yard:
        return self.row.yard

    @property
    def state_title(self) -> str:
        """State and year, as lists show them."""
        label = str(self.state.label)
        return f"{label}, {self.year}" if self.year else label

    @property
    def score(self) -> float:
        """Points of 100."""
        return self.row.score / POINT

    @property
    def parts(self) -> list[Part]:
        policy = self.policy.policy
        return [
            Part(
                criterion=name,
                value=getattr(self.row, name),
                scaled=round(self.row.scaled[number], 6),
                weight=policy.weights[name],
                points=self.row.points[number] / POINT,
            )
            for number, name in enumerate(CRITERIA)
        ]

    @property
    def held_reason(self) -> str | None:
        """Why the yard cannot be taken now, in words; None when it can."""
        if self.standing.hold_reason:
            return self.standing.hold_reason
        if not self.standing.obstacles:
            return None
        return str(YardObstacle(self.standing.obstacles[0]).label)

    @property
    def moves(self) -> list[tuple[str, float]]:
        """Criterion and the value with which the yard would be one place higher."""
        return [
            (str(CRITERION_NAMES[name]), math.ceil(value / _STEPS[name]) * _STEPS[name])
            for name, value in self.row.moves
        ]

    @property
    def stable_percent(self) -> int:
        return round(100 * self.row.stability)

    def as_json(self) -> dict[str, Any]:
        """As `/api/yards/queue/` says it."""
        return {
            "position": self.row.position,
            "yard": self.row.yard_id,
            "label": self.yard.localized_label,
            "apartments": round(self.row.apartments),
            "complaints": self.row.complaints,
            "area_m2": round(self.row.area_m2),
            "score": self.score,
            "parts": [
                {
                    "criterion": part.criterion,
                    "value": part.value,
                    "scaled": part.scaled,
                    "weight": part.weight,
                    "points": part.points,
                }
                for part in self.parts
            ],
            "held_reason": self.held_reason,
        }


def queue_rows() -> QuerySet[QueueRow]:
    """The queue in force, in order, with what a list shows of each yard."""
    return (
        QueueRow.objects.in_force()
        .select_related("yard", "snapshot__policy")
        .defer("yard__geom", "yard__geom_3857", "yard__source", "yard__source_id")
    )


def named(rows: QuerySet[QueueRow], text: str) -> QuerySet[QueueRow]:
    """Rows whose yard's label has all the words, or that an address found by them belongs to."""
    text = text.replace("\0", " ").strip()[:MAX_QUERY_LENGTH]
    if not text:
        return rows
    by_label = Q()
    for word in text.replace(",", " ").replace(";", " ").split()[:MAX_WORDS]:
        by_label &= Q(yard__label__icontains=word) | Q(yard__label_kk__icontains=word)
    found = [one["id"] for one in search(question=text, limit=FOUND) if one["kind"] == "address"]
    houses = Address.objects.filter(pk__in=found, building__yard__isnull=False)
    return rows.filter(by_label | Q(yard__in=houses.values("building__yard")))


def planned_yards() -> QuerySet[ProgrammeYard]:
    """Rows of the programmes in force."""
    versions = ProgrammeVersion.objects.in_force().values("pk")
    return ProgrammeYard.objects.filter(version__in=versions).select_related("version__programme")


def districts() -> QuerySet[Territory]:
    """What the city is divided into, for filters, by name."""
    kinds = (TerritoryKind.DISTRICT, TerritoryKind.SUBURB, TerritoryKind.MICRODISTRICT)
    return Territory.objects.current().filter(kind__in=kinds).order_by("name").defer("geom")


def survey_costs(survey: YardSurvey | None) -> list[tuple[str, CostLine]]:
    """What a survey found to do, by work, at today's prices; nothing where it needs none.

    Works without a price are left out.
    """
    if survey is None or not survey.needs_work or not survey.amounts:
        return []
    prices = dict(WorkPrice.objects.on(timezone.localdate()).values_list("work", "price"))
    priced = {work: amount for work, amount in survey.amounts.items() if work in prices}
    return [
        (f"{Work(line.work).label}, {UNITS[Work(line.work)].label}", line)
        for line in cost_lines(priced, prices)
    ]


def entries(rows: Iterable[QueueRow]) -> list[Entry]:
    """Rows with all that is said of their yards; four queries however many they are.

    Of two programmes that take one yard the earlier year is shown.
    """
    rows = list(rows)
    yards = [row.yard_id for row in rows]
    standing = read_standing(yards)
    later_first = planned_yards().filter(yard__in=yards).order_by("-year", "-pk")
    planned = {row.yard_id: row for row in later_first}
    shown = {
        row["pk"]: row
        for row in yards_with_state(Yard.objects.filter(pk__in=yards))
        .annotate(spot=Transform(PointOnSurface("geom"), WGS84_SRID))
        .values("pk", "state", "year", "spot")
    }
    # One object for all rows of a state: its weights are read once.
    policies = {row.snapshot.policy_id: row.snapshot.policy for row in rows}
    return [
        Entry(
            row=row,
            standing=standing[row.yard_id],
            policy=policies[row.snapshot.policy_id],
            planned=planned.get(row.yard_id),
            state=YardState(shown[row.yard_id]["state"]),
            year=shown[row.yard_id]["year"],
            lon=round(shown[row.yard_id]["spot"].x, 6),
            lat=round(shown[row.yard_id]["spot"].y, 6),
        )
        for row in rows
    ]


@dataclass(frozen=True, slots=True, kw_only=True)
class Ahead:
    """The yards before one in the queue, by state; `pace`: yards of a programme's year, None where
    none was published."""

    states: tuple[tuple[YardState, int], ...]
    pace: int | None

    @property
    def yards(self) -> int:
        return sum(count for _state, count in self.states)

    @property
    def waiting(self) -> int:
        """Those whose turn comes earlier: neither done nor in a programme, and nothing stops
        them."""
        return dict(self.states).get(YardState.QUEUED, 0)

    @property
    def years(self) -> int | None:
        """In which year from now on its own turn would come at the pace; 1 is the next."""
        return None if not self.pace else self.waiting // self.pace + 1


def ahead_of(entry: Entry) -> Ahead:
    """What stands before a yard in the queue in force; one query at most."""
    if entry.row.position == 1:
        return Ahead(states=(), pace=None)
    before = QueueRow.objects.in_force().filter(position__lt=entry.row.position).order_by()
    rows = yards_with_state(Yard.objects.filter(pk__in=before.values("yard"))).order_by()
    published = Exists(ProgrammeVersion.objects.published())
    counted = rows.values_list("state", published).annotate(count=Count("pk"))
    counts = {state: count for state, _published, count in counted}
    return Ahead(
        states=tuple((state, counts[state]) for state in YardState if state in counts),
        pace=entry.row.snapshot.top if any(row[1] for row in counted) else None,
    )


def in_batches(rows: Sequence[int], size: int = 500) -> Iterator[list[Entry]]:
    """Entries of many rows (their keys, in order), a batch at a time: for exports."""
    for start in range(0, len(rows), size):
        yield entries(queue_rows().filter(pk__in=rows[start : start + size]))


def place_of(yard: Yard) -> tuple[float, float]:
    """Longitude and latitude of a point in the yard."""
    point = (
        Yard.objects.filter(pk=yard.pk)
        .annotate(spot=Transform(PointOnSurface("geom"), WGS84_SRID))
        .values_list("spot", flat=True)
        .get()
    )
    return point.x, point.y


def map_url(lon: float, lat: float) -> str:
    """The map at a place."""
    return f"{reverse('shell:home')}#at={MAP_ZOOM}/{lat:.5f}/{lon:.5f}"
