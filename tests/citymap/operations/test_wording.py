"""Lengths of time in words."""

import datetime as dt

import pytest
from django.utils import translation

from citymap.operations.wording import length_text


@pytest.mark.parametrize(
    "seconds, text",
    [
        (0, "0 s"),
        (0.0001, "1 ms"),
        (0.123, "123 ms"),
        (2.34, "2.3 s"),
        (5, "5 s"),
        (59.6, "60 s"),
        (60, "1 min"),
        (90, "90 s"),
        (600, "10 min"),
        (3600, "1 h"),
        (6 * 3600 - 0.01, "6 h"),
        (86_400, "1 day"),
        (2 * 86_400 - 0.01, "2 days"),
    ],
)
def test_length(seconds, text):
    with translation.override("en"):
        assert length_text(dt.timedelta(seconds=seconds)) == text
