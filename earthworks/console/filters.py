"""What the list of orders can be narrowed down to."""

import datetime as dt
from typing import Any

from django import forms
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from citymap.accounts.models import Organization
from earthworks.choices import OrderKind, OrderState
from earthworks.querysets import OrderQuerySet
from earthworks.workflow import LIVE
from layers.choices import NetworkKind

ALL = ("", _("All"))
_LIVE = "live"


def _day(label: Any) -> forms.DateField:
    return forms.DateField(
        label=label, required=False, widget=forms.DateInput({"type": "date"}, format="%Y-%m-%d")
    )


class OrderFilter(forms.Form):
    """State, kind, network, contractor, period, words. What is not understood filters nothing."""

    state = forms.ChoiceField(
        label=_("State"), required=False, choices=[ALL, (_LIVE, _("Live")), *OrderState.choices]
    )
    kind = forms.ChoiceField(label=_("Kind"), required=False, choices=[ALL, *OrderKind.choices])
    network = forms.ChoiceField(
        label=_("Network"), required=False, choices=[ALL, *NetworkKind.choices]
    )
    contractor = forms.ModelChoiceField(
        label=_("Contractor"), required=False, queryset=Organization.objects.none(),
        empty_label=_("All"),
    )  # fmt: skip
    since = _day(_("Dug from"))
    until = _day(_("Dug until"))
    q = forms.CharField(label=_("Number or address"), required=False, max_length=100)
    overdue = forms.BooleanField(label=_("Overdue only"), required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["contractor"].queryset = Organization.objects.filter(
            contracted_orders__isnull=False
        ).distinct()

    def apply(self, rows: OrderQuerySet, now: dt.datetime) -> OrderQuerySet:
        self.is_valid()
        chosen = self.cleaned_data
        if state := chosen.get("state"):
            rows = rows.filter(state__in=LIVE) if state == _LIVE else rows.filter(state=state)
        if kind := chosen.get("kind"):
            rows = rows.filter(kind=kind)
        if network := chosen.get("network"):
            rows = rows.filter(network_kind=network)
        if contractor := chosen.get("contractor"):
            rows = rows.filter(contractor=contractor)
        if since := chosen.get("since"):
            rows = rows.filter(until_on__gte=since)
        if until := chosen.get("until"):
            rows = rows.filter(begins_on__lte=until)
        if chosen.get("overdue"):
            rows = rows.overdue(now)
        if words := (chosen.get("q") or "").replace("\x00", "").strip():
            number = rows.model.objects.numbered(words).values("pk")
            rows = rows.filter(Q(address__icontains=words) | Q(pk__in=number))
        return rows
