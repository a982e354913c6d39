"""Telephones, e-mail addresses, IIN, texts."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from citymap.personal.choices import Field
from citymap.personal.errors import InvalidValueError
from citymap.personal.identifiers import (
    MAX_CONTACTS,
    normal_email,
    normal_iin,
    normal_list,
    normal_phone,
    normal_text,
    normal_value,
)


@pytest.mark.parametrize(
    "typed",
    [
        "87011234512", "8 701 123 45 12", "8(701)123-45-12", "+7 701 1234512", "77011234512",
        "7011234512", "  +7.701.123.45.12 ", "8\u00a0701\u00a0123 4512", "0077011234512",
    ],
)  # fmt: skip
def test_ways_to_write_one_number(typed):
    assert normal_phone(typed) == "+77011234512"


@pytest.mark.parametrize(
    "typed, normal",
    [
        ("+998 90 123 45 67", "+998901234567"),
        ("8 10 998 90 123 45 67", "+998901234567"),
        ("00 49 30 901820", "+4930901820"),
        ("8 7152 46 55 55", "+77152465555"),
    ],
)
def test_foreign_and_city_numbers(typed, normal):
    assert normal_phone(typed) == normal


@pytest.mark.parametrize(
    "typed",
    [
        "", "46-55-55", "+7 701 123", "8701123451", "870112345123", "+0123456789", "+" + "9" * 16,
        "call me", "8701123451x", "+7701+1234512", "٨٧٠١١٢٣٤٥١٢", "8" * 200, "8701\n<b>", "+",
    ],
)  # fmt: skip
def test_no_numbers(typed):
    with pytest.raises(InvalidValueError) as refused:
        normal_phone(typed)
    assert refused.value.field == Field.PHONES
    assert not typed or typed not in str(refused.value)


@given(st.integers(0, 9_999_999_999), st.sampled_from(["8{}", "+7{}", "7{}", "8 ({})", "00 7 {}"]))
def test_every_way_meets_and_stays(digits, way):
    number = f"{digits:010d}"
    assert normal_phone(way.format(number)) == f"+7{number}"
    assert normal_phone(f"+7{number}") == f"+7{number}"


@given(st.text(max_size=60))
def test_hostile_numbers_are_refused_or_right(text):
    try:
        phone = normal_phone(text)
    except InvalidValueError:
        return
    assert phone[0] == "+"
    assert phone[1:].isascii()
    assert phone[1:].isdigit()
    assert normal_phone(phone) == phone


def test_email():
    assert normal_email(" Saule@Example.KZ ") == "saule@example.kz"
    for wrong in ("", "a@", "@b.kz", "a b@c.kz", "a@b", f"{'a' * 250}@b.kz", "a@b.kz\nBcc: c@d.kz"):
        with pytest.raises(InvalidValueError):
            normal_email(wrong)


@pytest.mark.parametrize("typed", ["850101300015", "8501 0130 0015", "850101-300015"])
def test_iin(typed):
    assert normal_iin(typed) == "850101300015"


@pytest.mark.parametrize(
    "typed",
    ["", "85010130001", "850101300016", "851301300015", "850101900016", "abcdefghijkl", "8" * 400],
)
def test_no_iin(typed):
    with pytest.raises(InvalidValueError) as refused:
        normal_iin(typed)
    assert not typed or typed not in str(refused.value)


def _is_iin(digits: str) -> bool:
    try:
        normal_iin(digits)
    except InvalidValueError:
        return False
    return True


@given(st.dates().map(lambda day: day.strftime("%y%m%d")), st.integers(0, 9999))
def test_one_check_digit_at_most_is_right(day, serial):
    assert sum(_is_iin(f"{day}3{serial:04d}{last}") for last in "0123456789") <= 1


def test_texts():
    assert normal_text(Field.NAME, "  Омарова \t Сауле\n") == "Омарова Сауле"
    assert normal_text(Field.NOTES, "one\r\ntwo") == "one\ntwo"
    for field, size in ((Field.NAME, 201), (Field.ADDRESS, 501), (Field.NOTES, 4001)):
        with pytest.raises(InvalidValueError):
            normal_text(field, "x" * size)
    with pytest.raises(InvalidValueError):
        normal_text(Field.NOTES, "a\0b")


def test_lists_hold_each_once_and_not_too_many():
    assert normal_list(Field.PHONES, ["87011234512", "", "+77011234512"]) == ["+77011234512"]
    with pytest.raises(InvalidValueError):
        normal_list(Field.PHONES, [f"8701000000{i}" for i in range(MAX_CONTACTS + 1)])
    with pytest.raises(TypeError):
        normal_value(Field.PHONES, "87011234512")
    assert normal_value(Field.IIN, " ") == ""
