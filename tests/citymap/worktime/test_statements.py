"""Deadlines and office hours in words."""

import datetime as dt
from zoneinfo import ZoneInfo

import pytest
from django.utils import translation
from hypothesis import given
from hypothesis import strategies as st

from citymap.worktime import (
    ROUND_THE_CLOCK,
    WorkCalendar,
    add_working_days,
    deadline_state,
    deadline_text,
    five_day_week,
    opening_text,
)

ALMATY = ZoneInfo("Asia/Almaty")
FIVE = WorkCalendar(week=five_day_week())
NIGHTS = WorkCalendar(week=(((dt.time(0), dt.time(6)), (dt.time(22), dt.time(0))),) * 7)


def at(text: str) -> dt.datetime:
    return dt.datetime.fromisoformat(text).replace(tzinfo=ALMATY)


@pytest.mark.parametrize(
    "now, text",
    [
        ("2026-11-17T10:00", "by 20 November, 18:30: 3 working days left"),
        ("2026-11-19T23:59", "by 20 November, 18:30: 1 working day left"),
        ("2026-11-20T00:00", "today by 18:30"),
        ("2026-11-20T18:30", "today by 18:30"),
        ("2026-11-20T18:30:01", "overdue since 20 November, 18:30"),
        ("2026-11-22T12:00", "overdue since 20 November, 18:30"),
        ("2026-11-23T00:00", "overdue by 1 working day"),
        ("2026-11-25T09:00", "overdue by 3 working days"),
    ],
)
def test_a_deadline_on_friday_evening(now, text):
    with translation.override("en"):
        assert deadline_text(at("2026-11-20T18:30"), now=at(now), calendar=FIVE) == text


def test_a_deadline_at_midnight_belongs_to_the_day_that_ends():
    due = at("2026-11-21T00:00")
    with translation.override("en"):
        said = deadline_text(due, now=at("2026-11-19T10:00"), calendar=ROUND_THE_CLOCK)
        assert said == "by 20 November, 24:00: 1 working day left"
        said = deadline_text(due, now=at("2026-11-20T23:00"), calendar=ROUND_THE_CLOCK)
        assert said == "today by 24:00"


@pytest.mark.parametrize(
    "moment, calendar, text",
    [
        ("2026-11-20T10:00", FIVE, "open until 13:00"),
        ("2026-11-20T13:30", FIVE, "closed, opens today at 14:30"),
        ("2026-11-19T19:00", FIVE, "closed, opens tomorrow at 09:00"),
        ("2026-11-20T19:00", FIVE, "closed, opens on 23 November at 09:00"),
        ("2026-12-15T19:00", FIVE, "closed, opens on 17 December at 09:00"),
        ("2026-11-20T23:00", NIGHTS, "open until 21 November, 06:00"),
        ("2026-12-15T23:00", NIGHTS, "open until 24:00"),
        ("2026-12-31T23:00", ROUND_THE_CLOCK, "round the clock"),
    ],
)
def test_office_hours(moment, calendar, text):
    with translation.override("en"):
        assert opening_text(at(moment), calendar) == text


@given(
    st.integers(min_value=0, max_value=60 * 24 * 1500),
    st.integers(min_value=0, max_value=40),
)
def test_days_left_are_the_days_added(minutes, days):
    """Seen from the day of receipt, a term of so many days has so many days left."""
    received = at("2023-06-01T00:00") + dt.timedelta(minutes=minutes)
    due = add_working_days(received, days, FIVE)
    if FIVE.is_working_day(received.date()):
        state = deadline_state(due, now=min(received, due), calendar=FIVE)
        assert (state.is_overdue, state.working_days) == (False, days)
