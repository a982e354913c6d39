"""Cells as offices write them -> values of a model field. Pure: no database.

`1 200,5`, `да`, `01.05.2019`, `Теплосеть`: what a person reads without thinking is understood,
what is ambiguous is refused with the reason.
"""

import datetime as dt
import math
import re
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any
from zoneinfo import ZoneInfo

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils import translation

from layers.imports.matching import normalised

Converter = Callable[[Any], Any]
LABEL_LANGUAGES = ("ru", "kk", "en")
YES = frozenset({"да", "иә", "ия", "бар", "есть", "yes", "y", "true", "t", "1", "+", "истина", "д"})
NO = frozenset({"нет", "жоқ", "жок", "no", "n", "false", "f", "0", "-", "ложь", "н"})
EMPTY = frozenset({"", "-", "—", "null", "none", "nan", "n/a", "нет данных", "<null>"})
LIST_MARKS = re.compile(r"[;\n|]")
DAY_FIRST = re.compile(
    r"(\d{1,2})[./](\d{1,2})[./](\d{4})(?:[ T]+(\d{1,2}):(\d{2})(?::(\d{2}))?)?(?: г\.?)?"
)
PARTIAL_DATES = {
    "year": re.compile(r"(?P<year>\d{4})(?: ?г\.?)?"),
    "month": re.compile(
        r"(?P<month>\d{1,2})[./](?P<year>\d{4})|(?P<year2>\d{4})-(?P<month2>\d{2})"
    ),
}


class ValueRefusedError(ValueError):
    """A cell that the field cannot take; the message says what is wrong with it."""


def is_empty(value: Any) -> bool:
    """None, NaN, NaT, and the ways people write "nothing"."""
    if value is None:
        return True
    if isinstance(value, str):
        return value.strip().casefold() in EMPTY
    return value != value  # only NaN and NaT differ from themselves


def to_text(value: Any, *, max_length: int | None = None) -> str:
    """Text without space around it; a whole number loses its `.0`."""
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    text = re.sub(r"\s+", " ", str(value)).strip()
    if "\x00" in text:
        raise ValueRefusedError("has a zero byte")
    if max_length is not None and len(text) > max_length:
        raise ValueRefusedError(f"is longer than {max_length} characters: {text[:30]!r}...")
    return text


def to_number(value: Any) -> float:
    """A finite number; decimal comma, spaces between thousands."""
    if isinstance(value, bool):
        raise ValueRefusedError(f"{value!r} is not a number")
    text = re.sub(r"[\s\u00a0\u202f']", "", str(value)).replace(",", ".")
    try:
        number = float(text)
    except ValueError:
        raise ValueRefusedError(f"{value!r} is not a number") from None
    if not math.isfinite(number):
        raise ValueRefusedError(f"{value!r} is not a finite number")
    return number


def to_integer(value: Any) -> int:
    """A whole number; `12,0` is one."""
    number = to_number(value)
    if not number.is_integer():
        raise ValueRefusedError(f"{value!r} is not a whole number")
    return int(number)


def to_boolean(value: Any) -> bool:
    """да/нет, иә/жоқ, yes/no, true/false, 1/0."""
    word = to_text(value).casefold()
    if word in YES:
        return True
    if word in NO:
        return False
    raise ValueRefusedError(f"{value!r} is neither yes nor no")


def to_date_with_precision(value: Any) -> tuple[dt.date, str]:
    """A date and what of it is known: day, month or year (the first day stands for the rest)."""
    if isinstance(value, dt.datetime):
        return value.date(), "day"
    if isinstance(value, dt.date):
        return value, "day"
    text = to_text(value)
    for precision, pattern in PARTIAL_DATES.items():
        if found := pattern.fullmatch(text):
            parts = {
                name.rstrip("2"): int(part) for name, part in found.groupdict().items() if part
            }
            return _date(parts["year"], parts.get("month", 1), 1, text), precision
    return to_datetime(text, zone=None).date(), "day"


def to_date(value: Any) -> dt.date:
    """A whole date: ISO 8601 or dd.mm.yyyy."""
    day, precision = to_date_with_precision(value)
    if precision != "day":
        raise ValueRefusedError(f"{value!r} is not a whole date")
    return day


def to_datetime(value: Any, *, zone: ZoneInfo | None) -> dt.datetime:
    """A moment: ISO 8601 or dd.mm.yyyy hh:mm[:ss]; without offset it is local time in `zone`."""
    if not isinstance(value, dt.datetime):
        text = to_text(value)
        if found := DAY_FIRST.fullmatch(text):
            day, month, year, *clock = (int(part or 0) for part in found.groups())
            try:
                value = dt.datetime(year, month, day, *clock)  # noqa: DTZ001 (zone below)
            except ValueError:
                raise ValueRefusedError(f"there is no date {text!r}") from None
        else:
            try:
                value = dt.datetime.fromisoformat(text.replace("/", "-"))
            except ValueError:
                raise ValueRefusedError(
                    f"{text!r} is not a date (2019-05-20 or 20.05.2019)"
                ) from None
    return value.replace(tzinfo=zone) if zone and value.tzinfo is None else value


