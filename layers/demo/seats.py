"""Where the demo's bodies sit, and the districts that some of them answer for.

Associations sit in their own house, schools in schools, all others in a building of their kind
that has an address. Bodies that have a position keep it.
"""

import itertools

from django.contrib.gis.geos import Point
from django.db import transaction

from citymap.accounts.choices import OrganizationKind
from citymap.accounts.demo import DEMO_SOURCE
from citymap.accounts.models import Organization
from citymap.accounts.services.bodies import copy_area
from layers.choices import BuildingUse, TerritoryKind
from layers.demo import chance
from layers.models import Address, BuildingManager, Territory

# Beginning of a body's id in the demo -> the use of the building that it sits in.
_SEATS = {
    "school": BuildingUse.EDUCATION,
    "kindergarten": BuildingUse.KINDERGARTEN,
    "clinic": BuildingUse.HEALTH,
    "contractor": BuildingUse.INDUSTRIAL,
}
# Ids of bodies that share the city by districts.
_DIVIDED = r"^(police\d|heat_)"
Seat = tuple[str, Point]


@transaction.atomic
def seat_bodies(*, seed: int) -> dict[str, int]:
    """Give every demo body without a position an address and one; returns how many."""
    open_ = Organization.objects.filter(source=DEMO_SOURCE, geom__isnull=True).order_by("source_id")
    own = _own_houses()
    free = {use: itertools.cycle(_seats(use, seed)) for use in set(_SEATS.values())}
    others = itertools.cycle(_seats(BuildingUse.COMMERCIAL, seed))
    seated = []
    for body in open_:
        kinds = (use for key, use in _SEATS.items() if body.source_id.startswith(key))
        seats = free.get(next(kinds, None), others)
        seat = own.get(body.pk) or next(seats, None)
        if seat is not None:
            body.address, body.geom = seat
            seated.append(body)
    Organization.objects.bulk_update(seated, ["address", "geom"], batch_size=500)
    return {"seated": len(seated)}


def _own_houses() -> dict[int, Seat]:
    """The house of each association, by the association."""
    terms = BuildingManager.objects.filter(
        valid_to__isnull=True,
        organization__source=DEMO_SOURCE,
        organization__kind=OrganizationKind.HOUSE_MANAGER,
    ).values_list("building_id", "organization_id")
    bodies = dict(terms)
    addresses = Address.objects.current().filter(building__in=bodies).select_related("street")
    return {
        bodies[address.building_id]: (str(address), address.geom)
        for address in addresses.order_by("-source_id")
    }


def _seats(use: BuildingUse, seed: int) -> list[Seat]:
    """Addresses of buildings of one use, in an order of chance that does not change."""
    found = Address.objects.current().filter(building__use=use).select_related("street")
    return [
        (str(address), address.geom)
        for address in sorted(found, key=lambda row: chance.word(seed, "seat", row.source_id))
    ]


@transaction.atomic
def divide_city() -> dict[str, int]:
    """Copy the districts as areas, and share the divided services between them."""
    districts = (
        Territory.objects.current().filter(kind=TerritoryKind.DISTRICT).order_by("source_id")
    )
    areas = [
        copy_area(name=row.name, geom=row.geom, source=row.source, source_id=row.source_id)
        for row in districts
    ]
    if areas:
        sharing = Organization.objects.filter(source=DEMO_SOURCE, source_id__regex=_DIVIDED)
        for number, body in enumerate(sharing.order_by("source_id")):
            body.areas.set([areas[number % len(areas)]])
    return {"areas": len(areas)}
