"""Reports of a period as of a moment: counted from what has a time, so that it can be done again.

Everything is counted by moments that are never moved: receipt, first deadline, reports, calls.
Asked again with the same moment it gives the same figures, whatever happened since.
"""

import datetime as dt
from collections import Counter
from typing import Any

import numpy as np
import shapely
from django.contrib.gis.db.models.functions import AsWKB, PointOnSurface
from django.db import transaction
from django.db.models import Avg, Count, Exists, F, OuterRef, Q
from django.db.models.functions import TruncMonth
from django.utils import timezone

from appeals.choices import ContactKind, State
from appeals.models import Appeal, CallBack, Contact, Joining, Report
from citymap.accounts.choices import Role
from citymap.accounts.models import User
from citymap.notices.recipients import Recipient
from citymap.notices.services import owe
from planning.choices import ReportKind
from planning.hotspots.grid import HexGrid
from planning.hotspots.seasons import MONTHS, month_number, month_start
from planning.models import PeriodReport, Problem
from planning.querysets import midnight
from planning.services.hotspots import study_area
from planning.themes import theme_of_category

NOTICE = "planning_report"
EDGE_M = 300.0
MOST_PLACES, MOST_BODIES = 10, 40
LEAST_AT_PLACE = 2
# A body with fewer replies has no share worth naming.
LEAST_REPLIES = 5
# The page of the morning is made from this hour on.
FROM_HOUR = 6
_READERS = {
    ReportKind.DAY: (Role.AKIM,),
    ReportKind.WEEK: (Role.AKIM, Role.HEAD),
    ReportKind.QUARTER: (Role.AKIM, Role.HEAD, Role.ANALYST),
}


def figures_of(*, since: dt.date, until: dt.date, as_of: dt.datetime) -> dict[str, Any]:
    """The figures of local days from `since` up to `until`, as they stood at `as_of`. JSON-ready.

    cells: x, y of centres of hexagons of EDGE_M and their appeals; border: rings of the city.
    """
    known = Appeal.objects.real().filter(registered_at__lt=as_of)
    asked = known.filter(received_at__gte=midnight(since), received_at__lt=midnight(until))
    back = (since - (until - since), since)
    before = known.filter(received_at__gte=midnight(back[0]), received_at__lt=midnight(back[1]))
    year_ago = (_year_back(since), _year_back(until))
    last_year = known.filter(
        received_at__gte=midnight(year_ago[0]), received_at__lt=midnight(year_ago[1])
    )
    # Nothing from a year ago is known where the centre is younger: that is not nothing.
    knows = known.filter(received_at__lt=midnight(year_ago[1])).exists()
    contacts = Contact.objects.real().filter(
        started_at__gte=midnight(since), started_at__lt=midnight(until), ended_at__lt=as_of
    )
    answered, ended = contacts.filter(kind=ContactKind.CONSULTATION).count(), contacts.count()
    waiting = _waiting(known, as_of)
    return {
        "contacts": ended,
        "consultations": answered,
        "first_contact": _share(answered, ended),
        "appeals": asked.count(),
        "appeals_before": before.count(),
        "appeals_last_year": last_year.count() if knows else None,
        "waiting": waiting.count(),
        "waiting_late": waiting.filter(first_due_at__lt=as_of).count(),
        "answered": asked.filter(_answered(made_at__lt=as_of)).count(),
        "late": _late(asked, as_of).count(),
        "repeats": asked.filter(recurrence_of__isnull=False).count(),
        "themes": _themes(asked, before, last_year if knows else None),
        "months": _months(known, until),
        "places": _places(asked),
        "bodies": _bodies(since, until, as_of),
        "problems": _problems(timezone.localdate(as_of)),
        **_map(asked),
    }  # fmt: skip


def _answered(**made) -> Exists:
    return Exists(Report.objects.filter(appeal=OuterRef("pk"), **made))


