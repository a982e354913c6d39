"""Who is owed which news of an appeal; each is a notice in the same transaction."""

from collections.abc import Iterable
from contextlib import suppress

from django.contrib.contenttypes.models import ContentType

from appeals.models import Appeal, Applicant, Extension, Instruction, Promise, Report, WorkLink
from appeals.sla import Stage
from citymap.accounts.choices import Role
from citymap.accounts.models import Organization, User
from citymap.notices.choices import State
from citymap.notices.models import Notice
from citymap.notices.querysets import NoticeQuerySet
from citymap.notices.recipients import Recipient
from citymap.notices.rules import NoticeError
from citymap.notices.services import cancel, owe

FOR_BODY = "appeal_for_body"
FOR_DESK = "appeal_for_desk"
FOR_APPLICANT = "appeal_for_applicant"
WORK_LINK = "appeal_work_link"
# Stage of the message that an outage is over: one for each applicant of an appeal.
OUTAGE_OVER = "outage over"


def assigned(appeal: Appeal) -> None:
    """The body learns that it answers now."""
    _tell_body(appeal, appeal.executor, "assigned", "an appeal was assigned")


def helper_added(appeal: Appeal, body: Organization) -> None:
    """The co-executor learns that it helps."""
    _tell_body(appeal, body, "helper", "brought in as co-executor")


def sent_back(appeal: Appeal, report: Report) -> None:
    """The body learns that its reply does not stand."""
    _tell_body(appeal, report.body, "sent_back", "a reply was sent back")


def returned(appeal: Appeal) -> None:
    """Coordinators learn that somebody else must be found."""
    tell_staff(appeal, Role.COORDINATOR, what="returned", stage=f"returned v{appeal.version}",
               why="a body returned an appeal")  # fmt: skip


def reopened(appeal: Appeal) -> None:
    """Coordinators learn that a closed appeal is open again."""
    tell_staff(appeal, Role.COORDINATOR, what="reopened", stage=f"reopened v{appeal.version}",
               why="an appeal was reopened")  # fmt: skip


def registered(appeal: Appeal) -> None:
    """Each applicant learns the number and the code; the code is made when it is written."""
    if appeal.practice:
        return
    for applicant in appeal.applicants.select_related("person").order_by("pk"):
        owe(
            kind=FOR_APPLICANT,
            source=appeal,
            stage="registered",
            recipient=Recipient.person(applicant.person),
            language=appeal.language,
            why="who reports is told the number",
            context={"what": "registered"},
        )


def extended(appeal: Appeal, extension: Extension) -> None:
    """Each applicant learns the new deadline."""
    if appeal.practice:
        return
    for applicant in appeal.applicants.select_related("person").order_by("pk"):
        owe(
            kind=FOR_APPLICANT,
            source=appeal,
            stage=f"extended {extension.number}",
            recipient=Recipient.person(applicant.person),
            language=appeal.language,
            due_at=extension.tell_by,
            why="extensions are told to applicants",
            context={"what": "extended", "until": extension.until.isoformat()},
        )


def asked(appeal: Appeal) -> None:
    """Each applicant learns that the body asks something; operators bring the answer."""
    tell_staff(appeal, Role.OPERATOR, what="asked", stage=f"asked v{appeal.version}",
               why="a body asks the applicant")  # fmt: skip
    if appeal.practice:
        return
    for applicant in appeal.applicants.select_related("person").order_by("pk"):
        owe(
            kind=FOR_APPLICANT, source=appeal, stage=f"asked v{appeal.version}",
            recipient=Recipient.person(applicant.person), language=appeal.language,
            why="a body asks the applicant", context={"what": "asked"},
        )  # fmt: skip


def outage_over(applicant: Applicant) -> None:
    """Who asked about an outage learns that it is over, and when; once."""
    appeal = applicant.appeal
    incident = appeal.incident or appeal.joined_into.incident
    owe(
        kind=FOR_APPLICANT, source=appeal, stage=OUTAGE_OVER,
        recipient=Recipient.person(applicant.person), language=appeal.language,
        why="the outage that was asked about is over",
        context={"what": "outage_over", "title": incident.title,
                 "ended_at": incident.ended_at.isoformat()},
    )  # fmt: skip


