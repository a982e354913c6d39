"""What lies near a place: one query for all sections of the card that ask it."""

import datetime as dt
import json
from dataclasses import dataclass
from typing import Any

from django.contrib.gis.geos import GEOSGeometry, Point
from django.db import connection
from django.utils.timezone import get_default_timezone

from citymap.accounts.access import is_city_staff
from citymap.accounts.models import Organization
from citymap.geo import lon_lat
from citymap.places.registry import Place, PlaceContext
from citymap.sqlfiles import load_sql

NETWORK_M = 30.0
MANHOLE_M = 30.0
GROUND_M = 150.0
CAMERA_M = 100.0
STOP_M = 400.0
STREET_M = 150.0
TRACK_M = 25.0
MANY = 12
FEW = 5


@dataclass(frozen=True, slots=True)
class Near:
    """One thing near a place. `facts` are its columns, `distance_m` from the place's shape."""

    what: str
    id: int
    distance_m: float
    point: Point
    facts: dict[str, Any]

    def item(self, *, title: str, subtitle: str = "", facts: list | None = None, **extra) -> dict:
        """The card item of this thing."""
        lon, lat = lon_lat(self.point)
        item = {
            "kind": self.what,
            "id": self.id,
            "title": title,
            "distance_m": round(self.distance_m),
            "lon": lon,
            "lat": lat,
        }
        if subtitle:
            item["subtitle"] = subtitle
        if facts:
            item["facts"] = facts
        return {**item, **extra}


def near(place: Place, context: PlaceContext, *kinds: str) -> list[Near]:
    """Things of some kinds near the place, nearest first. Asks the database once a card."""
    found = context.memo.get("layers.near")
    if found is None:
        found = context.memo["layers.near"] = _near(place, context)
    return [thing for thing in found if thing.what in kinds]


def _near(place: Place, context: PlaceContext) -> list[Near]:
    building, street = place.objects.get("building"), place.objects.get("street")
    parameters = {
        "shape": place.shape.hexewkb.decode("ascii"),
        "date": context.date,
        "staff": is_city_staff(context.user),
        "network_m": NETWORK_M,
        "manhole_m": MANHOLE_M,
        "ground_m": GROUND_M,
        "camera_m": CAMERA_M,
        "stop_m": STOP_M,
        "many": MANY,
        "few": FEW,
        "building": building.pk if building else None,
        "street": street.pk if street else None,
        "street_m": STREET_M,
        "track_m": TRACK_M,
        "until": _end_of(context.date),
    }
    with connection.cursor() as cursor:
        cursor.execute(load_sql(__file__, "place_near.sql"), parameters)
        rows = cursor.fetchall()
    things = [
        Near(what, id_, distance, GEOSGeometry(point), json.loads(facts))
        for what, id_, distance, point, facts in rows
    ]
    return sorted(things, key=lambda thing: (thing.distance_m, thing.id))


def _end_of(date: dt.date) -> dt.datetime:
    """The first moment of the next day in the city."""
    midnight = dt.time(tzinfo=get_default_timezone())
    return dt.datetime.combine(date + dt.timedelta(days=1), midnight)


def owner(thing: Near) -> Organization | None:
    """The body that owns a thing: its names and telephone."""
    return body(thing.facts.get("owner"))


def body(facts: dict[str, Any] | None) -> Organization | None:
    """A body with the columns that the query gave."""
    return Organization(**facts) if facts else None
