"""What bodies write."""

import datetime as dt
from collections.abc import Mapping
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import get_language, gettext
from django.utils.translation import gettext_lazy as _

from appeals.choices import CostClass, Outcome
from appeals.models.appeals import MAX_TEXT
from appeals.models.steps import MAX_REASON
from appeals.plans import PlannedRow
from citymap.accounts.models import Organization

MOST_FOUND = 8
_WORDS = {"rows": 3}


def _words(label: Any, most: int = MAX_REASON, **options: Any) -> forms.CharField:
    return forms.CharField(
        label=label, max_length=most, widget=forms.Textarea({**_WORDS}), **options
    )


class StepForm(forms.Form):
    """A step; `version` of the appeal that its author has seen comes with it."""

    version = forms.IntegerField(min_value=1, max_value=2**31 - 1, widget=forms.HiddenInput)


class ReturnForm(StepForm):
    reason = _words(_("Why it is not yours, and whose it is"))


class AskForm(StepForm):
    question = _words(_("Question to the applicant"))


class ExtendForm(StepForm):
    until_day = forms.DateField(
        label=_("New deadline, end of the day"), widget=forms.DateInput({"type": "date"})
    )
    reason = _words(_("Reason; the applicant is told"))

    def until(self) -> dt.datetime:
        """The last moment of the day, local time."""
        last = dt.datetime.combine(self.cleaned_data["until_day"], dt.time(23, 59))
        return timezone.make_aware(last)


class HelperForm(StepForm):
    """A body is found by words of its name or by its BIN; several are offered to choose from."""

    body_name = forms.CharField(
        label=_("Organisation: name or BIN"), max_length=200, required=False,
        widget=forms.TextInput({"list": "bodies", "autocomplete": "off"}),
    )  # fmt: skip
    body = forms.ModelChoiceField(
        label=_("Which one"), queryset=Organization.objects.all(), required=False,
        widget=forms.HiddenInput,
    )  # fmt: skip
    task = _words(_("What they are to do"), required=False)

    def clean(self) -> dict[str, Any]:
        values = super().clean()
        if values.get("body") is None and "body" not in self.errors:
            values["body"] = self._found(values.get("body_name") or "")
        return values

    def _found(self, words: str) -> Organization | None:
        today, language = timezone.localdate(), (get_language() or "ru")[:2]
        found = list(
            Organization.objects.active_on(today)
            .search(words)
            .best_first(words, language)[: MOST_FOUND + 1]
        )
        exact = [one for one in found if words.strip() in (str(one), one.name, one.title)]
        if len(exact) == 1 or len(found) == 1:
            return (exact or found)[0]
        if not found:
            self.add_error("body_name", gettext("There is no such organisation."))
            return None
        self.fields["body"].widget = forms.RadioSelect(
            choices=[(one.pk, one.title) for one in found[:MOST_FOUND]]
        )
        self.add_error("body", gettext("There are several: choose one."))
        return None


class ReportForm(StepForm):
    """The answer. `seen` are the flags that its author was shown already."""

    outcome = forms.ChoiceField(
        label=_("Outcome"), choices=Outcome.choices, widget=forms.RadioSelect
    )
    text = forms.CharField(
        label=_("Answer to the applicant"), max_length=MAX_TEXT,
        widget=forms.Textarea({"rows": 6}),
        help_text=_("What was done, by whom and when."),
    )  # fmt: skip
    planned_on = forms.DateField(
        label=_("By which day"), required=False, widget=forms.DateInput({"type": "date"})
    )
    plan = forms.ChoiceField(label=_("Planned work it rests on"), required=False)
    cost_class = forms.ChoiceField(
        label=_("How much is needed"), required=False,
        choices=[("", "—"), *CostClass.choices],
    )  # fmt: skip
    legal_ground = forms.CharField(label=_("Act and article"), max_length=500, required=False)
    seen = forms.CharField(required=False, max_length=500, widget=forms.HiddenInput)

    # What belongs to which outcome only.
    ONLY = {"planned_on": Outcome.PLANNED, "plan": Outcome.PLANNED,
            "cost_class": Outcome.NEEDS_FUNDING, "legal_ground": Outcome.REFUSED}  # fmt: skip

    def __init__(self, *args: Any, planned: Mapping[str, PlannedRow], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["plan"].choices = [
            ("", _("nothing that is in the plans")),
            *((key, row.title) for key, row in planned.items()),
        ]

    def clean(self) -> dict[str, Any]:
        """Fields of another outcome are left out; those of this one must be there."""
        values = super().clean()
        outcome = values.get("outcome")
        for name, only in self.ONLY.items():
            if outcome != only:
                values[name] = None if name == "planned_on" else ""
                self.errors.pop(name, None)
            elif name != "plan" and not values.get(name) and name not in self.errors:
                self.add_error(name, ValidationError(gettext("This outcome needs it.")))
        return values


class MultipleFileInput(forms.ClearableFileInput):
    allow_multiple_selected = True


class PhotosField(forms.FileField):
    """Several files at once."""

    widget = MultipleFileInput

    def clean(self, data: Any, initial: Any = None) -> list[Any]:
        files = (data if isinstance(data, list | tuple) else [data]) or [None]
        return [super(PhotosField, self).clean(one, initial) for one in files]


class PhotosForm(forms.Form):
    """Pictures of the place before the work, or of the result."""

    kind = forms.ChoiceField(
        label=_("What they show"), choices=[("after", _("After")), ("before", _("Before"))]
    )
    photos = PhotosField(
        label=_("Photos"), widget=MultipleFileInput({"accept": "image/jpeg,image/png,image/webp"})
    )
