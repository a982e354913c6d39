"""The chronicle of a place: what ever happened there, on a timeline."""

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

from citymap.accounts.access import may, requires
from citymap.geo import city_bbox, city_point
from citymap.places.card import resolver
from citymap.places.search import search
from citymap.shell.mapconfig import map_config
from planning.chronicle import NEAR_M, chronicle_of
from planning.console.common import say_errors

MOST_WORDS, MOST_FOUND = 200, 8


class PlaceForm(forms.Form):
    """Where, WGS 84, and how far around."""

    lon = forms.FloatField(label=gettext_lazy("Longitude"), min_value=-180, max_value=180)
    lat = forms.FloatField(label=gettext_lazy("Latitude"), min_value=-90, max_value=90)
    radius_m = forms.TypedChoiceField(
        label=gettext_lazy("Radius, m"),
        choices=[(str(one), str(one)) for one in NEAR_M],
        coerce=int,
        required=False,
        empty_value=60,
    )

    def clean(self) -> dict:
        cleaned = super().clean()
        if not self.errors and not city_bbox().contains(cleaned["lon"], cleaned["lat"]):
            raise forms.ValidationError(_("The place is not in the city."))
        return cleaned


@requires("planning.read")
@require_safe
def chronicle(request: HttpRequest) -> HttpResponse:
    """Everything known of a place; without one, how to choose it."""
    asked = "lon" in request.GET or "lat" in request.GET
    form = PlaceForm(request.GET if asked else None)
    words = request.GET.get("q", "").strip()[:MOST_WORDS]
    context = {
        "form": form, "found": None, "may_plan": may(request.user, "planning.plan"),
        "words": words,
        "places": search(question=words, limit=MOST_FOUND) if words and not asked else [],
    }  # fmt: skip
    status = 200
    if asked and form.is_valid():
        lon, lat, radius_m = (form.cleaned_data[name] for name in ("lon", "lat", "radius_m"))
        place = city_point(lon, lat)
        found = chronicle_of(place, radius_m=radius_m, user=request.user)
        context |= {
            "found": found,
            "place": resolver().nearest_addresses([place])[0],
            "strip": found.strip(),
            "radius_m": radius_m,
            "radii": NEAR_M,
            "lon": f"{lon:.6f}",
            "lat": f"{lat:.6f}",
            "map_config": map_config(request, title=_("Chronicle")) | {"position": [lon, lat]},
        }
    elif asked:
        say_errors(request, form)
        status = 400
    return render(request, "planning/console/chronicle.html", context, status=status)
