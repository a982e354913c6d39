"""What planners type."""

import datetime as dt

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from citymap.accounts.models import Organization
from layers.choices import Condition, NetworkKind
from layers.models import Territory
from planning.choices import UNITS, ChosenBy, PhotoShows, Stage, Work
from planning.console.fields import PhotosField, YardField, YardsField
from planning.models import Programme, Scenario
from planning.queue.scoring import CRITERIA, Goalpost, Policy, PolicyError
from planning.reading import districts
from planning.services.queue import Findings
from planning.services.repairs import THEMES as BREAKAGE_THEMES

MAX_TENGE = 10**13
MAX_SCENARIOS = 4
MAX_FILE_BYTES = 5 * 1024 * 1024
_DAY = forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"})


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
            f"{part}_{name}": int(value) if float(value).is_integer() else value
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
    """A policy to try out, on complaints of a period, without some yards."""

    name = forms.CharField(label=_("Name"), max_length=200)
    since = forms.DateField(label=_("Complaints since"), widget=_DAY, required=False)
    as_of = forms.DateField(label=_("Complaints as of"), widget=_DAY, required=False)
    excluded = YardsField(
        label=_("Yards left out"), required=False, help_text=_("Numbers with spaces between them")
    )
    field_order = ["name"]


class SideBySideForm(forms.Form):
    """Which scenarios stand beside the queue in force, and how many places are looked at."""

    scenario = forms.ModelMultipleChoiceField(
        label=_("Scenarios"), queryset=Scenario.objects.all(), widget=forms.CheckboxSelectMultiple
    )
    top = forms.IntegerField(label=_("First places"), min_value=1, max_value=500, required=False)

    def clean_scenario(self):
        chosen = self.cleaned_data["scenario"]
        if len(chosen) > MAX_SCENARIOS:
            raise ValidationError(_("At most four scenarios stand side by side."))
        return chosen


class YardForm(forms.Form):
    """A yard by its number, and why."""

    yard = YardField()
    reason = forms.CharField(label=_("Reason"), max_length=500)


