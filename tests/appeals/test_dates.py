"""Dates that bodies promise: a table in Russian and Kazakh."""

import csv
import datetime as dt
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from appeals.dates import find_dates

SAID_ON = dt.date(2026, 3, 1)
LINES = Path(__file__).with_name("dates.csv").read_text(encoding="utf-8").splitlines()
CASES = list(csv.DictReader(LINES, delimiter=";"))


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["why"])
def test_dates(case):
    found = [one.day.isoformat() for one in find_dates(case["text"], said_on=SAID_ON)]
    assert " ".join(found) == case["expected"]


@given(st.text(max_size=300), st.dates(dt.date(2020, 1, 1), dt.date(2090, 1, 1)))
def test_any_text_is_read(text, said_on):
    for one in find_dates(text, said_on=said_on):
        assert isinstance(one.day, dt.date)
        assert one.words


@given(st.dates(dt.date(2020, 1, 1), dt.date(2090, 12, 31)))
def test_a_date_in_figures_is_always_found(day):
    text = f"Работы завершены {day:%d.%m.%Y}, акт подписан."
    assert [one.day for one in find_dates(text, said_on=SAID_ON)] == [day]
