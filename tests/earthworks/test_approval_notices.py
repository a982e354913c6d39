"""Who is asked for approval is told, reminded before the term ends, told once that it has ended."""

import datetime as dt

import pytest

from citymap.notices.models import Notice
from citymap.notices.rendering import shown
from earthworks.choices import ApprovalKind, Decision
from earthworks.models import Approval
from earthworks.services import asking, orders
from tests.earthworks.world import approving, body, local, official

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("rules")]
NOON = local("2026-05-12 12:00")


def stages() -> list[str]:
    rows = Notice.objects.filter(kind=asking.KIND)
    return list(rows.order_by("pk").values_list("stage", flat=True))


def asked(now: dt.datetime = NOON):
    order = approving(now=now)
    orders.ask_approval(
        order=order, body=body("gas"), kind=ApprovalKind.NETWORK, user=official(), now=now
    )
    return order.approvals.get(organization=body("gas"))


def test_who_is_asked_is_told_once_with_the_term():
    line = asked()
    assert stages() == ["asked"]
    orders.ask_approval(
        order=line.order, body=body("gas"), kind=ApprovalKind.NETWORK, user=official(), now=NOON
    )
    assert stages() == ["asked"]
    notice = Notice.objects.get(kind=asking.KIND)
    assert notice.organization == line.organization
    assert notice.source == line


@pytest.mark.parametrize("language", ["ru", "kk", "en"])
@pytest.mark.parametrize("stage", ["asked", "soon", "late"])
def test_the_letter_names_the_order_and_the_term(language, stage):
    line = asked()
    notice = Notice.objects.get(kind=asking.KIND)
    notice.context["what"] = stage
    letter = shown(notice, language)
    assert line.order.number in letter.subject
    text = " ".join(letter.text.split())
    assert f"{line.due_at.astimezone(local('2026-05-12 00:00').tzinfo):%H:%M}" in text
    assert "2026" in text
    assert "{" not in text


def test_a_reminder_a_day_before_and_one_word_when_the_term_has_ended():
    line = asked()
    assert asking.remind(now=line.due_at - dt.timedelta(days=2)) == 0
    for _again in range(2):
        asking.remind(now=line.due_at - dt.timedelta(hours=20))
    assert stages() == ["asked", "soon"]
    for hours in (1, 30):
        asking.remind(now=line.due_at + dt.timedelta(hours=hours))
    assert stages() == ["asked", "soon", "late"]


def test_after_a_worker_that_was_off_only_the_last_word():
    line = asked()
    asking.remind(now=line.due_at + dt.timedelta(days=3))
    assert stages() == ["asked", "late"]


def test_a_question_of_the_same_day_reminds_of_itself():
    line = asked()
    due_at = line.asked_at + dt.timedelta(hours=20)
    Approval.objects.filter(pk=line.pk).update(due_at=due_at)
    asking.remind(now=line.asked_at + dt.timedelta(hours=1))
    assert stages() == ["asked"]
    asking.remind(now=due_at)
    assert stages() == ["asked", "late"]


def test_nobody_is_reminded_of_what_is_answered_or_ended():
    line = asked()
    orders.answer_approval(approval=line, decision=Decision.AGREED, user=official(), now=NOON)
    assert asking.remind(now=line.due_at + dt.timedelta(days=1)) == 0
    other = asked(now=NOON)
    orders.refuse(order=other.order, reason="no project", user=official(), now=NOON)
    assert asking.remind(now=other.due_at + dt.timedelta(days=1)) == 0
    assert "late" not in stages()
