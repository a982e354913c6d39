"""Yards of published programmes, for promises of bodies to rest on."""

import datetime as dt

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from appeals.models import Appeal
from appeals.plans import PlannedRow, PlanSource, register_source
from planning.models import ProgrammeVersion, ProgrammeYard


def programme_rows(appeal: Appeal) -> list[PlannedRow]:
    """The yard's rows in programmes in force."""
    if appeal.yard_id is None:
        return []
    found = ProgrammeYard.objects.filter(
        yard=appeal.yard_id, version__in=ProgrammeVersion.objects.in_force()
    ).select_related("version__programme")
    return [
        PlannedRow(
            key=str(row.pk),
            title=gettext("%(programme)s: the yard in %(year)d")
            % {"programme": row.version.programme, "year": row.year},
            until=dt.date(row.year, 12, 31),
        )
        for row in found.order_by("year", "pk")
    ]


register_source(PlanSource(name="programme", title=_("Programmes"), rows=programme_rows, order=20))
