"""Reads over appeals: named and composable; lists, tiles, exports and counts share them."""

import datetime as dt
from collections.abc import Iterable
from typing import Any, Self

from django.contrib.gis.db.models.functions import Distance
from django.contrib.gis.geos import GEOSGeometry
from django.contrib.postgres.search import SearchQuery, SearchRank
from django.db.models import Count, F, Q, QuerySet

from appeals.choices import PromiseState, State
from appeals.workflow import ENDED, OPEN, RUNNING
from citymap.text import fold

# PostgreSQL's configuration for each language of the knowledge base. Version 15 has no Kazakh
# dictionary: words are taken as they are, and search asks by beginnings.
SEARCH_CONFIGS = {"ru": "russian", "kk": "simple"}


class CategoryQuerySet(QuerySet):
    """Methods of every queryset of categories."""

    def groups(self) -> Self:
        return self.filter(parent__isnull=True)

    def leaves(self) -> Self:
        """What appeals are given."""
        return self.filter(parent__isnull=False)

    def offered(self) -> Self:
        return self.filter(retired=False)


class DatedQuerySet(QuerySet):
    """Methods of rows that are in force for a time."""

    def in_force_on(self, day: dt.date) -> Self:
        """Rows in force on a local date."""
        return self.filter(valid_from__lte=day).filter(
            Q(valid_to__isnull=True) | Q(valid_to__gt=day)
        )


class RoutingRuleQuerySet(DatedQuerySet):
    """Routing rules in the order in which they are asked."""

    def in_order(self) -> Self:
        return self.order_by("position", "pk")

    def concerning(self, category: Any, geom: GEOSGeometry) -> Self:
        """Rules that may speak of a category at a place: of no other category or territory."""
        return self.filter(
            Q(category=None) | Q(category__in=[category.pk, category.parent_id]),
            Q(territory=None) | Q(territory__geom__intersects=geom),
        )


class AppealQuerySet(QuerySet):
    """Methods of every queryset of appeals."""

    def real(self) -> Self:
        """Without what was made in training."""
        return self.filter(practice=False)

    def numbered(self, number: str) -> Self:
        """The appeal of that number; none for what can be no number."""
        return self.none() if "\x00" in number else self.filter(number=number)

    def open(self) -> Self:
        """Not closed, withdrawn or joined."""
        # The same list as in the partial indexes, so that they are used.
        return self.filter(state__in=sorted(OPEN))

    def running(self) -> Self:
        """Nobody has reported yet: the deadline counts."""
        return self.filter(state__in=sorted(RUNNING))

    def overdue(self, now: dt.datetime) -> Self:
        """Running, not paused, and the deadline has passed at `now`."""
        return self.running().filter(paused_at__isnull=True, due_at__lt=now)

    def due_by(self, moment: dt.datetime) -> Self:
        """Running, not paused, and due before `moment`."""
        return self.overdue(moment)

    def tray(self) -> Self:
        """What waits for a coordinator: nobody works on it."""
        return self.filter(state__in=[State.REGISTERED, State.RETURNED, State.REOPENED])

    def registered_between(self, start: dt.datetime, end: dt.datetime) -> Self:
        """Registered at or after `start` and before `end`."""
        return self.filter(registered_at__gte=start, registered_at__lt=end)

    def near(self, geom: GEOSGeometry, metres: float) -> Self:
        """Within `metres` of `geom` (city CRS), by index, with `distance` in metres."""
        return self.filter(geom__dwithin=(geom, metres)).annotate(distance=Distance("geom", geom))

    def of_person(self, person_id: int) -> Self:
        """Appeals in which somebody asked; those joined to another are their own."""
        return self.filter(applicants__person=person_id)

    def ended_since(self, moment: dt.datetime) -> Self:
        return self.filter(state__in=sorted(ENDED), ended_at__gte=moment)


class ApplicantQuerySet(QuerySet):
    """Methods of every queryset of applicants."""

    def to_be_told(self, appeal_id: int) -> Self:
        """Everybody whom the result of an appeal concerns: its own and those joined to it."""
        return self.filter(Q(appeal=appeal_id) | Q(appeal__joined_into=appeal_id))


