"""Incidents: opened over an area or a network segment's buildings, ended, callers told."""

import datetime as dt

from django.contrib.gis.geos import GEOSGeometry
from django.utils import timezone
from django.utils.translation import gettext as _

from appeals.choices import State
from appeals.errors import ConflictError, InvalidError, NotPermittedError, WrongStateError
from appeals.models import Appeal, Category, Incident, IncidentBuilding
from appeals.permissions import INCIDENTS
from appeals.services.base import write
from appeals.where import place_of
from citymap.accounts.access import may
from citymap.accounts.models import Organization, User
from layers.models import Building, NetworkSegment

# Houses this near to a segment are taken to be served by it, until somebody knows better.
SERVED_WITHIN_M = 60.0
MOST_BUILDINGS = 5000


def served_buildings(segment: NetworkSegment) -> list[Building]:
    """The buildings that a segment is taken to serve."""
    near = Building.objects.current().nearest(segment.geom, SERVED_WITHIN_M)
    return list(near[: MOST_BUILDINGS + 1])


@write
def open_incident(
    *,
    user: User,
    title: str,
    category: Category,
    script_ru: str,
    script_kk: str,
    area: GEOSGeometry | None = None,
    segment: NetworkSegment | None = None,
    body: Organization | None = None,
    started_at: dt.datetime | None = None,
    expected_end_at: dt.datetime | None = None,
    now: dt.datetime | None = None,
) -> Incident:
    """Open an incident over a drawn area (city CRS), or over what a segment serves."""
    _require(user)
    if (area is None) == (segment is None):
        raise InvalidError("area", _("Draw an area, or choose a network segment."))
    if not title.strip() or not script_ru.strip() or not script_kk.strip():
        raise InvalidError("title", _("An incident has a title and a script in both languages."))
    now = now or timezone.now()
    if expected_end_at is not None and expected_end_at <= now:
        raise InvalidError("expected_end_at", _("The expected end lies ahead."))
    if segment is not None:
        buildings = served_buildings(segment)
        area = segment.geom.buffer(SERVED_WITHIN_M)
        body = body or segment.owner
    else:
        if area.dims != 2:
            raise InvalidError("area", _("An incident is an area."))
        buildings = list(Building.objects.current().touching(area)[: MOST_BUILDINGS + 1])
    if len(buildings) > MOST_BUILDINGS:
        raise InvalidError("area", _("The area is too large."))
    made = Incident.objects.create(
        title=title.strip()[:300], category=category, body=body, script_ru=script_ru.strip(),
        script_kk=script_kk.strip(), geom=place_of(geom=area).geom, segment=segment,
        started_at=min(started_at or now, now), expected_end_at=expected_end_at, opened_by=user,
    )  # fmt: skip
    IncidentBuilding.objects.bulk_create(
        IncidentBuilding(incident=made, building=building) for building in buildings
    )
    return made


@write
def end_incident(
    *, incident: Incident, user: User, version: int | None = None, now: dt.datetime | None = None
) -> list[Appeal]:
    """The outage is over; returns the appeals of it whose applicants wait for the call back.

    Appeals go on by their own way: the body reports, the result is verified, all are told.
    """
    _require(user)
    row = Incident.objects.select_for_update().get(pk=incident.pk)
    if version is not None and version != row.version:
        raise ConflictError(row, _("Somebody changed this incident meanwhile."))
    if row.ended_at is not None:
        raise WrongStateError(_("This incident has ended already."))
    row.ended_at, row.version = max(now or timezone.now(), row.started_at), row.version + 1
    row.save(update_fields=["ended_at", "version"])
    return list(row.appeals.exclude(state=State.JOINED).open().order_by("pk"))


def _require(user: User | None) -> None:
    if user is None or not may(user, INCIDENTS):
        raise NotPermittedError(_("You may not open and end incidents."))
