"""A body's steps: the way to a report, promises, and two at once."""

import pytest
from django.utils import timezone

from appeals import services
from appeals.choices import Outcome, PauseReason, State
from appeals.models import Promise
from appeals.plans import PlannedRow, PlanSource, register_source, sources
from tests.appeals.inbox.acting import act, fresh, upload
from tests.appeals.world import DAY, HOUR, MONDAY, REPLY, photo_file

pytestmark = pytest.mark.django_db


def test_the_way_to_a_report(world, body):
    appeal = world.assigned()
    assert act(body, appeal, "accept").status_code == 302
    assert act(body, fresh(appeal), "start").status_code == 302
    assert act(body, fresh(appeal), "ask", question="Какой подъезд?").status_code == 302
    assert fresh(appeal).pauses.get().kind == PauseReason.APPLICANT
    assert act(body, fresh(appeal), "resume").status_code == 302
    until = (fresh(appeal).due_at + 3 * DAY).date()
    assert act(body, fresh(appeal), "extend", until_day=until, reason="деталь").status_code == 302
    assert timezone.localtime(fresh(appeal).due_at).date() == until
    assert act(body, fresh(appeal), "help", body_name=world.other_body.name,
               task="вода").status_code == 302  # fmt: skip
    assert fresh(appeal).helpers.get().body == world.other_body
    for kind in ("before", "after"):
        answer = body.post(
            f"/inbox/{appeal.pk}/photos/",
            {"photos-kind": kind, "photos-photos": upload(photo_file())},
        )
        assert answer.status_code == 302
    answer = act(body, fresh(appeal), "report", outcome="done", text=REPLY)
    assert answer.status_code == 302
    report = fresh(appeal).reports.get()
    assert (report.flags, report.photos.count()) == ([], 2)
    assert fresh(appeal).state == State.REPORTED_DONE


def test_flags_are_shown_before_sending(world, body):
    appeal = world.in_progress()
    first = act(body, appeal, "report", outcome="done", text="Вопрос решён.")
    assert first.status_code == 200
    assert fresh(appeal).state == State.IN_PROGRESS
    page = first.content.decode()
    assert "No action is named" in page
    assert "Send as it is" in page
    assert "Вопрос решён." in page
    seen = first.context["steps"]
    (form,) = [form for step, form in seen if step.name == "report"]
    sent = act(body, appeal, "report", outcome="done", text="Вопрос решён.",
               seen=form["seen"].value())  # fmt: skip
    assert sent.status_code == 302
    assert "no_action" in fresh(appeal).reports.get().flags


def test_flags_while_typing(world, body):
    appeal = world.in_progress()
    url = f"/inbox/{appeal.pk}/reply-check/"
    found = body.post(url, {"outcome": "done", "text": "Будет рассмотрено."}).json()
    assert "No action is named" in found["flags"]
    assert body.post(url, {"outcome": "done", "text": "x" * 10_001}).status_code == 400
    assert body.post(url, {"outcome": "?", "text": "x"}).status_code == 400


@pytest.mark.parametrize(
    "outcome, extra",
    [
        (Outcome.EXPLAINED, {}),
        (Outcome.PLANNED, {"planned_on": "2026-12-20"}),
        (Outcome.NEEDS_FUNDING, {"cost_class": "large"}),
        (Outcome.NOT_CONFIRMED, {}),
        (Outcome.REFUSED, {"legal_ground": "Закон, ст. 5"}),
        (Outcome.NOT_OURS, {}),
    ],
)
def test_every_outcome(world, body, outcome, extra):
    appeal = world.in_progress()
    noise = {"planned_on": "2026-12-20", "cost_class": "small", "legal_ground": "ст. 1"}
    # What belongs to another outcome is left out, not refused.
    answer = act(body, appeal, "report", outcome=outcome, text=REPLY, **(noise | extra))
    assert answer.status_code == 302, answer.content.decode()
    report = fresh(appeal).reports.get()
    assert report.outcome == outcome
    assert bool(report.planned_on) == (outcome == Outcome.PLANNED)
    if extra:
        missing = world.in_progress()
        name = next(iter(extra))
        answer = act(body, missing, "report", outcome=outcome, text=REPLY, **{name: ""})
        assert answer.status_code == 400
        assert fresh(missing).state == State.IN_PROGRESS


def test_a_promise_rests_on_planned_work(world, body):
    register_source(
        PlanSource(
            name="testing", title="Testing",
            rows=lambda appeal: [PlannedRow(key="7", title="Ремонт теплотрассы")],
        )
    )  # fmt: skip
    try:
        appeal = world.in_progress()
        wrong = act(body, appeal, "report", outcome="planned", text=REPLY,
                    planned_on="2026-12-20", plan="testing:8")  # fmt: skip
        assert wrong.status_code == 400
        right = act(body, appeal, "report", outcome="planned", text=REPLY,
                    planned_on="2026-12-20", plan="testing:7")  # fmt: skip
        assert right.status_code == 302
    finally:
        sources.unregister("testing")
    promise = Promise.objects.get(appeal=appeal)
    assert (promise.plan, promise.plan_title) == ("testing:7", "Ремонт теплотрассы")


def test_returned_with_a_reason(world, body):
    appeal = world.assigned()
    assert act(body, appeal, "return", reason=" ").status_code == 400
    assert act(body, appeal, "return", reason="это водоканал").status_code == 302
    assert fresh(appeal).state == State.RETURNED
    # Not theirs any more.
    assert body.get(f"/inbox/{appeal.pk}/").status_code == 404


def test_the_loser_sees_both_versions(world, body):
    appeal = world.in_progress()
    seen = appeal.version
    services.pause(
        appeal=appeal, user=world.executor, kind=PauseReason.ACCESS, reason="нет доступа",
        now=MONDAY + HOUR,
    )  # fmt: skip
    answer = act(body, appeal, "extend", version=seen, until_day="2026-12-20", reason="Моя причина")
    assert answer.status_code == 409
    page = answer.content.decode()
    assert "Somebody was faster" in page
    assert "Моя причина" in page
    assert world.executor.username in page
    differing = {one.label for one in answer.context["versions"].values if one.differs}
    assert differing == {"Paused since"}
    assert fresh(appeal).extensions_count == 0


@pytest.mark.parametrize("version", ["", "x", "0", "-1", "99999999999999999999"])
def test_a_version_that_is_none_is_refused(world, body, version):
    appeal = world.assigned()
    assert act(body, appeal, "accept", version=version).status_code == 400
    assert fresh(appeal).state == State.ASSIGNED


def test_a_form_sent_twice_acts_once(world, body):
    appeal = world.assigned()
    assert act(body, appeal, "accept").status_code == 302
    assert act(body, appeal, "accept").status_code == 409
    assert fresh(appeal).version == appeal.version + 1
