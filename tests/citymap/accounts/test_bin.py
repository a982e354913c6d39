"""The checksum of BIN and IIN."""

import pytest
from django.core.exceptions import ValidationError
from hypothesis import given
from hypothesis import strategies as st

from citymap.accounts.bin import checksum, is_valid, validate_bin

digits = st.text("0123456789", min_size=11, max_size=11)


@pytest.mark.parametrize(
    "number, ok",
    [
        ("940140000385", True),  # the first pass decides
        ("030340001234", None),
        ("", False),
        ("94014000038", False),
        ("9401400003855", False),
        ("94014000038a", False),
        ("９４０１４００００３８５", False),
        ("940140000385\n", False),
        (" 940140000385", False),
    ],
)
def test_known_numbers(number, ok):
    if ok is not None:
        assert is_valid(number) is ok


def test_by_hand():
    """First pass: 1*1 + 2*2 + ... of 12345678901 is 1+4+9+16+25+36+49+64+81+0+11 = 296 = 10 mod 11.
    Second pass: 3+8+15+24+35+48+63+80+99+0+2 = 377 = 3 mod 11."""
    assert checksum("12345678901") == 3
    assert is_valid("123456789013")


def test_numbers_that_are_never_issued_exist():
    never = [f"{number:011}" for number in range(20_000) if checksum(f"{number:011}") is None]
    assert never
    assert not any(is_valid(f"{eleven}{last}") for eleven in never[:20] for last in range(10))


@given(digits)
def test_at_most_one_last_digit_fits(eleven):
    fitting = [last for last in range(10) if is_valid(f"{eleven}{last}")]
    assert fitting == ([] if checksum(eleven) is None else [checksum(eleven)])


@given(digits, st.integers(0, 9), st.integers(1, 9))
def test_one_wrong_digit_is_seen_where_one_pass_decides(eleven, place, change):
    # The eleventh digit has weight 11: the first pass does not see it.
    right = checksum(eleven)
    changed = (int(eleven[place]) + change) % 10
    other = f"{eleven[:place]}{changed}{eleven[place + 1 :]}"
    firsts = [
        sum(int(d) * w for d, w in zip(n, range(1, 12), strict=True)) % 11 for n in (eleven, other)
    ]
    if 10 not in firsts:
        assert not is_valid(f"{other}{right}")


@pytest.mark.parametrize("number, code", [("123", "shape"), ("123456789012", "sum")])
def test_the_validator_says_what_is_wrong(number, code):
    with pytest.raises(ValidationError) as caught:
        validate_bin(number)
    assert caught.value.code == code
