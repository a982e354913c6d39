"""A new order: drawn on the map, or pasted as text."""

import uuid
from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.gis.geos import LineString
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from citymap.accounts.access import requires
from citymap.accounts.models import Organization
from citymap.shell.mapconfig import map_config
from earthworks.choices import DamagedSurface, Method, WorkKind
from earthworks.deadlines import DeadlineError
from earthworks.errors import WorksError
from earthworks.services.orders import draw_order
from earthworks.shapes import checked, parsed, trench
from earthworks.surfaces import propose
from layers.choices import NetworkKind


def _date(label: Any) -> forms.DateField:
    return forms.DateField(label=label, widget=forms.DateInput({"type": "date"}, format="%Y-%m-%d"))


class OrderForm(forms.Form):
    """What an application says. Areas that are left empty are proposed from the map."""

    outline = forms.CharField(
        label=gettext_lazy("Line or outline, GeoJSON"),
        max_length=200_000,
        widget=forms.Textarea({"rows": 3, "spellcheck": "false"}),
        help_text=gettext_lazy("Click the trench on the map, or paste GeoJSON or WKT."),
    )
    width_m = forms.FloatField(
        label=gettext_lazy("Width of the trench, m"), initial=1.5, required=False
    )
    network_kind = forms.ChoiceField(label=gettext_lazy("Network"), choices=NetworkKind.choices)
    work = forms.ChoiceField(label=gettext_lazy("Works"), choices=WorkKind.choices)
    method = forms.ChoiceField(label=gettext_lazy("Method"), choices=Method.choices)
    holder = forms.ModelChoiceField(
        label=gettext_lazy("Holder"), queryset=Organization.objects.all()
    )
    contractor = forms.ModelChoiceField(
        label=gettext_lazy("Contractor"), queryset=Organization.objects.all(), required=False
    )
    address = forms.CharField(label=gettext_lazy("Address"), max_length=300, required=False)
    begins_on = _date(gettext_lazy("From"))
    ends_on = _date(gettext_lazy("Until"))
    dug_at = forms.DateTimeField(
        label=gettext_lazy("Emergency: dug since"), required=False,
        widget=forms.DateTimeInput({"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
    )  # fmt: skip
    area_road = forms.FloatField(label=gettext_lazy("Road, m²"), min_value=0, required=False)
    area_drive = forms.FloatField(
        label=gettext_lazy("Local drive, m²"), min_value=0, required=False
    )
    area_sidewalk = forms.FloatField(
        label=gettext_lazy("Sidewalk, m²"), min_value=0, required=False
    )
    area_lawn = forms.FloatField(label=gettext_lazy("Lawn, m²"), min_value=0, required=False)
    comments = forms.CharField(
        label=gettext_lazy("Comments"), max_length=4000, required=False,
        widget=forms.Textarea({"rows": 3}),
    )  # fmt: skip
    request_key = forms.UUIDField(widget=forms.HiddenInput)

    def clean(self) -> dict[str, Any]:
        values = super().clean()
        if values.get("outline"):
            try:
                geom = parsed(values["outline"])
                values["geom"] = (
                    trench(geom, values.get("width_m") or 0.0)
                    if isinstance(geom, LineString)
                    else checked(geom)
                )
            except WorksError as error:
                self.add_error("outline", str(error))
        return values


@require_http_methods(["GET", "HEAD", "POST"])
@requires("works.edit")
def new_order(request: HttpRequest) -> HttpResponse:
    """Draw an order; a form sent twice makes one."""
    initial = {"request_key": uuid.uuid4(), "begins_on": timezone.localdate()}
    posted = request.method == "POST"
    form = OrderForm(request.POST if posted else None, initial=initial)
    if posted and form.is_valid():
        try:
            order = _draw(form.cleaned_data, request)
        except (WorksError, DeadlineError) as error:
            form.add_error(None, str(error))
        except ValidationError as error:
            form.add_error(None, error.messages)
        else:
            messages.success(request, _("The draft is saved."))
            return redirect("works:order", order.pk)
    context = {"form": form, "map_config": map_config(request, title=_("New order"))}
    status = 400 if posted else 200
    return render(request, "earthworks/new_order.html", context, status=status)


def _draw(values: dict[str, Any], request: HttpRequest):
    areas = {one: values[f"area_{one}"] for one in DamagedSurface}
    if all(area is None for area in areas.values()):
        areas = propose(values["geom"])
    return draw_order(
        geom=values["geom"],
        begins_on=values["begins_on"],
        ends_on=values["ends_on"],
        areas_m2={surface: area or 0.0 for surface, area in areas.items()},
        values={
            name: values[name]
            for name in (
                "network_kind", "work", "method", "holder", "contractor", "address", "comments",
            )
        },
        user=request.user,
        dug_at=values["dug_at"],
        request_key=values["request_key"],
    )  # fmt: skip
