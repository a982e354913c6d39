"""Owners of what the demo city has: by the operator's name, or by what it is."""

from django.db.models import OuterRef, QuerySet, Subquery

from citymap.accounts.demo import DEMO_SOURCE
from citymap.accounts.models import Organization
from layers.models import (
    Camera,
    Manhole,
    NetworkSegment,
    Playground,
    SportsGround,
    StreetLamp,
)

# Model -> the demo organisation that owns all of its objects.
OWNED_WHOLE = {
    StreetLamp: "lighting",
    Camera: "police",
    Playground: "housing",
    SportsGround: "housing",
}


def assign_owners() -> dict[str, int]:
    """Fill empty owners; returns how many per layer. Owners that are set stay."""
    counts: dict[str, int] = {}
    named = Organization.objects.filter(source=DEMO_SOURCE, name_ru=OuterRef("owner_name"))
    for model in (NetworkSegment, Manhole):
        open_ = _demo_objects(model).filter(
            owner_name__in=Organization.objects.filter(source=DEMO_SOURCE).values("name_ru")
        )
        counts[model._meta.model_name] = open_.update(owner=Subquery(named.values("pk")[:1]))
    for model, body in OWNED_WHOLE.items():
        owner = Organization.objects.get(source=DEMO_SOURCE, source_id=body)
        counts[model._meta.model_name] = _demo_objects(model).update(owner=owner)
    return counts


def _demo_objects(model) -> QuerySet:
    """Imported objects of a layer without an owner."""
    return model.objects.current().filter(source="osm", owner__isnull=True)
