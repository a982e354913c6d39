"""Where each reader works with an appeal: the bell and lists of news lead there."""

from django.db.models import Model
from django.urls import reverse

from appeals.choices import State
from appeals.permissions import CHECK, INBOX, READ, READERS_OF_ALL
from appeals.workflow import COORDINATION
from citymap.accounts.access import AnyUser, holds, may
from citymap.accounts.choices import Role


def page_for(appeal: Model, user: AnyUser) -> str:
    """The reader's own page of an appeal; empty where there is none.

    The centre, and whoever reads all appeals, at the desk; a body in its inbox; an inspector
    among the day's checks, where there is something to be looked at; an applicant by the code.
    """
    if not user.is_authenticated:
        return reverse("portal:track-number", args=[appeal.number])
    at_desk = reverse("desk:appeal", args=[appeal.number])
    if holds(user, *COORDINATION):
        return at_desk
    if holds(user, Role.EXECUTOR) and may(user, INBOX, appeal):
        return reverse("inbox:appeal", args=[appeal.pk])
    if holds(user, *READERS_OF_ALL):
        return at_desk
    if not may(user, READ, appeal):
        return ""
    if appeal.state == State.REPORTED_DONE and may(user, CHECK, appeal):
        return f"{reverse('field:worklist')}#stop-{appeal.pk}"
    return at_desk
