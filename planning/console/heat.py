"""The heatmap, the search for hotspots, and the rhythm of the year."""

from urllib.parse import urlencode

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseBadRequest
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from citymap.accounts.access import may, requires
from planning.choices import EmergingClass
from planning.console.common import say_errors
from planning.console.forms import PeriodForm
from planning.heatmap import draw, months, outlines
from planning.models import HotspotRun
from planning.services.errors import PlanningRefusedError
from planning.services.hotspots import find_hotspots

SHOWN_CLUSTERS = 20


@requires("planning.read")
@require_safe
def index(request: HttpRequest) -> HttpResponse:
    """Heatmap of a theme and period, with the hotspots and clusters of the last search."""
    form = PeriodForm({**PeriodForm.usual(), **request.GET.dict()})
    if not form.is_valid():
        say_errors(request, form)
        form = PeriodForm(PeriodForm.usual())
        form.full_clean()
    asked = form.cleaned_data
    picture = draw(**asked)
    run = HotspotRun.objects.latest_of(asked["theme"])
    hot, groups = outlines(run, picture)
    series = months(**{name: asked[name] for name in ("theme", "since", "until")})
    most = max(int(series.counts.max(initial=0)), 1)
    context = {
        "form": form,
        "picture": picture,
        "run": run,
        "hot": hot,
        "groups": groups,
        "clusters": run.clusters.order_by("-events", "number")[:SHOWN_CLUSTERS] if run else [],
        "classes": _classes(run),
        "bars": [
            (month, int(count), round(100 * int(count) / most))
            for month, count in zip(series.months(), series.counts, strict=True)
        ],
        "may_search": may(request.user, "planning.search"),
        "may_plan": may(request.user, "planning.plan"),
        "query": request.GET.urlencode(),
    }
    return render(request, "planning/console/heat.html", context)


def _classes(run: HotspotRun | None) -> list[tuple[str, int]]:
    """Names of emerging classes and how many cells a search has of each."""
    if run is None:
        return []
    found = list(run.cells.exclude(emerging=EmergingClass.NONE).values_list("emerging", flat=True))
    return [(str(one.label), found.count(one)) for one in EmergingClass if found.count(one.value)]


@requires("planning.read")
@require_safe
def png(request: HttpRequest) -> HttpResponse:
    """The heatmap as a picture; the same questions as the page."""
    form = PeriodForm({**PeriodForm.usual(), **request.GET.dict()})
    if not form.is_valid():
        return HttpResponseBadRequest(_("Theme, period or radius make no sense."))
    return HttpResponse(draw(**form.cleaned_data).png, content_type="image/png")


@requires("planning.search")
@require_POST
def search(request: HttpRequest) -> HttpResponse:
    """Search the theme and period for hotspots and come back to the page."""
    form = PeriodForm({**PeriodForm.usual(), **request.POST.dict()})
    if not form.is_valid():
        say_errors(request, form)
        return redirect("plan:index")
    asked = form.cleaned_data
    try:
        run = find_hotspots(
            theme=asked["theme"], since=asked["since"], until=asked["until"], user=request.user
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
    query = urlencode({name: form.data[name] for name in ("theme", "since", "until", "radius_m")})
    return redirect(f"{reverse('plan:index')}?{query}")
