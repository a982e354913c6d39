"""Dates in replies, Russian and Kazakh: what a body promises, and until when. Pure.

Found are exact days (`15.05.2026`, `15 мая`, `2026 жылғы 15 мамыр`), ends of months, quarters and
years (`до конца мая`, `в III квартале 2026 года`, `мамыр айының соңына дейін`), and spans from the
day of the reply (`в течение 10 дней`, `10 күн ішінде`). Of a span, the last day counts. What this
ignores: dates in words (`пятнадцатого мая`), working days in spans (counted as calendar days),
and weeks by weekday (`к пятнице`).
"""

import calendar
import datetime as dt
import re
from dataclasses import dataclass

from citymap.text import fold

MONTHS_RU = (
    "январ", "феврал", "март", "апрел", "ма[йяею]", "июн", "июл", "август", "сентябр", "октябр",
    "ноябр", "декабр",
)  # fmt: skip
MONTHS_KK = (
    "қаңтар", "ақпан", "наурыз", "сәуір", "мамыр", "маусым", "шілде", "тамыз", "қыркүйек", "қазан",
    "қараша", "желтоқсан",
)  # fmt: skip
ROMAN = {"i": 1, "ii": 2, "iii": 3, "iv": 4, "1": 1, "2": 2, "3": 3, "4": 4}
# Seasons by their last month.
SEASONS = {"весн": 5, "лет": 8, "осен": 11, "көктем": 5, "жаз": 8, "күз": 11}
_MONTH = "|".join(f"(?:{word})" for word in (*MONTHS_RU, *MONTHS_KK))
_YEAR = r"(?P<year>20\d\d)"
_PATTERNS = (
    # 15.05.2026, 15/05/26
    ("day", re.compile(r"\b(?P<day>\d{1,2})[./](?P<number>\d{1,2})[./](?P<year>20\d\d|\d\d)\b")),
    # 2026-05-15
    ("day", re.compile(r"\b(?P<year>20\d\d)-(?P<number>\d\d)-(?P<day>\d\d)\b")),
    # 2026 жылғы 15 мамыр
    ("day", re.compile(rf"\b{_YEAR} ?ж\w*\.? (?P<day>\d{{1,2}})[- ]?(?P<month>{_MONTH})\w*")),
    # до конца мая 2026, мамыр айының соңына дейін
    (
        "month",
        re.compile(rf"\bконц[ауе] (?P<month>{_MONTH})\w*(?: {_YEAR})?"),
    ),
    (
        "month",
        re.compile(rf"(?:\b{_YEAR} ?ж\w*\.? )?\b(?P<month>{_MONTH})\w*(?: айының)? соңын\w*"),
    ),
    # 15 мая 2026, 15 мамыр
    ("day", re.compile(rf"\b(?P<day>\d{{1,2}})(?:-?го)? (?P<month>{_MONTH})\w*(?: {_YEAR})?")),
    # в III квартале 2026 года; 2026 жылдың 3-тоқсанында
    (
        "quarter",
        re.compile(rf"\b(?P<quarter>iv|i{{1,3}}|[1-4])[- ]?\w{{0,2}} ?квартал\w*(?: {_YEAR})?"),
    ),
    (
        "quarter",
        re.compile(rf"(?:\b{_YEAR} ?ж\w*\.? )?\b(?P<quarter>iv|i{{1,3}}|[1-4])[- ]?тоқсан\w*"),
    ),
    # до конца года; жыл соңына дейін
    ("year", re.compile(rf"\bконц[ауе] (?:{_YEAR} )?год\w*")),
    ("year", re.compile(rf"(?:\b{_YEAR} )?\bжыл\w* соңын\w*")),
    # в течение 10 дней; 10 күн ішінде
    (
        "span",
        re.compile(
            r"\bв течени[еи] (?P<count>\d{1,3})(?:-?\w{1,2})? (?:рабочих |календарных )?"
            r"(?P<unit>дн|ден|сут|недел|месяц)\w*"
        ),
    ),
    (
        "span",
        re.compile(r"\b(?P<count>\d{1,3}) (?:жұмыс )?(?P<unit>күн|апта|ай)\w* ішінде"),
    ),
    # в мае 2026 года; 2026 жылдың мамырында
    ("month", re.compile(rf"\b(?:в|к|на) (?P<month>{_MONTH})\w*(?: {_YEAR})?")),
    ("month", re.compile(rf"\b{_YEAR} ?ж\w*\.? (?P<month>{_MONTH})\w*")),
    ("month", re.compile(rf"\b(?P<month>{'|'.join(MONTHS_KK)})(?: айы)?(?:нда|нде|ында|інде)\b")),
    # весной 2026 года
    ("season", re.compile(rf"\b(?P<season>весн|лет|осен)(?:ой|ом|ью)\b(?: {_YEAR})?")),
    ("season", re.compile(rf"(?:\b{_YEAR} ?ж\w*\.? )?\b(?P<season>көктем|жаз|күз)(?:де|да)\b")),
)
_UNITS = {"дн": 1, "ден": 1, "сут": 1, "күн": 1, "недел": 7, "апта": 7}


