"""Problems and flood zones: proposed by what happened, opened by an analyst, followed to an end."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, replace

from django.contrib.gis.db.models.functions import PointOnSurface
from django.contrib.gis.geos import GEOSGeometry
from django.db import IntegrityError, transaction
from django.db.models import Count, Q
from django.utils.translation import gettext as _

from appeals.models import Appeal
from citymap.accounts.models import Organization, User
from citymap.history.context import acting
from citymap.places.card import resolver
from planning.choices import ProblemKind, ProblemState, Theme
from planning.models import Cluster, HotspotRun, Measure, Problem
from planning.services.errors import PlanningRefusedError

# A cluster of so many events, or with so many appeals that came back, is proposed.
LEAST_EVENTS, LEAST_RECURRENCES = 10, 2
# Measures of a flood zone are due before the water comes.
FLOOD_DUE = (4, 1)


@dataclass(frozen=True, slots=True)
class Proposal:
    """A cluster that may be a problem; recurrences: appeals in it that came back after closing."""

    cluster: Cluster
    recurrences: int
    place: str = ""

    @property
    def theme_title(self) -> str:
        return str(Theme(self.cluster.theme).label)

    @property
    def kind(self) -> ProblemKind:
        flood = self.cluster.theme == Theme.FLOODING
        return ProblemKind.FLOOD_ZONE if flood else ProblemKind.PROBLEM


def proposals(*, kind: ProblemKind | None = None) -> list[Proposal]:
    """Clusters of each theme's search that no open problem stands for; the worst first.

    Of flooding those of all past springs: a place that stayed dry last year is still a zone.
    """
    known = set(
        Problem.objects.open().filter(cluster__isnull=False).values_list("theme", "cluster")
    )
    clusters = [
        cluster
        for cluster in Cluster.objects.filter(run__in=HotspotRun.objects.proposing())
        if (cluster.theme, cluster.number) not in known
        and (kind is None or (cluster.theme == Theme.FLOODING) == (kind == ProblemKind.FLOOD_ZONE))
    ]
    back = _recurrences(clusters)
    found = [Proposal(cluster, back.get(cluster.pk, 0)) for cluster in clusters]
    worth = [
        one
        for one in found
        if one.cluster.events >= LEAST_EVENTS
        or one.recurrences >= LEAST_RECURRENCES
        or one.kind == ProblemKind.FLOOD_ZONE
    ]
    return sorted(worth, key=_badness)


def _badness(one: Proposal) -> tuple:
    """The worst first; what no theme is made for has hardly one cause and comes last."""
    other = one.cluster.theme == Theme.OTHER
    return other, -one.cluster.events - 5 * one.recurrences, one.cluster.pk


def with_places(found: Sequence[Proposal]) -> list[Proposal]:
    """The same proposals with the address nearest to each, where there is one."""
    chosen = Cluster.objects.filter(pk__in=[one.cluster.pk for one in found])
    spots = dict(chosen.annotate(spot=PointOnSurface("geom")).values_list("pk", "spot"))
    labels = resolver().nearest_addresses([spots[one.cluster.pk] for one in found])
    return [replace(one, place=label) for one, label in zip(found, labels, strict=True)]


def _recurrences(clusters: Sequence[Cluster]) -> dict[int, int]:
    """Cluster -> members that are recurrences of earlier appeals."""
    chosen = Cluster.objects.filter(pk__in=[one.pk for one in clusters])
    members = chosen.filter(members__event__source="appeals").values_list(
        "pk", "members__event__source_id"
    )
    appeal_of = [(cluster, int(appeal)) for cluster, appeal in members if appeal.isdigit()]
    back = set(
        Appeal.objects.filter(
            pk__in=[appeal for _cluster, appeal in appeal_of], recurrence_of__isnull=False
        ).values_list("pk", flat=True)
    )
    found: dict[int, int] = {}
    for cluster, appeal in appeal_of:
        found[cluster] = found.get(cluster, 0) + (appeal in back)
    return found


@transaction.atomic
def open_problem(
    *,
    title: str,
    theme: Theme,
    geom: GEOSGeometry,
    today: dt.date,
    user: User | None,
    kind: ProblemKind = ProblemKind.PROBLEM,
    cause: str = "",
    lead: Organization | None = None,
    co_bodies: Sequence[Organization] = (),
    cluster: int | None = None,
) -> Problem:
    """Open a problem. Raises PlanningRefusedError where one is open for the cluster."""
    if not title.strip():
        raise PlanningRefusedError(_("Say what the problem is."))
    if lead is not None and lead in co_bodies:
        raise PlanningRefusedError(_("The lead body is no co-body."))
    try:
        with acting(user=user), transaction.atomic():
            problem = Problem.objects.create(
                kind=kind, title=title.strip(), cause=cause.strip(), theme=theme, geom=geom,
                lead=lead, cluster=cluster, opened_by=user, opened_on=today,
            )  # fmt: skip
    except IntegrityError as error:
        raise PlanningRefusedError(_("A problem is open for this cluster already.")) from error
    problem.co_bodies.set(co_bodies)
    return problem


@transaction.atomic
def describe_problem(
    *, problem: Problem, title: str, cause: str, lead: Organization | None,
    co_bodies: Sequence[Organization], user: User | None,
) -> Problem:  # fmt: skip
    """Title, cause and bodies of an open problem."""
    row = _open(problem)
    if not title.strip():
        raise PlanningRefusedError(_("Say what the problem is."))
    if lead is not None and lead in co_bodies:
        raise PlanningRefusedError(_("The lead body is no co-body."))
    row.title, row.cause, row.lead = title.strip(), cause.strip(), lead
    with acting(user=user):
        row.save()
    row.co_bodies.set(co_bodies)
    return row


@transaction.atomic
def add_measure(
    *,
    problem: Problem,
    what: str,
    due_on: dt.date,
    user: User | None,
    body: Organization | None = None,
    cost: int | None = None,
    budget_source: str = "",
) -> Measure:
    """A measure of an open problem."""
    row = _open(problem)
    if not what.strip():
        raise PlanningRefusedError(_("Say what is to be done."))
    with acting(user=user):
        return Measure.objects.create(
            problem=row, what=what.strip(), due_on=due_on, body=body, cost=cost,
            budget_source=budget_source.strip(), added_by=user,
        )  # fmt: skip


@transaction.atomic
def finish_measure(
    *, measure: Measure, done_on: dt.date, today: dt.date, user: User | None, note: str = ""
) -> Measure:
    """It was done on a day, today at the latest; once."""
    problem = _open(measure.problem)
    row = Measure.objects.select_for_update().get(pk=measure.pk, problem=problem)
    if row.done_on is not None:
        raise PlanningRefusedError(_("This was done already."))
    if done_on > today:
        raise PlanningRefusedError(_("The day lies ahead."))
    row.done_on, row.note = done_on, note.strip()
    with acting(user=user):
        row.save()
    return row


@transaction.atomic
def end_problem(
    *, problem: Problem, solved: bool, reason: str, today: dt.date, user: User | None
) -> Problem:
    """Solved, or dropped; with a reason."""
    row = _open(problem)
    if not reason.strip():
        raise PlanningRefusedError(_("Say how it ended."))
    row.state = ProblemState.SOLVED if solved else ProblemState.DROPPED
    row.ended_on, row.end_reason = max(today, row.opened_on), reason.strip()
    with acting(user=user, reason=row.end_reason):
        row.save()
    return row


def _open(problem: Problem) -> Problem:
    row = Problem.objects.select_for_update().get(pk=problem.pk)
    if row.state != ProblemState.OPEN:
        raise PlanningRefusedError(_("The problem has ended: nothing is changed any more."))
    return row


def counted_problems(kind: ProblemKind):
    """Problems of a kind with how many measures they have, done and not."""
    return (
        Problem.objects.filter(kind=kind)
        .select_related("lead")
        .annotate(
            measures_all=Count("measures"),
            measures_done=Count("measures", filter=Q(measures__done_on__isnull=False)),
        )
    )


def flood_due(today: dt.date) -> dt.date:
    """The next 1 April."""
    day = dt.date(today.year, *FLOOD_DUE)
    return day if today <= day else day.replace(year=today.year + 1)
