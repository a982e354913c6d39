"""Adding and counting agree, across every midnight, holiday, moved day and zone change."""

import datetime as dt
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from citymap.worktime import (
    ALL_DAY,
    ROUND_THE_CLOCK,
    WorkCalendar,
    add_working_days,
    add_working_time,
    closes_at,
    closing,
    day_received,
    five_day_week,
    is_open,
    next_opening,
    six_day_week,
    working_days_between,
    working_time_between,
)

# The first answer of a calendar makes its years: on a busy machine that takes its time.
timeless = settings(deadline=None)
ALMATY = ZoneInfo("Asia/Almaty")
SECOND = dt.timedelta(seconds=1)
NIGHTS = ((dt.time(0), dt.time(6)), (dt.time(22), dt.time(0)))
CALENDARS = [
    WorkCalendar(week=five_day_week()),
    WorkCalendar(week=five_day_week(), cut_off=dt.time(17)),
    WorkCalendar(week=six_day_week()),
    WorkCalendar(week=(NIGHTS,) * 5 + ((), ())),
    WorkCalendar(week=(ALL_DAY,) * 7),
    ROUND_THE_CLOCK,
    WorkCalendar(
        week=five_day_week(),
        overrides={dt.date(2026, 8, 1): True, dt.date(2026, 8, 3): False},
    ),
    # A zone with summer time: some days have 23 hours, some 25.
    WorkCalendar(week=(NIGHTS,) * 7, time_zone=ZoneInfo("Europe/Berlin")),
    WorkCalendar(
        week=(((dt.time(2), dt.time(3)), (dt.time(10), dt.time(12))),) * 7,
        time_zone=ZoneInfo("Europe/Berlin"),
    ),
]


def at(text: str) -> dt.datetime:
    return dt.datetime.fromisoformat(text).replace(tzinfo=ALMATY)


calendars = st.sampled_from(CALENDARS)
anywhere = st.integers(min_value=0, max_value=2600 * 24 * 60 * 60).map(
    lambda seconds: at("2020-12-01") + dt.timedelta(seconds=seconds)
)
# Where it may go wrong: midnights, openings and closings, and the hours of the zone change.
edges = st.builds(
    lambda day, hour, seconds: at("2020-12-01") + dt.timedelta(day, seconds, hours=hour),
    st.integers(min_value=0, max_value=2600),
    st.sampled_from([0, 6, 9, 13, 14.5, 18, 18.5, 22]),
    st.integers(min_value=-1, max_value=1),
) | st.integers(min_value=-3 * 3600, max_value=3 * 3600).map(
    lambda seconds: dt.datetime(2024, 2, 29, 18, tzinfo=dt.UTC) + dt.timedelta(seconds=seconds)
)
moments = anywhere | edges
durations = st.integers(min_value=0, max_value=60 * 24 * 400).map(lambda m: dt.timedelta(minutes=m))


@timeless
@given(moments, durations, calendars)
@example(at("2024-02-29T23:30"), dt.timedelta(hours=1), ROUND_THE_CLOCK)
@example(at("2024-12-31T18:30"), dt.timedelta(), CALENDARS[0])
def test_adding_then_counting_gives_the_same(moment, duration, calendar):
    due = add_working_time(moment, duration, calendar)
    assert working_time_between(moment, due, calendar) == duration
    assert due >= moment


@timeless
@given(moments, durations, durations, calendars)
@example(at("2020-12-01"), dt.timedelta(minutes=18000), dt.timedelta(), CALENDARS[0])
def test_adding_in_two_steps_is_adding_once(moment, first, second, calendar):
    halfway = add_working_time(moment, first, calendar)
    once = add_working_time(moment, first + second, calendar)
    if not second:  # time ends at a closing; no time at all is the next opening
        assert once == halfway
        once = next_opening(once, calendar)
    assert add_working_time(halfway, second, calendar) == once


@timeless
@given(moments, durations, calendars)
def test_a_deadline_lies_within_working_time_or_at_its_end(moment, duration, calendar):
    due = add_working_time(moment, duration, calendar)
    assert is_open(due, calendar) or (duration and is_open(due - SECOND, calendar))


@timeless
@given(moments, moments, durations, calendars)
def test_later_in_is_never_due_earlier(one, other, duration, calendar):
    early, late = sorted([one, other])
    assert add_working_time(early, duration, calendar) <= add_working_time(late, duration, calendar)


@timeless
@given(moments, durations, durations, calendars)
def test_more_time_is_never_due_earlier(moment, one, other, calendar):
    less, more = sorted([one, other])
    assert add_working_time(moment, less, calendar) <= add_working_time(moment, more, calendar)


@timeless
@given(moments, st.integers(min_value=0, max_value=300), calendars)
def test_days_added_are_days_counted(moment, days, calendar):
    due = add_working_days(moment, days, calendar)
    last = calendar.local_date(due - SECOND)
    assert working_days_between(day_received(moment, calendar), last, calendar) == days
    assert due == closing(last, calendar)
    assert calendar.is_working_day(last)


@timeless
@given(moments, moments, st.integers(min_value=0, max_value=60), calendars)
def test_days_are_monotonic(one, other, days, calendar):
    early, late = sorted([one, other])
    assert add_working_days(early, days, calendar) <= add_working_days(late, days, calendar)
    assert add_working_days(early, days, calendar) < add_working_days(early, days + 1, calendar)


@timeless
@given(moments, moments, moments, calendars)
def test_counting_adds_up(one, other, third, calendar):
    assert working_time_between(one, other, calendar) == -working_time_between(other, one, calendar)
    assert working_time_between(one, other, calendar) + working_time_between(
        other, third, calendar
    ) == working_time_between(one, third, calendar)


@timeless
@given(moments, calendars)
def test_the_next_opening_is_open_and_the_first(moment, calendar):
    opening = next_opening(moment, calendar)
    assert opening >= moment
    assert is_open(opening, calendar)
    assert working_time_between(moment, opening, calendar) == dt.timedelta()
    assert working_time_between(opening, opening + SECOND, calendar) == SECOND


@timeless
@given(moments, calendars)
def test_open_until_it_closes(moment, calendar):
    if not is_open(moment, calendar):
        assert next_opening(moment, calendar) > moment
        return
    end = closes_at(moment, calendar)
    if end is not None:
        assert working_time_between(moment, end, calendar) == end - moment.astimezone(dt.UTC)
        assert not is_open(end, calendar)


@pytest.mark.parametrize("calendar", CALENDARS, ids=range(len(CALENDARS)))
def test_every_midnight_of_five_years(calendar):
    """Day by day from 2023 to 2027: the days' open time is the sum, and all deadlines agree."""
    midnights = [at("2023-01-01") + dt.timedelta(days=number) for number in range(5 * 365)]
    counted = [working_time_between(*pair, calendar) for pair in pairwise(midnights)]
    total = working_time_between(midnights[0], midnights[-1], calendar)
    assert sum(counted, dt.timedelta()) == total
    for midnight, worked in zip(midnights, counted, strict=False):
        due = add_working_time(midnight, worked, calendar)
        assert working_time_between(midnight, due, calendar) == worked
        assert add_working_time(midnight, worked + SECOND, calendar) > due
