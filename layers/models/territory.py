"""Territories, streets and addresses: how places are named."""

from django.contrib.gis.db import models
from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from citymap import geo
from citymap.history.tracking import tracked
from layers.choices import StreetKind, TerritoryKind
from layers.models.base import CityObject, ValidGeometry


@tracked(statement=True)
class Territory(CityObject):
    """Region, city, district or microdistrict; nested by `parent`."""

    kind = models.CharField(_("kind"), max_length=20, choices=TerritoryKind)
    name = models.CharField(_("name"), max_length=200)
    name_ru = models.CharField(_("name in Russian"), max_length=200, blank=True)
    name_kk = models.CharField(_("name in Kazakh"), max_length=200, blank=True)
    code = models.CharField(
        _("KATO code"), max_length=20, blank=True, db_comment="Classifier of territories (КАТО)"
    )
    parent = models.ForeignKey(
        "self",
        verbose_name=_("part of"),
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="children",
    )
    geom = geo.MultiPolygonField(_("boundary"))

    class Meta(CityObject.Meta):
        verbose_name = _("territory")
        verbose_name_plural = _("territories")
        ordering = ["name", "id"]
        db_table_comment = "Administrative and customary territories, nested"
        constraints = [
            *CityObject.Meta.constraints,
            models.CheckConstraint(condition=ValidGeometry("geom"), name="territory_geom_valid"),
            models.CheckConstraint(
                condition=Q(parent__isnull=True) | ~Q(parent=F("id")),
                name="territory_not_its_own_parent",
            ),
            models.CheckConstraint(
                condition=Q(kind__in=TerritoryKind.values), name="territory_kind_known"
            ),
        ]

    def __str__(self) -> str:
        return self.name


@tracked(statement=True)
class Street(CityObject):
    """A named street, garden society or microdistrict that addresses refer to.

    It may have no geometry: many garden societies are known only from addresses.
    """

    kind = models.CharField(_("kind"), max_length=20, choices=StreetKind)
    name = models.CharField(_("name"), max_length=200)
    name_ru = models.CharField(_("name in Russian"), max_length=200, blank=True)
    name_kk = models.CharField(_("name in Kazakh"), max_length=200, blank=True)
    old_names = ArrayField(
        models.CharField(max_length=200), verbose_name=_("old names"), default=list, blank=True
    )
    name_key = models.CharField(
        max_length=200, db_comment="Normalised name: no type words, ё as е (layers/names.py)"
    )
    territory = models.ForeignKey(
        Territory,
        verbose_name=_("settlement"),
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="streets",
        db_comment="City or village that the street belongs to, where boundaries are known",
    )
    geom = geo.MultiLineStringField(_("geometry"), null=True, blank=True)

    class Meta(CityObject.Meta):
        verbose_name = _("street")
        verbose_name_plural = _("streets")
        ordering = ["name", "id"]
        db_table_comment = "Named streets, garden societies and microdistricts"
        constraints = [
            *CityObject.Meta.constraints,
            models.CheckConstraint(
                condition=Q(kind__in=StreetKind.values), name="street_kind_known"
            ),
            models.CheckConstraint(condition=~Q(name=""), name="street_named"),
        ]
        indexes = [
            models.Index(fields=["name_key"], name="street_name_key"),
            GinIndex(fields=["old_names"], name="street_old_names"),
        ]

    def __str__(self) -> str:
        return self.name


@tracked(statement=True)
class Address(CityObject):
    """A house number on a street, at a point, usually of a building."""

    street = models.ForeignKey(
        Street,
        verbose_name=_("street"),
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="addresses",
    )
    street_name = models.CharField(
        _("street as written"), max_length=200, blank=True, db_comment="As the source wrote it"
    )
    house_number = models.CharField(_("house number"), max_length=50)
    postcode = models.CharField(_("postcode"), max_length=20, blank=True)
    rca_code = models.CharField(
        _("RCA code"), max_length=40, blank=True, db_comment="Official key of the address (РКА)"
    )
    building = models.ForeignKey(
        "layers.Building",
        verbose_name=_("building"),
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="addresses",
    )
    geom = geo.PointField(_("position"))

    class Meta(CityObject.Meta):
        verbose_name = _("address")
        verbose_name_plural = _("addresses")
        db_table_comment = "House numbers with their street and position"
        constraints = [
            *CityObject.Meta.constraints,
            models.CheckConstraint(condition=~Q(house_number=""), name="address_numbered"),
        ]

    def __str__(self) -> str:
        name = self.street.name if self.street_id else self.street_name
        return f"{name}, {self.house_number}" if name else self.house_number
