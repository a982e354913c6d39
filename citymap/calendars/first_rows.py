"""What an installation starts with: three schedules and the days that decrees have moved.

Written after a migrate into empty tables only, so that nothing that people changed or removed
comes back. `manage.py load_moved_days` adds the days of later years.
"""

import datetime as dt
import json
from pathlib import Path
from typing import Any

from django.apps import apps
from django.db import connections, transaction

from citymap.calendars.weeks import week_as_json
from citymap.history.context import acting
from citymap.worktime import ALL_DAY, five_day_week, six_day_week

MOVED_DAYS_FILE = Path(__file__).parent / "data" / "moved_days.json"
PRESETS: tuple[dict[str, Any], ...] = (
    {
        "code": "five-day",
        "name_ru": "Пятидневная неделя, 9:00–18:30, обед 13:00–14:30",
        "name_kk": "Бес күндік апта, 9:00–18:30, түскі үзіліс 13:00–14:30",
        "name_en": "Five-day week, 9:00–18:30, lunch 13:00–14:30",
        "week": week_as_json(five_day_week()),
        "cut_off": dt.time(18, 30),
        "keeps_holidays": True,
    },
    {
        "code": "six-day",
        "name_ru": "Шестидневная неделя, 9:00–18:00",
        "name_kk": "Алты күндік апта, 9:00–18:00",
        "name_en": "Six-day week, 9:00–18:00",
        "week": week_as_json(six_day_week()),
        "cut_off": dt.time(18),
        "keeps_holidays": True,
    },
    {
        "code": "round-the-clock",
        "name_ru": "Круглосуточно, без выходных",
        "name_kk": "Тәулік бойы, демалыссыз",
        "name_en": "Round the clock, every day",
        "week": week_as_json((ALL_DAY,) * 7),
        "cut_off": None,
        "keeps_holidays": False,
    },
)


def read_moved_days(file: Path = MOVED_DAYS_FILE) -> list[dict[str, Any]]:
    """Field values of moved days from a JSON file, one for each scope.

    Raises OSError, ValueError, KeyError and TypeError for a file that is not as ours.
    """
    found = []
    for entry in json.loads(file.read_text(encoding="utf-8")):
        values = dict(entry)
        values["date"] = dt.date.fromisoformat(values["date"])
        paired = values["paired_with"]
        values["paired_with"] = dt.date.fromisoformat(paired) if paired else None
        scopes = values.pop("scopes")
        found += [{**values, "scope": scope} for scope in scopes]
    return found


def fill_empty_tables(sender, using: str = "default", **kwargs) -> None:
    """Write the presets and the moved days where neither table has a row (after a migrate)."""
    schedules = apps.get_model("calendars", "WorkSchedule")
    overrides = apps.get_model("calendars", "DayOverride")
    with acting(reason="first rows of an installation"), transaction.atomic(using=using):
        there = set(connections[using].introspection.table_names())
        if not {schedules._meta.db_table, overrides._meta.db_table} <= there:
            return
        if schedules.objects.using(using).exists() or overrides.objects.using(using).exists():
            return
        schedules.objects.using(using).bulk_create(schedules(**preset) for preset in PRESETS)
        overrides.objects.using(using).bulk_create(
            overrides(**values) for values in read_moved_days()
        )
