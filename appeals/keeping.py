"""Until when the centre needs its applicants: open matters for ever, closed ones for a term."""

import datetime as dt
from collections.abc import Mapping, Sequence

from django.db.models import Max
from django.utils import timezone

from appeals.models import Appeal, Contact
from appeals.workflow import ENDED
from citymap.personal.retention import FOREVER, keep_until

RULE = "appeals.closed"


def needed_until(person_ids: Sequence[int]) -> Mapping[int, dt.date]:
    """For people who asked or called: the last day on which they must be there."""
    found: dict[int, dt.date] = {}
    people = Appeal.people.through.objects.filter(person__in=person_ids)
    open_ones = people.exclude(appeal__state__in=sorted(ENDED))
    found |= dict.fromkeys(open_ones.values_list("person", flat=True), FOREVER)
    closed = people.filter(appeal__state__in=sorted(ENDED)).values("person")
    for row in closed.annotate(last=Max("appeal__ended_at")):
        _later(found, row["person"], row["last"])
    calls = Contact.objects.filter(caller__in=person_ids).values("caller")
    for row in calls.annotate(last=Max("started_at")):
        _later(found, row["caller"], row["last"])
    return found


def _later(found: dict[int, dt.date], person: int, moment: dt.datetime) -> None:
    until = keep_until(RULE, timezone.localdate(moment))
    found[person] = max(until, found.get(person, until))
