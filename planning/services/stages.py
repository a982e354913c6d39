"""Stages of yards in programmes: written down once, never changed."""

import datetime as dt

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from citymap.accounts.models import Organization, User
from layers.models import Yard
from planning.choices import Stage
from planning.models import Programme, ProgrammeYard, YardStage
from planning.services.errors import NotPossibleNowError, PlanningRefusedError
from planning.services.following import tell_followers


@transaction.atomic
def record_stage(
    *,
    programme: Programme,
    yard: Yard,
    stage: Stage,
    reached_on: dt.date,
    user: User,
    contractor: Organization | None = None,
    contract_number: str = "",
    cost: int | None = None,
    guarantee_until: dt.date | None = None,
    note: str = "",
) -> YardStage:
    """Write down that a yard of a published programme reached a stage.

    A contract names contractor, number and sum; a guarantee its end. Stages are not dated before
    those that come earlier.
    """
    Programme.objects.select_for_update().get(pk=programme.pk)
    published = ProgrammeYard.objects.filter(
        yard=yard, version__programme=programme, version__published_at__isnull=False
    )
    if not published.exists():
        raise PlanningRefusedError(_("This yard is in no published version of the programme."))
    if reached_on > timezone.localdate():
        raise PlanningRefusedError(_("A stage cannot be reached in the future."))
    if stage == Stage.CONTRACT and not (contractor and contract_number.strip() and cost):
        raise PlanningRefusedError(_("A contract needs contractor, number and sum."))
    if stage == Stage.GUARANTEE and not (guarantee_until and guarantee_until > reached_on):
        raise PlanningRefusedError(_("A guarantee needs a day in the future on which it ends."))
    reached = dict(
        YardStage.objects.filter(programme=programme, yard=yard).values_list("stage", "reached_on")
    )
    if stage in reached:
        raise NotPossibleNowError(_("This stage is written down already."))
    _refuse_out_of_order(Stage(stage), reached_on, reached)
    made = YardStage.objects.create(
        programme=programme,
        yard=yard,
        stage=stage,
        reached_on=reached_on,
        contractor=contractor,
        contract_number=contract_number.strip(),
        cost=cost,
        guarantee_until=guarantee_until,
        note=note.strip(),
        made_by=user,
    )
    tell_followers(yards=[yard.pk], what="stage", stage=f"stage {made.pk}", stage_code=str(stage))
    return made


def _refuse_out_of_order(stage: Stage, day: dt.date, reached: dict[str, dt.date]) -> None:
    order = Stage.values
    for other, other_day in reached.items():
        earlier = order.index(other) < order.index(stage)
        if (earlier and other_day > day) or (not earlier and other_day < day):
            raise PlanningRefusedError(
                _("The stage “%(stage)s” is dated %(day)s: the order does not fit.")
                % {"stage": Stage(other).label, "day": other_day.isoformat()}
            )
