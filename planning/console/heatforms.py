"""What the heatmap is asked: theme, one or two periods, season, territory, radius."""

import datetime as dt

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import TextChoices
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from layers.models import Territory
from planning.choices import Theme
from planning.heatmap import Question
from planning.heatnumbers import ASKED_KINDS, territory_name

MOST_DAYS = 3660
_FIRST_YEAR = 1990


def _day(label, *, required: bool = True) -> forms.DateField:
    return forms.DateField(
        label=label,
        required=required,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
    )


class Season(TextChoices):
    """Parts of the year (planning.heatmap.SEASONS)."""

    WINTER = "winter", pgettext_lazy("season", "Winter")
    SPRING = "spring", pgettext_lazy("season", "Spring")
    SUMMER = "summer", pgettext_lazy("season", "Summer")
    AUTUMN = "autumn", pgettext_lazy("season", "Autumn")
    HEATING = "heating", gettext_lazy("Heating season")


class View(TextChoices):
    """How two periods are shown."""

    SIDE = "side", gettext_lazy("Side by side")
    CHANGE = "change", gettext_lazy("Difference")


class _TerritoryField(forms.ModelChoiceField):
    """Territories by the name that the reader knows."""

    def label_from_instance(self, obj: Territory) -> str:
        return territory_name(obj)


class HeatForm(forms.Form):
    """The question of the page; `cleaned_data["question"]` is what is answered.

    `until` and `until2` are the last days that count.
    """

    theme = forms.ChoiceField(label=gettext_lazy("Theme"), choices=Theme.choices)
    since = _day(gettext_lazy("From"))
    until = _day(pgettext_lazy("the last day of a period", "Until"))
    season = forms.ChoiceField(
        label=gettext_lazy("Season"),
        choices=[("", gettext_lazy("All year")), *Season.choices],
        required=False,
    )
    territory = _TerritoryField(
        label=gettext_lazy("Territory"),
        queryset=Territory.objects.none(),
        required=False,
        empty_label=gettext_lazy("The whole city"),
    )
    radius_m = forms.IntegerField(label=gettext_lazy("Radius, m"), min_value=50, max_value=2000)
    since2 = _day(gettext_lazy("Compared with, from"), required=False)
    until2 = _day(gettext_lazy("Compared with, until"), required=False)
    view = forms.ChoiceField(label=gettext_lazy("Comparison"), choices=View.choices, required=False)

    def __init__(self, *args, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        self.fields["territory"].queryset = (
            Territory.objects.current()
            .filter(kind__in=ASKED_KINDS)
            .only("name", "name_ru", "name_kk", "kind")
            .order_by("kind", "name_ru", "name")
        )

    @staticmethod
    def usual() -> dict:
        """The last twelve months of what concerns yards."""
        today = timezone.localdate()
        return {
            "theme": Theme.YARDS,
            "since": today - dt.timedelta(365),
            "until": today,
            "radius_m": 300,
        }

    def clean(self) -> dict:
        cleaned = super().clean()
        periods = [(cleaned.get("since"), cleaned.get("until"))]
        second = (cleaned.get("since2"), cleaned.get("until2"))
        if any(second):
            if not all(second) and not {"since2", "until2"} & self.errors.keys():
                raise ValidationError(_("Of the second period both days are needed."))
            periods.append(second)
        for since, until in periods:
            if since and until and not _sane(since, until):
                raise ValidationError(_("A period lasts from one day to ten years."))
            if since and since.year < _FIRST_YEAR:
                raise ValidationError(_("There is nothing from before 1990."))
        if not self.errors:
            territory = cleaned.get("territory")
            cleaned["view"] = cleaned.get("view") or View.SIDE
            cleaned["question"] = Question(
                theme=cleaned["theme"], since=cleaned["since"], until=_after(cleaned["until"]),
                radius_m=cleaned["radius_m"], season=cleaned.get("season") or "",
                territory=territory.pk if territory else None,
                since2=second[0], until2=second[1] and _after(second[1]),
            )  # fmt: skip
        return cleaned

    def query(self) -> dict[str, str]:
        """The question as values of a URL; for a form that is valid."""
        cleaned = self.cleaned_data
        values = {name: cleaned.get(name) for name in self.fields}
        territory = values["territory"]
        values["territory"] = territory.pk if territory else None
        return {name: str(value) for name, value in values.items() if value}

    @property
    def theme_label(self) -> str:
        return str(Theme(self.cleaned_data["theme"]).label)

    def periods(self) -> list[str]:
        """The period or both of them, in words."""
        cleaned = self.cleaned_data
        first = _period(cleaned["since"], cleaned["until"])
        if not cleaned.get("since2"):
            return [first]
        return [first, _period(cleaned["since2"], cleaned["until2"])]

    def in_words(self) -> list[str]:
        """The question in words, for the head of a printed sheet."""
        cleaned = self.cleaned_data
        first, *second = self.periods()
        words = [first, *(_("compared with %(period)s") % {"period": one} for one in second)]
        if cleaned.get("season"):
            words.append(str(Season(cleaned["season"]).label))
        if cleaned.get("territory"):
            words.append(territory_name(cleaned["territory"]))
        words.append(_("radius %(radius)s m") % {"radius": cleaned["radius_m"]})
        return words


def _sane(since: dt.date, last: dt.date) -> bool:
    """A day to ten years, and a day after it in the calendar."""
    return dt.timedelta(0) <= last - since < dt.timedelta(MOST_DAYS) and last < dt.date.max


def _after(last: dt.date) -> dt.date:
    """The first day that no longer counts; people name the last one that does."""
    return last + dt.timedelta(1)


def _period(since: dt.date, last: dt.date) -> str:
    return f"{date_format(since, 'DATE_FORMAT')} – {date_format(last, 'DATE_FORMAT')}"


class MonthForm(forms.Form):
    """Which picture of a question."""

    which = forms.ChoiceField(
        choices=[(one, one) for one in ("first", "second", "change")], required=False
    )
    month = forms.DateField(input_formats=["%Y-%m"], required=False)


class PointForm(forms.Form):
    """A place, WGS 84."""

    lon = forms.FloatField(min_value=-180, max_value=180)
    lat = forms.FloatField(min_value=-90, max_value=90)
