"""Orders are drawn: on the map or pasted, with snapping and what the map proposes."""

import json
import uuid
from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db import transaction
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.dateparse import parse_date
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from citymap.accounts.access import requires, visible
from citymap.geo import CoordinateError, city_point, lon_lat, to_wgs84
from citymap.places.card import resolver
from citymap.places.registry import PlaceNotFoundError
from citymap.problems import problem
from citymap.shell.mapconfig import map_config
from earthworks.conflict_registry import Conflict, Dig, conflicts_of
from earthworks.console.orderform import OrderForm, initial_of, outline_of
from earthworks.deadlines import DeadlineError
from earthworks.errors import WorksError
from earthworks.models import Order
from earthworks.services.orders import correct_order, draw_order
from earthworks.shapes import parsed
from earthworks.snapping import snap
from earthworks.surfaces import damaged
from earthworks.workflow import CORRECTABLE

MAX_BODY = 300_000
_SHOWN_CONFLICTS = 30


@require_http_methods(["GET", "HEAD", "POST"])
@requires("works.edit")
def new_order(request: HttpRequest) -> HttpResponse:
    """Draw an order; a form sent twice makes one."""
    initial = {"request_key": uuid.uuid4(), "begins_on": timezone.localdate()}
    form = OrderForm(request.POST or None, initial=initial)
    return _handled(request, form, None)


@require_http_methods(["GET", "HEAD", "POST"])
@requires("works.edit")
def edit_order(request: HttpRequest, order: int) -> HttpResponse:
    """Correct what an application says, until it is decided upon."""
    rows = visible(Order.objects.filter(state__in=CORRECTABLE), request.user, "works.edit")
    found = get_object_or_404(rows, pk=order)
    form = OrderForm(request.POST or None, initial=initial_of(found), order=found)
    return _handled(request, form, found)


def _handled(request: HttpRequest, form: OrderForm, order: Order | None) -> HttpResponse:
    posted = request.method == "POST"
    if posted and not form.is_bound:
        form = OrderForm({}, order=order)
    if posted and form.is_valid():
        try:
            saved = _saved(form, order, request)
        except (WorksError, DeadlineError) as error:
            form.add_error(None, str(error))
        except ValidationError as error:
            form.add_error(None, error.messages)
        else:
            messages.success(request, _("The draft is saved.") if order is None else _("Saved."))
            return redirect("works:order", saved.pk)
    title = _("New order") if order is None else _("Correct the order")
    config = map_config(request, title=title)
    config["urls"] |= {"propose": reverse("works:propose"), "snap": reverse("works:snap")}
    config["order"] = order.pk if order else None
    context = {"form": form, "map_config": config, "title": title, "order": order}
    status = 400 if posted else 200
    return render(request, "earthworks/new_order.html", context, status=status)


@transaction.atomic
def _saved(form: OrderForm, order: Order | None, request: HttpRequest) -> Order:
    values = form.cleaned_data
    areas = form.areas()
    if all(area is None for area in areas.values()):
        drawn = parsed(values["outline"])
        areas = damaged(values["geom"], drawn, values["method"])
    given: dict[str, Any] = {
        "geom": values["geom"],
        "begins_on": values["begins_on"],
        "ends_on": values["ends_on"],
        "areas_m2": {surface: area or 0.0 for surface, area in areas.items()},
        "values": form.drafted(request.user),
        "user": request.user,
    }
    if order is not None:
        return correct_order(order=order, **given)
    key = values["request_key"]
    return draw_order(dug_at=values["dug_at"], request_key=key, **given)


# --- what the map helps with ---------------------------------------------------------------
@require_POST
@requires("works.edit")
def propose_dig(request: HttpRequest) -> HttpResponse:
    """What a drawn trench would be: outline, surfaces, address, conflicts. Nothing is saved."""
    if len(request.body) > MAX_BODY:
        return problem(400, detail=_("The outline is too long a text."))
    try:
        asked = json.loads(request.body)
        text, width = str(asked["outline"]), float(asked.get("width_m") or 0)
    except (ValueError, TypeError, KeyError, RecursionError):
        return problem(400, detail=_("This is no outline: neither GeoJSON nor WKT."))
    try:
        geom = outline_of(text, width)
        drawn = parsed(text)
    except WorksError as error:
        return problem(422, detail=error)
    today = timezone.localdate()
    begins_on = _day(asked.get("begins_on")) or today
    ends_on = max(_day(asked.get("ends_on")) or begins_on, begins_on)
    dig = Dig(
        geom=geom, begins_on=begins_on, ends_on=ends_on,
        order_id=_number(asked.get("order")), holder_id=_number(asked.get("holder")),
    )  # fmt: skip
    conflicts = conflicts_of(dig)
    areas = damaged(geom, drawn, str(asked.get("method") or ""))
    return JsonResponse(
        {
            "outline": json.loads(to_wgs84(geom).json),
            "drawn": json.loads(to_wgs84(drawn).json),
            "area_m2": round(geom.area, 1),
            "areas": {str(one): area for one, area in areas.items()},
            "address": address_near(geom),
            "conflicts": [_as_json(one) for one in conflicts[:_SHOWN_CONFLICTS]],
            "more": max(0, len(conflicts) - _SHOWN_CONFLICTS),
        }
    )


def _day(value: Any):
    try:
        return parse_date(str(value or ""))
    except ValueError:
        return None


def _number(value: Any) -> int | None:
    text = str(value or "")
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 10 else None


def address_near(geom) -> str:
    """The address of the house nearest to a dig; empty when none is near."""
    try:
        return resolver().nearest_addresses([geom.point_on_surface])[0]
    except PlaceNotFoundError:
        return ""


def _as_json(one: Conflict) -> dict[str, Any]:
    return {
        "check": one.check,
        "title": str(one.title),
        "detail": str(one.detail),
        "distance_m": one.distance_m,
        "overlap_m2": one.overlap_m2,
        "overlap_m": one.overlap_m,
        "needs_reason": one.needs_reason,
        "suggestion": str(one.suggestion),
        "url": one.url,
        "geometry": json.loads(to_wgs84(one.geom).json) if one.geom else None,
    }


@require_safe
@requires("works.edit")
def snapped(request: HttpRequest) -> HttpResponse:
    """The point that a click snaps to: `?lon=&lat=&m=`; 204 when nothing is that near."""
    try:
        lon, lat, metres = (float(request.GET.get(name, "")) for name in ("lon", "lat", "m"))
        point = city_point(lon, lat)
    except (ValueError, CoordinateError):
        return problem(400, detail=_("This is no place."))
    if not metres > 0:
        return problem(400, detail=_("This is no distance."))
    found = snap(point, metres)
    if found is None:
        return HttpResponse(status=204)
    lon, lat = lon_lat(type(point)(found.x, found.y, srid=point.srid))
    return JsonResponse(
        {"lon": round(lon, 8), "lat": round(lat, 8), "kind": found.kind, "title": found.title}
    )
