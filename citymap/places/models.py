"""The search index: what can be found by name, and the house numbers under it.

It is derived from the rooms that own the objects, is filled by `services`, and may be rebuilt
at any time. Both stages of a search are small: words are looked up in the vocabulary by
trigrams, things by their words, houses by street and number.
"""

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from citymap import geo


class SearchEntry(models.Model):
    """A named thing: street, garden society, territory, stop, named building."""

    kind = models.CharField(
        _("kind"), max_length=30, db_comment="What object_id refers to: street, bus_stop, ..."
    )
    object_id = models.BigIntegerField(_("object"), db_comment="Key in the table of that kind")
    labels = models.JSONField(_("labels"), db_comment="Language code -> label; '' is the default")
    subkind = models.CharField(
        _("kind in words"),
        max_length=30,
        blank=True,
        default="",
        db_comment="Narrower than kind: garden_society, village; words by register_found_kind",
    )
    names = ArrayField(
        models.TextField(), verbose_name=_("names"), db_comment="All its names, old ones too"
    )
    words = ArrayField(
        models.TextField(),
        verbose_name=_("words"),
        db_comment="Sounds of all words and numbers of its names (citymap/text.py)",
    )
    context = ArrayField(
        models.TextField(),
        verbose_name=_("context"),
        default=list,
        blank=True,
        db_comment="Sounds of the names of the territories around it",
    )
    weight = models.FloatField(
        _("weight"), default=0, db_comment="How often it is meant, 0..1; breaks ties"
    )
    garden = models.BooleanField(
        _("in a garden society"), default=False, db_comment="Never before a city street of its name"
    )
    has_houses = models.BooleanField(
        _("has house numbers"), default=False, db_comment="House numbers in places_searchhouse"
    )
    point = geo.PointField(_("position"), spatial_index=False)
    extent_m = ArrayField(
        models.FloatField(),
        verbose_name=_("extent"),
        size=4,
        null=True,
        blank=True,
        db_comment="West, south, east, north in the city CRS, metres; null: a point",
    )

    class Meta:
        verbose_name = _("search entry")
        verbose_name_plural = _("search entries")
        db_table_comment = "Derived: what address search finds by name"
        constraints = [
            models.UniqueConstraint(fields=["kind", "object_id"], name="searchentry_unique"),
            models.CheckConstraint(
                condition=Q(weight__gte=0, weight__lte=1), name="searchentry_weight_sane"
            ),
        ]
        indexes = [GinIndex(fields=["words"], name="searchentry_words", fastupdate=False)]

    def __str__(self) -> str:
        return self.labels.get("", "")


class SearchHouse(models.Model):
    """A house number under a street entry."""

    address_id = models.BigIntegerField(_("address"), primary_key=True)
    street_id = models.BigIntegerField(
        _("street"), db_comment="object_id of the street's search entry"
    )
    number = models.TextField(_("house number"), db_comment="As shown")
    key = models.TextField(
        _("key"), db_collation="C", db_comment="Normalised: 21a, 21/2 (citymap/places/words.py)"
    )
    ordinal = models.IntegerField(
        _("number alone"),
        db_default=0,
        db_comment="What key begins with: 21 of 21a/2; 0 when it has no number",
    )
    point = geo.PointField(_("position"), spatial_index=False)

    class Meta:
        verbose_name = _("house number")
        verbose_name_plural = _("house numbers")
        db_table_comment = "Derived: house numbers that address search finds under a street"
        indexes = [
            models.Index(fields=["street_id", "key"], name="searchhouse_street_key"),
            models.Index(fields=["street_id", "ordinal"], name="searchhouse_street_ordinal"),
        ]

    def __str__(self) -> str:
        return self.number


class SearchWord(models.Model):
    """A word of the vocabulary, for finding words that are nearly the same."""

    word = models.TextField(_("word"), primary_key=True, db_collation="C")
    entries = models.IntegerField(_("entries"), db_comment="How many search entries have the word")

    class Meta:
        verbose_name = _("search word")
        verbose_name_plural = _("search words")
        db_table_comment = "Derived: vocabulary of the search index"
        indexes = [
            GinIndex(
                fields=["word"],
                opclasses=["gin_trgm_ops"],
                name="searchword_trigrams",
                fastupdate=False,
            )
        ]

    def __str__(self) -> str:
        return self.word
