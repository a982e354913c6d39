"""What the list of appeals can be narrowed down to; exports and counts may share it."""

import datetime as dt
from typing import Any

from django import forms
from django.db.models import F, Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from appeals.choices import Channel, State
from appeals.models import Category
from appeals.models.appeals import NUMBER_PREFIX
from citymap.accounts.models import Organization, User
from layers.choices import TerritoryKind
from layers.models import Territory

OPEN, ALL = "open", "all"
SORTS = {
    "registered": "registered_at", "due": "due_at", "number": "number", "state": "state",
    "category": "category__code", "body": "executor__name",
}  # fmt: skip
MOST_BODIES = 300


class AppealFilter(forms.Form):
    """State, body, category, territory, channel, overdue, period, mine, words."""

    state = forms.ChoiceField(label=_("State"), required=False)
    category = forms.CharField(label=_("Category"), required=False, max_length=40)
    body = forms.CharField(label=_("Organisation"), required=False, max_length=20)
    territory = forms.ModelChoiceField(
        label=_("Territory"), queryset=Territory.objects.none(), required=False,
        empty_label=_("All"),
    )  # fmt: skip
    channel = forms.ChoiceField(
        label=_("Channel"), required=False, choices=[("", _("All")), *Channel.choices]
    )
    since = forms.DateField(
        label=_("From"), required=False, widget=forms.DateInput({"type": "date"})
    )
    until = forms.DateField(
        label=_("Until"), required=False, widget=forms.DateInput({"type": "date"})
    )
    q = forms.CharField(label=_("Number or address"), required=False, max_length=100)
    overdue = forms.BooleanField(label=_("Overdue only"), required=False)
    mine = forms.BooleanField(label=_("Registered by me"), required=False)

    def __init__(self, data: Any = None, *args: Any, **kwargs: Any) -> None:
        super().__init__(data, *args, **kwargs)
        choices = [("", _("Open")), (ALL, _("All")), *State.choices]
        self.fields["state"].choices = choices
        groups = Category.objects.groups().prefetch_related("leaves")
        self.fields["category"].widget = forms.Select(
            choices=[
                ("", _("All")),
                *(
                    (group.name, [(group.code, _("%(name)s: all") % {"name": group.name}),
                                  *((leaf.code, leaf.name) for leaf in group.leaves.all())])
                    for group in groups
                ),
            ]
        )  # fmt: skip
        self.fields["territory"].queryset = (
            Territory.objects.current().filter(kind__in=_PARTS).order_by("name")
        )
        chosen = str((data or {}).get("body", ""))
        self.fields["body"].widget = forms.Select({"data-bodies": ""}, choices=_bodies(chosen))

    def apply(self, rows: QuerySet, user: User, now: dt.datetime) -> QuerySet:
        """Narrow `rows`; what is not understood narrows nothing."""
        self.is_valid()
        chosen = self.cleaned_data
        state = chosen.get("state")
        if not state:
            rows = rows.open()
        elif state != ALL:
            rows = rows.filter(state=state)
        if code := chosen.get("category"):
            rows = rows.filter(Q(category__code=code) | Q(category__parent__code=code))
        if (body := chosen.get("body") or "").isdecimal():
            rows = rows.filter(executor=int(body))
        if territory := chosen.get("territory"):
            rows = rows.filter(geom__intersects=territory.geom)
        if channel := chosen.get("channel"):
            rows = rows.filter(channel=channel)
        if since := chosen.get("since"):
            rows = rows.filter(registered_at__gte=_midnight(since))
        if until := chosen.get("until"):
            rows = rows.filter(registered_at__lt=_midnight(until) + dt.timedelta(days=1))
        if chosen.get("overdue"):
            rows = rows.overdue(now)
        if chosen.get("mine"):
            rows = rows.filter(registered_by=user)
        if words := (chosen.get("q") or "").replace("\x00", "").strip():
            rows = rows.filter(_named(words))
        return rows


def _named(words: str) -> Q:
    """A number or its end (both by index), else a part of the address."""
    if words.isdecimal() and len(words) <= 6:
        return Q(serial=int(words)) | Q(place__icontains=words)
    if words.startswith(f"{NUMBER_PREFIX}-"):
        return Q(number__startswith=words)
    return Q(place__icontains=words)


_PARTS = [
    kind for kind in TerritoryKind.values if kind not in (TerritoryKind.REGION, TerritoryKind.CITY)
]


def ordered(rows: QuerySet, sort: str) -> QuerySet:
    """By a known column, `-` in front: backwards; the newest first otherwise."""
    column = SORTS.get(sort.removeprefix("-"))
    if column is None:
        return rows.order_by("-registered_at", "-pk")
    key = F(column)
    direction = key.desc if sort.startswith("-") else key.asc
    return rows.order_by(direction(nulls_last=True), "pk")


def _bodies(chosen: str) -> list[tuple[str, Any]]:
    """The choice of a body: the one chosen; others come by name while it is typed."""
    offered: list[tuple[str, Any]] = [("", _("All"))]
    if chosen.isdecimal() and (body := Organization.objects.filter(pk=int(chosen[:9])).first()):
        offered.append((str(body.pk), body.title))
    return offered


def _midnight(day: dt.date) -> dt.datetime:
    return timezone.make_aware(dt.datetime.combine(day, dt.time()))
