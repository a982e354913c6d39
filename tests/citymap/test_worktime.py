"""Working time: worked cases by table, consistency by property."""

import datetime as dt
from zoneinfo import ZoneInfo

import holidays
import pytest
from hypothesis import given
from hypothesis import strategies as st

from citymap.worktime import (
    ROUND_THE_CLOCK,
    NeverOpenError,
    WorkCalendar,
    add_hours,
    add_working_days,
    add_working_time,
    closing,
    day_received,
    five_day_week,
    next_opening,
    six_day_week,
    working_days_between,
    working_time_between,
)

ALMATY = ZoneInfo("Asia/Almaty")
FIVE = WorkCalendar(week=five_day_week())
FIVE_CUT = WorkCalendar(week=five_day_week(), cut_off=dt.time(17))
SIX = WorkCalendar(week=six_day_week())
MOVED = WorkCalendar(
    week=five_day_week(),
    overrides={dt.date(2026, 8, 1): True, dt.date(2026, 8, 3): False},
)
CALENDARS = {"5": FIVE, "5cut": FIVE_CUT, "6": SIX, "24/7": ROUND_THE_CLOCK, "moved": MOVED}


def at(text: str) -> dt.datetime:
    return dt.datetime.fromisoformat(text).replace(tzinfo=ALMATY)


