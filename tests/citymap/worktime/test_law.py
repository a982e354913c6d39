"""Kazakhstan's days off: against the package's own rule, and against our table of 2020-2030."""

import datetime as dt
import importlib.metadata

import holidays
import pytest

from citymap.worktime import WorkCalendar, five_day_week, law
from citymap.worktime.law import legal_days, public_holidays
from tests.citymap.worktime.kazakhstan import CALENDARS, rows_kept, rows_now

FIVE, SIX = CALENDARS["five_day"], CALENDARS["six_day"]


def test_five_day_week_is_the_official_one():
    """Our own rule for moved holidays agrees with the package's, day by day."""
    day = dt.date(2012, 1, 1)
    while day < dt.date(2036, 1, 1):
        official = holidays.country_holidays("KZ", years=[day.year])
        assert FIVE.is_working_day(day) == official.is_working_day(day), day
        day += dt.timedelta(days=1)


def test_no_day_of_2020_to_2030_changed():
    """A new release of `holidays` that moves a day moves deadlines: nobody must miss that."""
    kept, now = ({tuple(row.values()) for row in rows} for rows in (rows_kept(), rows_now()))
    changes = sorted(f"- {','.join(row)}" for row in kept - now)
    changes += sorted(f"+ {','.join(row)}" for row in now - kept)
    assert not changes, (
        f"holidays {importlib.metadata.version('holidays')} and our rules differ from the table:\n"
        + "\n".join(changes)
        + "\nIf the law changed: python -m tests.citymap.worktime.kazakhstan, and commit the table."
        "\nIf the package is wrong: keep its pin, or add an override (citymap/calendars)."
    )


def test_a_changed_day_is_noticed(monkeypatch):
    """The comparison above can fail: a release with another date of Kurban Ait."""

    def newer_release(year):
        package = holidays.country_holidays("KZ", years=[year], observed=False, language="kk")
        if year == 2026:
            package[dt.date(2026, 5, 28)] = package.pop(dt.date(2026, 5, 27))
        return package

    forget = [legal_days.cache_clear, public_holidays.cache_clear]
    for clear in forget:
        clear()
    monkeypatch.setattr(law, "_package", newer_release)
    try:
        now = {row["date"] for row in rows_now()}
    finally:
        for clear in forget:
            clear()
    assert now ^ {row["date"] for row in rows_kept()} == {"2026-05-27", "2026-05-28"}


@pytest.mark.parametrize(
    "day, name, is_off",
    [
        ("2025-08-30", "Қазақстан Республикасының Конституциясы күні", True),
        ("2026-08-30", "", False),
        ("2026-03-15", "", False),
        ("2027-03-15", "Қазақстан Республикасының Конституциясы күні", True),
        ("2026-01-07", "Православиелік Рождество", True),
        ("2026-05-27", "Құрбан айт", True),
        ("2026-10-25", "Қазақстан Республикасы күні", True),
    ],
)
def test_what_the_package_knows(day, name, is_off):
    day = dt.date.fromisoformat(day)
    found = public_holidays(day.year).get(day)
    assert (found is not None) == is_off
    assert (found.name if found else "") == name


def test_days_off_of_their_own_are_never_moved():
    """7 January and Kurban Ait on a weekend give no Monday (2023-01-07, 2024-06-16)."""
    unmoved = {
        day
        for year in range(2010, 2036)
        for day, holiday in public_holidays(year).items()
        if not holiday.moves
    }
    assert {dt.date(2023, 1, 7), dt.date(2024, 1, 7), dt.date(2024, 6, 16)} <= unmoved
    for year in range(2010, 2036):
        assert not unmoved & set(legal_days(year, FIVE.weekly_days_off).substitutes.values())


def test_estimated_dates_are_known_as_such():
    assert public_holidays(2029)[dt.date(2029, 4, 24)].is_estimated
    assert not public_holidays(2025)[dt.date(2025, 6, 6)].is_estimated


@pytest.mark.parametrize(
    "off, worked, five, six",
    [
        ("2024-05-08", "2024-05-04", True, False),
        ("2025-01-03", "2025-01-05", True, True),
        ("2023-07-07", "2023-07-01", True, False),
        ("2020-12-18", "2020-12-20", True, True),
        ("2020-05-08", "2020-05-11", True, False),
        ("2014-01-03", "2013-12-28", True, False),
    ],
)
def test_a_decree_concerns_weeks_in_which_the_day_given_up_is_off(off, worked, five, six):
    off, worked = dt.date.fromisoformat(off), dt.date.fromisoformat(worked)
    for calendar, applies in ((FIVE, five), (SIX, six)):
        assert calendar.is_working_day(off) != applies
        assert calendar.is_working_day(worked)
        moved = legal_days(off.year, calendar.weekly_days_off).moved_off
        assert (moved.get(off) == worked) == applies


def test_a_week_with_days_off_of_its_own():
    """Sunday and Monday off: a holiday on Monday moves to Tuesday, Saturday's does not move."""
    hours = five_day_week()[0]
    week = WorkCalendar(week=((), hours, hours, hours, hours, hours, ()))
    assert not week.is_working_day(dt.date(2026, 7, 6))  # Monday, Capital Day
    assert not week.is_working_day(dt.date(2026, 7, 7))
    assert not week.is_working_day(dt.date(2026, 5, 9))
    assert week.is_working_day(dt.date(2026, 5, 12))


def test_answers_do_not_depend_on_the_language_of_the_machine(monkeypatch):
    public_holidays.cache_clear()
    monkeypatch.setenv("LANGUAGE", "en_US")
    assert not public_holidays(2024)[dt.date(2024, 6, 16)].moves
