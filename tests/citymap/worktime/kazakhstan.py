"""Kazakhstan's days of 2020-2030 as the installed `holidays` release and our rules have them.

`python -m tests.citymap.worktime.kazakhstan` writes the table anew: look at what changed and
compare it with the law before committing.
"""

import csv
import datetime as dt
from pathlib import Path

from citymap.worktime import WorkCalendar, five_day_week, six_day_week
from citymap.worktime.law import legal_days

TABLE = Path(__file__).with_name("days_2020_2030.csv")
YEARS = range(2020, 2031)
CALENDARS = {
    "five_day": WorkCalendar(week=five_day_week()),
    "six_day": WorkCalendar(week=six_day_week()),
}

Row = dict[str, str]


def reason(day: dt.date, calendar: WorkCalendar) -> str:
    """Why a day is worked or off against the week's rule; empty when it is not."""
    days = legal_days(day.year, calendar.weekly_days_off)
    if day in days.moved_on:
        return f"worked for {days.moved_on[day]}"
    if holiday := days.holidays.get(day):
        return f"{holiday.name}{' (estimated)' if holiday.is_estimated else ''}"
    if day in days.substitutes:
        return f"off for {days.substitutes[day]}"
    return f"off for {days.moved_off[day]}" if day in days.moved_off else ""


def rows_now() -> list[Row]:
    """A row for each day that the law changes in one of the weeks."""
    found = []
    for year in YEARS:
        first = dt.date(year, 1, 1)
        for offset in range((dt.date(year + 1, 1, 1) - first).days):
            day = first + dt.timedelta(days=offset)
            reasons = {name: reason(day, calendar) for name, calendar in CALENDARS.items()}
            if any(reasons.values()):
                worked = {
                    f"{name}_worked": "yes" if calendar.is_working_day(day) else "no"
                    for name, calendar in CALENDARS.items()
                }
                found.append({"date": day.isoformat(), **worked, **reasons})
    return found


def rows_kept() -> list[Row]:
    """The rows of the table in the repository."""
    with TABLE.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def write() -> None:
    """Write the table from what is installed."""
    rows = rows_now()
    with TABLE.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, rows[0], lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)


if __name__ == "__main__":
    write()
