"""Dates as offices write them: `15 мая 2026 г.`, `май 2026`, `II квартал 2026`. Pure."""

import calendar
import datetime as dt
import re
from typing import Any

from layers.imports.values import ValueRefusedError, is_empty, to_date

_MONTHS = {
    "янв": 1, "қаң": 1, "фев": 2, "ақп": 2, "мар": 3, "нау": 3, "апр": 4, "сәу": 4, "май": 5,
    "мая": 5, "мам": 5, "июн": 6, "мау": 6, "июл": 7, "шіл": 7, "авг": 8, "там": 8, "сен": 9,
    "қыр": 9, "окт": 10, "қаз": 10, "ноя": 11, "қар": 11, "дек": 12, "жел": 12,
}  # fmt: skip
_QUARTERS = {"1": 1, "2": 2, "3": 3, "4": 4, "i": 1, "ii": 2, "iii": 3, "iv": 4}
_DAY = re.compile(r"(\d{1,2})\s+([а-яёәіңғүұқөһ]+)\s+(\d{4})")
_MONTH = re.compile(r"([а-яёәіңғүұқөһ]+)\s+(\d{4})")
_QUARTER = re.compile(r"([1-4]|i{1,3}|iv)\s*(?:-?й)?\s*(?:кв|тоқсан)[а-яё.]*\s*(\d{4})")


def office_date(value: Any, *, last: bool) -> dt.date:
    """A day; a month or quarter stands for its first day, or its last. Raises ValueRefusedError."""
    if is_empty(value):
        raise ValueRefusedError("a date is missing")
    if isinstance(value, dt.datetime | dt.date):
        return to_date(value)
    text = " ".join(str(value).casefold().replace("\xa0", " ").split())
    text = re.sub(r"\s*(?:г\.?|года|жыл[а-яәіңғүұқөһ]*)$", "", text).rstrip(".")
    if found := _QUARTER.fullmatch(text):
        first = 3 * _QUARTERS[found[1]] - 2
        return _whole(int(found[2]), first, first + 2, last)
    if found := _DAY.fullmatch(text):
        return _on(int(found[3]), _month(found[2], text), int(found[1]), text)
    if found := _MONTH.fullmatch(text):
        month = _month(found[1], text)
        return _whole(int(found[2]), month, month, last)
    return to_date(text)


def _month(word: str, text: str) -> int:
    month = _MONTHS.get(word[:3])
    if month is None:
        raise ValueRefusedError(f"{text!r} is not a date")
    return month


def _whole(year: int, first: int, until: int, last: bool) -> dt.date:
    if last:
        return dt.date(year, until, calendar.monthrange(year, until)[1])
    return dt.date(year, first, 1)


def _on(year: int, month: int, day: int, text: str) -> dt.date:
    try:
        return dt.date(year, month, day)
    except ValueError:
        raise ValueRefusedError(f"there is no date {text!r}") from None
