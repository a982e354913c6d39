"""A restoration is inspected: photo, position, measured areas, verdict."""

from typing import Any

from django import forms
from django.contrib import messages
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_safe

from citymap.accounts.access import requires, visible
from citymap.geo import CoordinateError, city_point, lon_lat
from earthworks.choices import DamagedSurface, Duty, OrderState, PhotoStage
from earthworks.errors import WorksError
from earthworks.models import Order, Photo
from earthworks.services import works
from earthworks.services.photos import add_photo

VERDICTS = (
    ("interim", gettext_lazy("Temporary restoration accepted")),
    ("permanent", gettext_lazy("Permanent restoration accepted")),
    ("rejected", gettext_lazy("Not accepted")),
)
INSPECTED = (OrderState.WORKS_DONE, OrderState.RESTORED_INTERIM)


class InspectionForm(forms.Form):
    """What an inspector writes down on site."""

    verdict = forms.ChoiceField(label=gettext_lazy("Verdict"), choices=VERDICTS)
    photo = forms.FileField(
        label=gettext_lazy("Photo"), widget=forms.ClearableFileInput({"accept": "image/*"})
    )
    lon = forms.FloatField(label=gettext_lazy("Longitude"))
    lat = forms.FloatField(label=gettext_lazy("Latitude"))
    remarks = forms.CharField(
        label=gettext_lazy("Remarks"), required=False, max_length=2000,
        widget=forms.Textarea({"rows": 3}),
    )  # fmt: skip

    def __init__(self, *args: Any, order: Order, **kwargs: Any) -> None:
        lon, lat = lon_lat(order.geom.point_on_surface)
        kwargs.setdefault("initial", {"lon": lon, "lat": lat})
        super().__init__(*args, **kwargs)
        for surface, area in order.areas_m2.items():
            self.fields[f"area_{surface}"] = forms.FloatField(
                label=_("%(surface)s, m²") % {"surface": surface.label}, min_value=0, initial=area
            )


@require_http_methods(["GET", "HEAD", "POST"])
@requires("works.inspect")
def inspect(request: HttpRequest, order: int) -> HttpResponse:
    """The form of an inspection; saved whole or not at all."""
    rows = visible(Order.objects.filter(state__in=INSPECTED), request.user, "works.inspect")
    found = get_object_or_404(rows, pk=order)
    posted = request.method == "POST"
    form = InspectionForm(
        request.POST if posted else None, request.FILES if posted else None, order=found
    )
    if posted and form.is_valid():
        try:
            _record(found, form.cleaned_data, request)
        except (WorksError, CoordinateError) as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, _("The inspection is recorded."))
            return redirect("works:order", order)
    status = 400 if posted else 200
    context = {"form": form, "order": found}
    return render(request, "earthworks/inspection.html", context, status=status)


@transaction.atomic
def _record(order: Order, values: dict[str, Any], request: HttpRequest) -> None:
    position = city_point(values["lon"], values["lat"])
    stage = PhotoStage.INTERIM if values["verdict"] == "interim" else PhotoStage.AFTER
    photo = add_photo(
        order=order,
        stage=stage,
        content=values["photo"].read(),
        user=request.user,
        position=position,
    )
    inspection = works.Inspection(
        position=position,
        photo=photo,
        measured_m2={surface: values[f"area_{surface}"] for surface in DamagedSurface},
        remarks=values["remarks"],
    )
    given = {"order": order, "inspection": inspection, "user": request.user}
    if values["verdict"] == "interim":
        works.restore_interim(**given)
    elif values["verdict"] == "permanent":
        works.accept_restoration(**given)
    else:
        winter = order.duty == Duty.INTERIM
        works.reject_restoration(duty=Duty.INTERIM if winter else Duty.PERMANENT, **given)


@require_safe
@requires("works.read")
def photo(request: HttpRequest, photo: int) -> HttpResponse:
    """A photo, to those who may read its order."""
    found = get_object_or_404(Photo.objects.filter(order__isnull=False), pk=photo)
    if not visible(Order.objects.filter(pk=found.order_id), request.user, "works.read").exists():
        raise Http404
    try:
        content = found.file.open("rb").read()
    except FileNotFoundError as error:
        raise Http404 from error
    return HttpResponse(
        content, content_type="image/jpeg", headers={"Cache-Control": "private, max-age=86400"}
    )
