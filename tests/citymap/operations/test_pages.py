"""The jobs page and the working calendar as the server answers them."""

import datetime as dt

import pytest
from django.contrib.auth import get_user_model
from django.utils import timezone

from citymap.accounts.choices import Role
from citymap.calendars.models import DayOverride, WorkSchedule
from citymap.jobs.clock import advance_clock
from citymap.jobs.models import Heartbeat, JobOutcome, JobRequest, JobRun
from citymap.jobs.registry import Sweep, sweeps
from citymap.jobs.services import run_due
from citymap.jobs.worker import WORKER_NAME

pytestmark = pytest.mark.django_db
HOUR = dt.timedelta(hours=1)


@pytest.fixture
def two_sweeps(monkeypatch):
    monkeypatch.setattr(sweeps, "_items", {})

    def fail(now):
        raise ValueError("no such <b>body</b>")

    sweeps.register(Sweep(name="good", title="Good job", every=HOUR, run=lambda now: "3 done"))
    sweeps.register(Sweep(name="bad", every=HOUR, run=fail, description="Always fails."))


def sign_in(client, role: Role):
    user = get_user_model().objects.create_user(role.value, password="x", roles=[role.value])
    client.force_login(user)
    client.cookies["django_language"] = "en"
    return client


@pytest.fixture
def admin(client):
    return sign_in(client, Role.ADMIN)


@pytest.fixture
def head(client):
    return sign_in(client, Role.HEAD)


def text_of(answer) -> str:
    assert answer.status_code == 200
    return " ".join(answer.content.decode().split())


def test_before_anything_ran(admin, two_sweeps):
    page = text_of(admin.get("/jobs/"))
    assert "has never run" in page
    assert "Good job" in page
    assert "Always fails." in page


def test_what_ran_and_what_failed(admin, two_sweeps):
    run_due()
    Heartbeat.objects.create(
        name=WORKER_NAME, host="box", process_id=42,
        started_at=timezone.now(), beat_at=timezone.now(),
    )  # fmt: skip
    page = text_of(admin.get("/jobs/"))
    assert "process 42 on box" in page
    assert "3 done" in page
    assert "failed once" in page
    assert "no such &lt;b&gt;body&lt;/b&gt;" in page
    assert "1 run in the log: 1 failed" in page
    assert "Accept the clock" not in page
    part = text_of(admin.get("/jobs/board/"))
    assert part.startswith("<section")
    assert "process 42 on box" in part


def test_a_silent_worker_is_said(admin, two_sweeps):
    run_due()
    Heartbeat.objects.create(
        name=WORKER_NAME, host="box", process_id=42,
        started_at=timezone.now() - HOUR, beat_at=timezone.now() - HOUR,
    )  # fmt: skip
    JobRun.objects.filter(name="good").update(next_due_at=timezone.now() - 3 * HOUR)
    page = text_of(admin.get("/jobs/"))
    assert "silent" in page
    assert "late" in page
    assert "180 min" in page or "3 h" in page


def test_run_now_is_asked_once_and_says_who(admin, two_sweeps):
    for said in ("is asked to run", "is asked for already"):
        assert said in text_of(admin.post("/jobs/run/good/", follow=True))
    row = JobRequest.objects.get()
    assert (row.name, row.asked_by, row.taken_at) == ("good", "admin", None)
    assert "asked for by admin" in text_of(admin.get("/jobs/"))


def test_accepting_the_clock(admin, two_sweeps):
    advance_clock(timezone.now() + dt.timedelta(days=2))
    page = text_of(admin.get("/jobs/"))
    assert "Accept the clock" in page
    assert "2 days behind" in page
    assert "The clock is accepted" in text_of(admin.post("/jobs/accept-clock/", follow=True))
    assert "Accept the clock" not in text_of(admin.get("/jobs/"))
    assert JobRequest.objects.get().asked_by == "admin"


def test_the_head_looks_and_does_not_touch(head, two_sweeps):
    advance_clock(timezone.now() + dt.timedelta(days=2))
    page = text_of(head.get("/jobs/"))
    assert "Run now" not in page
    assert "Accept the clock" not in page
    assert head.post("/jobs/run/good/").status_code == 403
    assert head.post("/jobs/accept-clock/").status_code == 403