class SurveyForm(forms.Form):
    """What was found in a yard."""

    yard = YardField()
    surveyed_on = forms.DateField(label=_("Surveyed on"), widget=_DAY)
    condition = forms.ChoiceField(label=_("Condition"), choices=Condition.choices)
    needs_work = forms.TypedChoiceField(
        label=_("Needs work"), choices=((1, _("Yes")), (0, _("No"))), coerce=lambda v: v == "1"
    )
    land_ready = forms.NullBooleanField(label=_("Land is ready"), required=False)
    demolition = forms.NullBooleanField(label=_("Houses to be demolished"), required=False)
    network_renewal_due = forms.NullBooleanField(label=_("Networks to be renewed"), required=False)
    project_ready = forms.NullBooleanField(label=_("Project is ready"), required=False)
    note = forms.CharField(label=_("Note"), max_length=500, required=False)
    photos = PhotosField(
        label=_("Photos"), required=False, help_text=_("Public: no faces, no number plates")
    )

    def __init__(self, *args, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        for work, unit in UNITS.items():
            self.fields[work.value] = forms.DecimalField(
                label=f"{work.label}, {unit.label}",
                min_value=0,
                max_value=9_999_999,
                max_digits=9,
                decimal_places=2,
                required=False,
            )

    def findings(self) -> Findings:
        """As the service takes them."""
        cleaned = self.cleaned_data
        flags = ("land_ready", "demolition", "network_renewal_due", "project_ready")
        return Findings(
            condition=Condition(cleaned["condition"]),
            needs_work=cleaned["needs_work"],
            amounts={work.value: cleaned[work.value] for work in UNITS if cleaned[work.value]},
            note=cleaned["note"],
            **{name: cleaned[name] for name in flags},
        )


class SurveyFileForm(forms.Form):
    """A survey of many yards as CSV."""

    file = forms.FileField(
        label=_("CSV file"), widget=forms.ClearableFileInput(attrs={"accept": ".csv,text/csv"})
    )
    dry_run = forms.BooleanField(label=_("Only check, write nothing"), required=False)

    def clean_file(self) -> str:
        file = self.cleaned_data["file"]
        if file.size > MAX_FILE_BYTES:
            raise ValidationError(_("The file is larger than 5 MB."))
        try:
            return file.read().decode("utf-8-sig")
        except UnicodeDecodeError as error:
            raise ValidationError(_("The file is not UTF-8 text.")) from error


class PhotosForm(forms.Form):
    """Pictures of a yard."""

    yard = YardField()
    shows = forms.ChoiceField(label=_("What they show"), choices=PhotoShows.choices)
    taken_on = forms.DateField(label=_("Taken on"), widget=_DAY)
    note = forms.CharField(label=_("Note"), max_length=200, required=False)
    photos = PhotosField(label=_("Photos"), help_text=_("Public: no faces, no number plates"))


class PriceForm(forms.Form):
    """A unit price from a day on."""

    work = forms.ChoiceField(label=_("Work"), choices=Work.choices)
    price = forms.DecimalField(
        label=_("Price of a unit, tenge"), max_digits=14, decimal_places=2, min_value=0
    )
    valid_from = forms.DateField(label=_("Valid from"), widget=_DAY)
    citation = forms.CharField(label=_("Source"), max_length=300)
    verified = forms.BooleanField(label=_("Verified"), required=False)


class SpanForm(forms.Form):
    """From one day up to another."""

    since = forms.DateField(label=_("From"), widget=_DAY)
    until = forms.DateField(label=_("Until"), widget=_DAY)

    @staticmethod
    def usual() -> dict:
        """The last twelve months."""
        today = timezone.localdate()
        return {"since": today - dt.timedelta(365), "until": today + dt.timedelta(1)}

    def clean(self) -> dict:
        cleaned = super().clean()
        since, until = cleaned.get("since"), cleaned.get("until")
        if since and until and not dt.timedelta(1) <= until - since <= dt.timedelta(3660):
            raise ValidationError(_("A period lasts from one day to ten years."))
        return cleaned


class RepairPlanForm(SpanForm):
    """Which network, at what price, within what budget."""

    kind = forms.ChoiceField(
        label=_("Network"), choices=[(kind.value, kind.label) for kind in BREAKAGE_THEMES]
    )
    price_m = forms.IntegerField(
        label=_("Price of a metre renewed, tenge"), min_value=1, max_value=10**8
    )
    budget = forms.IntegerField(label=_("Budget, tenge"), min_value=0, max_value=MAX_TENGE)
    field_order = ["kind", "since", "until", "price_m", "budget"]

    @staticmethod
    def usual() -> dict:
        """Heat mains of the last five years."""
        until = timezone.localdate() + dt.timedelta(1)
        return {
            "kind": NetworkKind.HEAT,
            "since": until - dt.timedelta(5 * 365),
            "until": until,
            "price_m": 250_000,
            "budget": 1_000_000_000,
        }


class StageForm(forms.Form):
    """A stage that a yard reached."""

    programme = forms.ModelChoiceField(label=_("Programme"), queryset=Programme.objects.all())
    yard = YardField()
    stage = forms.ChoiceField(label=_("Stage"), choices=Stage.choices)
    reached_on = forms.DateField(label=_("Reached on"), widget=_DAY)
    contractor_bin = forms.CharField(
        label=_("BIN of the contractor"), max_length=12, required=False
    )
    contract_number = forms.CharField(label=_("Contract"), max_length=80, required=False)
    cost = forms.IntegerField(
        label=_("Sum, tenge"), min_value=1, max_value=MAX_TENGE, required=False
    )
    guarantee_until = forms.DateField(label=_("Guarantee until"), widget=_DAY, required=False)
    note = forms.CharField(label=_("Note"), max_length=500, required=False)

    def clean_contractor_bin(self) -> Organization | None:
        written = self.cleaned_data["contractor_bin"].strip()
        if not written:
            return None
        found = Organization.objects.filter(bin=written).first()
        if found is None:
            raise ValidationError(_("There is no organisation with this BIN."))
        return found


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

    def __init__(self, *args, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        self.districts: list[Territory] = list(districts())
        for one in self.districts:
            self.fields[f"share_{one.pk}"] = forms.IntegerField(
                label=gettext("At least for %(district)s, %%") % {"district": one.name},
                min_value=0,
                max_value=100,
                required=False,
            )

    def plain(self) -> list[forms.BoundField]:
        """All fields but the districts' shares."""
        return [field for field in self if not field.name.startswith("share_")]

    def shares(self) -> list[forms.BoundField]:
        """Of each district its least share; seldom used."""
        return [field for field in self if field.name.startswith("share_")]

    def clean(self) -> dict:
        cleaned = super().clean()
        shares = {one.pk: cleaned.pop(f"share_{one.pk}", None) for one in self.districts}
        cleaned["least_shares"] = {pk: share for pk, share in shares.items() if share}
        if sum(cleaned["least_shares"].values()) > 100:
            raise ValidationError(_("The districts' least shares are more than the whole."))
        return cleaned


class ChoiceForm(forms.Form):
    """Which of the two choices to take."""

    method = forms.ChoiceField(
        choices=[(one.value, one.label) for one in (ChosenBy.EXACT, ChosenBy.GREEDY)]
    )
