"""What an inspector looks at today: what must be seen, and the drawn sample."""

import datetime as dt
from dataclasses import dataclass

from django.contrib.gis.geos import Point
from django.db.models import Exists, F, OuterRef
from django.utils import timezone

from appeals.choices import Evidence, PhotoKind, ReplyFlag, State
from appeals.field.route import route
from appeals.inspection import drawn_for
from appeals.models import Appeal, OnSiteCheck, Photo, Report
from appeals.permissions import CHECK
from appeals.querysets import AppealQuerySet
from citymap.accounts.access import AnyUser, visible

MOST_A_DAY = 40


@dataclass(frozen=True, kw_only=True)
class Stop:
    """One place of the day's way. leg_m: from the stop before, as the crow flies."""

    number: int
    appeal: Appeal
    report: Report
    drawn: bool
    photos: list[Photo]
    leg_m: float | None

    @property
    def flags(self) -> list[str]:
        """Why the answer looks formal, in words."""
        return [ReplyFlag(flag).label for flag in self.report.flags]


def to_check(user: AnyUser, now: dt.datetime) -> AppealQuerySet:
    """Reported results that the user may check and nobody has looked at yet."""
    standing = Report.objects.filter(appeal=OuterRef("pk"), sent_back_at__isnull=True)
    looked_at = OnSiteCheck.objects.filter(appeal=OuterRef("pk"), report__sent_back_at__isnull=True)
    rows = visible(Appeal.objects.real().filter(state=State.REPORTED_DONE), user, CHECK)
    # Nobody checks the work of their own organisation.
    return (
        rows.filter(Exists(standing))
        .exclude(executor__in=user.reach.bodies)
        .exclude(Exists(looked_at))
    )


def stops_of(user: AnyUser, *, now: dt.datetime, start: Point | None = None) -> list[Stop]:
    """The day's stops in the order of a short way. start: where the user is, city CRS."""
    drawn = {one.pk for one in drawn_for(timezone.localdate(now), now=now)}
    rows = to_check(user, now)
    sample = list(rows.filter(pk__in=drawn).values_list("pk", flat=True))
    must = rows.filter(category__evidence=Evidence.ONSITE).exclude(pk__in=sample)
    room = max(0, MOST_A_DAY - len(sample))
    keys = sample[:MOST_A_DAY] + list(
        must.order_by(F("reported_at").asc(nulls_last=True), "pk").values_list("pk", flat=True)[
            :room
        ]
    )
    appeals = list(
        Appeal.objects.filter(pk__in=keys)
        .select_related("category__parent", "executor")
        .order_by("pk")
    )
    points = [one.geom.point_on_surface for one in appeals]
    order = route(
        [(point.x, point.y) for point in points], start=(start.x, start.y) if start else None
    )
    reports = {
        one.appeal_id: one
        for one in Report.objects.filter(appeal__in=keys, sent_back_at__isnull=True)
    }
    photos: dict[int, list[Photo]] = {}
    shown = [PhotoKind.PROBLEM, PhotoKind.BEFORE, PhotoKind.AFTER]
    for photo in Photo.objects.filter(appeal__in=keys, kind__in=shown):
        photos.setdefault(photo.appeal_id, []).append(photo)
    stops, here = [], start
    for number, index in enumerate(order, start=1):
        appeal, point = appeals[index], points[index]
        stops.append(
            Stop(
                number=number, appeal=appeal, report=reports[appeal.pk],
                drawn=appeal.pk in drawn, photos=photos.get(appeal.pk, []),
                leg_m=None if here is None else here.distance(point),
            )
        )  # fmt: skip
        here = point
    return stops
