"""What the worklist can be narrowed down to; list, map and counts share it."""

import datetime as dt

from django import forms
from django.db.models import Case, CharField, Count, Q, Value, When
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from appeals.choices import State
from appeals.models import Appeal, Category
from appeals.permissions import INBOX
from appeals.querysets import AppealQuerySet
from appeals.tiles import OVERDUE_SIGN, REPORTED_SIGN, RUNNING_SIGN
from appeals.workflow import COORDINATION, ENDED, OPEN, RUNNING
from citymap.accounts.access import AnyUser, holds, visible
from citymap.accounts.models import Organization

MAX_WORDS = 100
# Name, title, which appeals. The first is shown when nothing is chosen.
SHOWN: dict[str, tuple[object, Q]] = {
    "todo": (
        _("To do"),
        Q(state__in=[State.ASSIGNED, State.ACCEPTED, State.IN_PROGRESS, State.REJECTED]),
    ),
    "new": (_("To accept"), Q(state=State.ASSIGNED)),
    "work": (_("In work"), Q(state__in=[State.ACCEPTED, State.IN_PROGRESS])),
    "back": (_("Sent back"), Q(state=State.REJECTED)),
    "waiting": (_("Clock stands"), Q(paused_at__isnull=False, state__in=sorted(OPEN))),
    "sent": (_("Reported"), Q(state__in=[State.REPORTED_DONE, State.VERIFIED])),
    "ended": (_("Ended"), Q(state__in=sorted(ENDED))),
}
ENDED_HEADING = "ended"
DUE = [
    ("", _("Any deadline")), ("overdue", _("Overdue")), ("today", _("Due today")),
    ("week", _("Due within a week")),
]  # fmt: skip
SORTS = {
    "due": (_("Deadline first"), ["due_at", "pk"]),
    "new": (_("Newest first"), ["-registered_at", "-pk"]),
    "old": (_("Oldest first"), ["registered_at", "pk"]),
}


class InboxFilter(forms.Form):
    """What is not understood filters nothing."""

    show = forms.ChoiceField(
        required=False, choices=[(name, title) for name, (title, _q) in SHOWN.items()],
        widget=forms.HiddenInput,
    )  # fmt: skip
    due = forms.ChoiceField(label=_("Deadline"), required=False, choices=DUE)
    group = forms.ModelChoiceField(
        label=_("Category"), required=False, queryset=Category.objects.groups(),
        empty_label=_("All categories"), to_field_name="code",
    )  # fmt: skip
    part = forms.ChoiceField(
        label=_("Our part"), required=False,
        choices=[("", _("Main and co-executor")), ("main", _("Main executor")),
                 ("helper", _("Co-executor"))],
    )  # fmt: skip
    body = forms.ModelChoiceField(
        label=_("Organisation"), required=False, queryset=Organization.objects.none(),
        empty_label=_("All organisations"),
    )  # fmt: skip
    sort = forms.ChoiceField(
        label=pgettext_lazy("sorting", "Order"), required=False,
        choices=[(name, title) for name, (title, _o) in SORTS.items()],
    )  # fmt: skip
    q = forms.CharField(label=_("Number, address or words"), required=False)

    def __init__(self, *args, user: AnyUser, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        self.user = user
        self.bodies = user.reach.bodies
        self.everybody = user.is_superuser or holds(user, *COORDINATION)
        field = self.fields["body"]
        if self.everybody:
            # Two thousand names make no list: a body is reached by a link with its number.
            field.queryset = Organization.objects.all()
            field.widget = forms.HiddenInput()
            del self.fields["part"]
        elif len(self.bodies) > 1:
            field.queryset = Organization.objects.filter(pk__in=self.bodies)
        else:
            del self.fields["body"]
        self.is_valid()
        self.chosen = self.cleaned_data

    @property
    def heading(self) -> str:
        return self.chosen.get("show") or next(iter(SHOWN))

    def rows(self, now: dt.datetime) -> AppealQuerySet:
        """The appeals chosen, in the order chosen."""
        _title, order = SORTS[self.chosen.get("sort") or "due"]
        if self.heading == ENDED_HEADING and not self.chosen.get("sort"):
            order = ["-ended_at", "-pk"]
        return self.all_rows(now).filter(SHOWN[self.heading][1]).order_by(*order)

    def counts(self, now: dt.datetime) -> dict[str, int]:
        """How many there are under each heading; one query over what is open.

        What has ended is not counted: it grows for ever, and nobody works on it.
        """
        return (
            self.all_rows(now)
            .open()
            .aggregate(
                **{
                    name: Count("pk", filter=which)
                    for name, (_title, which) in SHOWN.items()
                    if name != ENDED_HEADING
                }
            )
        )

    def all_rows(self, now: dt.datetime) -> AppealQuerySet:
        """Everything but the heading."""
        chosen = self.chosen
        rows = visible(Appeal.objects.real(), self.user, INBOX)
        if self.everybody:
            rows = rows.filter(executor__isnull=False)
        if body := chosen.get("body"):
            rows = rows.filter(executor=body)
        if part := chosen.get("part"):
            main = Q(executor__in=self.bodies)
            rows = rows.filter(main if part == "main" else ~main)
        if group := chosen.get("group"):
            rows = rows.filter(category__parent=group)
        if due := chosen.get("due"):
            rows = due_rows(rows, due, now)
        words = (chosen.get("q") or "").replace("\x00", "").strip()[:MAX_WORDS]
        if words:
            rows = rows.filter(
                Q(number__iexact=words) | Q(place__icontains=words) | Q(text__icontains=words)
            )
        return rows


def due_rows(rows: AppealQuerySet, due: str, now: dt.datetime) -> AppealQuerySet:
    """Appeals whose deadline has passed, or comes today or within a week."""
    if due == "overdue":
        return rows.overdue(now)
    tomorrow = timezone.localtime(now).replace(hour=0, minute=0, second=0, microsecond=0)
    tomorrow += dt.timedelta(days=1)
    until = tomorrow if due == "today" else tomorrow + dt.timedelta(days=6)
    return rows.running().filter(paused_at__isnull=True, due_at__gte=now, due_at__lt=until)


def standing_at(now: dt.datetime) -> Case:
    """How an appeal stands, as it is coloured on the map."""
    running = Q(state__in=sorted(RUNNING))
    return Case(
        When(running & Q(paused_at__isnull=True, due_at__lt=now), then=Value(OVERDUE_SIGN)),
        When(running, then=Value(RUNNING_SIGN)),
        default=Value(REPORTED_SIGN),
        output_field=CharField(),
    )
