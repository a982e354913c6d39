"""The heatmap page: its questions, pictures, lists of events, exports, and searches."""

from urllib.parse import urlencode

from django.contrib import messages
from django.contrib.gis.db.models.functions import PointOnSurface, Transform
from django.contrib.gis.geos import Point
from django.http import HttpRequest, HttpResponse, HttpResponseBadRequest
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from citymap.accounts.access import may, requires
from citymap.geo import WGS84_SRID, city_bbox, city_point
from citymap.places.card import resolver
from citymap.shell.context import city_name
from citymap.shell.mapconfig import map_config
from citymap.tiles.registry import layers_of
from planning.choices import EmergingClass
from planning.chronicle import titles_of
from planning.console.common import say_errors
from planning.console.heatforms import HeatForm, MonthForm, PointForm
from planning.heatmap import Heatmap, Question, months, outlines
from planning.heatnumbers import by_territory, known_since, totals
from planning.heatsheet import Sheet, geotiff
from planning.models import Cluster, HotspotRun
from planning.services.errors import PlanningRefusedError
from planning.services.hotspots import SearchSettings, find_hotspots
from planning.sources import sources

SHOWN_CLUSTERS = 12
SHOWN_EVENTS = 100
SEARCH_FIELDS = ("theme", "since", "until", "radius_m")


def _asked(request: HttpRequest) -> HeatForm:
    return HeatForm({**HeatForm.usual(), **request.GET.dict()})


@requires("planning.read")
@require_safe
def index(request: HttpRequest) -> HttpResponse:
    """Heatmap of a theme and period, with the hotspots and clusters of the last search."""
    form = _asked(request)
    if not form.is_valid():
        say_errors(request, form)
        form = HeatForm(HeatForm.usual())
        form.full_clean()
    question: Question = form.cleaned_data["question"]
    picture = Heatmap(question)
    run = HotspotRun.objects.latest_of(question.theme)
    hot, groups = outlines(run, picture)
    series = months(picture)
    most = max(int(series.counts.max(initial=0)), 1)
    query = urlencode(form.query())
    context = {
        "form": form,
        "picture": picture,
        "run": run,
        "hot": hot,
        "groups": groups,
        "clusters": _largest(run),
        "classes": _classes(run),
        "bars": [
            {"day": month, "count": int(count), "percent": round(100 * int(count) / most)}
            for month, count in zip(series.months(), series.counts, strict=True)
        ],
        "may_search": may(request.user, "planning.search"),
        "may_plan": may(request.user, "planning.plan"),
        "query": query,
        "searched": [(name, form.query().get(name, "")) for name in SEARCH_FIELDS],
        "compares": question.second is not None,
        "periods": form.periods(),
        "totals": totals(picture),
        "territories": by_territory(picture),
        "known_since": known_since(question),
        "map_config": _config(request, picture, query, form.cleaned_data["view"]),
    }
    return render(request, "planning/console/heat.html", context)


def _config(request: HttpRequest, picture: Heatmap, query: str, view: str) -> dict:
    """What the page's JavaScript is told."""
    config = map_config(request, title=_("Heatmap and hotspots"))
    config["urls"] |= {
        "picture": reverse("plan:heatmap-png"),
        "events": reverse("plan:events"),
        "tiles": reverse("tiles:tilejson", args=["hotspots"]),
    }
    question = picture.question
    return config | {
        "heat": {
            "query": query,
            "corners": picture.corners,
            "view": view,
            "theme": question.theme,
            "layers": _layers(),
            "territory": question.territory,
            "legends": {
                "first": picture.legend(),
                "change": picture.legend("change"),
                "months": picture.legend(months=True),
            },
            "months": _months(question),
            "months2": _months(question.second) if question.second else [],
        }
    }


def _months(question: Question) -> list[dict]:
    """What is played of a period: key of each month and its name."""
    return [
        {"key": f"{month:%Y-%m}", "label": date_format(month, "YEAR_MONTH_FORMAT")}
        for month in question.whole_months()
    ]


def _largest(run: HotspotRun | None) -> list[Cluster]:
    """The largest clusters of a search, each with its `spot`, WGS 84, and the address there."""
    if run is None:
        return []
    inside = PointOnSurface("geom")
    rows = run.clusters.annotate(inside=inside, spot=Transform(inside, WGS84_SRID)).defer("geom")
    found = list(rows.order_by("-events", "number")[:SHOWN_CLUSTERS])
    places = resolver().nearest_addresses([one.inside for one in found])
    for one, place in zip(found, places, strict=True):
        one.place = place
    return found


def _layers() -> list[dict]:
    """Layers that lie on the heatmap: name, title, whether shown at first, signs."""
    return [
        {
            "name": layer.name,
            "title": str(layer.title),
            "shown": layer.name != "segment_rate",
            "legend": [
                {"label": str(item.label), "color": item.color, "shape": item.shape}
                for item in layer.legend
            ],
        }
        for layer in layers_of("hotspots")
    ]


