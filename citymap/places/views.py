"""`/api/addresses/` and `/api/place/`."""

import datetime as dt

from django.http import HttpRequest, JsonResponse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

from citymap.accounts.access import public
from citymap.api import documented
from citymap.geo import CoordinateError
from citymap.places.card import OutsideCityError, card, point_in_city, resolver
from citymap.places.params import (
    localized,
    read_date,
    read_id,
    read_limit,
    read_number,
    read_question,
)
from citymap.places.registry import Place, PlaceNotFoundError
from citymap.places.schemas import ADDRESS_PARAMETERS, ADDRESSES, PLACE, PLACE_PARAMETERS
from citymap.places.search import search
from citymap.problems import BadParameterError, register_error

JSON = {"ensure_ascii": False}
register_error(CoordinateError, status=400)
register_error(PlaceNotFoundError, status=404, title=gettext_lazy("No such place"))
register_error(OutsideCityError, status=404, title=gettext_lazy("This point lies outside the city"))


@documented(
    summary="Address search, best answers first",
    parameters=ADDRESS_PARAMETERS,
    answer=ADDRESSES,
    errors={400: "A parameter is missing or malformed"},
)
@public
@require_safe
@localized
def addresses(request: HttpRequest) -> JsonResponse:
    """Search: a JSON list of `{id, kind, label, hint, lon, lat, bbox}`, best first."""
    found = search(
        question=read_question(request.GET.get("q", "")), limit=read_limit(request.GET.get("limit"))
    )
    return JsonResponse(found, safe=False, json_dumps_params=JSON)


@documented(
    summary="The place card: what is at a point, a building or an address",
    parameters=PLACE_PARAMETERS,
    answer=PLACE,
    errors={
        400: "A parameter is missing, malformed, or two ways of asking were mixed",
        404: "No such building or address, or the point lies outside the city",
    },
)
@public
@require_safe
@localized
def place(request: HttpRequest) -> JsonResponse:
    """The place card of `?lon=&lat=`, `?building=` or `?address=`, for a day `?date=`."""
    date = read_date(request.GET.get("date"))
    found = _asked_place(request, date)
    return JsonResponse(card(place=found, user=request.user, date=date), json_dumps_params=JSON)


def _asked_place(request: HttpRequest, date: dt.date) -> Place:
    """Exactly one of the three ways to ask must be used."""
    asked = request.GET
    ways = [name for name in ("lon", "building", "address") if name in asked]
    if "lat" in asked and "lon" not in asked:
        ways.append("lon")
    if len(ways) != 1:
        raise BadParameterError(
            "lon", _("Ask by lon and lat, by building, or by address: exactly one of these")
        )
    if ways == ["building"]:
        return resolver().by_building(read_id("building", asked["building"]), date)
    if ways == ["address"]:
        return resolver().by_address(read_id("address", asked["address"]), date)
    lon, lat = (read_number(name, asked.get(name, "")) for name in ("lon", "lat"))
    return resolver().by_point(point_in_city(lon, lat), date)