@dataclass(frozen=True, kw_only=True)
class FoundDate:
    """A last day named in a text, with the words that name it."""

    day: dt.date
    words: str
    position: int


def find_dates(text: str, *, said_on: dt.date) -> list[FoundDate]:
    """The days that `text` names, in the order of the text; words count once.

    Without a year the next such day from `said_on` on is meant. Impossible days are left out.
    """
    folded = fold(text)
    taken: list[range] = []
    found = []
    for kind, pattern in _PATTERNS:
        for match in pattern.finditer(folded):
            if any(match.start() < one.stop and one.start < match.end() for one in taken):
                continue
            day = _day(kind, match.groupdict(), said_on)
            if day is not None:
                taken.append(range(*match.span()))
                found.append(FoundDate(day=day, words=match[0], position=match.start()))
    return sorted(found, key=lambda one: one.position)


def _day(kind: str, parts: dict[str, str | None], said_on: dt.date) -> dt.date | None:
    if kind == "span":
        return _after_span(int(parts["count"]), parts["unit"], said_on)
    year = int(parts["year"]) if parts.get("year") else None
    if year is not None and year < 100:
        year += 2000
    if kind == "year":
        month, day = 12, 31
    elif kind == "quarter":
        month, day = ROMAN[parts["quarter"]] * 3, None
    elif kind == "season":
        month, day = SEASONS[parts["season"]], None
    else:
        month = int(parts["number"]) if parts.get("number") else _month_number(parts["month"])
        day = int(parts["day"]) if kind == "day" else None
    return _dated(year, month, day, said_on)


def _dated(year: int | None, month: int, day: int | None, said_on: dt.date) -> dt.date | None:
    """A day of a year, or the next one from `said_on` on; the month's last without a day."""
    for candidate in [year] if year is not None else [said_on.year, said_on.year + 1]:
        if not 1 <= month <= 12:
            return None
        last = calendar.monthrange(candidate, month)[1]
        if day is not None and not 1 <= day <= last:
            return None
        found = dt.date(candidate, month, day or last)
        if year is not None or found >= said_on:
            return found
    return None


def _after_span(count: int, unit: str, said_on: dt.date) -> dt.date | None:
    if not count:
        return None
    if unit in _UNITS:
        return said_on + dt.timedelta(days=count * _UNITS[unit])
    year, month = divmod(said_on.year * 12 + said_on.month - 1 + count, 12)
    return dt.date(year, month + 1, min(said_on.day, calendar.monthrange(year, month + 1)[1]))


def _month_number(word: str) -> int:
    for names in (MONTHS_RU, MONTHS_KK):
        for number, name in enumerate(names, start=1):
            if re.fullmatch(name, word):
                return number
    raise ValueError(word)
