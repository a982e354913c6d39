"""What residents wrote about a yard: told of three people or more, so that nobody is recognised."""

import datetime as dt
from dataclasses import dataclass

from django.db.models import Count, Max
from django.utils import timezone

from layers.models import Yard
from planning.choices import Theme
from planning.models import Event
from planning.queueinputs import NEAR_YARD_M

LEAST_PEOPLE = 3
DAYS = 365


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """A theme that `people` different people wrote about; `last`: when last, to be shown by month
    only."""

    theme: Theme
    people: int
    last: dt.datetime


def said_about(yard: Yard) -> list[Said]:
    """Themes of the last twelve months in or beside a yard, most people first; however many
    messages a person sent. Themes of fewer than LEAST_PEOPLE are left out; one query."""
    today = timezone.localdate()
    rows = (
        Event.objects.between(today - dt.timedelta(DAYS), today + dt.timedelta(1))
        .filter(person__isnull=False, geom__dwithin=(yard.geom, NEAR_YARD_M))
        .order_by()
        .values("theme")
        .annotate(people=Count("person", distinct=True), last=Max("occurred_at"))
        .filter(people__gte=LEAST_PEOPLE)
        .order_by("-people", "theme")
    )
    return [Said(theme=Theme(row["theme"]), people=row["people"], last=row["last"]) for row in rows]
