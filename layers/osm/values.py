"""Values of OSM tags: text that anybody may have typed, read into numbers, dates and kinds.

Every reader takes any text and never raises: what cannot be read is None.
"""

import datetime as dt
import math
import re
from dataclasses import dataclass
from typing import Literal

_NUMBER = r"(\d+(?:[.,]\d+)?)"
_LEVELS_RANGE = re.compile(r"\s*(?:\d{1,3})\s*[-–—]\s*(\d{1,3})\s*")
_LENGTH = re.compile(
    rf"\s*~?\s*{_NUMBER}\s*(m|м|meters?|metres?|метр\w*|cm|см|mm|мм|ft|feet|')?\s*\.?\s*",
    re.IGNORECASE,
)
_FEET = re.compile(r"\s*(\d+)'\s*(?:(\d+(?:\.\d+)?)\"?)?\s*")
_METRES_PER_UNIT = {
    "": 1.0, "m": 1.0, "м": 1.0, "cm": 0.01, "см": 0.01, "mm": 0.001, "мм": 0.001,
    "ft": 0.3048, "feet": 0.3048, "'": 0.3048,
}  # fmt: skip
_COMPASS = {
    name: index * 22.5
    for index, name in enumerate(
        "n nne ne ene e ese se sse s ssw sw wsw w wnw nw nnw".split()  # noqa: SIM905
    )
} | {
    "с": 0, "св": 45, "в": 90, "юв": 135, "ю": 180, "юз": 225, "з": 270, "сз": 315,
    "north": 0, "northeast": 45, "east": 90, "southeast": 135, "south": 180,
    "southwest": 225, "west": 270, "northwest": 315,
}  # fmt: skip
_MONTHS = {
    month: number
    for number, month in enumerate(
        "янв фев мар апр ма июн июл авг сен окт ноя дек".split(), start=1  # noqa: SIM905
    )
}  # fmt: skip
_ISO_DATE = re.compile(r"(\d{4})(?:-(\d{1,2}))?(?:-(\d{1,2}))?(?:T[\d:.Z+]*)?")
_POINT_DATE = re.compile(r"(?:(\d{1,2})[./])?(\d{1,2})[./](\d{4})(?:\s*г\.?)?")
_WORD_DATE = re.compile(r"(?:(\d{1,2})\s+)?([а-я]{3,8})\.?\s+(\d{4})(?:\s*(?:г\.?|года))?")
MIN_YEAR, MAX_YEAR = 1500, 2200

Precision = Literal["day", "month", "year"]


@dataclass(frozen=True, slots=True)
class PartialDate:
    """A date of which perhaps only month or year is known; `first` is its first day."""

    first: dt.date
    precision: Precision


def whole_number(text: str | None, *, low: int = 0, high: int = 2**31 - 1) -> int | None:
    """`12`, `12.0`, `12 000`; None when it is not a whole number within the bounds."""
    value = _decimal(text)
    if value is None or value != int(value) or not low <= value <= high:
        return None
    return int(value)


def _decimal(text: str | None) -> float | None:
    if text is None:
        return None
    cleaned = text.strip().replace("\u00a0", "").replace(" ", "").replace(",", ".")
    if not re.fullmatch(r"[+-]?\d{1,15}(?:\.\d{1,15})?", cleaned, re.ASCII):
        return None
    return float(cleaned)


def levels(text: str | None) -> int | None:
    """Storeys: `5`, `5.5` (an attic: 5), `5-9` and `2;3` (the highest); 1 to 200.

    Words, zero and negative numbers are None.
    """
    if text is None:
        return None
    found = [_levels_part(part) for part in re.split(r"[;,/|]", text)]
    if not found or None in found:
        return None
    highest = max(found)
    return highest if 1 <= highest <= 200 else None


def _levels_part(text: str) -> int | None:
    span = _LEVELS_RANGE.fullmatch(text)
    value = _decimal(span[1] if span else text)
    return None if value is None else int(value)


def metres(text: str | None) -> float | None:
    """A length in metres: `12`, `12 m`, `12,5 м`, `1200 cm`, `40 ft`, `6'2"`."""
    if text is None:
        return None
    feet = _FEET.fullmatch(text)
    if feet:
        return float(feet[1]) * 0.3048 + float(feet[2] or 0) * 0.0254
    match = _LENGTH.fullmatch(text)
    if not match:
        return None
    unit = (match[2] or "").casefold()
    if unit.startswith(("met", "мет")):
        unit = "m"
    value = float(match[1].replace(",", ".")) * _METRES_PER_UNIT[unit]
    return value if math.isfinite(value) else None


