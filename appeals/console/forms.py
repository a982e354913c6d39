"""Forms of the console: what is typed during a call."""

import json
import math
import uuid
from typing import Any

from django import forms
from django.contrib.gis.gdal import GDALException
from django.contrib.gis.geos import GEOSException, GEOSGeometry
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from appeals.choices import Channel, EmergencyService, Regime, Urgency
from appeals.errors import InvalidError
from appeals.models import Category
from appeals.models.appeals import MAX_TEXT
from appeals.models.steps import MAX_REASON
from appeals.where import KINDS, Where, place_of
from citymap.accounts.choices import Language
from citymap.geo import WGS84_SRID, CoordinateError, city_point, city_srid
from layers.models import Building

MAX_OUTLINE = 100_000
MOMENT_FORMATS = ["%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S"]


class BeginForm(forms.Form):
    """A contact begins: by which way, in which language, from which number."""

    channel = forms.ChoiceField(label=gettext_lazy("Channel"), choices=Channel.choices)
    language = forms.ChoiceField(label=gettext_lazy("Language"), choices=Language.choices)
    phone = forms.CharField(label=gettext_lazy("Telephone"), max_length=40, required=False)
    key = forms.UUIDField(widget=forms.HiddenInput)


class CategoryField(forms.CharField):
    """A leaf of the tree, by its code."""

    def clean(self, value: Any) -> Category | None:
        code = super().clean(value)
        if not code:
            return None
        found = Category.objects.leaves().offered().select_related("parent").filter(code=code)
        if (category := found.first()) is None:
            raise forms.ValidationError(_("Choose a category, not a group."))
        return category


class PlaceForm(forms.Form):
    """A place as the map knows it: a point, perhaps a house, a drawn shape, chosen objects."""

    lon = forms.FloatField(required=False)
    lat = forms.FloatField(required=False)
    building = forms.ModelChoiceField(
        Building.objects.current().select_related("yard"), required=False
    )
    outline = forms.CharField(required=False, max_length=MAX_OUTLINE)
    object = forms.CharField(required=False, max_length=400)
    label = forms.CharField(required=False, max_length=300)

    def where(self) -> Where | None:
        """The place, or None when none is given. Raises InvalidError."""
        values = self.cleaned_data
        building = values.get("building")
        objects = (building,) if building else ()
        if named := values.get("object"):
            chosen = tuple(object_named(one) for one in named.split(","))
            return place_of(objects=chosen, label=values["label"])
        if outline := values.get("outline"):
            return place_of(geom=outline_of(outline), objects=objects, label=values["label"])
        lon, lat = values.get("lon"), values.get("lat")
        if lon is None or lat is None:
            return None
        if not (math.isfinite(lon) and math.isfinite(lat)):
            raise InvalidError("place", _("The place lies outside the city."))
        try:
            point = city_point(lon, lat)
        except CoordinateError as error:
            raise InvalidError("place", _("The place lies outside the city.")) from error
        return place_of(geom=point, objects=objects, label=values["label"])


def object_named(name: str) -> Any:
    """An object of the city by its kind and key, `lamp:17`. Raises InvalidError."""
    kind, _colon, key = name.partition(":")
    model = next((model for model, word in KINDS.items() if word == kind), None)
    found = None
    if model is not None and key.isdecimal() and len(key) < 18:
        found = model.objects.current().filter(pk=int(key)).first()
    if found is None:
        raise InvalidError("objects", _("These objects cannot be the place of an appeal."))
    return found


def outline_of(text: str) -> GEOSGeometry:
    """A drawn GeoJSON geometry in the city CRS. Raises InvalidError."""
    try:
        shape = GEOSGeometry(json.dumps(json.loads(text)), srid=WGS84_SRID)
        shape.transform(city_srid())
    except (ValueError, TypeError, GEOSException, GDALException, RecursionError) as error:
        raise InvalidError(
            "place", _("This is no place: a point, a line or an area is needed.")
        ) from error
    return shape


class CheckForm(PlaceForm):
    """What is known so far while an appeal is written: nothing of it is needed yet."""

    category = CategoryField(required=False)
    regime = forms.ChoiceField(choices=Regime.choices, required=False)
    text = forms.CharField(required=False, max_length=MAX_TEXT, strip=False)


class AppealForm(PlaceForm):
    """A whole appeal."""

    key = forms.UUIDField()
    contact = forms.IntegerField(required=False, min_value=1)
    category = CategoryField(
        required=True, error_messages={"required": gettext_lazy("Choose a category.")}
    )
    text = forms.CharField(
        max_length=MAX_TEXT,
        error_messages={"required": gettext_lazy("Say what is wrong.")},
    )
    language = forms.ChoiceField(choices=Language.choices)
    channel = forms.ChoiceField(choices=Channel.choices)
    regime = forms.ChoiceField(choices=Regime.choices)
    urgency = forms.ChoiceField(choices=[("", ""), *Urgency.choices], required=False)
    received_at = forms.DateTimeField(required=False, input_formats=MOMENT_FORMATS)
    name = forms.CharField(required=False, max_length=200)
    phone = forms.CharField(required=False, max_length=40)
    address = forms.CharField(required=False, max_length=300)
    dispatcher = forms.CharField(required=False, max_length=200)
    log_number = forms.CharField(required=False, max_length=60)
    incident = forms.IntegerField(required=False, min_value=1)
    join_into = forms.CharField(required=False, max_length=20)


class ConsultForm(forms.Form):
    article = forms.IntegerField(required=False, min_value=1)
    note = forms.CharField(required=False, max_length=MAX_REASON)


class FollowUpForm(forms.Form):
    number = forms.CharField(
        max_length=20, error_messages={"required": gettext_lazy("Which appeal?")}
    )
    note = forms.CharField(required=False, max_length=MAX_REASON)


class TransferForm(forms.Form):
    service = forms.ChoiceField(choices=EmergencyService.choices)
    dispatcher = forms.CharField(
        max_length=200,
        error_messages={"required": gettext_lazy("Say who took the call there.")},
    )
    log_number = forms.CharField(required=False, max_length=60)


class DispatcherForm(forms.Form):
    """A dispatcher was reached about an appeal."""

    dispatcher = forms.CharField(
        label=gettext_lazy("Who took the call there"), max_length=200,
        error_messages={"required": gettext_lazy("Say who took the call there.")},
    )  # fmt: skip
    log_number = forms.CharField(
        label=gettext_lazy("Number in their log"), max_length=60, required=False
    )
    called_at = forms.DateTimeField(
        label=gettext_lazy("When, if not now"), input_formats=MOMENT_FORMATS, required=False,
        widget=forms.DateTimeInput({"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
    )  # fmt: skip
    note = forms.CharField(label=gettext_lazy("Note"), max_length=MAX_REASON, required=False)


class SearchForm(PlaceForm):
    """Words for the knowledge base, and what it may suggest by."""

    q = forms.CharField(required=False, max_length=MAX_REASON, strip=True)
    language = forms.ChoiceField(choices=Language.choices, required=False)
    category = CategoryField(required=False)


class PersonForm(forms.Form):
    person = forms.CharField(max_length=10)


def new_key() -> uuid.UUID:
    """A key for a form: sent twice, it is one contact or one appeal."""
    return uuid.uuid4()
