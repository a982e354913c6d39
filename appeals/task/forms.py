"""What is written on a telephone."""

from django import forms
from django.utils.translation import gettext_lazy as _

from appeals.inbox.forms import PhotosForm, StepForm
from appeals.models.appeals import MAX_TEXT
from appeals.models.steps import MAX_REASON


class AcceptForm(StepForm):
    pass


class DoneForm(StepForm):
    """What was done; `seen` are the flags that the author was shown already."""

    text = forms.CharField(
        label=_("What was done, by whom and when"), max_length=MAX_TEXT,
        widget=forms.Textarea({"rows": 4}),
    )  # fmt: skip
    seen = forms.CharField(required=False, max_length=500, widget=forms.HiddenInput)


class GiveBackForm(StepForm):
    reason = forms.CharField(
        label=_("Why it is not yours, and whose it is"), max_length=MAX_REASON,
        widget=forms.Textarea({"rows": 3}),
    )  # fmt: skip


class TaskPhotosForm(PhotosForm):
    """Straight from the camera, or from what is stored."""
