"""Each figure of a report by itself: what it counts, of which days, and as of which moment."""

import datetime as dt

import pytest

from appeals import services
from appeals.choices import CallResult, Channel, ContactKind, Outcome
from appeals.models import Appeal, Contact, Report
from citymap.accounts.choices import Role
from citymap.notices.models import Notice
from planning.choices import ProblemKind, ReportKind, Theme
from planning.jobs import make_reports
from planning.models import PeriodReport
from planning.reports import Readable
from planning.services import problems
from planning.services.reports import figures_of, make_report
from tests.appeals.world import ALMATY, DAY, HOUR, MONDAY, REPLY, World
from tests.planning.test_problems import square
from tests.planning.town import make_user

pytestmark = pytest.mark.django_db
WEEK = {"since": dt.date(2026, 11, 23), "until": dt.date(2026, 11, 30)}
AS_OF = dt.datetime(2026, 12, 1, 8, tzinfo=ALMATY)


@pytest.fixture
def world(db) -> World:
    return World()


def figures(**changes) -> dict:
    return figures_of(**{**WEEK, "as_of": AS_OF, **changes})


def reply(world: World, now: dt.datetime, **values) -> Appeal:
    appeal = world.in_progress(**values)
    services.report(
        appeal=appeal, user=world.executor, outcome=Outcome.DONE, text=REPLY, has_photo=True,
        now=now,
    )  # fmt: skip
    return appeal


# --- appeals --------------------------------------------------------------------------------------


def test_a_late_reply_does_not_undo_that_it_is_late(world):
    due = world.register().first_due_at
    late = reply(world, due + HOUR)
    reply(world, due - HOUR)
    found = figures()
    assert (found["appeals"], found["answered"], found["late"]) == (3, 2, 2)
    # Up to the deadline nobody is late.
    assert figures(as_of=due)["late"] == 0
    assert late.first_due_at == due


def test_what_waits_is_of_all_days(world):
    """The morning's page: how many have no reply at all, and how many should have."""
    old, _answered = world.register(now=MONDAY - 60 * DAY), world.reported()
    world.register(now=MONDAY + DAY)
    joined, withdrawn = world.register(), world.register()
    services.join(appeal=joined, into=old, user=world.operator, now=MONDAY + HOUR)
    services.withdraw(appeal=withdrawn, user=world.operator, reason="решено", now=MONDAY + HOUR)
    found = figures(as_of=MONDAY + DAY + HOUR)
    assert (found["waiting"], found["waiting_late"]) == (2, 1)
    # Before the reply, the joining and the withdrawal they waited too.
    assert figures(as_of=MONDAY + HOUR)["waiting"] == 4


def test_a_joining_that_was_undone_counts_until_then(world):
    appeal, other = world.register(), world.reported()
    late = appeal.first_due_at + DAY
    services.join(appeal=appeal, into=other, user=world.operator, now=MONDAY + HOUR)
    services.split(appeal=appeal, user=world.coordinator, reason="другой дом", now=late)
    assert figures(as_of=late - HOUR)["late"] == 0
    assert figures(as_of=late + HOUR)["late"] == 1


def test_the_period_before_and_the_year_before(world):
    for days, count in ((0, 3), (7, 3), (20, 1), (365, 2), (8 * 7, 1), (240, 1)):
        for _ in range(count):
            world.register(now=MONDAY - days * DAY)
    found = figures()
    assert (found["appeals"], found["appeals_before"], found["appeals_last_year"]) == (3, 3, 2)
    assert found["themes"] == [{"theme": "heat", "count": 3, "before": 3, "last_year": 2}]
    months = {row["month"]: row["count"] for row in found["months"]}
    assert len(months) == 12
    assert list(months)[0] == "2025-12-01"
    assert [months[f"2026-{month}-01"] for month in ("03", "09", "11")] == [1, 1, 7]


def test_a_year_that_nobody_kept_is_no_zero(world):
    world.register()
    found = figures()
    assert found["appeals_last_year"] is None
    assert found["themes"][0]["last_year"] is None
    report = make_report(kind=ReportKind.WEEK, **WEEK, as_of=AS_OF, user=None)
    readable = Readable(report)
    assert dict(readable.numbers())["A year before"] == "—"
    assert readable.themes()[0]["last_year"] == "—"


def test_a_leap_day_has_a_year_before():
    figures_of(since=dt.date(2028, 2, 29), until=dt.date(2028, 3, 1), as_of=AS_OF)


def test_places_begin_with_two_and_the_worst_comes_first(world):
    places = ["Abay, 1", "Abay, 2", "Abay, 2", "Zhumabaev, 3", "Zhumabaev, 3", "Zhumabaev, 3"]
    first, *rest = [world.register() for _ in places]
    for appeal, place in zip([first, *rest], places, strict=True):
        Appeal.objects.filter(pk=appeal.pk).update(place=place)
    Appeal.objects.filter(pk=rest[0].pk).update(recurrence_of=first)
    found = figures()
    assert [(row["place"], row["count"], row["repeats"]) for row in found["places"]] == [
        ("Zhumabaev, 3", 3, 0), ("Abay, 2", 2, 1),
    ]  # fmt: skip
    assert found["repeats"] == 1


