"""Calendars themselves: what is refused, opening and closing, the edges of what they cover."""

import datetime as dt
from zoneinfo import ZoneInfo

import pytest

from citymap.worktime import (
    ALL_DAY,
    ROUND_THE_CLOCK,
    NeverOpenError,
    OutOfRangeError,
    WorkCalendar,
    add_working_days,
    add_working_time,
    closes_at,
    closing,
    five_day_week,
    is_open,
    next_opening,
    next_working_day,
    six_day_week,
    working_time_between,
)

ALMATY = ZoneInfo("Asia/Almaty")
FIVE = WorkCalendar(week=five_day_week())
SHIFTS = WorkCalendar(
    week=(((dt.time(0), dt.time(6)), (dt.time(22), dt.time(0))),) * 7, keeps_holidays=False
)


def at(text: str) -> dt.datetime:
    return dt.datetime.fromisoformat(text).replace(tzinfo=ALMATY)


@pytest.mark.parametrize(
    "week",
    [
        ((),) * 6,
        (((dt.time(9), dt.time(13)), (dt.time(12), dt.time(18))),) * 7,
        (((dt.time(9), dt.time(13)), (dt.time(13), dt.time(18))),) * 7,
        (((dt.time(18), dt.time(9)),),) * 7,
        (((dt.time(9), dt.time(0)), (dt.time(10), dt.time(0))),) * 7,
    ],
    ids=["six days", "overlap", "touching", "backwards", "two ends of the day"],
)
def test_a_malformed_week_is_refused(week):
    with pytest.raises(ValueError, match="week|hours"):
        WorkCalendar(week=week)


def test_a_calendar_that_never_opens_says_so():
    closed = WorkCalendar(week=((),) * 7, overrides={dt.date(2026, 11, 20): True})
    moment = at("2026-11-20T10:00")
    assert not is_open(moment, closed)
    with pytest.raises(NeverOpenError):
        next_opening(moment, closed)
    with pytest.raises(NeverOpenError):
        add_working_days(moment, 1, closed)
    with pytest.raises(NeverOpenError):
        next_working_day(moment.date(), closed)


def test_a_body_closed_for_two_years_opens_again():
    days = {dt.date(2026, 1, 1) + dt.timedelta(days=number): False for number in range(730)}
    closed = WorkCalendar(week=five_day_week(), overrides=days)
    assert next_opening(at("2026-01-01T10:00"), closed) == at("2028-01-05T09:00")
    assert closing(next_working_day(dt.date(2025, 12, 31), closed), closed) == at(
        "2028-01-05T18:30"
    )


def test_what_calendars_do_not_cover_is_refused():
    for call in (
        lambda: add_working_days(at("2026-11-20T10:00"), 10**9, FIVE),
        lambda: add_working_time(at("2026-11-20T10:00"), dt.timedelta(days=10**6), FIVE),
        lambda: next_opening(at("9998-01-01T00:00"), FIVE),
        lambda: working_time_between(at("1901-01-01T00:00"), at("2026-01-01T00:00"), FIVE),
    ):
        with pytest.raises(OutOfRangeError):
            call()


def test_negative_amounts_are_refused():
    with pytest.raises(ValueError, match="negative"):
        add_working_days(at("2026-11-20T10:00"), -1, FIVE)
    with pytest.raises(ValueError, match="negative"):
        add_working_time(at("2026-11-20T10:00"), dt.timedelta(seconds=-1), FIVE)


@pytest.mark.parametrize(
    "moment, calendar, until",
    [
        ("2026-11-20T09:00", FIVE, "2026-11-20T13:00"),
        ("2026-11-20T12:59:59", FIVE, "2026-11-20T13:00"),
        ("2026-11-20T13:00", FIVE, None),
        ("2026-11-20T14:30", FIVE, "2026-11-20T18:30"),
        ("2026-11-20T18:30", FIVE, None),
        ("2026-11-21T10:00", FIVE, None),
        ("2026-12-16T10:00", FIVE, None),
        ("2024-05-04T10:00", FIVE, "2024-05-04T13:00"),
        ("2026-12-31T23:00", SHIFTS, "2027-01-01T06:00"),
        ("2024-02-29T22:30", SHIFTS, "2024-03-01T06:00"),
    ],
)
def test_open_until(moment, calendar, until):
    moment = at(moment)
    assert is_open(moment, calendar) == (until is not None)
    if until is None:
        with pytest.raises(ValueError, match="closed"):
            closes_at(moment, calendar)
    else:
        assert closes_at(moment, calendar) == at(until)


def test_round_the_clock_never_closes():
    assert closes_at(at("2026-12-31T23:59"), ROUND_THE_CLOCK) is None
    keeps = WorkCalendar(week=(ALL_DAY,) * 7)
    assert closes_at(at("2026-12-14T10:00"), keeps) == at("2026-12-16T00:00")


def test_closing_of_a_day_off_is_refused():
    with pytest.raises(ValueError, match="not a working day"):
        closing(dt.date(2026, 11, 21), FIVE)


def test_the_day_of_the_zone_change_has_twenty_five_hours():
    hours = working_time_between(at("2024-02-29"), at("2024-03-01"), ROUND_THE_CLOCK)
    assert hours == dt.timedelta(hours=25)


def test_hours_that_a_zone_change_skips_are_no_hours():
    berlin = ZoneInfo("Europe/Berlin")
    calendar = WorkCalendar(week=(((dt.time(2, 30), dt.time(3)),),) * 7, time_zone=berlin)
    assert calendar.intervals_on(dt.date(2026, 3, 29)) == []
    assert len(calendar.intervals_on(dt.date(2026, 3, 30))) == 1


def test_a_worked_day_off_has_the_usual_hours():
    assert FIVE.hours_on(dt.date(2024, 5, 4)) == five_day_week()[0]
    assert WorkCalendar(week=six_day_week()).hours_on(dt.date(2025, 1, 5)) == six_day_week()[0]
