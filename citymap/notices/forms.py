"""Forms of the outbox: what to look for, why something is done."""

import datetime as dt

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from citymap.notices.channels.base import channels, outside_channels
from citymap.notices.choices import State
from citymap.notices.models import Notice
from citymap.notices.querysets import NoticeQuerySet
from citymap.notices.registry import kinds
from citymap.notices.rules import MAX_REASON

UNDELIVERED = "undelivered"
WAITING = "waiting"
LATE = "late"


def _date_input() -> forms.DateInput:
    return forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")


class FilterForm(forms.Form):
    """State, kind, channel and the period in which notices were made."""

    state = forms.ChoiceField(label=_("State"), required=False)
    kind = forms.ChoiceField(label=_("Kind"), required=False)
    channel = forms.ChoiceField(label=_("Channel"), required=False)
    first = forms.DateField(label=_("From"), required=False, widget=_date_input())
    last = forms.DateField(label=_("Until"), required=False, widget=_date_input())

    def __init__(self, *args, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        self.fields["state"].choices = [
            ("", _("all")),
            (UNDELIVERED, _("Undelivered, something to do")),
            (WAITING, _("Waiting")),
            (LATE, _("Overdue")),
            *State.choices,
        ]
        self.fields["kind"].choices = [("", _("all")), *((k.name, k.title) for k in kinds)]
        self.fields["channel"].choices = [("", _("all")), *((c.name, c.title) for c in channels)]

    def found(self) -> NoticeQuerySet:
        """What the form asks for; what cannot be understood is passed over."""
        wanted = self.cleaned_data if self.is_valid() else self.cleaned_data or {}
        rows = Notice.objects.all()
        state = wanted.get("state")
        if state == UNDELIVERED:
            rows = rows.dead_letters()
        elif state == WAITING:
            rows = rows.open()
        elif state == LATE:
            rows = rows.late(timezone.now())
        elif state:
            rows = rows.filter(state=state)
        if kind := wanted.get("kind"):
            rows = rows.filter(kind=kind)
        if channel := wanted.get("channel"):
            rows = rows.filter(channels__contains=[channel])
        return rows.between(_midnight(wanted.get("first")), _midnight(wanted.get("last"), days=1))


def _midnight(day: dt.date | None, *, days: int = 0) -> dt.datetime | None:
    """The beginning of a local day, or of one so many days later."""
    if day is None or day.year >= dt.MAXYEAR:
        return None
    moment = dt.datetime.combine(day + dt.timedelta(days=days), dt.time())
    return timezone.make_aware(moment)


class WhyForm(forms.Form):
    """Why a notice is cancelled."""

    why = forms.CharField(label=_("Reason"), max_length=MAX_REASON)


class ReaddressForm(WhyForm):
    """Where a notice goes instead."""

    channel = forms.ChoiceField(label=_("Channel"))
    address = forms.CharField(label=_("New address"), max_length=254)
    field_order = ("channel", "address", "why")

    def __init__(self, *args, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        self.fields["channel"].choices = [(c.name, c.title) for c in outside_channels()]