def height_m(text: str | None) -> float | None:
    """A building's height in metres, more than 0 and less than 1000."""
    value = metres(text)
    return value if value is not None and 0 < value < 1000 else None


def diameter_mm(text: str | None) -> int | None:
    """A pipe's diameter in mm, 1 to 10000: `300`, `DN300`, `0.5 m`, `Ø 159`, `159x4.5`."""
    if text is None:
        return None
    bare = re.sub(r"(?i)^\s*(?:dn|ду|ø|⌀|d)\s*=?\s*", "", text)
    bare = re.split(r"[xх×/;*]", bare, maxsplit=1)[0]
    unit = re.search(r"(?i)(m|м|cm|см|mm|мм)\s*$", bare)
    value = metres(bare)
    if value is None:
        return None
    millimetres = round(value * 1000 if unit else value)
    return millimetres if 1 <= millimetres <= 10000 else None


def date(text: str | None) -> PartialDate | None:
    """`1974`, `1974-05`, `1974-05-20`, `20.05.1974`, `05.1974`, `20 мая 1974`.

    Centuries (`C19`), decades (`1970s`), ranges and `before ...` are None: they name no year.
    """
    if text is None:
        return None
    cleaned = text.strip().casefold()
    if match := _ISO_DATE.fullmatch(cleaned.upper()):
        year, month, day = match[1], match[2], match[3]
    elif match := _POINT_DATE.fullmatch(cleaned):
        day, month, year = match[1], match[2], match[3]
    elif match := _WORD_DATE.fullmatch(cleaned):
        day, year = match[1], match[3]
        month = next((str(n) for stem, n in _MONTHS.items() if match[2].startswith(stem)), None)
        if month is None:
            return None
    else:
        return None
    return _partial(int(year), month and int(month), day and int(day))


def _partial(year: int, month: int | None, day: int | None) -> PartialDate | None:
    if not MIN_YEAR <= year <= MAX_YEAR:
        return None
    precision: Precision = "day" if day else "month" if month else "year"
    try:
        return PartialDate(dt.date(year, month or 1, day or 1), precision)
    except ValueError:
        return None


def year(text: str | None, *, low: int = MIN_YEAR, high: int = MAX_YEAR) -> int | None:
    """The year of a date, within the bounds."""
    found = date(text)
    return found.first.year if found and low <= found.first.year <= high else None


def flats(text: str | None) -> int | None:
    """Number of flats: `100`; or the number of those listed, `1-20;25`."""
    if text is None:
        return None
    single = whole_number(text)
    if single is not None:  # one number is a count, several are the flats themselves
        return single if 1 <= single <= 5000 else None
    count = 0
    for part in re.split(r"[;,]", text):
        span = re.fullmatch(r"\s*(\d{1,4})\s*(?:[-–]\s*(\d{1,4})\s*)?", part, re.ASCII)
        if not span or int(span[2] or span[1]) < int(span[1]):
            return None
        count += int(span[2] or span[1]) - int(span[1]) + 1
    return count if 1 <= count <= 5000 else None


def direction_deg(text: str | None) -> float | None:
    """Clockwise from north, 0 <= d < 360: `270`, `-90`, `NW`, `СЗ`, `N-S` (its first part)."""
    if text is None:
        return None
    first = re.split(r"[;,]|(?<=[^\s\d])-|(?<=\d)-", text.strip(), maxsplit=1)[0].strip(" °º")
    named = _COMPASS.get(first.casefold())
    value = named if named is not None else _decimal(first)
    if value is None or abs(value) > 720:
        return None
    turned = float(value) % 360
    return 0.0 if turned == 360 else turned


def yes_no(text: str | None) -> bool | None:
    """`yes`, `true`, `1` and any stated kind are true; `no`, `false`, `0` false; None unknown."""
    if text is None or not text.strip():
        return None
    return text.strip().casefold() not in ("no", "false", "0", "none", "нет", "жоқ")


def text(value: str | None, *, length: int) -> str:
    """Text without control characters, its spaces single, at most `length` characters."""
    if not value:
        return ""
    if value.isprintable() and "  " not in value and len(value) <= length:
        return value.strip()
    printable = "".join(char if char.isprintable() else " " for char in value)
    return " ".join(printable.split())[:length].rstrip()
