"""The cases behind a number on the map: the same filters, each case a point with its number."""

from django.contrib.gis.db.models.functions import Transform
from django.db.models import FloatField, Func, QuerySet
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from appeals.models import Category
from appeals.permissions import STATISTICS
from appeals.statistics.views import asked_cases, filter_form
from appeals.workflow import ENDED, RUNNING
from citymap.accounts.access import requires
from citymap.geo import WGS84_SRID
from citymap.shell.mapconfig import map_config

MOST_POINTS = 5000
ENDED_SIGN, OVERDUE_SIGN, RUNNING_SIGN, REPORTED_SIGN = "ended", "overdue", "running", "reported"


class Degrees(Func):
    """One coordinate of a point, degrees."""

    output_field = FloatField()


@require_safe
@requires(STATISTICS)
def page(request: HttpRequest) -> HttpResponse:
    """The map of a measure, with its filters; beyond `MOST_POINTS` the newest, and it says so."""
    asked, measure, rows = asked_cases(request)
    count = rows.order_by().count()
    context = {
        **filter_form(asked),
        "measure": measure,
        "count": count,
        "most": MOST_POINTS if count > MOST_POINTS else None,
        "cases": f"{reverse('statistics:cases')}?{asked.query(measure=measure.name)}",
        "places": f"{reverse('statistics:places')}?{asked.query(measure=measure.name)}",
        "signs": (
            (RUNNING_SIGN, _("In work")), (OVERDUE_SIGN, _("Overdue")),
            (REPORTED_SIGN, _("Reported, being verified")), (ENDED_SIGN, _("Ended")),
        ),
        "map_config": map_config(request, title=str(measure.title)),
    }  # fmt: skip
    return render(request, "appeals/cases_map.html", context)


@require_safe
@never_cache
@requires(STATISTICS)
def places(request: HttpRequest) -> JsonResponse:
    """The cases as GeoJSON: number, category, how it stands; nobody's data."""
    _asked, _measure, rows = asked_cases(request)
    return JsonResponse({"type": "FeatureCollection", "features": _features(rows)})


def _features(rows: QuerySet) -> list[dict]:
    now = timezone.now()
    names = {one.pk: one.name for one in Category.objects.all()}
    place = Transform("geom_3857", WGS84_SRID)
    found = (
        rows.select_related(None)
        .annotate(lon=Degrees(place, function="ST_X"), lat=Degrees(place, function="ST_Y"))
        .values_list("number", "category", "place", "state", "due_at", "paused_at", "lon", "lat")
    )
    return [
        {
            "type": "Feature",
            "geometry": {"type": "Point", "coordinates": [round(lon, 6), round(lat, 6)]},
            "properties": {
                "number": number, "category": names[category], "place": label,
                "standing": _standing(state, due_at, paused_at, now),
                "url": reverse("desk:appeal", args=[number]),
            },
        }
        for number, category, label, state, due_at, paused_at, lon, lat in found[:MOST_POINTS]
    ]  # fmt: skip


def _standing(state: str, due_at, paused_at, now) -> str:
    if state in ENDED:
        return ENDED_SIGN
    if state not in RUNNING:
        return REPORTED_SIGN
    return OVERDUE_SIGN if paused_at is None and due_at and due_at < now else RUNNING_SIGN
