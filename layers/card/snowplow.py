"""The last recorded snowplow pass on the street of a place."""

import datetime as dt
from typing import Any

from django.db import connection
from django.utils.formats import date_format
from django.utils.timezone import get_default_timezone, localtime
from django.utils.translation import gettext as _

from citymap.places.registry import Place, PlaceContext
from citymap.sqlfiles import load_sql
from layers.card.wording import day, fact

STREET_M = 150.0
TRACK_M = 25.0


def last_pass(place: Place, context: PlaceContext) -> list[dict[str, Any]]:
    """The latest track within 25 m of where the place's street passes it.

    Without a street, or when it is more than 150 m away, of the place itself.
    """
    street = place.objects.get("street")
    with connection.cursor() as cursor:
        cursor.execute(
            load_sql(__file__, "last_pass.sql"),
            {
                "shape": place.shape.hexewkb.decode("ascii"),
                "street": street.pk if street else None,
                "street_m": STREET_M,
                "track_m": TRACK_M,
                "until": _end_of(context.date),
            },
        )
        row = cursor.fetchone()
    if row is None:
        return []
    id_, vehicle, vehicle_kind, ended_at = row
    when = localtime(ended_at)
    return [
        {
            "kind": "snowplow_track",
            "id": id_,
            "title": f"{day(when.date())}, {date_format(when, 'H:i')}",
            "subtitle": vehicle_kind,
            "facts": [fact(_("Vehicle"), vehicle)],
            "at": when.isoformat(),
        }
    ]


def _end_of(date: dt.date) -> dt.datetime:
    """The first moment of the next day in the city."""
    midnight = dt.time(tzinfo=get_default_timezone())
    return dt.datetime.combine(date + dt.timedelta(days=1), midnight)