def _to_be_answered(appeals, as_of: dt.datetime):
    """Neither joined to another one nor withdrawn, as things stood then."""
    joined = Joining.objects.filter(appeal=OuterRef("pk"), joined_at__lt=as_of).filter(
        Q(undone_at__isnull=True) | Q(undone_at__gte=as_of)
    )
    return appeals.filter(~Exists(joined)).exclude(state=State.WITHDRAWN, ended_at__lt=as_of)


def _late(asked, as_of: dt.datetime):
    """Without a reply by the first deadline, as things stood then."""
    return _to_be_answered(asked, as_of).filter(
        ~_answered(made_at__lte=OuterRef("first_due_at")), first_due_at__lt=as_of
    )


def _waiting(known, as_of: dt.datetime):
    """Without any reply then, whenever they came."""
    return _to_be_answered(known, as_of).filter(~_answered(made_at__lt=as_of))


def _share(part: int, whole: int) -> float | None:
    return round(part / whole, 4) if whole else None


def _year_back(day: dt.date) -> dt.date:
    return day.replace(year=day.year - 1, day=min(day.day, 28) if day.month == 2 else day.day)


def _by_theme(appeals) -> Counter:
    counts: Counter = Counter()
    rows = appeals.order_by().values_list("category__code").annotate(count=Count("id"))
    for code, count in rows:
        counts[str(theme_of_category(code))] += count
    return counts


def _themes(asked, before, last_year) -> list[dict]:
    now, then = _by_theme(asked), _by_theme(before)
    year = None if last_year is None else _by_theme(last_year)
    return [
        {
            "theme": theme,
            "count": count,
            "before": then[theme],
            "last_year": None if year is None else year[theme],
        }
        for theme, count in sorted(now.items(), key=lambda item: (-item[1], item[0]))
    ]


def _months(known, until: dt.date) -> list[dict]:
    """Appeals of the twelve months up to the period's end."""
    last = month_number(until - dt.timedelta(1))
    first = month_start(last - MONTHS + 1)
    zone = timezone.get_default_timezone()
    rows = dict(
        known.filter(received_at__gte=midnight(first), received_at__lt=midnight(until))
        .order_by().annotate(month=TruncMonth("received_at", tzinfo=zone))
        .values_list("month").annotate(count=Count("id"))
    )  # fmt: skip
    counts = {month_number(month): count for month, count in rows.items()}
    return [
        {"month": month_start(number).isoformat(), "count": counts.get(number, 0)}
        for number in range(last - MONTHS + 1, last + 1)
    ]


def _places(asked) -> list[dict]:
    """Houses and streets with most appeals: how many, of how many themes, how many came back.

    One appeal makes no place vulnerable.
    """
    rows = (
        asked.exclude(place="").order_by().values("place")
        .annotate(
            count=Count("id"), kinds=Count("category__parent", distinct=True),
            repeats=Count("id", filter=Q(recurrence_of__isnull=False)),
        )
        .filter(count__gte=LEAST_AT_PLACE)
        .order_by("-count", "-repeats", "place")[:MOST_PLACES]
    )  # fmt: skip
    return list(rows)


def _bodies(since: dt.date, until: dt.date, as_of: dt.datetime) -> list[dict]:
    """Replies of bodies in the period: in time by the first deadline, flagged, sent back, liked."""
    end = min(midnight(until), as_of)
    made = Report.objects.filter(
        appeal__practice=False, made_at__gte=midnight(since), made_at__lt=end
    )
    rows = list(
        made.order_by().values("body", "body__name")
        .annotate(
            replies=Count("id"),
            in_time=Count("id", filter=Q(made_at__lte=F("appeal__first_due_at"))),
            flagged=Count("id", filter=~Q(flags=[])),
            returned=Count("id", filter=Q(appeal__recurrence_of__isnull=False)),
        )
        .order_by("-replies", "body__name")[:MOST_BODIES]
    )  # fmt: skip
    liked = dict(
        CallBack.objects.filter(
            appeal__reports__in=made, satisfaction__isnull=False, called_at__lt=as_of
        ).order_by().values_list("appeal__reports__body").annotate(mean=Avg("satisfaction"))
    )  # fmt: skip
    return [
        {
            "name": row["body__name"],
            "replies": row["replies"],
            "in_time": _worth(row["in_time"], row["replies"]),
            "flagged": _worth(row["flagged"], row["replies"]),
            "returned": row["returned"],
            "liked": round(liked[row["body"]], 2) if row["body"] in liked else None,
        }
        for row in rows
    ]