# received (local), working days, calendar, due (local), why
WORKING_DAY_CASES = [
    ("2026-11-20T10:00", 1, "5", "2026-11-23T18:30", "Friday to Monday"),
    ("2026-11-20T10:00", 0, "5", "2026-11-20T18:30", "no days: the end of the same day"),
    ("2026-11-21T10:00", 1, "5", "2026-11-24T18:30", "Saturday counts as Monday"),
    ("2026-11-22T23:59", 1, "5", "2026-11-24T18:30", "Sunday counts as Monday"),
    ("2026-11-20T00:00", 1, "5", "2026-11-23T18:30", "midnight belongs to the new day"),
    ("2026-11-20T16:59", 1, "5cut", "2026-11-23T18:30", "just before the cut-off"),
    ("2026-11-20T17:00", 1, "5cut", "2026-11-24T18:30", "at the cut-off: received on Monday"),
    ("2026-11-20T10:00", 1, "6", "2026-11-21T18:00", "a six-day week works on Saturday"),
    ("2026-11-21T10:00", 1, "6", "2026-11-23T18:00", "Saturday to Monday over Sunday"),
    ("2026-11-20T10:00", 15, "5", "2026-12-11T18:30", "the statutory fifteen working days"),
    ("2026-11-27T10:00", 15, "5", "2026-12-21T18:30", "fifteen over Independence Day"),
    ("2026-11-20T10:00", 3, "5", "2026-11-25T18:30", "forwarding: three working days"),
    ("2025-08-29T10:00", 1, "5", "2025-09-02T18:30", "30 August 2025, Saturday: moved to Monday"),
    ("2026-08-28T10:00", 1, "5", "2026-08-31T18:30", "30 August is no holiday from 2026"),
    ("2026-03-13T10:00", 1, "5", "2026-03-16T18:30", "15 March is no holiday in 2026"),
    ("2027-03-12T10:00", 1, "5", "2027-03-16T18:30", "15 March is one from 2027"),
    ("2027-03-13T10:00", 1, "6", "2027-03-16T18:00", "15 March 2027, six-day week"),
    ("2026-01-06T10:00", 1, "5", "2026-01-08T18:30", "7 January, a Wednesday, is off"),
    ("2024-01-05T10:00", 1, "5", "2024-01-08T18:30", "7 January on Sunday is not moved"),
    ("2023-01-06T10:00", 1, "5", "2023-01-09T18:30", "7 January on Saturday is not moved"),
    ("2024-06-14T10:00", 1, "5", "2024-06-17T18:30", "Kurban Ait on Sunday is not moved"),
    ("2025-06-05T10:00", 1, "5", "2025-06-09T18:30", "Kurban Ait on a Friday is off"),
    ("2023-06-27T10:00", 1, "5", "2023-06-29T18:30", "Kurban Ait on a Wednesday is off"),
    ("2024-12-31T10:00", 1, "5", "2025-01-05T18:30", "3 January 2025 off, 5 (Sunday) worked"),
    ("2024-12-31T10:00", 1, "6", "2025-01-03T18:00", "a decree moves nothing in a six-day week"),
    ("2024-05-03T10:00", 1, "5", "2024-05-04T18:30", "4 May 2024, Saturday, is worked by decree"),
    ("2024-05-06T10:00", 1, "5", "2024-05-10T18:30", "7, 8 (decree) and 9 May off"),
    ("2024-05-06T10:00", 1, "6", "2024-05-08T18:00", "six-day week: 8 May is worked"),
    ("2023-06-30T10:00", 1, "5", "2023-07-01T18:30", "1 July 2023, Saturday, is worked"),
    ("2023-07-05T10:00", 1, "5", "2023-07-10T18:30", "6 July and 7 July (decree) off"),
    ("2024-07-05T10:00", 1, "5", "2024-07-09T18:30", "6 July, Saturday: moved to Monday"),
    ("2024-07-05T10:00", 1, "6", "2024-07-08T18:00", "six-day: Saturday's holiday is not moved"),
    ("2025-07-04T10:00", 1, "6", "2025-07-05T18:00", "six-day: Saturday before a Sunday holiday"),
    ("2025-07-05T10:00", 1, "6", "2025-07-08T18:00", "six-day: Sunday's holiday moves to Monday"),
    ("2026-03-20T10:00", 1, "5", "2026-03-26T18:30", "Nauryz: Saturday and Sunday both moved"),
    ("2025-03-20T10:00", 1, "5", "2025-03-26T18:30", "Nauryz 2025 to the 25th"),
    ("2024-03-20T10:00", 1, "5", "2024-03-26T18:30", "Nauryz 2024 and Monday the 25th"),
    ("2024-03-20T10:00", 1, "6", "2024-03-25T18:00", "six-day: Nauryz Saturday is not moved"),
    ("2026-05-08T10:00", 1, "5", "2026-05-12T18:30", "9 May, Saturday: moved to Monday"),
    ("2026-04-30T10:00", 1, "5", "2026-05-04T18:30", "1 May on Friday"),
    ("2026-10-23T10:00", 1, "5", "2026-10-27T18:30", "25 October, Sunday: moved to Monday"),
    ("2022-12-15T10:00", 1, "5", "2022-12-19T18:30", "16 December, no more 17 December"),
    ("2021-12-15T10:00", 1, "5", "2021-12-20T18:30", "16 and 17 December until 2021"),
    ("2021-11-30T10:00", 1, "5", "2021-12-02T18:30", "1 December was a holiday until 2021"),
    ("2027-01-01T10:00", 1, "5", "2027-01-06T18:30", "2 January, Saturday: moved to Monday"),
    ("2024-02-29T23:30", 1, "5", "2024-03-01T18:30", "over the zone change, at night"),
    ("2024-02-29T10:00", 3, "5", "2024-03-05T18:30", "over the zone change"),
    ("2024-03-01T10:00", 1, "5", "2024-03-04T18:30", "after the zone change"),
    ("2028-02-28T10:00", 1, "5", "2028-02-29T18:30", "a leap day is a working day"),
    ("2026-07-31T10:00", 1, "moved", "2026-08-01T18:30", "an override makes Saturday worked"),
    ("2026-08-01T10:00", 1, "moved", "2026-08-04T18:30", "an override makes Monday a day off"),
    ("2026-12-31T10:00", 2, "24/7", "2027-01-03T00:00", "round the clock: days are days"),
]

# start (local), minutes of working time, calendar, due (local), why
WORKING_TIME_CASES = [
    ("2026-11-20T09:00", 60, "5", "2026-11-20T10:00", "from the opening"),
    ("2026-11-20T08:00", 60, "5", "2026-11-20T10:00", "before the opening"),
    ("2026-11-20T12:30", 60, "5", "2026-11-20T15:00", "over the lunch break"),
    ("2026-11-20T13:10", 30, "5", "2026-11-20T15:00", "begun in the lunch break"),
    ("2026-11-20T18:00", 60, "5", "2026-11-23T09:30", "over the weekend"),
    ("2026-11-20T18:30", 1, "5", "2026-11-23T09:01", "begun at closing"),
    ("2026-11-20T09:00", 480, "5", "2026-11-20T18:30", "a whole day ends at closing"),
    ("2026-11-20T09:00", 0, "5", "2026-11-20T09:00", "nothing to add"),
    ("2026-11-21T12:00", 0, "5", "2026-11-23T09:00", "nothing to add on a day off: opening"),
    ("2026-01-06T18:00", 60, "5", "2026-01-08T09:30", "over 7 January"),
    ("2024-02-29T23:00", 120, "24/7", "2024-03-01T00:00", "the hour that came twice counts twice"),
    ("2024-02-29T18:00", 60, "5", "2024-03-01T09:30", "office hours over the zone change"),
    ("2026-12-31T23:00", 120, "24/7", "2027-01-01T01:00", "round the clock over New Year"),
]


