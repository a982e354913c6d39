"""Changes by hand to single city objects: made, corrected, retired, brought back."""

import datetime as dt
import uuid
from collections.abc import Collection

from django.db import transaction
from django.db.models import F, QuerySet
from django.db.models.functions import Greatest

from layers.models.base import CityObject
from layers.search import refresh_search

MANUAL_SOURCE = "manual"


@transaction.atomic
def create_object(*, instance: CityObject, when: dt.date) -> CityObject:
    """Store a new object drawn by hand, with a source and an id of its own."""
    instance.source = MANUAL_SOURCE
    instance.source_id = uuid.uuid4().hex
    instance.valid_from = when
    instance.full_clean()
    instance.save()
    refresh_search()
    return instance


@transaction.atomic
def correct_object(*, instance: CityObject, fields: Collection[str]) -> CityObject:
    """Store the named fields of an object; nothing is written when there are none.

    The row is locked first. An import that has a column for the field sets it again.
    """
    if not fields:
        return instance
    type(instance)._default_manager.select_for_update().get(pk=instance.pk)
    instance.full_clean()
    instance.save(update_fields=sorted(fields))
    refresh_search()
    return instance


@transaction.atomic
def retire_objects(*, objects: QuerySet, when: dt.date) -> int:
    """End objects on `when` (those not in force yet: on their first day); returns how many."""
    current = objects.model._default_manager.filter(
        pk__in=objects.order_by().values("pk"), valid_to__isnull=True
    )
    count = current.update(valid_to=Greatest(when, F("valid_from")))
    if count:
        refresh_search()
    return count


@transaction.atomic
def restore_objects(*, objects: QuerySet) -> int:
    """Bring retired objects back; returns how many."""
    retired = objects.model._default_manager.filter(
        pk__in=objects.order_by().values("pk"), valid_to__isnull=False
    )
    count = retired.update(valid_to=None)
    if count:
        refresh_search()
    return count
