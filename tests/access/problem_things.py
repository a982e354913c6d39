"""Problems, measures, proposed clusters and reports for the matrix."""

import datetime as dt

from django.utils import timezone

from layers.models import Yard
from planning.choices import ReportKind, Theme
from planning.models import Cluster, HotspotRun, PeriodReport, Problem
from planning.services.problems import add_measure, open_problem
from planning.services.reports import make_report
from tests.access.world import World, thing
from tests.planning.town import make_yard

DAY = dt.date(2026, 5, 1)


def _place():
    yard = Yard.objects.filter(label="Yard 77").first() or make_yard(77)
    return yard.geom


def _problem() -> Problem:
    found = Problem.objects.filter(title="Matrix problem").first()
    return found or open_problem(
        title="Matrix problem", theme=Theme.ROADS, geom=_place(), today=DAY, user=None
    )


@thing("problem")
def problem(world: World) -> int:
    return _problem().pk


@thing("measure")
def measure(world: World) -> int:
    return add_measure(problem=_problem(), what="Mend it", due_on=DAY, user=None).pk


@thing("cluster")
def cluster(world: World) -> int:
    run = HotspotRun.objects.create(
        theme=Theme.ROADS, since=DAY, until=DAY + dt.timedelta(1), edge_m=200, reach_m=60,
        least_events=5, level=0.05, events=5,
    )  # fmt: skip
    now = timezone.now()
    return Cluster.objects.create(
        run=run, theme=Theme.ROADS, number=77, events=5, first_at=now, last_at=now, geom=_place()
    ).pk


@thing("report")
def report(world: World) -> int:
    found = PeriodReport.objects.first()
    return (
        found
        or make_report(
            kind=ReportKind.DAY, since=DAY, until=DAY + dt.timedelta(1), as_of=timezone.now(),
            user=None,
        )
    ).pk  # fmt: skip
