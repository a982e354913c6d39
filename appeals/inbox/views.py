"""The worklist with its map, photos."""

import datetime as dt
import uuid
from functools import cache

from django.contrib.gis.db.models.functions import PointOnSurface, Transform
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from appeals.choices import PhotoKind
from appeals.inbox.filters import SHOWN, InboxFilter, standing_at
from appeals.models import Appeal, Photo
from appeals.permissions import INBOX, READ
from appeals.policies import calendar_of
from appeals.workflow import RUNNING
from citymap.accounts.access import requires, visible
from citymap.geo import WGS84_SRID
from citymap.shell.mapconfig import map_config
from citymap.worktime.statements import deadline_text

PER_PAGE = 30
MOST_POINTS = 2000


class DeadlineWords:
    """How deadlines stand, in words; each calendar is asked for once."""

    def __init__(self, now: dt.datetime) -> None:
        self.now = now
        self._calendar = cache(lambda _schedule, body: calendar_of(body))

    def __call__(self, appeal: Appeal) -> str:
        """Nothing where no deadline runs."""
        if appeal.paused_at is not None:
            return _("the clock stands")
        if appeal.state not in RUNNING or appeal.due_at is None:
            return ""
        body = appeal.executor
        calendar = self._calendar(body.schedule_id if body else None, body)
        return deadline_text(appeal.due_at, now=self.now, calendar=calendar)


@require_safe
@requires(INBOX)
def worklist(request: HttpRequest) -> HttpResponse:
    """The body's appeals: headings with counts, filters, list, map."""
    now = timezone.now()
    chosen = InboxFilter(request.GET, user=request.user)
    rows = chosen.rows(now).select_related("category__parent", "executor")
    page = Paginator(rows.annotate(standing=standing_at(now)), PER_PAGE).get_page(
        request.GET.get("page")
    )
    counts = chosen.counts(now)
    words = DeadlineWords(now)
    context = {
        "form": chosen,
        "show": chosen.heading,
        "headings": [(name, title, counts.get(name)) for name, (title, _q) in SHOWN.items()],
        "page": page,
        "pages": page.paginator.get_elided_page_range(page.number, on_each_side=2, on_ends=1),
        "rows": [
            {
                "appeal": appeal,
                "deadline": words(appeal),
                "helps": not chosen.everybody and appeal.executor_id not in chosen.bodies,
            }
            for appeal in page.object_list
        ],
        "overdue": chosen.all_rows(now).overdue(now).count(),
        "several_bodies": chosen.everybody or len(chosen.bodies) > 1,
        "map_config": map_config(request, title=str(_("Appeals of the organisation"))),
    }
    return render(request, "appeals/inbox/worklist.html", context)


@require_safe
@requires(INBOX)
def places(request: HttpRequest) -> HttpResponse:
    """The same appeals as points: GeoJSON, at most so many."""
    now = timezone.now()
    rows = InboxFilter(request.GET, user=request.user).rows(now)
    found = rows.annotate(
        standing=standing_at(now), point=Transform(PointOnSurface("geom"), WGS84_SRID)
    ).values_list("pk", "number", "standing", "place", "point")[:MOST_POINTS]
    features = [
        {
            "type": "Feature",
            "id": key,
            "geometry": {
                "type": "Point", "coordinates": [round(point.x, 6), round(point.y, 6)],
            },
            "properties": {"id": key, "number": number, "standing": standing, "place": place},
        }
        for key, number, standing, place, point in found
    ]  # fmt: skip
    return JsonResponse(
        {"type": "FeatureCollection", "features": features},
        headers={"Cache-Control": "private, no-store"},
    )


@require_safe
@requires(READ)
def photo(request: HttpRequest, key: uuid.UUID, size: str = "") -> HttpResponse:
    """A picture, to those who may read its appeal."""
    found = get_object_or_404(Photo, file_key=key)
    if not visible(Appeal.objects.filter(pk=found.appeal_id), request.user, READ).exists():
        raise Http404
    return picture(found, small=size == "small")


def picture(found: Photo, *, small: bool) -> HttpResponse:
    """The file; kept by the reader's browser alone."""
    try:
        content = (found.thumbnail if small else found.image).open("rb").read()
    except FileNotFoundError as error:
        raise Http404 from error
    return HttpResponse(
        content, content_type="image/jpeg", headers={"Cache-Control": "private, max-age=86400"}
    )


def photos_by_kind(appeal: Appeal) -> list[tuple[str, list[Photo]]]:
    """Photos of an appeal under their headings, before and after side by side."""
    found: dict[str, list[Photo]] = {}
    for one in appeal.photos.all():
        found.setdefault(one.kind, []).append(one)
    return [(kind.label, found[kind]) for kind in PhotoKind if kind in found]
