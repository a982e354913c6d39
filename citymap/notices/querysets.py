"""Reads of notices: named, composable."""

import datetime as dt
import uuid
from typing import Any, Self

from django.contrib.contenttypes.models import ContentType
from django.db import models
from django.db.models import Q

from citymap.notices.choices import DEAD_LETTERS, OPEN, State


def as_uuid(text: str) -> uuid.UUID | None:
    try:
        return uuid.UUID(text)
    except ValueError:
        return None


class NoticeQuerySet(models.QuerySet):
    """Notices; the worker's own query is in `outbox.py`."""

    def about(self, *sources: models.Model) -> Self:
        """What is owed to anybody about any of some objects."""
        keys: dict[ContentType, list[str]] = {}
        for source in sources:
            kind = ContentType.objects.get_for_model(source)
            keys.setdefault(kind, []).append(str(source.pk))
        wanted = Q(pk__in=[])
        for kind, ids in keys.items():
            wanted |= Q(source_type=kind, source_id__in=ids)
        return self.filter(wanted)

    def dead_letters(self) -> Self:
        """What nobody will get unless somebody acts, and nothing has taken its place."""
        return self.filter(state__in=DEAD_LETTERS, replaced_by__isnull=True)

    def open(self) -> Self:
        """What the worker still has to deliver."""
        return self.filter(state__in=OPEN)

    def late(self, now: dt.datetime) -> Self:
        """Not out although due."""
        return self.filter(due_at__lt=now, state__in=[*OPEN, *DEAD_LETTERS])

    def between(self, first: dt.datetime | None, last: dt.datetime | None) -> Self:
        """Made in `[first, last)`; either end may be open."""
        wanted: dict[str, Any] = {}
        if first:
            wanted["created_at__gte"] = first
        if last:
            wanted["created_at__lt"] = last
        return self.filter(**wanted)

    def by_message(self, message_id: str) -> Self:
        return self.filter(message_id=message_id.strip())

    def reported(self, channel: str, reference: str) -> Self:
        """The notice that a gateway reports about: by our id, or by the gateway's own."""
        wanted = Q(channel=channel, reference=reference)
        if ours := as_uuid(reference):
            wanted |= Q(public_id=ours, channels__contains=[channel])
        return self.filter(wanted)

    def with_recipients(self) -> Self:
        return self.select_related("user", "organization", "person", "source_type")


class BellItemQuerySet(models.QuerySet):
    """What members of staff see at the bell."""

    def of(self, user) -> Self:
        """What is true still: without what was cancelled, unless it was sent on to another."""
        stands = ~Q(notice__state=State.CANCELLED) | Q(notice__replaced_by__isnull=False)
        return self.filter(stands, user=user)

    def unread(self) -> Self:
        return self.filter(read_at__isnull=True)
