"""Repairs near an appeal, for promises to rest on."""

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from appeals.duplicates import NEAR_M
from appeals.models import Appeal
from appeals.plans import PlannedRow, PlanSource, register_source
from earthworks.models import RepairWork

MOST = 10


def repairs(appeal: Appeal) -> list[PlannedRow]:
    """Live repairs within reach of the place, the earliest first."""
    found = RepairWork.objects.live().filter(
        geom__dwithin=(appeal.geom, NEAR_M), ends_on__gte=timezone.localdate()
    )
    return [
        PlannedRow(key=str(row.pk), title=row.title, until=row.ends_on)
        for row in found.order_by("ends_on", "pk")[:MOST]
    ]


register_source(PlanSource(name="repair", title=_("Repair works"), rows=repairs, order=10))
