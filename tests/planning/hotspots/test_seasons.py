"""Months and the rhythm of the year."""

import datetime as dt

import numpy as np
import pytest

from planning.hotspots.seasons import by_month, rhythm

APRIL = dt.date(2024, 4, 15)


def test_months_without_events_are_there():
    series = by_month(
        [APRIL, APRIL, dt.date(2025, 1, 1), dt.date(2026, 1, 1)],
        since=dt.date(2024, 3, 31),
        until=dt.date(2025, 2, 1),
    )
    assert series.counts.tolist() == [0, 2, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0]
    assert series.months()[0] == dt.date(2024, 3, 1)
    assert series.months()[-1] == dt.date(2025, 2, 1)


def test_rhythm_compares_months_by_the_years_they_are_in():
    days = [dt.date(year, month, 5) for year in (2024, 2025) for month in range(1, 13)]
    days += [dt.date(year, 4, day) for year in (2024, 2025) for day in range(6, 12)]
    series = by_month(days, since=dt.date(2024, 1, 1), until=dt.date(2025, 12, 31))
    found = rhythm(series)
    assert found[3] == pytest.approx(7 * found[0])
    assert found.mean() == pytest.approx(1.0)


def test_months_that_are_not_in_the_series():
    found = rhythm(by_month([], since=APRIL, until=dt.date(2024, 5, 1)))
    assert np.isnan(found).sum() == 10
    assert found[3] == 1.0


def test_a_period_must_not_end_before_it_begins():
    with pytest.raises(ValueError, match="before"):
        by_month([], since=APRIL, until=dt.date(2024, 3, 1))
