"""Dates as people write them: within one, a month has no capital letter in Russian and Kazakh."""

import datetime as dt
import re
from pathlib import Path

import pytest
from django.conf import settings
from django.utils import formats, translation

MONTHS = [dt.datetime(2026, month, 21, 14, 3, tzinfo=dt.UTC) for month in range(1, 13)]
KAZAKH = (
    "қаңтар", "ақпан", "наурыз", "сәуір", "мамыр", "маусым", "шілде", "тамыз", "қыркүйек", "қазан",
    "қараша", "желтоқсан",
)  # fmt: skip
WITHIN_DATES = ("DATE_FORMAT", "MONTH_DAY_FORMAT", "DATETIME_FORMAT")
# Letters of Django's formats that name a month as if it stood alone, with a capital letter.
ALONE = re.compile(r"""date:["'](?P<format>[^"']*(?<!\\)[FMNb][^"']*)["']""")
NAMED = re.compile(r"[A-Z]+(_[A-Z]+)+")
# A month that does stand alone: over its column.
HEADINGS = {
    "citymap/operations/templates/operations/calendar.html",
    "planning/templates/planning/bars.html",
}


@pytest.mark.parametrize("language", ["ru", "kk"])
@pytest.mark.parametrize("named", WITHIN_DATES)
def test_months_within_dates_are_not_capital(language, named):
    with translation.override(language):
        written = [formats.date_format(moment, named) for moment in MONTHS]
    assert [text for text in written if text != text.lower()] == []


@pytest.mark.parametrize("named", [*WITHIN_DATES, "YEAR_MONTH_FORMAT"])
def test_kazakh_months_by_name(named):
    with translation.override("kk"):
        written = [formats.date_format(moment, named) for moment in MONTHS]
    assert [re.search(r"[^\W\d]{4,}(?=,|$)", text)[0] for text in written] == list(KAZAKH)


def test_no_template_names_a_month_as_if_it_stood_alone():
    root = Path(settings.BASE_DIR)
    found = [
        (str(path.relative_to(root)), match["format"])
        for app in ("citymap", "layers", "earthworks", "appeals", "planning")
        for path in sorted((root / app).rglob("templates/**/*.*"))
        if path.name != "en.txt" and path.suffix in {".html", ".txt", ".xml"}
        for match in ALONE.finditer(path.read_text())
        if not NAMED.fullmatch(match["format"])
    ]
    assert [one for one in found if one[0] not in HEADINGS] == []