@pytest.mark.parametrize("received, days, calendar, due, why", WORKING_DAY_CASES)
def test_working_day_cases(received, days, calendar, due, why):
    assert add_working_days(at(received), days, CALENDARS[calendar]) == at(due), why


@pytest.mark.parametrize("start, minutes, calendar, due, why", WORKING_TIME_CASES)
def test_working_time_cases(start, minutes, calendar, due, why):
    found = add_working_time(at(start), dt.timedelta(minutes=minutes), CALENDARS[calendar])
    assert found == at(due), why


def test_elapsed_hours_count_the_repeated_hour():
    """On 2024-03-01 at 00:00 UTC+6 the clocks went back to 23:00."""
    due = add_hours(at("2024-02-29T12:00"), 24)
    assert due == at("2024-03-01T11:00")


def test_five_day_week_is_the_official_one():
    """Our own rule for moved holidays agrees with the package's, day by day."""
    day = dt.date(2012, 1, 1)
    while day < dt.date(2031, 1, 1):
        official = holidays.country_holidays("KZ", years=[day.year])
        assert FIVE.is_working_day(day) == official.is_working_day(day), day
        day += dt.timedelta(days=1)


def test_answers_do_not_depend_on_the_language_of_the_machine(monkeypatch):
    monkeypatch.setenv("LANGUAGE", "en_US")
    fresh = WorkCalendar(week=(five_day_week()[0],) * 5 + ((), ()), cut_off=dt.time(12))
    assert fresh.is_working_day(dt.date(2024, 6, 17))


def test_a_calendar_that_never_opens_says_so():
    closed = WorkCalendar(week=((),) * 7)
    with pytest.raises(NeverOpenError):
        next_opening(at("2026-11-20T10:00"), closed)
    with pytest.raises(NeverOpenError):
        add_working_days(at("2026-11-20T10:00"), 1, closed)


@pytest.mark.parametrize(
    "week",
    [
        ((),) * 6,
        (((dt.time(9), dt.time(13)), (dt.time(12), dt.time(18))),) * 7,
        (((dt.time(18), dt.time(9)),),) * 7,
    ],
    ids=["six days", "overlap", "backwards"],
)
def test_a_malformed_week_is_refused(week):
    with pytest.raises(ValueError, match="week|hours"):
        WorkCalendar(week=week)


moments = st.integers(min_value=0, max_value=1277 * 24 * 60 * 60).map(
    lambda seconds: at("2023-12-01") + dt.timedelta(seconds=seconds)
)
calendars = st.sampled_from(list(CALENDARS.values()))
durations = st.integers(min_value=0, max_value=60 * 24 * 40).map(lambda m: dt.timedelta(minutes=m))


@given(moments, durations, calendars)
def test_adding_then_counting_gives_the_same(moment, duration, calendar):
    due = add_working_time(moment, duration, calendar)
    assert working_time_between(moment, due, calendar) == duration
    assert due >= moment


@given(moments, durations, durations, calendars)
def test_adding_in_two_steps_is_adding_once(moment, first, second, calendar):
    halfway = add_working_time(moment, first, calendar)
    assert add_working_time(halfway, second, calendar) == add_working_time(
        moment, first + second, calendar
    )


@given(moments, st.integers(min_value=0, max_value=60), calendars)
def test_days_added_are_days_counted(moment, days, calendar):
    due = add_working_days(moment, days, calendar)
    received = day_received(moment, calendar)
    last = calendar.local_date(due - dt.timedelta(seconds=1))
    assert working_days_between(received, last, calendar) == days
    assert due == closing(last, calendar)


@given(moments, moments, calendars)
def test_counting_is_antisymmetric(start, end, calendar):
    assert working_time_between(start, end, calendar) == -working_time_between(end, start, calendar)


@given(moments, calendars)
def test_the_next_opening_is_open_and_the_first(moment, calendar):
    opening = next_opening(moment, calendar)
    assert opening >= moment
    assert working_time_between(moment, opening, calendar) == dt.timedelta()
    assert working_time_between(
        opening, opening + dt.timedelta(seconds=1), calendar
    ) == dt.timedelta(seconds=1)
