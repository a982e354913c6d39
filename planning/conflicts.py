"""A reason not to dig: the yard is in a published programme. Dig first, pave after."""

import shapely
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from earthworks.conflict_registry import Conflict, ConflictCheck, Dig, register_check
from layers.models import Yard
from layers.querysets import CityObjectQuerySet
from planning.models import ProgrammeVersion, ProgrammeYard


def yards(dig: Dig) -> CityObjectQuerySet:
    """Yards that the dig touches."""
    return Yard.objects.current().touching(dig.geom)


def yards_in_programmes(dig: Dig) -> list[Conflict]:
    """Yards that the dig touches and that a published programme has for the dig's years or later.

    A yard of next year is dug before it is paved; one of this year is dug or paved at once.
    """
    touched = {yard.pk: yard for yard in yards(dig)}
    if not touched:
        return []
    rows = (
        ProgrammeYard.objects.filter(
            version__in=ProgrammeVersion.objects.in_force().values("pk"),
            yard__in=list(touched),
            year__range=(dig.begins_on.year, dig.ends_on.year + 1),
        )
        .select_related("version__programme")
        .order_by("year", "pk")
    )
    outline = shapely.from_wkb(bytes(dig.geom.wkb))
    return [_conflict(row, touched[row.yard_id], outline, dig) for row in rows]


def _conflict(row: ProgrammeYard, yard: Yard, outline: shapely.Geometry, dig: Dig) -> Conflict:
    shared = shapely.intersection(outline, shapely.from_wkb(bytes(yard.geom.wkb))).area
    return Conflict(
        check="yard_programme",
        id=row.pk,
        title=_("Yard in the programme of %(year)d") % {"year": row.year},
        detail=f"{yard.localized_label}, {row.version.programme.name}",
        overlap_m2=round(shared, 1),
        # What is paved next year may be dug now; what is paved this year may not, unexplained.
        needs_reason=row.year <= dig.ends_on.year,
        suggestion=_("Dig before the yard is paved, and say so to its planners."),
        url=reverse("yards:yard", args=[yard.pk]),
        geom=yard.geom,
    )


register_check(
    ConflictCheck(
        name="yard_programme", title=gettext_lazy("Yards in programmes"), find=yards_in_programmes,
        near=yards, order=25,
    )
)  # fmt: skip
