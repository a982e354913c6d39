"""Importing the survey of yards: all lines or none, each bad line named."""

import datetime as dt

import pytest
from django.core.management import call_command
from django.utils import translation

from citymap.geo import lon_lat
from layers.choices import Condition
from planning.models import YardSurvey
from planning.services.surveys import import_surveys
from tests.planning.town import X, Y, make_yard

pytestmark = pytest.mark.django_db
HEAD = "yard,surveyed_on,condition,needs_work,land_ready,asphalt,lighting,note\n"


def run(*lines, head=HEAD, **options):
    return import_surveys(lines=iter([head, *lines]), source="survey.csv", **options)


def test_lines_become_surveys():
    first, second = make_yard(0), make_yard(1)
    report = run(
        f"{first.pk},2026-05-20,poor,yes,да,1200.5,4,cracks\n",
        f"{second.pk},20.05.2026,GOOD,жоқ,,,,\n",
        "\n",
    )
    assert (report.written, report.errors) == (2, [])
    survey = YardSurvey.objects.get(yard=first)
    assert survey.surveyed_on == dt.date(2026, 5, 20)
    assert survey.amounts == {"asphalt": "1200.5", "lighting": "4"}
    assert (survey.needs_work, survey.land_ready, survey.project_ready) == (True, True, None)
    assert (survey.note, survey.source) == ("cracks", "survey.csv")
    assert not YardSurvey.objects.get(yard=second).needs_work


def test_yards_are_found_by_place_and_semicolons_are_read():
    yard = make_yard(0)
    point = yard.geom.centroid
    point.x, point.y = X + 110, Y + 50  # a house beside it
    lon, lat = lon_lat(point)
    line = f"{lon};{lat};2026-05-20;poor;1;1 200,5\n".replace(".", ",").replace(",05-", "-05-")
    report = run(line, head="\ufefflon;lat;surveyed_on;condition;needs_work;asphalt\n")
    assert report.errors == []
    assert YardSurvey.objects.get().yard == yard
    assert YardSurvey.objects.get().amounts == {"asphalt": "1200.5"}


def test_a_second_import_of_the_file_changes_nothing():
    yard = make_yard(0)
    for _ in range(2):
        assert run(f"{yard.pk},2026-05-20,poor,1,,5,,\n").written == 1
    assert YardSurvey.objects.count() == 1


@pytest.mark.parametrize(
    "line, reason",
    [
        ("{yard},2026-05-20,splendid,1,,,,", "condition"),
        ("{yard},2026-13-20,poor,1,,,,", "date"),
        ("{yard},2100-01-01,poor,1,,,,", "future"),
        ("{yard},2026-05-20,poor,maybe,,,,", "neither yes nor no"),
        ("{yard},2026-05-20,poor,,,,,", "needs_work is empty"),
        ("{yard},2026-05-20,poor,1,,many,,", "no amount"),
        ("{yard},2026-05-20,poor,1,,-5,,", "no amount"),
        ("99999999,2026-05-20,poor,1,,,,", "no yard 99999999"),
        ("x,2026-05-20,poor,1,,,,", "no number"),
        (",2026-05-20,poor,1,,,,", "neither yard nor lon"),
        ("{yard}", "condition"),
    ],
)
def test_one_bad_line_and_nothing_is_written(line, reason):
    yard = make_yard(0)
    report = run(f"{yard.pk},2026-05-20,poor,1,,5,,\n", line.format(yard=yard.pk) + "\n")
    assert report.written == 0
    ((number, text),) = report.errors
    assert number == 3
    assert reason in text
    assert not YardSurvey.objects.exists()


@pytest.mark.parametrize(
    "head", ["", "yard\n", "yard,surveyed_on,condition,needs_work,gold\n", "\x00\n"]
)
def test_tables_that_are_none(head):
    report = run("1,2,3\n", head=head)
    assert report.written == 0
    assert report.errors[0][0] == 1


def test_a_place_far_from_yards():
    make_yard(0)
    report = run(
        "69.9,54.1,2026-05-20,poor,1\n", "inf,0,2026-05-20,poor,1\n",
        head="lon,lat,surveyed_on,condition,needs_work\n",
    )  # fmt: skip
    assert [number for number, _ in report.errors] == [2, 3]


def test_two_lines_of_one_yard_and_day_are_an_error():
    """Whether by number or by place: nobody knows which of them counts."""
    yard = make_yard(0)
    lines = [f"{yard.pk},2026-05-20,poor,1,,5,,\n", f"{yard.pk},2026-05-21,poor,1,,5,,\n",
             f"{yard.pk},20.05.2026,good,0,,,,\n"]  # fmt: skip
    report = run(*lines)
    assert report.errors == [(4, "line 2 tells of this yard and day already")]
    assert (report.written, YardSurvey.objects.count()) == (0, 0)


def test_the_same_file_again_says_that_it_replaces():
    yard = make_yard(0)
    lines = [f"{yard.pk},2026-05-20,poor,1,,5,,\n", f"{yard.pk},2026-05-21,poor,1,,5,,\n"]
    assert (run(lines[0]).written, run(lines[0]).replaced) == (1, 1)
    report = run(*lines)
    assert (report.written, report.replaced, YardSurvey.objects.count()) == (2, 1, 2)


@pytest.mark.parametrize("language", ["ru", "kk", "en"])
def test_a_condition_may_be_written_as_people_say_it(language):
    with translation.override(language):
        label = str(Condition.POOR.label)
    yard = make_yard(0)
    assert run(f"{yard.pk},2026-05-20,{label},1,,5,,\n").errors == []
    assert YardSurvey.objects.get().condition == Condition.POOR


def test_errors_are_counted_no_further_than_helps():
    assert len(run(*["x\n"] * 200).errors) == 50


def test_the_command(tmp_path, capsys):
    yard = make_yard(0)
    file = tmp_path / "survey.csv"
    file.write_text(HEAD + f"{yard.pk},2026-05-20,poor,1,,5,,\n", encoding="utf-8")
    call_command("import_yard_survey", str(file), "--dry-run")
    assert "would be written: 1" in capsys.readouterr().out
    assert not YardSurvey.objects.exists()
    call_command("import_yard_survey", str(file))
    assert YardSurvey.objects.count() == 1
    file.write_bytes(b"\xff\xfe\x00bad")
    for name in (file, tmp_path / "nothing.csv"):
        with pytest.raises(SystemExit) as stopped:
            call_command("import_yard_survey", str(name))
        assert stopped.value.code == 2
    assert "Nothing was written" in capsys.readouterr().err
