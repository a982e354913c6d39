"""What every object of the city has in common."""

from django.contrib.gis.db import models
from django.contrib.postgres.indexes import GistIndex
from django.db.models import F, Func, Q
from django.utils.translation import gettext_lazy as _

from citymap.geo import mercator_copy
from layers.querysets import CityObjectQuerySet


class ValidGeometry(Func):
    """SQL condition `ST_IsValid(...)`."""

    function = "ST_IsValid"
    output_field = models.BooleanField()


class CityObject(models.Model):
    """An imported or drawn object with its source and its validity.

    (source, source_id) is the identity over re-imports. An object that is gone is retired
    (`valid_to`), never deleted: appeals and orders may refer to it.
    """

    source = models.CharField(
        _("source"), max_length=40, db_comment="Data set: osm, gtfs, city, derived, manual"
    )
    source_id = models.CharField(
        _("id in the source"), max_length=120, db_comment="Id in the source: n1, w2, r3 for osm"
    )
    valid_from = models.DateField(
        _("valid from"), db_comment="First day the object counts, local date"
    )
    valid_to = models.DateField(
        _("valid to"), null=True, blank=True, db_comment="First day it no longer counts; null: now"
    )

    objects = CityObjectQuerySet.as_manager()

    class Meta:
        abstract = True
        constraints = [
            models.UniqueConstraint(
                fields=["source", "source_id"], name="%(app_label)s_%(class)s_source_unique"
            ),
            models.CheckConstraint(
                condition=Q(valid_to__isnull=True) | Q(valid_to__gte=F("valid_from")),
                name="%(app_label)s_%(class)s_valid_period",
            ),
        ]


class MappedObject(CityObject):
    """A city object drawn as vector tiles: keeps an indexed web-Mercator copy."""

    geom_3857 = mercator_copy()

    class Meta(CityObject.Meta):
        abstract = True
        indexes = [GistIndex(fields=["geom_3857"], name="%(app_label)s_%(class)s_merc")]
