"""Quarters: planners group yards that are worked on together."""

import uuid
from collections.abc import Sequence

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from layers.models import Quarter, Yard
from layers.yards.editing import YardGoneError

SOURCE = "manual"
MAX_NAME = Quarter._meta.get_field("name").max_length


class QuarterRefusedError(ValueError):
    """The quarter cannot be named or chosen so; the message says why."""


@transaction.atomic
def group_yards(*, yards: Sequence[int], quarter: int | None = None, name: str = "") -> Quarter:
    """Put yards into a quarter: an existing one, or a new one called `name`.

    Quarters left without yards are retired. Raises QuarterRefusedError, YardGoneError.
    """
    if quarter is None:
        chosen = Quarter.objects.create(
            source=SOURCE,
            source_id=uuid.uuid4().hex[:12],
            name=_free_name(name),
            valid_from=timezone.localdate(),
        )
    else:
        chosen = _locked(quarter)
    _assign(yards, chosen)
    return chosen


@transaction.atomic
def ungroup_yards(*, yards: Sequence[int]) -> None:
    """Take yards out of their quarters. Raises YardGoneError."""
    _assign(yards, None)


@transaction.atomic
def rename_quarter(*, quarter: int, name: str) -> Quarter:
    """Call a quarter otherwise. Raises QuarterRefusedError."""
    chosen = _locked(quarter)
    chosen.name = _free_name(name, but=chosen.pk)
    chosen.save(update_fields=["name"])
    return chosen


def _locked(quarter: int) -> Quarter:
    chosen = Quarter.objects.current().select_for_update().filter(pk=quarter).first()
    if chosen is None:
        raise QuarterRefusedError(_("This quarter is not there any more."))
    return chosen


def _free_name(name: str, *, but: int | None = None) -> str:
    name = " ".join(name.split())
    if not 0 < len(name) <= MAX_NAME:
        raise QuarterRefusedError(
            _("Give the quarter a name of at most %(count)s characters.") % {"count": MAX_NAME}
        )
    if Quarter.objects.current().filter(name__iexact=name).exclude(pk=but).exists():
        raise QuarterRefusedError(_("There is a quarter of this name already."))
    return name


def _assign(yards: Sequence[int], quarter: Quarter | None) -> None:
    ids = sorted(set(yards))
    rows = Yard.objects.current().filter(pk__in=ids).order_by("pk").select_for_update()
    left = dict(rows.values_list("pk", "quarter"))
    if not ids or len(left) != len(ids):
        raise YardGoneError(_("This yard is not there any more."))
    Yard.objects.filter(pk__in=ids).update(quarter=quarter)
    former = {pk for pk in left.values() if pk is not None} - {quarter and quarter.pk}
    empty = (
        Quarter.objects.current().filter(pk__in=former).exclude(yards__in=Yard.objects.current())
    )
    empty.update(valid_to=timezone.localdate())
