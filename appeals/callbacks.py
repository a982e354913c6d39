"""Who is owed a call: verified appeals whose applicants have not been told the result yet, and
appeals of outages that are over, where no message arrived."""

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import F, OuterRef, Prefetch, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.utils import timezone

from appeals import outages
from appeals.choices import CallResult, State
from appeals.guards import is_told
from appeals.models import Appeal, Applicant, CallBack, Report


@dataclass(frozen=True, kw_only=True)
class Owed:
    """One applicant of an appeal: what was tried, and whether that is enough."""

    applicant: Applicant
    tries: list[CallBack]
    told: bool


@dataclass(frozen=True, kw_only=True)
class Line:
    """One appeal of the queue, with everybody whom its result concerns."""

    appeal: Appeal
    report: Report | None
    people: list[Owed]
    next_try_at: dt.datetime | None
    now: dt.datetime

    @property
    def left(self) -> int:
        """How many are still to be told."""
        return sum(not one.told for one in self.people)

    @property
    def about_outage(self) -> bool:
        """Whether there is no result yet: only the end of the outage is told."""
        return self.appeal.state != State.VERIFIED

    @property
    def later(self) -> bool:
        """Whether the next try was put off to a later time."""
        return self.next_try_at is not None and self.next_try_at > self.now


def owed_calls(rows: QuerySet, now: dt.datetime | None = None) -> QuerySet:
    """Those of `rows` that are owed a call: due now first, then by when there was news to tell."""
    now = now or timezone.now()
    last = CallBack.objects.filter(appeal=OuterRef("pk")).order_by("-called_at", "-pk")
    standing = Report.objects.filter(appeal=OuterRef("pk"), sent_back_at__isnull=True)
    verified = Appeal.objects.filter(state=State.VERIFIED)
    # Each is asked by its own index: an OR of both would use neither.
    return (
        rows.filter(pk__in=verified.values("pk").union(outages.to_call().values("pk")))
        .annotate(
            next_try_at=Subquery(last.values("next_try_at")[:1]),
            verified_at=Coalesce(
                Subquery(standing.values("verified_at")[:1]), F("incident__ended_at")
            ),
            put_off=Q(next_try_at__gt=now),
        )
        .order_by(F("put_off").asc(nulls_first=True), F("verified_at").asc(nulls_last=True), "pk")
    )


def lines_of(appeals: Iterable[Appeal], now: dt.datetime | None = None) -> list[Line]:
    """The queue's lines for appeals of `owed_calls`: four queries, however many."""
    now, rows = now or timezone.now(), list(appeals)
    keys = [row.pk for row in rows]
    people: dict[int, list[Applicant]] = defaultdict(list)
    concerned = Applicant.objects.filter(Q(appeal__in=keys) | Q(appeal__joined_into__in=keys))
    for one in concerned.select_related("person", "appeal").order_by("pk"):
        people[one.appeal.joined_into_id or one.appeal_id].append(one)
    calls: dict[tuple[int, int], list[CallBack]] = defaultdict(list)
    for call in CallBack.objects.filter(appeal__in=keys).order_by("called_at", "pk"):
        calls[call.appeal_id, call.applicant_id].append(call)
    reports: dict[int, Report] = {}
    standing = Report.objects.filter(appeal__in=keys, sent_back_at__isnull=True)
    for report in standing.select_related("body").prefetch_related(Prefetch("photos")):
        reports.setdefault(report.appeal_id, report)
    return [_line(row, reports.get(row.pk), people[row.pk], calls, now) for row in rows]


def _line(
    appeal: Appeal,
    report: Report | None,
    people: list[Applicant],
    calls: dict[tuple[int, int], list[CallBack]],
    now: dt.datetime,
) -> Line:
    since = report.verified_at if report and report.verified_at else None
    if since is None:
        since = appeal.incident.ended_at if appeal.incident else appeal.registered_at
    many = len(people) > 1 or appeal.incident_id is not None
    owed = []
    for one in people:
        tries = [call for call in calls[appeal.pk, one.pk] if call.called_at >= since]
        owed.append(Owed(applicant=one, tries=tries, told=is_told(tries, many=many)))
    return Line(
        appeal=appeal, report=report, people=owed,
        next_try_at=getattr(appeal, "next_try_at", None), now=now,
    )  # fmt: skip


def results_for(line: Line) -> list[tuple[str, str]]:
    """What an attempt may end in; a message only where there are several, or an outage."""
    many = len(line.people) > 1 or line.appeal.incident_id is not None
    return [
        (value, label) for value, label in CallResult.choices if many or value != CallResult.MESSAGE
    ]