@pytest.mark.parametrize("name", ["none", "x" * 500, "%00", "..", "good%0a"])
def test_a_job_that_is_not_there(admin, two_sweeps, name):
    assert admin.get(f"/jobs/log/{name}/").status_code == 404
    assert admin.post(f"/jobs/run/{name}/").status_code == 404


def test_only_the_right_methods(admin, two_sweeps):
    assert admin.get("/jobs/run/good/").status_code == 405
    assert admin.get("/jobs/accept-clock/").status_code == 405
    assert admin.post("/jobs/").status_code == 405
    assert admin.post("/calendar/").status_code == 405


def test_the_log_of_one_job(admin, two_sweeps):
    for number in range(60):
        JobOutcome.objects.create(
            name="good", started_at=timezone.now(), seconds=0.1, account=f"run {number}",
            error="broken" if number == 7 else "", asked_by="boss" if number == 8 else "",
        )  # fmt: skip
    page = text_of(admin.get("/jobs/log/good/"))
    assert "run 59" in page
    assert "run 9 " not in page
    assert "boss" in text_of(admin.get("/jobs/log/good/?page=2"))
    failed = text_of(admin.get("/jobs/log/good/?failed=1"))
    assert "broken" in failed
    assert "run 59" not in failed
    for page in ("0", "-1", "999", "x", "9" * 400):
        assert admin.get(f"/jobs/log/good/?page={page}").status_code == 200


def test_the_board_costs_few_queries_however_many_jobs(
    admin, monkeypatch, django_assert_max_num_queries
):
    monkeypatch.setattr(sweeps, "_items", {})
    for number in range(40):
        sweeps.register(Sweep(name=f"s{number}", every=HOUR, run=lambda now: "ok"))
    run_due()
    with django_assert_max_num_queries(16):
        admin.get("/jobs/")


# --- the calendar ---------------------------------------------------------------------------


@pytest.fixture
def reader(client):
    client.cookies["django_language"] = "en"
    return client


def test_the_year_is_open_to_all(reader):
    page = text_of(reader.get("/calendar/?year=2026"))
    assert "Working calendar 2026" in page
    assert "247 working days, 118 days off" in page
    assert "Kurban Ait" in page
    assert "not verified" in page
    assert "Move a day" not in page


def test_moved_days_with_their_source(reader):
    page = text_of(reader.get("/calendar/?year=2024"))
    assert "Saturday worked for Wednesday, 8 May" in page
    assert "https://adilet.zan.kz/rus/docs/G24G0000109" in page
    six = text_of(reader.get("/calendar/?year=2024&schedule=six-day"))
    assert "8 May" not in six


def test_round_the_clock_has_no_special_days(reader):
    page = text_of(reader.get("/calendar/?year=2026&schedule=round-the-clock"))
    assert "365 working days, 0 days off" in page
    assert "Holidays and moved days" not in page


def test_administrators_find_the_way_to_change(admin):
    page = text_of(admin.get("/calendar/?year=2026"))
    row = DayOverride.objects.get(date="2026-05-27")
    assert f"/admin/calendars/dayoverride/{row.pk}/change/" in page
    assert "Move a day" in page


def test_a_new_moved_day_is_on_the_page_at_once(reader):
    DayOverride.objects.create(
        date="2026-11-23", worked=False, source="<script>x</script>",
        title_ru="т", title_kk="т", title_en="Snow storm",
    )  # fmt: skip
    page = text_of(reader.get("/calendar/?year=2026"))
    assert "246 working days" in page
    assert "Snow storm" in page
    assert "<script>x</script>" not in page


@pytest.mark.parametrize(
    "query",
    ["year=abc", "year=1899", "year=99999", "year=²026", "year=-1", "schedule=none", "year=%00"],
)
def test_a_year_or_schedule_that_is_not_there(reader, query):
    assert reader.get(f"/calendar/?{query}").status_code == 404


def test_without_schedules(reader):
    WorkSchedule.objects.all().delete()
    assert "No work schedule has been set up yet." in text_of(reader.get("/calendar/"))


@pytest.mark.parametrize("year", [2010, 2023, 2050])
def test_every_year_and_schedule_is_drawn(reader, year, django_assert_max_num_queries):
    for code in ("five-day", "six-day", "round-the-clock"):
        with django_assert_max_num_queries(6):
            answer = reader.get(f"/calendar/?year={year}&schedule={code}")
        assert answer.status_code == 200
