"""What the administration of every city object has in common.

An app with a layer of its own registers it with `CityObjectAdmin`, or a subclass:

    admin.site.register(Bench, CityObjectAdmin)
"""

import json
from collections.abc import Sequence
from urllib.parse import urlencode

from django import forms
from django.contrib import admin, messages
from django.contrib.gis.db import models as gis
from django.contrib.gis.geos import GEOSException, GEOSGeometry
from django.db import models
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import number_format
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from citymap.geo import lon_lat, to_wgs84
from layers.models.base import CityObject
from layers.services.objects import (
    correct_object,
    create_object,
    restore_objects,
    retire_objects,
)

PICTURE_PX = 280
PICTURE_MARGIN_M = 10.0
SEARCHED_FIELDS = ("name", "name_ru", "name_kk", "number", "code", "label", "vehicle")
MAP_ZOOM = 17


class GeoJSONWidget(forms.Textarea):
    """A geometry as GeoJSON text, lon lat: needs no map from elsewhere."""

    def __init__(self, attrs=None) -> None:
        super().__init__({"rows": 4, "cols": 80, "spellcheck": "false", **(attrs or {})})

    def format_value(self, value) -> str | None:
        if isinstance(value, GEOSGeometry):
            return to_wgs84(value).json
        return value

    def deserialize(self, value: str) -> GEOSGeometry | None:
        """The geometry of what was typed (GeoJSON, or WKT in the city CRS); None if it is none."""
        try:
            return GEOSGeometry(value)
        except (GEOSException, ValueError, TypeError):
            return None


class ValidityFilter(admin.SimpleListFilter):
    """Current objects unless one asks for others."""

    title = _("validity")
    parameter_name = "validity"

    def lookups(self, request, model_admin):
        return [("retired", _("Retired")), ("all", _("All"))]

    def choices(self, changelist):
        for choice in super().choices(changelist):
            if choice["query_string"] == changelist.get_query_string(remove=[self.parameter_name]):
                choice["display"] = _("Current")
            yield choice

    def queryset(self, request, queryset):
        if self.value() == "all":
            return queryset
        return queryset.filter(valid_to__isnull=self.value() != "retired")


class CityObjectAdmin(admin.ModelAdmin):
    """Find, look at, correct and retire objects of one layer. Nothing is ever deleted."""

    list_per_page = 50
    show_full_result_count = False
    actions = ("retire", "restore")
    formfield_overrides = {gis.GeometryField: {"widget": GeoJSONWidget}}

    @property
    def fields_of_model(self) -> list[models.Field]:
        return list(self.model._meta.concrete_fields)

    def get_list_display(self, request) -> Sequence[str]:
        listed = [
            item.name for item in self.fields_of_model if item.choices and not _is_basis(item)
        ]
        return ("__str__", *listed, "origin_shown", "validity")

    def get_list_filter(self, request) -> Sequence:
        chosen = [
            item.name for item in self.fields_of_model if item.choices and not _is_basis(item)
        ]
        return (ValidityFilter, *chosen, "source")

    def get_search_fields(self, request) -> Sequence[str]:
        names = {item.name for item in self.fields_of_model}
        return (*(name for name in SEARCHED_FIELDS if name in names), "source_id")

    def get_list_select_related(self, request) -> Sequence[str] | bool:
        return [item.name for item in self.fields_of_model if item.is_relation] or False

    @property
    def raw_id_fields(self) -> Sequence[str]:
        return [item.name for item in self.fields_of_model if item.is_relation]

    def get_readonly_fields(self, request, obj=None) -> Sequence[str]:
        return ("picture", "size", "source", "source_id", "valid_from", "valid_to")

    def get_fields(self, request, obj=None) -> Sequence[str]:
        fixed = self.get_readonly_fields(request, obj)
        editable = [
            item.name
            for item in self.fields_of_model
            if item.editable and not item.primary_key and item.name not in fixed
            and not item.generated
        ]  # fmt: skip
        return (*editable, *fixed) if obj else editable

    # --- columns ----------------------------------------------------------------------
    @admin.display(description=_("origin"), ordering="source")
    def origin_shown(self, obj: CityObject) -> str:
        return f"{obj.source} {obj.source_id}"

    @admin.display(description=_("validity"), ordering="valid_to")
    def validity(self, obj: CityObject) -> str:
        if obj.valid_to:
            return _("%(start)s to %(end)s") % {"start": obj.valid_from, "end": obj.valid_to}
        return _("since %(start)s") % {"start": obj.valid_from}

    @admin.display(description=_("shape"))
    def picture(self, obj: CityObject) -> str:
        """The outline, drawn to scale, with a link to the place on the map."""
        geom = getattr(obj, "geom", None)
        if geom is None:
            return "—"
        lon, lat = lon_lat(geom.point_on_surface if geom.dims == 2 else geom.centroid)
        place = urlencode(
            {"at": f"{MAP_ZOOM}/{lat:.5f}/{lon:.5f}", "place": f"point:{lon:.6f},{lat:.6f}"},
            safe="/:,",
        )
        return format_html(
            '{}<br><a href="{}#{}">{}</a>',
            shape_picture(geom), reverse("shell:home"), place, _("Show on the map"),
        )  # fmt: skip

    @admin.display(description=_("size"))
    def size(self, obj: CityObject) -> str:
        """Area or length, as the database keeps it."""
        if (area := getattr(obj, "area_m2", None)) is not None:
            return _("%(value)s m²") % {"value": number_format(round(area), force_grouping=True)}
        if (length := getattr(obj, "length_m", None)) is not None:
            return _("%(value)s m") % {"value": number_format(round(length), force_grouping=True)}
        return "—"

    # --- writes go through services ---------------------------------------------------
    def has_delete_permission(self, request, obj=None) -> bool:
        return False

    def save_model(self, request, obj, form, change) -> None:
        if not change:
            create_object(instance=obj, when=timezone.localdate())
            return
        if "geom" in form.fields and "geom" not in form.changed_data:
            # What the text shows is rounded: an untouched geometry stays as it is.
            obj.geom = form.initial["geom"]
        correct_object(instance=obj, fields=form.changed_data)

    @admin.action(description=_("Retire: no longer in the city"), permissions=["change"])
    def retire(self, request, queryset) -> None:
        count = retire_objects(objects=queryset, when=timezone.localdate())
        self._say(request, ngettext("%d object retired.", "%d objects retired.", count) % count)

    @admin.action(description=_("Bring back retired objects"), permissions=["change"])
    def restore(self, request, queryset) -> None:
        count = restore_objects(objects=queryset)
        self._say(
            request, ngettext("%d object brought back.", "%d objects brought back.", count) % count
        )

    def _say(self, request, text: str) -> None:
        self.message_user(request, text, messages.SUCCESS)

    def get_form(self, request, obj=None, change=False, **kwargs):
        form = super().get_form(request, obj, change=change, **kwargs)
        if "geom" in form.base_fields:
            form.base_fields["geom"].help_text = _("GeoJSON, longitude and latitude (WGS 84)")
            form.base_fields["geom"].has_changed = _text_has_changed
        return form


