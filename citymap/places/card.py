"""The place card: a question resolved to a place, and the sections that have something to say."""

import datetime as dt
from dataclasses import asdict
from typing import Any

from django.contrib.gis.geos import Point
from django.utils.translation import gettext as _

from citymap.accounts.access import AnyUser
from citymap.geo import city_bbox, city_point, lon_lat
from citymap.places.registry import (
    Place,
    PlaceContext,
    PlaceNotFoundError,
    PlaceResolver,
    resolvers,
    sections,
)


class OutsideCityError(PlaceNotFoundError):
    """The point is on the earth, but not in the city's box (`CITYMAP_BBOX`)."""


def point_in_city(lon: float, lat: float) -> Point:
    """A WGS 84 position as a point in the city CRS.

    Raises CoordinateError when it is not on the earth, OutsideCityError when it is elsewhere.
    """
    point = city_point(lon, lat)
    if not city_bbox().contains(lon, lat):
        raise OutsideCityError(
            _("The city's data cover lon %(west)s to %(east)s, lat %(south)s to %(north)s")
            % asdict(city_bbox())
        )
    return point


def resolver() -> PlaceResolver:
    """The resolver of the room that owns buildings; raises PlaceNotFoundError when none does."""
    for found in resolvers:
        return found
    raise PlaceNotFoundError


def card(*, place: Place, user: AnyUser, date: dt.date) -> dict[str, Any]:
    """The card of a place as a JSON-ready dict, in the active language.

    Sections that `user` may not see are left out whole; so are those with nothing to say and
    no line for it.
    """
    context = PlaceContext(user=user, date=date)
    lon, lat = lon_lat(place.point)
    return {
        "at": {"lon": lon, "lat": lat, "date": date.isoformat()},
        "address": place.address,
        "building": place.building,
        "yard": place.yard,
        "territory": place.territory,
        "sections": [
            shown
            for section in sections
            if section.may_see(user) and (shown := _shown(section, place, context))
        ],
    }


def _shown(section, place: Place, context: PlaceContext) -> dict[str, Any] | None:
    items = section.items(place, context)
    if not items and not section.empty:
        return None
    shown = {"name": section.name, "title": str(section.title), "items": items}
    if not items:
        shown["empty"] = str(section.empty)
    return shown
