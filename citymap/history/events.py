"""What every event row has, and how events are searched."""

import datetime as dt
from typing import Any

import pghistory.models
from django.db import models
from django.db.models.fields.json import KeyTextTransform
from django.utils.translation import gettext_lazy as _


class EventQuerySet(pghistory.models.EventQuerySet):
    """Search by object, person and period; chain as you like."""

    def of_object(self, instance: models.Model) -> "EventQuerySet":
        return self.of_key(instance.pk)

    def of_key(self, key: Any) -> "EventQuerySet":
        """Events of the object with this primary key, existing or not."""
        return self.filter(pgh_obj_id=key)

    def by_user(self, user_id: int) -> "EventQuerySet":
        """Events made by the user with this id."""
        return self.annotate(pgh_user=KeyTextTransform("user", "pgh_context")).filter(
            pgh_user=str(user_id)
        )

    def between(self, start: dt.datetime | None, end: dt.datetime | None) -> "EventQuerySet":
        """Events made at or after `start` and before `end`."""
        found = self
        if start is not None:
            found = found.filter(pgh_created_at__gte=start)
        if end is not None:
            found = found.filter(pgh_created_at__lt=end)
        return found

    def irregular(self) -> "EventQuerySet":
        """Events with no person, no request and no command of ours behind them."""
        return self.exclude(pgh_context__has_any_keys=["user", "request", "command"])

    def newest_first(self) -> "EventQuerySet":
        return self.order_by("-pgh_id")


class Event(pghistory.models.Event):
    """One change of one object: its row after the change; before it, of a deleted object and of
    imported layers (their inserts are no events, so nothing else would tell).

    `pgh_context` says who, through which request, why. Rows are written by triggers only.
    """

    pgh_id = models.BigAutoField(primary_key=True)
    pgh_created_at = models.DateTimeField(
        _("when"), db_comment="When the change was made, by the database's clock"
    )
    pgh_label = models.TextField(_("change"), db_comment="insert, update or delete")

    objects = EventQuerySet.as_manager()

    class Meta:
        abstract = True
