"""Following a yard: asked for, confirmed by a letter, told of news, stopped."""

import datetime as dt
from collections.abc import Collection
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from citymap.notices import services as notices
from citymap.notices.recipients import Recipient
from citymap.personal.errors import InvalidValueError
from citymap.personal.models import Person
from citymap.personal.services import find_people, save_person
from layers.models import Yard
from planning.models import YardFollower
from planning.services.errors import NotPossibleNowError, PlanningRefusedError

CONFIRM, NEWS = "yard_follow_confirm", "yard_news"
# A stranger's address is not flooded: so many unconfirmed wishes of one address in a day.
MOST_UNCONFIRMED = 5
UNCONFIRMED_FOR = dt.timedelta(days=7)


@transaction.atomic
def ask_to_follow(*, yard: Yard, email: str, language: str, now: dt.datetime | None = None) -> None:
    """Send the letter that confirms the wish; nothing to tell whoever asks from whoever may.

    The same whether the address follows already, waits, or asks too often: nobody learns who
    follows what. One letter a day at most. Raises PlanningRefusedError for what is no address.
    """
    now = now or timezone.now()
    try:
        known = find_people(email=email)
    except InvalidValueError as error:
        raise PlanningRefusedError(_("This is no e-mail address.")) from error
    if not email.strip():
        raise PlanningRefusedError(_("This is no e-mail address."))
    Yard.objects.select_for_update().get(pk=yard.pk)
    followers = YardFollower.objects.filter(person__in=known)
    follower = followers.lasting().filter(yard=yard).select_related("person").first()
    if follower is None:
        waiting = followers.lasting().filter(confirmed_at=None, asked_at__gt=now - _DAY).count()
        if waiting >= MOST_UNCONFIRMED:
            return
        follower = YardFollower.objects.create(
            yard=yard, person=_person(followers, email, language), language=language
        )
    if follower.confirmed_at is None:
        notices.owe(
            kind=CONFIRM,
            source=follower,
            stage=f"asked {timezone.localdate(now).isoformat()}",
            recipient=Recipient.person(follower.person),
            language=language,
            why="somebody gave this address to follow a yard",
        )


_DAY = dt.timedelta(days=1)


def _person(followers, email: str, language: str) -> Person:
    """The follower's own record: never that of an applicant, whose other addresses it may hold."""
    known = followers.select_related("person").order_by("pk").first()
    if known is not None:
        return known.person
    return save_person(emails=[email], language=language)


@transaction.atomic
def confirm_following(*, token: str) -> YardFollower:
    """The address was right. Confirmed twice changes nothing. Raises NotPossibleNowError."""
    follower = _locked(token)
    if follower.confirmed_at is None:
        follower.confirmed_at = timezone.now()
        follower.save(update_fields=["confirmed_at"])
    return follower


@transaction.atomic
def stop_following(*, token: str) -> YardFollower:
    """No more letters. Raises NotPossibleNowError when it has ended."""
    follower = _locked(token)
    follower.ended_at = timezone.now()
    follower.save(update_fields=["ended_at"])
    return follower


def _locked(token: str) -> YardFollower:
    rows = YardFollower.objects.select_for_update(of=("self",)).select_related("yard")
    follower = rows.lasting().filter(token=token).first()
    if follower is None:
        raise NotPossibleNowError(_("This link is no longer valid."))
    return follower


def tell_followers(*, yards: Collection[int], what: str, stage: str, **context: Any) -> int:
    """Owe everybody who follows one of the yards a letter; how many.

    what: see templates/notices/yard_news. stage: makes the occasion unique for a follower.
    Belongs to the caller's transaction.
    """
    followers = YardFollower.objects.told().filter(yard__in=yards).select_related("person", "yard")
    told = 0
    for follower in followers.order_by("pk"):
        notices.owe(
            kind=NEWS,
            source=follower,
            stage=stage,
            recipient=Recipient.person(follower.person),
            language=follower.language,
            why="follows the yard",
            context={"what": what, **context},
        )
        told += 1
    return told


@transaction.atomic
def drop_unconfirmed(*, now: dt.datetime) -> int:
    """End wishes that nobody confirmed in a week; how many."""
    old = YardFollower.objects.lasting().filter(
        confirmed_at=None, asked_at__lt=now - UNCONFIRMED_FOR
    )
    return old.update(ended_at=now)
