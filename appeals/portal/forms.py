"""Forms of the portal. What residents type travels in bodies of requests, never in addresses."""

import uuid

from django import forms
from django.forms.models import ModelChoiceIterator
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from appeals.models import Category
from appeals.models.appeals import MAX_TEXT
from appeals.models.portal import MAX_PUBLIC_TEXT
from appeals.models.steps import MAX_REASON
from citymap.personal.errors import InvalidValueError
from citymap.personal.identifiers import MAX_EMAIL, normal_email, normal_phone

MOST_PHOTOS = 5
CONTROL = {"class": "control"}


class GroupedCategories(ModelChoiceIterator):
    """Leaves under their groups, in the order of the tree."""

    def __iter__(self):
        yield "", gettext("Choose what it is about")
        group, choices = None, []
        for leaf in self.queryset:
            if group is not None and leaf.parent_id != group.pk:
                yield group.name, choices
                choices = []
            group = leaf.parent
            choices.append((leaf.pk, leaf.name))
        if group is not None:
            yield group.name, choices


class CategoryField(forms.ModelChoiceField):
    iterator = GroupedCategories

    def __init__(self, **options) -> None:
        leaves = Category.objects.leaves().offered().select_related("parent")
        super().__init__(
            queryset=leaves.order_by("parent__position", "parent__code", "position", "code"),
            **options,
        )


class ManyFiles(forms.FileInput):
    allow_multiple_selected = True

    def value_from_datadict(self, data, files, name):
        return files.getlist(name) if hasattr(files, "getlist") else files.get(name) or []


class PhotosField(forms.Field):
    """Some files; what they are is found by content (`appeals.photos`)."""

    widget = ManyFiles({"multiple": True, "accept": "image/jpeg,image/png,image/webp"})

    def clean(self, value):
        files = [file for file in value or [] if file]
        if len(files) > MOST_PHOTOS:
            raise forms.ValidationError(
                gettext("At most %(count)d photos.") % {"count": MOST_PHOTOS}, code="many"
            )
        return files


class ReportForm(forms.Form):
    """A problem: where, what, words, photos, and who wants to be told."""

    key = forms.UUIDField(widget=forms.HiddenInput)
    lon = forms.FloatField(required=False, widget=forms.HiddenInput)
    lat = forms.FloatField(required=False, widget=forms.HiddenInput)
    yard = forms.IntegerField(required=False, widget=forms.HiddenInput)
    order = forms.CharField(required=False, max_length=20, widget=forms.HiddenInput)
    category = CategoryField(
        label=_("What is it about"), error_messages={"required": _("Choose what it is about.")},
        widget=forms.Select(CONTROL),
    )  # fmt: skip
    text = forms.CharField(
        label=_("What is wrong"), max_length=MAX_TEXT, strip=True,
        widget=forms.Textarea({"rows": 4, "class": "control"}),
        error_messages={"required": _("Say what is wrong.")},
        help_text=_("Without names and telephones: they have their own fields below."),
    )  # fmt: skip
    photos = PhotosField(
        label=_("Photos"), required=False,
        help_text=_("Up to 5, JPEG, PNG or WebP. Place and camera are removed from the files."),
    )  # fmt: skip
    name = forms.CharField(
        label=_("Your name"), required=False, max_length=200,
        widget=forms.TextInput({**CONTROL, "autocomplete": "name"}),
    )  # fmt: skip
    phone = forms.CharField(
        label=_("Telephone"), required=False, max_length=40,
        widget=forms.TextInput({**CONTROL, "inputmode": "tel", "autocomplete": "tel"}),
    )  # fmt: skip
    email = forms.CharField(
        label=_("E-mail"), required=False, max_length=MAX_EMAIL,
        widget=forms.EmailInput({**CONTROL, "autocomplete": "email"}),
    )  # fmt: skip
    consent = forms.BooleanField(
        label=_("I agree that my name, telephone and e-mail are kept to tell me the result."),
        required=False,
    )  # fmt: skip
    # People do not see it; programmes fill it in.
    website = forms.CharField(
        required=False, label="", widget=forms.TextInput({"tabindex": "-1", "autocomplete": "off"})
    )
    join = forms.CharField(required=False, max_length=20, widget=forms.HiddenInput)

    @staticmethod
    def fresh_key() -> uuid.UUID:
        return uuid.uuid4()

    def clean(self) -> dict:
        found = super().clean()
        for name, check in (("phone", normal_phone), ("email", normal_email)):
            if value := found.get(name, ""):
                try:
                    found[name] = check(value)
                except InvalidValueError as error:
                    self.add_error(name, str(error))
        if any(found.get(name) for name in ("name", "phone", "email")):
            if not found.get("consent"):
                self.add_error("consent", gettext("Without your consent leave these fields empty."))
            elif not (found.get("phone") or found.get("email")):
                self.add_error(
                    "phone", gettext("Leave a telephone or an e-mail, or no name either.")
                )
        if found.get("website"):
            raise forms.ValidationError(gettext("This form was not filled in by a person."))
        return found


class CodeForm(forms.Form):
    number = forms.CharField(
        label=_("Number"), max_length=20,
        widget=forms.TextInput(
            {**CONTROL, "placeholder": "109-2026-000123", "autocomplete": "off"}
        ),
    )  # fmt: skip
    code = forms.CharField(
        label=_("Code"), max_length=40,
        widget=forms.TextInput({**CONTROL, "placeholder": "k7mq-24xd", "autocomplete": "off",
                                "autocapitalize": "none", "spellcheck": "false"}),
    )  # fmt: skip


class DisputeForm(forms.Form):
    reason = forms.CharField(
        label=_("What is not right"), max_length=MAX_REASON, strip=True,
        widget=forms.Textarea({"rows": 3, "class": "control"}),
        error_messages={"required": _("Say what is not right.")},
    )  # fmt: skip
    photos = PhotosField(label=_("Photos"), required=False)


class FeedbackForm(forms.Form):
    satisfaction = forms.TypedChoiceField(
        label=_("How satisfied are you with the result?"), coerce=int,
        choices=[(5, "5"), (4, "4"), (3, "3"), (2, "2"), (1, "1")], widget=forms.RadioSelect,
    )  # fmt: skip
    thanks = forms.BooleanField(label=_("Thank the executor"), required=False)


class CardForm(forms.Form):
    """What everybody will read: the moderator's words and the photos looked at."""

    version = forms.IntegerField(widget=forms.HiddenInput)
    summary = forms.CharField(
        label=_("What is wrong, in your words"), required=False, max_length=MAX_PUBLIC_TEXT,
        widget=forms.Textarea({"rows": 3, "class": "control"}),
    )  # fmt: skip
    reply = forms.CharField(
        label=_("What was answered, without people's names"), required=False,
        max_length=MAX_PUBLIC_TEXT, widget=forms.Textarea({"rows": 4, "class": "control"}),
    )  # fmt: skip
    photo_ids = forms.TypedMultipleChoiceField(
        label=_("Photos that show no people, faces or number plates"), required=False, coerce=int,
        widget=forms.CheckboxSelectMultiple,
    )  # fmt: skip

    def __init__(self, *args, photos, **options) -> None:
        super().__init__(*args, **options)
        self.fields["photo_ids"].choices = [
            (photo.pk, photo.get_kind_display()) for photo in photos
        ]
