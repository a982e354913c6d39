"""A calendar that another process has read is right at its next question."""

import datetime as dt
import subprocess
import sys

from citymap.calendars.models import DayOverride
from tests.support.databases import ROOT

READER = """
import sys
import django
django.setup()
from citymap.calendars.books import work_calendar
from citymap.calendars.models import WorkSchedule
import datetime as dt
five = WorkSchedule.objects.get(code="five-day").pk
for line in sys.stdin:
    print(work_calendar(five).is_working_day(dt.date(2026, 11, 23)), flush=True)
"""


def test_other_processes_are_right_at_once(empty_city_copy):
    """A process that has read the calendar sees what this one committed at its next question."""
    reader = subprocess.Popen(
        [sys.executable, "-c", READER],
        cwd=ROOT,
        env=empty_city_copy.environ | {"DJANGO_SETTINGS_MODULE": "citymap.settings"},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )

    def ask() -> str:
        reader.stdin.write("?\n")
        reader.stdin.flush()
        return reader.stdout.readline().strip()

    try:
        assert ask() == "True"
        row = DayOverride.objects.create(
            date=dt.date(2026, 11, 23), worked=False,
            title_ru="т", title_kk="т", title_en="t", source="a test",
        )  # fmt: skip
        assert ask() == "False"
        row.delete()
        assert ask() == "True"
    finally:
        reader.stdin.close()
        reader.wait(10)
        reader.stdout.close()