def _date(year: int, month: int, day: int, shown: str) -> dt.date:
    try:
        return dt.date(year, month, day)
    except ValueError:
        raise ValueRefusedError(f"there is no date {shown!r}") from None


def to_list(value: Any, *, item: Converter) -> list[Any]:
    """A list from text with semicolons between the items."""
    values = value if isinstance(value, list | tuple) else LIST_MARKS.split(to_text(value))
    return [item(part) for part in values if not is_empty(part)]


def choice_words(
    field: models.Field, synonyms: Mapping[str, Sequence[str]] | None = None
) -> dict[str, Any]:
    """Normalised word -> code: codes first, then labels in every language, then synonyms."""
    words: dict[str, Any] = {}
    codes = [code for code, _label in field.flatchoices]
    for code in codes:
        words.setdefault(normalised(code), code)
    for language in LABEL_LANGUAGES:
        with translation.override(language):
            for code, label in field.flatchoices:
                words.setdefault(normalised(label), code)
    for code, others in (synonyms or {}).items():
        for word in others:
            words.setdefault(normalised(word), code)
    return words


def to_choice(value: Any, *, words: Mapping[str, Any], shown: str) -> Any:
    """The code of a choice given by code, label or synonym."""
    text = to_text(value)
    try:
        return words[normalised(text)]
    except KeyError:
        raise ValueRefusedError(f"{text!r} is none of {shown}") from None


def to_choice_in_name(value: Any, *, words: Mapping[str, Any], shown: str) -> Any:
    """The one choice named within a longer name, as CAD layers are: `НС_Теплосеть-2ду200`."""
    text = to_text(value)
    if normalised(text) in words:
        return words[normalised(text)]
    tokens = {normalised(token) for token in re.findall(r"[^\W\d_]+\d?", text)}
    found = {words[token] for token in tokens if token in words}
    if len(found) != 1:
        problem = "names none" if not found else "names more than one"
        raise ValueRefusedError(f"{text!r} {problem} of {shown}")
    return found.pop()


def converter(
    field: models.Field,
    *,
    zone: ZoneInfo,
    synonyms: Mapping[str, Sequence[str]] | None = None,
    in_name: bool = False,
) -> Converter:
    """The function that turns a non-empty cell into a value of `field`, validators included.

    in_name: choices are looked for inside the name of a CAD layer. Raises TypeError for kinds
    of field that no cell can fill.
    """
    convert = _plain_converter(field, zone=zone, synonyms=synonyms, in_name=in_name)
    low, high = _integer_range(field)

    def checked(value: Any) -> Any:
        result = convert(value)
        if low is not None and not low <= result <= high:
            raise ValueRefusedError(f"{result} is not between {low} and {high}")
        return result

    return checked


def _plain_converter(
    field: models.Field,
    *,
    zone: ZoneInfo,
    synonyms: Mapping[str, Sequence[str]] | None,
    in_name: bool,
) -> Converter:
    if field.choices:
        shown = ", ".join(str(code) for code, _label in field.flatchoices)
        chooser = to_choice_in_name if in_name else to_choice
        return partial(chooser, words=choice_words(field, synonyms), shown=shown)
    if isinstance(field, ArrayField):
        return partial(to_list, item=converter(field.base_field, zone=zone))
    if isinstance(field, models.CharField | models.TextField):
        return partial(to_text, max_length=field.max_length)
    for kind, convert in (
        (models.BooleanField, to_boolean),
        (models.IntegerField, to_integer),
        (models.FloatField, to_number),
        (models.DecimalField, to_number),
        (models.DateTimeField, partial(to_datetime, zone=zone)),
        (models.DateField, to_date),
    ):
        if isinstance(field, kind):
            return convert
    raise TypeError(f"{field} cannot be filled from a cell")


def _integer_range(field: models.Field) -> tuple[int | None, int | None]:
    """What the column of an integer field holds."""
    ranges = {
        "PositiveSmallIntegerField": (0, 32767),
        "SmallIntegerField": (-32768, 32767),
        "PositiveIntegerField": (0, 2**31 - 1),
        "IntegerField": (-(2**31), 2**31 - 1),
    }
    if field.choices:
        return None, None
    return ranges.get(field.get_internal_type(), (None, None))
