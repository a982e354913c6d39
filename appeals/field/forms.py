"""What an inspector writes down at the place."""

import math
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from appeals.choices import CheckResult
from appeals.inbox.forms import MultipleFileInput, PhotosField
from appeals.models.steps import MAX_REASON
from citymap.geo import CoordinateError, city_point

# From farther away nothing is seen: the inspector says why.
FAR_M = 150.0
WORST_ACCURACY_M = 100_000.0


class OptionalPhotosField(PhotosField):
    """No file is no photo."""

    def clean(self, data: Any, initial: Any = None) -> list[Any]:
        return super().clean(data, initial) if data else []


class CheckForm(forms.Form):
    """One look at the place. `key` is made once: sent twice it is one check."""

    key = forms.UUIDField(widget=forms.HiddenInput)
    report = forms.IntegerField(min_value=1, max_value=2**62, widget=forms.HiddenInput)
    lon = forms.FloatField(required=False, widget=forms.HiddenInput)
    lat = forms.FloatField(required=False, widget=forms.HiddenInput)
    accuracy_m = forms.FloatField(required=False, widget=forms.HiddenInput)
    checked_at = forms.DateTimeField(
        required=False, widget=forms.HiddenInput, input_formats=["%Y-%m-%dT%H:%M:%S.%f%z"]
    )
    result = forms.ChoiceField(
        label=_("What do you see"), widget=forms.RadioSelect,
        choices=[
            (CheckResult.CONFIRMED, _("Done, confirmed")),
            (CheckResult.NOT_CONFIRMED, _("Not done: back to the organisation")),
            (CheckResult.NO_ACCESS, _("Could not be checked")),
        ],
    )  # fmt: skip
    photos = OptionalPhotosField(
        label=_("Photo from the same angle"), required=False,
        widget=MultipleFileInput({"accept": "image/jpeg,image/png,image/webp"}),
    )  # fmt: skip
    note = forms.CharField(
        label=_("Note"), max_length=MAX_REASON, required=False,
        widget=forms.Textarea({"rows": 2}),
    )  # fmt: skip

    def __init__(self, *args: Any, place: Any = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.place = place

    def clean(self) -> dict[str, Any]:
        values = super().clean()
        values["position"] = self._position(values.get("lon"), values.get("lat"))
        accuracy = values.get("accuracy_m")
        if accuracy is not None and not 0 <= accuracy <= WORST_ACCURACY_M:
            values["accuracy_m"] = None
        result, note = values.get("result"), (values.get("note") or "").strip()
        if result and result != CheckResult.NO_ACCESS and not values.get("photos"):
            self._unless_wrong("photos", gettext("Take a photo of what you see."))
        if result and result != CheckResult.CONFIRMED and not note:
            self._unless_wrong("note", gettext("Say what you saw."))
        elif result and not note:
            if values["position"] is None:
                self._unless_wrong("note", gettext("There is no position: say why."))
            elif self.place.distance(values["position"]) > FAR_M + (values["accuracy_m"] or 0):
                self._unless_wrong("note", gettext("You are far from the place: say why."))
        return values

    def _unless_wrong(self, name: str, text: str) -> None:
        if name not in self.errors:
            self.add_error(name, text)

    def _position(self, lon: float | None, lat: float | None) -> Any:
        if lon is None or lat is None:
            return None
        try:
            if not (math.isfinite(lon) and math.isfinite(lat)):
                raise CoordinateError("no number")
            return city_point(lon, lat)
        except CoordinateError:
            self.add_error(None, ValidationError(gettext("The position cannot be right.")))
            return None
