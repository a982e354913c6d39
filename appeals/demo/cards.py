"""What the demo's moderator has shown to everybody: some of the latest appeals of each fate."""

import datetime as dt
from collections.abc import Iterable

from django.db.models import QuerySet
from django.utils import timezone

from appeals.choices import Outcome, PromiseState, State, Urgency
from appeals.models import Appeal, Report
from appeals.permissions import MODERATE
from appeals.portal.scrub import scrubbed
from appeals.services import show_card
from citymap.accounts.access import may
from citymap.accounts.models import User

# How many of each fate, and how many of one theme among them.
DONE, KEPT, BROKEN, WAITING, OF_ONE_THEME = 20, 4, 4, 6, 3


def show_cards(source: str) -> int:
    """Show some appeals of `source`; nothing where nobody may decide. How many."""
    people = User.objects.filter(is_active=True, is_superuser=False).order_by("pk")
    moderator = next((one for one in people[:100] if may(one, MODERATE)), None)
    if moderator is None:
        return 0
    shown = 0
    for appeal in _chosen(Appeal.objects.filter(source=source, urgency=Urgency.NORMAL)):
        report = Report.objects.filter(appeal=appeal, verified_at__isnull=False).first()
        decided = (appeal.ended_at or appeal.received_at) + dt.timedelta(hours=3)
        show_card(
            appeal=appeal, user=moderator, reply=scrubbed(report.text) if report else "",
            now=min(decided, timezone.now()),
        )  # fmt: skip
        shown += 1
    return shown


def _chosen(appeals: QuerySet) -> Iterable[Appeal]:
    latest = appeals.order_by("-received_at", "-pk").select_related("category")
    closed = latest.filter(state=State.CLOSED)
    found: dict[int, Appeal] = {}
    for rows, most in (
        (closed.filter(outcome=Outcome.DONE), DONE),
        (closed.filter(promises__state=PromiseState.KEPT), KEPT),
        (closed.filter(promises__state=PromiseState.BROKEN), BROKEN),
        (latest.filter(state__in=(State.ACCEPTED, State.IN_PROGRESS)), WAITING),
    ):
        themes: dict[int, int] = {}
        for appeal in rows[: most * 10]:
            theme = appeal.category.parent_id
            if sum(themes.values()) == most:
                break
            if appeal.pk in found or themes.get(theme, 0) == OF_ONE_THEME:
                continue
            themes[theme] = themes.get(theme, 0) + 1
            found[appeal.pk] = appeal
    return found.values()
