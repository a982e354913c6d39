"""Deadlines a year away: ours by bisection beside a walk from day to day."""

import datetime as dt
import time
from collections.abc import Callable, Iterator
from zoneinfo import ZoneInfo

import holidays

from citymap.bench.context import Bench, BenchError
from citymap.bench.registry import Result, benchmark
from citymap.worktime import (
    WorkCalendar,
    add_working_days,
    add_working_time,
    five_day_week,
    working_time_between,
)

DAYS = 247
ROUNDS = 300
START = dt.datetime(2026, 1, 5, 10, tzinfo=ZoneInfo("Asia/Almaty"))
YEAR = dt.timedelta(hours=8 * DAYS)
GOAL_MS = 1.0


def mean_ms(call: Callable[[], object], rounds: int = ROUNDS) -> float:
    """Mean time of a call over many rounds."""
    started = time.perf_counter()
    for _ in range(rounds):
        call()
    return (time.perf_counter() - started) * 1000 / rounds


def walked(official: holidays.HolidayBase) -> dt.date:
    """The same deadline day by day, as the `holidays` package offers it."""
    return official.get_nth_working_day(START.date(), DAYS)


@benchmark("deadlines")
def deadlines(bench: Bench) -> Iterator[Result]:
    calendar = WorkCalendar(week=five_day_week())
    official = holidays.country_holidays("KZ", years=range(2025, 2029))
    due = add_working_days(START, DAYS, calendar)
    if calendar.local_date(due) != walked(official):
        raise BenchError("two ways to the same deadline do not agree")
    yield Result(
        name="a year of working days added, against a walk from day to day",
        n=DAYS,
        ours=mean_ms(lambda: add_working_days(START, DAYS, calendar)),
        baseline=mean_ms(lambda: walked(official), 20),
        unit="ms",
        goal=0.5,
    )
    for name, call in (
        ("a year of office hours added", lambda: add_working_time(START, YEAR, calendar)),
        ("office hours of a year counted", lambda: working_time_between(START, due, calendar)),
    ):
        yield Result(name=name, n=DAYS, ours=mean_ms(call), unit="ms", goal=GOAL_MS)
    yield Result(
        name="the first deadline of a calendar just read: two years laid out",
        n=DAYS,
        ours=mean_ms(lambda: add_working_days(START, DAYS, WorkCalendar(week=five_day_week())), 20),
        unit="ms",
    )