def promise_claimed(appeal: Appeal, promise: Promise) -> None:
    """Coordinators learn that a body calls its promise kept: they look and decide."""
    tell_staff(appeal, Role.COORDINATOR, what="promise_claimed", stage=f"claimed {promise.pk}",
               why="a body calls its promise kept")  # fmt: skip


def link_sent(link: WorkLink, address: str) -> None:
    """Whoever works without a computer gets the way to the appeal."""
    if link.appeal.practice:
        return
    owe(
        kind=WORK_LINK, source=link, why="an appeal is worked on by link",
        recipient=Recipient.address("email", address), language=link.body.languages[0],
        context={"what": "link"},
    )  # fmt: skip


def tell_staff(appeal: Appeal, *roles: Role, what: str, stage: str, why: str) -> int:
    """Owe everybody with one of the roles the same news; how many there are."""
    if appeal.practice:
        return 0
    users = list(
        User.objects.filter(is_active=True, roles__overlap=[role.value for role in roles])
        .order_by("pk")
    )  # fmt: skip
    for user in users:
        owe(
            kind=FOR_DESK, source=appeal, stage=stage, recipient=Recipient.user(user), why=why,
            context={"what": what},
        )  # fmt: skip
    return len(users)


def tell_body(appeal: Appeal, *, what: str, stage: str, why: str) -> None:
    """Owe the main executor some news."""
    if appeal.practice or appeal.executor is None:
        return
    owe(
        kind=FOR_BODY, source=appeal, stage=stage, why=why, context={"what": what},
        recipient=Recipient.organization(appeal.executor),
    )  # fmt: skip


def already_owed(appeals: Iterable[Appeal]) -> set[tuple[int, str, int | None]]:
    """What bodies and staff are owed about appeals, or were told: appeal, stage, body (None:
    staff); one query. Sweeps look at the same appeals again and again: what they owed once they
    need not ask for anew.
    """
    rows = Notice.objects.filter(
        kind__in=(FOR_BODY, FOR_DESK),
        source_type=ContentType.objects.get_for_model(Appeal),
        source_id__in=[str(appeal.pk) for appeal in appeals],
    )
    return {
        (int(appeal), stage, body)
        for appeal, stage, body in rows.values_list("source_id", "stage", "organization")
    }


def warnings_waiting() -> set[str]:
    """Keys of appeals whose warning of a deadline is owed and not out yet, as notices hold them."""
    return set(_warnings().values_list("source_id", flat=True))


def take_warnings_back(appeal: Appeal) -> None:
    """Nobody is warned of a deadline that has passed: what is not out yet is cancelled."""
    for notice in _warnings().about(appeal).order_by("pk"):
        # What a deliverer has taken in hand meanwhile goes out.
        with suppress(NoticeError):
            cancel(notice=notice, user=None, why="the deadline has passed")


def _warnings() -> NoticeQuerySet:
    return Notice.objects.filter(
        kind=FOR_BODY, state=State.QUEUED, stage__startswith=f"{Stage.WARNING} "
    )


def instructed(instruction: Instruction) -> None:
    """The body learns that the akim or the head has ordered something."""
    if instruction.appeal.practice:
        return
    owe(
        kind=FOR_BODY, source=instruction.appeal, stage=f"instruction {instruction.pk}",
        why="an instruction was given", context={"what": "instruction"},
        recipient=Recipient.organization(instruction.body),
    )  # fmt: skip


def _tell_body(appeal: Appeal, body: Organization, what: str, why: str) -> None:
    if appeal.practice:
        return
    owe(
        kind=FOR_BODY, source=appeal, stage=f"{what} v{appeal.version}", why=why,
        recipient=Recipient.organization(body), context={"what": what},
    )  # fmt: skip