def _text_has_changed(initial: GEOSGeometry | None, data: str | None) -> bool:
    """Whether the GeoJSON in the form is another than that which was shown."""
    shown = GeoJSONWidget().format_value(initial) if initial is not None else ""
    try:
        return json.loads(shown or "null") != json.loads(data or "null")
    except ValueError:
        return True


def _is_basis(item: models.Field) -> bool:
    """Fields that only say how another value is known."""
    return item.name.endswith(("_basis", "_precision"))


def shape_picture(geom: GEOSGeometry) -> str:
    """An inline SVG of a geometry in metres, north up, with its extent written below."""
    west, south, east, north = geom.extent
    span = max(east - west, north - south, 1.0) + 2 * PICTURE_MARGIN_M
    scale = PICTURE_PX / span
    left = (west + east) / 2 - span / 2
    top = (south + north) / 2 + span / 2

    def path(part: GEOSGeometry) -> str:
        if part.num_geom > 1 or part.geom_type.startswith(("Multi", "Geometry")):
            return "".join(path(single) for single in part)
        if part.geom_type == "Polygon":
            return "".join(f"{path_of(ring.coords)}Z" for ring in part)
        return path_of(part.coords if part.geom_type != "Point" else [part.coords])

    def path_of(coords) -> str:
        corners = [f"{(x - left) * scale:.1f} {(top - y) * scale:.1f}" for x, y, *_z in coords]
        return f"M{corners[0]}L{' '.join(corners[1:] or corners)}"

    return format_html(
        '<svg width="{0}" height="{0}" viewBox="0 0 {0} {0}" role="img" aria-label="{1}"'
        ' style="background:#f4f4f0;border:1px solid #c8c8c0">'
        '<path d="{2}" fill="{3}" fill-rule="evenodd" stroke="#33566f" stroke-width="{4}"'
        ' stroke-linecap="round" stroke-linejoin="round"/></svg><br>{5}',
        PICTURE_PX, _("Shape of the object"), path(geom),
        "#7fa7c4" if geom.dims == 2 else "none", 12 if geom.dims == 0 else 3,
        _("%(width)s × %(height)s m") % {
            "width": round(east - west), "height": round(north - south),
        },
    )  # fmt: skip
