"""What planners type."""

import datetime as dt

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from layers.models import Yard
from planning.choices import ChosenBy, Theme
from planning.queue.scoring import CRITERIA, Goalpost, Policy, PolicyError

MAX_TENGE = 10**13
_DAY = forms.DateInput(attrs={"type": "date"})


class PeriodForm(forms.Form):
    """Theme, period and reach of a heatmap or of a search."""

    theme = forms.ChoiceField(label=_("Theme"), choices=Theme.choices)
    since = forms.DateField(label=_("From"), widget=_DAY)
    until = forms.DateField(label=_("Until"), widget=_DAY)
    radius_m = forms.IntegerField(label=_("Radius, m"), min_value=50, max_value=2000)

    @staticmethod
    def usual() -> dict:
        """The last twelve months of what concerns yards."""
        today = timezone.localdate()
        return {
            "theme": Theme.YARDS,
            "since": today - dt.timedelta(365),
            "until": today + dt.timedelta(1),
            "radius_m": 300,
        }

    def clean(self) -> dict:
        cleaned = super().clean()
        since, until = cleaned.get("since"), cleaned.get("until")
        if since and until and not dt.timedelta(1) <= until - since <= dt.timedelta(3660):
            raise ValidationError(_("A period lasts from one day to ten years."))
        if since and since.year < 1990:
            raise ValidationError(_("There is nothing from before 1990."))
        return cleaned


class PolicyForm(forms.Form):
    """Weights and goalposts."""

    weight_apartments = forms.DecimalField(
        label=_("Weight of apartments"), min_value=0, max_value=100, decimal_places=2
    )
    weight_complaints = forms.DecimalField(
        label=_("Weight of complaints"), min_value=0, max_value=100, decimal_places=2
    )
    weight_area_m2 = forms.DecimalField(
        label=_("Weight of the area"), min_value=0, max_value=100, decimal_places=2
    )
    low_apartments = forms.FloatField(label=_("Apartments: nothing up to"))
    high_apartments = forms.FloatField(label=_("Apartments: everything from"))
    low_complaints = forms.FloatField(label=_("Complaints: nothing up to"))
    high_complaints = forms.FloatField(label=_("Complaints: everything from"))
    low_area_m2 = forms.FloatField(label=_("Area, m²: nothing up to"))
    high_area_m2 = forms.FloatField(label=_("Area, m²: everything from"))

    @staticmethod
    def values_of(policy: Policy) -> dict:
        """The form filled in with a policy."""
        return {
            f"{part}_{name}": value
            for name in CRITERIA
            for part, value in (
                ("weight", policy.weights[name]),
                ("low", policy.goalposts[name].low),
                ("high", policy.goalposts[name].high),
            )
        }

    def clean(self) -> dict:
        cleaned = super().clean()
        if not self.errors:
            try:
                cleaned["policy"] = Policy(
                    weights={name: float(cleaned[f"weight_{name}"]) for name in CRITERIA},
                    goalposts={
                        name: Goalpost(cleaned[f"low_{name}"], cleaned[f"high_{name}"])
                        for name in CRITERIA
                    },
                )
            except PolicyError as error:
                raise ValidationError(
                    _("Weights are 100 together, and every goalpost goes up.")
                ) from error
        return cleaned


class NewPolicyForm(PolicyForm):
    """A new version of the policy."""

    reason = forms.CharField(label=_("Reason"), max_length=500)


class ScenarioForm(PolicyForm):
    """A policy to try out."""

    name = forms.CharField(label=_("Name"), max_length=200)


class YardForm(forms.Form):
    """A yard by its number, and why."""

    yard = forms.ModelChoiceField(
        label=_("Number of the yard"),
        queryset=Yard.objects.current(),
        widget=forms.NumberInput(attrs={"min": 1}),
    )
    reason = forms.CharField(label=_("Reason"), max_length=500)


class PutForm(YardForm):
    """A yard taken into a programme by hand."""

    year = forms.IntegerField(label=_("Year"), min_value=2000, max_value=2120)


class BudgetsField(forms.CharField):
    """Whole tenge by year, separated by spaces or semicolons; groups of digits by commas."""

    def clean(self, value: str) -> list[int]:
        words = super().clean(value).replace(";", " ").split()
        numbers = [word.replace(",", "").replace("_", "") for word in words]
        if not all(n.isascii() and n.isdecimal() and int(n[:15]) <= MAX_TENGE for n in numbers):
            raise ValidationError(_("Write whole tenge for each year, with spaces between years."))
        return [int(number[:15]) for number in numbers]


class RevisionForm(forms.Form):
    """New budgets of a programme, and why."""

    budgets = BudgetsField(
        label=_("Budgets by year, tenge"), help_text=_("One number for each year, e.g. 900000000")
    )
    reason = forms.CharField(label=_("Reason"), max_length=500)


class ProgrammeForm(RevisionForm):
    """A new programme."""

    name = forms.CharField(label=_("Name"), max_length=200)
    first_year = forms.IntegerField(label=_("First year"), min_value=2000, max_value=2100)
    budget_source = forms.CharField(label=_("Source of the budget"), max_length=200, required=False)
    by_quarter = forms.BooleanField(label=_("Whole quarters"), required=False)
    field_order = ["name", "first_year", "budgets", "budget_source", "by_quarter", "reason"]


class ChoiceForm(forms.Form):
    """Which of the two choices to take."""

    method = forms.ChoiceField(
        choices=[(one.value, one.label) for one in (ChosenBy.EXACT, ChosenBy.GREEDY)]
    )
