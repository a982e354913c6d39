"""Administration of the city's layers: look up, correct, retire; nothing is deleted."""

from django.contrib import admin
from django.utils.translation import gettext_lazy as _

from layers.admin_base import CityObjectAdmin, ValidityFilter
from layers.models import (
    Address,
    Building,
    BuildingManager,
    BusRoute,
    BusRouteStop,
    BusStop,
    Camera,
    LandUse,
    Manhole,
    NetworkSegment,
    PlaceName,
    Playground,
    Quarter,
    Railway,
    Road,
    SnowplowRoute,
    SnowplowTrack,
    SportsGround,
    Street,
    StreetLamp,
    Territory,
    WasteSite,
    Water,
    Yard,
    YardCorrection,
)

admin.site.site_header = _("Citymap administration")
admin.site.site_title = _("Citymap administration")
admin.site.index_title = _("City layers, people and organisations")

admin.site.register(
    (
        Camera, LandUse, Manhole, NetworkSegment, PlaceName, Playground, Railway, Road,
        SnowplowRoute, SportsGround, Street, StreetLamp, Territory, WasteSite, Water,
    ),
    CityObjectAdmin,
)  # fmt: skip


class ReadOnly:
    """Looked at here, changed elsewhere: by an import, or in an editor of its own."""

    def has_add_permission(self, request, obj=None) -> bool:
        return False

    def has_change_permission(self, request, obj=None) -> bool:
        return False

    def has_delete_permission(self, request, obj=None) -> bool:
        return False


class ManagerInline(admin.TabularInline):
    model = BuildingManager
    extra = 0
    raw_id_fields = ("organization", "contractor")
    can_delete = False


class AddressInline(ReadOnly, admin.TabularInline):
    model = Address
    extra = 0
    fields = ("street", "street_name", "house_number", "rca_code")
    show_change_link = True

    def get_queryset(self, request):
        return super().get_queryset(request).select_related("street")


@admin.register(Building)
class BuildingAdmin(CityObjectAdmin):
    inlines = (AddressInline, ManagerInline)

    def get_list_display(self, request):
        return ("__str__", "use", "levels", "apartments", "origin_shown", "validity")

    def get_search_fields(self, request):
        return ("name", "rca_code", "=addresses__house_number", "source_id")


@admin.register(Address)
class AddressAdmin(CityObjectAdmin):
    def get_search_fields(self, request):
        return ("street__name", "street_name", "=house_number", "rca_code", "source_id")


class RouteStopInline(ReadOnly, admin.TabularInline):
    model = BusRouteStop
    extra = 0
    fields = ("sequence", "stop")

    def get_queryset(self, request):
        return super().get_queryset(request).select_related("stop")


@admin.register(BusRoute)
class BusRouteAdmin(CityObjectAdmin):
    inlines = (RouteStopInline,)


@admin.register(BusStop)
class BusStopAdmin(CityObjectAdmin):
    def get_list_display(self, request):
        return ("__str__", "name_kk", "code", "shelter", "origin_shown", "validity")


@admin.register(SnowplowTrack)
class SnowplowTrackAdmin(ReadOnly, CityObjectAdmin):
    date_hierarchy = "started_at"

    def get_list_display(self, request):
        return ("vehicle", "vehicle_kind", "started_at", "ended_at", "length_m", "origin_shown")

    def get_list_filter(self, request):
        return (ValidityFilter, "vehicle_kind", "source")


@admin.register(Quarter)
class QuarterAdmin(CityObjectAdmin):
    def get_readonly_fields(self, request, obj=None):
        return ("source", "source_id", "valid_from", "valid_to")


@admin.register(Yard)
class YardAdmin(ReadOnly, CityObjectAdmin):
    """Yards are redrawn, merged and split at /plan/yards/."""

    def get_list_display(self, request):
        return ("label", "origin", "houses", "apartments", "area_m2", "quarter", "validity")


@admin.register(YardCorrection)
class YardCorrectionAdmin(ReadOnly, admin.ModelAdmin):
    list_display = ("made_at", "kind", "reason", "made_by", "undone_at")
    list_filter = ("kind",)
    list_select_related = ("made_by",)
    search_fields = ("reason",)
    date_hierarchy = "made_at"
