"""Values of tags: what people type, and never an exception."""

import datetime as dt

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from layers.osm import values

READERS = [
    values.levels, values.metres, values.height_m, values.diameter_mm, values.date, values.year,
    values.flats, values.direction_deg, values.yes_no, values.whole_number,
]  # fmt: skip


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("5", 5), (" 5 ", 5), ("5.5", 5), ("5,5", 5), ("5-9", 9), ("2;3", 3), ("9; 5", 9),
        ("five", None), ("", None), ("0", None), ("-1", None), ("201", None), ("5;x", None),
        ("1e3", None), ("٥", None), (None, None), ("25", 25),
    ],
)  # fmt: skip
def test_levels(text, expected):
    assert values.levels(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("12", 12.0), ("12 m", 12.0), ("12,5 м", 12.5), ("~15", 15.0), ("1200 cm", 12.0),
        ("40 ft", 12.192), ("6'", 1.8288), ("5'6\"", 1.6764), ("0", None), ("1000", None),
        ("tall", None), ("12 m 30", None), ("-3", None), (None, None),
    ],
)  # fmt: skip
def test_height(text, expected):
    assert values.height_m(text) == (pytest.approx(expected) if expected else None)


@pytest.mark.parametrize(
    ("text", "first", "precision"),
    [
        ("1974", (1974, 1, 1), "year"),
        ("1974-05", (1974, 5, 1), "month"),
        ("2019-05-20", (2019, 5, 20), "day"),
        ("2019-5-2", (2019, 5, 2), "day"),
        ("2019-05-20T10:00:00Z", (2019, 5, 20), "day"),
        ("23.12.1993", (1993, 12, 23), "day"),
        ("12.1993", (1993, 12, 1), "month"),
        ("9 февраля 2015", (2015, 2, 9), "day"),
        ("май 2015 г.", (2015, 5, 1), "month"),
    ],
)
def test_dates(text, first, precision):
    assert values.date(text) == values.PartialDate(dt.date(*first), precision)


@pytest.mark.parametrize(
    "text",
    ["C19", "1970s", "before 1980", "1974-13", "2019-02-30", "0000", "9999", "x", "", None, "~1970",
     "1970..1980", "12 брюмера 1799"],
)  # fmt: skip
def test_no_dates(text):
    assert values.date(text) is None


@pytest.mark.parametrize(
    ("text", "expected"),
    [("100", 100), ("1-20", 20), ("1-20;25", 21), ("1,2,3", 3), ("20-1", None), ("много", None),
     ("0", None), ("5001", None), (None, None)],
)  # fmt: skip
def test_flats(text, expected):
    assert values.flats(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [("300", 300), ("DN300", 300), ("Ø 159", 159), ("159x4.5", 159), ("0.5 m", 500),
     ("50 cm", 500), ("300 мм", 300), ("0", None), ("20000", None), ("толстая", None)],
)  # fmt: skip
def test_diameter(text, expected):
    assert values.diameter_mm(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [("270", 270.0), ("-90", 270.0), ("360", 0.0), ("NW", 315.0), ("nnw", 337.5), ("СЗ", 315.0),
     ("N-S", 0.0), ("90-180", 90.0), ("45;135", 45.0), ("180°", 180.0), ("forward", None),
     ("backward", None), ("1000", None), ("", None), (None, None)],
)  # fmt: skip
def test_direction(text, expected):
    assert values.direction_deg(text) == expected


@pytest.mark.parametrize(
    ("raw", "length", "expected"),
    [("  a  b ", 10, "a b"), ("a\tb\nc\x00d", 10, "a b c d"), ("abcdef", 3, "abc"), (None, 5, ""),
     ("ab cd", 3, "ab")],
)  # fmt: skip
def test_text(raw, length, expected):
    assert values.text(raw, length=length) == expected


@settings(deadline=None)
@given(st.text(max_size=60) | st.from_regex(r"[0-9.,;:'\"\-/ xmмNSEWсз]{0,20}"))
def test_readers_never_raise(text):
    for reader in READERS:
        reader(text)
    assert len(values.text(text, length=5)) <= 5


@settings(deadline=None)
@given(st.text(max_size=30))
def test_what_is_read_is_within_bounds(text):
    levels, direction = values.levels(text), values.direction_deg(text)
    assert levels is None or 1 <= levels <= 200
    assert direction is None or 0 <= direction < 360


@settings(deadline=None)
@given(st.dates(min_value=dt.date(1500, 1, 1), max_value=dt.date(2200, 12, 31)))
def test_iso_dates_are_read_back(day):
    assert values.date(day.isoformat()) == values.PartialDate(day, "day")
    assert values.date(f"{day:%d.%m.}{day.year:04d}") == values.PartialDate(day, "day")