def _classes(run: HotspotRun | None) -> list[tuple[str, int]]:
    """Names of emerging classes and how many cells a search has of each."""
    if run is None:
        return []
    found = list(run.cells.exclude(emerging=EmergingClass.NONE).values_list("emerging", flat=True))
    return [(str(one.label), found.count(one)) for one in EmergingClass if found.count(one.value)]


def _refused() -> HttpResponse:
    return HttpResponseBadRequest(_("Theme, period or radius make no sense."))


@requires("planning.read")
@require_safe
def png(request: HttpRequest) -> HttpResponse:
    """The picture on the map: `which` of the two periods or their change, or one `month`."""
    form, more = _asked(request), MonthForm(request.GET)
    if not (form.is_valid() and more.is_valid()):
        return _refused()
    picture = Heatmap(form.cleaned_data["question"])
    content = picture.picture(more.cleaned_data["which"] or "first", more.cleaned_data["month"])
    return HttpResponse(content, content_type="image/png")


@requires("planning.read")
@require_safe
def sheet(request: HttpRequest) -> HttpResponse:
    """The heatmap as a picture to print: scale, north, date, legend, attribution."""
    form, more = _asked(request), MonthForm(request.GET)
    if not (form.is_valid() and more.is_valid()):
        return _refused()
    question: Question = form.cleaned_data["question"]
    page = Sheet(
        Heatmap(question),
        title=f"{city_name()}: {form.theme_label}",
        lines=form.in_words(),
        which=more.cleaned_data["which"] or "first",
    )
    return _file(page.png(timezone.localdate()), "image/png", question, "png")


@requires("planning.read")
@require_safe
def tiff(request: HttpRequest) -> HttpResponse:
    """The figures as a GeoTIFF in the city's CRS."""
    form, more = _asked(request), MonthForm(request.GET)
    if not (form.is_valid() and more.is_valid()):
        return _refused()
    question: Question = form.cleaned_data["question"]
    content = geotiff(Heatmap(question), more.cleaned_data["which"] or "first")
    return _file(content, "image/tiff", question, "tif")


def _file(content: bytes, kind: str, question: Question, ending: str) -> HttpResponse:
    name = f"heatmap-{question.theme}-{question.since}-{question.last_day}.{ending}"
    return HttpResponse(
        content,
        content_type=kind,
        headers={"Content-Disposition": f'attachment; filename="{name}"'},
    )


@requires("planning.read")
@require_safe
def events(request: HttpRequest) -> HttpResponse:
    """The events around a point of the heatmap, newest first: a piece of the page."""
    form, at = _asked(request), PointForm(request.GET)
    if not (form.is_valid() and at.is_valid()):
        return _refused()
    lon, lat = at.cleaned_data["lon"], at.cleaned_data["lat"]
    if not city_bbox().contains(lon, lat):
        return HttpResponseBadRequest(_("The place is not in the city."))
    question: Question = form.cleaned_data["question"]
    point: Point = city_point(lon, lat)
    near = question.events().filter(geom__dwithin=(point, question.radius_m))
    found = list(near.order_by("-occurred_at", "id")[: SHOWN_EVENTS + 1])
    kinds = {source.name: source.title for source in sources}
    titles = titles_of(found[:SHOWN_EVENTS], linked=may(request.user, "works.read"))
    for event in found:
        event.kind_title = kinds.get(event.source, event.source)
        event.title, event.url = titles.get((event.source, event.source_id), ("", ""))
    context = {
        "events": found[:SHOWN_EVENTS],
        "more": len(found) > SHOWN_EVENTS,
        "radius_m": question.radius_m,
        "chronicle": f"{reverse('plan:chronicle')}?{urlencode({'lon': lon, 'lat': lat})}",
    }
    return render(request, "planning/console/events.html", context)


@requires("planning.search")
@require_POST
def search(request: HttpRequest) -> HttpResponse:
    """Search the theme and period for hotspots and come back to the page."""
    form = HeatForm({**HeatForm.usual(), **request.POST.dict()})
    if not form.is_valid():
        say_errors(request, form)
        return redirect("plan:index")
    asked: Question = form.cleaned_data["question"]
    try:
        run = find_hotspots(
            theme=asked.theme,
            since=asked.since,
            until=asked.until,
            settings=SearchSettings(against_all=request.POST.get("against") == "all"),
            user=request.user,
        )
    except PlanningRefusedError as error:
        messages.error(request, str(error))
    else:
        messages.success(
            request,
            _("Searched: events %(events)s, hotspots %(hot)s, clusters %(clusters)s.")
            % {
                "events": run.events,
                "hot": run.cells.filter(hot=True).count(),
                "clusters": run.clusters.count(),
            },
        )
    query = urlencode({name: form.data[name] for name in SEARCH_FIELDS})
    return redirect(f"{reverse('plan:index')}?{query}")