def _worth(part: int, whole: int) -> float | None:
    return _share(part, whole) if whole >= LEAST_REPLIES else None


def _problems(day: dt.date) -> list[dict]:
    rows = (
        Problem.objects.filter(opened_on__lte=day).filter(
            Q(ended_on__isnull=True) | Q(ended_on__gt=day)
        )
        .select_related("lead")
        .annotate(
            total=Count("measures"), done=Count("measures", filter=Q(measures__done_on__lte=day))
        )
        .order_by("pk")
    )  # fmt: skip
    return [
        {
            "title": row.title, "theme": row.theme, "lead": row.lead.name if row.lead else "",
            "measures": row.total, "done": row.done,
        }
        for row in rows
    ]  # fmt: skip


def _map(asked) -> dict[str, Any]:
    """Where appeals were, by hexagon, and the outline of the city: what a map is drawn from."""
    wkb = asked.annotate(wkb=AsWKB(PointOnSurface("geom"))).order_by("pk")
    points = shapely.from_wkb(
        np.array([bytes(one) for one in wkb.values_list("wkb", flat=True)], dtype=object)
    )
    grid = HexGrid(EDGE_M)
    cells, counts = np.unique(
        grid.cells_of(shapely.get_coordinates(points).reshape(-1, 2)), return_counts=True
    )
    centres = grid.centres(cells).round(1).tolist()
    area = shapely.simplify(study_area(), 100.0)
    return {
        "edge_m": EDGE_M,
        "cells": [[x, y, int(count)] for (x, y), count in zip(centres, counts, strict=True)],
        "border": [
            [[round(x), round(y)] for x, y in part.exterior.coords]
            for part in shapely.get_parts(area)
        ],
    }


# --- making and sending -----------------------------------------------------------------------


def make_report(
    *, kind: ReportKind, since: dt.date, until: dt.date, as_of: dt.datetime, user: User | None
) -> PeriodReport:
    """Count and keep."""
    figures = figures_of(since=since, until=until, as_of=as_of)
    return PeriodReport.objects.create(
        kind=kind, since=since, until=until, as_of=as_of, figures=figures, made_by=user
    )


def period_of(kind: ReportKind, today: dt.date) -> tuple[dt.date, dt.date]:
    """The last whole day, week (from Monday) or quarter before today."""
    if kind == ReportKind.DAY:
        return today - dt.timedelta(1), today
    if kind == ReportKind.WEEK:
        monday = today - dt.timedelta(today.weekday())
        return monday - dt.timedelta(7), monday
    first = month_number(today) // 3 * 3
    return month_start(first - 3), month_start(first)


def make_due_reports(*, now: dt.datetime, from_hour: int = FROM_HOUR) -> int:
    """Make the reports whose period is over and owe them to their readers; how many were made.

    Once each, from an hour of the day on; when the worker was off, the last of each kind.
    """
    local = timezone.localtime(now)
    if local.hour < from_hour:
        return 0
    return sum(_make_once(kind, local.date(), now) for kind in ReportKind)


@transaction.atomic
def _make_once(kind: ReportKind, today: dt.date, now: dt.datetime) -> bool:
    since, until = period_of(kind, today)
    if PeriodReport.objects.filter(kind=kind, since=since, made_by__isnull=True).exists():
        return False
    report = make_report(kind=kind, since=since, until=until, as_of=now, user=None)
    roles = [role.value for role in _READERS[kind]]
    for user in User.objects.filter(is_active=True, roles__overlap=roles).order_by("pk"):
        owe(
            kind=NOTICE, source=report, recipient=Recipient.user(user),
            why=f"report of the {kind}", context={},
        )  # fmt: skip
    return True
