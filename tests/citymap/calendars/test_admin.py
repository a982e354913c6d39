"""Schedules and moved days in the administration, as an administrator works with them."""

import datetime as dt

import pytest
from django.contrib.auth import get_user_model
from django.urls import reverse

from citymap.calendars.models import DayOverride, WorkSchedule
from citymap.calendars.signals import calendar_changed

pytestmark = pytest.mark.django_db
WEEK = {f"week_{day}": "09:00-13:00, 14:30-18:30" for day in range(5)} | {
    "week_5": "",
    "week_6": "",
}
SCHEDULE = {"code": "clinic", "name_ru": "п", "name_kk": "п", "name_en": "c", "cut_off": "", **WEEK}
OVERRIDE = {
    "date": "2026-11-23", "scope": "all", "title_ru": "т", "title_kk": "т", "title_en": "t",
    "source": "order 1",
}  # fmt: skip


@pytest.fixture
def admin(client):
    user = get_user_model().objects.create_superuser("boss", password="x")
    client.force_login(user)
    client.cookies["django_language"] = "en"
    return client


def test_a_schedule_is_written_line_by_line(admin):
    answer = admin.post(reverse("admin:calendars_workschedule_add"), SCHEDULE)
    assert answer.status_code == 302, answer.context["adminform"].form.errors
    row = WorkSchedule.objects.get(code="clinic")
    assert row.week == WorkSchedule.objects.get(code="five-day").week
    assert not row.keeps_holidays  # the box was not ticked


def test_a_schedule_is_shown_as_it_is_typed(admin):
    row = WorkSchedule.objects.get(code="five-day")
    page = admin.get(reverse("admin:calendars_workschedule_change", args=[row.pk])).content.decode()
    assert page.count('value="09:00-13:00, 14:30-18:30"') == 5
    assert "Monday" in page


@pytest.mark.parametrize(
    "values, said",
    [
        ({"week_0": "nine to five"}, "no hours such as"),
        ({"week_0": "18:00-09:00"}, "overlap or are out of order"),
        ({f"week_{day}": "" for day in range(7)}, "At least one day"),
        ({"week_3": "<script>alert(1)</script>"}, "&lt;script&gt;"),
        ({"week_0": "9:00-10:00," * 1000}, "no hours such as"),
    ],
)
def test_hours_that_cannot_be_read_are_shown_again(admin, values, said):
    answer = admin.post(reverse("admin:calendars_workschedule_add"), SCHEDULE | values)
    assert answer.status_code == 200
    page = answer.content.decode()
    assert said in page
    assert "<script>alert(1)</script>" not in page
    assert not WorkSchedule.objects.filter(code="clinic").exists()


def test_fields_left_out_are_asked_for(admin):
    answer = admin.post(reverse("admin:calendars_workschedule_add"), {})
    assert answer.status_code == 200
    assert not WorkSchedule.objects.filter(code="").exists()


def test_keepers_of_deadlines_are_shown_to_who_moves_a_day(admin):
    def keeper(sender, change, **kwargs):
        return "3 running deadlines move"

    calendar_changed.connect(keeper)
    try:
        answer = admin.post(reverse("admin:calendars_dayoverride_add"), OVERRIDE, follow=True)
    finally:
        calendar_changed.disconnect(keeper)
    assert "3 running deadlines move" in answer.content.decode()
    assert DayOverride.objects.get(date="2026-11-23").worked is False


def test_a_day_that_has_passed_is_pointed_out(admin):
    answer = admin.post(
        reverse("admin:calendars_dayoverride_add"), OVERRIDE | {"date": "2020-11-23"}, follow=True
    )
    assert "This day has passed" in answer.content.decode()


def test_the_same_day_twice_is_shown_again(admin):
    url = reverse("admin:calendars_dayoverride_add")
    admin.post(url, OVERRIDE)
    answer = admin.post(url, OVERRIDE)
    assert answer.status_code == 200
    assert "already" in answer.content.decode()
    assert DayOverride.objects.filter(date="2026-11-23").count() == 1


def test_removing_several_tells_of_each(admin):
    heard = []

    def keeper(sender, change, **kwargs):
        heard.append(change.days)

    chosen = list(DayOverride.objects.filter(date__year=2024).values_list("pk", flat=True))
    calendar_changed.connect(keeper)
    try:
        admin.post(
            reverse("admin:calendars_dayoverride_changelist"),
            {"action": "delete_selected", "_selected_action": chosen, "post": "yes"},
        )
    finally:
        calendar_changed.disconnect(keeper)
    assert set().union(*heard) == {dt.date(2024, 5, 4), dt.date(2024, 5, 8)}
    assert not DayOverride.objects.filter(date__year=2024).exists()


def test_lists_cost_few_queries(admin, django_assert_max_num_queries):
    for name in ("workschedule", "dayoverride"):
        with django_assert_max_num_queries(9):
            assert admin.get(reverse(f"admin:calendars_{name}_changelist")).status_code == 200
