"""What the list of orders can be narrowed down to."""

import datetime as dt

from django import forms
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from earthworks.choices import OrderKind, OrderState
from earthworks.querysets import OrderQuerySet


class OrderFilter(forms.Form):
    """State, kind, overdue or not, words. What is not understood filters nothing."""

    state = forms.ChoiceField(
        label=_("State"), required=False, choices=[("", _("All")), *OrderState.choices]
    )
    kind = forms.ChoiceField(
        label=_("Kind"), required=False, choices=[("", _("All")), *OrderKind.choices]
    )
    overdue = forms.BooleanField(label=_("Overdue only"), required=False)
    q = forms.CharField(label=_("Number or address"), required=False, max_length=100)

    def apply(self, rows: OrderQuerySet, now: dt.datetime) -> OrderQuerySet:
        self.is_valid()
        chosen = self.cleaned_data
        if state := chosen.get("state"):
            rows = rows.filter(state=state)
        if kind := chosen.get("kind"):
            rows = rows.filter(kind=kind)
        if chosen.get("overdue"):
            rows = rows.overdue(now)
        if words := (chosen.get("q") or "").replace("\x00", "").strip():
            number = rows.model.objects.numbered(words).values("pk")
            rows = rows.filter(Q(address__icontains=words) | Q(pk__in=number))
        return rows
