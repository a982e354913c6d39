"""The queue as a list, one yard's page, and the queue as JSON."""

from django.core.paginator import Paginator
from django.db.models import Q
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

from citymap.accounts.access import public
from citymap.api import LANGUAGE, documented, parameter
from citymap.problems import BadParameterError
from layers.models import Yard
from planning.choices import Stage
from planning.models import QueuePolicy, YardHold, YardStage, YardSurvey
from planning.reading import entries, map_url, named, planned_yards, queue_rows

PAGE_SIZE = 50
MAX_TEXT = 200
MAX_LIMIT = 100_000

SHOWS = {
    "": gettext_lazy("All yards"),
    "planned": gettext_lazy("In a programme"),
    "free": gettext_lazy("May be taken now"),
    "held": gettext_lazy("On hold"),
}


@public
@require_safe
def queue(request: HttpRequest) -> HttpResponse:
    """The yard queue, 50 to a page: found by address, filtered by what is known of yards."""
    text = request.GET.get("q", "")[:MAX_TEXT]
    show = request.GET.get("show", "")
    rows = named(_shown(queue_rows(), show), text)
    page = Paginator(rows, PAGE_SIZE).get_page(request.GET.get("page", 1))
    context = {
        "entries": entries(page),
        "page": page,
        "pages": page.paginator.get_elided_page_range(page.number, on_each_side=2, on_ends=1),
        "text": text,
        "show": show if show in SHOWS else "",
        "shows": SHOWS.items(),
        "policy": QueuePolicy.objects.first(),
        "snapshot": page[0].snapshot if len(page) else None,
    }
    return render(request, "planning/portal/queue.html", context)


def _shown(rows, show: str):
    if show == "planned":
        return rows.filter(yard__in=planned_yards().values("yard"))
    held = YardHold.objects.active().values("yard")
    if show == "held":
        return rows.filter(yard__in=held)
    if show == "free":
        surveys = YardSurvey.objects.filter(pk__in=YardSurvey.objects.last_ones().values("pk"))
        wanted = (
            surveys.filter(needs_work=True)
            .exclude(Q(demolition=True) | Q(land_ready=False))
            .exclude(Q(network_renewal_due=True) | Q(project_ready=False))
        )
        return rows.filter(yard__in=wanted.values("yard")).exclude(yard__in=held)
    return rows


@public
@require_safe
def yard(request: HttpRequest, yard: int) -> HttpResponse:
    """One yard: its place and why, what is planned, what was done."""
    found = get_object_or_404(Yard.objects.select_related("quarter"), pk=yard)
    row = queue_rows().filter(yard=found).first()
    (entry,) = entries([row]) if row else (None,)
    stages = YardStage.objects.filter(yard=found).select_related("contractor", "programme")
    context = {
        "yard": found,
        "entry": entry,
        "survey": YardSurvey.objects.filter(yard=found).first(),
        "stages": stages,
        "guarantee": stages.filter(stage=Stage.GUARANTEE).order_by("-guarantee_until").first(),
        "map_url": map_url(found),
    }
    return render(request, "planning/portal/yard.html", context)


_NUMBER = {"type": "number"}
_PART = {
    "type": "object",
    "properties": {
        "criterion": {"type": "string", "enum": ["apartments", "complaints", "area_m2"]},
        "value": _NUMBER,
        "scaled": {**_NUMBER, "minimum": 0, "maximum": 1},
        "weight": _NUMBER,
        "points": _NUMBER,
    },
}
_ANSWER = {
    "type": "array",
    "items": {
        "type": "object",
        "properties": {
            "position": {"type": "integer"},
            "yard": {"type": "integer"},
            "label": {"type": "string"},
            "apartments": {"type": "integer"},
            "complaints": _NUMBER,
            "area_m2": {"type": "integer"},
            "score": _NUMBER,
            "parts": {"type": "array", "items": _PART},
            "held_reason": {"type": ["string", "null"]},
        },
    },
}


@documented(
    summary="The yard queue, first place first, each place explained",
    parameters=[
        parameter("limit", "At most so many yards", kind="integer", minimum=1),
        parameter("offset", "Leave out so many first", kind="integer", minimum=0),
        LANGUAGE,
    ],
    answer=_ANSWER,
    errors={400: "limit or offset is no number"},
)
@public
@require_safe
def api_queue(request: HttpRequest) -> JsonResponse:
    """`/api/yards/queue/`."""
    offset = _number(request, "offset", low=0, usual=0)
    limit = _number(request, "limit", low=1, usual=MAX_LIMIT)
    rows = queue_rows()[offset : offset + limit]
    return JsonResponse(
        [entry.as_json() for entry in entries(rows)],
        safe=False,
        json_dumps_params={"ensure_ascii": False},
    )


def _number(request: HttpRequest, name: str, *, low: int, usual: int) -> int:
    written = request.GET.get(name)
    if written is None:
        return usual
    if not (written.isascii() and written.isdecimal() and low <= int(written[:9]) <= MAX_LIMIT):
        raise BadParameterError(name, _("A whole number from %(low)s on.") % {"low": low})
    return int(written[:9])
