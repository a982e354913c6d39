"""Numbers without gaps: one row per series and year, locked until the number is used."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _


class Numbering(models.Model):
    """The last number given in a series in a year.

    A rolled-back transaction gives its number back, for the row is part of it.
    """

    series = models.CharField(_("series"), max_length=20)
    year = models.PositiveSmallIntegerField(_("year"))
    last = models.PositiveIntegerField(_("last number"))

    class Meta:
        verbose_name = _("numbering")
        verbose_name_plural = _("numberings")
        ordering = ["series", "year"]
        db_table_comment = "Last number given, by series and year"
        constraints = [
            models.UniqueConstraint(fields=["series", "year"], name="numbering_unique"),
            models.CheckConstraint(condition=Q(last__gt=0), name="numbering_positive"),
        ]

    def __str__(self) -> str:
        return f"{self.series} {self.year}: {self.last}"


def written(year: int, serial: int) -> str:
    """A number as it is shown: `2026-00042`."""
    return f"{year}-{serial:05d}"