class ContactQuerySet(QuerySet):
    """Methods of every queryset of contacts."""

    def real(self) -> Self:
        return self.filter(practice=False)

    def lasting(self) -> Self:
        """Not ended yet."""
        return self.filter(kind="")

    def waiting(self, since: dt.datetime) -> Self:
        """Calls that rang since a moment and that no operator has taken, the oldest first."""
        return (
            self.lasting()
            .filter(operator__isnull=True, started_at__gte=since)
            .order_by("started_at", "pk")
        )

    def of_caller(self, person_id: int) -> Self:
        """What somebody asked before, the newest first."""
        return self.filter(caller=person_id).order_by("-started_at", "-pk")


class PromiseQuerySet(QuerySet):
    """Methods of every queryset of promises."""

    def fallen_due(self, today: dt.date) -> Self:
        """Open, and the last day is over; what a body calls kept waits for a decision."""
        return self.filter(state=PromiseState.OPEN, claimed_at__isnull=True, due_on__lt=today)

    def claimed(self) -> Self:
        """The body says that it is kept, and nobody has decided yet."""
        return self.filter(state=PromiseState.OPEN, claimed_at__isnull=False)

    def kept_share(self) -> float | None:
        """Of the decided ones the share that was kept, 0 to 1; None when none is decided."""
        counts = dict(self.order_by().values_list("state").annotate(count=Count("pk")))
        kept, broken = counts.get(PromiseState.KEPT, 0), counts.get(PromiseState.BROKEN, 0)
        return kept / (kept + broken) if kept + broken else None


class WorkLinkQuerySet(QuerySet):
    """Methods of every queryset of one-time links."""

    def open(self, now: dt.datetime) -> Self:
        """Neither revoked nor spent nor too old."""
        return self.filter(revoked_at__isnull=True, spent_at__isnull=True, expires_at__gt=now)


class IncidentQuerySet(QuerySet):
    """Methods of every queryset of incidents."""

    def lasting(self) -> Self:
        return self.filter(ended_at__isnull=True)

    def at_place(self, geom: GEOSGeometry, building_id: int | None = None) -> Self:
        """Those that concern a place (city CRS): inside the area, or one of the buildings.

        Each way is asked by its own index and by key: an OR of both would use neither.
        """
        inside = self.model.objects.filter(geom__intersects=geom)
        if building_id is None:
            return self.filter(pk__in=inside.values("pk"))
        served = self.model.objects.filter(served__building=building_id)
        return self.filter(pk__in=inside.values("pk").union(served.values("pk")))


class KnowledgeQuerySet(QuerySet):
    """Methods of every queryset of articles."""

    def offered(self) -> Self:
        """In use, with a version in force."""
        return self.filter(retired=False, current__isnull=False)

    def search(self, text: str, language: str, *, any_word: bool = False) -> Self:
        """Articles whose version in force has all words of `text` (or any), best first.

        Words are asked by their beginnings, so that a search helps while it is typed. Kazakh
        ones are shortened first: endings differ, and PostgreSQL knows none of them.
        """
        language = language if language in SEARCH_CONFIGS else "ru"
        config, field = SEARCH_CONFIGS[language], f"current__search_{language}"
        words = ["".join(char for char in word if char.isalnum()) for word in fold(text).split()]
        words = [word for word in words if word][:20]
        if not words:
            return self.none()
        if config == "simple":
            words = [_stem(word) for word in words]
        asked = (" | " if any_word else " & ").join(f"{word}:*" for word in words)
        query = SearchQuery(asked, config=config, search_type="raw")
        return (
            self.offered()
            .filter(**{field: query})
            .annotate(rank=SearchRank(F(field), query))
            .order_by("-rank", "code")
        )

    def on_themes(self, category_ids: Iterable[int]) -> Self:
        """Articles of some categories or groups, by code."""
        return self.offered().filter(category__in=list(category_ids)).order_by("code")


def _stem(word: str) -> str:
    """The beginning of a Kazakh word that its endings leave alone, roughly."""
    return word if len(word) <= 4 else word[: max(4, len(word) - 3)]
