"""Reads over bodies: named and composable."""

import datetime as dt
import re
from typing import Self

from django.contrib.postgres.search import TrigramWordSimilarity
from django.db import connections, transaction
from django.db.models import Case, Exists, F, IntegerField, OuterRef, Q, QuerySet, Value, When
from django.db.models.functions import Collate

from citymap.accounts.choices import OrganizationKind
from citymap.text import sound, switch_layout

MAX_WORDS = 8
KINDS_FIRST = (
    OrganizationKind.EMERGENCY, OrganizationKind.STATE_BODY, OrganizationKind.POLICE,
    OrganizationKind.UTILITY, OrganizationKind.CARRIER, OrganizationKind.HOUSE_MANAGER,
    OrganizationKind.CONTRACTOR,
)  # fmt: skip
# Fewer digits than this are a house number or a year, not a telephone.
MIN_DIGITS = 3
# Share of three-letter pieces in common from which a slip of the hand is forgiven: one wrong letter
# in a word of eight, two letters exchanged in a word of five beside a right one.
ALIKE = 0.45
_NOT_DIGITS = re.compile(r"[\s()+\-.–]")


class OrganizationQuerySet(QuerySet):
    """Methods of every queryset of organisations."""

    def active_on(self, date: dt.date) -> Self:
        """Bodies that counted on a local date."""
        return self.filter(
            Q(valid_from__isnull=True) | Q(valid_from__lte=date),
            Q(valid_to__isnull=True) | Q(valid_to__gt=date),
        )

    def search(self, text: str) -> Self:
        """Bodies whose names have all words of `text`, or whose telephone or BIN it begins.

        Russian, Kazakh, English and Latin spelling alike (`citymap.text.sound`); served by the
        trigram indexes. Nothing to look for finds nothing.
        """
        digits = phone_digits(text)
        if digits:
            return self._with_digits(digits)
        words = sound(text).split()[:MAX_WORDS]
        if not words:
            return self.none()
        found = self
        for word in words:
            found = found.filter(search_key__contains=word)
        return found

    def look_up(self, text: str, language: str = "ru") -> Self:
        """What a person means by `text`, best first: as `search`; where that finds nothing, as
        typed with the other keyboard layout; where that finds nothing either, with a slip.
        """
        for typed in (text, switch_layout(text)):
            found = self.search(typed)
            if found.exists():
                return found.best_first(typed, language)
        return self.alike(text, language)

    def alike(self, text: str, language: str = "ru") -> Self:
        """Bodies whose names sound nearly like `text`, most alike first.

        Asked only when `search` fails; the trigram index finds them, once for count and page.
        """
        key = sound(text)
        if phone_digits(text) or not key:
            return self.none()
        return (
            self.filter(pk__in=self._near(key))
            .annotate(likeness=TrigramWordSimilarity(key, "search_key"))
            .order_by("-likeness", *by_name(language))
        )

    def _near(self, key: str) -> list[int]:
        """Ids of the bodies whose names share at least `ALIKE` of their pieces with `key`."""
        # The operator that the index serves takes its threshold from a setting of the session.
        with transaction.atomic(using=self.db), connections[self.db].cursor() as cursor:
            cursor.execute(
                "SELECT set_config('pg_trgm.word_similarity_threshold', %s, true)", [str(ALIKE)]
            )
            near = self.filter(search_key__trigram_word_similar=key).order_by()
            return list(near.values_list("pk", flat=True))

    def best_first(self, text: str, language: str = "ru") -> Self:
        """Order of what `search` found: called just so, then beginning so, then by name."""
        key = sound(text)
        return self.annotate(
            rank=Case(
                When(short_name__iexact=text.strip(), then=Value(0)),
                When(search_key__startswith=key, then=Value(1)),
                default=Value(2),
                output_field=IntegerField(),
            )
        ).order_by("rank", *by_name(language))

    def by_kind(self, language: str) -> Self:
        """Whom people look for most comes first: emergency services, the city, utilities."""
        ranks = [When(kind=kind, then=Value(rank)) for rank, kind in enumerate(KINDS_FIRST)]
        rank = Case(*ranks, default=Value(len(ranks)), output_field=IntegerField())
        return self.annotate(rank=rank).order_by("rank", *by_name(language))

    def in_order(self, language: str) -> Self:
        """By name in the order of the reader's alphabet."""
        return self.order_by(*by_name(language))

    def _with_digits(self, digits: str) -> Self:
        contacts = self.model._meta.get_field("contacts").related_model
        of_contact = contacts.objects.filter(
            organization=OuterRef("pk"), is_public=True, digits__contains=digits
        )
        return self.filter(
            Q(phone_digits__contains=digits) | Q(bin__startswith=digits) | Exists(of_contact)
        )


def by_name(language: str) -> list:
    """Names by the alphabet of a language: Kazakh letters stand where Kazakhs look for them."""
    column = {"kk": "name_kk", "en": "name_en"}.get(language, "name")
    collation = {"kk": "kk-x-icu", "en": "en-x-icu"}.get(language, "ru-x-icu")
    return [Collate(F(column), collation).asc(), F("pk").asc()]


def phone_digits(text: str) -> str:
    """The digits of a text that is a number and nothing else, an 8 of eleven as 7; else empty."""
    digits = _NOT_DIGITS.sub("", text)
    if not (digits.isascii() and digits.isdigit() and MIN_DIGITS <= len(digits) <= 15):
        return ""
    return f"7{digits[1:]}" if len(digits) == 11 and digits[0] == "8" else digits
