"""Weeks of office hours: as JSON, as typed, in words; one rule in Python and in the database."""

import datetime as dt
import json

import pytest
from django.db import IntegrityError, connection, transaction
from django.utils import translation
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from citymap.calendars.models import WorkSchedule
from citymap.calendars.weeks import (
    MAX_INTERVALS_PER_DAY,
    MalformedWeekError,
    describe_week,
    hours_as_text,
    hours_from_text,
    parse_week,
    week_as_json,
)
from citymap.worktime import ALL_DAY, five_day_week, six_day_week

DAY = [["09:00", "13:00"], ["14:30", "18:30"]]
MALFORMED = [
    None,
    {},
    [],
    [[]] * 7,
    [DAY] * 6,
    [DAY] * 8,
    [["09:00", "18:00"]] * 7,
    [[["09:00"]]] * 7,
    [[["09:00", "18:00", "19:00"]]] * 7,
    [[["9:00", "18:00"]]] * 7,
    [[["09:00", "25:00"]]] * 7,
    [[["24:00", "24:00"]]] * 7,
    [[["18:00", "09:00"]]] * 7,
    [[["09:00", "09:00"]]] * 7,
    [[["09:00", "00:00"]]] * 7,
    [[["09:00", "13:00"], ["12:00", "18:00"]]] * 7,
    [[["09:00", "13:00"], ["13:00", "18:00"]]] * 7,
    [[["14:30", "18:30"], ["09:00", "13:00"]]] * 7,
    [[[9, 18]]] * 7,
    [[["09:00", None]]] * 7,
    [[["09:00\n", "18:00"]]] * 7,
    [[["٠٩:٠٠", "١٨:٠٠"]]] * 7,
    [[[f"{hour:02}:00", f"{hour:02}:30"] for hour in range(MAX_INTERVALS_PER_DAY + 1)]] * 7,
]
WELL_FORMED = [
    week_as_json(five_day_week()),
    week_as_json(six_day_week()),
    week_as_json((ALL_DAY,) * 7),
    [[], [], [], [], [], [], DAY],
    [[["00:00", "06:00"], ["22:00", "24:00"]]] * 7,
]
texts = st.sampled_from(
    ["00:00", "06:00", "09:00", "12:59", "13:00", "18:30", "23:59", "24:00", "9:00", "", "24:01"]
)
weeks = st.lists(
    st.lists(st.lists(texts, min_size=2, max_size=2), max_size=3), min_size=7, max_size=7
)


def accepted_by_python(week) -> bool:
    try:
        parse_week(week)
    except MalformedWeekError:
        return False
    return True


def accepted_by_the_database(week) -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT calendars_is_week(%s::jsonb)", [json.dumps(week)])
        return cursor.fetchone()[0]


@pytest.mark.django_db
@pytest.mark.parametrize("week", MALFORMED, ids=range(len(MALFORMED)))
def test_a_malformed_week_is_refused_by_both(week):
    assert not accepted_by_python(week)
    assert not accepted_by_the_database(week)


@pytest.mark.django_db
@pytest.mark.parametrize("week", WELL_FORMED, ids=range(len(WELL_FORMED)))
def test_a_well_formed_week_is_taken_by_both_and_comes_back(week):
    assert accepted_by_the_database(week)
    assert week_as_json(parse_week(week)) == week
    assert [hours_from_text(hours_as_text(day)) for day in week] == week


@pytest.mark.django_db
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(week=weeks)
@example(week=WELL_FORMED[4])
def test_both_rules_are_one(week):
    assert accepted_by_python(week) == accepted_by_the_database(week)


@pytest.mark.django_db
def test_the_database_refuses_what_bypasses_python():
    with pytest.raises(IntegrityError, match="week_is_well_formed"), transaction.atomic():
        WorkSchedule.objects.update(week=[DAY] * 6)


@pytest.mark.parametrize(
    "text, day",
    [
        ("", []),
        ("  ", []),
        ("9:00-18:30", [["09:00", "18:30"]]),
        ("09.00 – 13.00; 14:30—18:30", DAY),
        ("0:00-24:00", [["00:00", "24:00"]]),
    ],
)
def test_what_people_type(text, day):
    assert hours_from_text(text) == day


@pytest.mark.parametrize("text", ["nine to five", "9-18", "09:00-13:00 lunch", "x" * 10_000])
def test_what_is_no_hours_is_refused(text):
    with pytest.raises(MalformedWeekError):
        hours_from_text(text)


def test_a_week_in_words():
    night = ((dt.time(22), dt.time(0)),)
    week = (*five_day_week()[:5], ALL_DAY, night)
    with translation.override("en"):
        assert describe_week(five_day_week()) == [
            ("Mon–Fri", "09:00–13:00, 14:30–18:30"),
            ("Sat–Sun", "day off"),
        ]
        assert describe_week(week)[1:] == [("Sat", "round the clock"), ("Sun", "22:00–24:00")]
