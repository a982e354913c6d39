"""The queue as a list, one yard's page, and the queue as JSON."""

import json

from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.template.loader import render_to_string
from django.urls import Resolver404, resolve, reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

from citymap.accounts.access import public
from citymap.api import LANGUAGE, documented, parameter
from citymap.problems import BadParameterError
from citymap.shell.mapconfig import map_config
from layers.models import Territory, Yard
from planning.choices import PhotoShows, Stage, YardState
from planning.models import QueuePolicy, QueueRow, YardStage, YardSurvey
from planning.passport import progress, story
from planning.portal.kept import kept
from planning.portal.said import LEAST_PEOPLE, said_about
from planning.reading import (
    Entry,
    ahead_of,
    districts,
    entries,
    map_url,
    named,
    place_of,
    queue_rows,
    survey_costs,
)
from planning.yardstates import yards_with_state

PAGE_SIZE = 50
# Where residents report (appeals/portal): the yard goes along.
REPORT = "/report/"
MAX_TEXT = 200
MAX_LIMIT = 100_000

SHOWS = {
    "": gettext_lazy("All yards"),
    "planned": gettext_lazy("In a programme"),
    "free": gettext_lazy("May be taken now"),
    **{state.value: state.label for state in YardState if state != YardState.PLANNED},
}
_STATES = {
    "planned": (YardState.THIS_YEAR, YardState.PLANNED),
    **{state.value: (state,) for state in YardState if state != YardState.PLANNED},
}
SORTS = {
    "": (gettext_lazy("By place"), "position"),
    "apartments": (gettext_lazy("Most apartments first"), "-apartments"),
    "complaints": (gettext_lazy("Most complaints first"), "-complaints"),
    "area": (gettext_lazy("Largest first"), "-area_m2"),
}


@public
@require_safe
def queue(request: HttpRequest) -> HttpResponse:
    """The yard queue, 50 to a page: found by address, filtered by what is known of yards.

    The list is the page; the map beside it is loaded afterwards.
    """
    (body,) = kept(
        request,
        lambda: (render_to_string("planning/portal/queue_body.html", _list(request), request),),
    )
    return render(request, "planning/portal/queue.html", {"body": body})


def _list(request: HttpRequest) -> dict:
    """What the list shows."""
    text = request.GET.get("q", "")[:MAX_TEXT]
    show, sort = request.GET.get("show", ""), request.GET.get("sort", "")
    district = _district(request.GET.get("district", ""))
    rows = named(_shown(queue_rows(), show), text)
    if district:
        rows = rows.filter(yard__geom__intersects=district.geom)
    rows = rows.order_by(SORTS.get(sort, SORTS[""])[1], "position")
    page = Paginator(rows, PAGE_SIZE).get_page(request.GET.get("page", 1))
    return {
        "entries": entries(page),
        "page": page,
        "pages": page.paginator.get_elided_page_range(page.number, on_each_side=2, on_ends=1),
        "text": text,
        "show": show if show in SHOWS else "",
        "shows": SHOWS.items(),
        "sort": sort if sort in SORTS else "",
        "sorts": [(value, title) for value, (title, _column) in SORTS.items()],
        "district": district.pk if district else None,
        "districts": districts(),
        "states": YardState,
        "policy": QueuePolicy.objects.first(),
        "snapshot": page[0].snapshot if len(page) else None,
        "map_config": _map_config(request, title=_("Queue of yards")),
    }


def _district(written: str) -> Territory | None:
    """The district asked for; None for all, and for what is none."""
    if not (written.isascii() and written.isdecimal()):
        return None
    return districts().filter(pk=int(written[:9])).first()


def _shown(rows: QuerySet[QueueRow], show: str) -> QuerySet[QueueRow]:
    if show in _STATES:
        return rows.filter(yard__in=yards_with_state().filter(state__in=_STATES[show]).values("pk"))
    if show == "free":
        wanted = yards_with_state().filter(state=YardState.QUEUED, needs_work=True)
        return rows.filter(yard__in=wanted.values("pk"))
    return rows


