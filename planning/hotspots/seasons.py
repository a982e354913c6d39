"""Events by month, and the rhythm of the year: shown, not averaged away."""

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

MONTHS = 12
# When the water comes: March to May.
SPRING = (3, 4, 5)


def month_number(day: dt.date) -> int:
    """Months since the year 0: consecutive over the turn of the year."""
    return day.year * MONTHS + day.month - 1


def month_start(number: int) -> dt.date:
    """The first day of a month."""
    return dt.date(number // MONTHS, number % MONTHS + 1, 1)


@dataclass(frozen=True, slots=True)
class MonthSeries:
    """Counts of consecutive months; `first` is the first day of the first one."""

    first: dt.date
    counts: np.ndarray

    def months(self) -> list[dt.date]:
        start = month_number(self.first)
        return [month_start(start + step) for step in range(len(self.counts))]


def by_month(days: Iterable[dt.date], *, since: dt.date, until: dt.date) -> MonthSeries:
    """Events on local days by month, from the month of `since` up to that of `until`, both in."""
    start, end = month_number(since), month_number(until)
    if end < start:
        raise ValueError("the period ends before it begins")
    numbers = np.array([month_number(day) for day in days], dtype=np.int64) - start
    numbers = numbers[(numbers >= 0) & (numbers <= end - start)]
    return MonthSeries(month_start(start), np.bincount(numbers, minlength=end - start + 1))


def rhythm(series: MonthSeries) -> np.ndarray:
    """How much of each calendar month there is against an even year: (12,), 1.0 is even.

    Months are compared by their mean over the years in which the series has them; NaN for
    calendar months that it does not have.
    """
    calendar = np.array([day.month - 1 for day in series.months()], dtype=np.int64)
    totals = np.bincount(calendar, weights=series.counts, minlength=MONTHS)
    years = np.bincount(calendar, minlength=MONTHS)
    means = np.divide(totals, years, out=np.full(MONTHS, np.nan), where=years > 0)
    level = np.nanmean(means)
    return means / level if level > 0 else np.where(np.isnan(means), np.nan, 1.0)
