"""The list of appeals, the coordinators' tray, the queue of calls back."""

from django.core.paginator import Paginator
from django.db.models import Count, F, Q
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.views.decorators.http import require_safe

from appeals.choices import ReplyFlag, State
from appeals.console.answers import desk_page
from appeals.console.filters import AppealFilter, ordered
from appeals.models import Appeal, Report
from appeals.permissions import READ, TRAY
from citymap.accounts.access import requires, visible
from citymap.geo import lon_lat

PER_PAGE = 50
MOST_IN_TRAY = 100


@require_safe
@requires(READ)
def appeals(request: HttpRequest) -> HttpResponse:
    """The appeals that the reader may see, filtered, sorted and paged."""
    chosen = AppealFilter(request.GET)
    now = timezone.now()
    rows = visible(Appeal.objects.real(), request.user, READ)
    rows = ordered(chosen.apply(rows, request.user, now), request.GET.get("sort", ""))
    rows = rows.select_related("category", "executor")
    page = Paginator(rows, PER_PAGE).get_page(request.GET.get("page"))
    context = {
        "form": chosen,
        "page": page,
        "rows": [row_of(appeal, now) for appeal in page.object_list],
        "sort": request.GET.get("sort", ""),
    }
    return desk_page(request, "appeals/desk/appeals.html", context)


def row_of(appeal: Appeal, now) -> dict:
    """An appeal as a line of a list, with the link to the map."""
    lon, lat = lon_lat(appeal.geom.point_on_surface)
    return {"appeal": appeal, "late": appeal.is_overdue(now), "lon": lon, "lat": lat}


@require_safe
@requires(TRAY)
def tray(request: HttpRequest) -> HttpResponse:
    """What waits for a coordinator: nobody answers, or a reply looks formal."""
    now = timezone.now()
    rows = visible(Appeal.objects.real().tray(), request.user, READ)
    waiting = list(
        rows.select_related("category", "executor").order_by(F("due_at").asc(nulls_last=True), "pk")
        [:MOST_IN_TRAY]
    )  # fmt: skip
    counts = dict(rows.order_by().values_list("state").annotate(count=Count("pk")))
    replies = (
        Report.objects.filter(
            ~Q(flags=[]), sent_back_at__isnull=True, verified_at__isnull=True,
            appeal__state=State.REPORTED_DONE, appeal__practice=False,
            appeal__in=visible(Appeal.objects.all(), request.user, READ),
        )
        .select_related("appeal__category", "body").order_by("made_at", "pk")
    )  # fmt: skip
    flagged = [
        {"report": one, "flags": [ReplyFlag(flag).label for flag in one.flags]}
        for one in replies[:MOST_IN_TRAY]
    ]
    parts = [
        (state, [row_of(one, now) for one in waiting if one.state == state], counts.get(state, 0))
        for state in (State.RETURNED, State.REGISTERED, State.REOPENED)
    ]
    context = {"parts": parts, "flagged": flagged, "flagged_count": replies.count()}
    return desk_page(request, "appeals/desk/tray.html", context)