@public
@require_safe
def yard(request: HttpRequest, yard: int) -> HttpResponse:
    """One yard: its place and why, what is planned, what was done, how to say that it is not."""
    title, body, is_current = kept(request, lambda: _page_of(request, yard))
    context = {"yard": yard, "title": title, "body": body, "is_current": is_current}
    return render(request, "planning/portal/yard.html", context)


def _page_of(request: HttpRequest, yard: int) -> tuple[str, str, str]:
    """Title and body of a yard's page, and "yes" when it is a current yard."""
    # With its ground at once, which lists leave out.
    row = queue_rows().defer(None).select_related("yard__quarter").filter(yard=yard).first()
    found = row.yard if row else get_object_or_404(Yard.objects.select_related("quarter"), pk=yard)
    (entry,) = entries([row]) if row else (None,)
    stages = list(YardStage.objects.filter(yard=found).select_related("contractor", "programme"))
    guarantees = [one for one in stages if one.stage == Stage.GUARANTEE]
    photos = list(found.photos.order_by("taken_on", "pk"))
    survey = YardSurvey.objects.filter(yard=found).first()
    state, year, lon, lat = _standing(found, entry)
    config = _map_config(request, title=found.localized_label)
    context = {
        "yard": found,
        "entry": entry,
        "state": state,
        "year": year,
        "survey": survey,
        "costs": survey_costs(survey),
        "ahead": ahead_of(entry) if entry and state == YardState.QUEUED else None,
        "said": said_about(found),
        "least_people": LEAST_PEOPLE,
        "steps": progress(entry.planned, stages) if entry and entry.planned else [],
        "stages": stages,
        "story": story(found, stages),
        "guarantee": max(guarantees, key=lambda one: one.guarantee_until, default=None),
        "before": [one for one in photos if one.shows != PhotoShows.AFTER][-2:],
        "after": [one for one in photos if one.shows == PhotoShows.AFTER][-2:],
        "report_url": report_url(found.pk),
        "map_url": map_url(lon, lat),
        "map_config": config | {"yard": found.pk, "position": [lon, lat]},
    }
    body = render_to_string("planning/portal/yard_body.html", context, request)
    return found.localized_label, body, "" if found.valid_to else "yes"


def _standing(yard: Yard, entry: Entry | None) -> tuple[YardState, int | None, float, float]:
    """State, year, longitude and latitude of a yard, in the queue or not."""
    if entry is not None:
        return entry.state, entry.year, entry.lon, entry.lat
    row = yards_with_state(Yard.objects.filter(pk=yard.pk)).values("state", "year").get()
    return YardState(row["state"]), row["year"], *place_of(yard)


def _map_config(request: HttpRequest, *, title: str) -> dict:
    """What the map of yards needs: as the map page, and where a yard's page is."""
    config = map_config(request, title=title)
    page = reverse("yards:yard", args=[0]).replace("/0/", "/{id}/")
    return config | {"urls": config["urls"] | {"yard": page}}


def report_url(yard: int) -> str:
    """The form for residents with the yard filled in; empty where the city has none."""
    try:
        resolve(REPORT)
    except Resolver404:
        return ""
    return f"{REPORT}?yard={yard}"


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
def api_queue(request: HttpRequest) -> HttpResponse:
    """`/api/yards/queue/`."""
    offset = _number(request, "offset", low=0, usual=0)
    limit = _number(request, "limit", low=1, usual=MAX_LIMIT)
    (said,) = kept(request, lambda: (_as_json(queue_rows()[offset : offset + limit]),))
    return HttpResponse(said, content_type="application/json")


def _as_json(rows: QuerySet[QueueRow]) -> str:
    return json.dumps([entry.as_json() for entry in entries(rows)], ensure_ascii=False)


def _number(request: HttpRequest, name: str, *, low: int, usual: int) -> int:
    written = request.GET.get(name)
    if written is None:
        return usual
    if not (written.isascii() and written.isdecimal() and low <= int(written[:9]) <= MAX_LIMIT):
        raise BadParameterError(name, _("A whole number from %(low)s on.") % {"low": low})
    return int(written[:9])