# --- contacts -------------------------------------------------------------------------------------


def contact(kind: ContactKind | str, **values) -> Contact:
    ended = None if kind == "" else MONDAY + HOUR
    return Contact.objects.create(
        **{
            "kind": kind, "channel": Channel.PHONE, "language": "ru", "anonymous": True,
            "started_at": MONDAY, "ended_at": ended, **values,
        }
    )  # fmt: skip


def test_the_share_answered_at_first_contact(world):
    for _ in range(3):
        contact(ContactKind.CONSULTATION)
    contact(ContactKind.DROP)
    contact(ContactKind.TRANSFER, transferred_to="112")
    contact("")
    contact(ContactKind.CONSULTATION, practice=True)
    contact(ContactKind.CONSULTATION, started_at=MONDAY - DAY)
    contact(ContactKind.CONSULTATION, started_at=MONDAY + 7 * DAY, ended_at=MONDAY + 8 * DAY)
    # What became of this call was known only later.
    contact(ContactKind.CONSULTATION, ended_at=AS_OF + HOUR)
    found = figures()
    assert (found["contacts"], found["consultations"]) == (5, 3)
    assert found["first_contact"] == 0.6
    assert figures(as_of=AS_OF + DAY)["consultations"] == 4


# --- bodies ---------------------------------------------------------------------------------------


def test_bodies_by_replies_of_the_period_in_time_flagged_and_liked(world):
    due = world.register().first_due_at
    for number in range(6):
        reply(world, due + HOUR if number < 2 else due - HOUR)
    Report.objects.update(flags=[])
    Report.objects.filter(pk__in=Report.objects.values("pk")[:2]).update(flags=["no_date"])
    practice = reply(world, due - HOUR)
    Appeal.objects.filter(pk=practice.pk).update(practice=True)
    (body,) = figures()["bodies"]
    assert (body["replies"], body["in_time"], body["flagged"]) == (6, 0.6667, 0.3333)
    # As of the deadline four replies were there: too few for shares.
    (body,) = figures(as_of=due)["bodies"]
    assert (body["replies"], body["in_time"], body["flagged"]) == (4, None, None)
    assert figures(since=dt.date(2026, 11, 16), until=dt.date(2026, 11, 23))["bodies"] == []


def test_marks_are_those_that_were_given_by_then(world):
    for mark, after in ((4, 4 * HOUR), (5, 5 * HOUR), (1, 9 * DAY)):
        appeal = world.verified()
        services.call_back(
            appeal=appeal, user=world.operator, applicant=appeal.applicants.get(),
            result=CallResult.TOLD, satisfaction=mark, now=MONDAY + after,
        )  # fmt: skip
    assert figures()["bodies"][0]["liked"] == 4.5
    assert figures(as_of=AS_OF + 30 * DAY)["bodies"][0]["liked"] == 3.33


# --- problems -------------------------------------------------------------------------------------


def test_problems_of_the_day_and_what_was_done_by_then():
    day = AS_OF.date()
    opened = {"theme": Theme.WATER, "geom": square(), "user": None, "kind": ProblemKind.PROBLEM}
    old = problems.open_problem(title="Old", today=day - dt.timedelta(30), **opened)
    problems.open_problem(title="Tomorrow", today=day + dt.timedelta(1), **opened)
    ended, later = (
        problems.open_problem(title=title, today=day - dt.timedelta(30), **opened)
        for title in ("Ended", "Ended later")
    )
    for done in (day, day + dt.timedelta(1), None):
        measure = problems.add_measure(problem=old, what="Pipe", due_on=day, user=None)
        if done:
            problems.finish_measure(measure=measure, done_on=done, today=done, user=None)
    for problem, last in ((ended, day), (later, day + dt.timedelta(1))):
        problems.end_problem(problem=problem, solved=True, reason="so", today=last, user=None)
    found = [(row["title"], row["measures"], row["done"]) for row in figures()["problems"]]
    assert found == [("Old", 3, 1), ("Ended later", 0, 0)]


# --- readers --------------------------------------------------------------------------------------


def test_each_report_goes_to_its_readers_and_to_nobody_else(db):
    for role in Role:
        make_user(role, name=str(role))
    gone = make_user(Role.AKIM, name="gone")
    gone.is_active = False
    gone.save()
    make_reports(dt.datetime(2026, 11, 25, 7, tzinfo=ALMATY))
    kinds = {str(report.pk): report.kind for report in PeriodReport.objects.all()}
    told: dict[str, set[str]] = {}
    for notice in Notice.objects.filter(kind="planning_report").select_related("user"):
        told.setdefault(kinds[notice.source_id], set()).add(notice.user.username)
    assert told == {
        ReportKind.DAY: {"akim"}, ReportKind.WEEK: {"akim", "head"},
        ReportKind.QUARTER: {"akim", "head", "analyst"},
    }  # fmt: skip
