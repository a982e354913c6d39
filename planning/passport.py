"""What happened to a yard, as everybody may read it: the page and the feed say the same."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from django.utils import timezone
from django.utils.translation import gettext as _

from layers.models import Yard
from planning.choices import Stage
from planning.models import ProgrammeVersion, ProgrammeYard, YardHold, YardStage

MOST = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class Happening:
    """One line of a yard's story. `key` is unique for ever; `at` aware."""

    key: str
    at: dt.datetime
    title: str
    text: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """A stage of the programme in force, reached or still to come."""

    stage: Stage
    reached_on: dt.date | None

    @property
    def title(self) -> str:
        return str(self.stage.label)


def story(yard: Yard, stages: Sequence[YardStage] | None = None) -> list[Happening]:
    """Versions of programmes that brought, moved or dropped it, stages, holds; latest first.

    stages: those of the yard, with contractor and programme, where they are known already.
    """
    if stages is None:
        rows = YardStage.objects.filter(yard=yard).select_related("programme", "contractor")
        stages = list(rows)
    found = [*_versions(yard), *_stages(stages), *_holds(yard)]
    return sorted(found, key=lambda one: (one.at, one.key), reverse=True)[:MOST]


def progress(row: ProgrammeYard, stages: list[YardStage]) -> list[Step]:
    """The stages of a yard under the programme of `row`, in order."""
    programme = row.version.programme_id
    reached = {one.stage: one.reached_on for one in stages if one.programme_id == programme}
    return [Step(stage=stage, reached_on=reached.get(stage)) for stage in Stage]


def _versions(yard: Yard) -> list[Happening]:
    rows = ProgrammeYard.objects.filter(yard=yard, version__published_at__isnull=False)
    years = dict(rows.values_list("version", "year"))
    if not years:
        return []
    versions = (
        ProgrammeVersion.objects.published()
        .filter(programme__in=rows.values("version__programme"))
        .select_related("programme")
        .order_by("programme", "number")
    )
    found = []
    for before, after in pairwise([None, *versions]):
        old = None
        if before is not None and before.programme_id == after.programme_id:
            old = years.get(before.pk)
        new = years.get(after.pk)
        if old == new:
            continue
        if new is None:
            title = _("Taken out of the programme")
        elif old is None:
            title = _("In the programme of %(year)s") % {"year": new}
        else:
            title = _("Moved from %(before)s to %(after)s") % {"before": old, "after": new}
        name = f"{after.programme.name}, {_('version %(number)s') % {'number': after.number}}"
        found.append(
            Happening(
                key=f"version-{after.pk}",
                at=after.published_at,
                title=title,
                text=f"{name}. {after.reason}",
            )
        )
    return found


def _stages(rows: Sequence[YardStage]) -> list[Happening]:
    return [
        Happening(
            key=f"stage-{row.pk}",
            at=_noon(row.reached_on),
            title=row.get_stage_display(),
            text=". ".join(filter(None, [row.programme.name, _contract(row), row.note])),
        )
        for row in rows
    ]


def _contract(row: YardStage) -> str:
    parts = [row.contractor.title if row.contractor else "", row.contract_number]
    return ", ".join(filter(None, parts))


def _holds(yard: Yard) -> list[Happening]:
    found = []
    for row in YardHold.objects.filter(yard=yard):
        found.append(
            Happening(key=f"hold-{row.pk}", at=row.held_at, title=_("Put on hold"), text=row.reason)
        )
        if row.released_at:
            found.append(
                Happening(key=f"release-{row.pk}", at=row.released_at, title=_("No longer on hold"))
            )
    return found


def _noon(day: dt.date) -> dt.datetime:
    return dt.datetime.combine(day, dt.time(12), tzinfo=timezone.get_default_timezone())
