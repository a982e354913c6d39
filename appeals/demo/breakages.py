"""Breakages that the demo's appeals tell of: the demo's digs follow them."""

from django.utils import timezone

from appeals.models import Appeal
from earthworks.demo_extras import BREAKAGES, Breakage, BreakageSource
from layers.choices import NetworkKind

NETWORKS = {
    "HEAT-BURST": NetworkKind.HEAT, "HEAT-STEAM": NetworkKind.HEAT,
    "WATER-BURST": NetworkKind.WATER, "ROAD-COLLAPSE": NetworkKind.SEWER,
}  # fmt: skip


def breakages() -> list[Breakage]:
    """Bursts and collapses of the demo, oldest first."""
    rows = (
        Appeal.objects.filter(category__code__in=NETWORKS, geom__isnull=False, practice=False)
        .order_by("received_at", "pk").values_list("category__code", "geom", "received_at")
    )  # fmt: skip
    return [
        Breakage(geom=geom, network_kind=NETWORKS[code], day=timezone.localdate(received_at))
        for code, geom, received_at in rows
    ]


BREAKAGES.register(BreakageSource(name="appeals", find=breakages))
