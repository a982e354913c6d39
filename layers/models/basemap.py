"""What the base map is drawn from: roads, water, land use, railways, place names."""

from django.contrib.gis.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from citymap import geo
from citymap.history.tracking import tracked
from layers.choices import LandUseKind, PlaceKind, RailwayKind, RoadClass, WaterKind
from layers.models.base import CityObject, ValidGeometry


@tracked(statement=True)
class Road(CityObject):
    """A stretch of road or path, as the source cuts it."""

    road_class = models.CharField(_("class"), max_length=20, choices=RoadClass)
    kind = models.CharField(
        _("kind in the source"), max_length=60, db_comment="Value of the highway tag"
    )
    name = models.CharField(_("name"), max_length=200, blank=True)
    name_ru = models.CharField(_("name in Russian"), max_length=200, blank=True)
    name_kk = models.CharField(_("name in Kazakh"), max_length=200, blank=True)
    street = models.ForeignKey(
        "layers.Street",
        verbose_name=_("street"),
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="roads",
    )
    surface = models.CharField(_("surface"), max_length=40, blank=True)
    lanes = models.PositiveSmallIntegerField(_("lanes"), null=True, blank=True)
    oneway = models.BooleanField(_("one way"), default=False)
    bridge = models.BooleanField(_("bridge"), default=False)
    tunnel = models.BooleanField(_("tunnel"), default=False)
    geom = geo.LineStringField(_("course"))

    class Meta(CityObject.Meta):
        verbose_name = _("road")
        verbose_name_plural = _("roads")
        db_table_comment = "Stretches of road and path"
        constraints = [
            *CityObject.Meta.constraints,
            models.CheckConstraint(
                condition=Q(road_class__in=RoadClass.values), name="road_class_known"
            ),
        ]

    def __str__(self) -> str:
        return self.name or self.get_road_class_display()


@tracked(statement=True)
class Water(CityObject):
    """A body of water (polygon) or a watercourse (line)."""

    kind = models.CharField(_("kind"), max_length=20, choices=WaterKind)
    name = models.CharField(_("name"), max_length=200, blank=True)
    geom = geo.GeometryField(_("outline or course"))

    class Meta(CityObject.Meta):
        verbose_name = _("water")
        verbose_name_plural = _("waters")
        db_table_comment = "Water areas and watercourses"
        constraints = [
            *CityObject.Meta.constraints,
            models.CheckConstraint(condition=ValidGeometry("geom"), name="water_geom_valid"),
        ]

    def __str__(self) -> str:
        return self.name or self.get_kind_display()


@tracked(statement=True)
class LandUse(CityObject):
    """An area of one use."""

    kind = models.CharField(_("kind"), max_length=20, choices=LandUseKind)
    name = models.CharField(_("name"), max_length=200, blank=True)
    geom = geo.MultiPolygonField(_("outline"))

    class Meta(CityObject.Meta):
        verbose_name = _("land use")
        verbose_name_plural = _("land uses")
        db_table_comment = "Areas by use, closed grounds of schools and industry among them"
        constraints = [
            *CityObject.Meta.constraints,
            models.CheckConstraint(condition=ValidGeometry("geom"), name="landuse_geom_valid"),
            models.CheckConstraint(
                condition=Q(kind__in=LandUseKind.values), name="landuse_kind_known"
            ),
        ]

    def __str__(self) -> str:
        return self.name or self.get_kind_display()


@tracked(statement=True)
class Railway(CityObject):
    """A stretch of railway."""

    kind = models.CharField(_("kind"), max_length=20, choices=RailwayKind)
    name = models.CharField(_("name"), max_length=200, blank=True)
    geom = geo.LineStringField(_("course"))

    class Meta(CityObject.Meta):
        verbose_name = _("railway")
        verbose_name_plural = _("railways")
        db_table_comment = "Stretches of railway"

    def __str__(self) -> str:
        return self.name or self.get_kind_display()


@tracked(statement=True)
class PlaceName(CityObject):
    """A named place without an official boundary: suburb, neighbourhood, village."""

    kind = models.CharField(_("kind"), max_length=20, choices=PlaceKind)
    name = models.CharField(_("name"), max_length=200)
    name_ru = models.CharField(_("name in Russian"), max_length=200, blank=True)
    name_kk = models.CharField(_("name in Kazakh"), max_length=200, blank=True)
    population = models.PositiveIntegerField(_("population"), null=True, blank=True)
    geom = geo.PointField(_("position"))

    class Meta(CityObject.Meta):
        verbose_name = _("place name")
        verbose_name_plural = _("place names")
        db_table_comment = "Named places drawn as labels and found by search"

    def __str__(self) -> str:
        return self.name
