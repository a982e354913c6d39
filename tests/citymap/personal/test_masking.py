"""What lists show."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from citymap.personal.masking import masked


@pytest.mark.parametrize(
    "field, text, shown",
    [
        ("phones", "+77011234512", "+7 7•• ••• 45 12"),
        ("phones", "+998901234567", "+99 •••••• 45 67"),
        ("emails", "aigerim@mail.kz", "a•••@m•••.kz"),
        ("name", "Омарова Сауле Ерболовна Ханым", "О. С. Е."),
        ("iin", "850101300015", "••••••••0015"),
        ("address", "ул. Абая, 12", "•••"),
        ("notes", "anything", "•••"),
        ("name", "", ""),
    ],
)
def test_masks(field, text, shown):
    assert masked(field, text) == shown


@given(st.from_regex(r"\+[1-9][0-9]{7,14}", fullmatch=True))
def test_a_masked_number_tells_seven_digits_at_most(phone):
    shown = masked("phones", phone)
    assert phone not in shown
    assert sum(sign.isdigit() for sign in shown) <= 7


@given(st.text(min_size=1, max_size=30).filter(lambda text: text.split()))
def test_a_masked_name_is_initials(name):
    assert all(len(part) == 2 for part in masked("name", name).split(" "))
