"""`/api/plan/yards/`: what the yard editor reads and sends. Errors are problem JSON."""

from typing import Any

from django.contrib.gis.geos import Polygon
from django.db.models import Q, QuerySet
from django.http import Http404, HttpRequest, JsonResponse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST, require_safe

from citymap.geo import WGS84_SRID, BBox, city_srid
from citymap.problems import BadParameterError, register_error
from layers.console.access import planners_only
from layers.console.payload import (
    as_geojson,
    read_body,
    read_geometry,
    read_id,
    read_ids,
    read_text,
    read_versions,
)
from layers.models import Building, Yard, YardCorrection
from layers.yards.corrections import PlannedYard
from layers.yards.drawing import DrawingRefusedError, handle_outline, suggested_line
from layers.yards.editing import (
    NotUndoableError,
    Outcome,
    YardChangedError,
    YardGoneError,
    merge_yards,
    redraw_yard,
    split_yard,
    undo_correction,
    yard_version,
)
from layers.yards.quarters import QuarterRefusedError, group_yards, ungroup_yards
from layers.yards.reading import read_surroundings, read_yards

MAX_SHOWN = 800
MAX_FOUND = 20
JSON = {"ensure_ascii": False}

register_error(DrawingRefusedError, status=422, title=gettext_lazy("This cannot be a yard"))
register_error(QuarterRefusedError, status=422, title=gettext_lazy("This cannot be a quarter"))
register_error(YardChangedError, status=409, title=gettext_lazy("The yard has changed"))
register_error(NotUndoableError, status=409, title=gettext_lazy("This cannot be undone"))
register_error(YardGoneError, status=404, title=gettext_lazy("No such yard"))


@require_safe
@planners_only
def yards(request: HttpRequest) -> JsonResponse:
    """GeoJSON of yards in `?bbox=W,S,E,N`, or of those whose label has the words of `?q=`."""
    if "q" in request.GET:
        found = _named(request.GET["q"])
    elif "bbox" in request.GET:
        box = Polygon.from_bbox(BBox.parse(request.GET["bbox"]).as_tuple())
        box.srid = WGS84_SRID
        found = _editable().filter(geom__intersects=box.transform(city_srid(), clone=True))
        found = found.order_by("pk")[: MAX_SHOWN + 1]
    else:
        raise BadParameterError("bbox", _("Ask by bbox or by q."))
    shown = list(found.values_list("pk", flat=True))
    features = _features(Yard.objects.filter(pk__in=shown[:MAX_SHOWN]))
    answer = {
        "type": "FeatureCollection",
        "features": features,
        "complete": len(shown) <= MAX_SHOWN,
    }
    return JsonResponse(answer, json_dumps_params=JSON)


@require_safe
@planners_only
def yard(request: HttpRequest, yard: int) -> JsonResponse:
    """One yard for editing: its outer outline with few points, and a line to split it by."""
    chosen = _editable().filter(pk=yard)
    planned = next(iter(read_yards(chosen).values()), None)
    if planned is None:
        raise YardGoneError(_("This yard is not there any more."))
    around = read_surroundings(Building.objects.current().filter(yard__in=chosen))
    (feature,) = _features(chosen)
    feature["geometry"] = as_geojson(handle_outline(planned, around))
    feature["properties"]["split_line"] = as_geojson(suggested_line(planned, around))["coordinates"]
    return JsonResponse(feature, json_dumps_params=JSON)


@require_POST
@planners_only
def redraw(request: HttpRequest) -> JsonResponse:
    """`{yard, outline: Polygon, reason, versions}`."""
    body = read_body(request)
    return _done(
        redraw_yard(
            yard=read_id(body, "yard"),
            outline=read_geometry(body, "outline", "Polygon"),
            reason=read_text(body, "reason"),
            user=request.user,
            versions=read_versions(body),
        )
    )


@require_POST
@planners_only
def merge(request: HttpRequest) -> JsonResponse:
    """`{yards, reason, versions}`."""
    body = read_body(request)
    return _done(
        merge_yards(
            yards=read_ids(body, "yards"),
            reason=read_text(body, "reason"),
            user=request.user,
            versions=read_versions(body),
        )
    )


@require_POST
@planners_only
def split(request: HttpRequest) -> JsonResponse:
    """`{yard, line: LineString, reason, versions}`."""
    body = read_body(request)
    return _done(
        split_yard(
            yard=read_id(body, "yard"),
            line=read_geometry(body, "line", "LineString"),
            reason=read_text(body, "reason"),
            user=request.user,
            versions=read_versions(body),
        )
    )


@require_POST
@planners_only
def quarter(request: HttpRequest) -> JsonResponse:
    """`{yards, quarter: id}`, `{yards, name}` for a new one, `{yards}` to take them out."""
    body = read_body(request)
    ids = read_ids(body, "yards")
    name = read_text(body, "name")
    if body.get("quarter") is None and not name:
        ungroup_yards(yards=ids)
        return JsonResponse({"quarter": None, "name": ""})
    chosen = group_yards(
        yards=ids,
        quarter=None if body.get("quarter") is None else read_id(body, "quarter"),
        name=name,
    )
    return JsonResponse({"quarter": chosen.pk, "name": chosen.name}, json_dumps_params=JSON)


@require_POST
@planners_only
def undo(request: HttpRequest) -> JsonResponse:
    """`{correction}`."""
    try:
        done = undo_correction(
            correction=read_id(read_body(request), "correction"), user=request.user
        )
    except YardCorrection.DoesNotExist as error:
        raise Http404 from error
    return JsonResponse({"correction": done.pk})


def _done(outcome: Outcome) -> JsonResponse:
    return JsonResponse(
        {
            "correction": outcome.correction.pk,
            "yards": list(outcome.yards),
            "warnings": list(outcome.warnings),
        },
        json_dumps_params=JSON,
        status=201,
    )


def _editable() -> QuerySet[Yard]:
    return Yard.objects.current().filter(source="derived")


def _named(question: str) -> QuerySet[Yard]:
    words = question.replace("\0", " ").replace(",", " ").split()[:8]
    if not words:
        raise BadParameterError("q", _("q must not be empty: type an address or a name"))
    found = _editable()
    for word in words:
        found = found.filter(Q(label__icontains=word) | Q(label_kk__icontains=word))
    return found.order_by("label", "pk")[:MAX_FOUND]


def _features(queryset: QuerySet[Yard]) -> list[dict[str, Any]]:
    planned = read_yards(queryset)
    rows = queryset.select_related("quarter").defer("geom", "geom_3857").order_by("pk")
    return [_feature(row, planned[row.source_id]) for row in rows]


def _feature(row: Yard, planned: PlannedYard) -> dict[str, Any]:
    return {
        "type": "Feature",
        "id": row.pk,
        "geometry": as_geojson(planned.ground),
        "properties": {
            "id": row.pk,
            "label": row.localized_label,
            "houses": row.houses,
            "apartments": row.apartments,
            "area_m2": round(row.area_m2),
            "origin": row.origin,
            "quarter": row.quarter_id,
            "quarter_name": row.quarter.name if row.quarter else "",
            "version": yard_version(planned),
        },
    }
