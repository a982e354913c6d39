"""The day's worklist of on-site checks, drawn by risk from what was reported done."""

import datetime as dt

from django.conf import settings
from django.db.models import Avg, Case, Count, Exists, OuterRef, Q, Value, When
from django.utils.crypto import salted_hmac

from appeals.choices import CheckResult, Evidence, PhotoKind, State, Urgency
from appeals.models import Appeal, OnSiteCheck, Photo, Report
from appeals.sampling import Reported, draw

MOST_A_DAY = 40
LOOK_BACK = dt.timedelta(days=365)


def day_seed() -> str:
    """What makes the draw unforeseeable: derived from the installation's secret key."""
    return salted_hmac("appeals.sample", settings.TIME_ZONE, algorithm="sha256").hexdigest()


def drawn_for(day: dt.date, *, now: dt.datetime, most: int = MOST_A_DAY) -> list[Appeal]:
    """Appeals whose result is to be looked at on a local day, riskiest first."""
    keys = draw(reported(now=now), day=day, seed=day_seed(), most=most)
    found = Appeal.objects.select_related("category", "executor").in_bulk(keys)
    return [found[key] for key in keys]


def reported(*, now: dt.datetime) -> list[Reported]:
    """What waits for verification and was not looked at yet, with its risk; two queries."""
    shares = unconfirmed_shares(since=now - LOOK_BACK)
    standing = Report.objects.filter(appeal=OuterRef("pk"), sent_back_at__isnull=True)
    rows = (
        Appeal.objects.real()
        .filter(state=State.REPORTED_DONE)
        .exclude(
            Exists(
                OnSiteCheck.objects.filter(
                    appeal=OuterRef("pk"), report__sent_back_at__isnull=True
                )
            )
        )
        .annotate(
            back=Count("reports", filter=Q(reports__sent_back_at__isnull=False), distinct=True),
            pictured=Exists(Photo.objects.filter(appeal=OuterRef("pk"), kind=PhotoKind.AFTER)),
            flags=standing.values("flags")[:1],
        )
        .values_list(
            "pk", "flags", "recurrence_of", "urgency", "pictured", "back", "executor",
            "category__evidence",
        )
        .order_by("pk")
    )  # fmt: skip
    return [
        Reported(
            appeal=key, flags=len(flags or ()), recurrence=recurrence is not None,
            danger=urgency == Urgency.DANGER, has_photo=pictured, sent_back_before=back > 0,
            unconfirmed_share=shares.get(body, 0.0), onsite_category=evidence == Evidence.ONSITE,
        )
        for key, flags, recurrence, urgency, pictured, back, body, evidence in rows
    ]  # fmt: skip


def unconfirmed_shares(*, since: dt.datetime) -> dict[int, float]:
    """Per body: the share of its checks since a moment that found nothing done."""
    checks = OnSiteCheck.objects.filter(
        received_at__gte=since, result__in=[CheckResult.CONFIRMED, CheckResult.NOT_CONFIRMED]
    )
    bad = Case(When(result=CheckResult.NOT_CONFIRMED, then=Value(1.0)), default=Value(0.0))
    return dict(checks.values_list("report__body").annotate(share=Avg(bad)))
