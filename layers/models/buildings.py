"""Buildings and who manages them."""

from django.contrib.gis.db import models
from django.contrib.gis.db.models.functions import Area, PointOnSurface
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import RangeOperators
from django.db.models import F, Func, Q
from django.utils.translation import gettext_lazy as _

from citymap import geo
from citymap.accounts.models import Organization
from citymap.history.tracking import tracked
from layers.choices import Basis, BuildingUse, ManagerForm
from layers.models.base import CityObject, ValidGeometry


class DateRange(Func):
    """SQL `daterange(from, to)`, an open end when `to` is null."""

    function = "daterange"
    output_field = models.TextField()


@tracked(statement=True)
class Building(CityObject):
    """A building. `use` and `apartments` say by their basis whether they were inferred."""

    kind = models.CharField(
        _("kind in the source"), max_length=60, blank=True, db_comment="Value of the building tag"
    )
    use = models.CharField(
        _("use"), max_length=20, choices=BuildingUse, default=BuildingUse.UNKNOWN
    )
    use_basis = models.CharField(
        _("use known from"), max_length=10, choices=Basis, default=Basis.NONE
    )
    name = models.CharField(_("name"), max_length=300, blank=True)
    levels = models.PositiveSmallIntegerField(_("storeys"), null=True, blank=True)
    height_m = models.FloatField(
        _("height, m"), null=True, blank=True, db_comment="Metres above ground, when stated"
    )
    apartments = models.PositiveIntegerField(_("apartments"), null=True, blank=True)
    apartments_basis = models.CharField(
        _("apartments known from"), max_length=10, choices=Basis, default=Basis.NONE
    )
    year_built = models.PositiveSmallIntegerField(_("year built"), null=True, blank=True)
    rca_code = models.CharField(
        _("RCA code"), max_length=40, blank=True, db_comment="Official key of the address (РКА)"
    )
    yard = models.ForeignKey(
        "layers.Yard",
        verbose_name=_("yard"),
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="buildings",
        db_comment="The one yard of an apartment house",
    )
    geom = geo.MultiPolygonField(_("outline"))
    area_m2 = models.GeneratedField(
        expression=Area("geom"),
        output_field=models.FloatField(),
        db_persist=True,
        db_comment="Footprint, m2",
    )
    point = models.GeneratedField(
        expression=PointOnSurface("geom"),
        output_field=geo.PointField(spatial_index=False),
        db_persist=True,
        db_comment="A point inside the outline",
    )

    class Meta(CityObject.Meta):
        verbose_name = _("building")
        verbose_name_plural = _("buildings")
        db_table_comment = "Buildings with outline, storeys and apartments"
        constraints = [
            *CityObject.Meta.constraints,
            models.CheckConstraint(condition=ValidGeometry("geom"), name="building_geom_valid"),
            models.CheckConstraint(
                condition=Q(use__in=BuildingUse.values), name="building_use_known"
            ),
            models.CheckConstraint(
                condition=Q(levels__isnull=True) | Q(levels__range=(1, 200)),
                name="building_levels_sane",
            ),
            models.CheckConstraint(
                condition=Q(height_m__isnull=True) | Q(height_m__gt=0, height_m__lt=1000),
                name="building_height_sane",
            ),
            models.CheckConstraint(
                condition=Q(year_built__isnull=True) | Q(year_built__range=(1500, 2200)),
                name="building_year_sane",
            ),
            models.CheckConstraint(
                condition=Q(apartments__isnull=True, apartments_basis=Basis.NONE)
                | Q(apartments__isnull=False, apartments_basis__in=[Basis.STATED, Basis.INFERRED]),
                name="building_apartments_have_a_basis",
            ),
        ]
        indexes = [
            models.Index(
                fields=["use"],
                name="building_apartment_houses",
                condition=Q(use__in=["apartments", "dormitory"]),
            ),
        ]

    def __str__(self) -> str:
        return self.name or f"{self.get_use_display()} {self.source_id}"


@tracked()
class BuildingManager(models.Model):
    """Who manages a house, in which legal form, from when to when."""

    building = models.ForeignKey(
        Building, verbose_name=_("building"), on_delete=models.CASCADE, related_name="managers"
    )
    organization = models.ForeignKey(
        Organization,
        verbose_name=_("organisation"),
        on_delete=models.PROTECT,
        related_name="managed_buildings",
    )
    form = models.CharField(_("form"), max_length=10, choices=ManagerForm)
    contractor = models.ForeignKey(
        Organization,
        verbose_name=_("contractor"),
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="contracted_buildings",
    )
    valid_from = models.DateField(_("valid from"))
    valid_to = models.DateField(_("valid to"), null=True, blank=True)

    class Meta:
        verbose_name = _("house manager")
        verbose_name_plural = _("house managers")
        db_table_comment = "Who manages a house, dated; one at a time"
        constraints = [
            models.CheckConstraint(
                condition=Q(form__in=ManagerForm.values), name="buildingmanager_form_known"
            ),
            models.CheckConstraint(
                condition=Q(valid_to__isnull=True) | Q(valid_to__gt=F("valid_from")),
                name="buildingmanager_valid_period",
            ),
            ExclusionConstraint(
                name="buildingmanager_one_at_a_time",
                expressions=[
                    ("building", RangeOperators.EQUAL),
                    (DateRange("valid_from", "valid_to"), RangeOperators.OVERLAPS),
                ],
            ),
        ]

    def __str__(self) -> str:
        return f"{self.organization} ({self.get_form_display()})"
