"""Cells as people write them."""

import datetime as dt
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from layers.imports.registry import importable_layer
from layers.imports.values import (
    ValueRefusedError,
    choice_words,
    converter,
    is_empty,
    to_boolean,
    to_choice_in_name,
    to_date,
    to_date_with_precision,
    to_datetime,
    to_integer,
    to_number,
    to_text,
)
from layers.models import Building, Manhole, NetworkSegment, Street

ALMATY = ZoneInfo("Asia/Almaty")


def field(model, name, **options):
    return converter(model._meta.get_field(name), zone=ALMATY, **options)


@pytest.mark.parametrize(
    "cell", [None, "", "  ", "-", "—", "NULL", "nan", float("nan"), "нет данных", "N/A"]
)
def test_ways_to_write_nothing(cell):
    assert is_empty(cell)


@pytest.mark.parametrize("cell", [0, 0.0, False, "0", "нет"])
def test_zero_and_no_are_something(cell):
    assert not is_empty(cell)


@pytest.mark.parametrize(
    "cell, number",
    [("12", 12), ("12,5", 12.5), ("1 200,5", 1200.5), ("1\u00a0200", 1200), (3, 3), ("-7", -7)],
)
def test_numbers(cell, number):
    assert to_number(cell) == number


@pytest.mark.parametrize("cell", ["двенадцать", "inf", "12 м", "1.2.3", True, "0x10", "1e999"])
def test_what_is_no_number(cell):
    with pytest.raises(ValueRefusedError, match="not a"):
        to_number(cell)


@given(st.floats(allow_nan=False, allow_infinity=False))
def test_any_finite_number_survives_a_decimal_comma(number):
    assert to_number(str(number).replace(".", ",")) == number


@pytest.mark.parametrize("cell, number", [("100", 100), ("100,0", 100), (100.0, 100)])
def test_whole_numbers(cell, number):
    assert to_integer(cell) == number


def test_a_fraction_is_not_a_whole_number():
    with pytest.raises(ValueRefusedError, match="whole"):
        to_integer("100,5")


@pytest.mark.parametrize("cell", ["да", "Да", "иә", "есть", "yes", "true", "1", 1, True, "+"])
def test_yes(cell):
    assert to_boolean(cell) is True


@pytest.mark.parametrize("cell", ["нет", "жоқ", "no", "false", "0", 0, False])
def test_no(cell):
    assert to_boolean(cell) is False


def test_neither_yes_nor_no():
    with pytest.raises(ValueRefusedError, match="neither"):
        to_boolean("наверное")


@pytest.mark.parametrize(
    "cell",
    ["2019-05-20", "20.05.2019", "20.5.2019", "20/05/2019", "20.05.2019 г.", "2019/05/20",
     "2019-05-20T00:00:00", dt.date(2019, 5, 20), dt.datetime(2019, 5, 20, 3)],  # noqa: DTZ001
)  # fmt: skip
def test_dates(cell):
    assert to_date(cell) == dt.date(2019, 5, 20)


@pytest.mark.parametrize("cell", ["31.02.2019", "2019-13-01", "20.05.19", "май", "2019"])
def test_what_is_no_date(cell):
    with pytest.raises(ValueRefusedError):
        to_date(cell)


@pytest.mark.parametrize(
    "cell, day, precision",
    [
        ("2019", dt.date(2019, 1, 1), "year"),
        ("2019 г.", dt.date(2019, 1, 1), "year"),
        (2019, dt.date(2019, 1, 1), "year"),
        (2019.0, dt.date(2019, 1, 1), "year"),
        ("05.2019", dt.date(2019, 5, 1), "month"),
        ("2019-05", dt.date(2019, 5, 1), "month"),
        ("20.05.2019", dt.date(2019, 5, 20), "day"),
    ],
)
def test_dates_say_how_much_of_them_is_known(cell, day, precision):
    assert to_date_with_precision(cell) == (day, precision)


@given(st.dates(min_value=dt.date(1000, 1, 1)))
def test_both_spellings_of_any_date_are_the_same(day):
    assert to_date(f"{day:%d.%m.%Y}") == to_date(day.isoformat()) == day


def test_moments_without_offset_are_local():
    assert to_datetime("20.05.2024 12:00", zone=ALMATY) == dt.datetime(
        2024, 5, 20, 7, tzinfo=dt.UTC
    )


def test_text_is_trimmed_and_too_long_text_refused():
    assert to_text("  ул.   Абая ") == "ул. Абая"
    assert to_text(12.0) == "12"
    with pytest.raises(ValueRefusedError, match="longer than 3"):
        to_text("Абая", max_length=3)


@pytest.mark.parametrize("cell", ["heat", "HEAT", "Heat", "теплосеть", "Теплотрасса", "жылу", "Т1"])
def test_choices_by_code_label_and_synonym(cell):
    layer = importable_layer("network_segment")

    assert field(NetworkSegment, "kind", synonyms=layer.synonyms["kind"])(cell) == "heat"


def test_labels_of_every_language_are_words_of_their_choice(settings):
    """Whatever the catalogues translate: the label of each language leads to its code."""
    item = Manhole._meta.get_field("network_kind")
    words = choice_words(item)

    assert set(words.values()) == {code for code, _label in item.flatchoices}


def test_an_unknown_choice_lists_the_known_ones():
    with pytest.raises(ValueRefusedError, match=r"'метро' is none of heat, water"):
        field(NetworkSegment, "kind")("метро")


@pytest.mark.parametrize(
    "name, kind",
    [("НС_Теплосеть-2ду200", "heat"), ("К1", "sewer"), ("nets|WATER|exist", "water")],
)
def test_a_cad_layer_names_a_choice(name, kind):
    synonyms = importable_layer("network_segment").synonyms["kind"]
    words = choice_words(NetworkSegment._meta.get_field("kind"), synonyms)

    assert to_choice_in_name(name, words=words, shown="") == kind


@pytest.mark.parametrize("name", ["0", "Рамка", "вода и газ"])
def test_a_cad_layer_that_names_none_or_several_is_refused(name):
    synonyms = importable_layer("network_segment").synonyms["kind"]
    words = choice_words(NetworkSegment._meta.get_field("kind"), synonyms)

    with pytest.raises(ValueRefusedError, match="names"):
        to_choice_in_name(name, words=words, shown="")


def test_ranges_of_integer_columns():
    with pytest.raises(ValueRefusedError, match="not between 0 and 32767"):
        field(Building, "levels")("-3")


def test_lists():
    assert field(Street, "old_names")("Ленина; Мира") == ["Ленина", "Мира"]
