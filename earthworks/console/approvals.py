"""Approvals: one more body is asked, and each body's line is answered."""

from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from citymap.accounts.access import AnyUser, may, requires, visible
from citymap.accounts.choices import OrganizationKind
from citymap.accounts.models import Organization
from earthworks.choices import ApprovalKind, Decision, OrderState
from earthworks.console.answering import answered
from earthworks.console.bodyfield import search_bodies
from earthworks.models import Approval, Order
from earthworks.services import orders

ANSWERS = [one for one in Decision.choices if one[0] != Decision.PENDING]


class AskForm(forms.Form):
    body = forms.ModelChoiceField(
        label=gettext_lazy("Body"),
        queryset=Organization.objects.exclude(kind=OrganizationKind.HOUSE_MANAGER),
    )
    kind = forms.ChoiceField(label=gettext_lazy("In what capacity"), choices=ApprovalKind.choices)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        search_bodies(
            self, "body", named=(Approval, "organization"), among=self.fields["body"].queryset
        )


class AnswerForm(forms.Form):
    decision = forms.ChoiceField(label=gettext_lazy("Decision"), choices=ANSWERS)
    conditions = forms.CharField(
        label=gettext_lazy("Conditions or ground of refusal"), max_length=2000, required=False,
        widget=forms.Textarea({"rows": 2}),
    )  # fmt: skip


def lines_of(order: Order, user: AnyUser) -> list[dict[str, Any]]:
    """The approval list for the order's page: line, whether it is late, the form to answer it."""
    now = timezone.now()
    approving = order.state == OrderState.APPROVING
    return [
        {
            "line": line,
            "late": line.decision == Decision.PENDING and line.due_at < now,
            "form": AnswerForm(prefix=f"line{line.pk}")
            if approving and may(user, "works.approve", line)
            else None,
        }
        for line in order.approvals.select_related("organization", "answered_by")
    ]


@require_POST
@requires("works.edit")
def ask(request: HttpRequest, order: int) -> HttpResponse:
    """Ask one more body while the order is being approved."""
    found = get_object_or_404(visible(Order.objects.all(), request.user, "works.edit"), pk=order)
    form = AskForm(request.POST, prefix="ask")
    return answered(
        request, form, done=_("The body is asked."), to=redirect("works:order", order),
        run=lambda: orders.ask_approval(order=found, user=request.user, **form.cleaned_data),
    )  # fmt: skip


@require_POST
@requires("works.approve")
def answer(request: HttpRequest, approval: int) -> HttpResponse:
    """A network owner or an office agrees, sets conditions or refuses."""
    rows = visible(Approval.objects.all(), request.user, "works.approve")
    found = get_object_or_404(rows, pk=approval)
    form = AnswerForm(request.POST, prefix=f"line{found.pk}")
    return answered(
        request, form, done=_("The answer is recorded."),
        to=redirect("works:order", found.order_id),
        run=lambda: orders.answer_approval(
            approval=found, user=request.user, decision=Decision(form.cleaned_data["decision"]),
            conditions=form.cleaned_data["conditions"],
        ),
    )  # fmt: skip


def asked_of(user: AnyUser) -> list[Approval]:
    """Lines that wait for an answer of the reader's own bodies, the most urgent first."""
    if not may(user, "works.approve") or may(user, "works.edit"):
        return []
    rows = visible(Approval.objects.filter(decision=Decision.PENDING), user, "works.approve")
    waiting = rows.filter(order__state=OrderState.APPROVING)
    return list(waiting.select_related("order", "organization").order_by("due_at")[:50])
