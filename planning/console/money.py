"""Where money is needed: the budget proposal by theme, the repair plan of a network."""

import csv
import json
from collections.abc import Iterable, Sequence
from typing import Any

from django.contrib import messages
from django.contrib.gis.db.models.functions import AsGeoJSON, PointOnSurface, Transform
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_safe

from citymap.accounts.access import may, requires
from citymap.geo import WGS84_SRID
from citymap.wording import written
from layers.models import NetworkSegment
from planning.console.common import say_errors
from planning.console.forms import RepairPlanForm, SpanForm
from planning.portal.exports import safe_cell
from planning.reading import map_url
from planning.services.errors import PlanningRefusedError
from planning.services.proposal import ThemeLine, proposal, yards_line
from planning.services.repairs import RepairPlan, Stretch, repair_plan, segments_of

PROPOSAL_COLUMNS = (
    "code", "theme", "appeals", "applicants", "places", "cost_tenge", "unmet", "promises_open",
    "promises_broken",
)  # fmt: skip
REPAIR_COLUMNS = (
    "segment", "owner", "material", "laid", "length_m", "breaks", "breaks_per_km_year",
    "expected_a_year", "cost_tenge",
)  # fmt: skip
_DECIMALS = 6


@requires("planning.read")
@require_safe
def budget(request: HttpRequest) -> HttpResponse:
    """Themes with applicants, places, cost, what stays unmet, promises; `?format=csv`."""
    form = SpanForm(request.GET or None, initial=SpanForm.usual())
    asked = form.is_bound and bool({"since", "until"} & set(request.GET))
    if asked and not form.is_valid():
        say_errors(request, form)
        return redirect("plan:proposal")
    span = form.cleaned_data if asked else SpanForm.usual()
    lines = proposal(**span)
    if request.GET.get("format") == "csv":
        return _csv("budget-proposal.csv", PROPOSAL_COLUMNS, map(_proposal_row, lines))
    try:
        yards = yards_line()
    except PlanningRefusedError as error:
        messages.warning(request, str(error))
        yards = None
    context = {
        "form": SpanForm(initial=span),
        "lines": lines,
        "yards": yards,
        "cost": sum(line.cost for line in lines) + (yards.cost if yards else 0),
        "may_plan": may(request.user, "planning.plan"),
    }
    return render(request, "planning/console/proposal.html", context)


def _proposal_row(line: ThemeLine) -> tuple:
    return (
        line.code, line.title, line.appeals, line.applicants, line.places, line.cost, line.unmet,
        line.promises_open, line.promises_broken,
    )  # fmt: skip


@requires("planning.read")
@require_safe
def repairs(request: HttpRequest) -> HttpResponse:
    """Which segments of a network to renew within a budget; `?format=csv` or `geojson`."""
    form = RepairPlanForm(request.GET or None, initial=RepairPlanForm.usual())
    plan = None
    if form.is_bound:
        if form.is_valid():
            try:
                plan = repair_plan(**form.cleaned_data)
            except PlanningRefusedError as error:
                messages.error(request, str(error))
        else:
            say_errors(request, form)
    if plan and request.GET.get("format") == "csv":
        return _csv("repair-plan.csv", REPAIR_COLUMNS, _repair_rows(plan.exact))
    if plan and request.GET.get("format") == "geojson":
        return _geojson(plan.exact)
    context = {
        "form": form,
        "plan": plan,
        "rows": _with_segments(plan) if plan else [],
        "columns": _columns(plan) if plan else [],
        "gap_percent": 100 * plan.gap if plan else 0,
        "may_plan": may(request.user, "planning.plan"),
    }
    return render(request, "planning/console/repairs.html", context)


def _with_segments(plan: RepairPlan) -> list[dict[str, Any]]:
    """Stretches of the best choice, their segments with the map there, and whether the greedy one
    has them too."""
    greedy = {one.segment for one in plan.greedy}
    segments = segments_of(plan.exact)
    spots = dict(
        NetworkSegment.objects.filter(pk__in=segments)
        .annotate(spot=Transform(PointOnSurface("geom"), WGS84_SRID))
        .values_list("pk", "spot")
    )
    return [
        {
            "one": one,
            "segment": segments[one.segment],
            "map_url": map_url(spots[one.segment].x, spots[one.segment].y),
            "material": written(one.material),
            "greedy": one.segment in greedy,
        }
        for one in plan.exact
    ]


def _columns(plan: RepairPlan) -> list[tuple[bool, int, float, float, int]]:
    """Best and greedy: segments, metres, breakages avoided a year, tenge."""
    return [
        (
            best,
            len(chosen),
            sum(one.length_m for one in chosen),
            sum(one.expected for one in chosen),
            sum(one.cost for one in chosen),
        )
        for best, chosen in ((True, plan.exact), (False, plan.greedy))
    ]


def _repair_rows(chosen: Sequence[Stretch]) -> Iterable[tuple]:
    segments = segments_of(chosen)
    for one in chosen:
        segment = segments[one.segment]
        owner = segment.owner.title if segment.owner else segment.owner_name
        yield (
            one.segment, owner, one.material, segment.laid_year, round(one.length_m, 1), one.breaks,
            round(one.per_km_year, 3), round(one.expected, 4), one.cost,
        )  # fmt: skip


def _geojson(chosen: Sequence[Stretch]) -> HttpResponse:
    shapes = dict(
        NetworkSegment.objects.filter(pk__in=[one.segment for one in chosen])
        .annotate(shape=AsGeoJSON(Transform("geom", WGS84_SRID), precision=_DECIMALS))
        .values_list("pk", "shape")
    )
    features = [
        {
            "type": "Feature",
            "id": row[0],
            "geometry": json.loads(shapes[row[0]]),
            "properties": dict(zip(REPAIR_COLUMNS, row, strict=True)),
        }
        for row in _repair_rows(chosen)
    ]
    text = json.dumps({"type": "FeatureCollection", "features": features}, ensure_ascii=False)
    response = HttpResponse(text, content_type="application/geo+json")
    response["Content-Disposition"] = 'attachment; filename="repair-plan.geojson"'
    return response


def _csv(name: str, columns: Sequence[str], rows: Iterable[Sequence]) -> HttpResponse:
    response = HttpResponse("\ufeff", content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    writer = csv.writer(response)
    writer.writerow(columns)
    for row in rows:
        writer.writerow([safe_cell(value) for value in row])
    return response
