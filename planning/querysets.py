"""Reads of planning: named, composable."""

import datetime as dt
from typing import Self

from django.db.models import Q, QuerySet
from django.utils import timezone

# Source of those who said the same as somebody before them; see planning/eventsources.py.
VOICES = "voices"


class EventQuerySet(QuerySet):
    def happened(self) -> Self:
        """Each fact once, however many people spoke of it."""
        return self.exclude(source=VOICES)

    def about(self, theme: str) -> Self:
        return self.filter(theme=theme)

    def between(self, since: dt.date, until: dt.date) -> Self:
        """Events from local midnight of `since` up to that of `until`, not in it."""
        return self.filter(occurred_at__gte=midnight(since), occurred_at__lt=midnight(until))


class HotspotRunQuerySet(QuerySet):
    def latest_of(self, theme: str):
        """The last search of a theme, or None."""
        return self.filter(theme=theme).order_by("-id").first()

    def latest(self) -> Self:
        """The last search of each theme."""
        newest = self.model.objects.order_by("theme", "-id").distinct("theme")
        return self.filter(pk__in=newest.values("pk"))

    def proposing(self) -> Self:
        """The search of each theme whose clusters are proposed as problems: that of all springs
        where there is one, else the last."""
        chosen = (
            self.model.objects.annotate(of_period=Q(springs_since__isnull=True))
            .order_by("theme", "of_period", "-id")
            .distinct("theme")
        )
        return self.filter(pk__in=chosen.values("pk"))


class ClusterQuerySet(QuerySet):
    def of_run(self, run) -> Self:
        return self.filter(run=run).order_by("number")


class SurveyQuerySet(QuerySet):
    def last_ones(self) -> Self:
        """The last survey of each yard."""
        return self.order_by("yard_id", "-surveyed_on", "-id").distinct("yard_id")


class HoldQuerySet(QuerySet):
    def active(self) -> Self:
        return self.filter(released_at__isnull=True)


class FollowerQuerySet(QuerySet):
    def lasting(self) -> Self:
        """Asked for and not ended, confirmed or not yet."""
        return self.filter(ended_at__isnull=True)

    def told(self) -> Self:
        """Who gets news: the address was confirmed."""
        return self.lasting().filter(confirmed_at__isnull=False)


class QueueRowQuerySet(QuerySet):
    def in_force(self) -> Self:
        """Rows of the latest state of the queue, in order."""
        newest = self.model.snapshot.field.related_model.objects.order_by("-id").values("id")[:1]
        return self.filter(snapshot__in=newest).order_by("position")


class WorkPriceQuerySet(QuerySet):
    def on(self, day: dt.date) -> Self:
        """The price of each work that holds on a day."""
        return self.filter(valid_from__lte=day).order_by("work", "-valid_from").distinct("work")


class ProgrammeVersionQuerySet(QuerySet):
    def published(self) -> Self:
        return self.filter(published_at__isnull=False)

    def drafts(self) -> Self:
        return self.filter(published_at__isnull=True)

    def in_force(self) -> Self:
        """The last published version of each programme."""
        return self.published().order_by("programme_id", "-number").distinct("programme_id")


class ProblemQuerySet(QuerySet):
    def open(self) -> Self:
        return self.filter(state="open")

    def flood_zones(self) -> Self:
        return self.filter(kind="flood_zone")


class MeasureQuerySet(QuerySet):
    def undone(self) -> Self:
        """Not done, of problems that are still open."""
        return self.filter(done_on__isnull=True, problem__state="open")

    def overdue(self, today: dt.date) -> Self:
        return self.undone().filter(due_on__lt=today)


def midnight(day: dt.date) -> dt.datetime:
    """The beginning of a local day."""
    return dt.datetime.combine(day, dt.time(), tzinfo=timezone.get_default_timezone())
