"""Calendars kept in the process: right at once after any change, by whomever."""

import datetime as dt

import pytest
from django.db import connection, transaction

from citymap.calendars.books import work_calendar, work_calendars
from citymap.calendars.choices import Scope
from citymap.calendars.models import CalendarVersion, DayOverride, WorkSchedule

pytestmark = pytest.mark.django_db
MONDAY = dt.date(2026, 11, 23)
TEXTS = {"title_ru": "т", "title_kk": "т", "title_en": "t", "source": "a test"}


@pytest.fixture
def five():
    return WorkSchedule.objects.get(code="five-day")


@pytest.fixture
def six():
    return WorkSchedule.objects.get(code="six-day")


def day_off(date=MONDAY, scope=Scope.ALL, worked=False) -> DayOverride:
    return DayOverride.objects.create(date=date, scope=scope, worked=worked, **TEXTS)


def test_one_query_while_nothing_changes(five, django_assert_num_queries):
    first = work_calendar(five)
    with django_assert_num_queries(1):
        assert work_calendar(five.pk) is first
    with django_assert_num_queries(1):
        assert len(work_calendars()) == 3


def test_a_new_row_is_seen_at_once(five):
    assert work_calendar(five).is_working_day(MONDAY)
    row = day_off()
    assert not work_calendar(five).is_working_day(MONDAY)
    row.delete()
    assert work_calendar(five).is_working_day(MONDAY)


def test_changes_past_python_are_seen_at_once(five):
    day_off()
    assert not work_calendar(five).is_working_day(MONDAY)
    DayOverride.objects.filter(date=MONDAY).update(worked=True)
    assert work_calendar(five).is_working_day(MONDAY)
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM calendars_dayoverride WHERE date = %s", [MONDAY])
        cursor.execute("UPDATE calendars_workschedule SET cut_off = '12:00'")
    assert work_calendar(five).cut_off == dt.time(12)


def test_what_was_rolled_back_never_was(five):
    token = CalendarVersion.objects.get().token
    with transaction.atomic():
        day_off()
        assert not work_calendar(five).is_working_day(MONDAY)
        transaction.set_rollback(True)
    assert work_calendar(five).is_working_day(MONDAY)
    assert CalendarVersion.objects.get().token == token
    # The next change must not look like the one that never was.
    day_off(MONDAY + dt.timedelta(days=1))
    assert work_calendar(five).is_working_day(MONDAY)


def test_the_weeks_own_row_wins(five, six):
    day_off(scope=Scope.ALL)
    day_off(scope=Scope.SIX_DAY, worked=True)
    assert not work_calendar(five).is_working_day(MONDAY)
    assert work_calendar(six).is_working_day(MONDAY)


def test_round_the_clock_services_keep_no_moved_days():
    day_off()
    always = WorkSchedule.objects.get(code="round-the-clock")
    assert always.is_round_the_clock
    assert work_calendar(always).is_working_day(MONDAY)


def test_a_week_of_its_own_hears_rows_for_all_weeks_only(five):
    other = WorkSchedule.objects.create(
        code="shop", name_ru="м", name_kk="м", name_en="m",
        week=[[], *[[["10:00", "20:00"]]] * 6],
    )  # fmt: skip
    assert other.scope is None
    day_off(MONDAY + dt.timedelta(days=1), Scope.FIVE_DAY)
    day_off(MONDAY + dt.timedelta(days=2), Scope.ALL)
    calendar = work_calendar(other)
    assert calendar.is_working_day(MONDAY + dt.timedelta(days=1))
    assert not calendar.is_working_day(MONDAY + dt.timedelta(days=2))


def test_no_such_schedule():
    with pytest.raises(WorkSchedule.DoesNotExist, match="no work schedule"):
        work_calendar(10**9)


def test_without_a_version_nothing_is_kept(five):
    CalendarVersion.objects.all().delete()
    assert work_calendar(five) is not work_calendar(five)


def test_every_statement_renews_the_token_once():
    """Many rows in one statement cost one renewal, and none is forgotten."""
    tokens = {CalendarVersion.objects.get().token}
    for number in range(5):
        DayOverride.objects.bulk_create(
            DayOverride(date=MONDAY + dt.timedelta(days=number), scope=scope, worked=True, **TEXTS)
            for scope in Scope
        )
        tokens.add(CalendarVersion.objects.get().token)
    assert len(tokens) == 6


def test_the_serving_role_may_change_them(runtime_role, five):
    day_off()
    assert not work_calendar(five).is_working_day(MONDAY)
