"""Things that stand in the city: playgrounds, sports grounds, cameras, lamps, waste sites."""

from django.contrib.gis.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from citymap import geo
from citymap.accounts.models import Organization
from citymap.history.tracking import tracked
from layers.choices import Condition, SportsKind, Surface, WasteKind
from layers.models.base import MappedObject, ValidGeometry


class Ground(MappedObject):
    """What playgrounds and sports grounds share. `geom` is an outline, or a point."""

    name = models.CharField(_("name"), max_length=200, blank=True)
    surface = models.CharField(
        _("surface"), max_length=20, choices=Surface, default=Surface.UNKNOWN
    )
    condition = models.CharField(
        _("condition"), max_length=10, choices=Condition, default=Condition.UNKNOWN
    )
    installed_on = models.DateField(
        _("installed on"), null=True, blank=True, db_comment="Day of installation; null: not known"
    )
    installed_on_precision = models.CharField(
        _("precision of the date"),
        max_length=5,
        choices=[("day", _("day")), ("month", _("month")), ("year", _("year"))],
        blank=True,
        db_comment="What of installed_on is known: day, month or year",
    )
    owner = models.ForeignKey(
        Organization,
        verbose_name=_("owner"),
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
    )
    geom = geo.GeometryField(_("outline or position"))

    class Meta(MappedObject.Meta):
        abstract = True
        constraints = [
            *MappedObject.Meta.constraints,
            models.CheckConstraint(
                condition=ValidGeometry("geom"), name="%(app_label)s_%(class)s_geom_valid"
            ),
        ]


@tracked(statement=True)
class Playground(Ground):
    """A children's playground."""

    kind = models.CharField(_("kind"), max_length=60, blank=True)

    class Meta(Ground.Meta):
        verbose_name = _("playground")
        verbose_name_plural = _("playgrounds")
        db_table_comment = "Children's playgrounds"

    def __str__(self) -> str:
        return self.name or str(self._meta.verbose_name)


@tracked(statement=True)
class SportsGround(Ground):
    """A sports ground or pitch."""

    kind = models.CharField(
        _("sport"), max_length=20, choices=SportsKind, default=SportsKind.UNKNOWN
    )

    class Meta(Ground.Meta):
        verbose_name = _("sports ground")
        verbose_name_plural = _("sports grounds")
        db_table_comment = "Sports grounds and pitches"

    def __str__(self) -> str:
        return self.name or self.get_kind_display()


@tracked(statement=True)
class Camera(MappedObject):
    """A surveillance camera. Staff only: its position is never published."""

    kind = models.CharField(_("kind"), max_length=60, blank=True)
    direction_deg = models.FloatField(
        _("direction, degrees"), null=True, blank=True, db_comment="Clockwise from north"
    )
    owner = models.ForeignKey(
        Organization,
        verbose_name=_("owner"),
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
    )
    geom = geo.PointField(_("position"))

    class Meta(MappedObject.Meta):
        verbose_name = _("camera")
        verbose_name_plural = _("cameras")
        db_table_comment = "Surveillance cameras; staff only"
        constraints = [
            *MappedObject.Meta.constraints,
            models.CheckConstraint(
                condition=Q(direction_deg__isnull=True)
                | Q(direction_deg__gte=0, direction_deg__lt=360),
                name="camera_direction_sane",
            ),
        ]

    def __str__(self) -> str:
        return f"{self._meta.verbose_name} {self.source_id}"


@tracked(statement=True)
class StreetLamp(MappedObject):
    """A street lamp."""

    owner = models.ForeignKey(
        Organization,
        verbose_name=_("owner"),
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
    )
    geom = geo.PointField(_("position"))

    class Meta(MappedObject.Meta):
        verbose_name = _("street lamp")
        verbose_name_plural = _("street lamps")
        db_table_comment = "Street lamps"

    def __str__(self) -> str:
        return f"{self._meta.verbose_name} {self.source_id}"


@tracked(statement=True)
class WasteSite(MappedObject):
    """A place where rubbish is collected."""

    kind = models.CharField(
        _("kind"), max_length=20, choices=WasteKind, default=WasteKind.CONTAINER_SITE
    )
    geom = geo.GeometryField(_("outline or position"))

    class Meta(MappedObject.Meta):
        verbose_name = _("waste site")
        verbose_name_plural = _("waste sites")
        db_table_comment = "Container sites, recycling points, landfills"

    def __str__(self) -> str:
        return self.get_kind_display()
