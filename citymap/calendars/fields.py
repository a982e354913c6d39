"""A form field for a week of office hours: a line of text for each day."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.dates import WEEKDAYS

from citymap.calendars.weeks import MalformedWeekError, hours_as_text, hours_from_text, parse_week

MAX_LENGTH = 200
DAYS = range(7)


class WeekWidget(forms.Widget):
    """Seven lines, each with the name of its day; what is sent is a list of seven texts."""

    template_name = "calendars/week_widget.html"

    def get_context(self, name: str, value: Any, attrs: dict | None) -> dict[str, Any]:
        context = super().get_context(name, value, attrs)
        given = value if isinstance(value, list) and len(value) == len(DAYS) else [""] * len(DAYS)
        context["widget"]["lines"] = [
            {
                "name": f"{name}_{number}",
                "id": f"{context['widget']['attrs'].get('id', name)}_{number}",
                "day": WEEKDAYS[number],
                "value": given[number] if isinstance(given[number], str)
                else hours_as_text(given[number]),
            }
            for number in DAYS
        ]  # fmt: skip
        context["widget"]["max_length"] = MAX_LENGTH
        return context

    def value_from_datadict(self, data, files, name: str) -> list[str]:
        return [data.get(f"{name}_{number}", "") for number in DAYS]

    def value_omitted_from_data(self, data, files, name: str) -> bool:
        return not any(f"{name}_{number}" in data for number in DAYS)

    def id_for_label(self, id_: str) -> str:
        return f"{id_}_0" if id_ else id_


class WeekField(forms.Field):
    """Office hours as the model's JSON; each line like `09:00-13:00, 14:30-18:30`."""

    widget = WeekWidget

    def to_python(self, value: list[str]) -> list[list[list[str]]]:
        try:
            week = [hours_from_text(line[:MAX_LENGTH]) for line in value]
            parse_week(week)
        except MalformedWeekError as error:
            raise ValidationError(str(error), code="week") from error
        return week

    def has_changed(self, initial: Any, data: list[str]) -> bool:
        try:
            return self.to_python(data) != initial
        except ValidationError:
            return True
