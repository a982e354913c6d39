"""The end of an outage: who is told of it by message, and who is called because none arrives."""

import datetime as dt

from django.contrib.contenttypes.models import ContentType
from django.db.models import CharField, Exists, F, OuterRef, Q, QuerySet
from django.db.models.functions import Cast

from appeals.choices import CallResult, State
from appeals.models import Appeal, Applicant, CallBack
from appeals.telling import FOR_APPLICANT, OUTAGE_OVER
from appeals.workflow import OPEN
from citymap.notices.choices import DEAD_LETTERS
from citymap.notices.models import Notice
from citymap.personal.choices import PersonState

# What ended longer ago was told long ago, or says nothing to anybody any more.
LOOK_BACK = dt.timedelta(days=14)
HEARD = (CallResult.TOLD, CallResult.MESSAGE, CallResult.NOT_WANTED)
_GOES_ON = Q(appeal__state__in=sorted(OPEN)) | Q(
    appeal__state=State.JOINED, appeal__joined_into__state__in=sorted(OPEN)
)


def not_told(now: dt.datetime) -> QuerySet:
    """Applicants who asked before an outage was over and are owed no message of its end yet."""
    ended = (now - LOOK_BACK, now)
    own = Q(appeal__incident__ended_at__range=ended,
            added_at__lte=F("appeal__incident__ended_at"))  # fmt: skip
    joined = Q(appeal__joined_into__incident__ended_at__range=ended,
               added_at__lte=F("appeal__joined_into__incident__ended_at"))  # fmt: skip
    return (
        Applicant.objects.filter(own | joined)
        .filter(_GOES_ON, appeal__practice=False, person__state=PersonState.ACTIVE)
        .exclude(Exists(_messages().filter(person=OuterRef("person"))))
        .select_related("person", "appeal__incident", "appeal__joined_into__incident")
        .order_by("pk")
    )


def to_call() -> QuerySet:
    """Open appeals of outages that are over with somebody whom no message reached or a call told.

    Verified ones are not among them: their result is told, and the end of the outage with it.
    """
    heard = CallBack.objects.filter(
        applicant=OuterRef("pk"), result__in=HEARD,
        called_at__gte=OuterRef(OuterRef("incident__ended_at")),
    )  # fmt: skip
    lost = _messages().filter(person=OuterRef("person"), state__in=DEAD_LETTERS)
    waiting = (
        Applicant.objects.filter(
            Q(appeal=OuterRef("pk")) | Q(appeal__joined_into=OuterRef("pk")),
            person__state=PersonState.ACTIVE,
        )
        .filter(Exists(lost))
        .exclude(Exists(heard))
    )
    return Appeal.objects.filter(
        Exists(waiting), incident__ended_at__isnull=False,
        state__in=sorted(OPEN - {State.VERIFIED, State.MEDIATION}),
    )  # fmt: skip


def _messages() -> QuerySet:
    """Messages of the end of an outage, of the appeal of an applicant."""
    return Notice.objects.filter(
        kind=FOR_APPLICANT, stage=OUTAGE_OVER,
        source_type=ContentType.objects.get_for_model(Appeal),
        source_id=Cast(OuterRef("appeal"), CharField()),
    )  # fmt: skip
