"""The worked table of deadlines, claims and answers: `cases.toml`.

Each case is one order and one question about it. Dates in it were worked out by hand from
docs/domain.md; `python -m tests.earthworks.cases` writes the sentences anew in three languages:
read them before committing.
"""

import datetime as dt
import json
import tomllib
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import django

from citymap.worktime import WorkCalendar, five_day_week
from earthworks.policies import ClaimRule, Season, Terms

FILE = Path(__file__).with_name("cases.toml")
LANGUAGES = ("ru", "kk", "en")
WHO = {"ru": "ТОО «Кызылжар Су»", "kk": "«Қызылжар Су» ЖШС", "en": "Kyzylzhar Su LLP"}
ZONE = ZoneInfo("Asia/Almaty")
ALWAYS = dt.date(2015, 1, 1)
SEASONS = (
    Season(valid_from=ALWAYS, closed_from=(10, 15), open_from=(4, 15), permanent_by=(5, 15)),
    # A later rule, from the winter of 2028 on.
    Season(
        valid_from=dt.date(2028, 9, 1), closed_from=(10, 1), open_from=(4, 20), permanent_by=(6, 1)
    ),
)
TERMS = (
    Terms(valid_from=ALWAYS),
    Terms(valid_from=dt.date(2028, 1, 1), emergency_days=5, guarantee_years=3, permit_moves=True),
)
CLAIMS = (
    ClaimRule(valid_from=ALWAYS),
    ClaimRule(valid_from=dt.date(2028, 1, 1), police_after=dt.timedelta(days=5)),
)
CALENDAR = WorkCalendar(week=five_day_week(), time_zone=ZONE)


def cases() -> list[dict[str, Any]]:
    return tomllib.loads(FILE.read_text(encoding="utf-8"))["case"]


def local(text: str) -> dt.datetime:
    """`2026-05-16 00:00` of the city as an instant."""
    return dt.datetime.fromisoformat(text).replace(tzinfo=ZONE).astimezone(dt.UTC)


def _write(table: list[dict[str, Any]]) -> None:
    lines = ["# See cases.py. Moments are local (Asia/Almaty) unless they end in Z.\n"]
    for case in table:
        lines.append("\n[[case]]\n")
        for name, value in case.items():
            lines.append(f"{name} = {json.dumps(value, ensure_ascii=False)}\n")
    FILE.write_text("".join(lines), encoding="utf-8")


if __name__ == "__main__":
    django.setup()
    from tests.earthworks.test_cases import sentence

    table = cases()
    for case in table:
        for language in LANGUAGES:
            case[language] = sentence(case, language)
    _write(table)
