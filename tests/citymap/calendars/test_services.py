"""Changes to the calendars: what is written, who hears of it, what is refused."""

import datetime as dt
import threading

import pytest
from django.core.exceptions import ValidationError
from django.core.management import CommandError, call_command
from django.db import connection, connections

from citymap.calendars.choices import Scope
from citymap.calendars.first_rows import (
    PRESETS,
    fill_empty_tables,
    read_moved_days,
)
from citymap.calendars.models import DayOverride, WorkSchedule
from citymap.calendars.services import (
    CalendarChange,
    load_moved_days,
    remove_override,
    save_override,
    save_schedule,
)
from citymap.calendars.signals import calendar_changed
from citymap.worktime import WorkCalendar

pytestmark = pytest.mark.django_db
MONDAY = dt.date(2026, 11, 23)


def new_override(**values) -> DayOverride:
    return DayOverride(
        **{
            "date": MONDAY, "worked": False, "title_ru": "т", "title_kk": "т", "title_en": "t",
            "source": "order 1", **values,
        }
    )  # fmt: skip


@pytest.fixture
def heard():
    """What the signal says, and a keeper of deadlines that answers."""
    changes: list[CalendarChange] = []

    def keeper(sender, change, **kwargs):
        changes.append(change)
        return f"{len(change.days or ())} days: 2 running deadlines move"

    calendar_changed.connect(keeper)
    yield changes
    calendar_changed.disconnect(keeper)


def ids(*codes: str) -> frozenset[int]:
    return frozenset(WorkSchedule.objects.filter(code__in=codes).values_list("pk", flat=True))


def test_a_new_moved_day_is_told(heard):
    lines = save_override(override=new_override())
    assert lines == ["1 days: 2 running deadlines move"]
    assert heard == [CalendarChange(schedules=ids("five-day", "six-day"), days=frozenset({MONDAY}))]


def test_moving_a_row_concerns_both_days_and_both_kinds_of_week(heard):
    row = new_override(scope=Scope.FIVE_DAY)
    save_override(override=row)
    row.date, row.scope = MONDAY + dt.timedelta(days=1), Scope.SIX_DAY
    save_override(override=row)
    assert heard[0].schedules == ids("five-day")
    assert heard[1].schedules == ids("five-day", "six-day")
    assert heard[1].days == {MONDAY, MONDAY + dt.timedelta(days=1)}


def test_removing_is_told(heard):
    row = new_override(scope=Scope.SIX_DAY)
    save_override(override=row)
    remove_override(override=row)
    assert heard[1] == CalendarChange(schedules=ids("six-day"), days=frozenset({MONDAY}))
    assert not DayOverride.objects.filter(date=MONDAY).exists()


def test_a_changed_schedule_is_told(heard):
    schedule = WorkSchedule.objects.get(code="six-day")
    schedule.cut_off = dt.time(16)
    save_schedule(schedule=schedule)
    assert heard == [CalendarChange(schedules=frozenset({schedule.pk}), days=None)]


def test_a_keeper_that_fails_undoes_the_change():
    def refuses(sender, change, **kwargs):
        raise RuntimeError("no")

    calendar_changed.connect(refuses)
    try:
        with pytest.raises(RuntimeError):
            save_override(override=new_override())
    finally:
        calendar_changed.disconnect(refuses)
    assert not DayOverride.objects.filter(date=MONDAY).exists()


@pytest.mark.parametrize(
    "values",
    [
        {"source": ""},
        {"title_kk": ""},
        {"scope": "seven_day"},
        {"date": dt.date(1990, 1, 1)},
        {"date": dt.date(2101, 1, 1)},
        {"source_url": "javascript:alert(1)"},
        {"source": "x" * 501},
    ],
    ids=str,
)
def test_a_moved_day_that_is_not_complete_is_refused(values):
    with pytest.raises(ValidationError):
        save_override(override=new_override(**values))


def test_the_same_day_twice_is_refused():
    save_override(override=new_override())
    with pytest.raises(ValidationError, match="уже есть"):
        save_override(override=new_override())
    save_override(override=new_override(scope=Scope.FIVE_DAY))


def test_the_rules_hold_below_python():
    names = {
        constraint.name
        for model in (WorkSchedule, DayOverride)
        for constraint in model._meta.constraints
    }
    with connection.cursor() as cursor:
        cursor.execute("SELECT conname FROM pg_constraint WHERE conname = ANY(%s)", [list(names)])
        assert {name for (name,) in cursor.fetchall()} == names


@pytest.mark.django_db(transaction=True)
def test_two_people_at_once_one_is_refused():
    answers = []

    def write():
        try:
            save_override(override=new_override())
            answers.append("written")
        except ValidationError:
            answers.append("refused")
        finally:
            connections.close_all()

    people = [threading.Thread(target=write) for _ in range(4)]
    for one in people:
        one.start()
    for one in people:
        one.join()
    assert sorted(answers) == ["refused", "refused", "refused", "written"]


def test_first_rows_come_once():
    assert WorkSchedule.objects.count() == len(PRESETS)
    assert DayOverride.objects.count() == len(read_moved_days())
    DayOverride.objects.all().delete()
    fill_empty_tables(sender=None)
    assert DayOverride.objects.count() == 0, "what people removed does not come back"
    WorkSchedule.objects.all().delete()
    fill_empty_tables(sender=None)
    assert DayOverride.objects.count() == len(read_moved_days())


def test_moved_days_of_the_file_are_valid_and_agree_with_the_law():
    """What is shipped is complete, cited, and says what the pinned package says too."""
    rows = [DayOverride(**values) for values in read_moved_days()]
    DayOverride.objects.all().delete()
    for row in rows:
        row.full_clean()
        for schedule in WorkSchedule.objects.filter(keeps_holidays=True):
            if row.scope in (Scope.ALL, schedule.scope):
                calendar = WorkCalendar(week=_week(schedule))
                assert calendar.is_working_day(row.date) == row.worked, (row, schedule)
    assert {row.date.year for row in rows} >= {2024, 2025, 2026, 2027}
    assert all(row.source_url for row in rows)


def _week(schedule: WorkSchedule):
    from_json = [[tuple(map(_time, pair)) for pair in day] for day in schedule.week]
    return tuple(tuple(day) for day in from_json)


def _time(text: str) -> dt.time:
    return dt.time.fromisoformat(text)


def test_loading_keeps_what_people_corrected(capsys):
    DayOverride.objects.filter(date="2024-05-08").update(title_en="Corrected")
    DayOverride.objects.filter(date="2025-01-03").delete()
    call_command("load_moved_days")
    assert capsys.readouterr().out == "moved days: 2 added, 8 already there\n"
    assert DayOverride.objects.get(date="2024-05-08").title_en == "Corrected"
    assert load_moved_days() == (0, 10)


@pytest.mark.parametrize(
    "text", ["", "[", "{}", '[{"date": "2026-13-01"}]', '[{"date": 5}]', "[1]"], ids=repr
)
def test_a_file_that_is_not_as_ours_changes_nothing(text, tmp_path):
    file = tmp_path / "days.json"
    file.write_text(text)
    before = DayOverride.objects.count()
    if text == "{}":
        call_command("load_moved_days", file)
    else:
        with pytest.raises(CommandError, match="days.json"):
            call_command("load_moved_days", file)
    assert DayOverride.objects.count() == before


def test_a_file_that_is_not_there(tmp_path):
    with pytest.raises(CommandError, match="No such file"):
        call_command("load_moved_days", tmp_path / "none.json")
