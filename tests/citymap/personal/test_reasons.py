"""Reasons are kept for good and tell of nobody."""

import pytest

from citymap.personal.errors import ReasonError
from citymap.personal.reasons import checked_reason

NAME = "Омарова Сауле"
VALUES = ["+77011234512", "saule@example.kz", "850101300015", "ул. Абая, 12"]


@pytest.mark.parametrize(
    "why", ["call back on 109-2026-000123", "Проверка  качества", "өтініш бойынша қоңырау"]
)
def test_good_reasons(why):
    assert checked_reason(why, name=NAME, values=VALUES) == " ".join(why.split())


@pytest.mark.parametrize(
    "why",
    [
        "", "  ", "ok", "x" * 301, "звонок омаровой: Омарова", "САУЛЕ просит", "на 8 701 123 45 12",
        "mail a@b.kz", "iin 850101300015", "по адресу ул. абая, 12",
    ],
)  # fmt: skip
def test_bad_reasons(why):
    with pytest.raises(ReasonError) as refused:
        checked_reason(why, name=NAME, values=VALUES)
    assert "Сауле" not in str(refused.value)


def test_short_words_of_a_name_are_words():
    assert checked_reason("Ким звонит", name="Ли Ким")
