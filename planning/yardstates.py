"""What the public sees of each yard: its state and year, the same on the map, in lists and data."""

from django.db.models import (
    BooleanField,
    Case,
    CharField,
    Exists,
    F,
    IntegerField,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    Value,
    When,
)
from django.db.models.functions import Coalesce, ExtractYear, Now

from layers.models import Yard
from planning.choices import FINISHED, YardState
from planning.models import (
    ProgrammeVersion,
    ProgrammeYard,
    QueueRow,
    QueueSnapshot,
    YardHold,
    YardStage,
    YardSurvey,
)

BLOCKED = (
    Q(demolition=True) | Q(land_ready=False) | Q(network_renewal_due=True) | Q(project_ready=False)
)


def yards_with_state(rows: QuerySet[Yard] | None = None) -> QuerySet[Yard]:
    """Current yards (or `rows`) with `state` (YardState), `year` and `place`.

    year: in which it was or is to be done; None where nobody has said. place: in the queue in
    force; None for a yard that came since. A yard is of this year until it is accepted, however
    late; of two programmes the earlier year counts.
    """
    rows = Yard.objects.current() if rows is None else rows
    planned, done = _planned_year(), _done_year()
    return (
        rows.annotate(planned_year=Subquery(planned), done_year=Subquery(done))
        .annotate(
            needs_work=Subquery(_last_survey().values("needs_work")[:1]),
            waits=Exists(YardHold.objects.active().filter(yard=OuterRef("pk"))),
            blocked=Coalesce(
                Subquery(_last_survey().annotate(stops=_stops()).values("stops")[:1]), Value(False)
            ),
            place=Subquery(_place()),
        )
        .annotate(
            state=Case(
                When(planned_year__lte=ExtractYear(Now()), then=Value(YardState.THIS_YEAR)),
                When(planned_year__isnull=False, then=Value(YardState.PLANNED)),
                When(done_year__isnull=False, then=Value(YardState.DONE)),
                When(waits=True, then=Value(YardState.HELD)),
                When(needs_work=False, then=Value(YardState.NOT_NEEDED)),
                When(blocked=True, then=Value(YardState.HELD)),
                default=Value(YardState.QUEUED),
                output_field=CharField(),
            ),
            year=Coalesce(F("planned_year"), F("done_year"), output_field=IntegerField()),
        )
    )


def _planned_year() -> QuerySet:
    """The first year of a published programme in which the yard is not finished yet."""
    finished = YardStage.objects.filter(
        yard=OuterRef("yard"), programme=OuterRef("version__programme"), stage__in=FINISHED
    )
    return (
        ProgrammeYard.objects.filter(
            yard=OuterRef("pk"), version__in=ProgrammeVersion.objects.in_force().values("pk")
        )
        .filter(~Exists(finished))
        .order_by("year")
        .values("year")[:1]
    )


def _done_year() -> QuerySet:
    return (
        YardStage.objects.filter(yard=OuterRef("pk"), stage__in=FINISHED)
        .order_by("-reached_on")
        .values(in_year=ExtractYear("reached_on"))[:1]
    )


def _last_survey() -> QuerySet:
    return YardSurvey.objects.filter(yard=OuterRef("pk")).order_by("-surveyed_on", "-pk")


def _stops() -> Case:
    return Case(When(BLOCKED, then=Value(True)), default=Value(False), output_field=BooleanField())


def _place() -> QuerySet:
    newest = QueueSnapshot.objects.order_by("-pk").values("pk")[:1]
    return (
        QueueRow.objects.filter(snapshot__in=newest, yard=OuterRef("pk"))
        .order_by()
        .values("position")[:1]
    )
