"""The last recorded snowplow pass on the street of a place."""

import datetime as dt
from typing import Any

from django.utils.formats import date_format
from django.utils.timezone import localtime
from django.utils.translation import gettext as _

from citymap.places.registry import Place, PlaceContext
from layers.card.near import near
from layers.card.wording import day, fact


def last_pass(place: Place, context: PlaceContext) -> list[dict[str, Any]]:
    """The latest track within 25 m of where the place's street passes it.

    Without a street, or when it is more than 150 m away, of the place itself.
    """
    items = []
    for track in near(place, context, "snowplow_track"):
        when = localtime(dt.datetime.fromisoformat(track.facts["ended_at"]))
        items.append(
            {
                "kind": "snowplow_track",
                "id": track.id,
                "title": f"{day(when.date())}, {date_format(when, 'H:i')}",
                "subtitle": track.facts["vehicle_kind"],
                "facts": [fact(_("Vehicle"), track.facts["vehicle"])],
                "at": when.isoformat(),
            }
        )
    return items
