"""Worked cases: `cases.csv`, one line each with its reason and its source."""

import csv
import datetime as dt
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from citymap.worktime import (
    ROUND_THE_CLOCK,
    WorkCalendar,
    add_hours,
    add_working_days,
    add_working_time,
    five_day_week,
    six_day_week,
    working_days_between,
)

ALMATY = ZoneInfo("Asia/Almaty")
CALENDARS = {
    "5": WorkCalendar(week=five_day_week()),
    "5cut": WorkCalendar(week=five_day_week(), cut_off=dt.time(17)),
    "6": WorkCalendar(week=six_day_week()),
    "24/7": ROUND_THE_CLOCK,
    "moved": WorkCalendar(
        week=five_day_week(),
        overrides={dt.date(2026, 8, 1): True, dt.date(2026, 8, 3): False},
    ),
}
CASES = list(
    csv.DictReader(Path(__file__).with_name("cases.csv").read_text(encoding="utf-8").splitlines())
)


def at(text: str) -> dt.datetime:
    return dt.datetime.fromisoformat(text).replace(tzinfo=ALMATY)


def cases(kind: str) -> list:
    chosen = [case for case in CASES if case["kind"] == kind]
    assert chosen
    return [pytest.param(case, id=f"{case['start']}-{case['why']}") for case in chosen]


def test_there_are_sixty_cases_each_with_a_source():
    assert len(CASES) >= 60
    assert [case for case in CASES if not case["why"] or not case["source"]] == []
    assert {case["kind"] for case in CASES} == {"days", "minutes", "hours", "worked"}


@pytest.mark.parametrize("case", cases("days"))
def test_working_days(case):
    due = add_working_days(at(case["start"]), int(case["amount"]), CALENDARS[case["calendar"]])
    assert due == at(case["expected"]), case["why"]


@pytest.mark.parametrize("case", cases("minutes"))
def test_working_time(case):
    duration = dt.timedelta(minutes=int(case["amount"]))
    due = add_working_time(at(case["start"]), duration, CALENDARS[case["calendar"]])
    assert due == at(case["expected"]), case["why"]


@pytest.mark.parametrize("case", cases("hours"))
def test_elapsed_hours(case):
    assert add_hours(at(case["start"]), float(case["amount"])) == at(case["expected"])


@pytest.mark.parametrize("case", cases("worked"))
def test_published_counts_of_working_days(case):
    """What the press printed of a month or a year, from the Ministry of Labour's calendar."""
    start = case["start"]
    year, month = int(start[:4]), int(start[5:] or 1)
    first = dt.date(year, month, 1)
    end = dt.date(year + (month == 12), month % 12 + 1, 1) if start[5:] else dt.date(year + 1, 1, 1)
    day = dt.timedelta(days=1)
    counted = working_days_between(first - day, end - day, CALENDARS[case["calendar"]])
    assert counted == int(case["amount"]), case["why"]
