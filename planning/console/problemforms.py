"""What is typed about problems and their measures."""

from django import forms
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from citymap.accounts.models import Organization
from planning.models import Cluster

MAX_TENGE = 10**13
_DAY = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")


class _BodyField(forms.ModelChoiceField):
    """A body by its name or BIN: among two thousand nobody scrolls a list."""

    widget = forms.TextInput(attrs={"list": "bodies", "autocomplete": "off"})

    def __init__(self, **options) -> None:
        super().__init__(Organization.objects.order_by("name"), to_field_name="name", **options)

    def to_python(self, value):
        if value in self.empty_values:
            return None
        text = str(value).replace("\0", "").strip()
        named = self.queryset.filter(Q(name=text) | Q(bin=text)).order_by("pk")
        found = named.first() if text else None
        if found is None:
            raise forms.ValidationError(_("There is no body of this name."), code="invalid_choice")
        return found

    def prepare_value(self, value):
        return value.name if isinstance(value, Organization) else value


class _BodiesField(forms.CharField):
    """Bodies by their names, separated by semicolons."""

    def clean(self, value) -> list[Organization]:
        text = super().clean(value).replace("\0", "")
        names = [name.strip() for name in text.split(";") if name.strip()]
        found = {
            body.name: body for body in Organization.objects.filter(name__in=names).order_by("-pk")
        }
        missing = [name for name in names if name not in found]
        if missing:
            raise forms.ValidationError(
                _("There is no body of this name: %(name)s"), params={"name": missing[0][:100]}
            )
        return list(found.values())


class ProblemForm(forms.Form):
    """What a problem is and who answers."""

    title = forms.CharField(label=_("Problem"), max_length=200)
    cause = forms.CharField(
        label=_("Cause"), max_length=2000, required=False, widget=forms.Textarea({"rows": 2})
    )
    lead = _BodyField(label=_("Lead body"), required=False)
    co_bodies = _BodiesField(
        label=_("Co-bodies"), required=False, max_length=2000,
        help_text=_("Names, separated by semicolons"),
    )  # fmt: skip


class ProposalForm(ProblemForm):
    """A proposed cluster becomes a problem."""

    cluster = forms.ModelChoiceField(queryset=Cluster.objects.all(), widget=forms.HiddenInput)


class MeasureForm(forms.Form):
    """A measure."""

    what = forms.CharField(label=_("What is done"), max_length=300)
    body = _BodyField(label=_("Organisation"), required=False)
    due_on = forms.DateField(label=_("Until"), widget=_DAY)
    cost = forms.IntegerField(
        label=_("Sum, tenge"), min_value=0, max_value=MAX_TENGE, required=False
    )
    budget_source = forms.CharField(label=_("Budget source"), max_length=200, required=False)


class DoneForm(forms.Form):
    """A measure was done."""

    done_on = forms.DateField(label=_("Done on"), widget=_DAY)
    note = forms.CharField(label=_("Note"), max_length=500, required=False)


class EndForm(forms.Form):
    """A problem ends."""

    solved = forms.TypedChoiceField(
        label=_("Result"),
        choices=[("1", _("Solved")), ("0", _("Dropped"))],
        coerce=lambda value: value == "1",
    )
    reason = forms.CharField(label=_("How it ended"), max_length=500)
