"""Schedules and moved days in the administration."""

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from citymap.calendars.fields import WeekField
from citymap.calendars.models import DayOverride, WorkSchedule
from citymap.calendars.services import (
    remove_override,
    save_override,
    save_schedule,
    serialize_changes,
)


class ScheduleForm(forms.ModelForm):
    """A schedule with a line of hours for each day."""

    week = WeekField(
        label=_("office hours"),
        help_text=_("Such as 09:00-13:00, 14:30-18:30; 00:00-24:00 is all day; empty: a day off."),
    )

    class Meta:
        model = WorkSchedule
        fields = ["code", "name_ru", "name_kk", "name_en", "week", "cut_off", "keeps_holidays"]

    def clean(self) -> dict[str, Any]:
        serialize_changes()
        return super().clean()


class OverrideForm(forms.ModelForm):
    """A moved day."""

    source_url = forms.URLField(
        label=_("link to the source"), required=False, max_length=500, assume_scheme="https"
    )

    class Meta:
        model = DayOverride
        fields = [
            "date", "scope", "worked", "paired_with", "title_ru", "title_kk", "title_en",
            "source", "source_url", "verified",
        ]  # fmt: skip

    def clean(self) -> dict[str, Any]:
        serialize_changes()
        return super().clean()


@admin.register(WorkSchedule)
class WorkScheduleAdmin(admin.ModelAdmin):
    form = ScheduleForm
    list_display = ["__str__", "code", "cut_off", "keeps_holidays"]
    search_fields = ["code", "name_ru", "name_kk", "name_en"]

    def save_model(self, request: HttpRequest, obj: WorkSchedule, form, change: bool) -> None:
        _show(request, save_schedule(schedule=obj))


@admin.register(DayOverride)
class DayOverrideAdmin(admin.ModelAdmin):
    form = OverrideForm
    list_display = ["date", "worked", "scope", "__str__", "verified", "source"]
    list_filter = ["verified", "worked", "scope"]
    date_hierarchy = "date"
    search_fields = ["title_ru", "title_kk", "title_en", "source"]

    def save_model(self, request: HttpRequest, obj: DayOverride, form, change: bool) -> None:
        _show(request, save_override(override=obj))
        if obj.date < timezone.localdate():
            text = _("This day has passed: deadlines counted over it may move.")
            messages.warning(request, text)

    def delete_model(self, request: HttpRequest, obj: DayOverride) -> None:
        _show(request, remove_override(override=obj))

    def delete_queryset(self, request: HttpRequest, queryset: QuerySet[DayOverride]) -> None:
        for override in queryset:
            _show(request, remove_override(override=override))


def _show(request: HttpRequest, lines: list[str]) -> None:
    for line in lines:
        messages.warning(request, line)
