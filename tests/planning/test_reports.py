"""Reports: the same as of a moment whatever comes later; made once, sent once, page and PDF."""

import datetime as dt

import pytest
from django.db import DatabaseError, transaction

from appeals import services
from appeals.choices import ReopenReason
from citymap.accounts.choices import Role
from citymap.notices.models import Notice
from planning.choices import ReportKind
from planning.jobs import make_reports
from planning.models import PeriodReport
from planning.reportpdf import as_pdf
from planning.reports import Readable
from planning.services.reports import figures_of, make_due_reports, make_report, period_of
from tests.appeals.world import DAY, HOUR, MONDAY, World
from tests.planning.town import ALMATY, make_user

pytestmark = pytest.mark.django_db
EN = {"accept-language": "en"}
SINCE, UNTIL = dt.date(2026, 10, 1), dt.date(2027, 1, 1)
AS_OF = MONDAY + 3 * DAY


@pytest.fixture
def world(db) -> World:
    return World()


def quarter(as_of=AS_OF):
    return figures_of(since=SINCE, until=UNTIL, as_of=as_of)


def test_what_comes_later_changes_nothing(world):
    closed = world.closed()
    joined, open_one, withdrawn = world.register(), world.in_progress(), world.register()
    before = quarter()
    assert (before["appeals"], before["answered"], before["late"]) == (4, 1, 3)
    later = MONDAY + 5 * DAY
    services.join(appeal=joined, into=open_one, user=world.operator, now=later)
    services.withdraw(appeal=withdrawn, user=world.operator, reason="решено", now=later)
    services.report(
        appeal=open_one, user=world.executor, outcome="done", text="23 ноября Иванов починил трубу",
        has_photo=True, now=later,
    )  # fmt: skip
    services.reopen(
        appeal=World.fresh(closed), user=world.coordinator, why=ReopenReason.DISPUTED,
        reason="снова холодно", now=later,
    )  # fmt: skip
    world.register(now=later)
    assert quarter() == before
    after = quarter(as_of=later + HOUR)
    assert (after["appeals"], after["answered"]) == (5, 2)


def test_figures_of_bodies_places_and_seasons(world):
    for _ in range(6):
        world.reported()
    figures = quarter()
    (body,) = figures["bodies"]
    assert (body["name"], body["replies"], body["in_time"]) == (world.body.name, 6, 1.0)
    assert figures["themes"] == [{"theme": "heat", "count": 6, "before": 0, "last_year": None}]
    assert [row["month"] for row in figures["months"]][-1] == "2026-12-01"
    assert sum(row["count"] for row in figures["months"]) == 6
    assert sum(count for _x, _y, count in figures["cells"]) == 6


def test_a_share_of_few_is_not_named(world):
    world.reported()
    assert quarter()["bodies"][0]["in_time"] is None


def test_nothing_happened(db):
    figures = quarter()
    assert (figures["appeals"], figures["first_contact"], figures["cells"]) == (0, None, [])
    report = make_report(kind=ReportKind.QUARTER, since=SINCE, until=UNTIL, as_of=AS_OF, user=None)
    assert Readable(report).map() is None
    assert as_pdf(Readable(report)).startswith(b"%PDF")


def test_a_report_is_never_changed(db):
    report = make_report(kind=ReportKind.DAY, since=SINCE, until=UNTIL, as_of=AS_OF, user=None)
    for change in ({"figures": {}}, {"until": dt.date(2028, 1, 1)}):
        with pytest.raises(DatabaseError), transaction.atomic():
            PeriodReport.objects.filter(pk=report.pk).update(**change)
    with pytest.raises(DatabaseError), transaction.atomic():
        report.delete()


@pytest.mark.parametrize(
    "kind, since, until",
    [
        (ReportKind.DAY, "2026-11-24", "2026-11-25"),
        (ReportKind.WEEK, "2026-11-16", "2026-11-23"),
        (ReportKind.QUARTER, "2026-07-01", "2026-10-01"),
    ],
)
def test_the_last_whole_period(kind, since, until):
    found = period_of(kind, dt.date(2026, 11, 25))
    assert [day.isoformat() for day in found] == [since, until]


def test_the_akim_has_his_page_every_morning_once(db):
    akim, _head = make_user(Role.AKIM, name="akim"), make_user(Role.HEAD, name="head")
    assert make_reports(dt.datetime(2026, 11, 25, 3, tzinfo=ALMATY)) == "reports made: 0"
    assert make_reports(dt.datetime(2026, 11, 25, 7, tzinfo=ALMATY)) == "reports made: 3"
    assert make_reports(dt.datetime(2026, 11, 25, 8, tzinfo=ALMATY)) == "reports made: 0"
    # Three days off: the page of the last day, not of each.
    assert make_reports(dt.datetime(2026, 11, 29, 8, tzinfo=ALMATY)) == "reports made: 1"
    mine = Notice.objects.filter(kind="planning_report", user=akim)
    assert mine.count() == 4
    assert Notice.objects.filter(kind="planning_report").count() == 6


def test_pages_and_pdf(client, world):
    for _ in range(6):
        world.reported()
    analyst = world.analyst
    client.force_login(analyst)
    response = client.post("/plan/reports/", {"year": 2026, "quarter": 4}, headers=EN)
    report = PeriodReport.objects.get()
    assert response.url == f"/plan/reports/{report.pk}/"
    assert report.made_by == analyst
    page = client.get(response.url, headers=EN).content.decode()
    assert "How bodies reply" in page
    assert world.body.name in page
    assert "Report of the quarter" in client.get("/plan/reports/", headers=EN).content.decode()
    first = client.get(f"/plan/reports/{report.pk}.pdf", headers=EN)
    assert first.content.startswith(b"%PDF")
    assert client.get(f"/plan/reports/{report.pk}.pdf", headers=EN).content == first.content


@pytest.mark.parametrize(
    "data", [{}, {"year": "x", "quarter": 1}, {"year": 2026, "quarter": 5},
             {"year": 2099, "quarter": 1}],
)  # fmt: skip
def test_quarters_that_make_no_sense(client, world, data):
    client.force_login(world.analyst)
    assert client.post("/plan/reports/", data).status_code == 302
    assert not PeriodReport.objects.exists()


def test_a_planner_reads_and_makes_none(client, planner):
    client.force_login(planner)
    assert client.get("/plan/reports/").status_code == 200
    assert client.post("/plan/reports/", {"year": 2026, "quarter": 1}).status_code == 403


def test_a_demo_loaded_at_night_has_its_reports(db):
    night = dt.datetime(2026, 11, 25, 0, 16, tzinfo=ALMATY)
    assert make_due_reports(now=night) == 0
    assert make_due_reports(now=night, from_hour=0) == 3
