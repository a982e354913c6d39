"""Forms of the pages. Personal values travel in bodies of requests, never in addresses."""

from django import forms
from django.utils.translation import gettext_lazy as _

from citymap.personal.choices import Field
from citymap.personal.errors import InvalidValueError
from citymap.personal.identifiers import MAX_EMAIL, normal_email, normal_iin, normal_phone
from citymap.personal.reasons import MAX_REASON

_OFF = {"class": "control", "autocomplete": "off"}


class SearchForm(forms.Form):
    """Exact look-up: by telephone, e-mail address or IIN."""

    phone = forms.CharField(
        label=_("Telephone"), required=False, max_length=40,
        widget=forms.TextInput({**_OFF, "inputmode": "tel"}),
    )  # fmt: skip
    email = forms.CharField(
        label=_("E-mail"), required=False, max_length=MAX_EMAIL,
        widget=forms.TextInput({**_OFF, "inputmode": "email"}),
    )  # fmt: skip
    iin = forms.CharField(
        label=_("IIN"), required=False, max_length=20,
        widget=forms.TextInput({**_OFF, "inputmode": "numeric"}),
    )  # fmt: skip

    def clean(self) -> dict:
        found = super().clean()
        for name, check in (("phone", normal_phone), ("email", normal_email), ("iin", normal_iin)):
            if value := found.get(name, ""):
                try:
                    check(value)
                except InvalidValueError as error:
                    self.add_error(name, str(error))
        if not self.errors and not any(found.values()):
            raise forms.ValidationError(_("Type a telephone, an e-mail address or an IIN."))
        return found


class ReasonForm(forms.Form):
    """Why something is done; every other form of a person's page asks it too."""

    why = forms.CharField(
        label=_("Why"), max_length=MAX_REASON,
        widget=forms.TextInput({"class": "control", "autocomplete": "off"}),
        help_text=_("Kept for good, without names and telephones: “call back on 109-2026-000123”."),
    )  # fmt: skip


class RevealForm(ReasonForm):
    """Which values are to be shown, and why."""

    fields_wanted = forms.MultipleChoiceField(
        label=_("What"), choices=Field, widget=forms.CheckboxSelectMultiple
    )
    field_order = ["fields_wanted", "why"]


class MergeForm(ReasonForm):
    """Which record is the same person."""

    number = forms.CharField(
        label=_("Number of the other record"), max_length=10,
        widget=forms.TextInput({"class": "control", "autocomplete": "off"}),
    )  # fmt: skip
    field_order = ["number", "why"]

    def clean_number(self) -> str:
        return self.cleaned_data["number"].strip().upper()
