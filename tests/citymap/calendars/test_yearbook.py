"""A year as people read it: every day has one kind, every special day its words."""

import datetime as dt

import pytest
from django.utils import translation

from citymap.calendars.holiday_names import holiday_name
from citymap.calendars.models import DayOverride
from citymap.calendars.yearbook import Kind, year_book
from citymap.worktime import ROUND_THE_CLOCK, WorkCalendar, five_day_week, six_day_week
from citymap.worktime.law import public_holidays

FIVE = WorkCalendar(week=five_day_week())


def days_of(book) -> dict[dt.date, object]:
    return {day.date: day for month in book.months for week in month.weeks for day in week if day}


def kinds(year: int, calendar=FIVE, overrides=None) -> dict[str, Kind]:
    book = year_book(calendar, year, overrides or {})
    return {day.isoformat(): found.kind for day, found in days_of(book).items()}


@pytest.mark.parametrize("year", [2020, 2024, 2025, 2026])
@pytest.mark.parametrize(
    "calendar",
    [FIVE, WorkCalendar(week=six_day_week()), ROUND_THE_CLOCK],
    ids=["five", "six", "round the clock"],
)
def test_every_day_is_there_and_is_worked_as_the_calendar_says(year, calendar):
    book = year_book(calendar, year, {})
    days = days_of(book)
    assert len(days) == (dt.date(year + 1, 1, 1) - dt.date(year, 1, 1)).days
    for day, found in days.items():
        assert (found.kind in (Kind.WORKED, Kind.MOVED_ON)) == calendar.is_working_day(day)
        assert bool(found.title) == found.kind.is_special
    assert book.working_days + book.days_off == len(days)


def test_kinds_of_days():
    found = kinds(2024)
    assert found["2024-05-04"] is Kind.MOVED_ON
    assert found["2024-05-08"] is Kind.MOVED_OFF
    assert found["2024-07-06"] is Kind.HOLIDAY
    assert found["2024-07-08"] is Kind.SUBSTITUTE
    assert found["2024-07-07"] is Kind.DAY_OFF
    assert found["2024-07-09"] is Kind.WORKED


def test_a_row_of_the_city_changes_a_day_and_names_it():
    day = dt.date(2026, 11, 23)
    row = DayOverride(date=day, worked=False, title_ru="Буран", title_kk="Боран", title_en="Storm")
    calendar = WorkCalendar(week=five_day_week(), overrides={day: False})
    with translation.override("kk"):
        found = days_of(year_book(calendar, 2026, {day: row}))[day]
    assert (found.kind, found.title, found.override) == (Kind.MOVED_OFF, "Боран", row)


def test_a_verified_row_ends_the_doubt_about_a_computed_date():
    day = dt.date(2026, 5, 27)
    row = DayOverride(date=day, worked=False, title_ru="a", title_kk="a", title_en="a")
    assert days_of(year_book(FIVE, 2026, {day: row}))[day].is_estimated
    row.verified = True
    assert not days_of(year_book(FIVE, 2026, {day: row}))[day].is_estimated


def test_every_holiday_has_a_name_in_the_readers_language():
    with translation.override("en"):
        for year in range(2005, 2041):
            for holiday in public_holidays(year).values():
                assert holiday_name(holiday.name).isascii(), holiday.name
