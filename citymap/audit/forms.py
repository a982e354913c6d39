"""What the lists are narrowed by, and the comment on a protocol."""

import datetime as dt
from typing import Any

from django import forms
from django.contrib.auth import get_user_model
from django.db.models import Q, QuerySet, Value
from django.db.models.functions import Concat
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from citymap.audit.changes import COMMANDS, NOBODY, PEOPLE, Wanted, kind_name, kinds
from citymap.history.models import ProtocolKind
from citymap.history.timeline import ACTIONS
from citymap.personal.choices import EventKind
from citymap.personal.models import PersonalEvent

MOST_PEOPLE = 200
ALL = ("", _("all"))


def _text(**attrs: Any) -> forms.TextInput:
    return forms.TextInput({"class": "control", **attrs})


def _day() -> forms.DateInput:
    return forms.DateInput({"class": "control", "type": "date"}, format="%Y-%m-%d")


def _choice() -> forms.Select:
    return forms.Select({"class": "control"})


def midnight(day: dt.date | None, *, days: int = 0) -> dt.datetime | None:
    """The beginning of a local day, or of one so many days later; None past the calendar."""
    if day is None:
        return None
    try:
        return timezone.make_aware(dt.datetime.combine(day + dt.timedelta(days=days), dt.time()))
    except OverflowError:
        return None


class PeriodForm(forms.Form):
    """Days from and until, both included; whom of the staff."""

    who = forms.CharField(
        label=_("Who"), required=False, max_length=150,
        widget=_text(placeholder=_("user name or name")),
    )  # fmt: skip
    first = forms.DateField(label=_("From"), required=False, widget=_day())
    last = forms.DateField(label=_("Until"), required=False, widget=_day())

    def clean_who(self) -> str:
        return self.cleaned_data["who"].replace("\0", "").strip()

    def clean(self) -> dict[str, Any]:
        found = super().clean()
        first, last = found.get("first"), found.get("last")
        if first and last and last < first:
            self.add_error("last", _("The period ends before it begins."))
        return found

    @property
    def start(self) -> dt.datetime | None:
        return midnight(self.cleaned_data.get("first"))

    @property
    def end(self) -> dt.datetime | None:
        return midnight(self.cleaned_data.get("last"), days=1)

    def users(self) -> list[int] | None:
        """Ids of the staff that `who` names; None when it is empty."""
        who = self.cleaned_data.get("who", "")
        if not who:
            return None
        people = get_user_model().objects.annotate(
            shown=Concat("first_name", Value(" "), "last_name"),
            turned=Concat("last_name", Value(" "), "first_name"),
        )
        named = Q(username__iexact=who) | Q(shown__icontains=who) | Q(turned__icontains=who)
        return list(people.filter(named).order_by("pk").values_list("pk", flat=True)[:MOST_PEOPLE])


class ChangesForm(PeriodForm):
    """Search of the history."""

    kind = forms.ChoiceField(label=_("What"), required=False, widget=_choice())
    key = forms.CharField(
        label=_("Number of the object"), required=False, max_length=64, widget=_text()
    )
    action = forms.ChoiceField(
        label=_("Change"), required=False, widget=_choice(), choices=[ALL, *ACTIONS.items()]
    )
    origin = forms.ChoiceField(
        label=_("Made by"), required=False, widget=_choice(),
        choices=[
            ALL, (PEOPLE, _("people")), (COMMANDS, _("commands")),
            (NOBODY, _("nobody named (irregular)")),
        ],
    )  # fmt: skip
    field_order = ["kind", "key", "who", "first", "last", "action", "origin"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._kinds = kinds()
        names = ((label, kind_name(one)) for label, one in self._kinds.items())
        self.fields["kind"].choices = [ALL, *names]

    def clean_key(self) -> str:
        return self.cleaned_data["key"].replace("\0", "").strip()

    def clean(self) -> dict[str, Any]:
        found = super().clean()
        if found.get("key") and not found.get("kind") and "kind" not in self.errors:
            self.add_error("kind", _("Numbers belong to a kind of objects: choose it."))
        return found

    def wanted(self, *, oldest_first: bool) -> Wanted:
        """The question in the terms of the search."""
        said = self.cleaned_data
        return Wanted(
            models=[self._kinds[said["kind"]]] if said.get("kind") else [],
            key=said.get("key", ""),
            users=self.users(),
            origin=said.get("origin", ""),
            action=said.get("action", ""),
            start=self.start,
            end=self.end,
            oldest_first=oldest_first,
        )


class LooksForm(PeriodForm):
    """Search of looks at personal data."""

    number = forms.CharField(
        label=_("Number of the person"), required=False, max_length=10, widget=_text()
    )
    kind = forms.ChoiceField(
        label=_("What was done"), required=False, widget=_choice(),
        choices=[ALL, *EventKind.choices],
    )  # fmt: skip
    field_order = ["who", "number", "kind", "first", "last"]

    def clean_number(self) -> str:
        return self.cleaned_data["number"].replace("\0", "").strip().upper()

    def found(self) -> QuerySet[PersonalEvent]:
        """The looks that are asked for, in no order yet."""
        said = self.cleaned_data
        rows = PersonalEvent.objects.all()
        if (users := self.users()) is not None:
            rows = rows.filter(user__in=users)
        if said.get("number"):
            rows = rows.filter(person__number=said["number"])
        if said.get("kind"):
            rows = rows.filter(kind=said["kind"])
        if self.start:
            rows = rows.filter(at__gte=self.start)
        return rows.filter(at__lt=self.end) if self.end else rows


class ProtocolsForm(forms.Form):
    """Which protocols."""

    kind = forms.ChoiceField(
        label=_("Kind"), required=False, widget=_choice(), choices=[ALL, *ProtocolKind.choices]
    )
    state = forms.ChoiceField(
        label=_("State"), required=False, widget=_choice(),
        choices=[
            ALL, ("waiting_auditor", _("waits for the auditor")),
            ("waiting_head", _("waits for the head")),
        ],
    )  # fmt: skip


class CommentForm(forms.Form):
    """What follows from a protocol."""

    comment = forms.CharField(
        label=_("Comment"), max_length=2000,
        widget=forms.Textarea({"class": "control", "rows": 4}),
        help_text=_("Kept for good, with your name and the time."),
    )  # fmt: skip
